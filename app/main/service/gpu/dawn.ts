// The GPU as a process of its own: WebGPU without a browser is Dawn's bindings for Node (npm webgpu). They end the process they run in when a thread
// ends while they are at work, and a driver may do as much at any time: it must not be the process that has the store.
import { expose } from 'comlink';
import type { Entry } from '../../../workers/gpu/device.ts';
import { Gpu } from '../../../workers/gpu/gpu.ts';
import { inFile } from './remembered.ts';
import { type Channel, endpointOf } from './process.ts';

/** Null where it was not installed: it is an optional package. */
async function dawn(): Promise<Entry | null> {
  try {
    const { create } = await import('webgpu');
    return create([]);
  } catch {
    return null;
  }
}

// Without Dawn's own end, which waits for what nobody wants any more.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
expose(new Gpu({ entry: await dawn(), remembered: inFile() }), endpointOf(process as unknown as Channel));
