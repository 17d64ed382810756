// The commits in flight cut into segments, as they are carried onto the base; at grain `branch` each of them is one part of the plan.
import type { Oid } from '../../core/bytes.ts';
import type { Changes } from '../../core/changes.ts';
import { editsOf } from '../../core/edits.ts';
import { speaker, titleOf } from '../../core/headline.ts';
import type { Segment } from '../../core/model.ts';
import type { Commit } from '../../core/repository.ts';
import type { CutSegment } from '../../core/segments.ts';
import type { Outside } from '../git/history.ts';
import type { Ahead } from './ahead.ts';
import type { Carried } from './carry.ts';
import type { Carrying } from './carrying.ts';
import type { ImportStore, Progress } from './importer.ts';
import type { Part } from './plan.ts';

/** A cut as it was carried. Indices are those of `cut`. */
export interface Coarse {
  readonly cut: readonly CutSegment[];
  readonly carried: readonly Carried[];
  /** effective lower tops: unsplit, stale and inexact segments stand alone */
  readonly lower: readonly (readonly number[])[];
}

/** What the plan turns into published segments, in published order. */
export interface Parts {
  readonly parts: readonly Part[];
  /** those that a segment of the cut became, the last of its history last */
  of(segment: number): readonly number[];
  /** what orders a part before its tip does: never less than that of one it stands on or comes after */
  depth(part: number): number;
}

/** Segments that an earlier import stored as exact. */
export async function carriedBefore(cut: readonly CutSegment[], store: ImportStore): Promise<Map<number, Segment>> {
  const found = new Map<number, Segment>();
  for (const [i, s] of cut.entries()) {
    const earlier = (await store.known(s.tip)).find((k) => k.standing.kind === 'exact');
    if (earlier) found.set(i, earlier);
  }
  return found;
}

/** `ahead`: keeps the edits on the base of what is carried, where they will be asked for. */
export async function carryCut(carrying: Carrying, cut: readonly CutSegment[], commits: ReadonlyMap<Oid, Commit>, reused: ReadonlyMap<number, Segment>, ahead: Ahead | null, outside: Outside | undefined, progress: Progress, signal: AbortSignal): Promise<Coarse> {
  const carried: Carried[] = [];
  for (const [i, earlier] of reused) carried[i] = { kind: 'exact', changes: changesOf(earlier), renames: earlier.renames };
  const fresh = cut.map((_, i) => i).filter((i) => !reused.has(i));
  const found = await carrying.carry(fresh.map((i) => commits.get(cut[i]!.tip)!), outside, (n, { kind, ...it }) => {
    if (kind === 'exact' && 'changes' in it) ahead?.keepOnBase(fresh[n]!, () => editsOf(carrying.contents, it.changes));
  }, { report: (done) => progress('Carrying onto the base', done, fresh.length), signal });
  fresh.forEach((i, n) => { carried[i] = found[n]!; });
  const lower = cut.map((s, i) => (carried[i]!.kind === 'exact' && s.below.every((b) => carried[b]!.kind === 'exact') ? s.lower : []));
  return { cut, carried, lower };
}

export function changesOf(segment: Segment): Changes {
  const edits = segment.contexts.find((c) => c.context === 'base')?.edits ?? [];
  return new Map(edits.map((e) => [e.path, { before: e.before, after: e.after }]));
}

/** Why nothing at all is known of a tip: it shares no history with the base, or what it changed is not there to be read. */
export function whyLeftOut(carried: Carried | undefined): string | null {
  return carried?.kind === 'inexact' && carried.own.size === 0 ? carried.reason : null;
}

/** What a source consists of, of the segments it reaches: its tip's, which is the last of them, and those that one stands on. */
export function visible({ lower }: Coarse, reached: readonly number[]): number[] {
  const tip = reached.at(-1);
  if (tip === undefined) return [];
  const closure = new Set([tip]);
  for (const s of closure) for (const l of lower[s]!) closure.add(l);
  return reached.filter((s) => closure.has(s));
}

/** Grain `branch`: each segment of the cut is one part, at its own place. */
export function wholes({ cut, carried, lower }: Coarse, commits: ReadonlyMap<Oid, Commit>, reused: ReadonlyMap<number, Segment>): Parts {
  const parts = cut.map((s, i): Part => {
    const commit = commits.get(s.tip)!, earlier = reused.get(i);
    return {
      tip: s.tip, commit, title: titleOf(speaker(commit, s.commits, commits)), lower: lower[i]!, carried: carried[i]!, commits: commitsIn(cut, lower, i),
      ...earlier !== undefined && { reused: earlier },
    };
  });
  return { parts, of: (s) => [s], depth: (i) => cut[i]!.below.length };
}

/** A segment that stands alone has swallowed those below it, and their commits. */
export function commitsIn(cut: readonly CutSegment[], lower: Coarse['lower'], i: number): number {
  const s = cut[i]!;
  return lower[i]!.length > 0 ? s.commits.length : s.below.reduce((n, b) => n + cut[b]!.commits.length, s.commits.length);
}
