// `node --import …/register.ts MAIN ARGS…`: runs an Electron app's main against the double, under the journeys' process.
import { registerHooks } from 'node:module';
import { runInThisContext } from 'node:vm';
import { readFileSync } from 'node:fs';
import { theApp } from './app.ts';
import * as electron from './electron.ts';
import { shown, opened } from './desktop.ts';
import { connect, link } from './link.ts';
import { listen, outside } from './origin.ts';
import { utilityPids } from './utility.ts';
import { windowOf } from './window.ts';

const alias = new URL('./electron.ts', import.meta.url).href;
registerHooks({
  resolve(specifier, context, next) {
    if (['electron', 'electron/main', 'electron/common'].includes(specifier) && !context.parentURL?.startsWith(new URL('.', import.meta.url).href)) return { url: alias, shortCircuit: true };
    return next(specifier, context);
  },
});

const { version } = JSON.parse(readFileSync(new URL('../../../node_modules/electron/package.json', import.meta.url), 'utf8')) as { version: string };
for (const [key, value] of Object.entries({ type: 'browser', defaultApp: true, resourcesPath: new URL('../../../resources', import.meta.url).pathname })) Object.defineProperty(process, key, { value, configurable: true });
Object.defineProperty(process.versions, 'electron', { value: version, enumerable: true });

connect({
  navigating: (window, url, isMainFrame) => windowOf(window)?.navigating(url, isMainFrame) ?? false,
  popup: (window, url) => windowOf(window)?.popup(url),
  committed: (window, url) => windowOf(window)?.committed(url),
  domReady: (window, documents) => windowOf(window)?.domReady(documents),
  loaded: (window, documents) => windowOf(window)?.loaded(documents),
  failed: (window, url, why) => windowOf(window)?.failed(url, why),
  crashed: (window, reason) => windowOf(window)?.crashed(reason),
  person: (window, what, a, b) => windowOf(window)?.person(what, a, b),
  quit: () => { theApp.quit(); },
  outside: () => outside,
  double: () => ({ utilityPids: utilityPids(), opened, shown: shown.map(({ kind, options }) => ({ kind, options: JSON.parse(JSON.stringify(options)) as unknown })) }),
  answer: (at, value) => { if (shown[at] === undefined) throw new Error('no such dialog is open'); shown[at].answer(value); },
  // As Playwright's electronApplication.evaluate: a function's source, run in main with Electron's module.
  evaluate: (source, arg) => (runInThisContext(`(${source})`) as (of: typeof electron, arg: unknown) => unknown)(electron, arg),
});
const port = await listen((window, socket) => { const one = windowOf(window); if (one === undefined) socket.terminate(); else one.contents.connect(socket); });
await link.call('listening', port);
