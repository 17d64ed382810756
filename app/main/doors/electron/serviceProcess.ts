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

/** Milliseconds in which a service that was told to stop closes its store. */
const PATIENCE = 10_000;

export class ServiceProcess {
  readonly #child: UtilityProcess;
  readonly #ended: Promise<void>;
  #stopping = false;
  #over = false;

  constructor(asked: Asked, hears: ServiceHears) {
    this.#child = utilityProcess.fork(fileURLToPath(new URL('./service.js', import.meta.url)), [], { serviceName: 'Acumen service', stdio: 'inherit' });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        this.#over = true;
        resolve();
        if (!this.#stopping) hears.died(code);
      });
    });
    this.#child.on('message', (data: unknown) => {
      if (this.#stopping) return;
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

  get alive(): boolean { return !this.#over && !this.#stopping; }

  /** Nobody has this repository open: it may open its store. */
  go(): void { this.#tell({ kind: 'go' }); }

  /** A new channel to it; the other end is for a page. */
  connect(): MessagePortMain {
    const { port1, port2 } = new MessageChannelMain();
    this.#tell({ kind: 'connect' }, port1);
    return port2;
  }

  /** Resolves when the process has ended: by itself, its store closed, or by force. */
  async stop(): Promise<void> {
    if (!this.#stopping && !this.#over) {
      this.#stopping = true;
      this.#child.postMessage({ kind: 'stop' } satisfies ToService);
      const late = setTimeout(() => {
        process.stderr.write('The service did not end in time; it is ended now. What it acknowledged is kept.\n');
        this.#child.kill();
      }, PATIENCE);
      void this.#ended.then(() => clearTimeout(late));
    }
    await this.#ended;
  }

  #tell(message: ToService, port?: MessagePortMain): void {
    this.#child.postMessage(message, port === undefined ? [] : [port]);
  }
}
