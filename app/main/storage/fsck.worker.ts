// fsck in a thread of its own: it reads the whole file, and neither the service nor the writer waits for it.
import { parentPort, workerData } from 'node:worker_threads';
import { connectReader, storeError } from './connection.ts';
import { fsck } from './fsck.ts';
import { toPlain, type FromFsck, type Opening } from './protocol.ts';

const { file, busyMs } = workerData as Opening;
const send = (message: FromFsck): void => parentPort?.postMessage(message);
try {
  const started = performance.now();
  const db = connectReader(file, busyMs);
  try {
    const { problems, events } = fsck(db);
    send({ kind: 'report', report: { ok: problems.length === 0, problems, events, ms: performance.now() - started } });
  } finally {
    db.close();
  }
} catch (error) {
  send({ kind: 'failed', error: toPlain(storeError(error, file)) });
}
