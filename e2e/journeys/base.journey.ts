// Moving the base in the window: by keyboard, with the answer for every ACU of the composition, undo in reach; a base of another history is
// refused and nothing is lost. And names that collide are said beside the verdict and shown, and keep nobody out.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, composed, dragIn, known, row, stackBase, verdictOf } from '../screen.ts';

const place = shared(known());
opened(() => {
  const { repository } = place;
  // tags: a branch would be a source
  repository.git('checkout', '-q', '--detach', 'main');
  repository.git('merge', '-q', '--no-ff', '-m', 'Take three', 'three');
  repository.commit({ 'a.txt': repository.git('show', 'main:a.txt').replace('line 3\n', 'theirs\n').concat('\n') }, 'Theirs');
  repository.git('tag', 'release');
  repository.git('checkout', '-q', '--orphan', 'island');
  repository.commit({ 'island.txt': 'island\n' }, 'Island');
  repository.git('tag', 'atoll');
  repository.git('checkout', '-q', 'main');
  repository.git('branch', '-q', '-D', 'island');
  repository.branch('shouting', { 'DOCS/READ.md': 'loud\n' });
  return { repository: repository.path };
});

const answers = async (): Promise<string[]> => (await page.getByTestId(ids.rebound).locator('li').evaluateAll((all) => all.map((one) => `${(one as HTMLElement).dataset['name']} ${(one as HTMLElement).dataset['outcome']}`))).sort();
const moveTo = async (rev: string): Promise<void> => {
  await command(page, 'Move the base');
  await page.getByTestId(ids.base).fill(rev);
  await page.keyboard.press('Enter');
};

test('moving the base shows what became of each ACU, and undo brings all of it back', async () => {
  for (const name of ['one', 'three', 'stack/top']) await dragIn(page, name);
  await composed(page, ['one', 'three', stackBase, 'stack/top']);

  await command(page, 'Move the base');
  await page.getByTestId(ids.base).fill('release');
  await accessible(page);
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.rebound).waitFor();
  expect(await answers()).toEqual([`${stackBase} kept`, 'one stale', 'stack/top kept', 'three absorbed'].sort());
  expect(await page.getByTestId(ids.rebound).innerText()).toContain('its commits are in the base');
  expect(await page.getByTestId(ids.rebound).innerText()).toContain('a.txt at line 3');
  // the list takes the keyboard
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('What became of each ACU');
  await accessible(page);
  await composed(page, [stackBase, 'stack/top']);

  await page.getByTestId(ids.rebound).getByRole('button', { name: 'Undo' }).click();
  await page.getByTestId(ids.rebound).waitFor({ state: 'detached' });
  await composed(page, ['one', 'three', stackBase, 'stack/top']);
});

test('a base of another history is refused in one sentence, and nothing has changed', async () => {
  const before = await page.getByTestId(ids.status).getAttribute('data-epoch');
  await moveTo('atoll');
  await expect.poll(() => page.getByTestId(ids.notice).allInnerTexts()).toEqual(expect.arrayContaining([expect.stringContaining('atoll shares no history with any branch in flight')]));
  expect(await page.getByTestId(ids.status).getAttribute('data-epoch')).toBe(before);
  await page.keyboard.press('Escape');
  await composed(page, ['one', 'three', stackBase, 'stack/top']);
});

test('names that collide are told beside the verdict, and both files are shown', async () => {
  await dragIn(page, 'four');
  const { kind, words } = await verdictOf(page, 'shouting');
  expect(kind).toBe('fits');
  expect(words).toContain('at risk: together they add DOCS/READ.md and docs/read.md, one name where case does not count');
  await dragIn(page, 'shouting');
  await composed(page, ['one', 'three', stackBase, 'stack/top', 'four', 'shouting']);
  await page.keyboard.press('Alt+2');
  const risky = page.getByTestId(ids.conflictRow).filter({ hasText: 'DOCS/READ.md' });
  await risky.click();
  await page.locator(`[data-testid="${ids.conflictDetail}"][data-kind="case collision"]`).waitFor();
  await expect.poll(async () => (await page.getByTestId(ids.side).allInnerTexts()).join(' ')).toContain('loud');
  expect((await page.getByTestId(ids.side).allInnerTexts()).join(' ')).toContain('# Read');
  await accessible(page);
  expect(await row(page, 'shouting').count()).toBeLessThanOrEqual(1);
  expect(session.complaints).toEqual([]);
});
