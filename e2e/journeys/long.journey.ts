// Danger: names of a million letters that hold the window for minutes, push everything else out of it, or cannot be had whole any more. Every panel is walked
// over a repository of them; testkit/hostile/long.ts says what is called so.
import { afterAll, beforeAll, expect } from 'vitest';
import type { Locator } from 'playwright';
import { ids } from '../../app/renderer/testids.ts';
import { tempDir } from '../../testkit/git.ts';
import { longNames, longScreen } from '../../testkit/hostile/long.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, list, ready } from '../screen.ts';
import { type Sound, proposed, watchOver } from '../unharmed.ts';

let sound: Sound;
const dir = shared(tempDir('long-journey')), names = longNames();
const place = longScreen(dir.path);
opened({ repository: place.path }, { waits: false });
beforeAll(async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']).catch(() => undefined);
  sound = await watchOver(session);
  await page.evaluate(() => {
    const held: number[] = [], copied: string[] = [];
    Object.assign(globalThis, { held, copied });
    navigator.clipboard.writeText = (text) => { copied.push(text); return Promise.resolve(); };
    new PerformanceObserver((seen) => { for (const { duration } of seen.getEntries()) held.push(duration); }).observe({ type: 'longtask' });
  });
  await ready(page);
});
afterAll(async () => {
  const held = await page.evaluate(() => (globalThis as unknown as { held: number[] }).held);
  console.log(`names of a million letters held the window ${held.length} times for more than 50 ms, ${Math.max(0, ...held).toFixed(0)} ms at most`);
});

/** What was copied since, whole. */
const copied = (): Promise<string[]> => page.evaluate(() => (globalThis as unknown as { copied: string[] }).copied);
/** Rows by how their names begin, told apart by how they end. */
const rows = (begin: string): Locator => page.locator(`[data-testid="${ids.acuRow}"][data-name^="${begin}"]`);
const press = async (keys: string, until: Locator): Promise<void> => { await list(page).focus(); await page.keyboard.press(keys); await until.first().waitFor(); };

test('every change is listed, and each of its files can be read', async () => {
  expect(await page.getByTestId(ids.acuRow).count()).toBe(place.branches);
  await sound('the list');
  await picture(page, 'long-list');
  await accessible(page);
  for (let n = 0; n < place.branches; n++) {
    await page.getByTestId(ids.acuRow).nth(n).locator('.c-name').click({ position: { x: 8, y: 8 } });
    const files = page.getByTestId(ids.inspector).getByTestId(ids.acuFile);
    await files.first().waitFor();
    for (let i = 0; i < await files.count(); i++) {
      await files.nth(i).click();
      await page.locator('.cm-content, .diff-note:not(:has(.spinner))').first().waitFor();
    }
    await sound(`change ${n}`);
  }
  await page.getByRole('group', { name: 'Of this ACU' }).getByRole('button', { name: 'History' }).click();
  await sound('what became of one');
  await page.getByRole('group', { name: 'Of this ACU' }).getByRole('button', { name: 'Dependencies' }).click();
  await sound('what one requires');
  await page.getByRole('group', { name: 'Of this ACU' }).getByRole('button', { name: 'Facts' }).click();
  await picture(page, 'long-change');
});

test('what is cut is had whole: a name, a title with its author, a path', async () => {
  await rows('nnn').first().locator('.c-name').click({ position: { x: 8, y: 8 } });
  await rows('nnn').first().click({ button: 'right' });
  await page.getByTestId(ids.menu).waitFor();
  await sound('a menu');
  await page.getByTestId(ids.menu).getByRole('menuitem', { name: 'Copy names' }).click();
  await command(page, 'Copy the titles and authors');
  await page.getByTestId(ids.inspector).getByTestId(ids.acuFile).first().waitFor();
  await command(page, 'Copy the path of the file that is shown');
  await expect.poll(async () => (await copied()).length).toBe(3);
  const [name, title, path] = await copied();
  expect([names.first, names.second]).toContain(name);
  expect(title).toBe(`${names.title} (${names.author} <${names.email}>)`);
  expect(path).toBe(names.file);
  await sound('what was copied');
});

test('search, groups, the palette and conflicts', async () => {
  for (const text of ['nnn', 'author:AAA path:fff', 'symbol:nnn', 'source:mmm']) { await page.getByTestId(ids.search).fill(text); await page.waitForTimeout(120); await sound(text); }
  await page.getByTestId(ids.search).fill('');
  const grouping = page.getByTestId(ids.grouping);
  for (const group of ['author', 'folder']) { await grouping.selectOption(group); await sound(`groups: ${group}`); }
  await grouping.selectOption({ index: 0 });
  await page.keyboard.press('Control+k');
  await page.getByTestId(ids.paletteInput).fill('nn');
  await sound('the palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+2');
  for (let n = 0; n < 3; n++) {
    await page.getByTestId(ids.conflictRow).nth(n).click();
    await page.getByTestId(ids.conflictDetail).locator('.cm-content, .diff-note:not(:has(.spinner))').first().waitFor();
    await sound(`conflict ${n}`);
  }
  await picture(page, 'long-conflict');
  await command(page, 'Copy the path of the chosen conflict');
  await expect.poll(async () => [names.file, names.deep, names.letters('F')].includes((await copied()).at(-1)!)).toBe(true);
  await page.getByTestId(ids.conflictGroups).selectOption('path');
  await page.getByTestId(ids.conflictGroup).first().waitFor();
  await sound('conflicts by their paths');
  await command(page, 'Show all conflicts of the chosen one’s path');
  await sound('conflicts of one path');
  await page.keyboard.press('Alt+1');
});

test('a million letters that a person types', async () => {
  const typed = names.letters('n');
  for (const id of [ids.search, ids.paletteInput]) {
    if (id === ids.paletteInput) await page.keyboard.press('Control+k');
    await page.getByTestId(id).fill(typed);
    await page.waitForTimeout(120);
    await sound(`a million letters in ${id}`);
    if (id === ids.search) await page.getByText('Only the first 4,096 letters are searched for.').waitFor();
    await page.getByTestId(id).fill('');
  }
  await page.keyboard.press('Escape');
});

test('who should talk, who takes what, the map, and who knows this', async () => {
  await page.keyboard.press('Alt+3');
  const tab = (state: string): Locator => page.locator(`[data-testid="${ids.collaboration}"]${state}`);
  await tab('[data-status="ready"][data-busy="false"]').waitFor();
  for (const place of ['now', 'board', 'map', 'bus']) {
    for (let n = 0; n < 4 && await tab(`[data-place="${place}"]`).count() === 0; n++) await page.keyboard.press(']');
    await expect.poll(() => page.locator('.collaboration [aria-busy="true"]').count()).toBe(0);
    await sound(`collaboration: ${place}`);
    if (place === 'map') await picture(page, 'long-map');
    const first = page.getByTestId(ids.collaboration).locator('[data-line], [data-card]').first();
    if (await first.count() === 0) continue;
    await first.click({ position: { x: 8, y: 8 } });
    await sound(`collaboration: what is chosen in ${place}`);
  }
  await picture(page, 'long-collaboration');
  await page.keyboard.press('Alt+2');
  await page.getByTestId(ids.conflictRow).first().click();
  await page.getByTestId(ids.whoKnows).locator('summary').click();
  await page.getByTestId(ids.whoKnows).locator('section[aria-busy="false"]').waitFor();
  await sound('who knows this');
  await page.keyboard.press('Alt+1');
});

test('the console and the guide', async () => {
  await page.keyboard.press('Alt+4');
  await page.getByTestId(ids.console).waitFor();
  for (const section of await page.getByTestId(ids.console).getByRole('tab').all()) { await section.click(); await sound(`console: ${await section.innerText()}`); }
  await page.keyboard.press('Alt+1');
  await command(page, 'Two-minute guide');
  await page.getByTestId(ids.guide).waitFor();
  await sound('the guide');
  await command(page, 'Two-minute guide');
  await page.getByTestId(ids.guide).waitFor({ state: 'detached' });
});

test('dragged, composed, kept open, decided, written down as a recipe', async () => {
  const drop = page.locator('[data-drop="composition"]');
  const from = (await rows('nnn').first().boundingBox())!, to = (await drop.boundingBox())!;
  await page.mouse.move(from.x + 60, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + 20, { steps: 3 });
  await page.mouse.move(to.x + to.width / 2, to.y + 40, { steps: 4 });
  await page.locator(`[data-testid="${ids.ghost}"]:not([data-kind="unknown"])`).waitFor();
  await sound('carried');
  await page.mouse.up();
  for (const [n, row] of [rows('mmm').first(), rows('ttt').first()].entries()) { await expect.poll(() => page.getByTestId(ids.member).count()).toBe(n + 1); await row.dblclick(); }
  await expect.poll(() => page.getByTestId(ids.member).count()).toBe(3);
  await page.locator('[data-drop="composition"][data-pending="false"]').waitFor();
  await page.getByTestId(ids.inspector).getByTestId(ids.composedFile).first().click();
  await sound('a composition');
  await page.locator(`[data-testid="${ids.acuRow}"][data-mark="conflicts"]`).first().hover();
  await page.getByTestId(ids.verdict).waitFor();
  await sound('a verdict');
  await proposed(page, sound, 'long-composition');
  await command(page, 'Keep the selected ACUs open');
  await page.getByTestId(ids.openConflict).first().waitFor();
  await press('Shift+D', page.getByTestId(ids.decide));
  await page.keyboard.press('1');
  await sound('a place decided');
  await page.keyboard.press('Escape');
  await press('k', page.getByTestId(ids.recipeName));
  await page.getByTestId(ids.recipeName).fill('one');
  await page.getByTestId(ids.recipeKeep).click();
  await page.getByTestId(ids.recipe).first().waitFor();
  await page.getByTestId(ids.recipeCompare).click();
  await sound('recipes compared');
  await page.keyboard.press('Escape');
});

test('a branch, the largest set, earlier moments, the queue, settings', async () => {
  await command(page, 'Write');
  await page.getByTestId(ids.branchName).fill('short');
  // long ones by ids, for what is shown of a name is not the name
  await page.getByRole('button', { name: 'Copy the command line' }).click();
  await expect.poll(async () => (await copied()).at(-1)!.slice(0, 1000)).toMatch(/^acumen compose stack\/base(?: [0-9a-f]{8,64}){2} --repo \S+ --branch \S+$/);
  await page.getByTestId(ids.branchMessage).fill(names.letters('t', '\n\nwhy'));
  await expect.poll(() => page.getByTestId(ids.commandLine).innerText()).toContain('No command line takes');
  await sound('what would be written');
  await page.getByTestId(ids.branchName).press('Enter');
  await page.getByTestId(ids.branchResult).waitFor();
  await sound('what was written');
  await page.keyboard.press('Escape');
  await list(page).focus();
  await command(page, 'Find the largest compatible composition');
  await page.locator(`[data-testid="${ids.largest}"][data-state="found"], [data-testid="${ids.largestTake}"]`).first().waitFor();
  await sound('the largest set');
  await page.locator('#inspector-history').click();
  await page.getByTestId(ids.historyRow).nth(2).waitFor();
  await sound('the history');
  await page.keyboard.press('Shift+H');
  await command(page, 'Time: one operation earlier');
  await page.getByTestId(ids.timeBanner).waitFor();
  await sound('an earlier moment');
  await command(page, 'Compare with now');
  await page.locator(`[data-testid="${ids.timeCompare}"][data-status="ready"]`).waitFor();
  await sound('moments compared');
  await command(page, 'Time: back to now');
  await page.getByTestId(ids.timeBanner).waitFor({ state: 'detached' });
  await page.keyboard.press('Shift+H');
  await page.getByTestId(ids.work).click();
  await sound('the queue');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+,');
  await page.getByTestId(ids.settings).waitFor();
  for (const section of await page.getByTestId(ids.settings).getByRole('tab').all()) { await section.click(); await sound(`settings: ${await section.innerText()}`); }
  await page.keyboard.press('Escape');
});

test('the picture, the matrix and the list of conflicts', async () => {
  await press('Shift+G', page.getByTestId(ids.graph));
  const box = (await page.getByTestId(ids.graph).boundingBox())!;
  for (let n = 0; n < 120 && await page.getByTestId(ids.graphTip).count() === 0; n++) await page.mouse.move(box.x + box.width * (0.08 + 0.84 * (n % 12) / 11), box.y + box.height * (0.08 + 0.84 * Math.floor(n / 12) / 9));
  await sound('what is pointed at');
  await picture(page, 'long-graph');
  await page.getByRole('group', { name: 'Look at it as' }).getByRole('button', { name: 'Matrix' }).click();
  await page.locator(`[data-testid="${ids.matrix}"][data-settled="true"]`).waitFor();
  await page.getByTestId(ids.matrix).focus();
  for (const key of ['ArrowDown', 'ArrowRight', 'Shift+Enter']) { await page.keyboard.press(key); await sound(`the matrix after ${key}`); }
  await picture(page, 'long-matrix');
  await page.getByRole('group', { name: 'Look at it as' }).getByRole('button', { name: 'List' }).click();
  await page.getByTestId(ids.graphList).waitFor();
  await sound('the list of conflicts');
});
