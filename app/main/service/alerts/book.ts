// The alerts there are: raised when something has been wrong for long enough, graver the longer it lasts, acknowledged or silenced by a person, resolved
// when it has been well for a while. What happens to a silent one is told to nobody. Knows no clock and no file: it is told the time, and gives what is to be kept as data.
import type { Alert } from '../../../contract/performance.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { AlertState, Severity, TelemetryEvent } from '../../../core/telemetry.ts';

/** What may be wrong, as it is now. */
export interface Condition {
  readonly id: string;
  readonly name: string;
  /** null: nothing is known of it now, and what was goes on */
  readonly isWrong: boolean | null;
  readonly value: number;
  readonly target: number;
  readonly unit: string;
  readonly reason: string;
  /** seconds that it must be wrong before it is an alert */
  readonly patience: number;
  /** how grave it is at least */
  readonly least: Severity;
}

const severities: readonly Severity[] = ['notice', 'warning', 'critical'];
/** Seconds since it was raised from which an alert is so grave. */
export const RISES: Readonly<Record<Severity, number>> = { notice: 0, warning: 120, critical: 600 };
/** Seconds that all must be well before an alert is resolved, and that nothing may be known of it. */
const CALM = 30, UNKNOWN = 300;
/** Seconds for which a resolved alert is still shown. */
const SHOWN = 600;
/** Silences and alerts that are kept at most: ids are of series, whose labels come from elsewhere. */
const MOST = 500;

export interface Entry {
  readonly id: string;
  name: string;
  severity: Severity;
  state: AlertState;
  /** ms: raised */
  since: number;
  /** ms: when something was last known to be wrong, and known at all */
  wrong: number;
  known: number;
  value: number;
  target: number;
  unit: string;
  reason: string;
  response: string | null;
}
/** `until` null: until it is resolved. */
export interface Silence { readonly id: string; readonly until: number | null }
export interface KeptBook { readonly entries: readonly Entry[]; readonly silences: readonly Silence[] }

export class AlertBook {
  readonly #tell: (event: TelemetryEvent) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #silences = new Map<string, number | null>();
  /** ms since which a condition is wrong that is no alert yet */
  readonly #pending = new Map<string, number>();
  /** grows with every change worth keeping */
  version = 0;

  constructor(tell: (event: TelemetryEvent) => void, kept: KeptBook = { entries: [], silences: [] }) {
    this.#tell = tell;
    for (const entry of kept.entries) this.#entries.set(entry.id, { ...entry });
    for (const { id, until } of kept.silences) this.#silences.set(id, until);
  }

  /** How things are at `at` (ms). Conditions that are not named are not known of. */
  see(conditions: Iterable<Condition>, at: number): void {
    for (const condition of conditions) {
      const { id, isWrong } = condition;
      const entry = this.#entries.get(id);
      if (isWrong === null) continue;
      if (!isWrong) this.#pending.delete(id);
      if (entry !== undefined && entry.state !== 'resolved') {
        entry.known = at;
        if (isWrong) {
          entry.wrong = at;
          Object.assign(entry, { name: condition.name, value: condition.value, target: condition.target, unit: condition.unit, reason: condition.reason });
          this.#rise(entry, condition.least, at);
        }
      } else if (isWrong) {
        const since = this.#pending.get(id) ?? at;
        this.#pending.set(id, since);
        if (at - since >= condition.patience * 1000 && this.#entries.size < MOST) this.#raise(condition, at);
      }
    }
    for (const entry of this.#entries.values()) this.#settle(entry, at);
    for (const [id, until] of this.#silences) if (until !== null && until <= at) this.#unsilence(id, at);
  }

  /** A person's word on an alert. `until` in ms: for a silence alone. */
  change(id: string, to: 'acknowledged' | 'silenced' | 'raised', until: number | null, at: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.state === 'resolved') throw new AcumenError('unknown-name', `There is no alert ${id} now.`, 'It may have been resolved: look at the list of alerts again.', { id });
    if (to === 'silenced') {
      if (until !== null && until <= at) throw new AcumenError('usage', 'A silence must end later than now.', 'Give a time to come, or none.', { until });
      this.#silences.set(id, until);
    } else this.#silences.delete(id);
    entry.state = to;
    this.#say(entry);
  }

  responded(id: string, response: string | null): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.response === response) return;
    entry.response = response;
    this.version++;
  }

  /** The gravest first, those that are over last. */
  get alerts(): Alert[] {
    return this.entries.map(({ id, name, severity, state, since, value, target, unit, reason, response }) => ({ id, name, severity, state, since, value, target, unit, reason, response }));
  }
  get entries(): readonly Readonly<Entry>[] {
    const rank = ({ state, severity, since }: Entry): readonly number[] => [state === 'resolved' ? 1 : 0, -severities.indexOf(severity), -since];
    return [...this.#entries.values()].sort((a, b) => rank(a).map((x, i) => x - rank(b)[i]!).find((x) => x !== 0) ?? 0);
  }
  get kept(): KeptBook {
    return { entries: [...this.#entries.values()].map((entry) => ({ ...entry })), silences: [...this.#silences].map(([id, until]) => ({ id, until })) };
  }

  #raise({ id, name, value, target, unit, reason, least }: Condition, at: number): void {
    this.#pending.delete(id);
    const entry: Entry = { id, name, severity: least, state: this.#silences.has(id) ? 'silenced' : 'raised', since: at, wrong: at, known: at, value, target, unit, reason, response: null };
    this.#entries.set(id, entry);
    if (entry.state === 'raised') this.#say(entry);
    else this.version++;
  }

  #rise(entry: Entry, least: Severity, at: number): void {
    const lasted = (at - entry.since) / 1000;
    const due = severities.filter((severity) => lasted >= RISES[severity]).at(-1)!;
    const severity = severities[Math.max(severities.indexOf(due), severities.indexOf(least), severities.indexOf(entry.severity))]!;
    if (severity === entry.severity) return;
    entry.severity = severity;
    if (entry.state !== 'silenced') this.#say(entry);
    else this.version++;
  }

  #settle(entry: Entry, at: number): void {
    if (entry.state === 'resolved') {
      if (at - entry.wrong > SHOWN * 1000) { this.#entries.delete(entry.id); this.version++; }
      return;
    }
    const isWell = at - entry.wrong >= CALM * 1000 && entry.known > entry.wrong;
    const isForgotten = at - entry.known >= UNKNOWN * 1000;
    if (!isWell && !isForgotten) return;
    if (this.#silences.get(entry.id) === null) this.#silences.delete(entry.id);
    const wasSilent = entry.state === 'silenced';
    entry.state = 'resolved';
    entry.reason = isWell ? `It has been well for ${CALM} s.` : 'Nothing is known of it any more.';
    entry.wrong = at;
    if (!wasSilent) this.#say(entry);
    else this.version++;
  }

  #unsilence(id: string, at: number): void {
    this.#silences.delete(id);
    this.version++;
    const entry = this.#entries.get(id);
    if (entry?.state !== 'silenced') return;
    entry.state = 'raised';
    entry.known = at;
    this.#say(entry);
  }

  #say({ id, state, severity, value, reason }: Entry): void {
    this.version++;
    this.#tell({ kind: 'alert', id, state, severity, value, reason });
  }
}

/** What was kept, as far as it can be read: the file may be of another version, or damaged. */
export function readBook(value: unknown): KeptBook {
  const { entries, silences } = (typeof value === 'object' && value !== null ? value : {}) as { entries?: unknown; silences?: unknown };
  const isEntry = (x: unknown): x is Entry => {
    if (typeof x !== 'object' || x === null) return false;
    const e = x as Record<keyof Entry, unknown>;
    return [e.id, e.name, e.unit, e.reason].every((text) => typeof text === 'string') && [e.since, e.wrong, e.known, e.value, e.target].every(Number.isFinite) &&
      severities.includes(e.severity as Severity) && ['raised', 'acknowledged', 'silenced', 'resolved'].includes(e.state as string) && (e.response === null || typeof e.response === 'string');
  };
  const isSilence = (x: unknown): x is Silence => typeof x === 'object' && x !== null && typeof (x as Silence).id === 'string' && ((x as Silence).until === null || Number.isFinite((x as Silence).until));
  return {
    entries: (Array.isArray(entries) ? entries : []).filter(isEntry).slice(0, MOST),
    silences: (Array.isArray(silences) ? silences : []).filter(isSilence).slice(0, MOST),
  };
}
