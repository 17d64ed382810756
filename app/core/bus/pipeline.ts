// Streams over numbered events: map many at once with order kept, by key or not, batch by size and time, and go on after a stop where the
// last checkpoint was. Pull-based: nothing is read that nobody asked for, so a slow end slows the beginning and nothing piles up.

/** `seq` grows along a stream. */
export interface Numbered<T> { readonly seq: number; readonly value: T }
/** Everything behind `after`, in order. */
export type Source<T> = (after: number) => AsyncIterable<Numbered<T>> | Iterable<Numbered<T>>;
/** Resolves `over` after so many milliseconds, unless it is stopped before. */
export type Timer = (ms: number) => { readonly over: Promise<void>; stop(): void };

export interface Checkpoint { read(): number | Promise<number>; write(seq: number): void | Promise<void> }

/**
 * Maps with at most `ways` at once and gives the results in the order of the source. With a key: values of one key are worked on one after
 * the other, in order; others may overtake them at work, never in the results.
 */
export async function* mapOrdered<T, R>(source: AsyncIterable<Numbered<T>> | Iterable<Numbered<T>>, ways: number, work: (value: T, seq: number) => R | Promise<R>, key?: (value: T) => unknown): AsyncGenerator<Numbered<R>, void> {
  const under: { readonly seq: number; readonly result: Promise<R> }[] = [];
  const last = new Map<unknown, Promise<unknown>>();
  const begin = ({ seq, value }: Numbered<T>): Promise<R> => {
    if (key === undefined) return (async () => work(value, seq))();
    const of = key(value);
    // after one that failed nothing of its key is begun: its order would be another
    const result = (last.get(of) ?? Promise.resolve()).then(() => work(value, seq));
    last.set(of, result);
    void result.then(() => { if (last.get(of) === result) last.delete(of); }, () => undefined);
    return result;
  };
  try {
    for await (const event of source) {
      const result = begin(event);
      result.catch(() => undefined); // told in its turn
      under.push({ seq: event.seq, result });
      if (under.length < ways) continue;
      const { seq, result: first } = under.shift()!;
      yield { seq, value: await first };
    }
    for (let first = under.shift(); first !== undefined; first = under.shift()) yield { seq: first.seq, value: await first.result };
  } finally {
    // whoever reads no further leaves nothing running behind
    await Promise.allSettled(under.map(({ result }) => result));
  }
}

/** Batches of at most `size`; one that is not full is given `ms` after its first value came. */
export async function* batched<T>(source: AsyncIterable<T> | Iterable<T>, size: number, ms: number, timer: Timer): AsyncGenerator<T[], void> {
  const from = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let batch: T[] = [];
  let next: Promise<IteratorResult<T>> | null = null;
  let running: { readonly over: Promise<'over'>; stop(): void } | null = null as { readonly over: Promise<'over'>; stop(): void } | null;
  const stopTimer = (): void => { running?.stop(); running = null; };
  try {
    for (;;) {
      next ??= Promise.resolve(from.next());
      const came = running === null ? await next : await Promise.race([next, running.over]);
      if (came === 'over') {
        running = null;
        yield batch;
        batch = [];
        continue;
      }
      next = null;
      if (came.done === true) break;
      batch.push(came.value);
      if (batch.length >= size) {
        stopTimer();
        yield batch;
        batch = [];
      } else if (batch.length === 1) {
        const started = timer(ms);
        running = { over: started.over.then(() => 'over' as const), stop: () => started.stop() };
      }
    }
    stopTimer();
    if (batch.length > 0) yield batch;
  } finally {
    stopTimer();
    // a source that is waiting for its next value ends when that has come; it is not waited for
    void Promise.resolve(from.return?.()).catch(() => undefined);
    next?.catch(() => undefined);
  }
}

/**
 * Feeds `sink` from where the checkpoint stands, and moves the checkpoint behind each batch that the sink has taken. Stopped anywhere, it goes
 * on with the batch that was not acknowledged: every event comes at least once, in order; exactly once where the sink writes `seq` with its data
 * in one transaction and `read` answers that. How many events there were.
 */
export async function resumed<T>(source: Source<T>, through: (events: AsyncIterable<Numbered<T>> | Iterable<Numbered<T>>) => AsyncIterable<readonly Numbered<T>[]>, sink: (batch: readonly Numbered<T>[], seq: number) => void | Promise<void>, checkpoint: Checkpoint, isStopped: () => boolean = () => false): Promise<number> {
  let many = 0;
  if (isStopped()) return many;
  for await (const batch of through(source(await checkpoint.read()))) {
    if (batch.length === 0) continue;
    const { seq } = batch.at(-1)!;
    await sink(batch, seq);
    await checkpoint.write(seq);
    many += batch.length;
    if (isStopped()) break;
  }
  return many;
}
