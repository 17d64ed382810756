// The overview of a window on a store of many thousand ACUs, in Chromium with software rendering: how it scrolls, how soon a keystroke of search has its answer
// on screen, how soon the palette opens, and what keeps the main thread. The service is another process, as in use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright';
import type { Page } from 'playwright';
import { ids } from '../app/renderer/testids.ts';
import { ensureChromium, flags } from '../scripts/chromium.ts';
import { at } from '../scripts/steps.ts';
import type { Row } from './report.ts';

const RUNS = 5;
/** What is typed, a key at a time: common words, rare ones, terms, and the way back. */
const TYPED = ['parse', 'agents/heron', 'author:maya', 'path:src/billing', 'is:fits invoice', 'symbol:save', 'nothing is called this'];
/** Milliseconds between keys: a fast typist's. */
const BETWEEN = 120;

export interface OverviewFigures { /** ms from navigation */ readonly rows: number; readonly symbols: number; /** frames a second, each run */ readonly fps: readonly number[]; readonly jumps: readonly number[]; /** ms, each key */ readonly keys: readonly number[]; /** ms, the longest task of the main thread while scrolling, while typing */ readonly tasks: readonly [number, number]; /** ms of the main thread's own time: a frame of scrolling, a key */ readonly own: readonly [number, number]; readonly palette: Awaited<ReturnType<typeof paletteOf>> }

async function scrolled(page: Page, step: number): Promise<{ readonly fps: number; readonly longest: number }> {
  return page.evaluate(async ({ testId, pixels }) => {
    const list = document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)!;
    list.scrollTop = 0;
    await new Promise((done) => { setTimeout(done, 300); });
    let longest = 0;
    const watch = new PerformanceObserver((seen) => { for (const entry of seen.getEntries()) longest = Math.max(longest, entry.duration); });
    watch.observe({ type: 'longtask' });
    const start = performance.now();
    let frames = 0, end = start;
    await new Promise<void>((done) => {
      const frame = (): void => {
        frames++;
        end = performance.now();
        list.scrollTop += pixels;
        if (end - start < 3000) requestAnimationFrame(frame); else done();
      };
      requestAnimationFrame(frame);
    });
    watch.disconnect();
    return { fps: 1000 * (frames - 1) / (end - start), longest };
  }, { testId: ids.acuList, pixels: step });
}

async function typedIn(page: Page): Promise<{ readonly keys: number[]; readonly longest: number }> {
  const field = page.getByTestId(ids.search);
  await page.evaluate(() => {
    performance.clearMeasures('acumen:search-shown');
    const seen = globalThis as { longest?: number };
    seen.longest = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest!, entry.duration); }).observe({ type: 'longtask' });
  });
  for (const text of TYPED) {
    await field.click();
    await field.pressSequentially(text, { delay: BETWEEN });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.waitForTimeout(300);
  }
  return page.evaluate(() => ({ keys: performance.getEntriesByName('acumen:search-shown', 'measure').map(({ duration }) => duration), longest: (globalThis as { longest?: number }).longest ?? 0 }));
}

/** The palette, opened and typed in: ms from the key to what it brought, painted; the first time is told apart. */
async function paletteOf(page: Page): Promise<{ readonly opens: readonly number[]; readonly keys: readonly number[] }> {
  for (let run = 0; run <= RUNS; run++) {
    await page.keyboard.press('Control+k');
    await page.getByTestId(ids.paletteInput).waitFor();
    await page.waitForTimeout(300);
    await page.keyboard.type('largest', { delay: BETWEEN });
    await page.waitForTimeout(300);
    await page.keyboard.press('Escape');
    await page.getByTestId(ids.palette).waitFor({ state: 'detached' });
    await page.waitForTimeout(300);
  }
  const measured = (name: string): Promise<number[]> => page.evaluate((of) => performance.getEntriesByName(of, 'measure').map(({ duration }) => duration), name);
  return { opens: await measured('acumen:palette-open'), keys: await measured('acumen:palette-key') };
}

/** On a store that was imported before. */
export async function measureOverview(store: string, repository: string): Promise<OverviewFigures> {
  const child = spawn(process.execPath, [at('bin/acumen.js'), 'serve', '--port', '0', '--no-open', '--json', '--repo', repository, '--store', store], { stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...flags], headless: true });
  try {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
    while (!said.includes('\n')) { if (child.exitCode !== null) throw new Error(`acumen serve ended with exit ${child.exitCode}`); await new Promise((done) => { setTimeout(done, 10); }); }
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage(), began = performance.now();
    await page.goto((JSON.parse(said) as { url: string }).url, { waitUntil: 'commit' });
    await page.getByTestId(ids.acuRow).first().waitFor({ timeout: 600_000 });
    const rows = performance.now() - began;
    // all is marked, laid out and read: what is measured is the list, and not what runs beside it
    await page.locator('[aria-label="Show only ACUs that"][aria-busy="false"]').waitFor({ timeout: 600_000 });
    await page.getByTestId(ids.search).fill('x');
    await page.getByTestId(ids.symbolsRead).waitFor({ state: 'detached', timeout: 600_000 });
    const symbols = performance.now() - began;
    await page.getByTestId(ids.search).fill('');
    await page.waitForTimeout(2000);
    const cdp = await page.context().newCDPSession(page);
    // what the thread works, whoever else the machine works for
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    const worked = async (): Promise<number> => 1000 * ((await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
    let before = await worked();
    const steady = await scrolled(page, 60), perFrame = (await worked() - before) / Math.max(1, 3 * steady.fps);
    const slow: { fps: number; longest: number }[] = [], fast: { fps: number; longest: number }[] = [];
    for (let run = 0; run <= RUNS; run++) { const one = await scrolled(page, 60), all = await scrolled(page, 900); if (run > 0) { slow.push(one); fast.push(all); } }
    before = await worked();
    const { keys, longest } = await typedIn(page), perKey = (await worked() - before) / TYPED.join('').length;
    return { rows, symbols, fps: slow.map(({ fps }) => fps), jumps: fast.map(({ fps }) => fps), keys, tasks: [Math.max(...slow.map((one) => one.longest)), longest], own: [perFrame, perKey], palette: await paletteOf(page) };
  } finally {
    await browser.close();
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

const quantile = (all: readonly number[], q: number): number => all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * q))] ?? NaN;

export function overviewRows({ rows, symbols, fps, jumps, keys, tasks, own, palette: { opens: [first = NaN, ...opens], keys: inPalette } }: OverviewFigures): readonly Row[] {
  return [
    { metric: 'overview/first_rows', value: rows, unit: 'ms' }, { metric: 'overview/symbols_read', value: symbols, unit: 'ms' },
    { metric: 'overview/scroll', value: quantile(fps, 0.5), unit: 'fps' }, { metric: 'overview/scroll_a_screen_each_frame', value: quantile(jumps, 0.5), unit: 'fps' },
    { metric: 'overview/key_to_results_median', value: quantile(keys, 0.5), unit: 'ms' }, { metric: 'overview/key_to_results_p95', value: quantile(keys, 0.95), unit: 'ms' }, { metric: 'overview/keys', value: keys.length, unit: 'keys' },
    { metric: 'overview/palette_first_open', value: first, unit: 'ms' }, { metric: 'overview/palette_opens_median', value: quantile(opens, 0.5), unit: 'ms' }, { metric: 'overview/palette_key_median', value: quantile(inPalette, 0.5), unit: 'ms' },
    { metric: 'overview/main_thread_of_a_frame', value: own[0], unit: 'ms' }, { metric: 'overview/main_thread_of_a_key', value: own[1], unit: 'ms' },
    { metric: 'overview/longest_task_scrolling', value: tasks[0], unit: 'ms' }, { metric: 'overview/longest_task_typing', value: tasks[1], unit: 'ms' },
  ];
}
