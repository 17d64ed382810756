// The danger: what we call a stack without some of its commits is not what git makes of the others. Every commit of random closed sets is
// picked by git, as cherry-pick does it (a merge whose base is the commit's parent), onto what we make of those before it.
import { beforeAll, describe, expect, test } from 'vitest';
import { requireGit } from '../../../testkit/git.ts';
import { Random } from '../../../testkit/random.ts';
import { type StackShape, closedSet, stack, strandOf, topsIn, unravelled } from '../../../testkit/stacks.ts';
import { type Entries, type File, type Files, type Merge, judgeTrees } from '../../../testkit/treeMerges.ts';
import { settle } from '../waves.ts';

interface Pick extends Merge { readonly expected: Files }

async function picks(seed: number, shape: StackShape): Promise<Pick[]> {
  const random = new Random(seed), files = stack(random, shape), of = strandOf(files), { contents, blobs, trees } = of;
  const { units, closures, woven } = await unravelled(contents, blobs, [of.strand]);
  const content = (entry: Entries extends ReadonlyMap<unknown, infer E> ? E : never): File =>
    ({ mode: entry.mode.toString(8) as File['mode'], content: entry.mode === 0o160000 ? entry.oid : Buffer.from(blobs.get(entry.oid) ?? contents.made.get(entry.oid)!).toString('latin1') });
  const made = async (set: ReadonlySet<number>): Promise<Files> => {
    const { changes } = await settle(contents, () => woven.compose(topsIn(set, closures))), tree = new Map(trees[0]);
    for (const [path, { after }] of changes) if (after === null) tree.delete(path); else tree.set(path, after);
    return new Map([...tree].map(([path, entry]) => [path, content(entry)]));
  };
  const out: Pick[] = [];
  for (let n = 0; n < 3; n++) {
    const set = closedSet(random, units, 0.6);
    let before = files[0]!;
    for (const unit of set) {
      const expected = await made(new Set([...set].filter((other) => other <= unit)));
      out.push({ base: files[unit]!, left: before, right: files[unit + 1]!, expected });
      before = expected;
    }
  }
  return out;
}

/** A file that came where another went might be one that git takes for it: renames are a deletion and an addition to us. */
const mightBeRenamed = ({ base, left, right }: Pick): boolean => [left, right].some((side) => [...base.keys()].some((path) => !side.has(path)) && [...side.keys()].some((path) => !base.has(path)));

async function compared(count: number, shape: Omit<StackShape, 'steps'>): Promise<{ readonly same: number; readonly other: Pick[]; readonly conflict: Pick[]; /** git fails an assertion */ readonly unanswered: number }> {
  const all: Pick[] = [];
  for (let seed = 0; seed < count; seed++) all.push(...await picks(seed, { ...shape, steps: 7 }));
  const judged = await judgeTrees(all);
  const where = (answer: string): Pick[] => all.filter((_, i) => judged[i] === answer);
  const found = { same: where('same').length, other: where('other'), conflict: where('conflict'), unanswered: judged.filter((answer) => answer === null).length };
  console.log(`${all.length} picks: ${Object.entries(found).map(([what, those]) => `${what} ${Array.isArray(those) ? those.length : those}`).join(', ')}`);
  return found;
}

describe('against git', () => {
  beforeAll(() => { requireGit(); });

  test('where texts can be aligned in one way only, git picks every commit, and to our tree', async () => {
    const { same, other, conflict } = await compared(40, { lines: 8, distinct: true, kinds: false });
    expect(other).toEqual([]);
    expect(conflict).toEqual([]);
    expect(same).toBeGreaterThan(200);
  });

  test('files that come, go and change their kind, too, but for what it takes for a rename', async () => {
    const { same, other, conflict } = await compared(60, { lines: 4, distinct: true, kinds: true });
    expect([...other, ...conflict].filter((pick) => !mightBeRenamed(pick))).toEqual([]);
    expect((other.length + conflict.length) / same).toBeLessThan(0.02);
  });

  test('where lines repeat, it may put a hunk elsewhere, or find that it touches another, for it aligns texts anew: seldom', async () => {
    const { same, other, conflict } = await compared(60, { lines: 12, distinct: false, kinds: false });
    expect((other.length + conflict.length) / same).toBeLessThan(0.02);
  });
});
