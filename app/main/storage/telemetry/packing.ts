// One step of one process's figures as bytes, and such bodies added up again. A body: format, milliseconds covered, then one cell for each
// series that has something to say, its kind in the low bits of its number; times as HDR buckets (core/histogram.ts), gap and count.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { bug } from '../../../core/errors.ts';
import { Histogram } from '../../../core/histogram.ts';

const FORMAT = 1;
/** The same, deflated after its first byte: a quarter of the size, and not worth the time for one second. */
const DEFLATED = 2;
/** Bytes of the largest body that anybody is believed to have written. */
const MOST_BYTES = 64 << 20;
const COUNTER = 0, GAUGE = 1, GAUGES = 2, TIMER = 3;

/** A gauge over a step: its newest value, and how often, to what sum and at most it was set. */
export interface GaugeSum { last: number; sum: number; count: number; max: number }

export class Packer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  begin(ms: number): void {
    this.#at = 0;
    this.#varint(FORMAT);
    this.#varint(Math.max(0, Math.round(ms)));
  }

  counter(series: number, increase: number): void {
    this.#cell(series, COUNTER, 8);
    this.#float(increase);
  }

  gauge(series: number, { last, sum, count, max }: GaugeSum): void {
    if (count <= 1) {
      this.#cell(series, GAUGE, 8);
      this.#float(last);
      return;
    }
    this.#cell(series, GAUGES, 34);
    this.#float(last);
    this.#float(sum);
    this.#float(max);
    this.#varint(count);
  }

  timer(series: number, histogram: Histogram): void {
    // Gap and count of a bucket take at most 7 bytes; the length is written once it is known, in the four bytes kept free for it.
    this.#cell(series, TIMER, 32 + 7 * (histogram.last - histogram.first + 1));
    const start = this.#at;
    this.#at += 4;
    this.#varint(histogram.count);
    this.#float(histogram.sum);
    this.#float(histogram.max);
    const { buckets } = histogram;
    for (let b = histogram.first, before = 0; b <= histogram.last; b++) {
      const n = buckets[b]!;
      if (n === 0) continue;
      this.#varint(b - before);
      this.#varint(n);
      before = b;
    }
    this.#view.setUint32(start, this.#at - start - 4);
  }

  end(): Uint8Array { return this.#bytes.slice(0, this.#at); }

  #cell(series: number, kind: number, room: number): void {
    if (this.#at + room + 10 > this.#bytes.length) {
      const grown = new Uint8Array(2 * (this.#at + room + 10));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#varint(series * 4 + kind);
  }

  #varint(n: number): void {
    while (n > 127) {
      this.#bytes[this.#at++] = n % 128 + 128;
      n = Math.floor(n / 128);
    }
    this.#bytes[this.#at++] = n;
  }

  #float(x: number): void {
    this.#view.setFloat64(this.#at, x);
    this.#at += 8;
  }
}

/** A body made smaller, for steps that are kept long. */
export function deflated(body: Uint8Array): Uint8Array {
  const small = deflateRawSync(body), out = new Uint8Array(1 + small.length);
  out[0] = DEFLATED;
  out.set(small, 1);
  return out;
}

/** Figures of several steps and processes, added up. */
export class Sum {
  readonly counters = new Map<number, number>();
  readonly gauges = new Map<number, GaugeSum>();
  readonly timers = new Map<number, Histogram>();
  /** milliseconds covered by what was added */
  ms = 0;

  /** `only`: series to look at. Gauges are added in the order of time: the last one's value is the newest. */
  add(packed: Uint8Array, only?: ReadonlySet<number>): void {
    const body = packed[0] === DEFLATED ? inflateRawSync(packed.subarray(1), { maxOutputLength: MOST_BYTES }) : packed;
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    let at = 0;
    const varint = (): number => {
      let n = 0, scale = 1;
      for (;;) {
        const byte = body[at++];
        if (byte === undefined) throw bug('packed figures end too early');
        n += (byte & 127) * scale;
        if (byte < 128) return n;
        scale *= 128;
      }
    };
    const float = (): number => {
      at += 8;
      if (at > body.length) throw bug('packed figures end too early');
      return view.getFloat64(at - 8);
    };
    const format = varint();
    if (format !== FORMAT) throw bug(`packed figures of format ${format}`);
    this.ms += varint();
    while (at < body.length) {
      const head = varint(), kind = head % 4, series = (head - kind) / 4;
      const wanted = only === undefined || only.has(series);
      switch (kind) {
        case COUNTER: {
          const n = float();
          if (wanted) this.counters.set(series, (this.counters.get(series) ?? 0) + n);
          break;
        }
        case GAUGE: {
          const last = float();
          if (wanted) this.#gauge(series, last, last, 1, last);
          break;
        }
        case GAUGES: {
          const last = float(), sum = float(), max = float(), count = varint();
          if (wanted) this.#gauge(series, last, sum, count, max);
          break;
        }
        default: {
          if (at + 4 > body.length) throw bug('packed figures end too early');
          const end = at + 4 + view.getUint32(at);
          at += 4;
          if (end > body.length) throw bug('packed figures end too early');
          if (!wanted) { at = end; break; }
          let timer = this.timers.get(series);
          if (timer === undefined) this.timers.set(series, (timer = new Histogram()));
          timer.count += varint();
          timer.sum += float();
          timer.max = Math.max(timer.max, float());
          for (let bucket = 0; at < end;) {
            bucket += varint();
            timer.put(bucket, varint());
          }
        }
      }
    }
  }

  pack(packer: Packer): Uint8Array {
    packer.begin(this.ms);
    for (const [series, n] of this.counters) packer.counter(series, n);
    for (const [series, gauge] of this.gauges) packer.gauge(series, gauge);
    for (const [series, timer] of this.timers) packer.timer(series, timer);
    return packer.end();
  }

  #gauge(series: number, last: number, sum: number, count: number, max: number): void {
    const known = this.gauges.get(series);
    if (known === undefined) { this.gauges.set(series, { last, sum, count, max }); return; }
    known.last = last;
    known.sum += sum;
    known.count += count;
    known.max = Math.max(known.max, max);
  }
}
