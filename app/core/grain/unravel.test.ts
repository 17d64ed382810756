// The danger: a commit taken out of its stack that leaves a line behind, brings another one's along, or says it stands on what it never
// touched. Random stacks against a list of lines that everybody writes in (testkit/stackTwin.ts), and against merges.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { StackTwin } from '../../../testkit/stackTwin.ts';
import { type StackShape, type Stacked, at, closedSet, outcome, stack, strandOf, topsIn, unravelled, wovenOf } from '../../../testkit/stacks.ts';
import { type Changes, between, isRegular } from '../changes.ts';
import type { Contents } from '../contents.ts';
import { mergeRegions } from '../merge3.ts';
import type { Atom } from '../atoms/model.ts';
import { editsOf } from '../edits.ts';
import type { Entry } from '../repository.ts';
import { settle } from '../waves.ts';
import type { Strand, Unit } from './model.ts';

const shapes = fc.record({ seed: fc.nat(), steps: fc.integer({ min: 1, max: 9 }), lines: fc.integer({ min: 1, max: 9 }), distinct: fc.boolean(), kinds: fc.boolean() });
const stacked = ({ seed, ...shape }: StackShape & { readonly seed: number }): Stacked => strandOf(stack(new Random(seed), shape));
const baseOf = ({ trees }: Stacked) => (path: string): Entry | null => trees[0]!.get(at(path)) ?? null;

async function twinOf(of: Stacked): Promise<StackTwin> {
  await settle(of.contents, () => of.contents.needTexts(of.blobs.keys()));
  const twin = new StackTwin(of.contents);
  for (const [i, { changes }] of of.strand.steps.entries()) twin.add(between(of.strand.steps[i - 1]?.changes ?? new Map(), changes), baseOf(of));
  return twin;
}

/** An edit is what it says: from an entry, by its hunks, to an entry. */
function consistent(contents: Contents, unit: Unit, below: Changes): void {
  expect(unit.edits.map(({ path }) => path)).toEqual(unit.edits.map(({ path }) => path).toSorted());
  for (const { path, before, after, hunks } of unit.edits) {
    const known = below.get(path);
    if (known !== undefined) expect(before).toEqual(known.after);
    const made = unit.changes.get(path);
    if (made !== undefined) expect(made.after).toEqual(after);
    if (hunks === null || !isRegular(before) || !isRegular(after)) continue;
    const text = contents.text(before!.oid);
    if (text === null) continue;
    const lines = [...text];
    for (const { start, end, removed, inserted } of [...hunks].reverse()) {
      expect(lines.splice(start, end - start, ...contents.interner.internLines(inserted))).toEqual([...contents.interner.internLines(removed)]);
    }
    expect(lines).toEqual([...contents.text(after!.oid)!]);
  }
}

describe('a stack taken apart', () => {
  test('what units stand on, their trees and those of closed sets are the twin\'s; all of them are the last tree', async () => {
    await fc.assert(fc.asyncProperty(shapes, async (shape) => {
      const of = stacked(shape), base = baseOf(of), twin = await twinOf(of), random = new Random(shape.seed);
      const { units, closures, woven } = await unravelled(of.contents, of.blobs, [of.strand]);
      const shown = (changes: Changes): string[][] => [...twin.shown(base, changes)].sort();
      expect(units.map(({ key }) => key)).toEqual(of.strand.steps.map(({ commit }) => commit));
      for (const [i, unit] of units.entries()) {
        expect(unit.note).toBeUndefined();
        expect([...closures[i]!].filter((other) => other !== i).sort()).toEqual([...twin.closures[i]!].sort());
        expect(unit.requires.some((r) => unit.requires.some((other) => other !== r && closures[other]!.has(r)))).toBe(false);
        expect(unit.after).toEqual(i === 0 ? [] : [i - 1]);
        expect(shown(unit.changes)).toEqual([...twin.tree(closures[i]!)].sort());
        const below = await settle(of.contents, () => woven.compose(topsIn(twin.closures[i]!, closures)));
        consistent(of.contents, unit, below.changes);
      }
      for (let n = 0; n < 6; n++) {
        const set = closedSet(random, units, n === 0 ? 1 : 0.6), composed = await settle(of.contents, () => woven.compose(topsIn(set, closures)));
        expect(composed.conflicts).toEqual([]);
        expect(shown(composed.changes)).toEqual([...twin.tree(set)].sort());
        if (n === 0) expect(outcome(composed.changes)).toBe(outcome(of.strand.steps.at(-1)!.changes));
      }
    }), { numRuns: 300 });
  });

  test('is stood on by no more than must be: with what it requires taken back, its edits touch that', async () => {
    let edges = 0, apart = 0;
    await fc.assert(fc.asyncProperty(shapes, async (shape) => {
      // with one way only to align texts: else a merge may find another one, in which nothing touches
      const of = stacked({ ...shape, distinct: true }), { units, closures, woven } = await unravelled(of.contents, of.blobs, [of.strand]);
      for (const [i, unit] of units.entries()) for (const required of unit.requires) {
        const under = [...closures[i]!].filter((other) => other !== i), left = new Set(under.filter((other) => !closures[other]!.has(required)));
        const trees = await settle(of.contents, () => [new Set(under), left].map((set) => woven.compose(topsIn(set, closures)).changes));
        edges++;
        if (!touch(of.contents, trees[0]!, trees[1]!, unit.changes)) apart++;
      }
    }), { numRuns: 200 });
    expect(edges).toBeGreaterThan(200);
    expect(apart).toBe(0);
  });

  test('of units neither of which stands on the other, git\'s rule finds none that touch', async () => {
    await fc.assert(fc.asyncProperty(shapes, async (shape) => {
      const of = stacked({ ...shape, distinct: true }), { units, closures, woven } = await unravelled(of.contents, of.blobs, [of.strand]);
      for (const i of units.keys()) for (let j = 0; j < i; j++) {
        if (closures[i]!.has(j)) continue;
        const common = new Set([...closures[i]!].filter((unit) => closures[j]!.has(unit)));
        const tree = await settle(of.contents, () => woven.compose(topsIn(common, closures)).changes);
        expect(touch(of.contents, tree, units[i]!.changes, units[j]!.changes), `${j} ${i}`).toBe(false);
      }
    }), { numRuns: 100 });
  });

  test('leaving one out and putting it back is what it was; the order of choice does not matter', async () => {
    await fc.assert(fc.asyncProperty(shapes, async (shape) => {
      const of = stacked(shape), { units, closures, woven } = await unravelled(of.contents, of.blobs, [of.strand]), random = new Random(shape.seed + 1);
      const set = closedSet(random, units, 0.8), tops = topsIn(set, closures);
      if (tops.length === 0) return;
      const compose = (which: typeof woven, some: readonly number[]): Promise<string> => settle(of.contents, () => outcome(which.compose(some).changes));
      const all = await compose(woven, tops), one = random.pick(tops), left = new Set([...set].filter((unit) => unit !== one));
      const without = await compose(woven, topsIn(left, closures));
      expect(await compose(woven, random.shuffle(tops))).toBe(all);
      const anew = wovenOf(of.contents, units).woven;
      expect(await compose(anew, topsIn(left, closures))).toBe(without);
      expect(await compose(anew, tops)).toBe(all);
    }), { numRuns: 100 });
  });
});

/** Each step in up to three parts, cut at random where commits may be cut (docs/decisions/0046). */
async function inAtoms(of: Stacked, random: Random): Promise<Strand> {
  const { contents, strand } = of;
  const steps = await settle(contents, () => strand.steps.map((step, i) => {
    const atoms: Atom[] = [], parts = 1 + random.below(3), split = new Map<number, Atom['pieces'][number][]>();
    const put = (path: Atom['pieces'][number]['path'], hunk: number): void => { const k = random.below(parts); split.set(k, [...split.get(k) ?? [], { path, hunk }]); };
    for (const { path, kind, before, after, hunks } of editsOf(contents, between(strand.steps[i - 1]?.changes ?? new Map(), step.changes))) {
      if (kind === 'modify' && before!.mode === after!.mode) for (const h of hunks!.keys()) put(path, h); else put(path, -1);
    }
    for (const pieces of split.values()) atoms.push({ name: '', pieces });
    return { ...step, atoms };
  }));
  return { ...strand, steps };
}

describe('a stack in atoms', () => {
  test('atoms make up their commits; closed sets of them compose; they stand on what they touch and on nothing else', async () => {
    let split = 0;
    await fc.assert(fc.asyncProperty(shapes, async (shape) => {
      const of = stacked({ ...shape, distinct: true }), random = new Random(shape.seed + 2);
      await settle(of.contents, () => of.contents.needTexts(of.blobs.keys()));
      const { units, closures, woven } = await unravelled(of.contents, of.blobs, [await inAtoms(of, random)]);
      const tree = (set: ReadonlySet<number>): Promise<Changes> => settle(of.contents, () => {
        const { changes, conflicts } = woven.compose(topsIn(set, closures));
        expect(conflicts).toEqual([]);
        return changes;
      });
      expect(new Set(units.map(({ key }) => key)).size).toBe(units.length);
      for (const [i, { changes }] of of.strand.steps.entries()) {
        const until = new Set([...units.keys()].filter((unit) => units[unit]!.step <= i));
        expect(outcome(await tree(until))).toBe(outcome(changes));
      }
      for (let n = 0; n < 4; n++) await tree(closedSet(random, units));
      for (const [i, unit] of units.entries()) {
        if (unit.atom >= 0) split++;
        expect(unit.atom < 0).toBe(unit.key === of.strand.steps[unit.step]!.commit);
        const under = new Set([...closures[i]!].filter((other) => other !== i)), below = await tree(under);
        consistent(of.contents, unit, below);
        for (const required of unit.requires) {
          const left = await tree(new Set([...under].filter((other) => !closures[other]!.has(required))));
          expect(touch(of.contents, below, left, unit.changes), `${required} ${i}`).toBe(true);
        }
        for (let j = 0; j < i; j++) {
          if (closures[i]!.has(j)) continue;
          const common = await tree(new Set([...closures[i]!].filter((other) => closures[j]!.has(other))));
          expect(touch(of.contents, common, unit.changes, units[j]!.changes), `${j} ${i}`).toBe(false);
        }
      }
    }), { numRuns: 120 });
    expect(split).toBeGreaterThan(200);
  });
});

/** Whether two changes of one tree have to do with each other: a region of a text that both change, a register that both set, a name in the way. */
function touch(contents: Contents, tree: Changes, one: Changes, other: Changes): boolean {
  const ours = between(tree, one), theirs = between(tree, other);
  for (const [path, { before, after }] of ours) {
    for (const [to, change] of theirs) if ((to.startsWith(`${path}/`) || path.startsWith(`${to}/`)) && change.after !== null && after !== null) return true;
    const their = theirs.get(path);
    if (their === undefined) continue;
    if (!isRegular(before) || !isRegular(after) || !isRegular(their.after)) return true;
    if (before!.mode !== after!.mode && before!.mode !== their.after!.mode) return true;
    const toOurs = contents.script(before!.oid, after!.oid), toTheirs = contents.script(before!.oid, their.after!.oid);
    if (toOurs === null || toTheirs === null) return true;
    const regions = mergeRegions(contents.text(after!.oid)!, contents.text(their.after!.oid)!, toOurs, toTheirs);
    for (const { kind } of regions) if (kind !== 'a' && kind !== 'b') return true;
  }
  return false;
}
