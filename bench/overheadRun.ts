// The service of overhead.bench.ts, in a process of its own: opened with or without measuring, and anew when it is told to, asked by clients who
// do as little as they can, so that what is measured is the service.
import type { AcuId } from '../app/core/bytes.ts';
import { encodeFrame } from '../app/contract/frames.ts';
import { type Platform, openPlatform } from '../app/main/service/platform.ts';
import { attachSession } from '../app/main/service/session.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { Random } from '../testkit/random.ts';
import { mix } from './ops/clients.ts';
import { hands } from './ops/service.ts';
import type { Hand } from './ops/clients.ts';

const CLIENTS = 64, PAGE = 40;

/** What is asked of it: to be opened on a store, so many operations, what it holds, and what it has used. Each is answered when it is done. */
export type Order =
  | { readonly open: string; readonly measures: boolean } | { readonly run: number; /** a collection of all the heap belongs to it, after which the next begins */ readonly collected?: true }
  | { readonly memory: true } | { readonly cpu: true } | { readonly close: true } | { readonly stop: true };
/** Microseconds of all its threads: of the operations that were run, and since the process began. */
export interface Ran { readonly cpu: number; readonly failed: number }
export interface Used { readonly cpu: number }
export interface Held { readonly heap: number; readonly rss: number }

let workspace: Workspace, platform: Platform, clients: Client[] = [];

let left = 0, failed = 0, under = 0, done: () => void = () => {};
/** An answer begins with its id, an answer that is an error has that after it; everything else is a push. */
const isAnswer = (frame: Uint8Array): boolean => frame[1] === 0xa2 && frame[2] === 0x69 && frame[3] === 0x64;
const error = Buffer.from('error');

class Client {
  readonly #hand: Hand;
  readonly #random: Random;
  readonly #send: (frame: Uint8Array) => void;
  #hear: (frame: Uint8Array) => void = () => {};
  #n = 0;

  constructor(hand: Hand) {
    this.#hand = hand;
    this.#random = new Random(hand.seed);
    attachSession(workspace, {
      send: (frame) => { if (isAnswer(frame)) this.#answered(frame); },
      onFrame: (listener) => { this.#hear = listener; },
      onClose: () => {}, close: () => {},
    });
    this.#send = (frame) => { setImmediate(this.#hear, frame); };
  }

  next(): void {
    if (left <= 0) return;
    left--;
    under++;
    this.#send(encodeFrame({ id: this.#n++, ...this.#request() }));
  }

  #answered(frame: Uint8Array): void {
    if (Buffer.from(frame.buffer, frame.byteOffset, Math.min(24, frame.length)).includes(error)) failed++;
    under--;
    if (left > 0) this.next();
    else if (under === 0) done();
  }

  #request(): { readonly method: string; readonly params: unknown } {
    const { units, all, name } = this.#hand, random = this.#random, ticket = `${name}-${this.#n}`;
    const unit = (): readonly AcuId[] => units[random.below(units.length)]!;
    let draw = random.below(100);
    if ((draw -= mix.check) < 0) return { method: 'check', params: { acus: Array.from({ length: 1 + random.below(4) }, () => random.pick(all)) } };
    if ((draw -= mix.list) < 0) return { method: 'list', params: { from: PAGE * random.below(Math.ceil(all.length / PAGE)), limit: PAGE } };
    if ((draw -= mix.add) < 0) return { method: 'add', params: { acus: unit(), ticket } };
    if ((draw -= mix.remove) < 0) return { method: 'remove', params: { acus: unit(), ticket } };
    return { method: 'compose', params: { acus: unit(), ticket } };
  }
}

async function close(): Promise<void> {
  if (clients.length === 0) return;
  clients = [];
  await workspace.close();
  await platform.close();
}
async function open(store: string, measures: boolean): Promise<void> {
  await close();
  platform = await openPlatform({ store, what: 'bench', measures });
  workspace = await Workspace.open(store, { env: { PATH: process.env['PATH'] }, platform });
  clients = hands(workspace, CLIENTS).map((hand) => new Client(hand));
}
function run(operations: number): Promise<void> {
  return new Promise((resolve) => {
    left = operations;
    done = resolve;
    for (const client of clients) client.next();
  });
}
function used(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function obey(order: Order): Promise<Ran | Used | Held | null> {
  if ('open' in order) { await open(order.open, order.measures); return null; }
  if ('close' in order) { await close(); return null; }
  if ('cpu' in order) return { cpu: used() };
  if ('memory' in order) {
    for (let i = 0; i < 3; i++) globalThis.gc!();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heap: heapUsed + external, rss };
  }
  if (!('run' in order)) return null;
  if (order.collected) globalThis.gc!();
  const before = used();
  failed = 0;
  await run(order.run);
  if (order.collected) globalThis.gc!();
  return { cpu: used() - before, failed };
}

process.on('message', (order: Order) => {
  if ('stop' in order) void close().then(() => process.disconnect());
  else void obey(order).then((answer) => process.send!({ answer }));
});
process.send!({ answer: null });
