// The performance console while the load generator works: live, in both themes, by keyboard alone, as tables, exported; every figure on screen is the
// one that `acumen stats --json` prints of the same moment, and the copy that load is put on is gone afterwards, also after a crash.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import parsePrometheus from 'parse-prometheus-text-format';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import type { StatsReport } from '../../app/contract/performance.ts';
import { metrics } from '../../app/core/telemetry.ts';
import { NO_DATA, figure } from '../../app/renderer/panels/performance/figures.ts';
import { ids } from '../../app/renderer/testids.ts';
import { at } from '../../scripts/steps.ts';
import { openDriver, test } from '../door.ts';
import type { Driver, Session } from '../driver.ts';
import { accessible, percentile, picture } from '../look.ts';
import { command, ready } from '../screen.ts';

let driver: Driver;
beforeAll(async () => { driver = await openDriver(); });
afterAll(async () => { await driver.close(); });

const run = promisify(execFile);
const sections = ['overview', 'operations', 'caches', 'workers', 'events', 'memory', 'decisions', 'alerts', 'history', 'slowest'] as const;

async function openConsole(page: Page): Promise<void> {
  await page.keyboard.press('Alt+4');
  await page.locator(`[data-testid="${ids.console}"]:not([data-at=""])`).waitFor({ timeout: 20_000 });
}

async function show(page: Page, section: (typeof sections)[number]): Promise<void> {
  await page.locator(`#console-${section}`).click();
  await page.locator(`[data-testid="${ids.console}"][data-section="${section}"]`).waitFor();
}

async function startLoad(page: Page, rate: number, seconds: number): Promise<void> {
  await page.getByTestId(ids.loadOpen).click();
  await page.getByTestId(ids.loadRate).fill(String(rate));
  await page.getByTestId(ids.loadSeconds).fill(String(seconds));
  await page.getByTestId(ids.loadStart).click();
  await page.locator(`[data-testid="${ids.load}"][data-state="running"]`).waitFor({ timeout: 60_000 });
}

async function stopLoad(page: Page, store: string): Promise<void> {
  await page.getByTestId(ids.loadStop).click();
  await page.locator(`[data-testid="${ids.load}"][data-state="idle"]`).waitFor({ timeout: 30_000 });
  expect(existsSync(`${store}.load`), 'the scratch copy is gone').toBe(false);
}

/** What the command line says of that moment, in a process of its own. */
async function statsAt(session: Session, moment: number): Promise<StatsReport> {
  const { stdout } = await run(process.execPath, [at('bin/acumen.js'), 'stats', '--json', '--at', String(moment), '--store', session.store], { maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as StatsReport;
}

const shownAt = async (page: Page): Promise<number> => Number(await page.getByTestId(ids.console).getAttribute('data-at'));

/** Clicks what exports, and reads the file that the host was given. */
async function exported(page: Page, title: 'JSON' | 'CSV'): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: title, exact: true }).click()]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`^acumen-.*\\.${title.toLowerCase()}$`));
  return readFileSync(await download.path(), 'utf8');
}

/** Milliseconds between frames of the page, for a while. */
async function frames(page: Page, ms: number): Promise<number[]> {
  return page.evaluate((long) => new Promise<number[]>((resolve) => {
    const all: number[] = [], began = performance.now();
    let last = began;
    const next = (now: number): void => {
      all.push(now - last);
      last = now;
      if (now - began < long) requestAnimationFrame(next); else resolve(all.slice(1));
    };
    requestAnimationFrame(next);
  }), ms);
}

for (const colorScheme of ['light', 'dark'] as const) {
  // two tests on one session: what a loaded machine takes for both is more than the patience for one
  let session: Session | null = null;

  test(`in ${colorScheme}, before anything was measured nothing is nought; under load the console lives, and says what the command line says`, async () => {
    session = await driver.launch({ colorScheme, viewport: { width: 1280, height: 800 } });
    const { page } = session;
    await ready(page);
    await openConsole(page);
    // paused: the next second may bring the first figure of something
    await page.keyboard.press('p');
    await page.locator(`[data-testid="${ids.console}"][data-paused="true"]`).waitFor();
    const report = await statsAt(session, await shownAt(page));
    for (const level of report.levels.filter(({ value }) => value === null)) expect(await page.locator(`[data-level="${level.id}"]`).innerText()).toContain(NO_DATA);
    await picture(page, `console-quiet-${colorScheme}`);
    await accessible(page);
    await page.keyboard.press('p');
    await page.locator(`[data-testid="${ids.console}"][data-paused="false"]`).waitFor();

    await startLoad(page, 40, 300);
    await expect.poll(async () => Number(await page.getByTestId(ids.throughputChart).getAttribute('data-points')), { timeout: 20_000 }).toBeGreaterThan(100);
    await page.waitForTimeout(5000);
    const gaps = await frames(page, 3000);
    console.log(`console live under load [${driver.name}, ${colorScheme}]: frames p50 ${percentile(gaps, 50).toFixed(1)} ms, p95 ${percentile(gaps, 95).toFixed(1)} ms, p99 ${percentile(gaps, 99).toFixed(1)} ms of ${gaps.length}`);
    expect(percentile(gaps, 50), 'most frames are whole frames, however loaded the machine').toBeLessThan(34);

    // the screen stands still, and the same moment is asked for on the command line
    await page.keyboard.press('p');
    await page.locator(`[data-testid="${ids.console}"][data-paused="true"]`).waitFor();
    const moment = await shownAt(page), said = await statsAt(session, moment);
    expect(said.at).toBe(moment);
    for (const level of said.levels) {
      const card = page.locator(`[data-testid="${ids.levelCard}"][data-level="${level.id}"]`);
      expect(await card.getAttribute('data-value'), level.id).toBe(level.value === null ? '' : String(level.value));
      expect(await card.innerText(), level.id).toContain(figure(level.value, level.unit));
    }
    expect(said.levels.length).toBeGreaterThan(8);
    await show(page, 'operations');
    expect(said.operations.find(({ name }) => name === 'check')!.count).toBeGreaterThan(50);
    const rows = await page.locator(`tr:has([data-testid="${ids.operationRow}"])`).evaluateAll((all) => all.map((row) => ({
      name: row.querySelector<HTMLElement>('[data-operation]')!.dataset['operation']!,
      ...Object.fromEntries([...row.querySelectorAll<HTMLElement>('[data-figure]')].map((cell) => [cell.dataset['figure']!, cell.textContent!])),
    })));
    const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
    expect(rows.toSorted(byName)).toEqual(said.operations.map(({ name, p50, p95, p99, count }) => ({ name, p50: figure(p50, 'ms'), p95: figure(p95, 'ms'), p99: figure(p99, 'ms'), count: figure(count, 'count') })).toSorted(byName));
    // and what is exported is that report, whole
    const kept = JSON.parse(await exported(page, 'JSON')) as { readonly report: StatsReport; readonly series: readonly { readonly metric: string; readonly values: readonly (number | null)[] }[] };
    expect(kept.report).toEqual(said);
    expect(kept.series.some(({ metric, values }) => metric === 'acumen_operation_seconds' && values.some((v) => v !== null && v > 0))).toBe(true);
    const table = (await exported(page, 'CSV')).trim().split('\n');
    expect(table[0]).toBe('time,metric,label,quantity,step_seconds,value');
    expect(table.length).toBeGreaterThan(20);
    expect(table.slice(1).every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z,acumen_\w+,[^,]*,\w+,\d+,[\d.e+-]+$/.test(line)), 'each row is a figure with its moment').toBe(true);
    await page.keyboard.press('p');
    await expect.poll(() => shownAt(page)).toBeGreaterThan(moment);
  });

  test(`in ${colorScheme}, every section is there while load runs, with nothing that axe finds`, async () => {
    if (session === null) throw new Error('There is no session: the test before this one did not open it.');
    const { page } = session;
    for (const section of sections) {
      await show(page, section);
      await page.locator('.console-view .chart[data-state="waiting"]').first().waitFor({ state: 'detached' });
      if (section === 'slowest') await page.getByTestId(ids.flame).first().waitFor();
      await picture(page, `console-${section}-${colorScheme}`);
      // the same elements in both themes: only what has colours of its own is judged twice
      if (colorScheme === 'light' || ['caches', 'slowest'].includes(section)) await accessible(page);
    }
    await stopLoad(page, session.store);
    expect(session.complaints).toEqual([]);
    await session.close();
  });
}

test('the endpoint parses with a Prometheus client, its names and kinds are those of the table, its histograms have buckets that only rise', async () => {
  const session = await driver.launch();
  const { page } = session;
  await ready(page);
  await openConsole(page);
  await startLoad(page, 40, 60);
  await page.waitForTimeout(3000);
  const { origin, hash } = new URL(session.address);
  expect((await fetch(`${origin}/metrics`)).status).toBe(401);
  const answer = await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${new URLSearchParams(hash.slice(1)).get('token')}` } });
  expect(answer.status).toBe(200);
  const text = await answer.text(), families = parsePrometheus(text);
  const kinds = { counter: 'COUNTER', gauge: 'GAUGE', seconds: 'HISTOGRAM' } as const;
  for (const family of families) expect(family.type, family.name).toBe(kinds[metrics[family.name as keyof typeof metrics].kind]);
  for (const name of ['acumen_operation_seconds', 'acumen_memory_usage_bytes', 'acumen_merge_execution_seconds']) expect(families.map((family) => family.name)).toContain(name);
  // This client puts the buckets of all labels together; as single samples it keeps them apart.
  const samples = parsePrometheus(text.replaceAll(/ histogram$/gm, ' untyped')) as unknown as readonly { readonly name: string; readonly metrics: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: string }[] }[];
  let histograms = 0;
  for (const { name, metrics: found } of samples.filter((family) => family.name.endsWith('_bucket'))) {
    const apart = Map.groupBy(found, ({ labels }) => JSON.stringify(Object.entries(labels ?? {}).filter(([label]) => label !== 'le')));
    for (const [labels, buckets] of apart) {
      const counts = buckets.map(({ labels: of, value }) => [of!['le'] === '+Inf' ? Infinity : Number(of!['le']), Number(value)] as const);
      for (let i = 1; i < counts.length; i++) { expect(counts[i]![0]).toBeGreaterThan(counts[i - 1]![0]); expect(counts[i]![1]).toBeGreaterThanOrEqual(counts[i - 1]![1]); }
      const count = samples.filter((family) => family.name === name.replace(/bucket$/, 'count')).flatMap((family) => family.metrics).find((one) => JSON.stringify(Object.entries(one.labels ?? {})) === labels);
      expect(counts.at(-1)).toEqual([Infinity, Number(count?.value)]);
      if (labels.includes('check')) expect(Number(count?.value)).toBeGreaterThan(20);
      histograms++;
    }
  }
  expect(histograms).toBeGreaterThan(5);
  await stopLoad(page, session.store);
  expect(session.complaints).toEqual([]);
  await session.close();
}, ['browser']);

test('by keyboard alone: sections, load, brushing and back, tables, pause, comparison; a pinned range is compared with', async () => {
  const session = await driver.launch();
  const { page } = session;
  await ready(page);
  await openConsole(page);
  const focused = (): Promise<string> => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['testid'] ?? document.activeElement?.id ?? '');
  /** Tab until there, as one does. */
  const tabTo = async (id: string): Promise<void> => {
    for (let i = 0; i < 60; i++) {
      if (await focused() === id) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`The keyboard never came to ${id}.`);
  };
  await tabTo(ids.loadOpen);
  await page.keyboard.press('Enter');
  await tabTo(ids.loadRate);
  await page.getByTestId(ids.loadRate).selectText();
  await page.keyboard.type('30');
  await tabTo(ids.loadStart);
  await page.keyboard.press('Enter');
  await page.locator(`[data-testid="${ids.load}"][data-state="running"]`).waitFor({ timeout: 60_000 });
  await page.waitForTimeout(4000);

  await tabTo('console-overview');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('console-operations');
  await page.keyboard.press('[');
  expect(await focused()).toBe('console-overview');

  // to the first chart; three seconds back, brush twelve seconds, zoom
  const slider = page.getByTestId(ids.latencyChart).getByRole('slider');
  for (let i = 0; i < 40 && !await slider.evaluate((element) => element === document.activeElement); i++) await page.keyboard.press('Tab');
  expect(await slider.evaluate((element) => element === document.activeElement)).toBe(true);
  const before = await slider.getAttribute('aria-valuetext');
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).not.toBe(before);
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d: p50 .+, p95 .+, p99 .+/);
  for (let i = 0; i < 12; i++) await page.keyboard.press('Shift+ArrowLeft');
  await picture(page, 'console-brush');
  await page.keyboard.press('Enter');
  const range = page.getByRole('combobox', { name: 'Range of time' });
  await expect.poll(() => range.inputValue()).toBe('zoom');
  await expect.poll(async () => Number(await page.getByTestId(ids.latencyChart).getAttribute('data-points'))).toBeLessThan(20);
  await picture(page, 'console-zoomed');
  await page.keyboard.press('z');
  await expect.poll(() => range.inputValue()).toBe('300');

  // every chart has a twin that is read row by row
  await page.keyboard.press('t');
  const twin = page.getByRole('region', { name: /^Throughput, as a table$/ });
  await twin.waitFor();
  await expect.poll(() => twin.getByRole('row').count()).toBeGreaterThan(3);
  await picture(page, 'console-tables');
  await accessible(page);
  await page.keyboard.press('t');
  await twin.waitFor({ state: 'detached' });

  await command(page, 'Console: pause');
  await page.locator(`[data-testid="${ids.console}"][data-paused="true"]`).waitFor();
  await page.keyboard.press('p');
  await page.locator(`[data-testid="${ids.console}"][data-paused="false"]`).waitFor();

  // two ranges: the minute now and the minute before
  await range.selectOption('60');
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('before');
  await page.getByTestId(ids.throughputChart).getByText(/mean .+, before /).first().waitFor();
  await picture(page, 'console-compared');
  await accessible(page);
  await page.getByRole('button', { name: 'Pin range' }).click();
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('pinned');
  await page.getByTestId(ids.throughputChart).getByText(/mean .+, before /).first().waitFor();

  await command(page, 'Console: stop the load');
  await page.locator(`[data-testid="${ids.load}"][data-state="idle"]`).waitFor({ timeout: 30_000 });
  expect(existsSync(`${session.store}.load`)).toBe(false);
  await page.keyboard.press('?');
  await page.getByTestId(ids.keys).getByText('Go to Performance').waitFor();
  await page.keyboard.press('Escape');
  expect(session.complaints).toEqual([]);
  await session.close();
});

test('a dragged range is zoomed to in every chart, alerts can be answered, a baseline is kept; away, the last figures stay and say so; a crash leaves no copy', async () => {
  const session = await driver.launch();
  const { page } = session;
  await ready(page);
  await openConsole(page);
  await startLoad(page, 30, 300);
  await page.waitForTimeout(3000);
  const box = (await page.getByTestId(ids.throughputChart).getByRole('slider').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => page.getByRole('combobox', { name: 'Range of time' }).inputValue()).toBe('zoom');
  for (const chart of [ids.latencyChart, ids.throughputChart]) {
    await expect.poll(async () => Number(await page.getByTestId(chart).getAttribute('data-points'))).toBeLessThan(70);
  }
  await page.getByRole('button', { name: /^Zoom back/ }).click();

  await show(page, 'alerts');
  const response = page.getByTestId(ids.response).first();
  await response.waitFor();
  const was = await response.isChecked();
  await response.click();
  await expect.poll(() => response.isChecked()).toBe(!was);
  await response.click();
  await expect.poll(() => response.isChecked()).toBe(was);
  await show(page, 'history');
  await page.getByTestId(ids.baselineName).fill('before the upgrade');
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.baseline).filter({ hasText: 'before the upgrade' }).or(page.getByTestId(ids.notice)).first().waitFor();

  const { store } = session;
  expect(existsSync(`${store}.load`)).toBe(true);
  await show(page, 'overview');
  await session.kill();
  await page.getByText('The service is away. What stands here is the last that was heard').waitFor();
  await page.getByTestId(ids.levelCard).first().waitFor();
  await picture(page, 'console-away');
  await accessible(page);
  expect(existsSync(`${store}.load`), 'a killed process removes nothing').toBe(true);
  await session.restart();
  await ready(session.page);
  expect(existsSync(`${store}.load`), 'the next one does').toBe(false);
  await session.close();
});

test('the first screen is there before the console is loaded, and under forced colours everything of it still stands', async () => {
  const session = await driver.launch({ forcedColors: 'active', viewport: { width: 1024, height: 640 } });
  const { page } = session;
  const asked: string[] = [];
  page.on('request', (request) => { asked.push(request.url()); });
  await page.reload();
  await ready(page);
  expect(asked.filter((url) => /Performance-/.test(url))).toEqual([]);
  await openConsole(page);
  expect(asked.filter((url) => /Performance-.*\.js$/.test(url)).length).toBe(1);
  await startLoad(page, 30, 30);
  await page.waitForTimeout(3000);
  await picture(page, 'console-forced-colours');
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await stopLoad(page, session.store);
  expect(session.complaints).toEqual([]);
  await session.close();
}, ['browser']);
