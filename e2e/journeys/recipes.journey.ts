// Other ways to a set: by a finger that holds, by asking what if, by a swap that makes room, and by a recipe that is found again after its branches have moved.
import { expect } from 'vitest';
import type { Page } from 'playwright';
import { numbered } from '../../testkit/small.ts';
import { git } from '../../testkit/git.ts';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { audit, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, composed, dragIn, known, list, mark, member, row, stackBase } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path });

/** Operations that were done so far, by what the status line says of the last one. */
const lastDone = (page: Page): Promise<string> => page.getByTestId(ids.status).innerText();
const banner = (page: Page): Promise<string> => page.getByTestId(ids.whatIfBanner).innerText().then((text) => text.replace(/\s+/g, ' '));

/** A finger on a row that holds, moves and lets go over the composition. */
async function byFinger(page: Page, name: string, hold: number): Promise<void> {
  const from = (await row(page, name).boundingBox())!, to = (await page.locator('[data-drop="composition"]').boundingBox())!;
  const client = await page.context().newCDPSession(page), start = { x: from.x + 60, y: from.y + 13 }, end = { x: to.x + to.width / 2, y: to.y + to.height - 40 };
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: { x: number; y: number } | null): Promise<unknown> => client.send('Input.dispatchTouchEvent', { type, touchPoints: at === null ? [] : [at] });
  await touch('touchStart', start);
  await new Promise((done) => { setTimeout(done, hold); });
  for (let i = 1; i <= 8; i++) await touch('touchMove', { x: start.x + (end.x - start.x) * i / 8, y: start.y + (end.y - start.y) * i / 8 });
  if (hold > 300) await page.locator(`[data-testid="${ids.ghost}"]:not([data-kind="unknown"])`).waitFor();
  await touch('touchEnd', null);
  await client.detach();
}

test('a finger that holds lifts; one that moves at once scrolls', async () => {
  await byFinger(page, 'three', 0);
  await page.getByTestId(ids.ghost).waitFor({ state: 'detached' });
  expect(await page.getByTestId(ids.member).count()).toBe(0);
  await byFinger(page, 'three', 450);
  await composed(page, ['three']);
});

test('by keyboard what is carried says what Enter would do, and brings what it needs', async () => {
  await row(page, 'stack/top').click();
  await list(page).focus();
  await page.keyboard.press('m');
  await expect.poll(() => page.getByTestId(ids.dropHint).innerText()).toMatch(/Enter\s+adds it with the one it needs/);
  await page.keyboard.press('Enter');
  await composed(page, ['three', stackBase, 'stack/top']);
});

test('what if: tree and marks follow at once, nothing is done until it is applied', async () => {
  await dragIn(page, 'one');
  await composed(page, ['three', stackBase, 'stack/top', 'one']);
  const before = await lastDone(page);
  await row(page, stackBase).click();
  await list(page).focus();
  await page.keyboard.press('Shift+W');
  // it leaves with what needs it
  await expect.poll(() => banner(page)).toMatch(/What if: \+0 −2 · 2 files \+2 −2 · fits/);
  await expect.poll(() => mark(page, stackBase)).not.toBe('in');
  // both sides of a conflict: the question may be asked, and the answer is no tree
  await row(page, 'two').locator('.c-mark').click();
  await expect.poll(() => banner(page)).toMatch(/\+1 −2 · 1 conflict: no tree/);
  expect(await banner(page)).toMatch(/(one × two|two × one): a\.txt \(content\)/);
  expect(await page.getByTestId(ids.whatIfApply).getAttribute('aria-disabled')).toBe('true');
  await audit(page, 'what-if-conflict');
  await member(page, 'one').getByRole('checkbox').click();
  await expect.poll(() => banner(page)).toMatch(/\+1 −3 · 2 files \+2 −2 · fits/);
  expect(await lastDone(page)).toBe(before);
  await list(page).focus();
  await page.keyboard.press('Escape');
  await composed(page, ['three', stackBase, 'stack/top', 'one']);
  expect(await lastDone(page)).toBe(before);
  // applied it is one operation
  await row(page, 'four').click();
  await list(page).focus();
  await page.keyboard.press('Shift+W');
  await row(page, 'one').click();
  await list(page).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => banner(page)).toMatch(/\+1 −1 .* fits/);
  await page.getByTestId(ids.whatIfApply).click();
  await composed(page, ['three', stackBase, 'stack/top', 'four']);
  await page.getByTestId(ids.whatIfBanner).waitFor({ state: 'detached' });
  await list(page).focus();
  await page.keyboard.press('Control+z');
  await composed(page, ['three', stackBase, 'stack/top', 'one']);
});

test('a drop that conflicts is offered the swap that makes room, shown on the rows before it is taken', async () => {
  await dragIn(page, 'two');
  const swap = page.getByTestId(ids.swap).first();
  await swap.waitFor();
  expect((await swap.innerText()).replace(/\s+/g, ' ')).toContain('− one 1 out, 1 in (net 0)');
  await page.getByTestId(ids.proposalKeepOpen).waitFor();
  await swap.hover();
  await expect.poll(() => member(page, 'one').getAttribute('class')).toContain('clash');
  await expect.poll(() => row(page, 'two').getAttribute('class')).toContain('lit');
  await picture(page, 'swap');
  await page.getByTestId(ids.proposalAccept).click();
  await composed(page, ['three', stackBase, 'stack/top', 'two']);
});

test('a recipe is kept under a name, and says what became of it when branches have moved', async () => {
  await list(page).focus();
  await page.keyboard.press('k');
  await expect.poll(() => page.getByTestId(ids.recipeName).evaluate((one) => one === document.activeElement)).toBe(true);
  await page.getByTestId(ids.recipeName).fill('bad\u200bname');
  expect(await page.getByTestId(ids.recipes).innerText()).toContain('no characters that cannot be seen');
  await page.getByTestId(ids.recipeName).fill('the weekend');
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.recipe).and(page.locator('[data-name="the weekend"]')).getByText('composed', { exact: true }).waitFor();
  await command(page, 'Clear the composition');
  await composed(page, []);

  place.repository.branch('two', { 'a.txt': numbered(20, { 3: 'TWO', 4: 'and more' }) });
  git(place.repository.path, ['branch', '-D', 'three']);
  await command(page, 'Import again: read what changed');
  const line = page.getByTestId(ids.recipe);
  await line.getByText('1 moved, 1 gone').waitFor();
  await expect.poll(async () => (await page.getByTestId(ids.recipes).innerText()).replace(/\s+/g, ' ')).toContain('three lost: there is no three any more');
  await picture(page, 'recipes');
});

test('it is applied as one operation, and compared file by file', async () => {
  await page.getByTestId(ids.recipeApply).click();
  await composed(page, [stackBase, 'stack/top', 'two']);
  await expect.poll(() => page.getByTestId(ids.diff).innerText()).toMatch(/and more|stack|const/);
  await command(page, 'Clear the composition');
  await dragIn(page, 'four');
  await composed(page, ['four']);
  await page.getByTestId(ids.recipeCompare).click();
  const compared = page.locator(`[data-testid="${ids.recipeCompared}"][data-state="here"]`);
  await compared.waitFor();
  const text = (await compared.innerText()).replace(/\s+/g, ' ');
  expect(text).toContain('Only in the weekend 4');
  expect(text).toContain('Only in the composition 1');
  expect(text).toContain('3 files of their trees differ');
  expect(text).toContain('docs/read.md');
  await audit(page, 'recipes-compared');
  await list(page).focus();
  await page.keyboard.press('Escape');
  await page.getByTestId(ids.recipes).waitFor({ state: 'detached' });
  expect(session.complaints).toEqual([]);
});
