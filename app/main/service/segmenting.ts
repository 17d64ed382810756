// Refs as segments: cut and carried onto the base (cutting.ts), at finer grains taken apart (finer.ts), compared and named (plan.ts), and
// handed to the store in batches. Of all refs of an import, or of those that moved with whatever shares commits with them: segments of
// others are no different for it.
import type { Oid } from '../../core/bytes.ts';
import type { SegmentKey } from '../../core/events.ts';
import type { Grain, Segment, Source } from '../../core/model.ts';
import type { Commit } from '../../core/repository.ts';
import { type CutSegment, cutSegments } from '../../core/segments.ts';
import type { Outside } from '../git/history.ts';
import { Turns } from '../git/turns.ts';
import { Ahead } from './ahead.ts';
import { type Ground as CarryingGround, Carrying } from './carrying.ts';
import { carriedBefore, carryCut, visible, whyLeftOut, wholes } from './cutting.ts';
import { unitsOf } from './finer.ts';
import type { ImportStore, Progress } from './importer.ts';
import { Plan } from './plan.ts';
import type { SourceRef } from './sources.ts';

/** A published segment and what orders it among the others: how many are below it in the cut (of a unit: how deep what it stands on or comes after goes), then its tip. */
export interface Placed { readonly key: SegmentKey; readonly tip: Oid; readonly below: number }

export interface Segmented {
  readonly cut: readonly CutSegment[];
  readonly plan: Plan;
  /** those that a source shows, as places in the plan and as segments, in published order */
  readonly shown: readonly number[];
  readonly placed: readonly Placed[];
  readonly segments: readonly Segment[];
  /** of each ref: its source, or why there is none */
  readonly outcomes: readonly (Source | string)[];
}

export interface Ground extends CarryingGround {
  readonly store: ImportStore;
  readonly grain: Grain;
}

/** Segments of a batch that is stored at once: of the first ones, so that the store has something to do while the others are named, and at most. Each is twice the one before. */
const FIRST_BATCH = 25, BATCH = 200;

/** `commits`: what these refs reach outside the base. `check` is told why sources that reach any are left out, before anything is stored. */
export async function segmentRefs(ground: Ground, refs: readonly SourceRef[], commits: ReadonlyMap<Oid, Commit>, outside: Outside | undefined, check: (reasons: readonly (string | null)[]) => Promise<void>, progress: Progress, signal: AbortSignal): Promise<Segmented> {
  const { contents, store, grain } = ground;
  const cut = cutSegments(commits, refs.map((s) => s.oid));
  const carrying = new Carrying(ground), ahead = new Ahead();
  // what is stored of a finer grain is no whole segment
  const reused = grain === 'branch' ? await carriedBefore(cut, store) : new Map<number, Segment>();
  const coarse = await carryCut(carrying, cut, commits, reused, grain === 'branch' ? ahead : null, outside, progress, signal);

  const reaching = refs.map((): number[] => []);
  cut.forEach((s, i) => { for (const source of s.sources) reaching[source]!.push(i); });
  const leftOut = refs.map((s, i) => whyLeftOut(coarse.carried[reaching[i]!.find((x) => cut[x]!.tip === s.oid) ?? -1]));
  await check(leftOut.filter((_, i) => reaching[i]!.length > 0));
  // the tip's own segment last
  const seenBy = refs.map((s, i) => leftOut[i] !== null ? [] : visible(coarse, reaching[i]!.sort((x, y) => Number(cut[x]!.tip === s.oid) - Number(cut[y]!.tip === s.oid) || x - y)));
  const seen = [...new Set(seenBy.flat())].sort((x, y) => x - y);
  const { parts, of, depth } = grain === 'branch' ? wholes(coarse, commits, reused) : await unitsOf(carrying, grain, coarse, seen, commits, store, outside, progress, signal);
  const plan = new Plan(carrying, parts, ahead);
  const shownBy = seenBy.map((list) => list.flatMap((s) => of(s)));
  const shown = grain === 'branch' ? seen : parts.map((_, i) => i);
  await plan.compareAll(shown, progress, signal);

  const segments: Segment[] = [], placed: Placed[] = [];
  const sent = new Set<Oid>();
  let batch: Segment[] = [], size = FIRST_BATCH;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const blobs = [...contents.made].filter(([oid]) => !sent.has(oid) && !contents.passing.has(oid)).map(([oid, bytes]) => ({ oid, bytes }));
    for (const b of blobs) sent.add(b.oid);
    await store.stage(batch, blobs);
    batch = [];
    size = Math.min(2 * size, BATCH);
  };
  const turns = new Turns();
  for (const [n, i] of shown.entries()) {
    signal.throwIfAborted();
    const segment = await plan.segment(i);
    segments.push(segment);
    placed.push({ key: store.keyOf(segment), tip: segment.tip, below: depth(i) });
    batch.push(segment);
    if (batch.length >= size) await flush();
    const turn = turns.turn();
    if (turn !== undefined) { progress('Naming', n, shown.length); await turn; }
  }
  await flush();
  progress('Naming', shown.length, shown.length);
  const outcomes = refs.map((s, i): Source | string => leftOut[i] ?? { name: s.name, ref: s.ref, oid: s.oid, segments: shownBy[i]!.map((x) => parts[x]!.tip) });
  return { cut, plan, shown, placed, segments, outcomes };
}
