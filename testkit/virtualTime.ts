// A clock that moves when told to, and its timers: for what must be tested over seconds and hours in no time.

export class VirtualTime {
  #at = 0;
  #seq = 0;
  #timers: { readonly at: number; readonly seq: number; readonly work: () => void }[] = [];

  readonly now = (): number => this.#at;

  readonly later = (ms: number, work: () => void): (() => void) => {
    const timer = { at: this.#at + ms, seq: this.#seq++, work };
    this.#timers.push(timer);
    return () => { this.#timers = this.#timers.filter((one) => one !== timer); };
  };

  /** Every timer up to then, in order; after each, whatever it set going has settled. */
  async pass(ms: number): Promise<void> {
    const until = this.#at + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((x, y) => x.at - y.at || x.seq - y.seq);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#at = Math.max(this.#at, next.at);
      next.work();
      await settled();
    }
    this.#at = until;
    await settled();
  }
}

/** All that follows at once has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) await undefined;
}
