// The danger: git follows a rename that we took for a deletion and an addition, so that our verdict answers another
// question than git's. A pair too many costs a "not yet exact"; a pair missed is a wrong verdict.
import { describe, expect, test } from 'vitest';
import { fastImport, git, initBare, requireGit, tempDir } from '../../testkit/git.ts';
import { Random } from '../../testkit/random.ts';
import { type Style, binary, linesOf, makeText, newLine } from '../../testkit/text.ts';
import { MAX_SIMILARITY, mayRename, similarity, sizesMayRename } from './similarity.ts';

interface File { readonly path: string; readonly text: string }
interface Case { readonly kept: readonly File[]; readonly deleted: readonly File[]; readonly added: readonly File[] }

const styles: readonly Style[] = ['code', 'repetitive', 'data', 'crlf', 'open', 'latin1'];
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A text of which about `share` stays: around 50 % is where it matters. */
function worn(random: Random, text: string, share: number): string {
  const style = random.pick(styles);
  const lines = linesOf(text).map((line) => (random.chance(share) ? line : newLine(random, style)));
  const out = lines.join('');
  if (random.chance(0.1)) return out.replaceAll('\r\n', '\n');
  if (random.chance(0.1)) return out.slice(0, Math.ceil(out.length * (0.4 + random.below(60) / 100)));
  return random.chance(0.2) ? out.replace(/\n$/, '') : out;
}

function content(random: Random): string {
  if (random.chance(0.1)) return binary(random, random.between(20, 3000));
  // One long line, or several: pieces of 64 bytes.
  if (random.chance(0.15)) return Array.from({ length: random.between(1, 6) }, () => random.hex(random.between(10, 700))).join('\n');
  return makeText(random, random.pick(styles), random.between(1, 60));
}

function makeCase(random: Random): Case {
  const path = (): string => `${random.pick(['src', 'lib', 'src/deep', 'doc'])}/${random.pick(['a', 'b', 'index', 'main'])}${random.below(50)}.${random.pick(['ts', 'md'])}`;
  const paths = new Set<string>();
  while (paths.size < 14) paths.add(path());
  const free = [...paths];
  const named = (text: string): File => ({ path: free.pop()!, text });
  const deleted = Array.from({ length: random.between(1, 5) }, () => named(content(random)));
  const added = Array.from({ length: random.between(1, 5) }, () => {
    if (random.chance(0.2)) return named(content(random));
    const source = random.pick(deleted).text;
    return named(random.chance(0.15) ? source : worn(random, source, random.pick([0.4, 0.5, 0.55, 0.6, 0.75, 0.95])));
  });
  return { kept: [named(content(random))], deleted, added: added.filter((f) => f.text !== '') };
}

interface Rename { readonly from: string; readonly to: string; readonly percent: number; readonly exact: boolean }

/** What `git diff-tree -M50%` calls renames, case by case. */
function gitRenames(cases: readonly Case[]): Rename[][] {
  const dir = tempDir('renames');
  try {
    initBare(dir.path);
    const commit = (files: readonly File[]): string => ['commit refs/heads/main\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 0\ndeleteall\n',
      ...files.map(({ path, text }) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`)].join('');
    fastImport(dir.path, cases.map((c) => commit([...c.kept, ...c.deleted]) + commit([...c.kept, ...c.added])).join(''));
    const trees = git(dir.path, ['log', '--reverse', '--format=%T', 'main']).trim().split('\n');
    const ask = cases.map((_, i) => `${trees[2 * i]} ${trees[2 * i + 1]}\n`).join('');
    const found: Rename[][] = [];
    for (const line of git(dir.path, ['diff-tree', '--stdin', '-r', '-M50%', '--raw'], { input: ask }).split('\n')) {
      if (/^[0-9a-f]{40} [0-9a-f]{40}$/.test(line)) found.push([]);
      const rename = /^:\d+ \d+ (\w+) (\w+) R(\d+)\t(.*)\t(.*)$/.exec(line);
      if (rename) found.at(-1)!.push({ from: rename[4]!, to: rename[5]!, percent: Number(rename[3]), exact: rename[1] === rename[2] });
    }
    return found;
  } finally {
    dir.remove();
  }
}

describe('against git', () => {
  const { text: version, minor, major } = requireGit();
  const countsLastPiece = major > 2 || minor >= 44;
  const random = new Random(50);
  const cases = Array.from({ length: 2000 }, () => makeCase(random));
  const expected = gitRenames(cases);
  const candidate = ({ text }: File) => ({ oid: text, size: text.length, bytes: () => bytes(text) });

  test('no rename of 2,000 cases is missed, and what is added to them is at least half similar', () => {
    let renames = 0, inexact = 0;
    const missed: unknown[] = [];
    cases.forEach(({ deleted, added }, i) => {
      const pairs = mayRename(deleted.map(candidate), added.map(candidate));
      for (const rename of expected[i]!) {
        renames++;
        if (!rename.exact) inexact++;
        if (!pairs.some(([d, a]) => deleted[d]!.path === rename.from && added[a]!.path === rename.to)) missed.push({ rename, deleted, added });
      }
      for (const [d, a] of pairs) expect(similarity(bytes(deleted[d]!.text), bytes(added[a]!.text), true)).toBeGreaterThanOrEqual(deleted[d]!.text === added[a]!.text ? 0 : 30_000);
    });
    expect(missed, `against git ${version}`).toEqual([]);
    expect(renames).toBeGreaterThan(1000);
    expect(inexact).toBeGreaterThan(700);
  });

  test("the estimate is git's, to the percent it prints", () => {
    const wrong = cases.flatMap(({ deleted, added }, i) => expected[i]!.filter((r) => !r.exact).flatMap((rename) => {
      const from = deleted.find((f) => f.path === rename.from)!, to = added.find((f) => f.path === rename.to)!;
      const percent = Math.trunc((similarity(bytes(from.text), bytes(to.text), countsLastPiece) * 100) / MAX_SIMILARITY);
      return percent === rename.percent ? [] : [{ rename, percent, from, to }];
    }));
    expect(wrong, `against git ${version}`).toEqual([]);
  });
});

test('equal contents come first; empty files are never renames; contents are not asked for where sizes decide', () => {
  const file = (text: string) => ({ oid: text, size: text.length, bytes: () => bytes(text) });
  const unread = (oid: string, size: number) => ({ oid, size, bytes: () => { throw new Error('read'); } });
  expect(mayRename([file('a\nb\n'), file('same\n')], [file('a\nb\nc\n'), file('same\n')])).toEqual([[1, 1], [0, 0]]);
  expect(mayRename([file('')], [file('')])).toEqual([]);
  expect(mayRename([unread('x', 1000)], [unread('y', 499), unread('x', 1000), unread('z', 2001)])).toEqual([[0, 1]]);
  expect([sizesMayRename(10, 20), sizesMayRename(10, 21), sizesMayRename(20, 10), sizesMayRename(0, 0)]).toEqual([true, false, true, false]);
});

test('a hundred deleted files against a hundred added ones, of a thousand lines each, in seconds', () => {
  const random = new Random(3);
  const files = Array.from({ length: 100 }, () => makeText(random, 'code', 1000));
  const candidates = files.map((text, i) => ({ oid: String(i), size: text.length, bytes: () => bytes(text) }));
  const moved = files.map((text, i) => ({ oid: `new ${i}`, size: text.length + 3, bytes: () => bytes(`${text}+1\n`) }));
  const started = performance.now();
  const pairs = mayRename(candidates, moved);
  expect(performance.now() - started).toBeLessThan(10_000);
  for (let i = 0; i < 100; i++) expect(pairs).toContainEqual([i, i]);
});
