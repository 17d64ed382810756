// The danger: lines that stand counted for those who did not write them, or twice, or lost at a merge; and versions held for ever. The twin
// holds every line of every version with its author, and merges line by line.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString, Oid, PathBytes } from '../bytes.ts';
import { historyFrom } from './history.ts';
import { Fate, Log, type Touched } from './log.ts';

interface Line { readonly id: number; readonly by: number }
interface Version { readonly content: Oid; readonly lines: readonly Line[] }
type Tree = ReadonlyMap<string, Version>;

/** What takes one list of lines to another, both of lines that are told apart, in their order. */
function hunksBetween(a: readonly Line[], b: readonly Line[]): Uint32Array {
  const inB = new Set(b.map(({ id }) => id)), inA = new Set(a.map(({ id }) => id)), out: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i]!.id === b[j]!.id) { i++; j++; continue; }
    const from = i, to = j;
    while (i < a.length && !inB.has(a[i]!.id)) i++;
    while (j < b.length && !inA.has(b[j]!.id)) j++;
    out.push(from, i - from, to, j - to);
  }
  return Uint32Array.from(out);
}

/** A choice for every step: which branch, which file, what. */
const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.nat(9), fc.nat(30), fc.nat(4), fc.nat(6), fc.nat(4)), { minLength: 1, maxLength: 40 });

test('who wrote what stands is what the twin says that holds every line', () => {
  fc.assert(fc.property(steps, (choices) => {
    const log = new Log(40), names = ['a', 'b', 'dir/c'] as PathBytes[];
    let ids = 0, contents = 0, commits = 0;
    const content = (): Oid => (++contents).toString(16).padStart(13, '0').padEnd(40, 'f') as Oid;
    const add = (parents: readonly Oid[], by: number, touched: readonly Touched[], merged: Parameters<Log['add']>[0]['merged'] = []): Oid => {
      const oid = (++commits).toString(16).padStart(40, '0') as Oid, who = { name: `Author Number${by}` as ByteString, email: `a${by}@x.org` as ByteString };
      log.add({ oid, parents, author: who, committer: who, authored: 1_600_000_000, committed: 1_600_000_000, mentioned: [], touched, lined: true, merged });
      return oid;
    };
    const fresh = (n: number, by: number): Line[] => Array.from({ length: n }, () => ({ id: ids++, by }));
    let tips: { oid: Oid; tree: Tree }[] = [{ oid: add([], 0, []), tree: new Map() }];
    for (const [branch, file, what, at, removed, added, by] of [...choices, ...tips.map(() => [0, 0, 9, 0, 0, 0, 0] as const)]) {
      const n = branch % tips.length, tip = tips[n]!, path = names[file]!, old = tip.tree.get(path);
      if (what === 9 && tips.length > 1) {
        // each file as one side has it, or of both: lines that either has, but for some, and a line of the merger's
        const other = tips[(n + 1) % tips.length]!, tree = new Map<string, Version>(), merged: Parameters<Log['add']>[0]['merged'][number][] = [];
        for (const name of names) {
          const x = tip.tree.get(name), y = other.tree.get(name);
          if (x === undefined || y === undefined || x.content === y.content || at % 3 === 0) { const one = at % 2 === 0 ? x ?? y : y ?? x; if (one !== undefined) tree.set(name, one); continue; }
          const inX = new Set(x.lines.map(({ id }) => id)), cut = at % (y.lines.length + 1);
          // lines of the other side stand in front: those that both have keep the order of the first
          const lines = [...y.lines.filter(({ id }) => !inX.has(id)).slice(0, cut), ...fresh(added % 2, by), ...x.lines.slice(removed)];
          if (lines.length === 0) continue;
          const one = { content: content(), lines };
          tree.set(name, one);
          merged.push({ path: name, after: one.content, sides: [x, y].map((side) => ({ before: side.content, hunks: hunksBetween(side.lines, inOrderOf(side.lines, lines)) })) });
        }
        const oid = add([tip.oid, other.oid], by, [], merged);
        tips = [...tips.filter((one) => one !== tip && one !== other), { oid, tree }];
        continue;
      }
      const tree = new Map(tip.tree);
      let touched: Touched;
      if (old === undefined) {
        const one = { content: content(), lines: fresh(1 + at % 20, by) };
        tree.set(path, one);
        touched = { path, from: null, fate: Fate.added, before: null, after: one.content, hunks: Uint32Array.of(0, 0, 0, one.lines.length) };
      } else if (what === 0) {
        tree.delete(path);
        touched = { path, from: null, fate: Fate.deleted, before: old.content, after: null, hunks: Uint32Array.of(0, old.lines.length, 0, 0) };
      } else {
        const start = at % (old.lines.length + 1), lines = [...old.lines.slice(0, start), ...fresh(added, by), ...old.lines.slice(start + removed)], one = { content: content(), lines };
        const to = what === 1 ? names.find((name) => !tree.has(name)) : undefined;
        tree.delete(path);
        tree.set(to ?? path, one);
        touched = { path: to ?? path, from: to === undefined ? null : path, fate: to === undefined ? Fate.changed : Fate.renamed, before: old.content, after: one.content, hunks: hunksBetween(old.lines, lines) };
      }
      const next = { oid: add([tip.oid], by, [touched]), tree };
      tips = what === 2 && tips.length < 4 ? [...tips, next] : tips.map((one) => (one === tip ? next : one));
    }
    for (const { oid, tree } of tips) {
      const h = historyFrom({ log, head: oid, files: [...tree].map(([path, one]) => ({ path: path as PathBytes, content: one.content })), mailmap: null, now: 1_700_000_000, survivors: true });
      const found = new Map<string, number>(), expected = new Map<string, number>();
      for (const [i, f] of h.survivors.file.entries()) found.set(`${h.files[f]!.path} ${h.people[h.survivors.person[i]!]!.email}`, h.survivors.lines[i]!);
      for (const [path, { lines }] of tree) for (const { by } of lines) { const key = `${path} a${by}@x.org`; expected.set(key, (expected.get(key) ?? 0) + 1); }
      expect(new Map([...found].sort())).toEqual(new Map([...expected].sort()));
    }
  }), { numRuns: 150 });
});

/** A side's lines that it lacks or has elsewhere are others to it: those that keep their order are the same. */
function inOrderOf(side: readonly Line[], lines: readonly Line[]): readonly Line[] {
  const place = new Map(side.map(({ id }, i) => [id, i]));
  let last = -1;
  return lines.map((line) => {
    const at = place.get(line.id);
    if (at === undefined || at < last) return { id: -1 - line.id, by: line.by };
    last = at;
    return line;
  });
}
