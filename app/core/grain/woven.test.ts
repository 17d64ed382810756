// The danger: two stacks on a third composed to a text that neither wrote, or refused where their commits lie apart. Random forks, and merges
// of forks, against the three-way merge of what each side makes; and through the composer, as one top for the rest.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { DIAMOND, type Forked, type Unravelled, closedSet, commitId, forked, outcome, stack, strandOf, topsIn, unravelled } from '../../../testkit/stacks.ts';
import { type Blobs, type File, type Files, changesOf, contentsOf, entriesOf, treeOf } from '../../../testkit/treeMerges.ts';
import { type Changes, between, followedBy, mergeInto } from '../changes.ts';
import { Composer } from '../compose.ts';
import { settle } from '../waves.ts';
import type { Strand } from './model.ts';

const shapes = fc.record({ seed: fc.nat(), steps: fc.integer({ min: 1, max: 5 }), lines: fc.integer({ min: 2, max: 9 }), kinds: fc.boolean() });

interface Fork extends Unravelled { readonly of: Forked; compose(set: ReadonlySet<number>): Promise<{ readonly changes: Changes; readonly clean: boolean }>; }

/** Two merges of two forks, crosswise, and one on both. */
const CROSSED = [[], [0], [0], [1, 2], [2, 1], [3, 4], [5]];

/** Any stacks on any others. */
const histories = fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 5 }).map((drawn) => {
  const lower: number[][] = [[]], closures = [new Set([0])];
  for (const wanted of drawn) {
    const s = lower.length, on: number[] = [];
    for (const n of wanted) if (!on.some((l) => closures[l]!.has(n % s) || closures[n % s]!.has(l))) on.push(n % s);
    lower.push(on);
    closures.push(new Set([s, ...on.flatMap((l) => [...closures[l]!])]));
  }
  return lower;
});

async function forkOf(seed: number, shape: Omit<Parameters<typeof forked>[1], 'seed'>, lower?: readonly (readonly number[])[]): Promise<Fork> {
  const of = await forked(new Random(seed), shape, lower), all = await unravelled(of.contents, of.blobs, of.strands);
  const compose = async (set: ReadonlySet<number>): ReturnType<Fork['compose']> => {
    const { changes, conflicts } = await settle(of.contents, () => all.woven.compose(topsIn(set, all.closures)));
    return { changes, clean: conflicts.length === 0 };
  };
  return { ...all, of, compose };
}

/** A set of A, B and C as git's rule has it: what B's part makes and what C's part makes, merged over A's. */
async function merged({ of, units, compose }: Fork, set: ReadonlySet<number>): Promise<{ readonly changes: Changes; readonly clean: boolean }> {
  const without = (...strands: readonly number[]): Promise<{ readonly changes: Changes; readonly clean: boolean }> => compose(new Set([...set].filter((unit) => !strands.includes(units[unit]!.strand))));
  const [below, b, c] = [await without(1, 2), await without(2), await without(1)];
  // a history stands together, whatever of it is left out
  expect([below.clean, b.clean, c.clean]).toEqual([true, true, true]);
  const { changes, conflicts } = await settle(of.contents, () => mergeInto(of.contents, between(below.changes, b.changes), between(below.changes, c.changes)));
  return { changes: followedBy(b.changes, changes), clean: conflicts.length === 0 };
}

describe('forks of a stack', () => {
  test('all units of a strand and below it make the tree of its tip, be what is below one stack or two that conflict', async () => {
    let whole = 0, apart = 0;
    await fc.assert(fc.asyncProperty(shapes, fc.boolean(), fc.oneof(fc.constantFrom(DIAMOND, CROSSED), histories), async ({ seed, ...shape }, distinct, lower) => {
      const fork = await forkOf(seed, { ...shape, distinct }, lower), { of, units, compose } = fork;
      for (const s of of.strands.keys()) {
        const below = new Set([s]);
        for (const l of below) for (const lower of of.strands[l]!.lower) below.add(lower);
        const { changes, clean } = await compose(new Set([...units.keys()].filter((unit) => below.has(units[unit]!.strand))));
        expect(clean).toBe(true);
        expect(outcome(changes)).toBe(outcome(of.strands[s]!.steps.at(-1)!.changes));
        const count = units.filter(({ strand }) => strand === s).length;
        if (count < of.strands[s]!.steps.length) { whole++; expect(lower[s]!.length > 1 && count === 1).toBe(true); } else if (lower[s]!.length > 1) apart++;
      }
    }), { numRuns: 200 });
    expect(whole).toBeGreaterThan(10);
    expect(apart).toBeGreaterThan(10);
  });

  test('where texts can be aligned in one way only, any set of them is what merging its sides gives', async () => {
    let clean = 0, conflicts = 0;
    await fc.assert(fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
      const fork = await forkOf(seed, { ...shape, distinct: true }), random = new Random(seed + 1);
      for (let n = 0; n < 5; n++) {
        const set = closedSet(random, fork.units.filter(({ strand }) => strand < 3), 0.7), ours = await fork.compose(set), theirs = await merged(fork, set);
        expect(ours.clean).toBe(theirs.clean);
        if (ours.clean) { clean++; expect(outcome(ours.changes)).toBe(outcome(theirs.changes)); } else conflicts++;
      }
    }), { numRuns: 150 });
    expect(clean).toBeGreaterThan(300);
    expect(conflicts).toBeGreaterThan(50);
  });

  test('where lines repeat, a merge may align them otherwise: in few sets, and a history in itself never conflicts', async () => {
    let same = 0, otherwise = 0;
    await fc.assert(fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
      const fork = await forkOf(seed, { ...shape, distinct: false }), random = new Random(seed + 1);
      for (let n = 0; n < 5; n++) {
        const set = closedSet(random, fork.units.filter(({ strand }) => strand < 3), 0.7), ours = await fork.compose(set), theirs = await merged(fork, set);
        if (ours.clean === theirs.clean && (!ours.clean || outcome(ours.changes) === outcome(theirs.changes))) same++; else otherwise++;
      }
    }), { numRuns: 150 });
    expect(otherwise / (same + otherwise)).toBeLessThan(0.05);
  });
});

const file = (content: string): File => ({ mode: '100644', content });
const text = (word: string, ...changed: readonly number[]): File => file(Array.from({ length: 12 }, (_, i) => `${changed.includes(i) ? `${word} changed` : 'line'} ${i}\n`).join(''));

describe('through the composer', () => {
  /** Two stacks of two commits that nothing connects. */
  async function composer(stacks: readonly (readonly Files[])[]): Promise<{ readonly compose: (...units: readonly number[]) => Promise<{ readonly text: string; readonly conflicts: readonly { readonly path: string; readonly sides: readonly number[] }[] }> }> {
    const blobs: Blobs = new Map(), base = entriesOf(stacks[0]![0]!, blobs);
    let n = 0;
    const strands = stacks.map((files): Strand => ({ lower: [], below: new Map(), apart: true, steps: files.slice(1).map((tree) => ({ commit: commitId(n++), commits: 1, changes: changesOf(base, entriesOf(tree, blobs)) })) }));
    const contents = contentsOf(blobs), { units, closures } = await unravelled(contents, blobs, strands);
    const made = new Composer(contents, {
      base: treeOf(base), changes: (i) => units[i]!.changes, closure: (i) => closures[i]!, tip: (i) => units[i]!.key,
      family: (i) => units[i]!.strand, own: (i) => units[i]!.edits,
    });
    return {
      compose: async (...tops) => {
        const { changes, conflicts } = await settle(contents, () => made.compose(tops));
        const after = changes.get('f' as never)?.after;
        return { text: after == null ? '' : new TextDecoder().decode(await settle(contents, () => contents.bytes(after.oid))), conflicts };
      },
    };
  }

  const base = new Map([['f', text('')]]);

  test('what two histories change in one text is put together, commits left out of either', async () => {
    const { compose } = await composer([
      [base, new Map([['f', text('one', 1)]]), new Map([['f', text('one', 1, 5)]])],
      [base, new Map([['f', text('two', 3)]]), new Map([['f', text('two', 3, 9)]])],
    ]);
    const changed = async (...units: readonly number[]): Promise<string[]> => (await compose(...units)).text.split('\n').filter((line) => line.includes('changed'));
    expect(await changed(0, 1, 2, 3)).toEqual(['one changed 1', 'two changed 3', 'one changed 5', 'two changed 9']);
    expect(await changed(0, 2, 3)).toEqual(['one changed 1', 'two changed 3', 'two changed 9']);
    expect(await changed(3, 1)).toEqual(['one changed 5', 'two changed 9']);
  });

  test('a conflict of two histories names the commits that have to do with it', async () => {
    const { compose } = await composer([
      [base, new Map([['f', text('one', 1)], ['g', file('x\n')]]), new Map([['f', text('one', 1, 5)], ['g', file('x\n')]]), new Map([['f', text('one', 1, 5)], ['g', file('x\n')], ['h', file('h\n')]])],
      [base, new Map([['f', text('two', 5)]])],
    ]);
    expect((await compose(0, 1, 2, 3)).conflicts.map(({ path, sides }) => ({ path, sides }))).toEqual([{ path: 'f', sides: [1, 3] }]);
    expect((await compose(0, 2, 3)).conflicts).toEqual([]);
  });
});

describe('by example', () => {
  async function closuresOf(...files: readonly (readonly [string, File | string][])[]): Promise<number[][]> {
    const of = strandOf(files.map((list) => new Map(list.map(([path, what]) => [path, typeof what === 'string' ? file(what) : what]))));
    const { closures } = await unravelled(of.contents, of.blobs, [of.strand]);
    return closures.map((closure, i) => [...closure].filter((unit) => unit !== i).sort());
  }
  const words = (all: string): string => all.split(' ').map((word) => `${word}\n`).join('');

  test('a commit stands on who put back the line it touches, not only on who first wrote it', async () => {
    expect(await closuresOf([['f', words('a b c d e f g')]], [['f', words('a b d e g')]], [['f', words('a b c d e g')]], [['f', words('a b c x d e g')]])).toEqual([[], [0], [0, 1]]);
  });

  test('a line taken away keeps those apart who write on either side of it', async () => {
    expect(await closuresOf([['f', words('a b c')]], [['f', words('a c')]], [['f', words('a x c')]])).toEqual([[], [0]]);
    expect(await closuresOf([['f', words('a b c d e')]], [['f', words('a b x c d e')]], [['f', words('a b x c d y e')]])).toEqual([[], []]);
  });

  test('a file stands on who added it; who deletes it on all who wrote in it; who adds another on that', async () => {
    expect(await closuresOf([['f', words('a b c d e')]], [['f', words('x b c d e')]], [['f', words('x b c d y')]], [], [['f', words('new')]])).toEqual([[], [], [0, 1], [0, 1, 2]]);
  });

  test('a directory where a file was stands on who deleted the file, and the other way round', async () => {
    expect(await closuresOf([['f', 'a\n'], ['g', 'g\n']], [['g', 'g\n']], [['g', 'g\n'], ['f/x', 'x\n']])).toEqual([[], [0]]);
    expect(await closuresOf([['d/x', 'a\n'], ['d/y', 'b\n'], ['g', 'g\n']], [['d/y', 'b\n'], ['g', 'g\n']], [['g', 'g\n']], [['g', 'g\n'], ['d', 'x\n']])).toEqual([[], [], [0, 1]]);
  });

  test('mode and lines are registers of their own', async () => {
    const exec = (content: string): File => ({ mode: '100755', content });
    expect(await closuresOf([['f', words('a b c')]], [['f', exec(words('a b c'))]], [['f', exec(words('x b c'))]], [['f', words('x b c')]])).toEqual([[], [], [0]]);
  });

  test('a commit that changes nothing is a unit without edits', async () => {
    const of = strandOf(stack(new Random(1), { steps: 0, lines: 3, distinct: true, kinds: false }));
    const strand: Strand = { ...of.strand, steps: [{ commit: commitId(0), commits: 1, changes: new Map() }] };
    expect((await unravelled(of.contents, of.blobs, [strand])).units).toEqual([{ strand: 0, step: 0, atom: -1, key: commitId(0), requires: [], after: [], edits: [], changes: new Map() }]);
  });
});
