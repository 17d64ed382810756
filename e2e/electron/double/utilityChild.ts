// Loaded before the entry of a utility process: gives it process.parentPort and ports, and takes Node's own channel out of sight.
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { FromChild, ToChild } from './utility.ts';
import { Emitter, NotInTheDouble, refusing } from './refuse.ts';

let post: (message: FromChild) => void = () => { throw new Error('BUG: this utility process has no channel'); };
const say = (message: FromChild): void => { if (process.connected) post(message); };

class Port extends Emitter implements Pick<Electron.MessagePortMain, 'postMessage' | 'start' | 'close'> {
  queue: unknown[] | null = [];
  open = true;
  private readonly number: number;
  constructor(number: number) { super('MessagePortMain', ['message', 'close']); this.number = number; }
  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new NotInTheDouble('ports sent through ports');
    const value: unknown = structuredClone(message);
    if (this.open) say({ port: this.number, value });
  }
  start(): void {
    const waiting = this.queue ?? [];
    this.queue = null;
    for (const value of waiting) this.emit('message', { data: value, ports: [] });
  }
  receive(value: unknown): void { if (this.queue !== null) this.queue.push(value); else this.emit('message', { data: value, ports: [] }); }
  close(): void {
    if (!this.open) return;
    this.open = false;
    ports.delete(this.number);
    say({ close: this.number });
  }
  /** What came before is heard before. */
  closed(): void { this.open = false; this.emit('close'); }
}
const ports = new Map<number, Port>();

class Parent extends Emitter implements Pick<Electron.ParentPort, 'postMessage'> {
  private waiting: object[] | null = [];
  constructor() { super('parentPort', ['message']); }
  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    super.on(event, listener);
    if (event === 'message' && this.waiting !== null) {
      const waiting = this.waiting;
      this.waiting = null;
      process.nextTick(() => { for (const one of waiting) this.emit('message', one); });
    }
    return this;
  }
  receive(event: object): void { if (this.waiting !== null) this.waiting.push(event); else this.emit('message', event); }
  postMessage(data: unknown): void { say({ data: structuredClone(data) }); }
}
const parent = new Parent();

// Node loads this into the threads of the process as well; there it has nothing to do.
if (isMainThread) {
  post = process.send!.bind(process) as typeof post;
  process.on('message', (raw) => {
    const said = raw as ToChild;
    if ('close' in said) {
      const port = ports.get(said.close);
      ports.delete(said.close);
      port?.closed();
    } else if ('port' in said) {
      ports.get(said.port)?.receive(said.value);
    } else {
      const given = said.ports.map((number) => {
        const port = new Port(number);
        ports.set(number, port);
        return refusing<Electron.MessagePortMain>('MessagePortMain', port);
      });
      parent.receive({ data: said.data, ports: given });
    }
  });
  process.on('disconnect', () => { process.exit(1); });

  Object.defineProperty(process, 'parentPort', { value: refusing<Electron.ParentPort>('parentPort', parent) });
  Object.defineProperty(process, 'type', { value: 'utility' });
  // Electron's utility processes have no such channel.
  Object.defineProperty(process, 'send', { value: undefined });

  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'electron' || specifier.startsWith('electron/')) throw new NotInTheDouble('module electron in utility processes');
      return next(specifier, context);
    },
  });
}
