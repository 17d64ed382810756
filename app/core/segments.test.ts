// Danger: a commit counted into the wrong segment makes two sources conflict with work that is not theirs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Oid } from './bytes.ts';
import { type GraphCommit, cutSegments } from './segments.ts';

const oid = (n: number): Oid => n.toString(16).padStart(40, '0') as Oid;

function graph(parents: readonly (readonly number[])[]): Map<Oid, GraphCommit> {
  return new Map(parents.map((ps, i) => [oid(i), { oid: oid(i), parents: ps.map(oid) }]));
}

/** By the words of the definition: sets of reaching sources, split by reaching heads until each part has one. */
function slow(commits: Map<Oid, GraphCommit>, tips: readonly Oid[]): { tip: Oid; commits: string; lower: string; sources: string }[] {
  const reachable = (from: Oid, within: ReadonlySet<Oid>): Set<Oid> => {
    const out = new Set<Oid>();
    const visit = (c: Oid): void => { if (!within.has(c) || out.has(c)) return; out.add(c); commits.get(c)!.parents.forEach(visit); };
    visit(from);
    return out;
  };
  const all = new Set(commits.keys());
  const group = (members: Oid[], keyOf: (c: Oid) => string): Oid[][] => {
    const groups = new Map<string, Oid[]>();
    for (const m of members) groups.set(keyOf(m), [...(groups.get(keyOf(m)) ?? []), m]);
    return [...groups.values()];
  };
  const reaches = tips.map((t) => reachable(t, all));
  const sourcesOf = (c: Oid): number[] => tips.flatMap((_, i) => (reaches[i]!.has(c) ? [i] : []));
  const split = (members: Oid[]): Oid[][] => {
    const set = new Set(members);
    const heads = members.filter((m) => !members.some((o) => o !== m && reachable(o, set).has(m)));
    if (heads.length <= 1) return [members];
    const from = heads.map((h) => reachable(h, set));
    return group(members, (c) => heads.map((_, i) => (from[i]!.has(c) ? i : '')).join()).flatMap(split);
  };
  const parts = group([...all].filter((c) => sourcesOf(c).length > 0), (c) => sourcesOf(c).join()).flatMap(split);
  const tipOf = (part: Oid[]): Oid => part.find((m) => !part.some((o) => o !== m && reachable(o, all).has(m)))!;
  const below = parts.map((part) => parts.filter((o) => o !== part && o.some((c) => reachable(tipOf(part), all).has(c))));
  return parts.map((part, i) => ({
    tip: tipOf(part), commits: [...part].sort().join(), sources: sourcesOf(part[0]!).join(),
    lower: below[i]!.filter((s) => !below[i]!.some((o) => o !== s && below[parts.indexOf(o)]!.includes(s))).map(tipOf).sort().join(),
  })).sort((x, y) => (x.tip < y.tip ? -1 : 1));
}

const dag = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 14 })
  .map((picks) => picks.map((list, i) => [...new Set(list.filter(() => i > 0).map((n) => n % Math.max(1, i)))]))
  .chain((parents) => fc.record({ parents: fc.constant(parents), tips: fc.array(fc.nat({ max: parents.length - 1 }), { minLength: 1, maxLength: 5 }) }));

describe('cutSegments', () => {
  test('equals the definition taken literally, on random graphs', () => {
    fc.assert(fc.property(dag, ({ parents, tips }) => {
      const commits = graph(parents);
      const cut = cutSegments(commits, tips.map(oid));
      expect(cut.map((s) => ({
        tip: s.tip, commits: [...s.commits].sort().join(), sources: s.sources.join(), lower: s.lower.map((l) => cut[l]!.tip).sort().join(),
      })).sort((x, y) => (x.tip < y.tip ? -1 : 1))).toEqual(slow(commits, tips.map(oid)));
    }), { numRuns: 400 });
  });

  test('lower segments come first', () => {
    fc.assert(fc.property(dag, ({ parents, tips }) => {
      cutSegments(graph(parents), tips.map(oid)).forEach((s, i) => { for (const b of s.below) expect(b).toBeLessThan(i); });
    }));
  });

  test('a stacked branch is its own segment on the one below, and shared commits are one segment', () => {
    //    0 ← 1 (a)   0 ← 2 (b) : 0 is shared, a and b stand on it
    const cut = cutSegments(graph([[], [0], [0]]), [oid(1), oid(2)]);
    expect(cut.map((s) => [s.tip, s.lower.map((l) => cut[l]!.tip), s.sources])).toEqual([
      [oid(0), [], [0, 1]], [oid(1), [oid(0)], [0]], [oid(2), [oid(0)], [1]],
    ]);
  });

  test('two side branches that two sources merge alike are two segments, not one', () => {
    // 0 and 1 side branches; 2 and 3 both merge them
    const cut = cutSegments(graph([[], [], [0, 1], [0, 1]]), [oid(2), oid(3)]);
    expect(cut).toHaveLength(4);
    expect(cut.filter((s) => s.lower.length === 2).map((s) => s.tip)).toEqual([oid(2), oid(3)]);
  });
});
