// Danger: a name, a title, a person or a file of somebody's repository that runs in the window, asks something of elsewhere,
// reorders the words beside it, hides what it is, or breaks the layout. Every screen is walked over one in which all are hostile.
import { beforeAll, expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { tempDir } from '../../testkit/git.ts';
import { hostileScreen, hostileWorktrees } from '../../testkit/hostile/screen.ts';
import { CANARY, hostileTexts } from '../../testkit/hostile/strings.ts';
import { test } from '../door.ts';
import { accessible, judges, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, list, ready } from '../screen.ts';
import { type Sound, proposed, watchOver } from '../unharmed.ts';

let sound: Sound;
const dir = shared(tempDir('hostile-journey'));
const place = hostileScreen(dir.path), trees = hostileWorktrees(place);
opened({ repository: place.path }, { waits: false });
beforeAll(async () => {
  sound = await watchOver(session);
  await ready(page);
});

test('every change is listed, marked and told apart', async () => {
  await sound('the list');
  await picture(page, 'hostile-list');
  await accessible(page);
  const seen = new Set<string>();
  await list(page).focus();
  await page.keyboard.press('Home');
  for (let n = 0; n < place.branches.length; n++) {
    for (const id of await page.getByTestId(ids.acuRow).evaluateAll((all) => all.map((one) => one.getAttribute('data-acu')!))) seen.add(id);
    await page.keyboard.press('ArrowDown');
  }
  expect(seen.size).toBe(place.branches.length);
  await sound('the end of the list');
});

test('each change and each of its files can be read', async () => {
  await list(page).focus();
  await page.keyboard.press('Home');
  for (let n = 0; n < place.branches.length; n++) {
    await page.getByTestId(ids.inspector).getByTestId(ids.acuFile).first().waitFor();
    const files = page.getByTestId(ids.inspector).getByTestId(ids.acuFile);
    for (let i = 0; i < Math.min(3, await files.count()); i++) {
      await files.nth(i).click();
      await page.locator('.cm-content, .diff-note:not(:has(.spinner))').first().waitFor();
    }
    if (n % 6 === 0) await sound(`change ${n}`);
    if (n === 0 || n === 24 || n === 47) await picture(page, `hostile-change-${n}`);
    await list(page).focus();
    await page.keyboard.press('ArrowDown');
  }
  await sound('the last change');
  await accessible(page);
});

test('search, filters and the palette take the same texts', async () => {
  for (const { text } of hostileTexts.filter((_, i) => i % 5 === 0)) {
    const typed = text.slice(0, 500).replace(/[\r\n]/g, ' ');
    await page.getByTestId(ids.search).fill(typed);
    await page.keyboard.press('Control+k');
    await page.getByTestId(ids.paletteInput).fill(typed);
    await sound(`searching ${JSON.stringify(typed.slice(0, 40))}`);
    await page.keyboard.press('Escape');
  }
  await page.getByTestId(ids.search).fill('author:\u202e path:עברית symbol:<script>');
  await sound('terms');
  await page.getByTestId(ids.search).fill('line');
  await page.getByTestId(ids.keepFilter).click();
  await page.getByTestId(ids.filterName).fill('\u202e<img src=x onerror=globalThis.' + CANARY + '=1>');
  await page.getByTestId(ids.filterName).press('Enter');
  await sound('a filter that is kept');
  await page.getByTestId(ids.search).fill('');
  const grouping = page.getByTestId(ids.grouping);
  for (const group of await grouping.locator('option').evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))) {
    await grouping.selectOption(group);
    await sound(`groups: ${group}`);
  }
  await picture(page, 'hostile-groups');
  await grouping.selectOption({ index: 0 });
  await page.keyboard.press('Control+k');
  await page.getByTestId(ids.paletteInput).fill('0');
  await sound('the palette');
  await picture(page, 'hostile-palette');
  await page.keyboard.press('Escape');
});

test('conflicts are named, and read in full', async () => {
  await page.keyboard.press('Alt+2');
  await page.getByTestId(ids.conflictRow).first().waitFor();
  await sound('conflicts');
  for (const at of [0, 3, 6, 9]) {
    await page.getByTestId(ids.conflictRow).nth(at).click();
    await page.getByTestId(ids.conflictDetail).locator('.cm-content').first().waitFor();
    await sound(`conflict ${at}`);
  }
  await picture(page, 'hostile-conflict');
  await accessible(page);
  await page.keyboard.press('Alt+1');
});

/** Rows are in the page where they are seen: what stands further down is searched for, and there once all are marked and listed. */
async function only(text: string): Promise<void> {
  await page.getByTestId(ids.search).fill(text);
  await page.locator('[aria-label="Show only ACUs that"][aria-busy="false"]').waitFor();
  await page.locator('.acus-list[aria-busy="false"]').waitFor();
}

test('a composition, its verdicts, its difference and the history', async () => {
  for (let n = 0; n < 6; n++) {
    // one that others will conflict with, then whatever goes with it
    await only(n === 0 ? 'is:fits is:conflicted' : 'is:fits');
    await page.locator(`[data-testid="${ids.acuRow}"][data-mark="fits"]`).first().dblclick();
    await expect.poll(() => page.getByTestId(ids.member).count()).toBeGreaterThan(n);
    await page.locator('[data-drop="composition"][data-pending="false"]').waitFor();
  }
  await page.getByTestId(ids.inspector).getByTestId(ids.composedFile).first().waitFor();
  await sound('a composition');
  await only('is:conflicts');
  await proposed(page, sound, 'hostile-composition');
  await page.locator(`[data-testid="${ids.acuRow}"][data-mark="conflicts"]`).nth(2).hover();
  await page.locator(`[data-testid="${ids.verdict}"]`).waitFor();
  await sound('a verdict');
  await page.getByTestId(ids.search).fill('');
  await page.locator('#inspector-history').click();
  await page.getByTestId(ids.historyRow).nth(3).waitFor();
  await sound('the history');
  await picture(page, 'hostile-history');
  await accessible(page);
});

test('names that run right to left leave the words beside them where they are', async () => {
  const order = await page.evaluate(() => {
    const places: number[][] = [];
    for (const element of document.querySelectorAll('.operation-what, .status-item, .c-name, .group-line, .proposal-words')) {
      const text = element.textContent ?? '';
      const first = /\u2068/.exec(text)?.index, last = text.lastIndexOf('\u2069');
      if (first === undefined || first < 2) continue;
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const at = (wanted: number): number | null => {
        let passed = 0;
        walker.currentNode = element;
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const { length } = node.nodeValue!;
          if (wanted < passed + length) { const range = document.createRange(); range.setStart(node, wanted - passed); range.setEnd(node, wanted - passed + 1); return range.getBoundingClientRect().left; }
          passed += length;
        }
        return null;
      };
      const before = at(first - 2), inside = at(first + 1), after = last + 2 < text.length ? at(last + 2) : null;
      if (before !== null && inside !== null) places.push([before, inside, ...after === null ? [] : [after]]);
    }
    return places;
  });
  expect(order.length).toBeGreaterThan(0);
  for (const [before, inside, after] of order) {
    expect(before!).toBeLessThan(inside!);
    if (after !== undefined && after !== 0) expect(inside!).toBeLessThan(after);
  }
});

test('what a person types: a branch, a repository, a base', async () => {
  await command(page, 'Write');
  for (const { text } of hostileTexts.filter((_, i) => i % 4 === 1)) {
    await page.getByTestId(ids.branchName).fill(text.slice(0, 400).replace(/[\r\n]/g, ' '));
    await sound('a branch');
  }
  await picture(page, 'hostile-branch');
  await page.getByTestId(ids.branchName).fill('עברית\u202egnp.exe');
  await page.getByTestId(ids.branchName).press('Enter');
  await page.getByTestId(ids.branchResult).waitFor();
  await sound('a branch that was written');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+o');
  await page.getByTestId(ids.importPath).fill('/nowhere/\u202e<img src=x onerror=globalThis.' + CANARY + '=1>/\x1b[31mעברית/' + 'w'.repeat(3000));
  await page.getByTestId(ids.importStart).click();
  await page.getByTestId(ids.notice).waitFor();
  await sound('an error over the form');
  await page.keyboard.press('Escape');
  await page.getByTestId(ids.notice).getByText('Details', { exact: true }).click();
  await sound('an error');
  await picture(page, 'hostile-error');
  await accessible(page);
});

test('recipes, what is kept open and decided, and the largest set', async () => {
  // by itself it has nothing composed yet
  for (let n = await page.getByTestId(ids.member).count(); n < 4; n++) { await page.locator(`[data-testid="${ids.acuRow}"][data-mark="fits"]`).nth(n).dblclick(); await expect.poll(() => page.getByTestId(ids.member).count()).toBeGreaterThan(n); }
  await list(page).focus();
  await page.keyboard.press('k');
  // what cannot be seen is no name, and says so
  await page.getByTestId(ids.recipeName).fill('\u202e<script>' + CANARY + '</script>\u200bעברית');
  await expect.poll(() => page.getByTestId(ids.recipeKeep).getAttribute('aria-disabled')).toBe('true');
  await page.getByTestId(ids.recipeName).fill('<img src=x onerror=globalThis.' + CANARY + '=1> עברית 1');
  await page.getByTestId(ids.recipeKeep).click();
  await page.getByTestId(ids.recipe).first().waitFor();
  await sound('a recipe');
  // what was just kept is chosen
  await page.getByTestId(ids.recipeCompare).click();
  await sound('recipes compared');
  await picture(page, 'hostile-recipes');
  await accessible(page);
  await page.keyboard.press('Escape');

  await only('is:conflicts');
  await page.locator(`[data-testid="${ids.acuRow}"][data-mark="conflicts"]`).first().click();
  await page.getByTestId(ids.search).fill('');
  await command(page, 'Keep the selected ACUs open');
  await page.getByTestId(ids.openConflict).first().waitFor();
  await sound('kept open');
  await list(page).focus();
  await page.keyboard.press('Shift+D');
  await page.getByTestId(ids.decide).waitFor();
  await sound('deciding');
  await page.keyboard.press('1');
  await sound('a place decided');
  await picture(page, 'hostile-decide');
  await accessible(page);
  await page.keyboard.press('Escape');

  await list(page).focus();
  await command(page, 'Find the largest compatible composition');
  await page.locator(`[data-testid="${ids.largest}"][data-state="found"], [data-testid="${ids.largestTake}"]`).first().waitFor();
  await sound('the largest set');
  await picture(page, 'hostile-largest');
});

test('time, the queue, settings and menus', async () => {
  await list(page).focus();
  await page.keyboard.press('Shift+H');
  await page.getByTestId(ids.timeStrip).waitFor();
  await list(page).focus();
  await page.keyboard.press(',');
  await page.getByTestId(ids.timeBanner).waitFor();
  await sound('an earlier moment');
  await picture(page, 'hostile-time');
  await command(page, 'Compare with now');
  await page.locator(`[data-testid="${ids.timeCompare}"][data-status="ready"]`).waitFor();
  await sound('moments compared');
  await command(page, 'Time: back to now');
  await page.getByTestId(ids.timeBanner).waitFor({ state: 'detached' });
  await list(page).focus();
  await page.keyboard.press('Shift+H');

  await page.getByTestId(ids.work).click();
  await sound('the queue');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+,');
  await page.getByTestId(ids.settings).waitFor();
  await sound('settings');
  for (const section of await page.getByTestId(ids.settings).getByRole('tab').all()) { await section.click(); await sound('a section of settings'); }
  await picture(page, 'hostile-settings');
  await page.keyboard.press('Escape');
  for (const at of [0, 5, 10]) {
    await page.getByTestId(ids.acuRow).nth(at).click({ button: 'right' });
    await page.getByTestId(ids.menu).waitFor();
    await sound('a menu');
    await page.keyboard.press('Escape');
  }
});

test('what is pointed at and pinned in the picture and in the matrix', async () => {
  await page.keyboard.press('Shift+G');
  const box = (await page.getByTestId(ids.graph).boundingBox())!;
  let isPinned = false;
  for (let n = 0; n < 120 && !isPinned; n++) {
    await page.mouse.move(box.x + box.width * (0.08 + 0.84 * (n % 12) / 11), box.y + box.height * (0.08 + 0.84 * Math.floor(n / 12) / 9));
    if (await page.getByTestId(ids.graphTip).count() === 0) continue;
    await sound('a node or an edge that is pointed at');
    await page.mouse.down();
    await page.mouse.up();
    isPinned = await page.getByTestId(ids.graphPinned).waitFor({ timeout: 500 }).then(() => true, () => false);
  }
  expect(isPinned).toBe(true);
  await sound('what is pinned');
  await picture(page, 'hostile-pinned');
  await page.keyboard.press('Escape');

  await page.getByRole('group', { name: 'Look at it as' }).getByRole('button', { name: 'Matrix' }).click();
  await page.locator(`[data-testid="${ids.matrix}"][data-settled="true"]`).waitFor();
  await page.getByTestId(ids.matrix).focus();
  for (let n = 0; n < 8; n++) {
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByTestId(ids.matrix).getByRole('gridcell').innerText()).toMatch(/ (?:and|needs) /);
    if (n % 3 === 0) await sound(`cell ${n} of the matrix`);
  }
  await page.keyboard.press('Shift+Enter');
  await page.getByTestId(ids.matrixPinned).waitFor();
  await sound('a cell that is pinned');
  await picture(page, 'hostile-matrix');
  await accessible(page);
  await page.getByTestId(ids.matrixOrder).selectOption('author');
  await page.locator(`[data-testid="${ids.matrix}"][data-settled="true"][data-ordering="author"]`).waitFor();
  await sound('people who conflict');
  await page.getByRole('group', { name: 'Look at it as' }).getByRole('button', { name: 'Picture' }).click();
  await page.keyboard.press('Shift+G');
});

test('the graph by picture and by list, in the dark and in a narrow window', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 1024, height: 640 });
  await sound('a narrow window');
  await picture(page, 'hostile-narrow');
  await page.keyboard.press('g');
  await page.keyboard.press('g');
  await page.getByTestId(ids.graphList).waitFor();
  await sound('the graph as a list');
  await page.setViewportSize({ width: 1440, height: 900 });
  await picture(page, 'hostile-graph-list');
  await page.keyboard.press('g');
});

test('working trees whose folders and files are called so, as they are edited', async () => {
  const edited = page.locator(`[data-testid="${ids.acuRow}"]:has(.edited)`);
  // what was refused before is told until it is put away, over the inspector's last rows
  const told = page.getByTestId(ids.notice);
  while (await told.count() > 0) await told.first().getByRole('button', { name: 'Dismiss' }).click();
  await page.getByTestId(ids.search).fill('is:live');
  // the second edits what the first does: what begins to conflict is told
  for (const [n, tree] of trees.entries()) { tree.edit(`edit ${n}`); if (n < 2) await edited.nth(n).waitFor(); }
  await expect.poll(() => edited.count(), { timeout: 20_000 }).toBe(trees.length);
  await page.getByTestId(ids.notice).filter({ hasText: 'conflict now' }).first().waitFor();
  await sound('what is edited');
  await picture(page, 'hostile-worktrees');
  for (const n of [0, 1, trees.length - 1]) {
    await edited.nth(n).locator('.c-name').click();
    await page.getByTestId(ids.inspector).getByTestId(ids.acuFile).nth(1).click();
    await page.locator('.cm-content, .diff-note:not(:has(.spinner))').first().waitFor();
    await sound(`working tree ${n}`);
  }
  await list(page).focus();
  await page.keyboard.press('Shift+E');
  await page.getByTestId(ids.worktrees).waitFor();
  await sound('the working trees');
  await accessible(page);
  await page.keyboard.press('Escape');
});

test('patch files that are called so: dropped, added by a path, and those that are none', async () => {
  const texts = hostileTexts.filter((_, i) => i % 9 === 1).map(({ text }, n) => ({ name: `${n} ${text.slice(0, 120)}${n % 2 === 0 ? '.patch' : '.diff'}`, text: n === 1 ? 'no patch at all' : `--- a/z.txt\n+++ b/z.txt\n@@ -1 +1 @@\n-Z\n+patch ${n}\n` }));
  await page.evaluate((files) => {
    const transfer = new DataTransfer();
    for (const { name, text } of files) transfer.items.add(new File([text], name));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, texts);
  await page.getByTestId(ids.search).fill('is:patch');
  await expect.poll(() => page.getByTestId(ids.acuRow).count(), { timeout: 20_000 }).toBe(texts.length - 1);
  await sound('patches');
  await picture(page, 'hostile-patches');
  await page.getByTestId(ids.acuRow).first().locator('.c-name').click();
  await sound('a patch');
  await command(page, 'Add patch files');
  await page.getByTestId(ids.patchPath).fill(`/nowhere/${texts[2]!.name}`.replace(/[\r\n\0]/g, ' '));
  await page.getByTestId(ids.patchStart).click();
  await page.getByTestId(ids.notice).filter({ hasText: 'There is no patch file' }).waitFor();
  await sound('a patch that is not there');
  await page.keyboard.press('Escape');
});

// A watch that never barks: what each of them would hear is done here on purpose, and taken away again.
test('these checks can fail', async () => {
  const fails = async (plant: () => unknown, clear: () => unknown): Promise<string> => {
    await page.evaluate(plant);
    const said = await sound('planted').then(() => '', (error: unknown) => String(error));
    await page.evaluate(clear);
    return said;
  };
  const remove = (): void => { document.getElementById('planted')?.remove(); };
  const plant = (make: string): (() => void) => Function(`const one = document.createElement('div'); one.id = 'planted'; ${make}; document.body.append(one)`) as () => void;
  expect(await fails(plant('one.textContent = "a\u202eb"'), remove)).toContain('what nobody sees');
  expect(await fails(plant('one.style.width = "3000px"; one.style.height = "10px"; one.className = "notice"; one.style.position = "fixed"; one.style.left = "0"'), remove)).toContain('the layout');
  expect(await fails(plant('one.append(document.createElement("iframe"))'), remove)).toContain('made of their text');
  expect(await fails(plant('one.title = "n".repeat(30000)'), remove)).toContain('more than anybody reads');
  expect(await fails(Function(`globalThis.${CANARY} = 1`) as () => void, Function(`delete globalThis.${CANARY}`) as () => void)).toContain('something ran');
  await sound('after it');
  if (judges) {
    await page.evaluate(plant('one.append(document.createElement("button"), "pale"); one.style.position = "fixed"; one.style.top = one.style.left = "0"; one.style.zIndex = "99"; one.style.color = "#777"; one.style.background = "#888"'));
    await expect(accessible(page)).rejects.toMatchObject({ actual: ['button-name', 'color-contrast'].map((rule) => expect.stringContaining(`${rule} (`)) });
    await page.evaluate(remove);
  }
  expect(await fails(plant('const i = document.createElement("i"); i.setAttribute("style", "color: red"); one.append(i)'), remove)).toContain('the policy was tried');
});
