// Builds everything that `start`, `acumen` and the journeys use: the rooms by tsc into dist/app, the screen by vite into
// dist/renderer, the Electron window's preload and the command line (dist/cli) by rolldown. Run by npm as `prepare`.
import { existsSync } from 'node:fs';
import { at, bundles, commandLine, runSteps, tools } from './steps.ts';

if (!existsSync(at(tools.tsc)) && existsSync(at('dist/app/main/doors/cli/main.js'))) {
  process.stderr.write('Development tools are left out of this installation: keeping the build that is there.\n');
} else {
  const failed = await runSteps([
    // These refer to every other room; tests and tools are for `check`.
    { name: 'rooms (tsc -b)', file: tools.tsc, args: ['-b', 'app/main/doors/cli', 'app/main/doors/electron', 'app/main/doors/electron/preload', 'app/renderer'] },
    commandLine,
    ...bundles,
  ], 'stop');
  if (failed > 0) process.exitCode = 1;
}
