// How long an answer is worth its room after its last use: base × stability × confidence × access. Stability and confidence are learned from
// history, for each kind: how long after one use the next came, and how many of its answers were asked for again at all. Pure.

/** What has been seen of one kind. */
export interface History { kept: number; again: number; uses: number; /** milliseconds between two uses, the newest weighing more */ between: number }
export const noHistory = (): History => ({ kept: 0, again: 0, uses: 0, between: 0 });

/** Milliseconds. */
const BASE = 60_000;
/** Answers, and uses, of a kind before its history is believed. */
const ENOUGH = 20;
/** Uses over which the time between them is averaged. */
const RECENT = 200;

/** An answer was asked for again, for the first time or not, after so many milliseconds. */
export function usedAgain(of: History, after: number, isFirst: boolean): void {
  if (isFirst) of.again++;
  of.uses++;
  of.between += (after - of.between) / Math.min(of.uses, RECENT);
}

/** Milliseconds from its last use; `uses`: how often it was asked for again. Over at once for what was never asked for. */
export function lifetime({ kept, again, uses: seen, between }: History, uses: number): number {
  const confidence = kept < ENOUGH ? 0.5 : Math.max(0.05, again / kept);
  const stability = seen < ENOUGH ? 1 : Math.min(20, Math.max(0.1, between / BASE));
  return BASE * stability * confidence * (1 + Math.log2(1 + uses));
}
