// Danger: at the finer grains a branch is many ACUs, and conflicts with itself, or with another by its last commit alone. What the engine
// says of sources and of sets is held against asking every pair, on histories of commits that fork, and that take commits from each other.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuId, ByteString, Oid, PathBytes } from './bytes.ts';
import { Closures } from './closures.ts';
import { neededContexts } from './common.ts';
import { packPairs } from './decided.ts';
import { Engine } from './engine.ts';
import type { Published } from './events.ts';
import type { Edit, Segment } from './model.ts';
import { segmentKey } from './segmentKey.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const oid = (what: string): Oid => {
  let h = 2166136261;
  for (const c of what) h = Math.imul(h ^ c.charCodeAt(0), 16777619) >>> 0;
  return h.toString(16).padStart(8, '0').repeat(5) as Oid;
};

interface Unit { readonly lines: readonly number[]; readonly on: readonly number[]; readonly what: number; readonly picked: boolean }
interface Branch { readonly from: number; readonly at: number; readonly units: readonly Unit[] }

/** Branches of commits, each from a point of an earlier branch or from the base; a picked commit is one ACU with that of an earlier branch. */
function publish(branches: readonly Branch[]) {
  const cut: { tip: Oid; lower: number[]; after: number[]; acu: AcuId; edits: Edit[] }[] = [];
  const below: Set<number>[] = [], histories: number[][] = [];
  const known: { acu: AcuId; edits: Edit[] }[] = [];
  for (const [b, { from, at, units }] of branches.entries()) {
    const base = from < histories.length ? histories[from]! : [];
    const mine = base.slice(0, base.length === 0 ? 0 : at % (base.length + 1));
    for (const [u, { lines, on, what, picked }] of units.entries()) {
      const name = `${b} ${u}`, other = known[what % Math.max(1, known.length)];
      const isPicked = picked && other !== undefined && !mine.some((m) => cut[m]!.acu === other.acu);
      const wanted = isPicked ? [] : [...new Set(on.filter(() => mine.length > 0).map((n) => mine[n % mine.length]!))];
      const lower = wanted.filter((l) => !wanted.some((o) => o !== l && below[o]!.has(l))).sort((x, y) => x - y);
      const edits = isPicked ? other.edits : [...new Set(lines)].sort((x, y) => x - y).filter((line, i, all) => i === 0 || line > all[i - 1]! + 1).slice(0, 2).map((line, i): Edit => ({
        path: `f${(line + i * 3) % 3}` as PathBytes, kind: 'modify', before: { mode: 0o100644, oid: oid(`base ${(line + i * 3) % 3}`) }, after: { mode: 0o100644, oid: oid(`after ${name} ${line}`) },
        hunks: [{ start: line, end: line + 1, removed: text(`${line}\n`), inserted: text(`${what % 3}\n`) }], added: 1, deleted: 1,
      })).filter((e, i, all) => all.findIndex((f) => f.path === e.path) === i).sort((x, y) => (x.path < y.path ? -1 : 1));
      const acu = isPicked ? other.acu : `${oid(`acu ${name}`)}${'0'.repeat(24)}` as AcuId;
      const n = cut.push({ tip: oid(`tip ${name}`), lower, after: mine.slice(-1), acu, edits }) - 1;
      below.push(new Set(lower.flatMap((l) => [l, ...below[l]!])));
      if (!isPicked && lower.length === 0) known.push({ acu, edits });
      mine.push(n);
    }
    histories.push(mine);
  }
  const contexts = neededContexts(cut, new Closures(cut), { all: () => 1, over: () => 1 });
  const segments = cut.map((s, i): Segment => ({
    tip: s.tip, lower: s.lower.map((l) => cut[l]!.tip), standing: { kind: 'exact' }, acu: s.acu, title: `unit ${i}` as ByteString, author: { name: 'A' as ByteString, email: 'a@b' as ByteString },
    time: i, commits: 1, edits: s.edits, contexts: ['base', ...contexts[i]!.keys()].map((context) => ({ context, edits: s.edits })), needs: [], renames: [], within: oid('whole'), after: s.after.map((l) => cut[l]!.tip),
  }));
  const published: Published = {
    base: oid('base'), baseTree: oid('tree'), baseName: 'main', grain: 'commit', globs: [], skipped: [], segments: segments.map(segmentKey), decided: packPairs(new Int32Array(0), [], []),
    sources: histories.map((units, i) => ({ name: `b${i}` as ByteString, ref: `refs/heads/b${i}` as ByteString, oid: cut[units.at(-1)!]!.tip, segments: units.map((u) => cut[u]!.tip) })),
  };
  return { published, segments };
}

const unit = fc.record({ lines: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }), on: fc.array(fc.nat(20), { maxLength: 2 }), what: fc.nat(50), picked: fc.constantFrom(false, false, true) });
const branches = fc.array(fc.record({ from: fc.nat(8), at: fc.nat(8), units: fc.array(unit, { minLength: 1, maxLength: 6 }) }), { minLength: 2, maxLength: 6 });

test('sources conflict by all their tops, never with themselves; sets are told alike in any order', () => {
  let blocking = 0, clean = 0, together = 0;
  fc.assert(fc.property(branches, fc.infiniteStream(fc.nat(1000)), (list, numbers) => {
    const { published, segments } = publish(list), engine = Engine.from(published, segments), { index, tables } = engine;
    const topsOf = tables.sources.map((s) => s.segments.filter((x) => !s.segments.some((y) => y !== x && index.includes(y, x))));
    const wanted = new Map<string, string>();
    topsOf.forEach((mine, i) => topsOf.forEach((theirs, j) => {
      if (j <= i) return;
      const pairs = mine.flatMap((x) => theirs.filter((y) => index.has(x, y)).map((y) => index.get(x, y)!));
      if (pairs.length > 0) { blocking++; wanted.set(`b${i} b${j}`, [...new Set(pairs.flatMap(({ places }) => places.map((p) => tables.paths[p.path]!)))].sort().join()); } else clean++;
    }));
    expect(engine.sourceTops.map((tops) => [...tops])).toEqual(topsOf);
    expect(new Map([...engine.sourceConflicts()].map((c) => [`${c.a} ${c.b}`, c.paths.join()]))).toEqual(wanted);
    const pairs: string[] = [];
    engine.sourcePairs((a, b) => pairs.push([a, b].sort().map((n) => `b${n}`).join(' ')));
    expect(pairs.sort()).toEqual([...wanted.keys()].sort());
    expect(Engine.decode(engine.encode()).digest).toBe(engine.digest);
    const acuOf = new Map(segments.map((s) => [s.tip, s.acu!]));
    const edges = new Set([...engine.edges()].flatMap((e) => [`${e.a} ${e.b}`, `${e.b} ${e.a}`]));
    for (const [i, source] of published.sources.entries()) {
      const ids = [...new Set(source.segments.map((tip) => acuOf.get(tip)!))];
      // what it took from another branch it has as its own: all of it is one history (law 2)
      expect(engine.check(ids)).toEqual({ ok: true, missing: [], conflicts: [] });
      const tops = engine.tops(ids);
      expect(new Set(tops.map((t) => tables.segments[t]!.acu))).toEqual(new Set(topsOf[i]!.map((t) => tables.segments[t]!.acu)));
      expect(tables.sources.some((s) => tops.every((t) => s.segments.includes(t)))).toBe(true);
      expect(engine.looks(ids)).toEqual({ renames: false, texts: false });
      for (const a of ids) for (const b of ids) { expect(edges.has(`${a} ${b}`)).toBe(false); together++; }
    }
    const set = [...engine.closed(engine.acus.map((a) => a.id).filter(() => numbers.next().value! % 3 === 0))];
    const shuffled = set.map((id) => ({ id, at: numbers.next().value! })).sort((x, y) => x.at - y.at).map(({ id }) => id);
    expect(engine.tops(shuffled)).toEqual(engine.tops(set));
    expect(engine.check(shuffled)).toEqual(engine.check(set));
    const tops = engine.tops(set), conflicting = tops.flatMap((x, i) => tops.slice(i + 1).filter((y) => index.has(x, y)));
    expect(engine.check(set).ok).toBe(conflicting.length === 0);
    const [last, ...rest] = shuffled;
    if (last !== undefined) expect(engine.verdict(rest, [last]).kind === 'conflicts').toBe(conflictsNow(engine, rest, last));
  }), { numRuns: Number(process.env['ACUMEN_RUNS'] ?? 60) });
  expect(Math.min(blocking, clean, together)).toBeGreaterThan(50);
});

/** A pair that conflicts with it among the tops, and did not before. */
function conflictsNow(engine: Engine, before: readonly AcuId[], one: AcuId): boolean {
  const old = new Set(engine.tops([...engine.closed(before)])), now = engine.tops([...engine.closed([...before, one])]);
  return now.some((x, i) => now.slice(i + 1).some((y) => engine.index.has(x, y) && !(old.has(x) && old.has(y))));
}
