// Reading conflicts: the list with its filters, one in full with base, both sides and the merged text, and the graph.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { composed, known, row } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path, viewport: { width: 1680, height: 950 } });

const rows = (): Promise<string[]> => page.getByTestId(ids.conflictRow).allInnerTexts().then((all) => all.map((text) => text.replace(/\s+/g, ' ').trim()).sort());

test('the list names path, kind and sides, and its filters narrow it', async () => {
  await page.keyboard.press('Alt+2');
  await expect.poll(rows).toEqual([expect.stringMatching(/^a\.txt content (one × two|two × one)$/), expect.stringMatching(/^b\.txt content old × base$/)]);
  await picture(page, 'conflicts-list');
  await accessible(page);
  await page.getByLabel('Search conflicts').fill('b.txt');
  await expect.poll(rows).toHaveLength(1);
  await page.getByLabel('Search conflicts').fill('grace is no path');
  await page.getByText('No conflict fits these filters').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('button', { name: /with the base/ }).click();
  await expect.poll(rows).toEqual([expect.stringContaining('old × base')]);
  await page.getByRole('button', { name: /with the base/ }).click();
  await expect.poll(rows).toHaveLength(2);
});

test('one conflict shows base, both sides and the merged text side by side', async () => {
  await page.getByTestId(ids.conflictList).focus();
  await page.keyboard.press('Home');
  await page.getByTestId(ids.conflictDetail).waitFor();
  const side = (name: string) => page.locator(`[data-testid="${ids.side}"][data-side="${name}"]`);
  await expect.poll(() => side('base').innerText()).toContain('line 3');
  await expect.poll(() => side('one').innerText()).toContain('ONE');
  await expect.poll(() => side('two').innerText()).toContain('TWO');
  await expect.poll(() => side('merged').innerText()).toMatch(/<<<<<<<[\s\S]*(ONE[\s\S]*=======[\s\S]*TWO|TWO[\s\S]*=======[\s\S]*ONE)[\s\S]*>>>>>>>/);
  const tops = async (...names: string[]): Promise<number> => new Set(await Promise.all(names.map(async (name) => (await side(name).boundingBox())!.y))).size;
  expect(await tops('base', 'one', 'two'), 'beside one another').toBe(1);
  await picture(page, 'conflict-detail');
  await accessible(page);
  await page.setViewportSize({ width: 2560, height: 1100 });
  await expect.poll(() => tops('base', 'one', 'two', 'merged'), { message: 'where there is room, all four' }).toBe(1);
  await page.setViewportSize({ width: 1680, height: 950 });
});

test('a stale ACU shows where it conflicts with the base', async () => {
  await page.getByTestId(ids.conflictRow).filter({ hasText: 'b.txt' }).click();
  const base = page.locator(`[data-testid="${ids.side}"]`);
  await expect.poll(async () => (await base.allInnerTexts()).join('\n')).toMatch(/line 12[\s\S]*old|old[\s\S]*newer/);
  await picture(page, 'conflict-stale');
});

test('a side can be added from where one reads it', async () => {
  await page.getByTestId(ids.conflictRow).filter({ hasText: 'a.txt' }).click();
  await page.getByTestId(ids.conflictDetail).getByRole('button', { name: 'Add', exact: true }).first().click();
  await expect.poll(() => page.getByTestId(ids.member).count()).toBe(1);
});

test('the graph answers to the pointer: hover names, click selects, wheel zooms, drag pans', async () => {
  const graph = page.getByTestId(ids.graph);
  await page.locator(`[data-testid="${ids.graph}"][data-settled="true"]`).waitFor();
  const box = (await graph.boundingBox())!, at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await row(page, 'one').click();
  await page.keyboard.press('Shift+F');
  await page.waitForTimeout(150);
  await page.mouse.move(at.x, at.y);
  await page.locator('.tip strong').waitFor();
  const name = (await page.locator('.tip strong').innerText()).trim();
  await page.mouse.click(at.x, at.y);
  await expect.poll(() => row(page, name).getAttribute('aria-selected')).toBe('true');
  await expect.poll(() => page.getByTestId(ids.inspector).innerText()).toContain(name);
  await page.mouse.move(at.x, at.y);
  await page.mouse.wheel(0, 200);
  await expect.poll(() => page.locator('.tip strong').innerText(), { message: 'zooming keeps what is under the pointer there' }).toBe(name);
  await page.mouse.move(box.x + 30, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + 70, box.y + 50, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(at.x + 40, at.y + 20);
  await expect.poll(() => page.locator('.tip strong').innerText()).toBe(name);
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await accessible(page);
});

test('the inspector shows where an ACU comes from and what it changes', async () => {
  await row(page, 'stack/top').click();
  const inspector = page.getByTestId(ids.inspector);
  await expect.poll(() => inspector.innerText()).toMatch(/Requires[\s\S]*Change stack\/base/);
  await expect.poll(() => page.getByTestId(ids.diff).innerText()).toContain('b = 3');
  await picture(page, 'inspector');
  await accessible(page);
  await row(page, 'picture').click();
  await expect.poll(() => page.getByTestId(ids.diff).innerText()).toBe('A binary file: 4 bytes become 5 bytes.');
  await row(page, 'three').click();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByTestId(ids.member).count()).toBe(2);
  await page.keyboard.press('Control+z');
  await expect.poll(() => page.getByTestId(ids.member).count()).toBe(1);
  await page.keyboard.press('Control+z');
  await composed(page, []);
  expect(session.complaints).toEqual([]);
});
