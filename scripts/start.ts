// `npm start [-- REPO] [--port N] [--no-open]`: the verb `serve` of the built command line; without REPO, on the sample.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { at } from './steps.ts';

const main = at('dist/app/main/doors/cli/main.js');
if (!existsSync(main) || !existsSync(at('dist/renderer/index.html'))) {
  process.stderr.write('Acumen is not built yet: run npm run build, then npm start again.\n');
  process.exitCode = 3;
} else {
  process.stderr.write('This serves Acumen to a browser; its own window (Electron) is not in this version.\n');
  // npm changes to the checkout's root; a person's relative paths are relative to where they stand.
  process.chdir(process.env['INIT_CWD'] ?? process.cwd());
  process.argv = [process.execPath, main, 'serve', ...process.argv.slice(2)];
  await import(pathToFileURL(main).href);
}
