// One service process, seen from main: started, told, heard, ended. Main passes ports on and looks at no frame.
import { fileURLToPath } from 'node:url';
import { MessageChannelMain, utilityProcess } from 'electron';
import type { MessagePortMain, UtilityProcess } from 'electron';
import type { AcumenError } from '../../../contract/frames.ts';
import type { Asked } from './arguments.ts';
import { decodeFromServiceProcess, failure } from './messages.ts';
import type { ToService } from './messages.ts';

export interface ServiceHears {
  located(store: string): void;
  opened(repository: string): void;
  /** it could not be opened; the process is ended */
  refused(error: AcumenError): void;
  /** the first import failed; the service goes on */
  failed(error: AcumenError): void;
  /** it ended by itself */
  died(code: number): void;
}

/** Milliseconds in which a service that was told to stop closes its store, and in which one that is ended by force is gone. */
const PATIENCE = 10_000, FORCE = 2_000;

export class ServiceProcess {
  readonly #child: UtilityProcess;
  readonly #ended: Promise<void>;
  #stopped: Promise<void> | null = null;
  #over = false;

  constructor(asked: Asked, hears: ServiceHears) {
    this.#child = utilityProcess.fork(fileURLToPath(new URL('./service.js', import.meta.url)), [], { serviceName: 'Acumen service', stdio: 'inherit' });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        this.#over = true;
        resolve();
        if (this.#stopped === null) hears.died(code);
      });
    });
    this.#child.on('message', (data: unknown) => {
      if (this.#stopped !== null) return;
      const message = decodeFromServiceProcess(data);
      switch (message?.kind) {
        case 'located': hears.located(message.store); break;
        case 'opened': hears.opened(message.repository); break;
        case 'failed': hears.failed(failure(message.error)); break;
        case 'refused': void this.stop(); hears.refused(failure(message.error)); break;
        default: process.stderr.write('BUG: the service sent what main does not know\n');
      }
    });
    this.#tell({ kind: 'open', asked });
  }

  /** Nobody has this repository open: it may open its store. */
  go(): void { this.#tell({ kind: 'go' }); }

  /** A new channel to it; the other end is for a page. */
  connect(): MessagePortMain {
    const { port1, port2 } = new MessageChannelMain();
    this.#tell({ kind: 'connect' }, port1);
    return port2;
  }

  /** Resolves when the process has ended: by itself, its store closed, or by force; and when even that does not help. */
  stop(): Promise<void> {
    this.#stopped ??= this.#over ? Promise.resolve() : this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#child.postMessage({ kind: 'stop' } satisfies ToService);
    if (await endsWithin(this.#ended, PATIENCE)) return;
    process.stderr.write('The service did not end in time; it is ended now. What it acknowledged is kept.\n');
    this.#child.kill();
    await endsWithin(this.#ended, FORCE);
  }

  #tell(message: ToService, port?: MessagePortMain): void {
    this.#child.postMessage(message, port === undefined ? [] : [port]);
  }
}

async function endsWithin(end: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(() => resolve(false), milliseconds); });
  const ended = await Promise.race([end.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
