// Taking segments apart: what each commit of a strand, or each atom of it, stands on, and nothing else (docs/decisions/0043). By path: what
// a hunk touches (who inserted, hid or restored the lines before it, after it, removed and in between), and registers: existence, mode,
// whole contents. Edits are then told on the tree of what a unit requires. Its slow twin takes units out and merges (unravel.test.ts).
import type { Oid, PathBytes } from '../bytes.ts';
import { type Change, type Changes, between, isRegular, sameEntry } from '../changes.ts';
import type { Contents } from '../contents.ts';
import { editsOf, hasTextsOf } from '../edits.ts';
import type { Edit, Hunk } from '../model.ts';
import type { Entry } from '../repository.ts';
import { LACKING } from '../waves.ts';
import { type Bits, bitsOf, has, membersOf, none, union } from '../weave/bits.ts';
import { touchedBy } from '../weave/history.ts';
import { type Window, windowsOf } from '../weave/placing.ts';
import type { Next, WeaveHunk } from '../weave/weave.ts';
import { type Line, contentOf, excerptOf, historyOf, isProved, membersIn, sameLines, versionOf, weaveOf, writersOf } from './line.ts';
import type { Step, Strand, Unit } from './model.ts';
import { type Part, partsByAtom, partsOf } from './parts.ts';
import { Paths } from './paths.ts';

/**
 * The units of all strands, those of lower strands first. Stops as waves.ts describes where texts are lacking, having changed nothing.
 * Strands that nothing connects know nothing of each other: given family by family, less is held at a time.
 */
export function unravel(contents: Contents, strands: readonly Strand[]): Unit[] {
  let lacks = false;
  for (const { below, steps } of strands) for (const [i, { changes }] of steps.entries()) {
    const own = between(steps[i - 1]?.changes ?? below, changes);
    if (!hasTextsOf(contents, own)) lacks = true;
    else for (const { before, after } of own.values()) {
      if (isRegular(before) && isRegular(after) && before!.oid !== after!.oid && !contents.hasScript(before!.oid, after!.oid)) lacks = true;
    }
  }
  if (lacks) throw LACKING;
  const made: (readonly Draft[])[] = [];
  for (const members of familiesOf(strands)) {
    const place = new Map(members.map((s, k) => [s, k]));
    const own = members.map((s): Strand => ({ ...strands[s]!, lower: strands[s]!.lower.map((l) => place.get(l)!) }));
    const whole = new Map<number, string>();
    let drafts: Draft[][] | number = -1;
    // what fails its proof stays whole, and what is above is taken apart anew
    while (typeof (drafts = new Family(contents, own, whole).unravelled()) === 'number') whole.set(drafts, UNPROVED);
    drafts.forEach((list, k) => { made[members[k]!] = list; });
  }
  const numbers = new Map<Draft, number>();
  for (const draft of made.flat()) numbers.set(draft, numbers.size);
  const units: Unit[] = [];
  for (const [strand, drafts] of made.entries()) for (const { family, requires, after, ...rest } of drafts) {
    const global = (list: readonly number[]): number[] => list.map((unit) => numbers.get(family[unit]!)!).sort(ascending);
    const { step, atom, key, edits, changes, note } = rest;
    units.push({ strand, step, atom, key, requires: global(requires), after: global(after), edits, changes, ...note !== undefined && { note } });
  }
  return units;
}

const UNPROVED = 'its commits do not come apart line by line';
const CONFLICTING = 'what it stands on conflicts in itself';
const ELSEWHERE = 'the trees that it stands on differ from what their commits make line by line';
const SWAPPING = 'its parts put a file where another has a directory, or the other way round';

const ascending = (a: number, b: number): number => a - b;

/** Thrown where a hunk stands on lines that what its unit requires does not have: texts that several made alike, each in a way of its own. */
class Untold extends Error {}

/** A path as one unit leaves it, with all that it requires. */
interface Version { readonly base: Entry | null; readonly entry: Entry | null; /** the unit above all who wrote it; −1: several */ readonly by: number }

/** A unit by its number in its family, with what others need of it. */
interface Draft extends Omit<Unit, 'strand'> {
  readonly family: readonly Draft[];
  readonly closure: Bits;
  readonly versions: ReadonlyMap<PathBytes, Version>;
}

/** Hunks of a step's change of one path, placed in the history of its text; and in the end who of the step weaves which of them. */
interface Placed { readonly line: Line; readonly hunks: readonly WeaveHunk[]; readonly windows: readonly Window[]; readonly change: Change; readonly acts: { member: number; window: Window }[]; readonly next: Next[]; readonly by: number[]; modeBy: number }

class Family {
  readonly #contents: Contents;
  readonly #strands: readonly Strand[];
  readonly #whole: ReadonlyMap<number, string>;
  readonly #drafts: Draft[] = [];
  readonly #ofStrand: Draft[][];
  /** by strand: its last unit */
  readonly #last: number[] = [];
  /** by strand: all units of it and below */
  readonly #all: Bits[] = [];
  readonly #paths: Paths;
  readonly #bases = new Map<PathBytes, Entry | null>();

  constructor(contents: Contents, strands: readonly Strand[], whole: ReadonlyMap<number, string>) {
    this.#contents = contents;
    this.#strands = strands;
    this.#whole = whole;
    this.#ofStrand = strands.map(() => []);
    this.#paths = new Paths(contents, strands, this.#all, (unit, other) => has(this.#drafts[unit]!.closure, other));
  }

  /** By strand; or the first one that cannot be proved. */
  unravelled(): Draft[][] | number {
    for (const [s, { below, steps, apart, lower }] of this.#strands.entries()) {
      this.#all[s] = lower.reduce((sum, l) => union(sum, this.#all[l]!), none);
      const note = this.#whole.get(s) ?? (apart ? this.#differs(s) : undefined);
      if (!apart || note !== undefined) this.#asOne(s, note);
      else {
        let before = below;
        try {
          for (const [i, step] of steps.entries()) { this.#step(s, i, before, step); before = step.changes; }
        } catch (error) {
          if (!(error instanceof Untold)) throw error;
          return s;
        }
        if (!this.#holds(s)) return s;
      }
    }
    return this.#ofStrand;
  }

  #tree(s: number): Changes { const { steps, below } = this.#strands[s]!; return steps.at(-1)?.changes ?? below; }

  /** Why the tree that a strand's first commit was made on is not what its lower ones make line by line; undefined where it is. */
  #differs(s: number): string | undefined {
    const { lower, below } = this.#strands[s]!;
    if (lower.length < 2) return sameChanges(below, lower.length === 0 ? new Map() : this.#tree(lower[0]!)) ? undefined : ELSEWHERE;
    const paths = this.#paths.below(s);
    for (const path of below.keys()) if (!paths.has(path)) return ELSEWHERE;
    for (const path of paths) {
      const line = this.#paths.at(s, path);
      if (line === null) return CONFLICTING;
      if (!sameEntry(line!.entry, below.has(path) ? below.get(path)!.after : line!.base)) return ELSEWHERE;
    }
    return undefined;
  }

  /** Law 2: all that a strand's units do, woven from nothing, is the tree of its last step. */
  #holds(s: number): boolean {
    const last = this.#tree(s);
    for (const path of this.#paths.written(s)) {
      const line = this.#paths.at(s, path);
      if (!line || !sameEntry(line.entry, last.has(path) ? last.get(path)!.after : line.base) || !isProved(this.#contents, line)) return false;
    }
    return true;
  }

  // --- a step ----------------------------------------------------------------------------------

  #step(s: number, i: number, before: Changes, step: Step): void {
    const own = between(before, step.changes);
    const base = (path: PathBytes): Entry | null => (before.get(path) ?? step.changes.get(path))!.before;
    const atoms = step.atoms !== undefined && step.atoms.length > 1 ? step.atoms.length : 0;
    const split = atoms === 0 ? null : partsByAtom(this.#contents, own, step.atoms!, base);
    if (atoms > 0 && split !== null) this.#units(s, split.map((parts, k) => ({ step: i, atom: k, key: atomKey(this.#contents, step.commit, k), parts })));
    else this.#units(s, [{ step: i, atom: -1, key: step.commit, parts: partsOf(this.#contents, own, base), ...atoms > 0 && { note: SWAPPING } }]);
  }

  /** The units of one step, all made on the tree before it. `below`: what a unit that requires all below stands on, whatever it touches. */
  #units(s: number, making: readonly { readonly step: number; readonly atom: number; readonly key: Oid; readonly parts: readonly Part[]; readonly note?: string }[], below?: ReadonlyMap<PathBytes, Version>): void {
    const placed = new Map<PathBytes, Placed>(), drafts: Draft[] = [];
    for (const { parts } of making) for (const { path, base } of parts) this.#bases.set(path, base);
    for (const { parts } of making) for (const part of parts) if (part.hunks !== null && !placed.has(part.path)) placed.set(part.path, this.#place(s, part));
    for (const { parts, ...rest } of making) {
      const unit = this.#drafts.length;
      const requires = new Set<number>(below === undefined ? [] : membersOf(this.#all[s]!));
      for (const part of parts) this.#requiredBy(s, part, placed.get(part.path), requires);
      const direct = this.#reduced(requires), lower = direct.reduce((sum, r) => union(sum, this.#drafts[r]!.closure), none);
      const versions = below === undefined ? this.#versions(s, direct, lower) : new Map(below), edits: Edit[] = [];
      for (const part of parts) {
        const edit = part.hunks === null ? this.#writes(part, versions) : this.#edits(unit, part, placed.get(part.path)!, lower, versions);
        if (edit !== null) edits.push(edit);
        versions.set(part.path, { base: part.base, entry: edit === null ? part.change.after : edit.after, by: unit });
      }
      // above all that is below, it is who decides every path
      if (below !== undefined) for (const [path, version] of versions) versions.set(path, { ...version, by: unit });
      const changes = new Map<PathBytes, Change>();
      for (const [path, { base, entry }] of versions) if (!sameEntry(base, entry)) changes.set(path, { before: base, after: entry });
      const draft: Draft = {
        ...rest, family: this.#drafts, requires: direct, after: drafts.length > 0 || this.#ofStrand[s]!.length > 0 ? [unit - 1] : this.#before(s),
        edits, changes, closure: union(lower, bitsOf([unit])), versions,
      };
      this.#drafts.push(draft);
      this.#ofStrand[s]!.push(draft);
      this.#last[s] = unit;
      drafts.push(draft);
      this.#all[s] = union(this.#all[s]!, bitsOf([unit]));
      for (const part of parts) if (part.hunks === null) this.#paths.begin(s, part.path, part.base, part.change.after, unit);
    }
    for (const at of placed.values()) this.#weave(s, at);
  }

  #place(s: number, { path, base, change }: Part): Placed {
    const line = this.#paths.line(s, path, base);
    const script = change.before!.oid === change.after!.oid ? [] : this.#contents.script(change.before!.oid, change.after!.oid)!;
    const text = script.length === 0 ? null : this.#contents.text(change.after!.oid)!;
    const hunks: WeaveHunk[] = [];
    for (let h = 0; h < script.length; h += 4) hunks.push({ start: script[h]!, end: script[h + 1]!, inserted: text!.subarray(script[h + 2], script[h + 3]) });
    const windows = hunks.length === 0 ? [] : [...windowsOf(historyOf(this.#contents, line), hunks)];
    return { line, hunks, windows, change, acts: [], next: [], by: [], modeBy: -1 };
  }

  #requiredBy(s: number, { path, base, change, hunks, mode }: Part, placed: Placed | undefined, into: Set<number>): void {
    const add = (units: Iterable<number>): void => { for (const unit of units) into.add(unit); };
    if (hunks === null) {
      add(writersOf(this.#paths.line(s, path, base)));
      if (change.before === null) add(this.#paths.clearedFor(s, path));
      return;
    }
    const { line, windows } = placed!;
    add(line.began);
    if (mode) add(line.modes);
    if (hunks.length === 0) return;
    const members = new Set<number>(), history = historyOf(this.#contents, line);
    for (const h of hunks) touchedBy(history, windows[h]!, members);
    for (const member of members) into.add(line.life.units[member]!);
  }

  /** Those of them that no other stands on, ascending. */
  #reduced(units: ReadonlySet<number>): number[] {
    const out: number[] = [];
    let below: Bits = none;
    for (const unit of [...units].sort((a, b) => b - a)) {
      if (has(below, unit)) continue;
      out.push(unit);
      below = union(below, this.#drafts[unit]!.closure);
    }
    return out.reverse();
  }

  #before(s: number): number[] {
    return [...new Set(this.#strands[s]!.lower.flatMap((l) => { const last = this.#last[l]; return last === undefined ? this.#before(l) : [last]; }))].sort(ascending);
  }

  /** All paths that what a unit requires writes, as that leaves them. */
  #versions(s: number, requires: readonly number[], closure: Bits): Map<PathBytes, Version> {
    const [first, ...rest] = requires.map((r) => this.#drafts[r]!.versions).sort((a, b) => b.size - a.size);
    const out = new Map(first), several = new Set<PathBytes>();
    for (const versions of rest) for (const [path, theirs] of versions) {
      const ours = out.get(path);
      if (ours === undefined) { out.set(path, theirs); continue; }
      if (ours.by === theirs.by && ours.by >= 0) continue;
      if (ours.by >= 0 && theirs.by >= 0) {
        if (has(this.#drafts[ours.by]!.closure, theirs.by)) continue;
        if (has(this.#drafts[theirs.by]!.closure, ours.by)) { out.set(path, theirs); continue; }
      }
      several.add(path);
      out.set(path, { ...ours, by: -1 });
    }
    for (const path of several) out.set(path, { base: out.get(path)!.base, entry: versionOf(this.#contents, this.#paths.at(s, path)!, closure), by: -1 });
    return out;
  }

  /** The edit of a path written as a whole. */
  #writes({ path, base, change }: Part, versions: ReadonlyMap<PathBytes, Version>): Edit | null {
    const known = versions.get(path), before = known === undefined ? base : known.entry;
    if (sameEntry(before, change.after)) return sameEntry(change.before, change.after) ? null : editsOf(this.#contents, new Map([[path, change]]))[0]!;
    return editsOf(this.#contents, new Map([[path, { before, after: change.after }]]))[0]!;
  }

  /** The edit of a text or its mode, told on what the unit requires; and its hunks to be woven. */
  #edits(unit: number, { path, base, change, hunks, mode }: Part, at: Placed, closure: Bits, versions: ReadonlyMap<PathBytes, Version>): Edit {
    const { line: { life }, windows, acts, next, by } = at, contents = this.#contents;
    const before = (versions.get(path)?.entry ?? base)!, modeAfter = mode ? change.after!.mode : before.mode;
    if (mode) { life.modes.set(unit, modeAfter); at.modeBy = unit; }
    if (hunks!.length === 0) return { path, kind: 'mode', before, after: { mode: modeAfter, oid: before.oid }, hunks: [], added: 0, deleted: 0 };
    const past = membersIn(life, closure), { lines, own, isAll } = this.#told(at, past, hunks!, before);
    const member = next.push({ id: String(unit), past, hunks: own }) - 1;
    by.push(unit);
    for (const h of hunks!) acts.push({ member, window: windows[h]! });
    const oid = isAll && hunks!.length === windows.length ? change.after!.oid : contentOf(contents, patched(lines, own), [change.after]);
    let added = 0, deleted = 0;
    for (const { start, end, inserted } of own) { added += inserted.length; deleted += end - start; }
    const told = own.map(({ start, end, inserted }): Hunk => ({ start, end, removed: contents.bytesOfLines(lines, start, end), inserted: contents.bytesOfLines(inserted) }));
    return { path, kind: 'modify', before, after: { mode: modeAfter, oid }, hunks: told, added, deleted };
  }

  /** Hunks in the lines of what some of the history makes of a text; `isAll`: all of it, which is the text that the step found. */
  #told({ line, hunks, windows, change }: Placed, past: Bits, which: readonly number[], before: Entry): { readonly lines: Uint32Array; readonly own: readonly WeaveHunk[]; readonly isAll: boolean } {
    const history = historyOf(this.#contents, line);
    if (past.length === history.set.length && past.every((word, w) => word === history.set[w])) {
      return { lines: this.#contents.text(change.before!.oid)!, own: which.map((h) => hunks[h]!), isAll: true };
    }
    const excerpt = excerptOf(this.#contents, line, past);
    const own = which.map((h) => excerpt.hunk(windows[h]!));
    if (own.includes(null) || !sameLines(excerpt.lines, this.#contents.text(before.oid))) throw new Untold(line.path);
    return { lines: excerpt.lines, own: own as WeaveHunk[], isAll: false };
  }

  // --- what a step leaves behind ---------------------------------------------------------------

  #weave(s: number, { line, change, acts, next, by, modeBy }: Placed): void {
    const { life } = line;
    const inOrder = acts.sort((a, b) => placeOf(a.window) - placeOf(b.window));
    const history = next.length === 0 ? line.history : weaveOf(this.#contents, life).continued(historyOf(this.#contents, line), next, inOrder);
    life.units.push(...by);
    this.#paths.put(s, { ...line, entry: change.after, history, modes: modeBy < 0 ? line.modes : [modeBy] });
  }

  // --- a strand that stays whole -----------------------------------------------------------------

  #asOne(s: number, note: string | undefined): void {
    const { below, steps } = this.#strands[s]!;
    const step = steps.at(-1);
    if (step === undefined) return;
    const before = new Map<PathBytes, Change>(), told = new Map<PathBytes, Change>(), bases = new Map<PathBytes, Entry | null>();
    for (const changes of [below, step.changes]) for (const [path, change] of changes) bases.set(path, change.before);
    for (const path of this.#paths.below(s)) {
      const line = this.#paths.at(s, path);
      const versions = line ? [line.entry] : this.#strands[s]!.lower.map((l) => this.#paths.at(l, path)).filter((at) => at !== undefined && at !== null).map(({ entry }) => entry);
      const base = this.#bases.get(path) ?? null;
      bases.set(path, base);
      const after = step.changes.has(path) ? step.changes.get(path)!.after : base;
      // where those below conflict, the answer to it is an edit, whosever version it is
      const other = versions.findIndex((entry) => !sameEntry(entry, after)), kept = versions[Math.max(other, 0)]!;
      if (!sameEntry(base, kept)) before.set(path, { before: base, after: kept });
      if (!line) told.set(path, { before: kept, after });
    }
    const own = new Map([...between(before, step.changes), ...told]);
    if (!hasTextsOf(this.#contents, own)) throw LACKING;
    const parts = partsOf(this.#contents, own, (path) => bases.get(path)!).map((part): Part => (told.has(part.path) ? { ...part, hunks: null } : part));
    const versions = new Map([...bases].map(([path, base]) => [path, { base, entry: before.has(path) ? before.get(path)!.after : base, by: -1 }]));
    this.#units(s, [{ step: steps.length - 1, atom: -1, key: step.commit, parts, ...note !== undefined && { note } }], versions);
  }
}

/** Windows of one text do not overlap: in the order of their lines before. */
const placeOf = ({ before }: Window): number => (before === null ? -1 : before.piece * 2 ** 32 + before.at);

function patched(lines: Uint32Array, hunks: readonly WeaveHunk[]): Uint32Array {
  const out = new Uint32Array(hunks.reduce((sum, { start, end, inserted }) => sum + inserted.length - (end - start), lines.length));
  let from = 0, filled = 0;
  for (const { start, end, inserted } of hunks) {
    out.set(lines.subarray(from, start), filled);
    filled += start - from;
    out.set(inserted, filled);
    filled += inserted.length;
    from = end;
  }
  out.set(lines.subarray(from), filled);
  return out;
}

function sameChanges(a: Changes, b: Changes): boolean {
  if (a.size !== b.size) return false;
  for (const [path, { after }] of a) { const other = b.get(path); if (other === undefined || !sameEntry(other.after, after)) return false; }
  return true;
}

const encoder = new TextEncoder();
/** As long as the commit's id. */
const atomKey = (contents: Contents, commit: Oid, atom: number): Oid => contents.digest(encoder.encode(`acumen atom 1 ${commit} ${atom}`)).slice(0, commit.length) as Oid;

/** Strands that stand on each other, ascending. */
function familiesOf(strands: readonly Strand[]): number[][] {
  const group = strands.map((_, s) => s);
  const find = (s: number): number => { let at = s; while (group[at] !== at) { group[at] = group[group[at]!]!; at = group[at]!; } return at; };
  for (const [s, { lower }] of strands.entries()) for (const l of lower) group[find(s)] = find(l);
  const out = new Map<number, number[]>();
  for (const s of strands.keys()) { const list = out.get(find(s)); if (list === undefined) out.set(find(s), [s]); else list.push(s); }
  return [...out.values()];
}
