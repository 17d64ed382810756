// What runs in a collaboration worker, a page's or the service's: holds one history and the work in flight, and answers what is shown of them. What
// needs long lets messages in between its steps, so that it can be told to stop.
import { transfer } from 'comlink';
import type { AcuId, PathBytes } from '../core/bytes.ts';
import { Collaboration, type Means } from '../core/collaboration/collaborate.ts';
import type { InFlight } from '../core/collaboration/model.ts';
import { unpackHistory } from '../core/collaboration/packed.ts';
import type { Asked, Assignment, AssignmentAsked, BusRisk, Expert, Heat, HeatKind, Overview, PredictedPair, Report, ReportAsked, TalkPair } from '../core/collaboration/report.ts';
import { bug } from '../core/errors.ts';
import type { Stop } from '../core/matrix/model.ts';
import type { ProcessorCosts } from '../core/matrix/planner.ts';
import type { CollaborationApi } from './collaboration.ts';
import { Multiplying } from './collaborationMultiply.ts';
import type { GpuMultiplier } from './gpu/multiplier.ts';
import { spawnGpu } from './nested.ts';
import { turn } from './turn.ts';

const now = (): number => performance.now();

export class Collaborator implements CollaborationApi {
  #collaboration: Collaboration | null = null;
  #inFlight: InFlight | null = null;
  /** of the history it holds; null where whoever gave it did not say */
  #digest: string | null = null;
  readonly #running = new Set<{ aborted: boolean }>();

  readonly #multiply: Multiplying;
  #gpu: () => GpuMultiplier | null;

  /** `gpu`: asked once, when a product is worth it; null: there is none here. `costs`: of products on this machine, asked after the first. */
  constructor({ gpu = () => null, costs }: { readonly gpu?: () => GpuMultiplier | null; readonly costs?: () => Promise<ProcessorCosts> } = {}) {
    this.#gpu = gpu;
    this.#multiply = new Multiplying({ gpu: () => this.#gpu(), turn, now, ...costs !== undefined && { costs } });
  }

  /** `gpu`: the address of the worker that multiplies on a graphics card; null: there is none here. */
  async open(gpu: string | null): Promise<void> { if (gpu !== null) this.#gpu = () => spawnGpu(gpu); }
  ping(): void {}

  async load(history: Uint8Array, digest: string | null = null): Promise<void> {
    this.#collaboration = null;
    this.#digest = null;
    const collaboration = new Collaboration(unpackHistory(history), this.#means());
    if (this.#inFlight !== null) collaboration.fly(this.#inFlight);
    this.#collaboration = collaboration;
    this.#digest = digest;
  }
  async holds(digest: string): Promise<boolean> { return this.#digest === digest; }

  async fly(inFlight: InFlight): Promise<void> {
    this.#inFlight = inFlight;
    this.#collaboration?.fly(inFlight);
  }

  overview(asked: Asked): Promise<Overview> { return this.#ask((it, stop) => it.overview(asked, stop)); }
  async heat(kind: HeatKind, asked: Asked, by: 'files' | 'directories', most: number): Promise<Heat> {
    const heat = await this.#ask((it, stop) => it.heat(kind, asked, by, most, stop));
    return transfer(heat, movable([heat]));
  }
  talk(asked: Asked, most: number): Promise<readonly TalkPair[]> { return this.#ask((it, stop) => it.talk(asked, most, stop)); }
  busFactor(asked: Asked, most: number): Promise<readonly BusRisk[]> { return this.#ask((it, stop) => it.busFactor(asked, most, stop)); }
  predictions(asked: Asked, most: number): Promise<readonly PredictedPair[]> { return this.#ask((it, stop) => it.predictions(asked, most, stop)); }
  experts(asked: Asked, a: AcuId, b: AcuId | 'base' | null, path: PathBytes | null, most: number): Promise<readonly Expert[]> {
    return this.#ask((it, stop) => it.experts(asked, a, b, path, most, stop));
  }
  assign(asked: Asked, assignment: AssignmentAsked): Promise<Assignment> { return this.#ask((it, stop) => it.assign(asked, assignment, stop)); }
  async report(asked: ReportAsked): Promise<Report> {
    const report = await this.#ask((it, stop) => it.report(asked, stop));
    return transfer(report, movable(report.matrices));
  }

  cancel(): void { for (const one of this.#running) one.aborted = true; }

  #means(): Means {
    return { multiply: this.#multiply, turn, now, ...globalThis.crossOriginIsolated === true && { numbers: shared } };
  }

  async #ask<T>(work: (collaboration: Collaboration, stop: Stop) => Promise<T>): Promise<T> {
    if (this.#collaboration === null) throw bug('collaboration was asked for before a history was given');
    const stop = { aborted: false };
    this.#running.add(stop);
    try {
      return await work(this.#collaboration, stop);
    } finally {
      this.#running.delete(stop);
    }
  }
}

const shared = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));

/** What can be handed over without a copy: values that nobody shares. */
const movable = (all: readonly Heat[]): ArrayBuffer[] => all.flatMap(({ value: { buffer } }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
