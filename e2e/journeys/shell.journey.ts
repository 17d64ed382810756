// The window around the work: one registry behind palette, keys and menus; settings that say what they will do; the guide; and everything reachable on little
// room, with large text and by keyboard alone.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, audit, bar, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, composed, known, list, ready, row } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path });

const keys = async (...pressed: string[]): Promise<void> => { for (const key of pressed) await page.keyboard.press(key); };
const said = (): Promise<string> => page.getByTestId(ids.announcer).innerText();
const focused = (): Promise<string> => page.evaluate(() => { const active = document.activeElement as HTMLElement; return active.dataset['testid'] ?? active.textContent ?? ''; });
const measured = (name: string): Promise<number[]> => page.evaluate((name) => performance.getEntriesByName(name).map(({ duration }) => duration), name);
const menu = () => page.getByTestId(ids.menu);

test('the palette opens at once, finds by letters that begin words, and copies the line of a command', async () => {
  await list(page).focus();
  for (let i = 0; i < 6; i++) { await keys('Control+k'); await page.getByTestId(ids.palette).waitFor(); await keys('Escape'); await page.getByTestId(ids.palette).waitFor({ state: 'detached' }); }
  await keys('Control+k');
  for (const letter of 'gcon') await page.keyboard.press(letter);
  const first = page.getByTestId(ids.palette).getByRole('option').first();
  await expect.poll(() => first.innerText()).toContain('Go to Conflicts');
  await audit(page, 'palette-found');
  await keys('Enter');
  await page.getByRole('tab', { name: 'Conflicts', selected: true }).waitFor();
  await keys('Alt+1', 'Control+k');
  // what was used last comes first
  await expect.poll(() => first.innerText()).toContain('Go to Conflicts');
  await page.getByTestId(ids.paletteInput).fill('check the store');
  await page.getByTestId(ids.palette).getByText(`acumen fsck --repo ${place.repository.path}`).waitFor();
  await keys('Alt+Enter');
  await expect.poll(said).toContain('Copied the command line.');
  expect(await page.getByTestId(ids.palette).count()).toBe(0);
  // the first of them compiles what the others run
  bar('palette opens', (await measured('acumen:palette-open')).slice(2), 50);
  bar('a key in the palette', await measured('acumen:palette-key'), 50);
});

test('a row has a menu: by right button, by Shift+F10 and by its dots, with why not, and the keyboard back where it was', async () => {
  await row(page, 'one').click({ button: 'right' });
  await menu().waitFor();
  await expect.poll(() => menu().getByRole('menuitem').first().innerText()).toContain('Add to the composition');
  expect(await row(page, 'one').getAttribute('aria-selected')).toBe('true');
  const remove = menu().locator('[data-command="composition.remove"]');
  expect(await remove.getAttribute('aria-disabled')).toBe('true');
  expect(await remove.innerText()).toContain('Nothing selected is in the composition.');
  await audit(page, 'menu-acu');
  await keys('Escape');
  await menu().waitFor({ state: 'detached' });
  await list(page).focus();
  await keys('Shift+F10');
  await menu().waitFor();
  // letters go to what begins so, arrows around
  await keys('c');
  await expect.poll(focused).toContain('Copy ids');
  await keys('Home', 'ArrowUp');
  await expect.poll(focused).toContain('acumen');
  await keys('Home', 'Enter');
  await composed(page, ['one']);
  expect(await focused()).toBe(ids.acuList);
  await keys('Control+z');
  await composed(page, []);
  await page.getByTestId(ids.repositoryMenu).click();
  await menu().locator('[data-command="repository.base"]').waitFor();
  await picture(page, 'menu-repository');
  await accessible(page);
  await keys('Escape');
  expect(await focused()).toBe(ids.repositoryMenu);
});

test('settings say what they will do before they do it, take effect at once, and stay', async () => {
  await keys('Control+,');
  const effect = page.getByTestId(ids.refsEffect);
  await expect.poll(() => effect.innerText()).toContain('Now 9 of 9 refs');
  await audit(page, 'settings-repository');
  await page.getByTestId(ids.refsGlobs).fill('refs/heads/stack/*');
  await expect.poll(() => effect.innerText()).toContain('9 sources now → 2 of 9 refs');
  await page.getByTestId(ids.refsStart).click();
  await expect.poll(() => effect.innerText()).toContain('Now 2 of 9 refs');
  await page.getByTestId(ids.settings).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => effect.innerText()).toContain('Now 9 of 9 refs');
  await page.getByRole('tab', { name: 'Repository' }).focus();
  await keys('ArrowDown');
  await accessible(page);
  await picture(page, 'settings-thresholds');
  await keys('ArrowDown');
  await page.getByRole('radio', { name: 'As the system' }).first().focus();
  await keys('ArrowRight', 'ArrowRight');
  await page.getByLabel('Text size').fill('150');
  await expect.poll(() => page.evaluate(() => `${document.documentElement.dataset['theme']} ${getComputedStyle(document.body).fontSize}`)).toBe('dark 19.5px');
  await page.locator('[data-setting="contrast"]').getByText('More', { exact: true }).click();
  await audit(page, 'settings-appearance');
  await page.reload();
  await page.locator('[data-room]').waitFor();
  expect(await page.evaluate(() => `${document.documentElement.dataset['theme']} ${document.documentElement.dataset['contrast']}`)).toBe('dark more');
  await page.evaluate(() => localStorage.removeItem('acumen.settings'));
  await page.reload();
  await ready(page);
});

test('on 720 by 450 pixels and with text twice as large every pane is reached, by keyboard too', async () => {
  await page.setViewportSize({ width: 720, height: 450 });
  await page.locator('[data-room="two"]').waitFor();
  await list(page).focus();
  await keys('F6');
  await expect.poll(focused).toBe(ids.composition);
  await keys('F6');
  await page.getByTestId(ids.graph).waitFor();
  await keys('F6');
  await page.getByTestId(ids.inspector).waitFor();
  await audit(page, 'room-two');
  await page.setViewportSize({ width: 560, height: 450 });
  await page.locator('[data-room="one"]').waitFor();
  await page.getByRole('tab', { name: 'Sources' }).click();
  await list(page).waitFor();
  await accessible(page);
  await picture(page, 'room-one');
  // nothing runs over the window's side
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(560);
  await page.setViewportSize({ width: 1440, height: 900 });
  await ready(page);
  await keys('Control+b');
  await expect.poll(async () => (await page.locator('#pane-acus').boundingBox())?.width ?? 0).toBeLessThan(2);
  await keys('Control+b');
  await expect.poll(async () => (await page.locator('#pane-acus').boundingBox())?.width ?? 0).toBeGreaterThan(200);
  await page.getByRole('button', { name: 'Skip to sources' }).focus();
  await keys('Tab');
  await expect.poll(focused).toBe('Skip to composition');
  await keys('Enter');
  await expect.poll(focused).toBe(ids.composition);
});

test('the guide goes on by what one does, can be left and taken up again, and ends with the branch taken back', async () => {
  const guide = page.getByTestId(ids.guide), step = (): Promise<string | null> => guide.getAttribute('data-step');
  await command(page, 'Two-minute guide');
  await guide.waitFor();
  await audit(page, 'guide-counts');
  await guide.getByTestId(ids.guideOn).click();
  await expect.poll(step).toBe('largest');
  await guide.getByRole('button', { name: 'Leave the guide' }).click();
  await guide.waitFor({ state: 'detached' });
  await command(page, 'Two-minute guide');
  await expect.poll(step).toBe('largest');
  await list(page).focus();
  await keys('l');
  await expect.poll(step, { timeout: 20_000 }).toBe('take');
  await picture(page, 'guide-take');
  await guide.getByRole('button', { name: 'Do it' }).click();
  await expect.poll(step).toBe('why');
  await page.locator(`[data-testid="${ids.acuRow}"][data-mark="conflicts"]`).first().click();
  await expect.poll(step).toBe('swap');
  await page.getByTestId(ids.whyNotSwap).click();
  await expect.poll(step).toBe('diff');
  await guide.getByTestId(ids.guideOn).click();
  await expect.poll(step).toBe('write');
  await guide.getByRole('button', { name: 'Do it' }).click();
  await page.getByTestId(ids.branchName).fill('guided');
  await keys('Enter');
  await expect.poll(step).toBe('undo');
  await picture(page, 'guide-undo');
  expect(place.repository.git('for-each-ref', '--format=%(refname)', 'refs/heads/guided')).toBe('refs/heads/guided');
  await guide.getByRole('button', { name: 'Do it' }).click();
  await guide.waitFor({ state: 'detached' });
  await expect.poll(() => place.repository.git('for-each-ref', 'refs/heads/guided')).toBe('');
  expect(session.complaints).toEqual([]);
});
