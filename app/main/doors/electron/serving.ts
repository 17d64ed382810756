// The work of the service's process: one workspace, its sessions over the ports that main hands on, a clean end when main says so.
// Knows Electron's ports by shape alone; service.ts starts it in a utility process.
import { toWireError } from '../../../contract/frames.ts';
import type { Transport } from '../../../contract/methods.ts';
import { locateServed } from '../../service/locating.ts';
import { standByForFirst } from '../../service/ready.ts';
import { openServed } from '../../service/serving.ts';
import type { Served } from '../../service/serving.ts';
import type { Asked } from './arguments.ts';
import { decodeToService } from './messages.ts';
import type { FromService } from './messages.ts';

/** The part of Electron's MessagePortMain that is needed. */
export interface Port {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

/** The part of a utility process's parentPort that is needed. */
export interface Parent {
  on(event: 'message', listener: (event: { readonly data: unknown; readonly ports: readonly Port[] }) => void): unknown;
  postMessage(message: unknown): void;
}

export interface Process { readonly env: NodeJS.ProcessEnv; readonly cwd: string; exit(code: number): void; complain(sentence: string): void }

export function serveWindow(parent: Parent, process: Process): void {
  let begun = false, released = false;
  let go: () => void = () => undefined;
  const mayGo = new Promise<void>((resolve) => { go = resolve; });
  let served: Promise<Served> | null = null, enough = (): void => undefined;
  const transports = new Set<Transport>();
  const tell = (message: FromService): void => parent.postMessage(message);

  async function open(asked: Asked): Promise<Served> {
    const located = await locateServed({ ...asked, cwd: process.cwd, env: process.env });
    enough = standByForFirst(located.store);
    tell({ kind: 'located', store: located.store });
    await mayGo;
    const it = await openServed(located, { env: process.env, git: asked.git, what: 'window' }, 'acumen open REPO');
    tell({ kind: 'opened', repository: it.repository });
    it.importFirst().catch((error: unknown) => tell({ kind: 'failed', error: toWireError(error) }));
    return it;
  }

  async function stop(): Promise<void> {
    for (const transport of transports) transport.close();
    // Not let go: nothing is open, and nothing will be.
    const it = released ? await served?.catch(() => null) : null;
    enough();
    await it?.close();
    process.exit(0);
  }

  parent.on('message', ({ data, ports }) => {
    const message = decodeToService(data);
    const port = ports[0];
    if (message === null || (message.kind === 'connect') !== (port !== undefined) || ports.length > 1) {
      for (const one of ports) one.close();
      process.complain('BUG: main sent what this service does not know');
      return;
    }
    if (message.kind === 'go') { released = true; go(); }
    else if (message.kind === 'stop') void stop();
    else if (message.kind === 'open') {
      if (begun) { process.complain('BUG: main opened this service twice'); return; }
      begun = true;
      served = open(message.asked);
      served.catch((error: unknown) => tell({ kind: 'refused', error: toWireError(error) })); // main ends this process
    } else {
      const transport = portTransport(port!);
      transports.add(transport);
      transport.onClose(() => transports.delete(transport));
      // Until the workspace is open the port holds what the page sends.
      served?.then(({ attach }) => attach(transport)).catch(() => transport.close());
    }
  });
}

/** A port as a Transport of the contract: one frame each message, bytes and nothing else. The other end is a page: not believed. */
export function portTransport(port: Port): Transport {
  const closing: ((reason: string) => void)[] = [];
  let closed: string | null = null;
  const end = (reason: string): void => {
    if (closed !== null) return;
    closed = reason;
    for (const listener of closing) listener(reason);
  };
  port.on('close', () => end('the window let go'));
  return {
    send(frame) {
      if (closed === null) port.postMessage(own(frame));
    },
    onFrame(listener) {
      port.on('message', ({ data }) => {
        if (closed !== null) return;
        if (data instanceof Uint8Array) { listener(data); return; }
        port.close();
        end('it sent something else than frames');
      });
      port.start();
    },
    onClose(listener) { if (closed === null) closing.push(listener); else listener(closed); },
    close() { port.close(); end('the service let go'); },
  };
}

/** A copy sends the whole buffer below a view, so the view gets one of its own size. */
function own(frame: Uint8Array): Uint8Array {
  return frame.byteLength === frame.buffer.byteLength ? frame : frame.slice();
}
