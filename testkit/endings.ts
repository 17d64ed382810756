// A test process that ends amid its tests is told of by vitest without a word of how. Here it is told: the signal that ended it, or its code.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

const { fork } = childProcess;

/** Set up once, in the process that forks them. Answers how to take it back. */
export default function endings(): () => void {
  childProcess.fork = ((...args: Parameters<typeof fork>) => {
    const child = fork(...args);
    // vitest itself ends those that it has no more work for
    child.once('exit', (code, signal) => { if (code !== 0 && signal !== 'SIGTERM') process.stderr.write(`Test process ${child.pid} ended by ${signal ?? `exit ${code}`}.\n`); });
    return child;
  }) as typeof fork;
  syncBuiltinESMExports();
  return () => {
    childProcess.fork = fork;
    syncBuiltinESMExports();
  };
}
