// A WebSocket as a Transport of the contract: binary messages only, one frame each.
import type { WebSocket } from 'ws';
import type { Transport } from '../../../contract/methods.ts';

/** A client that reads more slowly than this many bytes behind is let go: it can come back and fetch a snapshot. */
const MAX_BUFFERED = 512 << 20;

export function webSocketTransport(socket: WebSocket): Transport {
  let reason: string | null = null;
  socket.pause(); // a page asks at once, and whom it asks may not be there yet
  socket.on('error', (error) => { reason ??= error.message; });
  return {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_BUFFERED) {
        reason = 'the other side reads too slowly';
        socket.terminate();
        return;
      }
      socket.send(frame, { binary: true });
    },
    onFrame(listener) {
      socket.on('message', (data, isBinary) => {
        if (!isBinary) { socket.close(1003, 'binary frames only'); return; }
        const parts = Array.isArray(data) ? Buffer.concat(data) : data;
        listener(new Uint8Array(parts instanceof ArrayBuffer ? parts : parts.buffer,
          parts instanceof ArrayBuffer ? 0 : parts.byteOffset, parts.byteLength));
      });
      socket.resume();
    },
    onClose(listener) {
      socket.on('close', (code) => listener(reason ?? (code === 1001 ? 'Acumen was stopped' : 'the other side closed')));
    },
    close() { socket.close(1000); },
  };
}
