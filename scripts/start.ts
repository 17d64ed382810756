// `npm start [-- REPO] [--repo PATH] [--store FILE] [--browser] [--port N] [--no-open]`: the built app. In a window of its own where
// Electron's runtime can be had and there is a display; else, and with --browser, --port or --no-open, the verb `serve` of the
// built command line. Without REPO: what was open last, else the sample.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { findRuntime, runWindow, thisMachine } from '../app/main/doors/cli/window.ts';
import { at } from './steps.ts';

const cli = at('dist/app/main/doors/cli/main.js');
const built = [cli, at('dist/renderer/index.html'), at('dist/app/main/doors/electron/main.js'), at('dist/app/main/doors/electron/preload.cjs')];
const args = process.argv.slice(2).filter((arg) => arg !== '--browser');
const browser = process.argv.includes('--browser') || args.some((arg) => /^--(no-open|json|port(=.*)?)$/.test(arg));

/** An exit status, or null: the browser, then. */
async function openWindow(): Promise<number | null> {
  const say = (why: string): null => { process.stderr.write(`No window of its own, because ${why}: this serves Acumen to a browser.\n`); return null; };
  const found = findRuntime(thisMachine(process.env, process.stdout.isTTY), args);
  if ('why' in found) return say(found.why);
  const stop = new AbortController(), heard = (): void => stop.abort();
  process.on('SIGINT', heard).on('SIGTERM', heard);
  const ended = await runWindow(found.program, args, { env: process.env, cwd: process.cwd(), stop: stop.signal });
  process.off('SIGINT', heard).off('SIGTERM', heard);
  return ended ?? say('Electron did not start');
}

if (!built.every((file) => existsSync(file))) {
  process.stderr.write('Acumen is not built yet: run npm run build, then npm start again.\n');
  process.exitCode = 3;
} else {
  // npm changes to the checkout's root; a person's relative paths are relative to where they stand.
  process.chdir(process.env['INIT_CWD'] ?? process.cwd());
  const ended = browser ? null : await openWindow();
  if (ended !== null) process.exitCode = ended;
  else {
    // What root says to Electron means nothing to a browser host.
    process.argv = [process.execPath, cli, 'serve', ...args.filter((arg) => arg !== '--no-sandbox')];
    await import(pathToFileURL(cli).href);
  }
}
