// Who is let in: a token bucket for each client, and stated limits on what is under way, of one client and of all. Refused is before anything
// has begun, with when to come again (contract/client.ts does). Not how long an answer may take: that is deadlines.ts.
import { AcumenError } from '../../../core/errors.ts';
import { type Counter, type Gauge, type Knob, type Telemetry, silent } from '../../../core/telemetry.ts';

export interface AdmissionLimits {
  /** requests a second of one client, and how many at once after a pause */
  readonly rate: number;
  readonly burst: number;
  /** requests under way, of one client and of all */
  readonly ofOne: number;
  readonly ofAll: number;
}

/** A window asks some dozens of things a second, and has a dozen under way; scripts over a socket some thousands. What lies beyond is a client that runs wild. */
const MAX_PER_SECOND = 20_000;
const MAX_AT_ONCE = 4_000;
const MAX_OF_ONE = 256;
const MAX_OF_ALL = 4_096;
export const LIMITS: AdmissionLimits = { rate: MAX_PER_SECOND, burst: MAX_AT_ONCE, ofOne: MAX_OF_ONE, ofAll: MAX_OF_ALL };
/** The least that a controller may leave, so that a person is always answered. */
const LEAST = { rate: 50, ofAll: 64 } as const;

export class Admission {
  readonly name = 'admission';
  readonly #now: () => number;
  readonly #limits: AdmissionLimits;
  readonly #depth: Gauge;
  readonly #refusals: Readonly<Record<'rate' | 'client' | 'all', Counter>>;
  #rate: number;
  #ofAll: number;
  #underWay = 0;
  #clients = 0;

  /** `now`: monotonic, ms */
  constructor({ telemetry = silent, now = () => performance.now(), limits = LIMITS }: { readonly telemetry?: Telemetry; readonly now?: () => number; readonly limits?: AdmissionLimits } = {}) {
    this.#now = now;
    this.#limits = limits;
    this.#rate = limits.rate;
    this.#ofAll = limits.ofAll;
    this.#depth = telemetry.gauge('acumen_queue_depth', 'requests');
    const counter = (reason: string): Counter => telemetry.counter('acumen_throttled_total', reason);
    this.#refusals = { rate: counter('rate'), client: counter('client'), all: counter('requests') };
  }

  /** requests under way */
  get underWay(): number { return this.#underWay; }
  /** clients there are */
  get clients(): number { return this.#clients; }

  /** One client, until it leaves. */
  client(): Gateway {
    const { burst, ofOne } = this.#limits;
    let tokens = burst, at = this.#now(), mine = 0, isGone = false;
    this.#clients++;
    return {
      admit: () => {
        const now = this.#now();
        tokens = Math.min(burst, tokens + (now - at) * this.#rate / 1000);
        at = now;
        if (mine >= ofOne) throw this.#refusal('client', 'This window has too many requests under way.', 20, { limit: ofOne });
        if (this.#underWay >= this.#ofAll) throw this.#refusal('all', 'Acumen has more to do than it can answer soon.', 100, { limit: this.#ofAll });
        if (tokens < 1) throw this.#refusal('rate', 'This client asks faster than it is answered.', Math.ceil((1 - tokens) * 1000 / this.#rate), { perSecond: this.#rate });
        tokens--;
        mine++;
        this.#depth.set(++this.#underWay);
        let isDone = false;
        return () => {
          if (isDone) return;
          isDone = true;
          mine--;
          this.#depth.set(--this.#underWay);
        };
      },
      leave: () => { if (!isGone) { isGone = true; this.#clients--; } },
    };
  }

  knobs(): Knob[] {
    return [
      { name: 'admission.rate', unit: 'requests/s of one client', min: LEAST.rate, max: this.#limits.rate, value: () => this.#rate, set: (value) => { this.#rate = clamp(value, LEAST.rate, this.#limits.rate); } },
      { name: 'admission.pending', unit: 'requests under way', min: LEAST.ofAll, max: this.#limits.ofAll, value: () => this.#ofAll, set: (value) => { this.#ofAll = Math.round(clamp(value, LEAST.ofAll, this.#limits.ofAll)); } },
    ];
  }

  #refusal(reason: 'rate' | 'client' | 'all', message: string, retryAfterMs: number, data: Readonly<Record<string, unknown>>): AcumenError {
    this.#refusals[reason].add();
    return new AcumenError('overloaded', message, 'Wait for some answers, then ask again; the Performance tab shows what is under way.', { ...data, retryAfterMs });
  }
}

export interface Gateway {
  /** Answers what is to be called once when the request has been answered; throws `overloaded` where it is not let in. */
  admit(): () => void;
  leave(): void;
}

function clamp(value: number, least: number, most: number): number { return Math.min(most, Math.max(least, value)); }
