// What a person waits for before anything happens: the command line's own start, and `acumen list` on a store that is there, beside the bare start
// of the same Node; how much of that is loading modules; and a window on a store of five thousand ACUs, from navigation to rows. Needs `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Workspace } from '../app/main/service/workspace.ts';
import { at } from '../scripts/steps.ts';
import { fleet } from '../testkit/fleet.ts';
import type { Benchmark, Row } from './report.ts';
import { screenFigures } from './startScreen.ts';

const RUNS = 15;
/** ACUs of the store that is listed, and of the one that a window opens on. */
const ACUS = 1000, ACUS_SHOWN = 5000;

/** Median wall milliseconds of each of some processes that must succeed, in turn. */
function medians(all: readonly (readonly string[])[]): number[] {
  const times = all.map((): number[] => []);
  // the first fills the compile cache and the disk's
  for (let run = 0; run <= RUNS; run++) all.forEach((args, i) => {
    const start = performance.now();
    const done = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`node ${args.join(' ')} ended with exit ${done.status}: ${done.stderr}`);
    if (run > 0) times[i]!.push(performance.now() - start);
  });
  return times.map((ms) => ms.sort((a, b) => a - b)[RUNS >> 1]!);
}

/** Imports, with the same compile cache, the modules that the command loads, in its order and without running it. */
function loading(folder: string, command: readonly string[]): string {
  const hooks = join(folder, 'hooks.mjs'), seen = join(folder, 'seen'), again = join(folder, 'again.mjs');
  writeFileSync(hooks, `import module from 'node:module'; import { appendFileSync } from 'node:fs';
module.registerHooks({ load(url, context, next) { if (url.startsWith('file:')) appendFileSync(${JSON.stringify(seen)}, url + '\\n'); return next(url, context); } });\n`);
  const done = spawnSync(process.execPath, ['--import', pathToFileURL(hooks).href, ...command], { stdio: 'ignore' });
  if (done.status !== 0) throw new Error(`${command.join(' ')} ended with exit ${done.status}`);
  // the entries run what they load
  const urls = readFileSync(seen, 'utf8').trim().split('\n').filter((url) => !url.includes('/bin/acumen.js') && !url.endsWith('/dist/cli/main.js') && !url.endsWith('.node') && !url.endsWith('hooks.mjs'));
  const runtime = urls.find((url) => url.includes('/bin/runtime.js'));
  if (runtime === undefined || urls.length < 3) throw new Error('the command loads no modules that could be told apart');
  writeFileSync(again, `import module from 'node:module';\nmodule.enableCompileCache(${JSON.stringify(at('node_modules/.cache/acumen'))});\nfor (const url of ${JSON.stringify(urls)}) await import(url);\n`);
  return again;
}

async function shown(folder: string): Promise<readonly Row[]> {
  const repository = fleet({ seed: 2, branches: ACUS_SHOWN }), store = join(folder, 'shown.acumen');
  try {
    const workspace = await Workspace.open(store, { env: { PATH: process.env['PATH'] } });
    await workspace.call('import', { ticket: 'import', path: repository.dir, base: null, refs: [], grain: 'branch' });
    await workspace.close();
    return await screenFigures(store, repository.dir);
  } finally {
    repository.remove();
  }
}

const benchmark: Benchmark = {
  what: `start: wall time of \`acumen --version\`, of \`acumen list --json\` on a warm store of ${ACUS} ACUs and of loading the modules it loads, median of ${RUNS} processes each, in turn with bare Node; a window's first rows in Chromium on a store of ${ACUS_SHOWN} ACUs, cold, without and with the service's own start, and both in one stretch in a browser that is open; beside it a page of one row without a script`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'acumen-bench-start-')), repository = fleet({ seed: 1, branches: ACUS });
    try {
      const store = join(folder, 'store.acumen');
      const workspace = await Workspace.open(store, { env: { PATH: process.env['PATH'] } });
      await workspace.call('import', { ticket: 'import', path: repository.dir, base: null, refs: [], grain: 'branch' });
      await workspace.close();
      const list = [at('bin/acumen.js'), 'list', '--store', store, '--json'];
      const [bare, version, listed, loaded] = medians([['-e', '0'], [at('bin/acumen.js'), '--version'], list, [loading(folder, list)]]) as [number, number, number, number];
      return [
        { metric: 'start/version', value: version, unit: 'ms', peer: 'node -e 0', peerValue: bare, ratio: bare / version },
        { metric: 'list_ms', value: listed, unit: 'ms', peer: 'node -e 0', peerValue: bare, ratio: bare / listed },
        { metric: 'list_loading_ms', value: Math.max(0, loaded - bare), unit: 'ms' },
        ...await shown(folder),
        { metric: 'list_loading_percent', value: 100 * Math.max(0, loaded - bare) / listed, unit: '%' },
      ];
    } finally {
      repository.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
export default benchmark;
