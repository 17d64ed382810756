// Lets the event loop turn during long runs of work that never waits: a person's input is answered meanwhile.

const TURN_MS = 8;

export class Turns {
  #turned = performance.now();
  #turning: Promise<void> | null = null;

  /** Resolves when the event loop has turned, if it has waited for us long enough; else at once. */
  turn(): Promise<void> | undefined {
    if (this.#turning !== null) return this.#turning;
    if (performance.now() - this.#turned < TURN_MS) return undefined;
    return this.#turning = new Promise((resolve) => setImmediate(() => {
      this.#turning = null;
      this.#turned = performance.now();
      resolve();
    }));
  }
}
