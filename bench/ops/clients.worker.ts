// Light clients over real WebSockets, in a thread of their own beside the service's.
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { webSocketTransport } from '../../app/main/doors/browser/transport.ts';
import { drive, emptyTallies } from './clients.ts';
import type { Hand } from './clients.ts';

export interface Order { readonly port: number; readonly cookie: string; readonly hands: readonly Hand[]; readonly warmMs: number; readonly runMs: number }

const { port, cookie, hands, warmMs, runMs } = workerData as Order;
const tallies = emptyTallies(), failures = new Map<string, number>();
const sockets = await Promise.all(hands.map(() => new Promise<WebSocket>((resolve, reject) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { origin: `http://127.0.0.1:${port}`, headers: { cookie }, perMessageDeflate: false, maxPayload: 1 << 30 });
  socket.once('open', () => resolve(socket));
  socket.once('error', reject);
})));
parentPort!.postMessage('ready');
await new Promise((resolve) => parentPort!.once('message', resolve));
const start = performance.now();
await Promise.all(hands.map((hand, i) => drive(webSocketTransport(sockets[i]!), hand, () => performance.now() - start > warmMs + runMs, () => performance.now() - start > warmMs, tallies, failures, true)));
parentPort!.postMessage({ tallies, failures, thread: process.threadCpuUsage() });
parentPort!.close();
