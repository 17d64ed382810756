// How long a person waits from opening the window on a store that is there to rows they can read: a new service, a new browser profile, nothing cached.
// Painted is when the first row has its name and the frame after it is done. And the whole of it in one stretch, by the clock, from the start of the service
// in a browser that is open: what the service does before and behind its address is in it. Beside them what the browser itself takes to show one row of a page without a script.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type Page, chromium } from 'playwright';
import { flags, ensureChromium } from '../scripts/chromium.ts';
import { at } from '../scripts/steps.ts';
import { firstScreen, zippedSum } from '../scripts/firstScreen.ts';
import type { Row } from './report.ts';

const RUNS = 5;
/** Milliseconds in which a browser that was started comes to rest. */
const AT_REST = 1500;

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

const launched = (): Promise<Browser> => chromium.launch({ executablePath: ensureChromium(), args: [...flags], headless: true });

async function blankPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(watchRows);
  return page;
}

/** Ms from navigation to the first row, painted; `began`: when that was, in ms since the epoch. */
async function rowsOf(page: Page, url: string): Promise<{ readonly began: number; readonly rows: number }> {
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(() => (globalThis as { rowsAt?: number }).rowsAt !== undefined, undefined, { timeout: 60_000 });
  return page.evaluate(() => ({ began: performance.timeOrigin, rows: (globalThis as { rowsAt?: number }).rowsAt! }));
}

/** A service that was just started: its address, and when it told it, in ms of this process. */
function serving(store: string, repository: string): { readonly child: ChildProcess; readonly told: Promise<{ readonly url: string; readonly at: number }> } {
  const child = spawn(process.execPath, [at('bin/acumen.js'), 'serve', '--port', '0', '--no-open', '--json', '--repo', repository, '--store', store], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told = new Promise<{ url: string; at: number }>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('\n')) resolve({ ...JSON.parse(said) as { url: string }, at: performance.now() });
    });
    child.once('exit', (code) => reject(new Error(`acumen serve ended with exit ${code}`)));
  });
  told.catch(() => undefined); // who waits for it is told
  return { child, told };
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

/** Ms from the start of the service to rows, in a browser that is open and at rest. */
async function inOneStretch(store: string, repository: string): Promise<number> {
  const browser = await launched();
  try {
    const page = await blankPage(browser);
    await page.waitForTimeout(AT_REST);
    const start = Date.now(), { child, told } = serving(store, repository);
    try {
      const { began, rows } = await rowsOf(page, (await told).url);
      return began + rows - start;
    } finally {
      await ended(child);
    }
  } finally {
    await browser.close();
  }
}

/** The same of a page that is one row, without a script of its own: less than that no page takes. */
async function barePage(): Promise<number> {
  const server = createServer((_, response) => { response.setHeader('content-type', 'text/html').end('<!doctype html><title>A</title><p data-testid="acu-row"><span class="c-name">A</span></p>'); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await launched();
  try {
    return (await rowsOf(await blankPage(browser), `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).rows;
  } finally {
    await browser.close();
    server.close();
  }
}

async function started(store: string, repository: string): Promise<Run> {
  const start = performance.now(), { child, told } = serving(store, repository);
  const browser = await launched();
  try {
    const { url, at: printed } = await told;
    const page = await blankPage(browser);
    await rowsOf(page, url);
    const [rows, letIn] = await page.evaluate(() => {
      const rowsAt = (globalThis as { rowsAt?: number }).rowsAt!, all = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      return [rowsAt, all.find(({ name }) => name.endsWith('/session'))?.responseEnd ?? 0] as const;
    });
    return { service: printed - start, letIn, rows };
  } finally {
    await browser.close();
    await ended(child);
  }
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1]!;

/** On a store that was imported before. */
export async function screenFigures(store: string, repository: string): Promise<readonly Row[]> {
  const runs: Run[] = [], whole: number[] = [], bare: number[] = [];
  // the first fills the compile cache of the program and the disk's
  for (let run = 0; run <= RUNS; run++) { const done = await started(store, repository); if (run > 0) runs.push(done); }
  for (let run = 0; run < RUNS; run++) { whole.push(await inOneStretch(store, repository)); bare.push(await barePage()); }
  return [
    { metric: 'screen/rows', value: median(runs.map(({ rows }) => rows)), unit: 'ms' },
    { metric: 'screen/rows_worst', value: Math.max(...runs.map(({ rows }) => rows)), unit: 'ms' },
    { metric: 'screen/service', value: median(runs.map(({ service }) => service)), unit: 'ms' },
    { metric: 'screen/with_service', value: median(runs.map(({ service, rows }) => service + rows)), unit: 'ms' },
    { metric: 'screen/whole', value: median(whole), unit: 'ms' },
    { metric: 'screen/bare_page', value: median(bare), unit: 'ms' },
    { metric: 'screen/let_in', value: median(runs.map(({ letIn }) => letIn)), unit: 'ms' },
    { metric: 'screen/javascript', value: zippedSum(firstScreen()) / 1000, unit: 'kB' },
  ];
}
