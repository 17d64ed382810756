// The cut of a history turned into segments: each carried onto the base, compared in every context that it meets others in, and
// named. Works in waves over many segments at once (core/waves.ts); importer.ts says what is read and what becomes of the result.
import { Attribution } from '../../core/attribution.ts';
import type { AcuId, Oid, PathBytes } from '../../core/bytes.ts';
import { type Changes, between, sameEntry } from '../../core/changes.ts';
import { Closures } from '../../core/closures.ts';
import { FoldedTree } from '../../core/collisions.ts';
import { neededContexts } from '../../core/common.ts';
import { type Composed, Composer } from '../../core/compose.ts';
import type { Contents } from '../../core/contents.ts';
import { TOO_LARGE, editsOf } from '../../core/edits.ts';
import { describe } from '../../core/describe.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Edit, Segment, Standing } from '../../core/model.ts';
import { type Commit, Mode, type RepositoryReader } from '../../core/repository.ts';
import type { CutSegment } from '../../core/segments.ts';
import { type Held, LACKING, settle, settleAll } from '../../core/waves.ts';
import { ancestorsOf } from '../git/ancestors.ts';
import { mergeBasesWith, type Outside } from '../git/history.ts';
import { Trees } from '../git/trees.ts';
import { Turns } from '../git/turns.ts';
import { type Carried, Carrier, isUnreadable } from './carry.ts';
import type { ImportStore, Progress } from './importer.ts';
import type { Graph } from './meetings.ts';
import type { Patched } from './patches.ts';

/**
 * Segments that are worked on together, and how many such groups at once: one is computed while git reads for the others. Every wave wakes
 * git, which costs us some fifty microseconds: many segments are taken in larger groups, a few so that there are groups to take turns.
 */
const GROUP = { least: 64, most: 256, share: 1 / 8 } as const;
const GROUPS = 2;

/** Texts and hunks of all edits that one import holds, in bytes: beyond, a segment is listed by what it touches, and not compared. */
export const MOST_EDIT_BYTES = 384 << 20;
const BYTES_PER_EDIT = 200;
const BYTES_PER_HUNK = 150;

interface Compared { readonly edits: readonly Edit[]; readonly contexts: readonly { readonly context: string; readonly edits: readonly Edit[] }[] }

/** Everything known about the cut while it is turned into segments. Indices are those of `cut`. */
export class Plan implements Held {
  readonly #reader: RepositoryReader;
  readonly #contents: Contents;
  readonly #base: Commit;
  readonly #cut: readonly CutSegment[];
  readonly #commits: ReadonlyMap<Oid, Commit>;
  readonly #store: ImportStore;
  readonly #grounds: Patched['grounds'];
  readonly #trees: Trees;
  readonly #carried: Carried[] = [];
  /** what was computed of segments in waves, for when their turn comes */
  readonly #onBase = new Map<number, readonly Edit[]>();
  readonly #compared = new Map<number, Compared>();
  /** bytes of edits: computed before their turn, by segment; and of all that had it */
  readonly #ahead = new Map<number, number>();
  #aheadBytes = 0;
  #bytes = 0;
  /** segments an earlier import stored, as far as carrying goes; `#kept`: those taken over whole */
  readonly #reused = new Map<number, Segment>();
  readonly #kept = new Set<number>();
  /** effective lower tops and closures: unsplit, stale and inexact segments stand alone */
  readonly #lower: number[][] = [];
  readonly #closure: Set<number>[] = [];
  readonly #composer: Composer;
  readonly #attribution: Attribution;
  /** of the base */
  readonly #names: FoldedTree;
  #contexts: Map<string, readonly number[]>[] = [];

  constructor(reader: RepositoryReader, contents: Contents, base: Commit, cut: readonly CutSegment[], commits: ReadonlyMap<Oid, Commit>, store: ImportStore, grounds: Patched['grounds']) {
    this.#reader = reader;
    this.#contents = contents;
    this.#trees = new Trees(reader);
    this.#base = base;
    this.#cut = cut;
    this.#commits = commits;
    this.#store = store;
    this.#grounds = grounds;
    this.#composer = new Composer(contents, {
      base: this.#trees.under(base.tree),
      changes: (s) => this.#changes(s), closure: (s) => this.#closure[s]!, tip: (s) => this.#cut[s]!.tip,
    });
    this.#attribution = new Attribution(contents);
    const kindOf = (mode: number): 'file' | 'folder' => (mode === Mode.tree ? 'folder' : 'file');
    this.#names = new FoldedTree((path) => { const entry = this.#trees.at(base.tree, path); return entry === null ? null : kindOf(entry.mode); },
      (folder) => this.#trees.entriesIn(base.tree, folder).map(({ name, mode }) => ({ name, isFolder: mode === Mode.tree })));
  }

  #changes(s: number): Changes {
    const c = this.#carried[s]!;
    return c.kind === 'exact' ? c.changes : new Map();
  }

  async carryAll(outside: Outside | undefined, progress: Progress, signal: AbortSignal): Promise<void> {
    const carrier = new Carrier(this.#trees, this.#contents, this.#base);
    const bases = await mergeBasesWith(this.#reader, this.#base.oid, this.#cut.map((s) => s.tip), outside);
    for (const [tip, ground] of this.#grounds) if (bases.has(tip)) bases.set(tip, [ground]);
    const ancestors = await ancestorsOf(this.#reader, this.#base.oid, bases, signal);
    const oids = [...new Set([...bases.values()].flat())];
    const found = await this.#reader.commits(oids);
    const commitOf = new Map(oids.map((oid, i) => [oid, found[i]!]));
    const fresh: number[] = [];
    for (const [i, s] of this.#cut.entries()) {
      const earlier = (await this.#store.known(s.tip)).find((k) => k.standing.kind === 'exact');
      if (earlier) {
        this.#reused.set(i, earlier);
        this.#carried[i] = { kind: 'exact', changes: changesOf(earlier), renames: earlier.renames };
      } else fresh.push(i);
    }
    const tipOf = (i: number): Commit => this.#commits.get(this.#cut[i]!.tip)!;
    const basesOf = this.#cut.map((s) => (bases.get(s.tip) ?? []).map((oid) => commitOf.get(oid)!));
    await this.#inWaves(fresh, (i) => carrier.isReady(tipOf(i), basesOf[i]!), (i) => {
      const carried = this.#carried[i] ??= carrier.carry(tipOf(i), basesOf[i]!, ancestors.get(this.#cut[i]!.tip));
      if (carried.kind === 'exact' && this.#aheadBytes < MOST_EDIT_BYTES) attempt(() => { const edits = editsOf(this.#contents, carried.changes); this.#keep(i, weight(edits)); this.#onBase.set(i, edits); });
    }, (done) => progress('Carrying onto the base', done, fresh.length), signal);
    for (const [i, s] of this.#cut.entries()) {
      const split = this.#carried[i]!.kind === 'exact' && s.below.every((b) => this.#carried[b]!.kind === 'exact');
      this.#lower.push(split ? [...s.lower] : []);
      const closure = new Set<number>([i]);
      for (const l of this.#lower[i]!) for (const x of this.#closure[l]!) closure.add(x);
      this.#closure.push(closure);
    }
    this.#contexts = this.#neededContexts();
  }

  /** What segments change in each context, as far as it can be known before their turn. */
  async compareAll(segments: readonly number[], progress: Progress, signal: AbortSignal): Promise<void> {
    const left = segments.filter((i) => !this.#reused.has(i) && !this.#onBase.has(i) || this.#lower[i]!.length > 0 || this.#contexts[i]!.size > 0);
    await this.#inWaves(left, () => true, (i) => attempt(() => {
      if (this.#aheadBytes > MOST_EDIT_BYTES) return;
      const compared = this.#compare(i, this.#carried[i]!);
      this.#keep(i, weightOf(compared));
      this.#compared.set(i, compared);
    }),
      (done) => progress('Comparing', done, left.length), signal);
  }

  /**
   * Work on many segments, some dozens at a time and several such groups at once: while one waits for its wave, and git reads for it,
   * another is computed. Nothing is worked on before what it is known to need is here. What is held of trees is let go of when it is
   * much and nobody is using it.
   */
  async #inWaves(segments: readonly number[], isReady: (segment: number) => boolean, work: (segment: number) => void, report: (done: number) => void, signal: AbortSignal): Promise<void> {
    const size = Math.min(GROUP.most, Math.max(GROUP.least, Math.ceil(segments.length * GROUP.share)));
    let next = 0, done = 0, failed = false;
    const turns = new Turns();
    const held: Held = {
      load: async () => {
        if (failed) throw LACKING;
        signal.throwIfAborted();
        report(done);
        await this.load();
        await turns.turn();
      },
    };
    const group = async (): Promise<void> => {
      while (next < segments.length && !this.#trees.isFull && !this.#contents.isFull) {
        signal.throwIfAborted();
        const taken = segments.slice(next, next += size);
        for (let waiting = taken.filter((i) => !isReady(i)); waiting.length > 0; waiting = waiting.filter((i) => !isReady(i))) await held.load();
        await settleAll(held, taken, work);
        done += taken.length;
        await turns.turn();
      }
    };
    while (next < segments.length) {
      await Promise.all(Array.from({ length: GROUPS }, () => group().catch((error: unknown) => { failed = true; throw error; })));
      this.#trees.trim();
      this.#contents.release();
    }
    report(done);
  }

  async load(): Promise<void> {
    await Promise.all([this.#trees.load(), this.#contents.load()]);
  }

  /** Per segment: the common tops it is compared over with some other segment, by context name. */
  #neededContexts(): Map<string, readonly number[]>[] {
    const segments = this.#lower.map((lower, i) => ({ tip: this.#cut[i]!.tip, lower }));
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

  /** As merging pairs of these segments needs them, by their places in `segments`. */
  graph(segments: readonly number[]): Omit<Graph, 'source'> {
    return { base: this.#base.tree, trees: this.#trees, changes: (place) => this.#changes(segments[place]!) };
  }

  /** Why nothing at all is known of a tip: it shares no history with the base, or what it changed is not there to be read. */
  leftOut(segment: number | undefined): string | null {
    const carried = segment === undefined ? undefined : this.#carried[segment]!;
    return carried?.kind === 'inexact' && carried.own.size === 0 ? carried.reason : null;
  }

  /** What a source consists of: its tip's segment and those it stands on, the tip's last. */
  visible(segments: readonly number[]): number[] {
    const tip = segments.at(-1);
    return tip === undefined ? [] : segments.filter((s) => this.#closure[tip]!.has(s));
  }

  async segment(i: number): Promise<Segment> {
    const carried = this.#carried[i]!;
    const lower = this.#lower[i]!.map((l) => this.#cut[l]!.tip).sort();
    const earlier = this.#reused.get(i);
    this.#contents.release();
    // an id names the ACUs its lines stand on: below a reused segment everything must be reused too
    if (earlier && earlier.lower.join() === lower.join() && [...this.#closure[i]!].every((l) => l === i || this.#kept.has(l)) && earlier.contexts.map((c) => c.context).join() === await settle(this, () => this.#stored(i))) {
      this.#kept.add(i);
      this.#bytes += weightOf(earlier);
      this.#attribution.add(i, earlier.acu, earlier.edits, this.#closure[i]!);
      return earlier;
    }
    try {
      return await settle(this, () => this.#build(i, carried, lower));
    } catch (error) {
      // a partial clone, or a damaged object: the ACU is listed by its registers and takes no part
      if (!isUnreadable(error)) throw error;
      this.#forget(i);
      return settle(this, () => this.#build(i, { kind: 'inexact', own: carried.kind === 'exact' ? carried.changes : carried.own, reason: error.message }, lower));
    }
  }

  #compare(i: number, carried: Carried): Compared {
    if (carried.kind !== 'exact') return { edits: this.#ownEdits(carried.own), contexts: [] };
    const onBase = this.#onBase.get(i) ?? editsOf(this.#contents, carried.changes);
    const contexts = [{ context: 'base', edits: onBase }];
    for (const name of this.#contextNames(i)) {
      const shared = this.#composer.compose(this.#contexts[i]!.get(name)!);
      if (shared.conflicts.length === 0) contexts.push({ context: name, edits: editsOf(this.#contents, between(shared.changes, carried.changes)) });
    }
    const below = this.#composer.compose(this.#lower[i]!);
    return { contexts, edits: this.#lower[i]!.length === 0 ? onBase : editsOf(this.#contents, this.#answering(below, between(below.changes, carried.changes))) };
  }

  #build(i: number, carried: Carried, lower: readonly Oid[]): Segment {
    const s = this.#cut[i]!;
    const tip = this.#commits.get(s.tip)!;
    const compared = this.#compared.get(i) ?? this.#compare(i, carried);
    const bytes = weightOf(compared);
    // by their places in the cut, so that the same refs are cut off at the same segment whatever came first
    if (carried.kind === 'exact' && this.#bytes + bytes > MOST_EDIT_BYTES) {
      throw new AcumenError('too-large', `It is too large to be compared: the edits of one import would hold more than ${MOST_EDIT_BYTES >> 20} MiB.`, 'Import fewer branches with --refs, or leave out what is generated.', { segment: s.tip });
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
    this.#forget(i);
    return {
      tip: s.tip, lower, standing, acu: id, title: titleOf(tip), author: { name: tip.author.name, email: tip.author.email },
      time: tip.author.time, commits: this.#commitCount(i), edits, contexts, needs, renames: carried.kind === 'exact' ? carried.renames : [],
      ...collisions.length > 0 && { collisions },
    };
  }

  /** Paths that the segment itself adds, and those of the base that are the same to some file systems. */
  #collisions(i: number, changes: Changes): [PathBytes, PathBytes][] {
    const added = [...changes].filter(([path, c]) => c.before === null && c.after !== null && !this.#lower[i]!.some((l) => this.#changes(l).get(path)?.before === null)).map(([path]) => path);
    const isHere = (path: PathBytes): boolean => (changes.has(path) ? changes.get(path)!.after !== null
      : this.#names.isFile(path) || this.#trees.filesUnder(this.#base.tree, path).some((file) => changes.get(file)?.after !== null));
    return added.sort().flatMap((path) => this.#names.against(path).filter(isHere).map((other): [PathBytes, PathBytes] => [path, other]));
  }

  /**
   * The own edits of a segment above `below`, and its answers: where lower tops conflict and the segment keeps what the earlier one made,
   * that is told against the other's version. Without it the answer would have no ACU, or share one with the same edits elsewhere.
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
    return out;
  }

  /** A segment that stands alone has swallowed those below it, and their commits. */
  #commitCount(i: number): number {
    const s = this.#cut[i]!;
    return this.#lower[i]!.length > 0 ? s.commits.length : s.below.reduce((n, b) => n + this.#cut[b]!.commits.length, s.commits.length);
  }

  /** On either side: what was met at the path. */
  #isTooLarge(own: Changes, path: PathBytes): boolean {
    const c = own.get(path), { tooLarge } = this.#contents;
    return [c?.before, c?.after, this.#trees.file(this.#base.tree, path)].some((entry) => entry != null && tooLarge.has(entry.oid));
  }

  #keep(i: number, bytes: number): void {
    this.#aheadBytes += bytes - (this.#ahead.get(i) ?? 0);
    this.#ahead.set(i, bytes);
  }

  /** Its turn has come. */
  #forget(i: number): void {
    this.#aheadBytes -= this.#ahead.get(i) ?? 0;
    this.#ahead.delete(i);
    this.#compared.delete(i);
    this.#onBase.delete(i);
  }

  #contextNames(i: number): string[] { return [...this.#contexts[i]!.keys()].sort(); }

  /** Names of the contexts that can exist: those whose common tops compose. */
  #stored(i: number): string {
    return ['base', ...this.#contextNames(i).filter((name) => this.#composer.compose(this.#contexts[i]!.get(name)!).conflicts.length === 0)].join();
  }

  #ownEdits(own: Changes): Edit[] {
    try {
      const edits = editsOf(this.#contents, own);
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

function weight(edits: readonly Edit[]): number {
  let bytes = 0;
  for (const { hunks } of edits) {
    bytes += BYTES_PER_EDIT;
    for (const { removed, inserted } of hunks ?? []) bytes += BYTES_PER_HUNK + removed.length + inserted.length;
  }
  return bytes;
}

/** The segment's own edits are those on the base where it stands on nothing else. */
function weightOf({ edits, contexts }: Compared): number {
  return contexts.reduce((sum, context) => sum + (context.edits === edits ? 0 : weight(context.edits)), weight(edits));
}

/** What fails here fails again when the segment's turn comes, and is told there. */
function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AcumenError)) throw error;
  }
}

function changesOf(segment: Segment): Changes {
  const edits = segment.contexts.find((c) => c.context === 'base')?.edits ?? [];
  return new Map(edits.map((e) => [e.path, { before: e.before, after: e.after }]));
}

function titleOf(commit: Commit): Segment['title'] {
  const end = commit.message.indexOf('\n');
  return (end < 0 ? commit.message : commit.message.slice(0, end)) as Segment['title'];
}
