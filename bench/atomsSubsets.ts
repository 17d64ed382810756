// Whether the atoms of a commit compose: all of them to the commit byte for byte, and each subset to its parent with just those pieces
// applied, or it names what it lacks. The engine's units and weaving on the one side, a patch applied hunk by hunk on the other.
import { concatBytes } from '../app/core/bytes.ts';
import type { Atom } from '../app/core/atoms/model.ts';
import { type Changes, sameEntry } from '../app/core/changes.ts';
import type { Contents } from '../app/core/contents.ts';
import type { Unit } from '../app/core/grain/model.ts';
import { unravel } from '../app/core/grain/unravel.ts';
import { Woven } from '../app/core/grain/woven.ts';
import { settle } from '../app/core/waves.ts';
import type { Random } from '../testkit/random.ts';
import type { RealCommit } from './atomsCases.ts';

/** Atoms of which every subset is tried; of more, so many drawn. */
const ALL_OF = 6, DRAWN = 64;

interface Subsets {
  /** the units that the engine makes of the atoms: fewer where some cannot be apart */
  readonly units: number;
  readonly isWhole: boolean;
  readonly composed: number;
  /** subsets that say that they lack others */
  readonly lacking: number;
  /** subsets that compose to something else than their pieces applied, or conflict */
  readonly wrong: number;
}

export async function subsetsOf(contents: Contents, { oid, commit, changes }: RealCommit, atoms: readonly Atom[], random: Random): Promise<Subsets> {
  const step = { commit: oid, commits: 1, changes, atoms }, units = await settle(contents, () => unravel(contents, [{ lower: [], below: new Map(), steps: [step], apart: true }]));
  const closures = units.map((): Set<number> => new Set());
  for (const [i, unit] of units.entries()) for (const below of [i, ...unit.requires.flatMap((r) => [...closures[r]!])]) closures[i]!.add(below);
  const woven = new Woven(contents, { own: (i) => units[i]!.edits, changes: (i) => units[i]!.changes, closure: (i) => closures[i]!, tip: (i) => units[i]!.key });
  const composed = async (set: readonly number[]): Promise<Changes | null> => {
    const tops = set.filter((one) => !set.some((other) => other !== one && closures[other]!.has(one)));
    const made = await settle(contents, () => woven.compose(tops));
    return made.conflicts.length > 0 ? null : made.changes;
  };
  const all = units.map((_, i) => i), whole = await composed(all), n = { composed: 0, lacking: 0, wrong: 0 };
  for (const set of drawnSubsets(units.length, random)) {
    if (set.some((one) => [...closures[one]!].some((below) => !set.includes(below)))) { n.lacking++; continue; }
    n.composed++;
    const made = await composed(set);
    if (made === null || !same(made, applied(contents, commit, pathsOf(units, set, atoms)))) n.wrong++;
  }
  return { units: units.length, isWhole: whole !== null && same(whole, changes), ...n };
}

function* drawnSubsets(size: number, random: Random): Generator<number[]> {
  const all = Array.from({ length: size }, (_, i) => i);
  if (size <= ALL_OF) for (let bits = 1; bits < 2 ** size; bits++) yield all.filter((i) => bits >> i & 1);
  else for (let k = 0; k < DRAWN; k++) yield all.filter(() => random.chance(0.5));
}

/** path → which of its pieces the units have; -1: it as a whole. A unit of several atoms, or of all, has theirs. */
function pathsOf(units: readonly Unit[], set: readonly number[], atoms: readonly Atom[]): Map<string, Set<number>> {
  const out = new Map<string, Set<number>>();
  for (const i of set) {
    for (const { path, hunk } of units[i]!.atom < 0 ? atoms.flatMap(({ pieces }) => pieces) : atoms[units[i]!.atom]!.pieces) {
      if (!out.has(path)) out.set(path, new Set());
      out.get(path)!.add(hunk);
    }
  }
  return out;
}

/** The parent's files with these pieces applied, one after the other. */
function applied(contents: Contents, commit: RealCommit['commit'], chosen: ReadonlyMap<string, ReadonlySet<number>>): Changes {
  const out = new Map<RealCommit['pieces'][number]['path'], { before: typeof commit.edits[number]['edit']['before']; after: typeof commit.edits[number]['edit']['after'] }>();
  for (const { edit } of commit.edits) {
    const pieces = chosen.get(edit.path);
    if (pieces === undefined) continue;
    if (pieces.has(-1)) { out.set(edit.path, { before: edit.before, after: edit.after }); continue; }
    const ids = contents.text(edit.before!.oid)!, parts: Uint8Array[] = [];
    let at = 0;
    for (const [k, { start, end, inserted }] of edit.hunks!.entries()) {
      if (!pieces.has(k)) continue;
      parts.push(contents.interner.join(ids, at, start), inserted);
      at = end;
    }
    const oid = contents.make(concatBytes([...parts, contents.interner.join(ids, at)]));
    out.set(edit.path, { before: edit.before, after: { mode: edit.after!.mode, oid } });
  }
  return out;
}

function same(a: Changes, b: Changes): boolean {
  return a.size === b.size && [...a].every(([path, { after }]) => b.has(path) && sameEntry(after, b.get(path)!.after));
}
