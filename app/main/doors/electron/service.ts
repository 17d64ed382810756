// Where the service's process starts: Electron's utility process, Node without a window. What it does is in serving.ts.
import { serveWindow } from './serving.ts';

// An interrupt in the terminal reaches every process of the group; main says when to end, so that the store is closed first.
process.on('SIGINT', () => undefined);

serveWindow(process.parentPort, {
  env: process.env,
  cwd: process.cwd(),
  exit: (code) => process.exit(code),
  complain: (sentence) => { process.stderr.write(`${sentence}\n`); },
});
