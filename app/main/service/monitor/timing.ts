// Every request to a workspace is timed here, once: how long, with what outcome, whether in its deadline, and where the time of the slowest went.
import { toAcumenError } from '../../../contract/frames.ts';
import type { Method, Methods } from '../../../contract/methods.ts';
import type { Counter, Telemetry, TelemetryEvent, Timer } from '../../../core/telemetry.ts';
import { Trace, onBehalf, throughout } from './spans.ts';

type Outcome = Extract<TelemetryEvent, { kind: 'operation' }>['outcome'];

/** Slowest requests of each second that are told with their parts, for each operation and of all; failures count among them. */
const SLOWEST = 2, MOST_TOLD = 16;
/** What a person does not notice is not worth telling, in milliseconds. */
const NOTICED = 1;
/** Requests of each second, the first ones, of whose time it is followed where it goes: for each of ten thousand it costs 4 %. */
const TRACED = 128;

interface Kept { readonly method: Method; readonly ms: number; readonly outcome: Outcome; readonly params: unknown; /** null: it was not followed */ readonly trace: Trace | null }
interface Handles { readonly timer: Timer; /** of those that are followed, less what they waited; null where nobody waits */ readonly work: Timer | null; readonly errors: Counter; readonly late: Counter; readonly slowest: Kept[]; /** milliseconds from which one is among the slowest so far */ noticed: number }

export class Timing {
  readonly #telemetry: Telemetry;
  readonly #handles = new Map<Method, Handles>();
  /** hears of each request before it begins; for a recording */
  heard: ((method: Method, params: unknown) => void) | null = null;
  /** requests since the last second was told */
  #requests = 0;

  constructor(telemetry: Telemetry) { this.#telemetry = telemetry; }

  /** `deadline`: by when it is to be answered, on the clock of `performance.now()`. For who does not await the answer anyway: see `begin`. */
  run<M extends Method>(method: M, params: Methods[M]['params'], deadline: number, action: () => Promise<Methods[M]['result']>): Promise<Methods[M]['result']> {
    const trace = this.begin(method, params), start = performance.now();
    const answer = trace === null ? onBehalf(undefined, action) : onBehalf(trace, () => throughout(trace, action));
    // Heard before whoever asked hears it: they may ask again at once.
    answer.then(
      () => this.end(method, params, trace, start, performance.now(), deadline),
      (error: unknown) => this.end(method, params, trace, start, performance.now(), deadline, outcomeOf(error)),
    );
    return answer;
  }

  /**
   * A request begins, and the same caller says when it ends: a session, which reads the clock and awaits the answer in any case. Nothing is made for a
   * request that is not followed. Answers whom it is followed by; null: nobody.
   */
  begin(method: Method, params: unknown): Trace | null {
    this.heard?.(method, params);
    return this.#requests++ < TRACED ? new Trace() : null;
  }

  /** Times are milliseconds of one clock. */
  end(method: Method, params: unknown, trace: Trace | null, start: number, end: number, deadline: number, outcome: Outcome = 'ok'): void {
    const of = this.#handles.get(method) ?? this.#handle(method, params);
    const ms = end - start, isLate = end > deadline || outcome === 'late';
    of.timer.record(ms / 1000);
    if (of.work !== null && trace !== null) of.work.record(Math.max(0, ms - trace.waited) / 1000);
    if (isLate) of.late.add();
    if (outcome === 'failed') of.errors.add();
    if (ms >= of.noticed || outcome === 'failed') keepSlowest(of, { method, ms, outcome: isLate && outcome === 'ok' ? 'late' : outcome, params, trace });
  }

  /** Tells of the slowest since it was last called; answers how many requests there were. */
  second(): number {
    const slowest = [...this.#handles.values()].flatMap((of) => { of.noticed = NOTICED; return of.slowest.splice(0); }).sort(byRank).slice(0, MOST_TOLD);
    for (const { method, ms, outcome, params, trace } of slowest) {
      this.#telemetry.tell({ kind: 'operation', operation: method, ms, outcome, detail: detailOf(params), parts: trace === null ? [['not followed', ms]] : withRest(trace.parts, ms) }, outcome === 'failed' ? 'normal' : undefined);
    }
    const requests = this.#requests;
    this.#requests = 0;
    return requests;
  }

  #handle(method: Method, params: unknown): Handles {
    const telemetry = this.#telemetry;
    const of = {
      timer: telemetry.timer('acumen_operation_seconds', method), work: waits(method, params) ? telemetry.timer('acumen_operation_work_seconds', method) : null,
      errors: telemetry.counter('acumen_operation_errors_total', method), late: telemetry.counter('acumen_operation_late_total', method), slowest: [], noticed: NOTICED,
    };
    this.#handles.set(method, of);
    return of;
  }
}

/** What goes by a ticket stands in line, and is done when the store has it. */
const waits = (method: Method, params: unknown): boolean => method !== 'cancel' && typeof params === 'object' && params !== null && 'ticket' in params;

/** Failures first, then by time. */
const rank = ({ outcome, ms }: Kept): number => (outcome === 'failed' ? 1e12 : 0) + ms;
const byRank = (a: Kept, b: Kept): number => rank(b) - rank(a);

function keepSlowest(of: Handles, one: Kept): void {
  const { slowest } = of;
  slowest.push(one);
  if (slowest.length <= SLOWEST) return;
  slowest.sort(byRank).length = SLOWEST;
  of.noticed = Math.max(NOTICED, slowest.at(-1)!.ms);
}

/** Bad input is refused, and so is what is to be asked again later; what ended at a person's wish is cancelled; the rest is ours to answer for. */
export function outcomeOf(error: unknown): Outcome {
  const { code, exitCode } = toAcumenError(error);
  return code === 'cancelled' ? 'cancelled' : code === 'late' ? 'late' : exitCode === 2 || code === 'overloaded' ? 'refused' : 'failed';
}

/** For the list of the slowest: how much was asked, never what is in it. */
function detailOf(params: unknown): string {
  const { acus, path, name } = params as { acus?: unknown; path?: unknown; name?: unknown };
  return [
    ...Array.isArray(acus) ? [`${acus.length} ACU${acus.length === 1 ? '' : 's'}`] : [],
    ...typeof path === 'string' ? [path.slice(-120)] : [], ...typeof name === 'string' ? [name.slice(0, 120)] : [],
  ].join(', ');
}

/** What no part accounts for is a part, too; parts that ran side by side may be more than the whole. */
function withRest(parts: readonly (readonly [string, number])[], ms: number): (readonly [string, number])[] {
  const rest = ms - parts.reduce((sum, [, of]) => sum + of, 0);
  return rest > 0.01 ? [...parts, ['rest', rest]] : [...parts];
}
