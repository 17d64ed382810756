// Layouts of conflict graphs, kept by the service for the next window: a graph of thousands takes seconds to lay out and kilobytes to keep.
// Who cannot ask, or gets something that does not fit, lays out again.
import type { Graph } from '../../workers/client.ts';
import { connected, service } from './session.ts';

/** A graph of fewer nodes is laid out sooner than asked for. */
const FEW = 40;

/** The graph by content: SHA-256 over its nodes and ends, and over which follow the others (workers/layout.ts). Null where it is not worth it, or nothing can be hashed here. */
export async function nameOf({ nodes, a, b }: Pick<Graph, 'nodes' | 'a' | 'b'>, after: Uint8Array): Promise<string | null> {
  if (nodes < FEW || globalThis.crypto?.subtle === undefined) return null;
  const whole = new Int32Array(1 + a.length + b.length + after.length);
  whole[0] = nodes;
  whole.set(a, 1);
  whole.set(b, 1 + a.length);
  whole.set(after, 1 + a.length + b.length);
  const sum = await crypto.subtle.digest('SHA-256', whole);
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where its nodes stand, if the service has it. */
export async function keptLayout(graph: string | null, nodes: number): Promise<Float32Array | null> {
  if (graph === null || !connected()) return null;
  try {
    const { positions } = await service().call('layout', { graph, positions: null });
    return positions === null ? null : positionsOf(positions, nodes);
  } catch {
    return null;
  }
}

/** Two finite numbers for each node, else null. */
export function positionsOf(bytes: Uint8Array, nodes: number): Float32Array | null {
  if (bytes.length !== 8 * nodes) return null;
  // aligned, which a part of a frame need not be
  const positions = new Float32Array(Uint8Array.from(bytes).buffer);
  return positions.every((one) => Number.isFinite(one)) ? positions : null;
}

export function keepLayout(graph: string | null, positions: Float32Array): void {
  if (graph === null || !connected()) return;
  service().call('layout', { graph, positions: new Uint8Array(positions.buffer, positions.byteOffset, positions.byteLength) }).catch(() => undefined);
}
