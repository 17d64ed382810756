// What one reads before one writes: a difference in colours, by line and by name, who brought each line, what an ACU requires, what became of it.
import { expect } from 'vitest';
import { join } from 'node:path';
import { ids } from '../../app/renderer/testids.ts';
import { tempDir } from '../../testkit/git.ts';
import { smallRepository } from '../../testkit/small.ts';
import { test } from '../door.ts';
import { accessible, audit, bar, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, composed, dragIn, row } from '../screen.ts';

const source = (greet: string, sum: string, more = ''): string => `// What the shop says.
import { price } from './price.ts';

/** Says hello. */
export function greet(name: string): string {
${greet}
}

export class Basket {
  readonly lines: number[] = [];

  add(line: number): void {
    this.lines.push(line);
  }

  sum(): number {
${sum}
  }
}
${more}`;
const GREET = '  return `Hello, ${name}`;', SUM = '    return this.lines.reduce((x, y) => x + y, 0);';

const long = (changed: number): string => Array.from({ length: 20_000 }, (_, i) => (i % changed === 7 ? `export const other${i} = other(${i});\n` : `export const value${i} = compute(${i}, 'text ${i % 97}');\n`)).join('');

const dir = shared(tempDir('journey-inspector')), repository = smallRepository(join(dir.path, 'shop'), { 'shop.ts': source(GREET, SUM), 'read.md': '# Shop\n', 'long.ts': long(1e9) });
repository.branch('sweeping', { 'long.ts': long(40), 'read.md': '# The shop\n' });
repository.branch('politely', { 'shop.ts': source('  const title = name.trim();\n  return `Good day, ${title}`;', SUM) }, 'main', 'Ada Lovelace <ada@example.invalid>');
repository.branch('priced', { 'shop.ts': source(GREET, '    return this.lines.map(price).reduce((x, y) => x + y, 0);') }, 'main', 'Grace Hopper <grace@example.invalid>');
repository.branch('rudely', { 'shop.ts': source('  return `You, ${name}!`;', SUM) }, 'main', 'Agent 7 <agent7@example.invalid>');
repository.branch('base-of-stack', { 'stock.ts': 'export const stock = 1;\n' });
repository.branch('top-of-stack', { 'stock.ts': 'export const stock = 2;\nexport const left = 3;\n' }, 'base-of-stack');

opened({ repository: repository.path });

test('a difference has the colours of its language, and each line says who brought it', async () => {
  await dragIn(page, 'politely');
  await composed(page, ['politely']);
  await dragIn(page, 'priced');
  await composed(page, ['politely', 'priced']);
  const diff = page.getByTestId(ids.diff);
  await expect.poll(() => diff.locator('.tok-keyword').allInnerTexts()).toContain('return');
  await expect.poll(() => page.getByTestId(ids.owners).getAttribute('data-how')).toBe('woven');
  const keys = await page.getByTestId(ids.owner).allInnerTexts();
  expect(keys.map((text) => text.replaceAll(/\s+/g, ' ').trim()).sort()).toEqual(['A politely +2 −1', 'B priced +1 −1']);
  // of the lines themselves, read off the gutter
  const told = await diff.locator('.cm-owners .owner').evaluateAll((all) => all.map((one) => (one as HTMLElement).title));
  expect(told.filter((title) => title === 'Brought by politely')).toHaveLength(2);
  expect(told.filter((title) => title === 'Brought by priced')).toHaveLength(1);
  expect(told.filter((title) => title.startsWith('Taken out by')).sort()).toEqual(['Taken out by politely', 'Taken out by priced']);
  await diff.locator('.cm-owners .owner[title="Brought by priced"]').hover();
  await expect.poll(() => page.getByTestId(ids.ownerCard).innerText()).toContain('Grace Hopper');
  await audit(page, 'inspector-owners');
});

test('the same by name: which functions changed, and each by itself', async () => {
  await page.keyboard.press('e');
  const entities = page.getByTestId(ids.entity);
  await expect.poll(() => entities.evaluateAll((all) => all.map((one) => `${(one as HTMLElement).dataset['fate']} ${(one as HTMLElement).dataset['name']}`))).toEqual(['changed greet', 'changed sum']);
  await page.getByTestId(ids.entities).focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.getByTestId(ids.entityDiff).innerText()).toContain('map(price)');
  expect(await page.getByTestId(ids.entityDiff).innerText()).not.toContain('Good day');
  await picture(page, 'inspector-entities');
  await accessible(page);
  await page.keyboard.press('e');
});

test('what an ACU requires is a picture that the keyboard goes through', async () => {
  await row(page, 'top-of-stack').click();
  await command(page, 'Show what the selected ACU requires');
  const graph = page.getByTestId(ids.dependencies);
  await graph.focus();
  expect(await page.getByTestId(ids.dependency).count()).toBe(2);
  await page.keyboard.press('ArrowUp');
  await picture(page, 'inspector-dependencies');
  await accessible(page);
  const above = (await graph.getAttribute('aria-activedescendant'))!.replace('dependency-', '');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('[data-testid="acu-row"][aria-selected="true"]').getAttribute('data-acu')).toBe(above);
});

test('what became of an ACU is read from the log', async () => {
  await row(page, 'politely').click();
  await command(page, 'Show what became of the selected ACU');
  await expect.poll(() => page.getByTestId(ids.acuMoment).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['what']))).toEqual(['composed', 'imported']);
  await picture(page, 'inspector-history');
});

test('a conflict says in which function it is, in colours, by group, and can be decided from its menu', async () => {
  await page.keyboard.press('Alt+2');
  await page.getByTestId(ids.conflictGroups).selectOption('path');
  await expect.poll(() => page.getByTestId(ids.conflictGroup).allInnerTexts().then((all) => all.map((text) => text.replaceAll(/\s+/g, ' ')))).toEqual(['shop.ts 1']);
  await page.getByTestId(ids.conflictRow).first().click();
  await expect.poll(() => page.getByTestId(ids.conflictDetail).innerText()).toContain('In greet.');
  await expect.poll(() => page.getByTestId(ids.side).first().locator('.tok-keyword').count()).toBeGreaterThan(0);
  await page.getByTestId(ids.conflictRow).first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: /Decide/ }).waitFor();
  await picture(page, 'inspector-conflict');
  await page.keyboard.press('Escape');
  await accessible(page);
  await page.keyboard.press('Alt+1');
});

test('a file of 20,000 lines opens at once, and the changes are gone through by keys', async () => {
  const file = (name: string) => page.locator(`[data-testid="${ids.acuFile}"][data-path="${name}"]`), times: number[] = [];
  await row(page, 'sweeping').click();
  for (let k = 0; k < 3; k++) {
    await file('read.md').click();
    await page.locator('.cm-line').filter({ hasText: 'The shop' }).first().waitFor();
    times.push(await page.evaluate(async (selector) => {
      const began = performance.now();
      document.querySelector<HTMLElement>(selector)!.click();
      while (document.querySelector('.cm-line')?.textContent?.includes('export const') !== true) await new Promise((resolve) => { requestAnimationFrame(resolve); });
      return performance.now() - began;
    }, `[data-testid="${ids.acuFile}"][data-path="long.ts"]`));
  }
  bar('a file of 20,000 lines with 500 changes opens', times, 500);
  const numbers = () => page.getByTestId(ids.diff).locator('.cm-lineNumbers .cm-gutterElement').last().innerText();
  const before = await numbers();
  for (let k = 0; k < 12; k++) await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(numbers).not.toBe(before);
});

test('several together: what they share, and what they compose to', async () => {
  await row(page, 'politely').click();
  await row(page, 'priced').click({ modifiers: ['Control'] });
  const several = page.getByTestId(ids.several);
  await expect.poll(() => several.innerText()).toContain('shop.ts');
  await several.getByRole('button', { name: 'What do they compose to?' }).click();
  await expect.poll(() => several.innerText()).toMatch(/1 file\s+\+3\s*−2/);
  await picture(page, 'inspector-several');
  await accessible(page);
  expect(session.complaints).toEqual([]);
});
