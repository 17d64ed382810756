// Import: refs → commits outside the base → segments → carried trees → ACUs with their edits in every context they are
// compared in. Plans everything, stores in batches through `sink`, returns what is to be published in one step.
import { createHash } from 'node:crypto';
import { Attribution } from '../../core/attribution.ts';
import type { AcuId, Oid } from '../../core/bytes.ts';
import { type Changes, between, sameEntry } from '../../core/changes.ts';
import { type Composed, Composer } from '../../core/compose.ts';
import { type ContentSource, Contents } from '../../core/contents.ts';
import { editsOf } from '../../core/edits.ts';
import { describe } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Published, SegmentKey } from '../../core/events.ts';
import type { Edit, Grain, Rename, Segment, Source, Standing } from '../../core/model.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import { type CutSegment, cutSegments } from '../../core/segments.ts';
import { mergeBasesWith, outsideBase } from '../git/history.ts';
import { type Carried, Carrier } from './carry.ts';
import { type SourceRef, chooseBase, chooseSources } from './sources.ts';

export interface ImportRequest { readonly base: string | null; readonly refs: readonly string[]; readonly grain: Grain }
export type Progress = (phase: string, done: number, total: number | null) => void;

export interface ImportStore {
  /** commits that write-backs made: a branch that still stands at one is not a source */
  written(): Promise<ReadonlySet<Oid>>;
  /** told once the base is known, before the first batch */
  begin(base: Oid): Promise<void>;
  /** segments stored earlier for this tip on this base and grain */
  known(tip: Oid): Promise<readonly Segment[]>;
  /** under which it is or will be stored */
  keyOf(segment: Segment): SegmentKey;
  /** a content staged earlier that the repository does not have, or null */
  blob(oid: Oid): Promise<Uint8Array | null>;
  /** one durable batch; `blobs` are contents that the repository does not have */
  stage(segments: readonly Segment[], blobs: readonly { oid: Oid; bytes: Uint8Array }[]): Promise<void>;
}

const BATCH = 200;

export function blobOid(bytes: Uint8Array, format: 'sha1' | 'sha256' = 'sha1'): Oid {
  return createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex') as Oid;
}

export async function importRepository(reader: RepositoryReader, request: ImportRequest, store: ImportStore, progress: Progress, signal: AbortSignal): Promise<Published> {
  if (request.grain !== 'branch') {
    throw new AcumenError('grain-not-available', `Grain ${request.grain} is not available in this version.`, 'Use --grain branch.');
  }
  progress('Reading refs', 0, null);
  const chosen = await chooseBase(reader, request.base);
  const base = await reader.commit(chosen.oid);
  await store.begin(base.oid);
  const refs = await chooseSources(reader, request.refs, await store.written());
  signal.throwIfAborted();

  const { sources: readable, skipped, commits } = await readHistory(reader, base.oid, refs, progress, signal);
  const cut = cutSegments(commits, readable.map((s) => s.oid));
  const contents = new Contents(contentSource(reader, (oid) => store.blob(oid)));
  const plan = new Plan(reader, contents, base, cut, commits, store);
  await plan.carryAll(progress, signal);

  const keys: SegmentKey[] = [];
  const sent = new Set<Oid>();
  let batch: Segment[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const blobs = [...contents.made].filter(([oid]) => !sent.has(oid)).map(([oid, bytes]) => ({ oid, bytes }));
    for (const b of blobs) sent.add(b.oid);
    await store.stage(batch, blobs);
    batch = [];
  };
  const reaching = readable.map((): number[] => []);
  cut.forEach((s, i) => { for (const source of s.sources) reaching[source]!.push(i); });
  // the tip's own segment last
  const related = readable.map((s, i) => !reaching[i]!.some((x) => cut[x]!.tip === s.oid && plan.isUnrelated(x)));
  for (const [i, s] of readable.entries()) if (!related[i]) skipped.push({ name: s.name, reason: 'it shares no history with the base' });
  const shown = readable.map((s, i) => !related[i] ? [] : plan.visible(reaching[i]!.sort((x, y) => Number(cut[x]!.tip === s.oid) - Number(cut[y]!.tip === s.oid) || x - y)));
  const wanted = [...new Set(shown.flat())].sort((x, y) => x - y);
  for (const [n, i] of wanted.entries()) {
    signal.throwIfAborted();
    const segment = await plan.segment(i);
    keys.push(store.keyOf(segment));
    batch.push(segment);
    if (batch.length >= BATCH) await flush();
    if (n % 16 === 0) { progress('Comparing', n, wanted.length); await breathe(); }
  }
  await flush();
  progress('Comparing', wanted.length, wanted.length);
  const sources = readable.map((s, i): Source => ({ name: s.name, ref: s.ref, oid: s.oid, segments: shown[i]!.map((x) => cut[x]!.tip) })).filter((_, i) => related[i]);
  return { base: base.oid, baseTree: base.tree, baseName: chosen.name, grain: request.grain, globs: request.refs, sources, segments: keys, skipped };
}

/** Contents from the repository, and those that only an earlier merge of ours made from the store. */
export function contentSource(reader: RepositoryReader, stored: (oid: Oid) => Promise<Uint8Array | null>): ContentSource {
  const orStored = async <T>(oid: Oid, read: () => Promise<T>, from: (bytes: Uint8Array) => T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof AcumenError) || error.code !== 'missing-object') throw error;
      const bytes = await stored(oid);
      if (bytes === null) throw error;
      return from(bytes);
    }
  };
  return {
    load: (oid) => orStored(oid, () => reader.blob(oid), (bytes) => bytes),
    size: (oid) => orStored(oid, () => reader.blobSize(oid), (bytes) => bytes.length),
    hash: (bytes) => blobOid(bytes, reader.objectFormat),
  };
}

const breathe = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** A source whose history cannot be read whole is left out with its reason; the others go on. */
async function readHistory(reader: RepositoryReader, base: Oid, refs: readonly SourceRef[], progress: Progress, signal: AbortSignal) {
  const skipped: { name: SourceRef['name']; reason: string }[] = [];
  const report = (done: number): void => { signal.throwIfAborted(); progress('Reading commits', done, null); };
  try {
    const { commits } = await outsideBase(reader, base, refs.map((r) => r.oid), report);
    return { sources: refs, skipped, commits };
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const sources: SourceRef[] = [];
  const all = new Map<Oid, Commit>();
  for (const ref of refs) {
    try {
      const { commits } = await outsideBase(reader, base, [ref.oid], report);
      for (const [oid, c] of commits) all.set(oid, c);
      sources.push(ref);
    } catch (error) {
      if (!isMissing(error)) throw error;
      skipped.push({ name: ref.name, reason: error.message });
    }
  }
  return { sources, skipped, commits: all };
}

function isMissing(error: unknown): error is AcumenError {
  return error instanceof AcumenError && (error.code === 'missing-object' || error.code === 'corrupt-object' || error.code === 'hostile-name');
}

/** Everything known about the cut while it is turned into segments. Indices are those of `cut`. */
class Plan {
  readonly #reader: RepositoryReader;
  readonly #contents: Contents;
  readonly #base: Commit;
  readonly #cut: readonly CutSegment[];
  readonly #commits: ReadonlyMap<Oid, Commit>;
  readonly #store: ImportStore;
  readonly #carried: Carried[] = [];
  /** segments an earlier import stored, as far as carrying goes; `#kept`: those taken over whole */
  readonly #reused = new Map<number, Segment>();
  readonly #kept = new Set<number>();
  /** segments whose tip shares no history with the base */
  readonly #unrelated = new Set<number>();
  /** effective lower tops and closures: unsplit, stale and inexact segments stand alone */
  readonly #lower: number[][] = [];
  readonly #closure: Set<number>[] = [];
  readonly #composer: Composer;
  readonly #attribution: Attribution;
  #contexts: Map<string, number[]>[] = [];

  constructor(reader: RepositoryReader, contents: Contents, base: Commit, cut: readonly CutSegment[], commits: ReadonlyMap<Oid, Commit>, store: ImportStore) {
    this.#reader = reader;
    this.#contents = contents;
    this.#base = base;
    this.#cut = cut;
    this.#commits = commits;
    this.#store = store;
    this.#composer = new Composer(contents, { changes: (s) => this.#changes(s), closure: (s) => this.#closure[s]! });
    this.#attribution = new Attribution(contents);
  }

  #changes(s: number): Changes {
    const c = this.#carried[s]!;
    return c.kind === 'exact' ? c.changes : new Map();
  }

  async carryAll(progress: Progress, signal: AbortSignal): Promise<void> {
    const carrier = new Carrier(this.#reader, this.#contents, this.#base);
    const bases = await mergeBasesWith(this.#reader, this.#base.oid, this.#cut.map((s) => s.tip));
    for (const [i, s] of this.#cut.entries()) {
      signal.throwIfAborted();
      if (i % 16 === 0) { progress('Carrying onto the base', i, this.#cut.length); await breathe(); }
      const earlier = (await this.#store.known(s.tip)).find((k) => k.standing.kind === 'exact');
      if ((bases.get(s.tip) ?? []).length === 0) this.#unrelated.add(i);
      if (earlier) {
        this.#reused.set(i, earlier);
        this.#carried.push({ kind: 'exact', changes: changesOf(earlier), renames: earlier.renames });
      } else this.#carried.push(await carrier.carry(this.#commits.get(s.tip)!, bases.get(s.tip) ?? []));
      const split = this.#carried[i]!.kind === 'exact' && s.below.every((b) => this.#carried[b]!.kind === 'exact');
      this.#lower.push(split ? [...s.lower] : []);
      const closure = new Set<number>([i]);
      for (const l of this.#lower[i]!) for (const x of this.#closure[l]!) closure.add(x);
      this.#closure.push(closure);
    }
    this.#contexts = this.#neededContexts();
  }

  /** Per segment: the common tops it is compared over with some other segment, by context name. */
  #neededContexts(): Map<string, number[]>[] {
    const needed = this.#cut.map(() => new Map<string, number[]>());
    const above = new Map<number, number[]>();
    this.#closure.forEach((closure, i) => {
      for (const l of closure) if (l !== i) { const list = above.get(l); if (list) list.push(i); else above.set(l, [i]); }
    });
    const seen = new Set<number>();
    for (const members of above.values()) {
      members.forEach((b, n) => {
        for (const a of members.slice(0, n)) {
          if (this.#closure[b]!.has(a) || this.#closure[a]!.has(b) || seen.has(a * this.#cut.length + b)) continue;
          seen.add(a * this.#cut.length + b);
          const tops = this.#composer.topsOf([...this.#closure[a]!].filter((s) => this.#closure[b]!.has(s)));
          const name = tops.map((t) => this.#cut[t]!.tip).sort().join('+');
          needed[a]!.set(name, tops);
          needed[b]!.set(name, tops);
        }
      });
    }
    return needed;
  }

  isUnrelated(segment: number): boolean { return this.#unrelated.has(segment); }

  /** What a source consists of: its tip's segment and those it stands on, the tip's last. */
  visible(segments: readonly number[]): number[] {
    const tip = segments.at(-1);
    return tip === undefined ? [] : segments.filter((s) => this.#closure[tip]!.has(s));
  }

  async segment(i: number): Promise<Segment> {
    const carried = this.#carried[i]!;
    const names = ['base', ...[...this.#contexts[i]!.keys()].sort()];
    const lower = this.#lower[i]!.map((l) => this.#cut[l]!.tip).sort();
    const earlier = this.#reused.get(i);
    // an id names the ACUs its lines stand on: below a reused segment everything must be reused too
    if (earlier && earlier.lower.join() === lower.join() && [...this.#closure[i]!].every((l) => l === i || this.#kept.has(l)) && earlier.contexts.map((c) => c.context).join() === await this.#stored(i, names)) {
      this.#kept.add(i);
      this.#attribution.add(i, earlier.acu, earlier.edits, this.#closure[i]!);
      return earlier;
    }
    try {
      return await this.#build(i, carried, lower, names);
    } catch (error) {
      // a partial clone, or a damaged object: the ACU is listed by its registers and takes no part
      if (!isMissing(error)) throw error;
      return this.#build(i, { kind: 'inexact', own: carried.kind === 'exact' ? carried.changes : carried.own, reason: error.message }, lower, names);
    }
  }

  async #build(i: number, carried: Carried, lower: readonly Oid[], names: readonly string[]): Promise<Segment> {
    const s = this.#cut[i]!;
    const tip = this.#commits.get(s.tip)!;
    const contexts: { context: string; edits: readonly Edit[] }[] = [];
    let edits: readonly Edit[] = [];
    let standing: Standing;
    let renames: readonly Rename[] = [];
    if (carried.kind === 'exact') {
      standing = { kind: 'exact' };
      renames = carried.renames;
      contexts.push({ context: 'base', edits: await editsOf(this.#contents, carried.changes) });
      for (const name of names.slice(1)) {
        const shared = await this.#composer.compose(this.#contexts[i]!.get(name)!);
        if (shared.conflicts.length === 0) contexts.push({ context: name, edits: await editsOf(this.#contents, between(shared.changes, carried.changes)) });
      }
      const below = await this.#composer.compose(this.#lower[i]!);
      edits = this.#lower[i]!.length === 0 ? contexts[0]!.edits : await editsOf(this.#contents, this.#answering(below, between(below.changes, carried.changes)));
    } else {
      edits = await this.#ownEdits(carried.own);
      standing = carried.kind === 'inexact' ? { kind: 'inexact', reason: carried.reason } : {
        kind: 'stale',
        conflicts: carried.conflicts.map((c) => ({
          a: '' as AcuId, b: 'base' as const, kind: c.kind, verdict: 'partial' as const, path: c.path,
          detail: describe(c.kind, c.regions, c.path), inherited: false,
        })),
      };
    }
    const { id, needs } = await this.#attribution.identify(i, edits, this.#closure[i]!);
    return {
      tip: s.tip, lower, standing, acu: id, title: titleOf(tip), author: { name: tip.author.name, email: tip.author.email },
      time: tip.author.time, commits: this.#commitCount(i), edits, contexts, needs, renames,
    };
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

  /** Names of the contexts that can exist: those whose common tops compose. */
  async #stored(i: number, names: readonly string[]): Promise<string> {
    const out = ['base'];
    for (const name of names.slice(1)) if ((await this.#composer.compose(this.#contexts[i]!.get(name)!)).conflicts.length === 0) out.push(name);
    return out.join();
  }

  async #ownEdits(own: Changes): Promise<Edit[]> {
    try {
      return await editsOf(this.#contents, own);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // the blobs are not there: the ACU is still listed, by its registers
      return [...own].sort(([x], [y]) => (x < y ? -1 : 1)).map(([path, c]) => ({
        path, kind: c.before === null ? 'add' as const : c.after === null ? 'delete' as const : 'binary' as const,
        before: c.before, after: c.after, hunks: null, added: 0, deleted: 0, note: error.message,
      }));
    }
  }
}

export function changesOf(segment: Segment): Changes {
  const edits = segment.contexts.find((c) => c.context === 'base')?.edits ?? [];
  return new Map(edits.map((e) => [e.path, { before: e.before, after: e.after }]));
}

function titleOf(commit: Commit): Segment['title'] {
  const end = commit.message.indexOf('\n');
  return (end < 0 ? commit.message : commit.message.slice(0, end)) as Segment['title'];
}
