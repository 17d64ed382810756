// How much of its workers' time a pool uses, over the last seconds.

/** ms that `utilisation` is of, and between the moments it is made from */
const WINDOW = { whole: 10_000, step: 500 } as const;

export class Usage {
  /** worker-ms at work and there, up to `#at`; and both at moments of the last seconds */
  #busy = 0; #there = 0; #at: number;
  #moments: { readonly at: number; readonly busy: number; readonly there: number }[] = [];

  constructor(at: number) { this.#at = at; }

  /** Told before anything of it changes: how many were at work and there until now. */
  until(at: number, busy: number, there: number): void {
    this.#busy += (at - this.#at) * busy;
    this.#there += (at - this.#at) * there;
    this.#at = at;
    if (this.#moments.length === 0 || at - this.#moments.at(-1)!.at >= WINDOW.step) this.#moments.push({ at, busy: this.#busy, there: this.#there });
    while (this.#moments.length > 1 && at - this.#moments[0]!.at > WINDOW.whole) this.#moments.shift();
  }

  /** 0 to 1; null where there was no worker */
  get utilisation(): number | null {
    const first = this.#moments[0], there = this.#there - (first?.there ?? 0);
    return there > 0 ? (this.#busy - (first?.busy ?? 0)) / there : null;
  }
}
