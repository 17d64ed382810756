// Repositories that were opened lately: in the menu, in the palette and beside the form that imports; one whose folder is gone is said to be, and is taken off.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Page } from 'playwright';
import { ids } from '../../app/renderer/testids.ts';
import { removeFolder } from '../../testkit/folder.ts';
import { smallRepository } from '../../testkit/small.ts';
import { openElectron, test } from '../door.ts';
import type { ElectronDriver, ElectronSession } from '../driver.ts';
import { accessible } from '../look.ts';
import { known, ready, row } from '../screen.ts';

let driver: ElectronDriver, session: ElectronSession, page: Page, folder: string;
const place = known();
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'acumen-recent-')));
  driver = await openElectron();
  session = await driver.launch({ repository: place.repository.path });
  page = session.page;
  await ready(page);
});
afterAll(async () => { await driver?.close(); place.remove(); removeFolder(folder); });

const menu = (): Promise<readonly (readonly [label: string, enabled: boolean])[]> => session.evaluate(({ Menu }) => {
  const items = (Menu.getApplicationMenu()!.items as Electron.MenuItem[]).flatMap((one) => one.submenu?.items ?? []);
  return items.find(({ label }) => label === 'Open Recent')!.submenu!.items.filter(({ type }) => type !== 'separator').map(({ label, enabled }) => [label, enabled] as const);
});
const list = (on: Page = page) => on.getByTestId(ids.recent).locator('[data-repository]');
/** A repository that was opened in a window of its own, which is closed again. */
async function visited(name: string): Promise<string> {
  const repository = smallRepository(join(folder, name), { 'a.txt': 'a\n' });
  repository.branch('first', { 'a.txt': 'b\n' });
  expect((await session.again('--repo', repository.path)).code).toBe(0);
  await row(await session.window(1), 'first').waitFor();
  await closeOthers();
  return repository.path;
}
async function closeOthers(): Promise<void> {
  await session.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) if (window.id !== Math.min(...BrowserWindow.getAllWindows().map((one) => one.id))) window.close();
  });
  await expect.poll(() => session.windows.length).toBe(1);
}

test('what was opened is in the menu, in the palette and beside the form, and opens again in a window of its own', async () => {
  const alpha = await visited('alpha'), beta = await visited('beta');
  await expect.poll(menu).toEqual(expect.arrayContaining([[`alpha  (${alpha})`, true], [`beta  (${beta})`, true]]));
  await page.keyboard.press('Control+k');
  await page.getByTestId(ids.paletteInput).fill('alpha');
  await page.getByRole('option', { name: /^Repository\s*alpha/ }).waitFor();
  await page.keyboard.press('Enter');
  const again = await session.window(1);
  await row(again, 'first').waitFor();
  expect(await again.title()).toContain('alpha');
  await closeOthers();
  await page.keyboard.press('Control+o');
  await list().first().waitFor();
  expect(await list().evaluateAll((all) => all.map((one) => one.getAttribute('data-repository')))).toEqual(expect.arrayContaining([alpha, beta]));
  expect(await list().evaluateAll((all) => all.map((one) => one.getAttribute('data-repository')))).not.toContain(place.repository.path);
  await list().filter({ hasText: 'beta' }).focus();
  await page.keyboard.press('Enter');
  await row(await session.window(1), 'first').waitFor();
  expect(await page.getByTestId(ids.recent).count(), 'the form made way').toBe(0);
  await closeOthers();
});

test('one whose folder is gone is said to be, opens nothing, and is taken off the list by a key or from the menu', async () => {
  const gamma = await visited('gamma'), delta = await visited('delta');
  for (const gone of [gamma, delta]) rmSync(gone, { recursive: true });
  await page.keyboard.press('Control+k');
  await page.getByTestId(ids.paletteInput).fill('gamma');
  await expect.poll(() => page.getByRole('option', { name: /^Repository\s*gamma/ }).getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+o');
  const one = list().filter({ hasText: 'gamma' });
  await expect.poll(() => one.textContent()).toContain('not there any more');
  await accessible(page, true);
  await one.focus();
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.announcer).filter({ hasText: 'The folder of gamma is not there any more.' }).waitFor({ state: 'attached' });
  expect(session.windows).toHaveLength(1);
  await page.keyboard.press('Delete');
  await expect.poll(() => list().filter({ hasText: 'gamma' }).count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-repository')), 'the keyboard stays in the list').toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(menu).toContainEqual([`delta  (${delta}): not there any more`, false]);
  expect((await menu()).some(([label]) => label.includes('gamma'))).toBe(false);
  await session.evaluate(({ Menu }) => { Menu.getApplicationMenu()!.getMenuItemById('forget-gone')!.click(); });
  await expect.poll(async () => (await menu()).some(([label]) => /delta|Forget/.test(label))).toBe(false);
  await session.restart();
  page = session.page;
  await ready(page);
  await expect.poll(async () => (await menu()).map(([label]) => label.split(' ')[0])).toEqual(expect.arrayContaining(['alpha', 'beta']));
  expect((await menu()).some(([label]) => /gamma|delta/.test(label))).toBe(false);
});
