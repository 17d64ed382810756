// Message ports of main, pages and utility processes. Main is the exchange: each port has a number and lives at one place;
// messages for a port are handed to its place in order. Only main makes channels; a page's own ports are adopted when it sends them.
import { Emitter, NotInTheDouble, refusing } from './refuse.ts';

/** A page or a utility process, seen from main. */
export interface Place { readonly gone: boolean; post(message: { readonly port: number; readonly value: unknown } | { readonly close: number }): void }
interface End { peer: number; place: Place | null; local: LocalPort | null }

const ends = new Map<number, End>();
let last = 0;

class LocalPort extends Emitter implements Pick<Electron.MessagePortMain, 'postMessage' | 'start' | 'close'> {
  /** null once it was given away or closed */
  number: number | null;
  queue: unknown[] | null = [];

  constructor(number: number) {
    super('MessagePortMain', ['message', 'close']);
    this.number = number;
  }
  postMessage(message: unknown, transfer: readonly Electron.MessagePortMain[] = []): void {
    if (transfer.length > 0) throw new NotInTheDouble('ports sent through ports');
    const value: unknown = structuredClone(message);
    if (this.number !== null) deliver(ends.get(this.number)!.peer, value);
  }
  start(): void {
    const waiting = this.queue ?? [];
    this.queue = null;
    for (const value of waiting) this.receive(value);
  }
  close(): void { if (this.number !== null) closePort(this.number); }
  /** A message arrives in a later turn, as in Electron: who posts never runs the listener itself. */
  receive(value: unknown): void {
    if (this.queue !== null) { this.queue.push(value); return; }
    setImmediate(() => { this.emit('message', { data: value, ports: [] }); });
  }
}
const locals = new WeakMap<object, LocalPort>();

export function deliver(number: number, value: unknown): void {
  const end = ends.get(number);
  if (end?.place) end.place.post({ port: number, value });
  else end?.local?.receive(value);
}

/** From the place where `number` lives: its message is for the other end. */
export function fromPlace(place: Place, number: number, value: unknown): void {
  const end = ends.get(number);
  if (end !== undefined && end.place === place) deliver(end.peer, value);
}

/** The port is gone, and its other end hears so. */
export function closePort(number: number, place: Place | null = null): void {
  const end = ends.get(number);
  if (end === undefined || end.place !== place) return;
  const other = ends.get(end.peer);
  ends.delete(number);
  ends.delete(end.peer);
  other?.place?.post({ close: end.peer });
  const local = other?.local;
  if (local) setImmediate(() => { local.emit('close'); });
}

/** The page or process is gone with all its ports. */
export function closePlace(place: Place): void {
  for (const [number, end] of [...ends]) if (end.place === place) closePort(number, place);
}

function adopt(number: number): Electron.MessagePortMain {
  const local = new LocalPort(number);
  ends.get(number)!.local = local;
  const whole = refusing<Electron.MessagePortMain>('MessagePortMain', local);
  locals.set(whole, local);
  return whole;
}

export function channel(): { readonly port1: Electron.MessagePortMain; readonly port2: Electron.MessagePortMain } {
  const a = ++last, b = ++last;
  ends.set(a, { peer: b, place: null, local: null });
  ends.set(b, { peer: a, place: null, local: null });
  return { port1: adopt(a), port2: adopt(b) };
}

/** A port of a page's own, which it sends here: the page keeps the end `there`, the other is main's. */
export function received(place: Place): { readonly there: number; readonly here: Electron.MessagePortMain } {
  const there = ++last, here = ++last;
  ends.set(there, { peer: here, place, local: null });
  ends.set(here, { peer: there, place: null, local: null });
  return { there, here: adopt(here) };
}

/** Gives ports away: their numbers for the message, then `settle` once the message is on its way, so that what waits follows it. */
export function give(transfer: readonly Electron.MessagePortMain[], place: Place): { readonly numbers: number[]; settle(): void } {
  const given = transfer.map((port) => {
    const local = locals.get(port);
    if (local === undefined) throw new TypeError('Invalid value for transfer');
    if (local.number === null || local.queue === null) throw new Error('Port at index 0 is already neutered.');
    const number = local.number;
    local.number = null;
    const end = ends.get(number);
    if (end !== undefined) { end.local = null; end.place = place; }
    return { number, waiting: local.queue, peerGone: end === undefined };
  });
  return {
    numbers: given.map((one) => one.number),
    settle() {
      for (const { number, waiting, peerGone } of given) {
        for (const value of waiting) place.post({ port: number, value });
        if (peerGone) place.post({ close: number });
        else if (place.gone) closePort(number, place);
      }
    },
  };
}
