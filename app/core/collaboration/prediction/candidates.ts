// Which pairs of ACUs are worth a prediction: never all. Those that share a file, and those that may come to one file, because it changes with what they
// touch; where very many touch one file, the nearest in it.
import type { Ground } from './ground.ts';

/** In a file that more ACUs touch, each hunk is paired with so many that follow it, of others. */
export const NEIGHBOURS = 32;
/** Pairs that are looked at, at most; those that share a file first. */
export const MOST_CANDIDATES = 200_000;
/** Two that share no file are looked at where the chance that both come to one is at least this. */
const LEAST_MEETING = 0.1;

/** Places of two ACUs, a < b, each pair once. Those of which one requires the other are not among them, nor any that is not exact. */
export function candidatesOf(ground: Ground, requires: (upper: number, lower: number) => boolean, most = MOST_CANDIDATES): { readonly a: number; readonly b: number }[] {
  const { acus } = ground.inFlight, seen = new Set<number>(), out: { a: number; b: number }[] = [];
  const enter = (x: number, y: number): void => {
    const a = Math.min(x, y), b = Math.max(x, y), key = a * acus.length + b;
    if (a === b || out.length >= most || acus[a]!.standing !== 'exact' || acus[b]!.standing !== 'exact' || seen.has(key)) return;
    seen.add(key);
    if (!requires(a, b) && !requires(b, a)) out.push({ a, b });
  };
  for (const [f, file] of ground.files.entries()) for (const [x, y] of pairsIn(ground, f, file.acus)) enter(x, y);
  for (const [x, y] of comingTogether(ground)) enter(x, y);
  return out;
}

function* pairsIn(ground: Ground, file: number, acus: readonly number[]): Iterable<readonly [number, number]> {
  if (acus.length <= NEIGHBOURS) {
    for (let i = 0; i < acus.length; i++) for (let j = i + 1; j < acus.length; j++) yield [acus[i]!, acus[j]!];
    return;
  }
  const hunks: { readonly at: number; readonly acu: number }[] = [];
  for (const acu of acus) {
    const lines = ground.touches[acu]!.get(file)!.hunks;
    for (let h = 0; h < lines.length; h += 2) hunks.push({ at: lines[h]!, acu });
    if (lines.length === 0) hunks.push({ at: 0, acu });
  }
  hunks.sort((x, y) => x.at - y.at || ground.rank[x.acu]! - ground.rank[y.acu]!);
  for (let i = 0; i < hunks.length; i++) {
    for (let j = i + 1, found = 0; j < hunks.length && found < NEIGHBOURS; j++) {
      if (hunks[j]!.acu === hunks[i]!.acu) continue;
      found++;
      yield [hunks[i]!.acu, hunks[j]!.acu];
    }
  }
}

/** By file of the history: those who may come to it, the likeliest; each with each where the chances are large enough. */
function* comingTogether(ground: Ground): Iterable<readonly [number, number]> {
  const comers = new Map<number, { readonly acu: number; readonly chance: number }[]>();
  for (let acu = 0; acu < ground.inFlight.acus.length; acu++) {
    for (const [file, chance] of ground.reach(acu)) {
      if (chance < LEAST_MEETING) continue;
      const list = comers.get(file);
      if (list) list.push({ acu, chance }); else comers.set(file, [{ acu, chance }]);
    }
  }
  for (const [, list] of [...comers].sort(([f], [g]) => f - g)) {
    const likeliest = list.sort((x, y) => y.chance - x.chance || ground.rank[x.acu]! - ground.rank[y.acu]!).slice(0, 2 * NEIGHBOURS);
    for (const [i, x] of likeliest.entries()) for (const y of likeliest.slice(i + 1)) if (x.chance * y.chance >= LEAST_MEETING) yield [x.acu, y.acu];
  }
}
