// A small seeded generator (xorshift128, Marsaglia 2003) so that a seed names one repository on every machine.

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    // splitmix32 spreads neighbouring seeds over the whole state
    let z = seed | 0;
    const word = (): number => {
      z = (z + 0x9e3779b9) | 0;
      let t = z ^ (z >>> 16);
      t = Math.imul(t, 0x21f0aaad);
      t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
      return (t ^ (t >>> 15)) | 0;
    };
    this.#a = word();
    this.#b = word();
    this.#c = word();
    this.#d = word() | 1;
  }

  /** Uniform in [0, 2³²). */
  next(): number {
    let t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#a = t ^ s ^ (s >>> 19);
    return this.#a >>> 0;
  }

  /** Integer in [0, n). */
  below(n: number): number { return Math.floor((this.next() / 2 ** 32) * n); }
  /** Integer in [low, high]. */
  between(low: number, high: number): number { return low + this.below(high - low + 1); }
  chance(p: number): boolean { return this.next() / 2 ** 32 < p; }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('nothing to pick from');
    return items[this.below(items.length)]!;
  }

  /** Rank 1/k (Zipf): the first items far more often than the last. */
  zipf<T>(items: readonly T[]): T {
    let total = 0;
    for (let k = 1; k <= items.length; k++) total += 1 / k;
    let at = (this.next() / 2 ** 32) * total;
    for (let k = 1; k <= items.length; k++) {
      at -= 1 / k;
      if (at < 0) return items[k - 1]!;
    }
    return items.at(-1)!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }

  hex(digits: number): string {
    let out = '';
    while (out.length < digits) out += this.next().toString(16).padStart(8, '0');
    return out.slice(0, digits);
  }
}
