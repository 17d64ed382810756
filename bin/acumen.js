#!/usr/bin/env node
// `acumen VERB …`: the built command line, on a Node that suits it.
import { createRequire } from 'module';
import { run } from './runtime.js';

// asked for, not imported: an import of one of Node's modules makes all that is in it ready, streams and all
const need = createRequire(import.meta.url);
const { existsSync } = need('fs');
const { fileURLToPath } = need('url');

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
if (existsSync(main)) {
  run(main, process.argv.slice(2));
} else {
  process.stderr.write('Acumen is not built yet: run npm run build, then this again.\n');
  process.exitCode = 3;
}
