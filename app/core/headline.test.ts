// Danger: hundreds of branches are told apart by one line each, and that line says "wip", "Merge branch 'main'" or what somebody pushed last.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { git, gitLine } from '../../testkit/git.ts';
import { Tiny } from '../../testkit/tiny.ts';
import type { Commit as Made } from '../../testkit/world.ts';
import type { ByteString, Oid } from './bytes.ts';
import { speaker, titleOf } from './headline.ts';
import type { Commit } from './repository.ts';

const signature = { name: 'n' as ByteString, email: 'e' as ByteString, time: 0, offset: 0 };
const id = (n: number): Oid => n.toString(16).padStart(40, '0') as Oid;
const commit = (n: number, parents: readonly number[], message: string): Commit =>
  ({ oid: id(n), tree: id(0), parents: parents.map(id), author: signature, committer: signature, message: message as ByteString });

/** What a branch of these commits, the oldest first and one upon the other, is about. */
function about(...messages: readonly string[]): string {
  const commits = new Map(messages.map((message, i) => [id(i + 1), commit(i + 1, message.startsWith('Merge') ? [i, 900] : [i], message)]));
  return titleOf(speaker(commits.get(id(messages.length))!, [...commits.keys()], commits));
}

describe('of several commits the one that says what the branch is about', () => {
  test('is the first', () => {
    expect(about('feat(css): layers\n\nWhy.', 'address review', 'chore: retrigger CI')).toBe('feat(css): layers');
    expect(about('only one')).toBe('only one');
  });

  test('but none that says only that somebody began, tested or tidied', () => {
    for (const said of ['wip', 'WIP!', 'Initial plan', 'test: add failing tests', 'Add test for #5810', 'chore: update', 'ci: retrigger', 'style: format', '', '...', 'fixup! feat: layers', 'squash! x', 'chore: lint']) {
      expect(about(said, 'fix: no gap'), said).toBe('fix: no gap');
    }
  });

  test('and says something in any language, or by one word that is its own', () => {
    for (const said of ['test: layers', 'typo in README', 'fix', '\xe4\xbf\xae\xe6\xad\xa3', 'Add `x`']) expect(about(said, 'later'), said).toBe(said);
  });

  test('no merge while there is anything else; the first where none says anything; the head where all are merges', () => {
    expect(about("Merge branch 'main' into x", 'wip', 'tests')).toBe('wip');
    expect(about("Merge branch 'a'", "Merge branch 'b'")).toBe("Merge branch 'b'");
  });

  test('on random histories it is the literal definition', () => {
    const message = fc.constantFrom('wip', 'tests', 'feat: a', 'fix: b', 'Merge', 'fixup! c', 'docs: d\nmore');
    const histories = fc.array(fc.record({ message, picks: fc.array(fc.nat(), { maxLength: 2 }), isOurs: fc.boolean() }), { minLength: 1, maxLength: 12 });
    const saying = new Set(['feat: a', 'fix: b', 'docs: d', 'Merge']);
    fc.assert(fc.property(histories, (drafts) => {
      const all = drafts.map(({ message: text, picks }, i) => commit(i, [...new Set(picks.filter(() => i > 0).map((n) => n % Math.max(1, i)))], text));
      const commits = new Map(all.map((one) => [one.oid, one])), head = all.at(-1)!;
      const own = all.filter((one, i) => one === head || drafts[i]!.isOurs).map(({ oid }) => oid);
      const line = (at: Commit): Commit[] => [...at.parents.length > 0 && own.includes(at.parents[0]!) ? line(commits.get(at.parents[0]!)!) : [], at];
      const oldestFirst = line(head).filter(({ parents }) => parents.length < 2);
      expect(speaker(head, own, commits)).toBe(oldestFirst.find((one) => saying.has(titleOf(one))) ?? oldestFirst[0] ?? head);
    }), { numRuns: 500 });
  });

  test('of real branches, merges and stacks in them, it is the one that git lists first', () => {
    const tiny = new Tiny();
    try {
      let n = 0;
      const change = (...on: readonly Made[]): Made => tiny.commit(on, { [`${n % 5}.txt`]: [`${++n}\n`] }, `Change ${n}`);
      const main = change(), heads: Record<string, Made> = { main: change(main) };
      for (let i = 0; i < 12; i++) {
        let head = i % 3 === 0 || i === 1 ? main : heads[`b${i - 1}`]!;
        for (let k = 0; k <= i % 4; k++) head = k === 2 ? change(head, heads['main']!) : change(head);
        heads[`b${i}`] = i % 5 === 4 ? change(head, heads[`b${i - 3}`]!) : head;
      }
      tiny.refs(heads);
      const raw = git(tiny.dir, ['log', '--all', '--format=%H%x09%P%x09%s']).trimEnd().split('\n').map((line) => line.split('\t') as [Oid, string, string]);
      const commits = new Map(raw.map(([oid, parents, message]) => [oid, { ...commit(0, [], message), oid, parents: parents.split(' ').filter(Boolean) as Oid[] }]));
      for (const name of Object.keys(heads).filter((one) => one !== 'main')) {
        const below = ['main', ...Object.keys(heads).filter((one) => one !== name && git(tiny.dir, ['branch', '--contains', one, '--list', name]) !== '')].map((one) => `^${one}`);
        const own = gitLine(tiny.dir, ['rev-list', name, ...below]).split('\n').filter(Boolean) as Oid[];
        if (own.length === 0) continue;
        const listed = gitLine(tiny.dir, ['rev-list', '--first-parent', '--no-merges', '--reverse', name, ...below]).split('\n')[0];
        expect(speaker(commits.get(own[0]!)!, own, commits).oid, name).toBe(listed === '' ? own[0] : listed);
      }
    } finally {
      tiny.remove();
    }
  });
});
