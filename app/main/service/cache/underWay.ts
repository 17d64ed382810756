// What is being computed, each thing once: whoever asks for it meanwhile waits for the same answer. The work stops when nobody is left that waits for it.

interface Work { readonly answer: Promise<unknown>; readonly stop: AbortController; waiting: number }

export class UnderWay {
  readonly #works = new Map<string, Work>();

  /** `work`, unless it is under way by this name: the same name must mean the same answer. Who aborts stops waiting. */
  run<V>(name: string, work: (signal: AbortSignal) => Promise<V>, signal: AbortSignal | undefined): Promise<V> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    let one = this.#works.get(name);
    // one that nobody waits for any more is being stopped
    if (one === undefined || one.stop.signal.aborted) one = this.#begin(name, work);
    return waited(one as Work & { readonly answer: Promise<V> }, signal);
  }

  #begin(name: string, work: (signal: AbortSignal) => Promise<unknown>): Work {
    const stop = new AbortController(), mine: Work = { answer: work(stop.signal), stop, waiting: 0 };
    this.#works.set(name, mine);
    const ended = (): void => { if (this.#works.get(name) === mine) this.#works.delete(name); };
    mine.answer.then(ended, ended);
    return mine;
  }
}

/** One more who waits for it; who aborts stops waiting, and the last one stops the work. */
function waited<V>(one: Work & { readonly answer: Promise<V> }, signal: AbortSignal | undefined): Promise<V> {
  one.waiting++;
  if (signal === undefined) return one.answer;
  return new Promise<V>((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason as Error);
      if (--one.waiting === 0) one.stop.abort(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    one.answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
