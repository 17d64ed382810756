// Conflicts as a matrix: planted blocks stand together, every conflict is reached and read by keyboard alone, rectangles select, and what is dragged from it
// is composed. A matrix that only looks right is no better than a list.
import { join } from 'node:path';
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { tempDir } from '../../testkit/git.ts';
import { numbered, smallRepository } from '../../testkit/small.ts';
import { test } from '../door.ts';
import { audit, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { member, row } from '../screen.ts';

/** Two files that five and four change at one place each, mixed by name and time; one of the five also meets one of the four; two who meet nobody. */
const first = ['ant', 'cat', 'elk', 'gnu', 'ibis'], second = ['bee', 'dog', 'fox', 'hen'], alone = ['owl', 'yak'];

const dir = shared(tempDir('matrix-journey'));
opened(() => {
  const repository = smallRepository(join(dir.path, 'planted'), { 'a.txt': numbered(20), 'b.txt': numbered(20), 'c.txt': numbered(20), 'd.txt': numbered(20) });
  for (const name of [...first, ...second, ...alone].sort()) {
    repository.branch(name, {
      ...first.includes(name) && { 'a.txt': numbered(20, { 3: name }) }, ...second.includes(name) && { 'b.txt': numbered(20, { 3: name }) },
      ...(name === 'elk' || name === 'fox') && { 'c.txt': numbered(20, { 9: name }) }, ...alone.includes(name) && { [`${name}.txt`]: `${name}\n` },
    });
  }
  return { repository: repository.path };
});

const matrix = () => page.getByTestId(ids.matrix);
const settled = (): Promise<void> => page.locator(`[data-testid="${ids.matrix}"][data-settled="true"]`).waitFor();
const spoken = (): Promise<string> => matrix().getByRole('gridcell').innerText();
const place = async (): Promise<readonly [row: number, col: number]> => [Number(await matrix().getByRole('row').getAttribute('aria-rowindex')), Number(await matrix().getByRole('gridcell').getAttribute('aria-colindex'))];
const selected = (): Promise<string[]> => page.locator(`[data-testid="${ids.acuRow}"][aria-selected="true"]`).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']!).sort());

test('G goes from the picture to the matrix, where only those that conflict have a row', async () => {
  await page.keyboard.press('g');
  await settled();
  expect(await matrix().getAttribute('data-rows')).toBe(String(first.length + second.length));
  expect(await matrix().getAttribute('aria-rowcount')).toBe(String(first.length + second.length));
  await picture(page, 'matrix-small');
});

test('by keyboard alone every row is reached, and the blocks stand together', async () => {
  await matrix().focus();
  await page.keyboard.press('ArrowDown');
  const order: string[] = [];
  for (let n = 0; n < first.length + second.length; n++) {
    await expect.poll(spoken).toMatch(/: blocking, content in/);
    const [name] = (await spoken()).split(' and ');
    expect(await place()).toEqual([n + 1, expect.any(Number)]);
    order.push(name!);
    await page.keyboard.press('ArrowDown');
  }
  const inFirst = order.map((name) => first.includes(name));
  expect(inFirst.filter((is, i) => i > 0 && is !== inFirst[i - 1]), order.join(' ')).toHaveLength(1);
  // where the two blocks meet, their two who meet stand side by side
  expect(Math.abs(order.indexOf('elk') - order.indexOf('fox'))).toBeLessThanOrEqual(3);
  await page.keyboard.press('Home');
  const [, from] = await place();
  await page.keyboard.press('ArrowRight');
  expect((await place())[1]).toBeGreaterThan(from);
});

test('Space selects the row, Shift+Enter pins, Escape lets go, Enter opens the conflict', async () => {
  await expect.poll(spoken).toMatch(/^(\S+) and (\S+):/);
  const [row, col] = /^(\S+) and (\S+):/.exec(await spoken())!.slice(1);
  await page.keyboard.press('Space');
  expect(await selected()).toEqual([row]);
  await page.keyboard.press('Shift+Space');
  expect(await selected()).toEqual([row, col].sort());
  await page.keyboard.press('Shift+Enter');
  await page.getByTestId(ids.matrixPinned).getByText('content').waitFor();
  await audit(page, 'matrix-pinned');
  await matrix().focus();
  await page.keyboard.press('Escape');
  await page.getByTestId(ids.matrixPinned).waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.conflictDetail).waitFor();
  await page.keyboard.press('Alt+1');
  await settled();
});

test('the pointer reads what it is over, and a rectangle selects', async () => {
  await page.keyboard.press('Shift+G');
  await settled();
  const box = (await matrix().boundingBox())!, canvas = await matrix().locator('canvas').boundingBox();
  expect(canvas!.width).toBeGreaterThan(400);
  // the plot ends at the lower right; its cells are as many as there are rows
  const across = (share: number): number => box.x + box.width * share, down = (share: number): number => box.y + box.height * share;
  let found = false;
  for (let i = 0; i < 40 && !found; i++) {
    await page.mouse.move(across(0.35 + 0.3 * (i % 8) / 8), down(0.35 + 0.3 * Math.floor(i / 8) / 5));
    found = await page.getByTestId(ids.matrixTip).waitFor({ timeout: 250 }).then(() => true, () => false);
  }
  expect(found).toBe(true);
  await page.getByTestId(ids.matrixTip).getByText('content').first().waitFor();
  await picture(page, 'matrix-large');
  await page.mouse.move(across(0.4), down(0.3));
  await page.mouse.down();
  await page.mouse.move(across(0.6), down(0.75), { steps: 5 });
  await picture(page, 'matrix-rectangle');
  await page.mouse.up();
  const those = await selected();
  expect(those.length).toBeGreaterThan(2);
  await page.keyboard.press('Shift+G');
  await settled();
});

test('a name is dragged into the composition', async () => {
  await row(page, 'owl').click();
  const box = (await matrix().boundingBox())!, to = (await page.locator('[data-drop="composition"]').boundingBox())!, subject = page.locator(`[data-testid="${ids.verdict}"][data-subject]`);
  const of = (): Promise<string | null> => subject.getAttribute('data-subject', { timeout: 300 }).catch(() => null);
  const owl = await row(page, 'owl').getAttribute('data-acu');
  let y = box.y + box.height / 2;
  for (; y < box.y + box.height; y += 12) {
    await page.mouse.move(box.x + 40, y);
    await page.waitForTimeout(120);
    const now = await of();
    if (now !== null && now !== owl) break;
  }
  const name = await page.locator(`[data-testid="${ids.acuRow}"][data-acu="${await of()}"]`).getAttribute('data-name');
  await page.mouse.down();
  await page.mouse.move(box.x + 60, y - 12, { steps: 3 });
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 6 });
  await page.locator(`[data-testid="${ids.ghost}"]:not([data-kind="unknown"])`).waitFor();
  await page.mouse.up();
  await member(page, name!).waitFor();
});

test('ordered by author or by name it is the same, told in another order', async () => {
  const before = await matrix().getAttribute('data-rows');
  for (const order of ['author', 'newest', 'name']) {
    await page.getByTestId(ids.matrixOrder).selectOption(order);
    await page.locator(`[data-testid="${ids.matrix}"][data-settled="true"][data-ordering="${order}"]`).waitFor();
    expect(await matrix().getAttribute('data-rows')).toBe(before);
  }
  await matrix().focus();
  const names: string[] = [];
  for (let n = 0; n < 12; n++) await page.keyboard.press('ArrowUp');
  for (let n = 0; n < first.length + second.length; n++) { await expect.poll(spoken).toMatch(/ and /); names.push((await spoken()).split(' and ')[0]!); await page.keyboard.press('ArrowDown'); }
  expect(names).toEqual([...first, ...second].sort());
  expect(session.complaints).toEqual([]);
});
