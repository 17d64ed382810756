// The index as it changes beside the index built from scratch and beside the slow twin, after every operation of seeded histories.
// `node testkit/indexLaws.ts [SEEDS] [OPERATIONS]` runs the whole: 100 seeds of 200.
import { ConflictIndex } from '../app/core/conflictIndex.ts';
import { inWords, slowIndex } from './indexTwin.ts';
import { IndexWorld } from './indexWorld.ts';

/** `a b` → places in words, as the twin has it. */
export function answersOf(index: ConflictIndex): Map<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  index.edges((a, b) => {
    const pair = index.get(a, b)!;
    if (index.isUnknown(a, b) !== (pair.inexact !== null)) throw new Error(`pair ${a} ${b} is known and has a reason, or neither`);
    out.set(`${a} ${b}`, pair.inexact === null ? pair.places.map((p) => inWords(index.tables, p)).sort() : [`unknown: ${pair.inexact}`]);
  });
  return out;
}

function same(what: string, found: ReadonlyMap<string, readonly string[]>, wanted: ReadonlyMap<string, readonly string[]>): void {
  for (const key of new Set([...found.keys(), ...wanted.keys()])) {
    const one = found.get(key)?.join('; ') ?? 'clean', other = wanted.get(key)?.join('; ') ?? 'clean';
    if (one !== other) throw new Error(`${what}: pair ${key} is ${one}, and should be ${other}`);
  }
}

/** Throws at the first difference; how many pairs were compared, and how many of them conflict. */
export function indexLaw(seed: number, operations: number, segments = 18): { readonly pairs: number; readonly conflicts: number; readonly done: ReadonlySet<string> } {
  const world = new IndexWorld(seed, segments);
  let index = new ConflictIndex(world.tables()), pairs = 0, conflicts = 0;
  const done = new Set<string>();
  for (let n = 0; n <= operations; n++) {
    let what = 'first';
    if (n > 0) {
      const step = world.step();
      what = step.what;
      index = what === 'base' ? new ConflictIndex(step.tables) : index.next(step.tables, step.removed, step.added);
    }
    done.add(what);
    const where = `seed ${seed}, operation ${n} (${what})`, wanted = slowIndex(index.tables);
    same(`${where}, as it changed`, answersOf(index), wanted);
    same(`${where}, from scratch`, answersOf(new ConflictIndex(index.tables)), wanted);
    const live = index.tables.order.length;
    pairs += live * (live - 1) / 2;
    conflicts += wanted.size;
  }
  return { pairs, conflicts, done };
}

if (import.meta.filename === process.argv[1]) {
  const seeds = Number(process.argv[2] ?? 100), operations = Number(process.argv[3] ?? 200);
  let pairs = 0, conflicts = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const told = indexLaw(seed, operations);
    pairs += told.pairs;
    conflicts += told.conflicts;
  }
  console.log(`${seeds} seeds of ${operations} operations: ${pairs} pairs, ${conflicts} of them conflicting, changed = from scratch = slow twin after each`);
}
