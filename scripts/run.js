// `node scripts/run.js NAME …`: runs scripts/NAME.ts on a Node that suits it, whatever Node npm was started with.
import { fileURLToPath } from 'url';
import { run } from '../bin/runtime.js';

run(fileURLToPath(new URL('./' + process.argv[2] + '.ts', import.meta.url)), process.argv.slice(3));
