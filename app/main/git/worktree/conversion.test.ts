// Danger: bytes that git would store otherwise, so that an untouched file shows as edited or an edit carries other line ends. `git
// hash-object` with the attributes of each path is the oracle; what the index has a say in is in reading.test.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { git, tempDir } from '../../../../testkit/git.ts';
import { Random } from '../../../../testkit/random.ts';
import { type ByteString, toBytes } from '../../../core/bytes.ts';
import { BUILT_IN, attributesOf, parseAttributes } from '../../../core/worktree/attributes.ts';
import { conversionOf, converted } from '../../../core/worktree/conversion.ts';
import { objectId } from '../oids.ts';

const temp = tempDir('conversion');
afterAll(() => temp.remove());

const ATTRIBUTES = ['', 'text', '-text', 'text=auto', 'text=auto eol=crlf', 'text=auto eol=lf', 'eol=lf', 'eol=crlf', '-text eol=crlf', 'crlf', '-crlf', 'crlf=input', 'text=odd crlf', 'ident', 'ident text', '-ident text', 'ident=x', 'binary ident', 'working-tree-encoding=utf8 text'];
const PIECES = ['\r\n', '\r\n', '\n', 'a', 'line', '$Id$', '$Id: 12 $', '$Id:', '$', 'Id', ' $\n', '\t', 'x'.repeat(127), 'y'.repeat(300), '\x80\xff', '\xef\xbb\xbf'];
/** what makes git take a file for binary: seldom */
const ODD = ['\r', '\0', '\x01', '\x1a', '\x7f', '\b\f\x1b'];

test.each(['true', 'input', 'false'] as const)('contents made by chance are stored as git stores them, core.autocrlf %s', (autocrlf) => {
  const random = new Random(11), dir = join(temp.path, autocrlf), paths: string[] = [], ours: string[] = [];
  mkdirSync(dir);
  git(dir, ['init', '--quiet', '--template=', '.']);
  git(dir, ['config', 'core.autocrlf', autocrlf]);
  git(dir, ['config', 'core.safecrlf', 'false']);
  const rules = ATTRIBUTES.map((attributes, i) => `*.k${i} ${attributes}\n`).join('');
  writeFileSync(join(dir, '.gitattributes'), rules);
  const lists = [parseAttributes(toBytes(rules as ByteString), '', false, true), BUILT_IN];
  for (let n = 0; n < 700; n++) {
    const path = `${n}.k${n % ATTRIBUTES.length}`, isOdd = random.chance(0.4);
    const content = Array.from({ length: random.below(12) }, () => (isOdd && random.chance(0.2) ? random.pick(ODD) : random.pick(PIECES))).join('');
    const bytes = toBytes(content as ByteString), conversion = conversionOf(attributesOf(lists, path), { autocrlf });
    if (conversion.kind !== 'convert') throw new Error('none of these has a filter');
    writeFileSync(join(dir, path), bytes);
    paths.push(path);
    ours.push(objectId('blob', converted(bytes, conversion, null)));
  }
  const theirs = git(dir, ['hash-object', '--stdin-paths'], { input: paths.map((path) => `${path}\n`).join('') }).split('\n');
  expect(paths.filter((_, i) => ours[i] !== theirs[i])).toEqual([]);
});
