// Telemetry events as records of the bus and back, without an object or a string made on the way in. The table is the format: kinds, choices and
// fields are only ever added at the end, for they are in files (main/storage/telemetry/segments.ts).
import type { BusLane, TelemetryEvent, TelemetryKind } from '../telemetry.ts';
import { DOUBLES, LABEL, TAG, VALUES, VALUE_COUNT, WORDS } from './ring.ts';
import type { Batch, Producer } from './ring.ts';

/** Lanes of the bus, urgent first: a lane's number is its place here. */
export const lanes = ['critical', 'normal', 'analytics'] as const satisfies readonly BusLane[];

/** `number` and a choice take one of the record's values; `text` and `parts` go to the payload. A `subject` is a text that can be asked for. */
type Field = 'number' | 'text' | 'subject' | 'parts' | readonly string[];
interface Shape { readonly lane: BusLane; readonly fields: Readonly<Record<string, Field>> }

const breaker = ['closed', 'half-open', 'open'] as const;
const shapes = {
  operation: { lane: 'analytics', fields: { operation: 'subject', ms: 'number', outcome: ['ok', 'refused', 'failed', 'late', 'cancelled'], detail: 'text', parts: 'parts' } },
  decision: { lane: 'normal', fields: { knob: 'subject', id: 'number', from: 'number', to: 'number', reason: 'text' } },
  effect: { lane: 'normal', fields: { knob: 'subject', id: 'number', metric: 'text', before: 'number', after: 'number' } },
  breaker: { lane: 'critical', fields: { dependency: 'subject', from: breaker, to: breaker, reason: 'text' } },
  worker: { lane: 'normal', fields: { pool: 'subject', worker: 'number', what: ['started', 'ended', 'died', 'replaced'], reason: 'text' } },
  memory: { lane: 'critical', fields: { guard: ['normal', 'shrinking', 'throttling'], bytes: 'number', limit: 'number', reason: 'text' } },
  cache: { lane: 'normal', fields: { what: ['shrunk', 'grown', 'cleared'], level: ['L1', 'L2', 'L3'], bytes: 'number', reason: 'text' } },
  anomaly: { lane: 'normal', fields: { metric: 'subject', value: 'number', expected: 'number', score: 'number', reason: 'text' } },
  regression: { lane: 'normal', fields: { metric: 'subject', baseline: 'number', now: 'number', p: 'number', reason: 'text' } },
  alert: { lane: 'critical', fields: { id: 'subject', state: ['raised', 'acknowledged', 'silenced', 'resolved'], severity: ['notice', 'warning', 'critical'], value: 'number', reason: 'text' } },
  product: { lane: 'normal', fields: { matrix: 'subject', by: ['sparse', 'dense', 'gpu'], outcome: ['kept', 'fallen'], ms: 'number', multiplyAdds: 'number', reason: 'text' } },
} as const satisfies { readonly [K in TelemetryKind]: Shape & { readonly fields: { readonly [F in Exclude<keyof Extract<TelemetryEvent, { kind: K }>, 'kind'>]: Field } } };

export const kinds: readonly TelemetryKind[] = Object.keys(shapes) as TelemetryKind[];
const numbers = new Map(kinds.map((kind, i) => [kind, i]));
export const kindNumber = (kind: TelemetryKind): number => numbers.get(kind)!;
/** Where an event goes if its teller does not say. */
export const laneOf = (kind: TelemetryKind): BusLane => shapes[kind].lane;

type Step = { readonly name: string; readonly field: Field; readonly choices: ReadonlyMap<string, number> | null };
const steps: readonly (readonly Step[])[] = kinds.map((kind) => Object.entries<Field>(shapes[kind].fields).map(([name, field]) => ({ name, field, choices: typeof field === 'string' ? null : new Map(field.map((choice, i) => [choice, i])) })));
for (const fields of steps) if (fields.filter(({ field }) => field === 'number' || typeof field !== 'string').length > VALUE_COUNT) throw new Error('BUG: an event has more numbers than a record has values');

/** Characters of one text; the rest is left out, and … says so. */
const MOST_TEXT = 2000;
/** Parts of one operation, and characters of a part's name; the rest is left out. */
const MOST_PARTS = 64, PART_NAME = 60;
/** Bytes that no event's payload exceeds: a ring's arena is at least twice as large. */
export const LARGEST_EVENT = 3 * (3 * MOST_TEXT + 5) + MOST_PARTS * (3 * PART_NAME + 13);

/** Of FNV-1a (a public-domain hash by Fowler, Noll and Vo): equal subjects have equal labels, and nearly all others others. */
export function labelOf(subject: string): number {
  let hash = 0x811c9dc5;
  const length = Math.min(subject.length, MOST_TEXT);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  return hash;
}

/** Bytes that are surely enough. */
const room = (text: string, most = MOST_TEXT): number => 2 + 3 * Math.min(text.length, most + 1);

type Loose = Readonly<Record<string, unknown>> & { readonly kind: TelemetryKind };

/** Puts one event on the ring, not yet published. False where nobody takes it any more. */
export function encode(out: Producer, event: TelemetryEvent, lane: number, time: number): boolean {
  const loose = event as Loose, number = numbers.get(event.kind)!, fields = steps[number]!;
  let bytes = 0;
  for (const { name, field } of fields) {
    if (field === 'text' || field === 'subject') bytes += room(loose[name] as string);
    else if (field === 'parts') {
      const parts = loose[name] as readonly (readonly [string, number])[];
      bytes += 1;
      for (let i = 0; i < parts.length && i < MOST_PARTS; i++) bytes += 8 + room(parts[i]![0], PART_NAME);
    }
  }
  const at = out.claim(bytes);
  if (at < 0) return false;
  const start = out.payloadAt;
  let value = at / 2 + VALUES, to = start;
  out.floats[at / 2] = time;
  out.ints[at + TAG] = number | lane << 8;
  out.ints[at + LABEL] = 0;
  for (const { name, field, choices } of fields) {
    if (choices !== null) out.floats[value++] = choices.get(loose[name] as string) ?? -1;
    else if (field === 'number') out.floats[value++] = loose[name] as number;
    else if (field === 'parts') to = putParts(out, to, loose[name] as readonly (readonly [string, number])[]);
    else {
      if (field === 'subject') out.ints[at + LABEL] = labelOf(loose[name] as string);
      to = putText(out, to, loose[name] as string);
    }
  }
  out.done(to - start);
  return true;
}

function putParts(out: Producer, at: number, parts: readonly (readonly [string, number])[]): number {
  const many = Math.min(parts.length, MOST_PARTS);
  out.bytes[at++] = many;
  for (let i = 0; i < many; i++) {
    out.view.setFloat64(at, parts[i]![1], true);
    at = putText(out, at + 8, parts[i]![0], PART_NAME);
  }
  return at;
}

/** UTF-8 behind its length of two bytes; a lone surrogate becomes U+FFFD, as everywhere. */
function putText(out: Producer, at: number, text: string, most = MOST_TEXT): number {
  const { bytes } = out, start = at, isLong = text.length > most, end = isLong ? most : text.length;
  at += 2;
  for (let i = 0; i < end; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) { bytes[at++] = c; continue; }
    if (c < 0x800) { bytes[at++] = 0xc0 | c >> 6; bytes[at++] = 0x80 | c & 63; continue; }
    if (c >= 0xd800 && c < 0xe000) {
      const low = c < 0xdc00 && i + 1 < end ? text.charCodeAt(i + 1) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        i++;
        bytes[at++] = 0xf0 | c >> 18; bytes[at++] = 0x80 | c >> 12 & 63; bytes[at++] = 0x80 | c >> 6 & 63; bytes[at++] = 0x80 | c & 63;
        continue;
      }
      c = 0xfffd;
    }
    bytes[at++] = 0xe0 | c >> 12; bytes[at++] = 0x80 | c >> 6 & 63; bytes[at++] = 0x80 | c & 63;
  }
  if (isLong) { bytes[at++] = 0xe2; bytes[at++] = 0x80; bytes[at++] = 0xa6; } // …
  const length = at - start - 2;
  bytes[start] = length & 255;
  bytes[start + 1] = length >> 8;
  return at;
}

const utf8 = new TextDecoder('utf-8');

/** Reads what `encode` wrote. */
class Reading {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  constructor(bytes: Uint8Array, at: number, length: number) { this.#bytes = bytes; this.#at = at; this.#end = at + length; }

  #take(many: number): number {
    const at = this.#at;
    if (at + many > this.#end) throw new RangeError('the payload ends early');
    this.#at += many;
    return at;
  }
  byte(): number { return this.#bytes[this.#take(1)]!; }
  text(): string {
    const length = this.byte() | this.byte() << 8, at = this.#take(length);
    return utf8.decode(this.#bytes.subarray(at, at + length));
  }
  double(): number {
    const at = this.#take(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getFloat64(at, true);
  }
}

/** The i-th event of the batch; null if it is of a newer Acumen, or damaged. */
export function decode(batch: Batch, i: number): TelemetryEvent | null {
  const fields = steps[batch.kindOf(i)];
  if (fields === undefined) return null;
  const event: Record<string, unknown> = { kind: kinds[batch.kindOf(i)] };
  const reading = new Reading(batch.payload, batch.payloadOf(i), batch.lengthOf(i));
  let value = i * DOUBLES + VALUES;
  try {
    for (const { name, field } of fields) {
      if (field === 'number') event[name] = batch.floats[value++];
      else if (field === 'text' || field === 'subject') event[name] = reading.text();
      else if (field === 'parts') event[name] = Array.from({ length: reading.byte() }, () => { const ms = reading.double(); return [reading.text(), ms] as const; });
      else {
        const choice = field[batch.floats[value++]!];
        if (choice === undefined) return null;
        event[name] = choice;
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
  return event as unknown as TelemetryEvent;
}

export const timeOf = (batch: Batch, i: number): number => batch.floats[i * DOUBLES]!;
export const laneNumber = (batch: Batch, i: number): number => batch.ints[i * WORDS + TAG]! >> 8 & 255;
export const labelAt = (batch: Batch, i: number): number => batch.ints[i * WORDS + LABEL]!;
