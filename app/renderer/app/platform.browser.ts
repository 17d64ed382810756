// Shown by a browser: the contract's channel over a WebSocket, and how this page gets in: a token in the address's fragment, which no
// server sees, is traded once for a session cookie and never kept (the host's half is main/doors/browser/host.ts).
import { AcumenError } from '../../core/errors.ts';
import type { Transport } from '../../contract/methods.ts';
import { Refused } from './platform.ts';
import type { Platform } from './platform.ts';

export const browserPlatform: Platform = {
  name: 'browser', takeToken, enter: startSession, connect: openSocket, unknown: answers,
  chooseFolder: null, openDropped: null, recent: null, onCommand: () => undefined,
};

/** The token of the address, taken out of it so that it is neither bookmarked nor shared by a copied address. */
function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return token;
}

async function startSession(token: string): Promise<void> {
  const answer = await fetch('/session', { method: 'POST', headers: { authorization: `Bearer ${token}` }, credentials: 'same-origin' });
  if (answer.status === 403) throw new Refused((await answer.text()).trim());
  if (!answer.ok) throw new AcumenError('io', `Acumen answered ${answer.status} when this window knocked.`, 'Start Acumen again.', {});
}

/** Whether the service is there at all: a socket that is refused for want of a session fails like one that reaches nobody. */
async function answers(): Promise<boolean> {
  try { return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok; } catch { return false; }
}

/** Resolves when the socket is open. A socket refused for want of a session looks like any other failure to a page. */
function openSocket(): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/socket`);
    socket.binaryType = 'arraybuffer';
    const frames: Uint8Array[] = [];
    let onFrame: ((frame: Uint8Array) => void) | null = null;
    let onClose: ((reason: string) => void) | null = null;
    let closed: string | null = null;
    let open = false;
    socket.onmessage = ({ data }) => {
      if (!(data instanceof ArrayBuffer)) { socket.close(); return; } // frames are binary: see contract/frames.ts
      const frame = new Uint8Array(data);
      if (onFrame === null) frames.push(frame); else onFrame(frame);
    };
    socket.onclose = ({ reason }) => {
      closed = reason === '' ? 'the service is gone' : reason;
      if (!open) reject(new AcumenError('io', 'Acumen does not answer.', 'It may have been stopped; start it again and use the address it prints.', {}));
      onClose?.(closed);
    };
    socket.onopen = () => {
      open = true;
      resolve({
        send: (frame) => {
          if (socket.readyState !== WebSocket.OPEN) throw new Error('the socket is closed');
          socket.send(frame as Uint8Array<ArrayBuffer>);
        },
        onFrame(listener) { onFrame = listener; for (const frame of frames.splice(0)) listener(frame); },
        onClose(listener) { onClose = listener; if (closed !== null) listener(closed); },
        close: () => socket.close(),
      });
    };
  });
}
