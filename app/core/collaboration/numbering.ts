// Numbers for what is met again and again: byte strings, and contents by their ids, of which there may be millions.
import type { Oid } from '../bytes.ts';

/** Numbers for byte strings, in the order they come. */
export class Numbers<T extends string> {
  readonly list: T[] = [];
  readonly #at = new Map<string, number>();
  of(text: T): number {
    let n = this.#at.get(text);
    if (n === undefined) this.#at.set(text, n = this.list.push(text) - 1);
    return n;
  }
  find(text: T): number { return this.#at.get(text) ?? -1; }
}

const idOf = (oid: Oid): number => Number.parseInt(oid.slice(0, 13), 16);

/**
 * Numbers for contents, by the first 52 bits of their ids: of ten million contents two share a number once in a hundred histories,
 * and then lines of one file may be taken for another's author's.
 */
export class ContentNumbers {
  #ids = new Float64Array(1024);
  #slots = new Int32Array(4096).fill(-1);
  #count = 0;

  of(oid: Oid): number { return this.ofId(idOf(oid)); }
  /** -1 for none */
  find(oid: Oid): number {
    const id = idOf(oid), mask = this.#slots.length - 1;
    for (let slot = this.#slot(id); ; slot = slot + 1 & mask) {
      const n = this.#slots[slot]!;
      if (n < 0 || this.#ids[n] === id) return n;
    }
  }

  ofId(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#slot(id);
    for (let n = this.#slots[slot]!; n >= 0; n = this.#slots[slot]!) {
      if (this.#ids[n] === id) return n;
      slot = slot + 1 & mask;
    }
    if (this.#count === this.#ids.length) {
      const next = new Float64Array(2 * this.#count);
      next.set(this.#ids);
      this.#ids = next;
    }
    this.#ids[this.#count] = id;
    this.#slots[slot] = this.#count++;
    if (2 * this.#count > this.#slots.length) this.#rehash();
    return this.#count - 1;
  }

  get count(): number { return this.#count; }
  ids(): Float64Array { return this.#ids.subarray(0, this.#count); }

  #slot(id: number): number { return Math.imul(Math.floor(id / 2 ** 26) ^ id % 2 ** 26, 0x9e3779b1) >>> 8 & this.#slots.length - 1; }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    for (let n = 0; n < this.#count; n++) {
      let slot = this.#slot(this.#ids[n]!);
      while (this.#slots[slot]! >= 0) slot = slot + 1 & this.#slots.length - 1;
      this.#slots[slot] = n;
    }
  }
}
