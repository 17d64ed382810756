// Changing the grain in the window, by keyboard: a branch of three commits becomes three ACUs, the composition follows and says how, one of
// them is left out, and undo brings the branch back. How many ACUs a grain gives is said once it is known.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { numbered } from '../../testkit/small.ts';
import { test } from '../door.ts';
import { accessible } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, composed, dragIn, known, row } from '../screen.ts';

const place = shared(known());
const three = numbered(40);
opened(() => {
  const { repository } = place;
  repository.git('checkout', '-q', '-b', 'series', 'main');
  repository.commit({ 'deep.txt': three }, 'Add the file');
  repository.commit({ 'deep.txt': three.replace('line 10\n', 'ten\n') }, 'Change line ten');
  repository.commit({ 'deep.txt': three.replace('line 10\n', 'ten\n').replace('line 30\n', 'thirty\n') }, 'Change line thirty');
  repository.git('checkout', '-q', 'main');
  return { repository: repository.path };
});

const counts = (): Promise<string[]> => page.locator('.grain').evaluateAll((all) => all.map((one) => `${(one as HTMLElement).dataset['grain']}: ${one.querySelector('.grain-count')?.textContent}`));

test('finer by keyboard: the composition follows, one commit of a branch is left out, and undo brings the branch back', async () => {
  await dragIn(page, 'series');
  await composed(page, ['series']);
  await command(page, 'Change the grain');
  expect(await counts()).toEqual(['branch: 9 ACUs now', 'commit: not known yet', 'atom: not known yet']);
  await accessible(page);
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('.import-line').innerText()).toContain('acumen import --grain commit ');
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.rebound).waitFor();
  expect(await page.getByTestId(ids.rebound).locator('li').evaluateAll((all) => all.map((one) => `${(one as HTMLElement).dataset['name']} ${(one as HTMLElement).dataset['outcome']}`))).toEqual(['series rebound']);
  await composed(page, ['Add the file', 'Change line ten', 'Change line thirty']);
  await expect.poll(() => page.getByTestId(ids.grain).innerText()).toBe('by commit');
  await accessible(page);

  expect(await row(page, 'Change line ten').innerText()).toContain('series');
  // nothing of the other two is in it, and it goes alone
  await row(page, 'Change line ten').click();
  await page.keyboard.press('Delete');
  await composed(page, ['Add the file', 'Change line thirty']);

  await command(page, 'Change the grain');
  expect(await counts()).toEqual(['branch: 9 ACUs when last cut so', 'commit: 11 ACUs now', 'atom: not known yet']);
  // the keyboard is on what is chosen
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('.import-line').innerText()).toContain('--grain atom');
  await page.keyboard.press('Escape');
  for (let n = 0; n < 2; n++) await page.keyboard.press('Control+z');
  await composed(page, ['series']);
  await expect.poll(() => page.getByTestId(ids.grain).innerText()).toBe('by branch');
  expect(session.complaints).toEqual([]);
});
