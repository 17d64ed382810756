// Runs in the page's isolated world, sandboxed: gives the page one object (contract/bridge.ts) and nothing of Electron's. The port to
// the service stays here; the page sees frames.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { bridgeName, channels, isMenuCommand } from '../../../../contract/bridge.ts';
import type { Bridge, MenuCommand, RecentRepository } from '../../../../contract/bridge.ts';

interface Channel {
  readonly id: number;
  readonly opened: () => void;
  readonly frame: (bytes: Uint8Array) => void;
  readonly closed: (reason: string) => void;
  port: MessagePort | null;
}

/** milliseconds */
const MOMENT = 100;

let channel: Channel | null = null;
let last = 0;
let commanded: ((command: MenuCommand) => void) | null = null;
let recent: ((list: readonly RecentRepository[]) => void) | null = null;

function end(one: Channel, reason: string): void {
  if (channel !== one) return;
  channel = null;
  one.port?.close();
  one.closed(reason);
}

ipcRenderer.on(channels.port, (event, id: unknown) => {
  const port = event.ports[0];
  const mine = channel;
  // A port that nobody waits for any more is closed, so that the service hears it.
  if (port === undefined || mine === null || mine.port !== null || id !== mine.id) { port?.close(); return; }
  mine.port = port;
  port.onmessage = ({ data }: MessageEvent<unknown>) => { if (channel === mine && data instanceof Uint8Array) mine.frame(data); };
  // Where its process ended main says why, in a moment.
  port.addEventListener('close', () => { setTimeout(() => end(mine, 'the service let go'), MOMENT); });
  mine.opened();
});

ipcRenderer.on(channels.gone, (_event, message: unknown) => {
  const { id, reason } = (message ?? {}) as Record<string, unknown>;
  if (channel !== null && id === channel.id) end(channel, typeof reason === 'string' ? reason : 'the service is gone');
});

ipcRenderer.on(channels.command, (_event, command: unknown) => {
  if (isMenuCommand(command)) commanded?.(command);
});

ipcRenderer.on(channels.recent, (_event, list: unknown) => {
  if (Array.isArray(list)) recent?.(list as RecentRepository[]);
});

const bridge: Bridge = {
  connect(opened, frame, closed) {
    if (channel !== null) end(channel, 'another channel took its place');
    channel = { id: ++last, opened, frame, closed, port: null };
    ipcRenderer.send(channels.connect, { id: last });
  },
  send(frame) {
    if (channel?.port == null) throw new Error('the channel is closed');
    if (!(frame instanceof Uint8Array)) throw new TypeError('a frame is bytes');
    channel.port.postMessage(frame);
  },
  disconnect() { if (channel !== null) end(channel, 'it was closed'); },
  chooseFolder() { ipcRenderer.send(channels.chooseFolder); },
  openDropped(file) {
    let folder;
    try {
      folder = webUtils.getPathForFile(file as File);
    } catch {
      return; // it is no File
    }
    if (folder !== '') ipcRenderer.send(channels.open, { folder });
  },
  onRecent(listener) { recent = listener; },
  askRecent() { ipcRenderer.send(channels.recent, { what: 'list' }); },
  openRecent(repository) { ipcRenderer.send(channels.recent, { what: 'open', repository }); },
  forgetRecent(repository) { ipcRenderer.send(channels.recent, { what: 'forget', repository }); },
  onCommand(listener) { commanded = listener; },
};

contextBridge.exposeInMainWorld(bridgeName, bridge);
