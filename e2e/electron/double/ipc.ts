// ipcMain, and a page's document as a place of main's: who sent what is decided from what main knows, never from what the page says.
import type { WebSocket } from 'ws';
import { closePlace, closePort, fromPlace, give, received, type Place } from './ports.ts';
import { Emitter, Preventable, refusing } from './refuse.ts';
import { wire, type FromPage, type ToPage } from './wire.ts';

const { encode, decode } = wire();
type Handler = (event: Electron.IpcMainInvokeEvent, ...args: never[]) => unknown;

export class Ipc extends Emitter implements Pick<Electron.IpcMain, 'handle' | 'handleOnce' | 'removeHandler'> {
  readonly handlers = new Map<string, Handler>();
  constructor(what: string) { super(what, null); }
  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, handler);
  }
  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => { this.handlers.delete(channel); return handler(event, ...args); });
  }
  removeHandler(channel: string): void { this.handlers.delete(channel); }
}

export const ipc = new Ipc('ipcMain');
export const ipcMain = refusing<Electron.IpcMain>('ipcMain', ipc);

export interface Sender { readonly contents: Electron.WebContents; readonly frame: Electron.WebFrameMain; readonly ipcs: readonly Ipc[]; titled(title: string): void }

/** The document that a window shows: messages to it wait until its socket is there, and are lost with it. */
export class PagePlace implements Place {
  gone = false;
  private socket: WebSocket | null = null;
  private readonly waiting: ToPage[] = [];
  private readonly sender: Sender;

  constructor(sender: Sender) { this.sender = sender; }

  connect(socket: WebSocket): void {
    this.socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data) => { void this.hear(decode(data as Buffer) as FromPage); });
    socket.on('close', () => { this.end(); });
    socket.on('error', () => { socket.terminate(); });
    for (const message of this.waiting.splice(0)) this.say(message);
  }
  get connected(): boolean { return this.socket !== null; }
  end(): void {
    if (this.gone) return;
    this.gone = true;
    this.socket?.terminate();
    closePlace(this);
  }

  private say(message: ToPage): void {
    if (this.gone) return;
    if (this.socket === null) this.waiting.push(message); else this.socket.send(encode(message));
  }
  post(message: { readonly port: number; readonly value: unknown } | { readonly close: number }): void {
    this.say('close' in message ? { kind: 'close', port: message.close } : { kind: 'port', ...message });
  }
  send(channel: string, args: readonly unknown[], transfer: readonly Electron.MessagePortMain[]): void {
    const cloned = structuredClone(args) as readonly unknown[];
    const given = give(transfer, this);
    this.say({ kind: 'message', channel, args: cloned, ports: given.numbers });
    given.settle();
  }

  private async hear(said: FromPage): Promise<void> {
    switch (said.kind) {
      case 'port': fromPlace(this, said.port, said.value); return;
      case 'close': closePort(said.port, this); return;
      case 'invoke': this.say({ kind: 'answer', id: said.id, ...await invoke(this.sender, said.channel, said.args) }); return;
      case 'send': emit(this.sender, said.channel, said.args, []); return;
      case 'title': this.sender.titled(said.title); return;
      case 'post': {
        const ports = Array.from({ length: said.ports }, () => received(this));
        this.say({ kind: 'adopted', id: said.id, numbers: ports.map((one) => one.there) });
        emit(this.sender, said.channel, [said.message], ports.map((one) => one.here));
      }
    }
  }
}

function eventOf(sender: Sender, ports: readonly Electron.MessagePortMain[]): object {
  return refusing('IpcMainEvent', Object.assign(new Preventable(), {
    type: 'frame', sender: sender.contents, senderFrame: sender.frame, processId: sender.frame.processId, frameId: sender.frame.routingId, ports,
    reply: (channel: string, ...args: unknown[]) => { sender.contents.send(channel, ...args); },
  } satisfies Partial<Record<keyof Electron.IpcMainEvent, unknown>>));
}

export async function invoke(sender: Sender, channel: string, args: readonly unknown[]): Promise<{ value: unknown } | { error: string }> {
  try {
    const handler = [...sender.ipcs, ipc].map((one) => one.handlers.get(channel)).find((one) => one !== undefined);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return { value: structuredClone(await handler(eventOf(sender, []) as Electron.IpcMainInvokeEvent, ...args as never[])) };
  } catch (error) {
    return { error: `Error invoking remote method '${channel}': ${String(error)}` };
  }
}

export function emit(sender: Sender, channel: string, args: readonly unknown[], ports: readonly Electron.MessagePortMain[]): void {
  for (const one of [...sender.ipcs, ipc]) one.emit(channel, eventOf(sender, ports), ...args);
}
