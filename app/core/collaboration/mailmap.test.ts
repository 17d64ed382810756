// The danger: a person under a name that they asked not to be known by, or two people under one, because a mailmap was read otherwise than git
// reads it. git itself answers, for lines of every shape.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TempDir, gitLine, initBare, tempDir } from '../../../testkit/git.ts';
import type { ByteString } from '../bytes.ts';
import type { Identity } from './log.ts';
import { Mailmap } from './mailmap.ts';

let dir: TempDir;
beforeAll(() => { dir = tempDir('mailmap'); initBare(dir.path); });
afterAll(() => { dir.remove(); });

/** Each as git shows it. */
function byGit(mailmap: string, identities: readonly Identity[]): string[] {
  const blob = gitLine(dir.path, ['hash-object', '-w', '--stdin'], { input: mailmap });
  const input = identities.map(({ name, email }) => `${name === '' ? '' : `${name} `}<${email}>\n`).join('');
  return gitLine(dir.path, ['-c', `mailmap.blob=${blob}`, 'check-mailmap', '--stdin'], { input }).split('\n');
}
const byUs = (mailmap: string, identities: readonly Identity[]): string[] => {
  const map = new Mailmap(mailmap as ByteString);
  return identities.map((one) => { const { name, email } = map.proper(one); return `${name === '' ? '' : `${name} `}<${email}>`; });
};

const NAMES = ['Jane Doe', 'jane doe', 'JANE', 'Joe', 'Zo\u00c3\u00ab', 'x', ''] as ByteString[];
const EMAILS = ['jane@example.com', 'JANE@example.com', 'joe@x.org', 'bugs@', 'z\u00c3\u00ab@x', '<'] as ByteString[];
const identities: Identity[] = NAMES.flatMap((name) => EMAILS.slice(0, 5).map((email) => ({ name, email })));

test('the examples of gitmailmap(5), in letters of either case', () => {
  const mailmap = `# a comment
Joe R. Developer <joe@example.com>
Jane Doe <jane@example.com>
Jane Doe <jane@example.com> <jane@laptop.(none)>
Jane Doe <jane@example.com> <jane@desktop.(none)>
Joe R. Developer <joe@example.com> Joe <bugs@example.com>
Jane Doe <jane@example.com> Jane <bugs@example.com>
<cto@company.xx> <cto@coompany.xx>
Some Dude <some@dude.xx>         nick1 <bugs@company.xx>
Other Author <other@author.xx>   nick2 <bugs@company.xx>
 Santa Claus <santa.claus@northpole.xx> <me@company.xx>
`;
  const asked = ['Joe <joe@example.com>', 'Jane <JANE@Laptop.(none)>', 'Joe <bugs@example.com>', 'jane <BUGS@example.com>', 'Who <bugs@example.com>', 'CTO <cto@coompany.xx>', 'nick1 <bugs@company.xx>', 'NICK2 <bugs@company.xx>', 'Me <me@company.xx>']
    .map((text) => ({ name: text.slice(0, text.indexOf(' <')) as ByteString, email: text.slice(text.indexOf('<') + 1, -1) as ByteString }));
  expect(byUs(mailmap, asked)).toEqual(byGit(mailmap, asked));
});

test('lines of every shape are read as git reads them', () => {
  const name = fc.constantFrom(...NAMES, '  ', '\t', 'a\tb', '#x'), email = fc.constantFrom(...EMAILS, '', ' joe@x.org ');
  const pair = fc.tuple(name, fc.constantFrom('', ' ', '  '), email).map(([n, s, e]) => `${n}${s}<${e}>`);
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(pair, fc.constantFrom('', ' ', '\t'), pair).map((parts) => parts.join('')) }, { weight: 4, arbitrary: pair },
    fc.tuple(pair, fc.constantFrom(' # note', ' trailing', '\r', ' <', '>')).map((parts) => parts.join('')), fc.constantFrom('', '#', '<', '>', '<>', '><', 'nothing', ' # <a@b> <c@d>'),
  );
  fc.assert(fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
    const mailmap = lines.join(end);
    expect(byUs(mailmap, identities)).toEqual(byGit(mailmap, identities));
  }), { numRuns: 60 });
});
