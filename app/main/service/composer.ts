// From a set of ACUs to one tree, and from a conflict to its texts: loads the contents the engine's plan needs and nothing else.
import { type AcuId, type ByteString, type Oid, type PathBytes, toBytes } from '../../core/bytes.ts';
import { type Change, type Changes, mergeRegisters } from '../../core/changes.ts';
import { Composer, type SegmentGraph, type SetConflict as OfTops } from '../../core/compose.ts';
import { Contents } from '../../core/contents.ts';
import { describe } from '../../core/describe.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import { mergeMarked } from '../../core/merge3.ts';
import type { ConflictKind, Edit, Segment, SetConflict } from '../../core/model.ts';
import { type Delta, type Entry, Mode, type RepositoryReader } from '../../core/repository.ts';
import { Row } from '../../core/tables.ts';
import { inWords } from '../../core/visible.ts';
import { settle } from '../../core/waves.ts';
import { Lookup } from './lookup.ts';
import { Warm } from './warm.ts';

type StoredBlob = (oid: Oid) => Promise<Uint8Array | null>;
/** of published segments, by index, in the order asked */
export type Bodies = (segments: readonly number[]) => Promise<readonly Segment[]>;
type EditsOf = (segment: number) => Promise<readonly Edit[]>;

export interface ComposedSet {
  /** the composed tree against the engine's base tree */
  readonly delta: Delta;
  /** the same with the base's entries */
  readonly changes: Changes;
  /** contents that composing made */
  readonly blobs: ReadonlyMap<Oid, Uint8Array>;
}
export interface NotComposed { readonly conflicts: readonly SetConflict[]; readonly missing: readonly AcuId[] }

/** base → the segment's tree, from the tables. */
export function changesOfSegment(engine: Engine, segment: number): Map<PathBytes, Change> {
  const { tables } = engine;
  const context = tables.contexts.indexOf('base');
  const entry = (i: number): Entry | null => (i < 0 ? null : tables.entries[i]!);
  const out = new Map<PathBytes, Change>();
  for (const r of rowsOf(engine, segment)) {
    if (tables.rows[r + Row.context] !== context) continue;
    out.set(tables.paths[tables.rows[r + Row.path]!]!, { before: entry(tables.rows[r + Row.before]!), after: entry(tables.rows[r + Row.after]!) });
  }
  return out;
}

/** Contents of both sides of all that a segment changes, in whichever context. */
export function contentsOf(engine: Engine, segment: number): Set<Oid> {
  const { rows, entries } = engine.tables, out = new Set<Oid>();
  for (const r of rowsOf(engine, segment)) for (const at of [rows[r + Row.before]!, rows[r + Row.after]!]) {
    if (at >= 0 && entries[at]!.mode !== Mode.submodule) out.add(entries[at]!.oid);
  }
  return out;
}

/** Row offsets of a segment; its rows lie together, in the order segments were published. */
function rowsOf(engine: Engine, segment: number): number[] {
  const { rows } = engine.tables;
  let low = 0, high = rows.length / Row.width;
  while (low < high) { const mid = (low + high) >>> 1; if (rows[mid * Row.width]! < segment) low = mid + 1; else high = mid; }
  const out: number[] = [];
  for (let r = low * Row.width; r < rows.length && rows[r] === segment; r += Row.width) out.push(r);
  return out;
}

const segmentsOf = (engine: Engine, warm: Warm): SegmentGraph => warm.segments(engine, (segment) => changesOfSegment(engine, segment));

/** For many sets over one `Contents`: bench and tests compose thousands. */
export const composerFor = (engine: Engine, contents: Contents, warm: Warm): Composer =>
  new Composer(contents, segmentsOf(engine, warm), warm.kept);

/** Composes a closed set without conflicts, or says what stands against it. */
export async function composeSet(engine: Engine, reader: RepositoryReader, ids: readonly AcuId[], stored: StoredBlob, signal?: AbortSignal, warm = new Warm(reader), bodies?: Bodies): Promise<ComposedSet | NotComposed> {
  const { ok, missing, conflicts } = engine.check(ids);
  if (!ok) return { conflicts, missing };
  const contents = new Contents(warm.source(async (oid) => { signal?.throwIfAborted(); return stored(oid); })), composer = composerFor(engine, contents, warm);
  const tops = engine.tops(ids);
  if (bodies !== undefined) {
    // at once, while the segments kept are those that the composer has: another moment may be composed meanwhile
    await warm.learnOwn(engine, tops, bodies);
    await warm.learn(tops, segmentsOf(engine, warm), bodies);
  }
  const composed = await warm.settle(contents, () => composer.compose(tops), signal);
  signal?.throwIfAborted();
  if (composed.conflicts.length > 0) return { missing: [], conflicts: composed.conflicts.map((c) => setConflict(engine, c)) };
  const delta = new Map<PathBytes, Entry | null>();
  const blobs = new Map<Oid, Uint8Array>();
  for (const [path, c] of composed.changes) {
    delta.set(path, c.after);
    const made = c.after === null ? undefined : contents.made.get(c.after.oid);
    if (made !== undefined) blobs.set(c.after!.oid, made);
  }
  return { delta, changes: composed.changes, blobs };
}

/** What pair verdicts do not tell: the pairs of these go together. */
function setConflict(engine: Engine, { path, kind, regions, sides: tops, state, differs }: OfTops): SetConflict {
  const sides = [...new Set(tops.map((s) => engine.tables.segments[s]!.acu!))].sort();
  const [a, b] = sides as [AcuId, AcuId];
  const these = `these ${sides.length}`, where = inWords(path);
  const detail = differs ? `${where} ends otherwise when ${these} are merged in another order`
    : state === 'order-sensitive' ? `${where} conflicts (${kind}) when ${these} are merged in some orders, and in others it does not`
    : sides.length === 2 ? describe(kind, regions, path) : `${where} conflicts (${kind}) where ${these} meet, though any two of them go together`;
  return { a, b, kind, path, detail, inherited: false, verdict: state === 'conflict' ? 'blocking' : state, ...sides.length > 2 && { sides } };
}

export interface ConflictTexts {
  readonly kind: ConflictKind;
  readonly base: Uint8Array | null;
  readonly sides: readonly { readonly acu: AcuId | 'base'; readonly bytes: Uint8Array | null }[];
  /** with conflict markers; null where the path has no lines to merge */
  readonly merged: Uint8Array | null;
  /** conflicting regions, lines of the base version */
  readonly places: readonly { readonly start: number; readonly end: number }[];
}

/** Base, both sides and the merged text of one conflicting path of a pair, or of a stale ACU against the base. */
export async function conflictTexts(engine: Engine, reader: RepositoryReader, a: AcuId, b: AcuId | 'base', path: PathBytes, stored: StoredBlob, edits: EditsOf, warm = new Warm(reader)): Promise<ConflictTexts> {
  const contents = new Contents(warm.source(stored));
  const risk = namesAt(engine, a, b, path);
  const { base, x, y, kind, regions } = risk !== null ? await collidingEntries(engine, reader, a, b, risk) : b === 'base' ? await staleEntries(engine, reader, contents, edits, a, path) : await pairEntries(engine, contents, warm, edits, a, b, path);
  const bytes = async (e: Entry | null): Promise<Uint8Array | null> =>
    (e === null || e.mode === 0o160000 ? (e === null ? null : new TextEncoder().encode(`Subproject commit ${e.oid}\n`)) : settle(contents, () => contents.bytes(e.oid)));
  let merged: Uint8Array | null = null;
  const registers = mergeRegisters(base, x, y);
  if (risk === null && 'contents' in registers) {
    const { contents: of } = registers;
    const [o, p, q] = await settle(contents, () => { contents.needTexts([of.base, of.a, of.b]); return [contents.text(of.base), contents.text(of.a), contents.text(of.b)] as const; });
    if (o && p && q) {
      const label = (id: AcuId | 'base'): Uint8Array => (id === 'base' ? new TextEncoder().encode(engine.tables.baseName) : nameOf(engine, id));
      merged = mergeMarked(o, p, q, contents.interner, { a: label(a), b: label(b) }).bytes;
    }
  }
  const places: { start: number; end: number }[] = [];
  for (let i = 0; i < regions.length; i += 2) places.push({ start: regions[i]!, end: regions[i + 1]! });
  return { kind, base: await bytes(base), sides: [{ acu: a, bytes: await bytes(x) }, { acu: risk?.isWithin === true ? a : b, bytes: await bytes(y) }], merged, places };
}

const nameOf = (engine: Engine, id: AcuId): Uint8Array => toBytes(engine.acu(id)?.name ?? (id.slice(0, 12) as ByteString));

interface Names { readonly path: PathBytes; readonly other: PathBytes; readonly isWithin: boolean }

/** Where names collide and nothing else is the matter: the two paths. */
function namesAt(engine: Engine, a: AcuId, b: AcuId | 'base', path: PathBytes): Names | null {
  const conflicts = b === 'base' ? engine.tables.segments[engine.segmentOf(a)]!.stale : engine.index.get(engine.segmentOf(a), engine.segmentOf(b))?.places.map((p) => ({ path: engine.tables.paths[p.path]! })) ?? [];
  if (conflicts.some((c) => c.path === path)) return null;
  const risk = engine.riskAt(a, b, path);
  return risk === undefined ? null : { path, other: risk.other, isWithin: b === 'base' && changesOfSegment(engine, engine.segmentOf(a)).get(risk.other)?.after != null };
}

/** Two files, of which some file systems keep one: nothing is merged. */
async function collidingEntries(engine: Engine, reader: RepositoryReader, a: AcuId, b: AcuId | 'base', { path, other }: Names): Promise<Entries> {
  const ofA = changesOfSegment(engine, engine.segmentOf(a)), has = (changes: Changes, at: PathBytes): Entry | null => changes.get(at)?.after ?? null;
  const x = has(ofA, path) ?? has(ofA, other);
  const y = b === 'base' ? has(ofA, other) ?? await new Lookup(reader).file(engine.tables.baseTree, other)
    : has(changesOfSegment(engine, engine.segmentOf(b)), has(ofA, path) === null ? path : other);
  return { base: null, x, y, kind: 'case collision', regions: NONE };
}

interface Entries { base: Entry | null; x: Entry | null; y: Entry | null; kind: ConflictKind; regions: Int32Array }
const NONE: Int32Array = new Int32Array(0);

async function pairEntries(engine: Engine, contents: Contents, warm: Warm, edits: EditsOf, a: AcuId, b: AcuId, path: PathBytes): Promise<Entries> {
  const s = engine.segmentOf(a), t = engine.segmentOf(b);
  const pair = engine.index.get(s, t);
  const place = pair?.places.find((p) => engine.tables.paths[p.path] === path);
  if (!pair || !place) {
    throw new AcumenError('unknown-name', 'These two changes do not conflict in this file.', 'Look at the conflict list again; the branches may have moved.', { a, b, path });
  }
  const composer = composerFor(engine, contents, warm), below = engine.index.commonTops(s, t);
  await warm.learnOwn(engine, below, (segments) => Promise.all(segments.map(async (one) => ({ edits: await edits(one) }))));
  const shared = await warm.settle(contents, () => composer.compose(below));
  const ofS = changesOfSegment(engine, s).get(path), ofT = changesOfSegment(engine, t).get(path);
  const inBase = ofS?.before ?? ofT?.before ?? shared.changes.get(path)?.before ?? null;
  const base = shared.changes.has(path) ? shared.changes.get(path)!.after : inBase;
  return { base, x: ofS ? ofS.after : inBase, y: ofT ? ofT.after : inBase, kind: place.kind, regions: place.regions };
}

/** The stale side's tip, the base as it is now, and their merge base's version. */
async function staleEntries(engine: Engine, reader: RepositoryReader, contents: Contents, edits: EditsOf, a: AcuId, path: PathBytes): Promise<Entries> {
  const meta = engine.tables.segments[engine.segmentOf(a)]!;
  const conflict = meta.stale.find((c) => c.path === path);
  if (!conflict) throw new AcumenError('unknown-name', 'This change does not conflict with the base in this file.', 'Look at the conflict list again; the branch may have moved.', { a, path });
  // its own edits go from the merge base to the tip: a tip that was made from a patch is in no repository
  const own = (await edits(engine.segmentOf(a))).find((e) => e.path === path);
  const base = own?.before ?? null, x = own?.after ?? null;
  const y = await new Lookup(reader).file(engine.tables.baseTree, path);
  const registers = mergeRegisters(base, x, y);
  let regions: Int32Array = NONE;
  if ('contents' in registers) {
    const { base: o, a: p, b: q } = registers.contents;
    const m = await settle(contents, () => contents.merge(o, p, q));
    if (m.kind === 'conflict') regions = m.regions;
  }
  return { base, x, y, kind: conflict.kind, regions };
}
