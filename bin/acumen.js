#!/usr/bin/env node
// `acumen VERB …`: the built command line, on a Node that suits it.
import { existsSync } from 'fs';
import { fileURLToPath } from 'url';
import { run } from './runtime.js';

const main = fileURLToPath(new URL('../dist/app/main/doors/cli/main.js', import.meta.url));
if (existsSync(main)) {
  run(main, process.argv.slice(2));
} else {
  process.stderr.write('Acumen is not built yet: run npm run build, then this again.\n');
  process.exitCode = 3;
}
