// Every check that needs no running program: types of all rooms, lint, the import table. The rooms in dist/ are new after it, and so is what is bundled of them.
import { commandLine, runSteps, tools } from './steps.ts';

const checks = [
  // From scratch: tsc 7.0 keeps old answers when only a tsconfig or a global declaration has changed.
  { name: 'types (tsc -b)', file: tools.tsc, args: ['-b', '--force'] },
  commandLine,
  { name: 'lint (oxlint)', file: tools.oxlint, args: ['--deny-warnings'] },
  { name: 'rooms (layering)', file: 'scripts/layering.ts' },
];
if (await runSteps(checks, 'go on') > 0) process.exitCode = 1;
