// What is done by itself while an alert lasts, and undone after it: each can be switched off. They come late on purpose, from severity `warning` on: the
// controller has its turn first, and a person is told that it was not enough.
import type { BreakerFigures } from '../../../contract/performance.ts';
import type { Knob, Severity, TelemetryEvent } from '../../../core/telemetry.ts';
import type { Entry } from './book.ts';

/** What responses may turn: knobs by name, and the breakers of this process. */
export interface Controls {
  knobs(): readonly Knob[];
  breakers(): readonly BreakerFigures[];
  /** Opens a breaker until what is answered is called; null where there is none of that name. */
  hold(dependency: string, reason: string): (() => void) | null;
}

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  /** alerts that it answers */
  readonly when: readonly string[];
  /** Null where there is nothing to do. */
  act(controls: Controls, alert: Readonly<Entry>): Done | null;
}
export interface Done { readonly knob: string; readonly from: number; readonly to: number; readonly said: string; /** undoes it, if it still is as it was left */ undo(): void }

function turn(controls: Controls, name: string, to: (knob: Knob) => number, said: (from: number, to: number) => string): Done | null {
  const knob = controls.knobs().find((one) => one.name === name);
  if (knob === undefined) return null;
  const from = knob.value(), target = Math.min(knob.max, Math.max(knob.min, to(knob)));
  if (target === from) return null;
  knob.set(target);
  return { knob: knob.name, from, to: target, said: said(from, target), undo: () => { if (knob.value() === target) knob.set(from); } };
}
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** Failures within a minute from which a dependency that its breaker still asks is opened by hand. */
const FAILING = 3;

export class Responses {
  readonly #controls: Controls;
  readonly #tell: (event: TelemetryEvent) => void;
  readonly #off: Set<string>;
  readonly #running = new Map<string, { readonly alert: string; readonly done: Done; readonly at: number; readonly id: number; before: number; hasEffect: boolean }>();
  readonly #rules: readonly Rule[];
  /** failures of each dependency, newest last: one entry a look */
  readonly #failures: { readonly at: number; readonly of: ReadonlyMap<string, number> }[] = [];
  #decisions = 0;
  version = 0;

  constructor(controls: Controls, tell: (event: TelemetryEvent) => void, off: readonly string[] = []) {
    this.#controls = controls;
    this.#tell = tell;
    this.#off = new Set(off);
    this.#rules = [
      {
        id: 'shrink-cache', name: 'Shrink the cache', what: 'Halves the cache in memory while memory is short.', when: ['memory', 'forecast/memory'],
        act: (c) => turn(c, 'cache L1', (knob) => knob.value() / 2, (from, to) => `The cache in memory may hold ${mebibytes(to)} in place of ${mebibytes(from)}.`),
      },
      {
        id: 'pause-prefetch', name: 'Pause prefetch', what: 'Fetches nothing ahead while processor, event loop, memory or answers are slow.', when: ['cpu', 'loop-p99', 'latency-p95', 'latency-p99', 'acu-p99', 'memory'],
        act: (c) => turn(c, 'prefetch share', () => 0, (from) => `Nothing is fetched ahead; before, it could take ${from} % of the time.`),
      },
      {
        id: 'open-breaker', name: 'Open a breaker', what: 'Leaves alone what keeps failing while answers fail or come late, though not often enough in a row for its breaker.', when: ['errors', 'availability'],
        act: (c) => {
          const worst = this.#failing();
          if (worst === null) return null;
          const release = c.hold(worst.dependency, `It failed ${worst.failures} times within a minute while answers failed or came late.`);
          return release === null ? null : { knob: `breaker ${worst.dependency}`, from: 0, to: 2, said: `${worst.dependency} is left alone: it failed ${worst.failures} times within a minute.`, undo: release };
        },
      },
    ];
  }

  get list(): { readonly id: string; readonly name: string; readonly on: boolean; readonly what: string }[] {
    return this.#rules.map(({ id, name, what }) => ({ id, name, what, on: !this.#off.has(id) }));
  }
  get off(): readonly string[] { return [...this.#off]; }
  has(id: string): boolean { return this.#rules.some((rule) => rule.id === id); }

  /** What is switched off is undone at once. */
  switch(id: string, on: boolean): void {
    if (on) this.#off.delete(id);
    else {
      this.#off.add(id);
      this.#undo(id);
    }
    this.version++;
  }

  /** Acts on alerts that have become grave, undoes what is no longer needed; answers what is being done, by alert. */
  see(alerts: readonly Readonly<Entry>[], at: number): ReadonlyMap<string, string> {
    this.#failures.push({ at, of: new Map(this.#controls.breakers().map(({ dependency, failures }) => [dependency, failures])) });
    while (this.#failures.length > 1 && at - this.#failures[0]!.at > 60_000) this.#failures.shift();
    const grave = new Map(alerts.filter(({ state, severity }) => state !== 'resolved' && isGrave(severity)).map((alert) => [alert.id, alert]));
    for (const [id, running] of this.#running) {
      const alert = alerts.find((one) => one.id === running.alert);
      if (!running.hasEffect && at - running.at >= 60_000 && alert !== undefined) {
        running.hasEffect = true;
        this.#tell({ kind: 'effect', id: running.id, knob: running.done.knob, metric: alert.id, before: running.before, after: alert.value });
      }
      if (!grave.has(running.alert)) this.#undo(id);
    }
    for (const rule of this.#rules) {
      if (this.#off.has(rule.id) || this.#running.has(rule.id)) continue;
      const alert = [...grave.values()].find(({ id }) => rule.when.includes(id));
      const done = alert === undefined ? null : rule.act(this.#controls, alert);
      if (alert === undefined || done === null) continue;
      const id = DECISIONS + ++this.#decisions;
      this.#running.set(rule.id, { alert: alert.id, done, at, id, before: alert.value, hasEffect: false });
      this.#tell({ kind: 'decision', id, knob: done.knob, from: done.from, to: done.to, reason: `Alert ${alert.id}: ${done.said}` });
    }
    return new Map([...this.#running.values()].map(({ alert, done }) => [alert, done.said]));
  }

  /** Everything as it was. */
  close(): void { for (const id of [...this.#running.keys()]) this.#undo(id); }

  #undo(id: string): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    running.done.undo();
    const { knob, from, to } = running.done;
    this.#tell({ kind: 'decision', id: DECISIONS + ++this.#decisions, knob, from: to, to: from, reason: `Alert ${running.alert} is over, or the response was switched off.` });
  }

  #failing(): { readonly dependency: string; readonly failures: number } | null {
    const before = this.#failures[0]?.of;
    const failing = this.#controls.breakers().filter(({ state }) => state === 'closed')
      .map(({ dependency, failures }) => ({ dependency, failures: failures - (before?.get(dependency) ?? failures) }))
      .filter(({ failures }) => failures >= FAILING).sort((a, b) => b.failures - a.failures);
    return failing[0] ?? null;
  }
}

/** Numbers of decisions here begin far from the controller's. */
const DECISIONS = 1e9;
const isGrave = (severity: Severity): boolean => severity !== 'notice';
