// The conflict graph as a hand and as a keyboard use it: what is pointed at says whom it conflicts with and where, a click keeps that, a lasso selects, a node
// is carried into the composition, the legend sifts, the list does the same without a pointer.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { composed, known, row } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path });

const tip = () => page.getByTestId(ids.graphTip), pinned = () => page.getByTestId(ids.graphPinned);
const selected = async (): Promise<string[]> => (await page.locator(`[data-testid="${ids.acuRow}"][aria-selected="true"]`).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']!))).sort();

/** Brings an ACU into the middle of the picture and says where that is in the window. */
async function inTheMiddle(name: string): Promise<{ readonly x: number; readonly y: number }> {
  await row(page, name).click();
  await page.keyboard.press('Shift+F');
  await page.waitForTimeout(150);
  const box = (await page.getByTestId(ids.graph).boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('what is pointed at says whom it conflicts with, where and how; a click keeps it, and leads to the conflict', async () => {
  const at = await inTheMiddle('one');
  await page.mouse.move(at.x + 3, at.y);
  await expect.poll(() => tip().innerText()).toMatch(/one[\s\S]*conflicts with 1[\s\S]*two[\s\S]*a\.txt[\s\S]*content/);
  await picture(page, 'graph-hover');
  await page.mouse.click(at.x, at.y);
  await expect.poll(() => pinned().innerText()).toMatch(/Why not[\s\S]*Keep it open[\s\S]*Open in Conflicts/);
  // pinned, it stays while the pointer goes elsewhere, and is not said twice
  await page.mouse.move(at.x - 100, at.y - 60);
  expect(await pinned().count()).toBe(1);
  await pinned().getByRole('button', { name: /two/ }).click();
  await expect.poll(() => pinned().innerText()).toMatch(/one[\s\S]*two[\s\S]*a\.txt[\s\S]*(?:ONE[\s\S]*TWO|TWO[\s\S]*ONE)/);
  await picture(page, 'graph-pinned');
  await accessible(page);
  await pinned().getByRole('button', { name: 'Open in Conflicts' }).click();
  await expect.poll(() => page.getByTestId(ids.conflictDetail).innerText()).toContain('a.txt');
  await page.keyboard.press('Alt+1');
  await page.locator(`[data-testid="${ids.graph}"][data-settled="true"]`).waitFor();
  await expect.poll(() => pinned().count()).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(() => pinned().count()).toBe(0);
});

test('a lasso selects, adds and takes away', async () => {
  const at = await inTheMiddle('one'), box = (await page.getByTestId(ids.graph).boundingBox())!;
  const around = async (x: number, y: number, reach: number): Promise<void> => {
    await page.mouse.move(x - reach, y - reach);
    await page.keyboard.down('Shift');
    await page.mouse.down();
    for (const [dx, dy] of [[1, -1], [1, 1], [-1, 1], [-1, -0.8]] as const) await page.mouse.move(x + dx * reach, y + dy * reach, { steps: 3 });
  };
  const release = async (): Promise<void> => { await page.mouse.up(); await page.keyboard.up('Shift'); };
  await around(at.x, at.y, 16);
  await picture(page, 'graph-lasso');
  await release();
  await expect.poll(selected).toEqual(['one']);
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await page.waitForTimeout(150);
  await around(box.x + box.width / 2, box.y + box.height / 2, Math.min(box.width, box.height) / 2 - 3);
  await release();
  await expect.poll(async () => (await selected()).length).toBeGreaterThan(3);
  const all = (await selected()).length;
  await inTheMiddle('one');
  await around(at.x, at.y, 16);
  await release();
  await expect.poll(selected).toEqual(['one']);
  await page.keyboard.down('Alt');
  await around(at.x, at.y, 16);
  await release();
  await page.keyboard.up('Alt');
  await expect.poll(selected).toEqual([]);
  expect(all).toBeGreaterThan(3);
});

test('a node is carried onto the composition; beside nodes a drag pans', async () => {
  const at = await inTheMiddle('three'), to = (await page.locator('[data-drop="composition"]').first().boundingBox())!;
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 10, at.y - 10, { steps: 4 });
  await page.mouse.move(to.x + to.width / 2, to.y + to.height - 30, { steps: 6 });
  await page.locator(`[data-testid="${ids.ghost}"]:not([data-kind="unknown"])`).waitFor();
  await page.mouse.up();
  await composed(page, ['three']);
  await page.keyboard.press('Control+z');
  await composed(page, []);
});

test('the legend counts conflicts, sifts them, and brings back what was sifted', async () => {
  const legend = page.getByTestId(ids.graphLegend), blocking = legend.getByRole('button', { name: /blocking/ });
  expect(await blocking.getAttribute('aria-pressed')).toBe('true');
  await blocking.click();
  // the last one is never taken out
  await expect.poll(async () => legend.getByRole('button', { pressed: true }).count()).toBeGreaterThan(0);
  expect(session.complaints).toEqual([]);
});

test('the graph gets all the room and gives it back', async () => {
  const wide = async (): Promise<number> => (await page.getByTestId(ids.graph).boundingBox())!.width;
  const before = await wide();
  await page.keyboard.press('Shift+G');
  await expect.poll(wide).toBeGreaterThan(before * 1.5);
  await page.waitForTimeout(200);
  await picture(page, 'graph-large');
  await page.keyboard.press('Shift+G');
  await expect.poll(wide).toBeLessThan(before * 1.2);
});

test('the list does the same by keyboard: partitions close, an ACU opens to whom it conflicts with, each of those can be acted on', async () => {
  await page.getByRole('button', { name: 'List', exact: true }).click();
  const list = page.getByTestId(ids.graphList);
  await list.focus();
  await page.keyboard.press('Home');
  await expect.poll(() => list.locator('.group-line.cursor').innerText()).toContain('Partition 1');
  const rows = (): Promise<number> => page.getByTestId(ids.graphRow).count();
  const all = await rows();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(rows).toBe(all - 2);
  await page.keyboard.press('ArrowRight');
  await expect.poll(rows).toBe(all);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.getByTestId(ids.graphOther).innerText()).toMatch(/two|one/);
  await expect.poll(() => page.getByTestId(ids.graphOther).innerText()).toContain('a.txt');
  await page.keyboard.press('ArrowDown');
  const other = (await page.getByTestId(ids.graphOther).getAttribute('data-name'))!;
  await expect.poll(selected).toEqual([other]);
  await picture(page, 'graph-list');
  await accessible(page);
  await page.keyboard.press('Enter');
  await composed(page, [other]);
  await page.keyboard.press('Control+z');
  await composed(page, []);
  await page.getByRole('button', { name: 'Picture', exact: true }).click();
  expect(session.complaints).toEqual([]);
});
