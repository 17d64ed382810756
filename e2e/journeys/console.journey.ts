// The performance console by keyboard alone, as tables, dragged, in forced colours, and as an endpoint; the copy that load is put on is gone
// afterwards, also after a crash. What measures frames is in performance.journey.ts.
import { existsSync } from 'node:fs';
import parsePrometheus from 'parse-prometheus-text-format';
import { expect } from 'vitest';
import { metrics } from '../../app/core/telemetry.ts';
import { ids } from '../../app/renderer/testids.ts';
import { openConsole, show, startLoad, stopLoad } from '../console.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { drive, driver } from '../opened.ts';
import { command, ready } from '../screen.ts';

drive();

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
