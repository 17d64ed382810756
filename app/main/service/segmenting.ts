// Refs as segments: cut, carried, compared and named (plan.ts), and handed to the store in batches. Of all refs of an import, or of those
// that moved with whatever shares commits with them: segments of others are no different for it.
import type { Oid } from '../../core/bytes.ts';
import type { Contents } from '../../core/contents.ts';
import type { SegmentKey } from '../../core/events.ts';
import type { Segment, Source } from '../../core/model.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import { type CutSegment, cutSegments } from '../../core/segments.ts';
import type { Outside } from '../git/history.ts';
import { Turns } from '../git/turns.ts';
import type { ImportStore, Progress } from './importer.ts';
import type { Patched } from './patches.ts';
import { Plan } from './plan.ts';
import type { SourceRef } from './sources.ts';

/** A published segment and what orders it among the others: how many are below it in the cut, then its tip. */
export interface Placed { readonly key: SegmentKey; readonly tip: Oid; readonly below: number }

export interface Segmented {
  readonly cut: readonly CutSegment[];
  readonly plan: Plan;
  /** those that a source shows, as places in the cut and as segments, in published order */
  readonly shown: readonly number[];
  readonly placed: readonly Placed[];
  readonly segments: readonly Segment[];
  /** of each ref: its source, or why there is none */
  readonly outcomes: readonly (Source | string)[];
}

export interface Ground {
  readonly reader: RepositoryReader;
  readonly base: Commit;
  readonly contents: Contents;
  readonly store: ImportStore;
  readonly grounds: Patched['grounds'];
}

const BATCH = 200;

/** `commits`: what these refs reach outside the base. `check` is told why sources that reach any are left out, before anything is stored. */
export async function segmentRefs(ground: Ground, refs: readonly SourceRef[], commits: ReadonlyMap<Oid, Commit>, outside: Outside | undefined, check: (reasons: readonly (string | null)[]) => Promise<void>, progress: Progress, signal: AbortSignal): Promise<Segmented> {
  const { reader, base, contents, store } = ground;
  const cut = cutSegments(commits, refs.map((s) => s.oid));
  const plan = new Plan(reader, contents, base, cut, commits, store, ground.grounds);
  await plan.carryAll(outside, progress, signal);

  const reaching = refs.map((): number[] => []);
  cut.forEach((s, i) => { for (const source of s.sources) reaching[source]!.push(i); });
  // the tip's own segment last
  const leftOut = refs.map((s, i) => plan.leftOut(reaching[i]!.find((x) => cut[x]!.tip === s.oid)));
  await check(leftOut.filter((_, i) => reaching[i]!.length > 0));
  const shownBy = refs.map((s, i) => leftOut[i] !== null ? [] : plan.visible(reaching[i]!.sort((x, y) => Number(cut[x]!.tip === s.oid) - Number(cut[y]!.tip === s.oid) || x - y)));
  const shown = [...new Set(shownBy.flat())].sort((x, y) => x - y);
  await plan.compareAll(shown, progress, signal);

  const segments: Segment[] = [], placed: Placed[] = [];
  const sent = new Set<Oid>();
  let batch: Segment[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const blobs = [...contents.made].filter(([oid]) => !sent.has(oid) && !contents.passing.has(oid)).map(([oid, bytes]) => ({ oid, bytes }));
    for (const b of blobs) sent.add(b.oid);
    await store.stage(batch, blobs);
    batch = [];
  };
  const turns = new Turns();
  for (const [n, i] of shown.entries()) {
    signal.throwIfAborted();
    const segment = await plan.segment(i);
    segments.push(segment);
    placed.push({ key: store.keyOf(segment), tip: segment.tip, below: cut[i]!.below.length });
    batch.push(segment);
    if (batch.length >= BATCH) await flush();
    const turn = turns.turn();
    if (turn !== undefined) { progress('Naming', n, shown.length); await turn; }
  }
  await flush();
  progress('Naming', shown.length, shown.length);
  const outcomes = refs.map((s, i): Source | string => leftOut[i] ?? { name: s.name, ref: s.ref, oid: s.oid, segments: shownBy[i]!.map((x) => cut[x]!.tip) });
  return { cut, plan, shown, placed, segments, outcomes };
}
