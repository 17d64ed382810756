// Shown by the Electron window: frames go through the one object that its preload exposes (contract/bridge.ts). Main lets in its own
// windows and no others, so there is no token.
import { AcumenError } from '../../core/errors.ts';
import { bridgeName } from '../../contract/bridge.ts';
import type { Bridge } from '../../contract/bridge.ts';
import type { Transport } from '../../contract/methods.ts';
import type { Platform } from './platform.ts';

/** null: this page is shown by a browser */
export function bridge(): Bridge | null {
  return (globalThis as { readonly [bridgeName]?: Bridge })[bridgeName] ?? null;
}

export function electronPlatform(bridge: Bridge): Platform {
  return {
    name: 'electron',
    takeToken: () => null,
    enter: async () => undefined,
    connect: () => openChannel(bridge),
    unknown: async () => false,
    chooseFolder: () => bridge.chooseFolder(),
    openDropped: (file) => bridge.openDropped(file),
    recent: {
      listen: (listener) => bridge.onRecent(listener),
      ask: () => bridge.askRecent(),
      open: (repository) => bridge.openRecent(repository),
      forget: (repository) => bridge.forgetRecent(repository),
    },
    onCommand: (listener) => bridge.onCommand(listener),
  };
}

function openChannel(bridge: Bridge): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const frames: Uint8Array[] = [];
    let onFrame: ((frame: Uint8Array) => void) | null = null;
    let onClose: ((reason: string) => void) | null = null;
    let closed: string | null = null;
    const opened = (): void => resolve({
      send(frame) {
        if (closed !== null) throw new Error(closed);
        bridge.send(frame);
      },
      onFrame(listener) { onFrame = listener; for (const frame of frames.splice(0)) listener(frame); },
      onClose(listener) { onClose = listener; if (closed !== null) listener(closed); },
      close: () => { if (closed === null) bridge.disconnect(); },
    });
    const heard = (frame: Uint8Array): void => {
      if (closed !== null) return;
      if (onFrame === null) frames.push(frame); else onFrame(frame);
    };
    const ended = (reason: string): void => {
      if (closed !== null) return;
      closed = reason;
      reject(new AcumenError('io', `The service does not answer: ${reason}.`, 'This window keeps trying; it can also be closed and opened again.', { reason }));
      onClose?.(reason);
    };
    bridge.connect(opened, heard, ended);
  });
}
