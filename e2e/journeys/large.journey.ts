// Five hundred branches: the import shows its numbers and can be cancelled, verdicts and differences come in time, and the
// page holds what is on screen and no more.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { generate } from '../../testkit/generate.ts';
import type { Generated } from '../../testkit/generate.ts';
import { git } from '../../testkit/git.ts';
import { test } from '../door.ts';
import { accessible, bar, judges, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';

const SOURCES = 520;
/** Fewer where times are only told. */
const HOVERS = judges ? 120 : 30, DROPS = judges ? 25 : 6;

let made: Generated, tips: string[];
opened(async () => {
  made = shared(await generate({ seed: 23, sources: SOURCES, mix: 'team' }));
  // The branches come once the window is open: the first import of a repository is over before a slow machine shows a page.
  tips = git(made.dir, ['for-each-ref', '--format=%(refname) %(objectname)']).split('\n').filter((line) => line !== '' && !line.startsWith('refs/heads/main '));
  git(made.dir, ['update-ref', '--stdin'], { input: tips.map((line) => `delete ${line}\n`).join('') });
  return { repository: made.dir };
}, { waits: false, ms: 600_000 });

const measures = (name: string): Promise<number[]> => page.evaluate((wanted) => performance.getEntriesByName(wanted, 'measure').map((one) => one.duration), name);
const forget = (): Promise<void> => page.evaluate(() => { performance.clearMeasures(); });

test('an import says what it does, with numbers, and stops when told to', async () => {
  const progress = page.getByTestId(ids.progress);
  const counting = async (): Promise<void> => { await expect.poll(() => progress.innerText(), { timeout: 60_000, interval: 20 }).toMatch(/\d+ of \d+/); };
  await page.getByText('Nothing in flight').waitFor();
  git(made.dir, ['update-ref', '--stdin'], { input: tips.map((line) => `create ${line}\n`).join('') });
  await page.keyboard.press('r');
  await counting();
  // at once: a picture takes longer than what is left of a fast import
  await page.getByTestId(ids.cancel).click();
  await progress.waitFor({ state: 'detached' });
  await page.getByText('Nothing in flight').waitFor();
  await picture(page, 'import-cancelled');
  await accessible(page);
  await page.keyboard.press('r');
  await progress.waitFor();
  await picture(page, 'import-progress');
  await page.getByTestId(ids.acuRow).first().waitFor({ timeout: 120_000 });
  await page.locator(`[data-testid="${ids.graph}"][data-settled="true"]`).waitFor({ timeout: 120_000 });
  await expect.poll(async () => Number.parseInt((await page.getByTestId(ids.visibleCount).innerText()).replace(/\D/g, ''), 10)).toBeGreaterThanOrEqual(500);
});

test('from hover to verdict on screen', async () => {
  const list = (await page.getByTestId(ids.acuList).boundingBox())!;
  const rows = Math.floor(list.height / 26) - 1;
  await forget();
  for (let i = 0; i < HOVERS; i++) {
    const before = (await measures('acumen:hover-verdict')).length;
    // every row in turn; a page further down after each round
    if (i > 0 && i % rows === 0) { await page.mouse.wheel(0, rows * 26); await page.waitForTimeout(120); }
    await page.mouse.move(list.x + 120, list.y + 13 + 26 * (i % rows));
    await expect.poll(async () => (await measures('acumen:hover-verdict')).length, { interval: 10 }).toBeGreaterThan(before);
  }
  bar('hover to verdict on screen, 500 ACUs', await measures('acumen:hover-verdict'), 100);
});

test('from drop to composed difference on screen', async () => {
  await page.getByTestId(ids.acuList).evaluate((list) => { list.scrollTop = 0; });
  await page.getByRole('button', { name: /fits/ }).click();
  const to = (await page.locator('[data-drop="composition"]').boundingBox())!;
  await forget();
  for (let i = 0; i < DROPS; i++) {
    const fitting = page.locator(`[data-testid="${ids.acuRow}"][data-mark="fits"]`).first();
    // a row that begins to fit comes in above the others: which one is first is known once all are marked, and listed
    await page.locator('[aria-label="Show only ACUs that"][aria-busy="false"]').waitFor();
    await page.locator('.acus-list[aria-busy="false"]').waitFor();
    const id = (await fitting.getAttribute('data-acu'))!;
    const from = (await page.locator(`[data-testid="${ids.acuRow}"][data-acu="${id}"]`).boundingBox())!;
    await page.mouse.move(from.x + 60, from.y + 13);
    await page.mouse.down();
    await page.mouse.move(from.x + 70, from.y + 20, { steps: 2 });
    await page.mouse.move(to.x + to.width / 2, to.y + to.height - 40, { steps: 5 });
    await page.locator(`[data-testid="${ids.ghost}"]:not([data-kind="unknown"])`).waitFor();
    await page.mouse.up();
    await expect.poll(async () => (await measures('acumen:drop-composed')).length, { message: `after dropping ${id}`, interval: 20, timeout: 10_000 }).toBe(i + 1);
    await page.locator('[data-drop="composition"][data-pending="false"]').waitFor();
    // gone from the rows that fit: the next is another one
    await page.locator(`[data-testid="${ids.acuRow}"][data-acu="${id}"][data-mark="fits"]`).waitFor({ state: 'detached' });
  }
  bar('drop to composed difference on screen, 500 ACUs', await measures('acumen:drop-composed'), 300);
  await page.getByRole('button', { name: /fits/ }).click();
  await picture(page, 'large');
});

test('only what is on screen is in the page, wherever one scrolls', async () => {
  const nodes = (): Promise<number> => page.evaluate(() => document.querySelectorAll('*').length);
  expect(await nodes()).toBeLessThan(3500);
  await page.getByTestId(ids.acuList).focus();
  await page.keyboard.press('End');
  await expect.poll(() => page.locator(`[data-testid="${ids.acuRow}"][aria-selected="true"]`).count()).toBe(1);
  expect(await page.getByTestId(ids.acuRow).count()).toBeLessThan(80);
  await page.keyboard.press('Alt+2');
  await page.getByTestId(ids.conflictRow).first().waitFor();
  await page.getByTestId(ids.conflictList).focus();
  await page.keyboard.press('End');
  await page.getByTestId(ids.conflictDetail).waitFor();
  expect(await page.getByTestId(ids.conflictRow).count()).toBeLessThan(60);
  expect(await nodes()).toBeLessThan(3500);
  await picture(page, 'large-conflicts');
  expect(session.complaints).toEqual([]);
});
