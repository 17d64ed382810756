// Patch files in the window: added by a path, dropped from outside, shown as such, composed like any other change; and what
// could not be taken is said.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { git } from '../../testkit/git.ts';
import { numbered } from '../../testkit/small.ts';
import { test } from '../door.ts';
import { accessible } from '../look.ts';
import { drive, driver, shared } from '../opened.ts';
import { command, composed, dragIn, known, ready, row, verdictOf } from '../screen.ts';

const place = shared(known());
drive();

test('a patch added by its path and one dropped on the window are sources like branches', async () => {
  const { repository } = place, folder = dirname(repository.path);
  const patchOf = (name: string, line: number): string => {
    repository.branch(name, { 'a.txt': numbered(20, { [line]: name }) });
    const text = git(repository.path, ['format-patch', '--stdout', `main..${name}`]);
    repository.git('branch', '-qD', name);
    return text;
  };
  writeFileSync(join(folder, 'mailed.patch'), patchOf('mailed', 9), 'latin1');
  const dropped = patchOf('dropped', 15);
  const session = await driver.launch({ repository: repository.path });
  const { page } = session;
  await ready(page);

  await command(page, 'Add patch files');
  await page.getByTestId(ids.patchPath).fill(join(folder, 'mailed.patch'));
  await accessible(page);
  await page.getByTestId(ids.patchStart).click();
  await row(page, 'mailed').waitFor();
  expect(await row(page, 'mailed').innerText()).toContain('patch');
  expect((await verdictOf(page, 'mailed')).kind).toBe('fits');

  await page.evaluate((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'dropped.diff'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, dropped);
  await row(page, 'dropped').waitFor();
  await dragIn(page, 'dropped');
  await composed(page, ['dropped']);
  await expect.poll(() => page.getByTestId(ids.diff).innerText()).toContain('dropped');

  await command(page, 'Add patch files');
  await page.getByTestId(ids.patchPath).fill('/nowhere/at.all');
  await page.getByTestId(ids.patchStart).click();
  await expect.poll(() => page.getByTestId(ids.notice).allInnerTexts()).toEqual(expect.arrayContaining([expect.stringContaining('There is no patch file')]));
  await page.keyboard.press('Escape');
  expect(session.complaints).toEqual([]);
  await session.close();
});
