// What journeys do on the screen, in the words of a person: find a row, drag it, read the verdict. And the repository they
// do it on, small enough that every verdict in it is known by looking.
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { ids } from '../app/renderer/testids.ts';
import { tempDir } from '../testkit/git.ts';
import { numbered, smallRepository } from '../testkit/small.ts';
import type { SmallRepository } from '../testkit/small.ts';

/**
 * `one` and `two` change the same line of a.txt; `three` and `four` fit everything; `stack/top` needs `stack/base`;
 * `old` is stale; `picture` is binary.
 */
export function known(): { readonly repository: SmallRepository; remove(): void } {
  const dir = tempDir('journey');
  const repository = smallRepository(join(dir.path, 'known'), { 'a.txt': numbered(20), 'b.txt': numbered(20), 'src/c.txt': 'c\n', 'picture.png': new Uint8Array([0, 1, 2, 3]) });
  repository.branch('old', { 'b.txt': numbered(20, { 12: 'old' }) }, 'main', 'Grace Hopper <grace@example.invalid>');
  repository.commit({ 'b.txt': numbered(20, { 12: 'newer' }) }, 'Move on');
  repository.branch('one', { 'a.txt': numbered(20, { 3: 'ONE' }) });
  repository.branch('two', { 'a.txt': numbered(20, { 3: 'TWO' }) }, 'main', 'Grace Hopper <grace@example.invalid>');
  repository.branch('three', { 'b.txt': numbered(20, { 12: 'newer', 18: 'three' }) });
  repository.branch('four', { 'docs/read.md': '# Read\n\nme\n' }, 'main', 'Agent 7 <agent7@example.invalid>');
  repository.branch('picture', { 'picture.png': new Uint8Array([0, 9, 8, 7, 6]) });
  repository.branch('stack/base', { 'src/new.ts': 'export const a = 1;\nexport const b = 2;\n' });
  repository.branch('stack/top', { 'src/new.ts': 'export const a = 1;\nexport const b = 3;\n' }, 'stack/base');
  return { repository, remove: () => dir.remove() };
}

/** What rows are called: the ACU of `stack/base` is in two sources, so its title names it. */
export const stackBase = 'Change stack/base';

export const row = (page: Page, name: string): Locator => page.getByTestId(ids.acuRow).and(page.locator(`[data-name="${name}"]`));
export const member = (page: Page, name: string): Locator => page.getByTestId(ids.member).and(page.locator(`[data-name="${name}"]`));
export const list = (page: Page): Locator => page.getByTestId(ids.acuList);

/** The list is there, every row has its verdict, and the graph stands still. */
export async function ready(page: Page): Promise<void> {
  await page.getByTestId(ids.acuRow).first().waitFor();
  await page.locator('[data-testid="acu-row"][data-mark="unknown"]').first().waitFor({ state: 'detached' });
  await page.locator(`[data-testid="${ids.graph}"][data-settled="true"]`).waitFor();
}

/** Presses on a row and carries it over the composition, without letting go. */
export async function lift(page: Page, name: string): Promise<void> {
  const from = (await row(page, name).boundingBox())!, to = (await page.locator('[data-drop="composition"]').boundingBox())!;
  await page.mouse.move(from.x + 60, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + from.height / 2 + 8, { steps: 3 });
  await page.mouse.move(to.x + to.width / 2, to.y + to.height - 30, { steps: 6 });
}

export async function dragIn(page: Page, name: string): Promise<void> {
  await lift(page, name);
  await page.locator(`[data-testid="${ids.ghost}"]:not([data-kind="unknown"])`).waitFor();
  await page.mouse.up();
}

/** Waits until the composed difference of exactly these ACUs, by name, is shown. */
export async function composed(page: Page, names: readonly string[]): Promise<void> {
  await expect.poll(async () => (await page.getByTestId(ids.member).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']))).sort(), { timeout: 10_000 }).toEqual([...names].sort());
  await page.locator('[data-drop="composition"][data-pending="false"]').waitFor();
}

export async function verdictOf(page: Page, name: string): Promise<{ readonly kind: string; readonly words: string }> {
  await row(page, name).hover();
  const id = await row(page, name).getAttribute('data-acu');
  const verdict = page.locator(`[data-testid="${ids.verdict}"][data-subject="${id}"]`);
  await verdict.waitFor();
  return { kind: (await verdict.getAttribute('data-kind'))!, words: (await verdict.innerText()).replace(/\s+/g, ' ').trim() };
}

/** Runs a command of the palette by its title. */
export async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByTestId(ids.paletteInput).fill(title);
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.palette).waitFor({ state: 'detached' });
}

export async function mark(page: Page, name: string): Promise<string | null> {
  return row(page, name).getAttribute('data-mark');
}
