// How often a service that dies is started again: five deaths within a minute, and it rests until the first of them is a minute old.

const DEATHS = 5;
/** milliseconds */
const WITHIN = 60_000;

/** Times of the deaths that still count, oldest first. */
export function recent(deaths: readonly number[], now: number): number[] {
  return deaths.filter((at) => now - at < WITHIN).slice(-DEATHS);
}

/** Milliseconds until it may be started again; 0: at once. */
export function rest(deaths: readonly number[], now: number): number {
  const count = recent(deaths, now);
  return count.length < DEATHS ? 0 : WITHIN - (now - count[0]!);
}

export function restSentence(milliseconds: number): string {
  return `the service stopped ${DEATHS} times within a minute; it is started again in ${Math.ceil(milliseconds / 1000)} s`;
}
