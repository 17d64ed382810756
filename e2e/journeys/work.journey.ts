// Long work in one list: what runs with its numbers, what waits with its place and Cancel, and what ended, with why it failed and Try again.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { audit, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, composed, known, row } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path });

const items = (state: string) => page.getByTestId(ids.workItem).and(page.locator(`[data-state="${state}"]`));

test('what waits is listed in order, is cancelled there, and what is left is done when the queue goes on', async () => {
  await command(page, 'Hold the queue');
  await row(page, 'one').dblclick();
  await page.keyboard.press('r');
  await expect.poll(() => page.getByTestId(ids.work).getAttribute('data-waits')).toBe('2');
  await page.keyboard.press('q');
  await expect.poll(() => items('waiting').evaluateAll((all) => all.map((one) => (one as HTMLElement).innerText.replaceAll(/\s+/g, ' ')))).toEqual(['1 Add one this window Cancel', '2 Import again this window Cancel']);
  await picture(page, 'work');
  await page.getByRole('button', { name: 'Cancel Import again' }).click();
  await expect.poll(() => items('cancelled').count()).toBe(1);
  await page.getByRole('dialog', { name: 'Work' }).getByRole('button', { name: 'Go on' }).click();
  await composed(page, ['one']);
  await expect.poll(() => items('done').first().innerText()).toContain('Add one');
  await expect.poll(() => page.getByTestId(ids.work).innerText()).toBe('Work: idle');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Work' }).waitFor({ state: 'detached' });
});

test('what failed says why, and is tried again from there', async () => {
  await page.keyboard.press('Control+o');
  await page.getByTestId(ids.importPath).fill('/nowhere/at/all');
  await page.getByTestId(ids.importStart).click();
  await page.getByTestId(ids.notice).first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId(ids.work).click();
  await expect.poll(() => items('failed').count()).toBe(1);
  await audit(page, 'work-failed');
  await page.getByRole('button', { name: /Try again/ }).first().click();
  await expect.poll(() => items('failed').count()).toBe(2);
  expect(session.complaints).toEqual([]);
});
