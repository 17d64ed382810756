// The log as a line: go back and forth by mouse and by keyboard, look at everything as it was then and change nothing, compare two moments,
// branch off, bring one back, and undo that after a restart.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, audit, picture } from '../look.ts';
import { opened, page, restart, session, shared } from '../opened.ts';
import { command, composed, known, lift, list, row, verdictOf } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path });

const strip = () => page.getByTestId(ids.timeStrip), slider = () => page.getByTestId(ids.timeSlider), banner = () => page.getByTestId(ids.timeBanner);
const at = async (operation: string): Promise<void> => { await expect.poll(() => strip().getAttribute('data-at')).toBe(operation); };

test('the strip goes through the log by keyboard, and the window shows each moment as it was', async () => {
  for (const [name, after] of [['one', ['one']], ['three', ['one', 'three']], ['four', ['four', 'one', 'three']]] as const) {
    await row(page, name).dblclick();
    await composed(page, after);
  }
  await page.keyboard.press('Shift+H');
  await slider().focus();
  expect(await slider().getAttribute('aria-valuetext')).toBe('now');
  await page.keyboard.press('ArrowLeft');
  await at('3');
  await composed(page, ['one', 'three']);
  expect(await slider().getAttribute('aria-valuetext')).toContain('Added three');
  expect(await banner().innerText()).toContain('As it was a moment ago, after');
  await page.keyboard.press('ArrowLeft');
  await composed(page, ['one']);
  expect((await verdictOf(page, 'two')).words).toContain('with one in a.txt (content)');
  await expect.poll(() => page.getByTestId(ids.diff).first().innerText()).toContain('ONE');
  await slider().focus();
  await page.keyboard.press('Home');
  await composed(page, []);
  await at('1');
  await audit(page, 'time-past');
  await slider().focus();
  await page.keyboard.press('End');
  await at('now');
  await composed(page, ['four', 'one', 'three']);
  await page.keyboard.press('PageUp');
  await at('1');
  await page.keyboard.press('Escape');
  await at('now');
});

test('in the past nothing can be changed, whichever way it is tried, and epochs that come meanwhile wait', async () => {
  const track = (await slider().locator('..').boundingBox())!;
  await page.mouse.move(track.x + track.width / 2, track.y + 10);
  await page.mouse.down();
  await page.mouse.move(track.x + track.width / 3 + 4, track.y + 10, { steps: 4 });
  await page.mouse.up();
  await at('2');
  await composed(page, ['one']);
  await page.keyboard.press('Control+z');
  await lift(page, 'three');
  await page.mouse.up();
  await row(page, 'four').dblclick();
  await page.keyboard.press('Control+k');
  await page.getByTestId(ids.paletteInput).fill('Undo');
  await page.getByTestId(ids.palette).getByText('This is the past: go back to now first.').first().waitFor();
  await page.keyboard.press('Escape');
  place.repository.branch('late', { 'late.txt': 'late\n' });
  await expect.poll(() => page.getByTestId(ids.timeStrip).getAttribute('data-at')).toBe('2');
  await composed(page, ['one']);
  expect(await row(page, 'late').count()).toBe(0);
  await banner().getByRole('button', { name: 'Back to now' }).click();
  await composed(page, ['four', 'one', 'three']);
  await row(page, 'late').waitFor();
  await command(page, 'Import again');
});

test('two moments side by side: what came, what left, and the files that differ', async () => {
  await strip().getByRole('button', { name: 'Compare' }).click();
  const panel = page.getByTestId(ids.timeCompare);
  await page.getByTestId(ids.timeA).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.getByTestId(ids.timeB).focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(async () => [await panel.getAttribute('data-a'), await panel.getAttribute('data-b'), await panel.getAttribute('data-status')]).toEqual(['2', '4', 'ready']);
  await expect.poll(() => panel.innerText()).toContain('Composed: 2 came, 0 left');
  await expect.poll(() => page.getByTestId(ids.timeFile).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['path']))).toEqual(['b.txt', 'docs/read.md']);
  await page.getByTestId(ids.timeFile).nth(1).click();
  await expect.poll(() => panel.getByTestId(ids.diff).innerText()).toContain('# Read');
  await picture(page, 'time-compare');
  await accessible(page);
  await page.getByTestId(ids.timeB).focus();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  // and from elsewhere in the window
  await strip().getByRole('button', { name: 'Compare' }).click();
  await panel.waitFor();
  await list(page).focus();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
});

test('what was composed then becomes a branch, and what is composed now stays', async () => {
  await slider().focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await at('3');
  await banner().getByRole('button', { name: 'Branch off' }).click();
  await page.locator('#time-branch-name').fill('as-it-was');
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.branchResult).waitFor();
  expect(place.repository.git('diff', '--name-only', 'main', 'as-it-was').split('\n')).toEqual(['a.txt', 'b.txt']);
  await picture(page, 'time-branch');
  await banner().getByRole('button', { name: 'Back to now' }).click();
  await composed(page, ['four', 'one', 'three']);
});

test('a moment is brought back as one operation, from the history too, and undone after a restart', async () => {
  await page.keyboard.press('h');
  const entry = (operation: number) => page.locator(`[data-testid="${ids.historyRow}"][data-operation="${operation}"]`);
  await entry(3).hover();
  await entry(3).getByRole('button', { name: 'Go there' }).click();
  await at('3');
  await composed(page, ['one', 'three']);
  await picture(page, 'time-history');
  await accessible(page);
  await banner().getByRole('button', { name: 'Restore this moment' }).click();
  await at('now');
  await composed(page, ['one', 'three']);
  expect(await page.getByTestId(ids.historyRow).first().getAttribute('data-kind')).toBe('return');
  await restart();
  await composed(page, ['one', 'three']);
  await page.keyboard.press('Control+z');
  await composed(page, ['four', 'one', 'three']);
  expect(session.complaints).toEqual([]);
});
