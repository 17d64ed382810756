// The cache's thread: one keeper, calls in order.
import { parentPort, workerData } from 'node:worker_threads';
import type { DiskAnswer, DiskCall, DiskData } from './disk.ts';
import { Codes } from './file.ts';
import { Keeper } from './keeper.ts';

const { path, folder, key, form, limits } = workerData as DiskData;
const keeper = new Keeper(path, folder, new Codes(key, form), limits);
/** Counting goes over all entries: at most so often, in milliseconds. */
const COUNTED = 500;
let counted = -Infinity;
const answer = (message: DiskAnswer): void => parentPort!.postMessage(message);

function perform(call: DiskCall): void {
  switch (call.call) {
    case 'start': return keeper.start();
    case 'write': return keeper.write(call.rows);
    case 'used': return keeper.used(call.names);
    case 'drop': return keeper.drop(call.name);
    case 'limit': return keeper.limit(call.limits);
    case 'reset': return keeper.reset();
    case 'close': return keeper.close();
  }
}

parentPort!.on('message', (call: DiskCall & { readonly id: number }) => {
  try {
    perform(call);
    const isDue = performance.now() - counted > COUNTED || call.call === 'limit' || call.call === 'reset';
    if (isDue) counted = performance.now();
    answer({ id: call.id, error: null, opened: keeper.opened, figures: isDue ? keeper.figures() : null });
  } catch (error) {
    answer({ id: call.id, error: error instanceof Error ? error.message : String(error), opened: keeper.opened, figures: null });
  }
  if (call.call === 'close') parentPort!.close();
});
