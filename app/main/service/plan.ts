// Parts as published segments: each compared in every context that it meets others in, and named. A part is a segment of the cut, or at
// finer grains a unit of one (finer.ts), as it was carried (carrying.ts): from here on they are alike. Works in waves over many at once.
import { Attribution } from '../../core/attribution.ts';
import type { AcuId, Oid, PathBytes } from '../../core/bytes.ts';
import { type Changes, between, sameEntry } from '../../core/changes.ts';
import { Closures } from '../../core/closures.ts';
import { FoldedTree } from '../../core/collisions.ts';
import { neededContexts } from '../../core/common.ts';
import { type Composed, Composer } from '../../core/compose.ts';
import { TOO_LARGE, editsOf } from '../../core/edits.ts';
import { describe } from '../../core/describe.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Edit, Segment, Standing } from '../../core/model.ts';
import { type Commit, Mode } from '../../core/repository.ts';
import { settle } from '../../core/waves.ts';
import { type Ahead, type Compared, MOST_EDIT_BYTES, weight, weightOf } from './ahead.ts';
import { type Carried, isUnreadable } from './carry.ts';
import type { Carrying } from './carrying.ts';
import type { Progress } from './importer.ts';
import type { Graph } from './meetings.ts';

/** What becomes a segment. Indices are those of the list it is in: what it stands on, and what is before it, comes before it. */
export interface Part {
  /** its key among others: the tip, or what a unit is known by */
  readonly tip: Oid;
  /** what it comes of: whose author and time it has */
  readonly commit: Commit;
  readonly title: Segment['title'];
  /** what it stands on directly: those that are split, exact and composed with it. Unsplit, stale and inexact ones stand alone */
  readonly lower: readonly number[];
  readonly commits: number;
  readonly carried: Carried;
  /** an earlier import's, as far as carrying goes */
  readonly reused?: Segment;
  /** at finer grains; `family`: the same of parts that history connects */
  readonly unit?: { readonly within: Oid; readonly family: number; readonly after: readonly number[]; readonly note?: string };
  /** its own edits, on what it stands on; absent where they are simply the difference from that */
  readonly edits?: readonly Edit[];
}

/** Everything known about the parts while they are turned into segments. */
export class Plan {
  readonly #parts: readonly Part[];
  readonly #carrying: Carrying;
  /** what was computed of parts in waves, for when their turn comes */
  readonly #ahead: Ahead;
  /** of all that had their turn */
  #bytes = 0;
  /** those taken over whole from an earlier import */
  readonly #kept = new Set<number>();
  readonly #closure: Set<number>[] = [];
  readonly #composer: Composer;
  readonly #attribution: Attribution;
  /** of the base */
  readonly #names: FoldedTree;
  readonly #contexts: readonly Map<string, readonly number[]>[];

  constructor(carrying: Carrying, parts: readonly Part[], ahead: Ahead) {
    const { base, contents, trees } = carrying;
    this.#carrying = carrying;
    this.#parts = parts;
    this.#ahead = ahead;
    for (const [i, { lower }] of parts.entries()) {
      const closure = new Set<number>([i]);
      for (const l of lower) for (const x of this.#closure[l]!) closure.add(x);
      this.#closure.push(closure);
    }
    this.#composer = new Composer(contents, {
      base: trees.under(base.tree),
      changes: (i) => this.#changes(i), closure: (i) => this.#closure[i]!, tip: (i) => parts[i]!.tip,
      ...parts.some(({ edits }) => edits !== undefined) && { family: (i) => parts[i]!.unit!.family, own: (i) => parts[i]!.edits! },
    });
    this.#attribution = new Attribution(contents);
    const kindOf = (mode: number): 'file' | 'folder' => (mode === Mode.tree ? 'folder' : 'file');
    this.#names = new FoldedTree((path) => { const entry = trees.at(base.tree, path); return entry === null ? null : kindOf(entry.mode); },
      (folder) => trees.entriesIn(base.tree, folder).map(({ name, mode }) => ({ name, isFolder: mode === Mode.tree })));
    this.#contexts = this.#neededContexts();
  }

  #changes(i: number): Changes {
    const { carried } = this.#parts[i]!;
    return carried.kind === 'exact' ? carried.changes : new Map();
  }

  /** What parts change in each context, as far as it can be known before their turn. */
  async compareAll(wanted: readonly number[], progress: Progress, signal: AbortSignal): Promise<void> {
    const left = wanted.filter((i) => this.#parts[i]!.reused === undefined && this.#ahead.onBase(i) === undefined || this.#parts[i]!.lower.length > 0 || this.#contexts[i]!.size > 0);
    await this.#carrying.inWaves(left, () => true, (i) => this.#ahead.keep(i, () => this.#compare(i, this.#parts[i]!.carried)),
      { report: (done) => progress('Comparing', done, left.length), signal });
  }

  /** Per part: the common tops it is compared over with some other part, by context name. */
  #neededContexts(): Map<string, readonly number[]>[] {
    const segments = this.#parts.map(({ tip, lower, unit }) => ({ tip, lower, after: unit?.after ?? [] }));
    return neededContexts(segments, new Closures(segments), {
      all: (s) => this.#changes(s).size,
      over: (s, tops) => {
        const changes = this.#changes(s), under = tops.map((t) => this.#changes(t));
        let left = 0;
        for (const [path, { after }] of changes) if (!under.some((c) => c.has(path) && sameEntry(c.get(path)!.after, after))) left++;
        for (const c of under) for (const path of c.keys()) if (!changes.has(path)) left++;
        return left;
      },
    });
  }

  /** As merging pairs of these parts needs them, by their places in `wanted`. */
  graph(wanted: readonly number[]): Omit<Graph, 'source'> {
    const { base, trees } = this.#carrying;
    const of = (tops: readonly number[]): Changes | null => { const { changes, conflicts } = this.#composer.compose(tops.map((place) => wanted[place]!)); return conflicts.length === 0 ? changes : null; };
    return {
      base: base.tree, trees, changes: (place) => this.#changes(wanted[place]!),
      ...this.#parts.some(({ unit }) => unit !== undefined) && { woven: { of, load: () => this.#carrying.load() } },
    };
  }

  /** Lower ones first. */
  async segment(i: number): Promise<Segment> {
    const { carried, title, reused: earlier } = this.#parts[i]!;
    this.#carrying.contents.release();
    // an id names the ACUs its lines stand on: below a reused segment everything must be reused too
    if (earlier && this.#standsAs(i, earlier) && [...this.#closure[i]!].every((l) => l === i || this.#kept.has(l)) && earlier.contexts.map((c) => c.context).join() === await settle(this.#carrying, () => this.#stored(i))) {
      this.#kept.add(i);
      this.#bytes += weightOf(earlier);
      this.#ahead.forget(i);
      this.#attribution.add(i, earlier.acu, earlier.edits, this.#closure[i]!);
      // a version of this engine may have let another commit speak for it
      return earlier.title === title ? earlier : { ...earlier, title };
    }
    try {
      return await settle(this.#carrying, () => this.#build(i, carried));
    } catch (error) {
      // a partial clone, or a damaged object: the ACU is listed by its registers and takes no part
      if (!isUnreadable(error)) throw error;
      this.#ahead.forget(i);
      return settle(this.#carrying, () => this.#build(i, { kind: 'inexact', own: carried.kind === 'exact' ? carried.changes : carried.own, reason: error.message }));
    }
  }

  #tips(parts: readonly number[]): Oid[] { return parts.map((l) => this.#parts[l]!.tip).sort(); }

  /** Where an earlier import's stood, as far as its own head tells. */
  #standsAs(i: number, earlier: Segment): boolean {
    const { lower, unit } = this.#parts[i]!;
    return earlier.lower.join() === this.#tips(lower).join() && (earlier.after ?? []).join() === this.#tips(unit?.after ?? []).join() && earlier.within === unit?.within && earlier.note === unit?.note;
  }

  #compare(i: number, carried: Carried): Compared {
    if (carried.kind !== 'exact') return { edits: this.#ownEdits(carried.own), contexts: [] };
    const { contents } = this.#carrying, { lower, edits } = this.#parts[i]!;
    const onBase = this.#ahead.onBase(i) ?? editsOf(contents, carried.changes);
    const contexts = [{ context: 'base', edits: onBase }];
    for (const name of this.#contextNames(i)) {
      const shared = this.#composer.compose(this.#contexts[i]!.get(name)!);
      if (shared.conflicts.length === 0) contexts.push({ context: name, edits: editsOf(contents, between(shared.changes, carried.changes)) });
    }
    if (edits !== undefined) return { contexts, edits: areAlike(edits, onBase) ? onBase : edits };
    if (lower.length === 0) return { contexts, edits: onBase };
    const below = this.#composer.compose(lower);
    return { contexts, edits: editsOf(contents, this.#answering(below, between(below.changes, carried.changes))) };
  }

  #build(i: number, carried: Carried): Segment {
    const { tip, commit: { oid, author }, title, commits, lower, unit } = this.#parts[i]!;
    const compared = this.#ahead.compared(i) ?? this.#compare(i, carried);
    const bytes = weightOf(compared);
    // by their places, so that the same refs are cut off at the same one whatever came first
    if (carried.kind === 'exact' && this.#bytes + bytes > MOST_EDIT_BYTES) {
      throw new AcumenError('too-large', `It is too large to be compared: the edits of one import would hold more than ${MOST_EDIT_BYTES >> 20} MiB.`, 'Import fewer branches with --refs, or leave out what is generated.', { segment: tip });
    }
    const { edits, contexts } = compared;
    const standing: Standing = carried.kind === 'exact' ? { kind: 'exact' } : carried.kind === 'inexact' ? { kind: 'inexact', reason: carried.reason } : {
      kind: 'stale',
      conflicts: carried.conflicts.map((c) => ({
        a: '' as AcuId, b: 'base' as const, kind: c.kind, verdict: 'partial' as const, path: c.path,
        detail: describe(c.kind, c.regions, c.path) + (c.kind === 'binary' && this.#isTooLarge(carried.own, c.path) ? ` (${TOO_LARGE})` : ''), inherited: false,
      })),
    };
    const collisions = carried.kind === 'exact' ? this.#collisions(i, carried.changes) : [];
    const { id, needs } = this.#attribution.identify(i, edits, this.#closure[i]!);
    this.#bytes += bytes;
    this.#ahead.forget(i);
    return {
      tip, lower: this.#tips(lower), standing, acu: id, title, author: { name: author.name, email: author.email },
      time: author.time, commits, edits, contexts, needs, renames: carried.kind === 'exact' ? carried.renames : [],
      ...collisions.length > 0 && { collisions },
      ...tip !== oid && { commit: oid },
      ...unit !== undefined && { within: unit.within, after: this.#tips(unit.after), ...unit.note !== undefined && { note: unit.note } },
    };
  }

  /** Paths that the part itself adds, and those of the base that are the same to some file systems. */
  #collisions(i: number, changes: Changes): [PathBytes, PathBytes][] {
    const added = [...changes].filter(([path, c]) => c.before === null && c.after !== null && !this.#parts[i]!.lower.some((l) => this.#changes(l).get(path)?.before === null)).map(([path]) => path);
    const isHere = (path: PathBytes): boolean => (changes.has(path) ? changes.get(path)!.after !== null
      : this.#names.isFile(path) || this.#carrying.trees.filesUnder(this.#carrying.base.tree, path).some((file) => changes.get(file)?.after !== null));
    return added.sort().flatMap((path) => this.#names.against(path).filter(isHere).map((other): [PathBytes, PathBytes] => [path, other]));
  }

  /**
   * The own edits of a segment above `below`, and its answers: where lower tops conflict and the segment keeps what the earlier one made,
   * that is told against the other's version. Without it the answer would have no ACU, or share one with the same edits elsewhere. Where only a
   * rename was in dispute nothing differs by path: the answer is that what stands there stays.
   */
  #answering(below: Composed, own: Changes): Changes {
    const out = new Map(own);
    for (const { path, top } of below.conflicts) {
      if (out.has(path)) continue;
      const kept = below.changes.get(path);
      const theirs = this.#changes(top).get(path);
      const was = (kept ?? theirs)?.before ?? null;
      const before = theirs === undefined ? was : theirs.after;
      const after = kept === undefined ? was : kept.after;
      if (!sameEntry(before, after)) out.set(path, { before, after });
    }
    if (out.size === 0) for (const { path } of below.conflicts) { const kept = below.changes.get(path); if (kept?.after != null) out.set(path, { before: kept.after, after: kept.after }); }
    return out;
  }

  /** On either side: what was met at the path. */
  #isTooLarge(own: Changes, path: PathBytes): boolean {
    const c = own.get(path), { tooLarge } = this.#carrying.contents;
    return [c?.before, c?.after, this.#carrying.trees.file(this.#carrying.base.tree, path)].some((entry) => entry != null && tooLarge.has(entry.oid));
  }

  #contextNames(i: number): string[] { return [...this.#contexts[i]!.keys()].sort(); }

  /** Names of the contexts that can exist: those whose common tops compose. */
  #stored(i: number): string {
    return ['base', ...this.#contextNames(i).filter((name) => this.#composer.compose(this.#contexts[i]!.get(name)!).conflicts.length === 0)].join();
  }

  #ownEdits(own: Changes): Edit[] {
    try {
      const edits = editsOf(this.#carrying.contents, own);
      if (this.#bytes + weight(edits) > MOST_EDIT_BYTES) throw new AcumenError('too-large', 'too large to be shown line by line', '');
      return edits;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // the blobs are not there, or too much: the ACU is still listed, by its registers
      return [...own].sort(([x], [y]) => (x < y ? -1 : 1)).map(([path, c]) => ({
        path, kind: c.before === null ? 'add' as const : c.after === null ? 'delete' as const : 'binary' as const,
        before: c.before, after: c.after, hunks: null, added: 0, deleted: 0, note: error.message,
      }));
    }
  }
}

/** Edits of the same trees whose hunks are the same: held once. */
function areAlike(a: readonly Edit[], b: readonly Edit[]): boolean {
  return a.length === b.length && a.every((x, i) => {
    const y = b[i]!;
    return x.path === y.path && x.kind === y.kind && sameEntry(x.before, y.before) && sameEntry(x.after, y.after) && x.hunks?.length === y.hunks?.length
      && (x.hunks ?? []).every(({ start, end }, h) => start === y.hunks![h]!.start && end === y.hunks![h]!.end);
  });
}
