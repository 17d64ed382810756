// Collaboration, as a workspace answers it: the packed history of the base's tip for screens, which compute from it themselves, and the whole
// report for the command line. Both are kept by content; the work is done beside the operation queue, the report's in a thread where it is worth one.
import { createHash } from 'node:crypto';
import { AcumenError } from '../../core/errors.ts';
import { inFlightOf } from '../../core/collaboration/inFlight.ts';
import { HALF_LIFE_DAYS } from '../../core/collaboration/model.ts';
import type { PersonLine, Report, ReportAsked } from '../../core/collaboration/report.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { Methods } from '../../contract/methods.ts';
import { Collaborator } from '../../workers/collaborator.ts';
import type { Shelf } from './cache/cache.ts';
import * as kinds from './cache/kinds.ts';
import { NEWEST, historyOf } from './history/history.ts';
import { span } from './monitor/spans.ts';
import type { Pools } from './pools/pools.ts';
import type { Progress } from './queue.ts';
import type { Workspace } from './workspace.ts';

/** What a report is asked of: here, or in a thread. */
type Asked = Pick<Collaborator, 'report' | 'overview' | 'cancel'>;
type Packed = Methods['history']['result'];

/** A smaller history (bytes), with fewer ACUs in flight, is worked on here: a thread would take longer to start. */
const WORTH_THREAD = { bytes: 1 << 16, acus: 50 } as const;
/** ms of a byte of history, until the pool knows better */
const BYTE_MS = 1e-4;

export class Collaborating {
  readonly #workspace: Workspace;
  readonly #reports: Shelf<Report>;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#reports = workspace.reading.cache.shelf(kinds.collaboration);
  }

  /** `part`: of the newest commits where all of it would take long. */
  async history(signal: AbortSignal, progress: Progress, part = false): Promise<Packed> {
    const { view: { state: { published } }, reading, clock, platform: { telemetry } } = this.#workspace;
    if (published === null) throw new AcumenError('usage', 'Nothing is imported in this workspace.', 'Run `acumen import` first.');
    const began = performance.now();
    let isRead = false;
    const told: Progress = (phase, done, total) => { isRead = true; progress(phase, done, total); };
    const packed = await span('history', async () => historyOf(reading.cache, await this.#workspace.repository(), published.base, { signal, progress: told, now: clock.now() / 1000, ...part && { newest: NEWEST } }));
    if (isRead) telemetry.timer('acumen_collaboration_seconds', 'history').record((performance.now() - began) / 1000);
    return packed;
  }

  /** From the cache where the same was asked of the same history and the same work in flight. */
  async collaborate(asked: ReportAsked, signal: AbortSignal, progress: Progress): Promise<Report> {
    const packed = await this.history(signal, progress), { engine, platform: { telemetry } } = this.#workspace;
    const key = createHash('sha256').update(JSON.stringify([packed.digest, engine.digest, asked])).digest('hex');
    return this.#reports.compute(key, async (stop) => {
      progress('working out who should talk', 0, null);
      const began = performance.now();
      const report = await span('report', () => this.report(packed, asked, stop));
      telemetry.timer('acumen_collaboration_seconds', 'report').record((performance.now() - began) / 1000);
      for (const { kind, computed } of report.matrices) tell(telemetry, kind, computed);
      return report;
    }, signal);
  }

  /** Worked out, not looked up. `aside`: in a thread; where nobody says, if it is worth one. */
  report(packed: Packed, asked: ReportAsked, signal: AbortSignal, aside?: boolean): Promise<Report> {
    return this.#ask(packed, signal, (it) => it.report(asked), aside);
  }

  /** Keys of people by name, address, role or key, each as the lists show them. */
  async keysOf(who: readonly string[], signal: AbortSignal, progress: Progress): Promise<string[]> {
    const packed = await this.history(signal, progress);
    const { people } = await this.#ask(packed, signal, (it) => it.overview({ asOf: null, halfLifeDays: HALF_LIFE_DAYS }));
    return who.map((name) => keyOf(people, name));
  }

  async #ask<T>(packed: Packed, signal: AbortSignal, work: (it: Asked) => Promise<T>, aside?: boolean): Promise<T> {
    const { engine, store, platform: { pools } } = this.#workspace, inFlight = inFlightOf(engine);
    signal.throwIfAborted();
    if (!(aside ?? (packed.bytes.length >= WORTH_THREAD.bytes || inFlight.acus.length >= WORTH_THREAD.acus))) {
      const here = new Collaborator();
      await here.load(packed.bytes);
      await here.fly(inFlight);
      return stoppedBy(signal, here, work);
    }
    const mine: Pools | null = pools === null ? new (await import('./pools/pools.ts')).Pools() : null;
    try {
      return await (pools ?? mine!).collaboration.run({
        kind: 'collaborate', owner: store.file, affinity: packed.digest, cost: packed.bytes.length, guess: BYTE_MS * packed.bytes.length, signal, attempts: 2,
        work: async (api) => {
          if (!await api.holds(packed.digest)) await api.load(packed.bytes, packed.digest);
          await api.fly(inFlight);
          return stoppedBy(signal, api as unknown as Asked, work);
        },
      });
    } finally {
      mine?.close();
    }
  }
}

/** Tells it to stop when the signal aborts: it ends by itself between two steps. */
async function stoppedBy<T>(signal: AbortSignal, it: Asked, work: (it: Asked) => Promise<T>): Promise<T> {
  const cancel = (): void => { it.cancel(); };
  signal.addEventListener('abort', cancel);
  try {
    return await work(it);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function tell(telemetry: Telemetry, matrix: string, { by, why, fallen, ms, multiplyAdds }: Report['matrices'][number]['computed']): void {
  if (multiplyAdds === 0) return;
  telemetry.timer('acumen_product_seconds', by).record(ms / 1000);
  if (fallen) telemetry.counter('acumen_products_fallen_total').add();
  telemetry.tell({ kind: 'product', matrix, by, outcome: fallen ? 'fallen' : 'kept', ms, multiplyAdds, reason: why });
}

/** Nobody else is named in what it answers: who asked may have asked for roles. */
function keyOf(people: readonly PersonLine[], who: string): string {
  const wanted = who.trim().toLowerCase();
  const found = people.filter(({ key, name, email, role }) => [key, name, email, role].some((one) => one.toLowerCase() === wanted));
  if (found.length === 1) return found[0]!.key;
  if (found.length === 0) throw new AcumenError('unknown-name', `Nobody in this history is called ${who}.`, 'Give a name, an address or a role as `acumen collaborate --json` lists them.', { who });
  throw new AcumenError('ambiguous-name', `${found.length} people in this history are called ${who}.`, 'Give an address, a role or a key, as `acumen collaborate --json` lists them.', { who, people: found.length });
}
