// What a client of the benchmark does, over whichever transport: one request after another without a pause, drawn from a stated mix. It knows
// what a window knows: the ACUs of its own hand, and the composition as it was last told.
import type { AcuId } from '../../app/core/bytes.ts';
import { AcumenError } from '../../app/core/errors.ts';
import { connect } from '../../app/contract/client.ts';
import { deadlineOf } from '../../app/main/service/deadlines.ts';
import type { Transport } from '../../app/contract/methods.ts';
import { Random } from '../../testkit/random.ts';

/**
 * Of a hundred requests. A drag asks `check` a few times and ends in one `add` or `remove`; lists scroll meanwhile; a whole set is composed now and
 * then. Half of what is checked is among what is on screen, a twentieth of all.
 */
export const mix = { check: 40, list: 20, add: 15, remove: 15, compose: 10 } as const;
export type Asked = keyof typeof mix;
export const methods = Object.keys(mix) as Asked[];
/** Rows of a page: what a window shows. */
const PAGE = 40;

export interface Hand {
  /** what goes together and is added or taken out at once: an ACU, or one with what it stands on */ readonly units: readonly (readonly AcuId[])[];
  readonly all: readonly AcuId[];
  readonly seed: number;
  readonly name: string;
}

export interface Tally { readonly ms: number[]; ok: number; refused: number; failed: number; late: number; idle: number }
export type Tallies = Record<Asked, Tally>;
export const emptyTallies = (): Tallies => Object.fromEntries(methods.map((m) => [m, { ms: [], ok: 0, refused: 0, failed: 0, late: 0, idle: 0 }])) as unknown as Tallies;

/** Refusals that are answers: the set does not stand. */
const RIGHT = new Set(['not-composable']);

export async function drive(transport: Transport, hand: Hand, isOver: () => boolean, isCounted: () => boolean, tallies: Tallies, failures: Map<string, number>): Promise<void> {
  const client = connect(transport), random = new Random(hand.seed), mine = new Set<number>();
  let composition: readonly AcuId[] = (await client.call('hello', {})).composition.acus;
  client.on('state', (push) => { composition = push.composition.acus; });
  const shown = hand.all.slice(0, Math.max(1, Math.floor(hand.all.length / 20)));
  let n = 0;
  const draw = (): Asked => {
    let left = random.below(100);
    for (const m of methods) if ((left -= mix[m]) < 0) return m;
    return 'check';
  };
  while (!isOver()) {
    const asked = draw(), ticket = `${hand.name}-${n++}`, tally = tallies[asked];
    const start = performance.now();
    let counted: 'ok' | 'idle' | 'refused' | 'failed' = 'ok';
    try {
      switch (asked) {
        case 'check': await client.call('check', { acus: Array.from({ length: 1 + random.below(4) }, () => random.pick(random.chance(0.5) ? shown : hand.all)) }); break;
        case 'list': await client.call('list', { from: PAGE * random.below(Math.ceil(hand.all.length / PAGE)), limit: PAGE }); break;
        case 'add': {
          const unit = random.below(hand.units.length);
          if ((await client.call('add', { acus: hand.units[unit]!, ticket })).operation === null) counted = 'idle';
          mine.add(unit);
          break;
        }
        case 'remove': {
          const unit = mine.size > 0 ? random.pick([...mine]) : random.below(hand.units.length);
          if ((await client.call('remove', { acus: hand.units[unit]!, ticket })).operation === null) counted = 'idle';
          mine.delete(unit);
          break;
        }
        case 'compose': {
          const unit = hand.units[random.below(hand.units.length)]!, has = new Set(composition);
          await client.call('compose', { acus: unit.every((id) => has.has(id)) ? composition.filter((id) => !unit.includes(id)) : [...composition, ...unit], ticket });
          break;
        }
      }
    } catch (error) {
      counted = error instanceof AcumenError && RIGHT.has(error.code) ? 'refused' : 'failed';
      if (counted === 'failed') failures.set(String(error), (failures.get(String(error)) ?? 0) + 1);
    }
    const ms = performance.now() - start;
    if (!isCounted()) continue;
    tally.ms.push(ms);
    tally[counted]++;
    if (ms > deadlineOf(asked)) tally.late++;
  }
  client.close();
}

export function add(into: Tallies, more: Tallies): void {
  for (const m of methods) {
    into[m].ms.push(...more[m].ms);
    for (const key of ['ok', 'refused', 'failed', 'late', 'idle'] as const) into[m][key] += more[m][key];
  }
}
