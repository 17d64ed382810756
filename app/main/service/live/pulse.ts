// Gathers what comes in bursts: a few milliseconds of quiet let it go, and nothing waits longer than a bound while more comes. What comes while
// the last lot is being worked on is the next lot.

export interface PulseOptions<T> {
  /** milliseconds without anything new after which it goes */
  readonly quiet: number;
  /** milliseconds after which it goes though more comes */
  readonly longest: number;
  /** never called twice at once; what it throws is the caller's to have caught */
  work(gathered: ReadonlySet<T>): Promise<void>;
}

export class Pulse<T> {
  readonly #of: PulseOptions<T>;
  #gathered = new Set<T>();
  #timer: NodeJS.Timeout | null = null;
  #since = 0;
  #running: Promise<void> | null = null;
  #isClosed = false;
  /** factor on the waits: work that takes long is asked for less often */
  slow = 1;

  constructor(options: PulseOptions<T>) { this.#of = options; }

  add(...things: readonly T[]): void {
    if (this.#isClosed || things.length === 0) return;
    if (this.#gathered.size === 0) this.#since = performance.now();
    for (const thing of things) this.#gathered.add(thing);
    if (this.#running === null) this.#wait();
  }

  /** milliseconds that the oldest of what is gathered has waited */
  get age(): number { return this.#gathered.size === 0 ? 0 : performance.now() - this.#since; }

  /** Lets go what is gathered, and resolves when nothing is gathered nor worked on. */
  async settle(): Promise<void> {
    while (!this.#isClosed && (this.#gathered.size > 0 || this.#running !== null)) {
      if (this.#running === null) this.#go();
      await this.#running;
    }
  }

  /** What is gathered is forgotten; resolves when what is worked on is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    this.#gathered.clear();
    await this.#running;
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(): void {
    this.#stop();
    const { quiet, longest } = this.#of, left = this.#since + longest * this.slow - performance.now();
    const wait = Math.min(quiet * this.slow, left);
    if (wait <= 0) this.#go();
    else this.#timer = setTimeout(() => { this.#timer = null; this.#go(); }, wait).unref();
  }

  #go(): void {
    this.#stop();
    const gathered = this.#gathered;
    this.#gathered = new Set();
    this.#running = this.#of.work(gathered).finally(() => {
      this.#running = null;
      if (!this.#isClosed && this.#gathered.size > 0) this.#wait();
    });
  }
}
