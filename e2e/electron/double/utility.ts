// utilityProcess: a Node process of its own, whose parentPort and ports are utilityChild.ts; seen from main.
import { fork, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { theApp } from './app.ts';
import { closePlace, closePort, fromPlace, give, type Place } from './ports.ts';
import { Emitter, NotInTheDouble, Preventable, refusing } from './refuse.ts';

/** main → child, and back; the values go by Node's own structured clone. */
export type ToChild = { readonly data: unknown; readonly ports: readonly number[] } | { readonly port: number; readonly value: unknown } | { readonly close: number };
export type FromChild = { readonly data: unknown } | { readonly port: number; readonly value: unknown } | { readonly close: number };

const children = new Set<Child>();

class Child extends Emitter implements Pick<Electron.UtilityProcess, 'postMessage' | 'kill' | 'pid' | 'stdout' | 'stderr'> {
  /** one object for all who send: `this` is seen through a proxy from outside */
  private readonly place: Place & { post(message: ToChild): void };
  readonly serviceName: string;
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
  private readonly process: ChildProcess;

  constructor(file: string, args: readonly string[], options: Electron.ForkOptions) {
    super('UtilityProcess', ['spawn', 'exit', 'message', 'error']);
    const { stdio = 'inherit', env, cwd, execArgv = [], serviceName = 'Node Utility Process' } = options;
    this.serviceName = serviceName;
    if (Array.isArray(stdio)) throw new NotInTheDouble('stdio of utility processes one by one');
    this.process = fork(file, [...args], {
      serialization: 'advanced', execArgv: [...execArgv, '--import', new URL('./utilityChild.ts', import.meta.url).href],
      stdio: ['ignore', stdio, stdio, 'ipc'] as never, ...(env === undefined ? {} : { env: env as NodeJS.ProcessEnv }), ...(cwd === undefined ? {} : { cwd }),
    });
    const child = this.process;
    const place: Place & { gone: boolean; post(message: ToChild): void } = { gone: false, post(message: ToChild) { if (!place.gone && child.connected) child.send(message); } };
    this.place = place;
    this.stdout = this.process.stdout as Readable | null;
    this.stderr = this.process.stderr as Readable | null;
    this.process.on('spawn', () => { this.emit('spawn'); });
    this.process.on('message', (raw) => {
      const said = raw as FromChild;
      if ('close' in said) closePort(said.close, place);
      else if ('port' in said) fromPlace(place, said.port, said.value);
      else this.emit('message', said.data);
    });
    this.process.on('error', (error) => { process.stderr.write(`utility process: ${error.message}\n`); });
    this.process.on('exit', (code, signal) => {
      place.gone = true;
      children.delete(this);
      closePlace(place);
      const exitCode = code ?? constants.signals[signal!];
      this.emit('exit', exitCode);
      if (exitCode !== 0) theApp.emit('child-process-gone', new Preventable(), { type: 'Utility', reason: signal === null ? 'abnormal-exit' : 'killed', exitCode, serviceName, name: serviceName });
    });
    children.add(this);
    return refusing<Electron.UtilityProcess>('UtilityProcess', this) as unknown as this;
  }
  get pid(): number | undefined { return this.place.gone ? undefined : this.process.pid; }
  postMessage(data: unknown, transfer: readonly Electron.MessagePortMain[] = []): void {
    const cloned: unknown = structuredClone(data);
    const given = give(transfer, this.place);
    this.place.post({ data: cloned, ports: given.numbers });
    given.settle();
  }
  kill(): boolean { return this.process.kill(); }
}

process.on('exit', () => { for (const child of children) child.kill(); });

export const utilityProcess = refusing<typeof Electron.UtilityProcess>('utilityProcess', {
  fork(file: string | URL, args: readonly string[] = [], options: Electron.ForkOptions = {}) {
    if (!theApp.isReady()) throw new Error('utilityProcess cannot be created before app is ready.');
    return new Child(file instanceof URL ? fileURLToPath(file) : file, args, options) as unknown as Electron.UtilityProcess;
  },
} satisfies Partial<typeof Electron.UtilityProcess>);

theApp.metrics = () => [...children].flatMap(({ pid, serviceName }) => (pid === undefined ? [] : [refusing<Electron.ProcessMetric>('ProcessMetric', { pid, type: 'Utility', serviceName: 'node.mojom.NodeService', name: serviceName } satisfies Partial<Electron.ProcessMetric>)]));

/** For the journeys: the processes of now. */
export const utilityPids = (): number[] => [...children].flatMap((child) => (child.pid === undefined ? [] : [child.pid]));
