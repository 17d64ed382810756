// How long a person waits from opening the window on a store that is there to rows they can read: a new service, a new browser profile, nothing cached.
// Painted is when the first row has its name and the frame after it is done.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright';
import { flags, ensureChromium } from '../scripts/chromium.ts';
import { at } from '../scripts/steps.ts';
import { firstScreen, zippedSum } from '../scripts/firstScreen.ts';
import type { Row } from './report.ts';

const RUNS = 5;

/** Runs in the page before anything of it: when the first row stands there with its name and is painted, in ms since navigation began. */
function watchRows(): void {
  const look = (): void => {
    const row = document.querySelector('[data-testid="acu-row"] .c-name');
    if ((row?.textContent ?? '') === '') { requestAnimationFrame(look); return; }
    requestAnimationFrame(() => setTimeout(() => { (globalThis as { rowsAt?: number }).rowsAt = performance.now(); }, 0));
  };
  requestAnimationFrame(look);
}

/** Milliseconds: of the service to its address; from navigation to being let in, and to rows. */
interface Run { readonly service: number; readonly letIn: number; readonly rows: number }

async function started(store: string, repository: string): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, [at('bin/acumen.js'), 'serve', '--port', '0', '--no-open', '--json', '--repo', repository, '--store', store], { stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...flags], headless: true });
  try {
    let said = '', printed = 0;
    child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); if (printed === 0 && said.includes('\n')) printed = performance.now(); });
    while (printed === 0) { if (child.exitCode !== null) throw new Error(`acumen serve ended with exit ${child.exitCode}`); await new Promise((done) => { setTimeout(done, 5); }); }
    const { url } = JSON.parse(said) as { url: string };
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await page.addInitScript(watchRows);
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction(() => (globalThis as { rowsAt?: number }).rowsAt !== undefined, undefined, { timeout: 60_000 });
    const [rows, letIn] = await page.evaluate(() => {
      const rowsAt = (globalThis as { rowsAt?: number }).rowsAt!, all = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      return [rowsAt, all.find(({ name }) => name.endsWith('/session'))?.responseEnd ?? 0] as const;
    });
    return { service: printed - start, letIn, rows };
  } finally {
    await browser.close();
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1]!;

/** On a store that was imported before. */
export async function screenFigures(store: string, repository: string): Promise<readonly Row[]> {
  const runs: Run[] = [];
  // the first fills the compile cache of the program and the disk's
  for (let run = 0; run <= RUNS; run++) { const done = await started(store, repository); if (run > 0) runs.push(done); }
  return [
    { metric: 'screen/rows', value: median(runs.map(({ rows }) => rows)), unit: 'ms' },
    { metric: 'screen/rows_worst', value: Math.max(...runs.map(({ rows }) => rows)), unit: 'ms' },
    { metric: 'screen/service', value: median(runs.map(({ service }) => service)), unit: 'ms' },
    { metric: 'screen/with_service', value: median(runs.map(({ service, rows }) => service + rows)), unit: 'ms' },
    { metric: 'screen/let_in', value: median(runs.map(({ letIn }) => letIn)), unit: 'ms' },
    { metric: 'screen/javascript', value: zippedSum(firstScreen()) / 1000, unit: 'kB' },
  ];
}
