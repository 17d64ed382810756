// How fast this machine is just now, by three fixed pieces of work: computing, reading memory that no cache holds, and what every request
// does (waiting for what is there, small objects, text). An operation that takes longer while these do, too, has not changed: the machine has.

/** Numbers that a step of computing goes through, and steps. */
const WORDS = new Int32Array(4096), STEPS = 8000;
function compute(): void {
  let x = 88172645;
  for (let i = 0; i < STEPS; i++) {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5;
    WORDS[x & 4095]! ^= x;
  }
}

/** Places of a walk that no cache near a core holds, and those of one look: each says where the next one is, so that none is read ahead. */
const PLACES = 2 ** 20, LOOKS = 400;
/** A power of two of places; from each all others are come by (Hull and Dobell, "Random number generators", 1962), and two in a row lie apart. */
export function walk(places: number): Int32Array {
  const next = new Int32Array(places);
  // a loop: `from` takes ten times as long, and whoever asks first waits for it
  for (let i = 0; i < places; i++) next[i] = (Math.imul(i, 1_664_525) + 1_013_904_223) & (places - 1);
  return next;
}
function walking(): () => void {
  let next: Int32Array | null = null, place = 0;
  return () => {
    next ??= walk(PLACES);
    for (let i = 0; i < LOOKS; i++) place = next[place]!;
  };
}

const MESSAGE = { id: 7, method: 'reference', params: { acus: Array.from({ length: 12 }, (_, i) => `reference ${i}`), path: 'a/b/c', from: 0, limit: 40 } };
const settled = Promise.resolve();
async function answer(): Promise<void> {
  const known = new Map<string, number>();
  for (const acu of (JSON.parse(JSON.stringify(MESSAGE)) as typeof MESSAGE).params.acus) {
    await settled;
    known.set(acu, known.size);
  }
}

export type Reference = 'compute' | 'memory' | 'answer';
/** With the memory that they go through, which is whoever asked for them's: four megabytes from the first look on. */
export const references = (): Readonly<Record<Reference, () => void | Promise<void>>> => ({ compute, memory: walking(), answer });
