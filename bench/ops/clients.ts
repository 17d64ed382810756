// What a client of the benchmark does, over whichever transport: one request after another without a pause, drawn from a stated mix. It knows
// what a window knows: the ACUs of its own hand, and the composition as it was last told.
import type { AcuId } from '../../app/core/bytes.ts';
import { AcumenError } from '../../app/core/errors.ts';
import { connect } from '../../app/contract/client.ts';
import type { Client } from '../../app/contract/client.ts';
import { decodeFrame, encodeFrame, fromWireError } from '../../app/contract/frames.ts';
import { deadlineOf } from '../../app/main/service/deadlines.ts';
import type { Push, Transport, WireError } from '../../app/contract/methods.ts';
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

/**
 * A client that costs little, so that the service is what is measured where both share a machine's cores: it sends what the contract's client
 * sends, and of answers reads whose they are and whether they are errors, of `add` and `remove` and of pushes all.
 */
export function light(transport: Transport): Pick<Client, 'call' | 'on' | 'close'> {
  const waiting = new Map<number, { readonly method: string; resolve(ok: unknown): void; reject(error: unknown): void }>();
  const listeners: ((push: Push) => void)[] = [];
  let last = 0;
  transport.onFrame((frame) => {
    // { id, ok } begins with the map's head and the key; the number after it is as the encoder writes it
    const isAnswer = frame[0] === 0x82 && frame[1] === 0xa2 && frame[2] === 0x69 && frame[3] === 0x64;
    if (!isAnswer) { for (const listener of listeners) listener(decodeFrame(frame) as Push); return; }
    const head = frame[4]!, bytes = head < 0x80 ? 0 : head === 0xcc ? 1 : head === 0xcd ? 2 : 4;
    let id = bytes === 0 ? head : 0;
    for (let i = 0; i < bytes; i++) id = id * 256 + frame[5 + i]!;
    const one = waiting.get(id)!, isError = frame[5 + bytes] !== 0xa2;
    waiting.delete(id);
    if (isError) one.reject(fromWireError((decodeFrame(frame) as { error: WireError }).error));
    else one.resolve(one.method === 'check' || one.method === 'list' || one.method === 'compose' ? null : (decodeFrame(frame) as { ok: unknown }).ok);
  });
  return {
    call: (method, params) => new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { method, resolve: resolve as (ok: unknown) => void, reject });
      transport.send(encodeFrame({ id, method, params }));
    }),
    on(kind, listener) { listeners.push((push) => { if (push.push === kind) listener(push as never); }); return () => {}; },
    close() { transport.close(); },
  };
}

export async function drive(transport: Transport, hand: Hand, isOver: () => boolean, isCounted: () => boolean, tallies: Tallies, failures: Map<string, number>, isLight = false): Promise<void> {
  const client = isLight ? light(transport) : connect(transport), random = new Random(hand.seed), mine = new Set<number>();
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
