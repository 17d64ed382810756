// The performance console while the load generator works: live, in both themes, section by section; every figure on screen is the one that
// `acumen stats --json` prints of the same moment. What needs no machine of its own is in console.journey.ts.
import type { Page } from 'playwright';
import { expect } from 'vitest';
import type { StatsReport } from '../../app/contract/performance.ts';
import { figure, lengthWords } from '../../app/renderer/panels/performance/figures.ts';
import { ids } from '../../app/renderer/testids.ts';
import { exported, openConsole, sections, show, shownAt, startLoad, statsAt, stopLoad } from '../console.ts';
import { test } from '../door.ts';
import type { Session } from '../driver.ts';
import { accessible, judges, percentile, picture } from '../look.ts';
import { drive, driver } from '../opened.ts';
import { ready } from '../screen.ts';

drive();

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
    for (const level of report.levels.filter(({ value }) => value === null)) expect(await page.locator(`[data-level="${level.id}"]`).innerText()).toContain(`none for ${lengthWords(level.window)}`);
    await picture(page, `console-quiet-${colorScheme}`);
    await accessible(page);
    await page.keyboard.press('p');
    await page.locator(`[data-testid="${ids.console}"][data-paused="false"]`).waitFor();

    await startLoad(page, 40, 300);
    await expect.poll(async () => Number(await page.getByTestId(ids.throughputChart).getAttribute('data-points')), { timeout: 20_000 }).toBeGreaterThan(100);
    await page.waitForTimeout(5000);
    const gaps = await frames(page, 3000);
    console.log(`console live under load [${driver.name}, ${colorScheme}]: frames p50 ${percentile(gaps, 50).toFixed(1)} ms, p95 ${percentile(gaps, 95).toFixed(1)} ms, p99 ${percentile(gaps, 99).toFixed(1)} ms of ${gaps.length}`);
    if (judges) expect(percentile(gaps, 50), 'most frames are whole frames, however loaded the machine').toBeLessThan(34);

    // the screen stands still, and the same moment is asked for on the command line
    await page.keyboard.press('p');
    await page.locator(`[data-testid="${ids.console}"][data-paused="true"]`).waitFor();
    const moment = await shownAt(page), said = await statsAt(session, moment);
    expect(said.at).toBe(moment);
    for (const level of said.levels) {
      const card = page.locator(`[data-testid="${ids.levelCard}"][data-level="${level.id}"]`);
      expect(await card.getAttribute('data-value'), level.id).toBe(level.value === null ? '' : String(level.value));
      expect(await card.innerText(), level.id).toContain(level.value === null ? `none for ${lengthWords(level.window)}` : figure(level.value, level.unit));
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
