// A device for computing and everything that may go wrong with it, in the words of core/matrix/model.ts: no wait outlives the device, and
// errors that WebGPU tells aside (validation, memory) are asked for.
import { Lost } from '../../core/matrix/model.ts';

/** What this needs of `navigator.gpu`, and of Dawn's in Node, whose room knows no types of WebGPU. */
export interface Entry { requestAdapter(options?: { powerPreference?: 'high-performance' }): Promise<unknown> }

/** Who computes, in the words of its driver. */
export interface AdapterWords {
  readonly vendor: string; readonly architecture: string; readonly device: string; readonly description: string;
  /** computed on the processor */
  readonly isSoftware: boolean;
}

/** WebGPU's constants, which are globals of a window and of no thread in Node. */
export const usage = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 0x40, STORAGE: 0x80 } as const;
const MODE_READ = 1;

/** ms between two tries for an adapter: under load the first ones came back with nothing. */
const TRIES = [0, 50, 300];
/** ms after which a device that does not answer is given up; a submission is made to take a tenth of a second. */
const PATIENCE = 60_000;

/** Dawn in Node ends itself when its instance is collected, whatever devices it has given out, and takes the process with it. */
const kept = new Set<Entry>();

const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

export class Device {
  readonly gpu: GPUDevice;
  readonly words: AdapterWords;
  readonly #waiting = new Set<(lost: Lost) => void>();
  #lost: Lost | null = null;

  private constructor(gpu: GPUDevice, words: AdapterWords) {
    this.gpu = gpu;
    this.words = words;
    void gpu.lost.then(({ message }) => this.#lose(new Lost('vanished', `The GPU was lost${message === '' ? '' : `: ${message}`}.`)));
    gpu.addEventListener('uncapturederror', (event) => this.#lose(new Lost('failed', `The GPU refused: ${(event as GPUUncapturedErrorEvent).error.message}`)));
  }

  /** Rejects with Lost `absent` where there is none. `bytes`: of one buffer, at most; WebGPU holds to no less than its own default. */
  static async open(entry: Entry | null, bytes = Infinity): Promise<Device> {
    if (entry === null) throw new Lost('absent', 'There is no WebGPU here.');
    kept.add(entry);
    let adapter: GPUAdapter | null = null;
    for (const ms of TRIES) {
      if (ms > 0) await pause(ms);
      adapter = await (entry as GPU).requestAdapter({ powerPreference: 'high-performance' });
      if (adapter !== null) break;
    }
    if (adapter === null) throw new Lost('absent', 'There is no GPU here that WebGPU can use.');
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info, { limits } = adapter;
    const isSoftware = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${architecture} ${device} ${description}`);
    const requiredLimits: Record<string, number> = {};
    for (const name of ['maxBufferSize', 'maxStorageBufferBindingSize'] as const) requiredLimits[name] = Math.min(limits[name], bytes);
    for (const name of ['maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY'] as const) requiredLimits[name] = limits[name];
    try {
      return new Device(await adapter.requestDevice({ requiredLimits }), { vendor, architecture, device, description, isSoftware });
    } catch (error) {
      throw new Lost('absent', `The GPU gives no device: ${(error as Error).message}`, { cause: error });
    }
  }

  get lost(): Lost | null { return this.#lost; }

  /** What is waited for of a device: rejects when it is lost, and when it takes too long. */
  wait<T>(answer: Promise<T>): Promise<T> {
    if (this.#lost !== null) {
      answer.catch(() => undefined);
      return Promise.reject(this.#lost);
    }
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#lose(new Lost('failed', `The GPU did not answer for ${PATIENCE / 1000} s.`)), PATIENCE);
      const settle = (): void => { clearTimeout(late); this.#waiting.delete(fail); };
      const fail = (error: unknown): void => { settle(); reject(error); };
      this.#waiting.add(fail);
      answer.then((value) => { settle(); resolve(value); }, (error: unknown) => {
        // A mapping fails because its device does: that it was lost is told a moment later.
        void pause(0).then(() => fail(this.#lost ?? new Lost('failed', `The GPU failed: ${(error as Error).message}`, { cause: error })));
      });
    });
  }

  done(): Promise<undefined> { return this.wait(this.gpu.queue.onSubmittedWorkDone()) as Promise<undefined>; }

  /** Runs `work`; rejects with Lost `memory` or `failed` where the device refused anything of it. */
  async checked<T>(work: () => Promise<T>): Promise<T> {
    const kinds = ['validation', 'internal', 'out-of-memory'] as const;
    for (const kind of kinds) this.gpu.pushErrorScope(kind);
    const popped = (): Promise<(GPUError | null)[]> => Promise.all(kinds.map(() => this.gpu.popErrorScope()));
    const refusal = ([memory, ...others]: (GPUError | null)[]): Lost | null => (memory != null ? new Lost('memory', `The GPU has too little memory: ${memory.message}`)
      : others.flatMap((error) => (error === null ? [] : [new Lost('failed', `The GPU refused: ${error.message}`)]))[0] ?? null);
    let answer: T;
    try {
      answer = await work();
    } catch (error) {
      const told = this.#lost !== null ? null : refusal(await this.wait(popped()));
      throw told ?? error;
    }
    const told = refusal(await this.wait(popped()));
    if (told !== null) throw told;
    return answer;
  }

  /** The bytes of a buffer made for reading, while `take` looks at them. */
  async read(buffer: GPUBuffer, bytes: number, take: (range: ArrayBuffer) => void): Promise<void> {
    await this.wait(buffer.mapAsync(MODE_READ, 0, bytes));
    try {
      take(buffer.getMappedRange(0, bytes));
    } finally {
      buffer.unmap();
    }
  }

  /** Gives it back with all its memory: whoever waits for it has lost it. */
  end(): void { this.#lose(new Lost('vanished', 'The GPU was lost: it was given back.')); }

  #lose(lost: Lost): void {
    if (this.#lost !== null) return;
    this.#lost = lost;
    for (const reject of [...this.#waiting]) reject(lost);
    this.#waiting.clear();
    this.gpu.destroy();
  }
}
