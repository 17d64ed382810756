// The main way, by mouse: see what fits, drag it in, read why something does not, take it out, undo, and find it all again
// after a restart.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { opened, page, restart, session, shared } from '../opened.ts';
import { composed, dragIn, known, lift, list, mark, member, row, stackBase, verdictOf } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path });

test('every ACU says what it is to the composition before anything is touched', async () => {
  expect(await mark(page, 'one')).toBe('fits');
  expect(await mark(page, 'stack/top')).toBe('needs');
  expect(await mark(page, 'old')).toBe('stale');
  await expect.poll(() => page.getByTestId(ids.composition).innerText()).toContain('Drag ACUs here');
  await picture(page, 'compose-empty');
  await accessible(page);
});

test('searching and filtering narrow the list as one types', async () => {
  const names = (): Promise<(string | undefined)[]> => page.getByTestId(ids.acuRow).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']).sort());
  await page.getByTestId(ids.search).fill('stack');
  await expect.poll(names).toEqual([stackBase, 'stack/top']);
  await page.getByTestId(ids.search).fill('grace');
  await expect.poll(names).toEqual(['old', 'two']);
  await page.getByTestId(ids.search).fill('nothing is called this');
  await page.getByText('No ACU fits these filters').waitFor();
  await picture(page, 'filter-nothing');
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByTestId(ids.filterPath).fill('DOCS/');
  await expect.poll(names).toEqual(['four']);
  await page.getByTestId(ids.filterPath).fill('');
  await page.getByTestId(ids.filterConflicted).check();
  await expect.poll(names).toEqual(['old', 'one', 'two']);
  await page.getByTestId(ids.filterStale).check();
  await expect.poll(names).toEqual(['old']);
  await page.getByTestId(ids.filterStale).uncheck();
  await page.getByTestId(ids.filterConflicted).uncheck();
  await page.getByTestId(ids.filterAuthor).selectOption('Agent 7');
  await expect.poll(names).toEqual(['four']);
  await page.getByTestId(ids.filterAuthor).selectOption('');
  await page.getByTestId(ids.filterSource).fill('stack/top');
  await expect.poll(names).toEqual([stackBase, 'stack/top']);
  await picture(page, 'filter-source');
  await page.getByTestId(ids.filterSource).fill('');
  await expect.poll(async () => (await names()).length).toBe(8);
  await page.getByRole('button', { name: 'Filters' }).click();
});

test('a row names its verdict while the pointer rests on it', async () => {
  expect(await verdictOf(page, 'three')).toEqual({ kind: 'fits', words: 'Fits three' });
  expect(await verdictOf(page, 'stack/top')).toEqual({ kind: 'needs', words: `Needs ${stackBase} stack/top` });
  expect(await verdictOf(page, 'old')).toMatchObject({ kind: 'conflicts', words: expect.stringContaining('with the base in b.txt (content)') as string });
});

test('dragging says what dropping would do, and dropping composes and shows the difference', async () => {
  await lift(page, 'one');
  await expect.poll(() => page.getByTestId(ids.ghost).getAttribute('data-kind')).toBe('fits');
  expect(await page.getByTestId(ids.ghost).innerText()).toContain('Fits');
  // what it conflicts with cannot join it, and dims
  await expect.poll(() => row(page, 'two').getAttribute('class')).toContain('dim');
  expect(await row(page, 'three').getAttribute('class')).not.toContain('dim');
  await picture(page, 'drag-fits');
  await page.mouse.up();
  await composed(page, ['one']);
  const diff = page.getByTestId(ids.diff);
  await expect.poll(() => diff.innerText()).toContain('ONE');
  expect(await page.getByTestId(ids.composedFile).allInnerTexts()).toHaveLength(1);
  await expect.poll(() => mark(page, 'one')).toBe('in');
  await expect.poll(() => mark(page, 'two')).toBe('conflicts');
});

test('what conflicts is refused with the reason, and can take the place of what it conflicts with', async () => {
  await lift(page, 'two');
  await expect.poll(() => page.getByTestId(ids.ghost).innerText()).toMatch(/Conflicts\s+with one in a\.txt \(content\)/);
  await expect.poll(() => member(page, 'one').getAttribute('class')).toContain('clash');
  await picture(page, 'drag-conflict');
  await page.mouse.up();
  const proposal = page.getByTestId(ids.proposal);
  await proposal.waitFor();
  expect(await proposal.getAttribute('data-kind')).toBe('conflicts');
  await composed(page, ['one']);
  await picture(page, 'proposal-conflict');
  await accessible(page);
  await page.getByTestId(ids.proposalAccept).click();
  await composed(page, ['two']);
  await expect.poll(() => page.getByTestId(ids.diff).innerText()).toContain('TWO');
});

test('what needs others says so while it is carried, and brings them: one operation', async () => {
  await lift(page, 'stack/top');
  await expect.poll(() => page.getByTestId(ids.ghost).getAttribute('data-kind')).toBe('needs');
  await expect.poll(() => row(page, stackBase).getAttribute('class')).toContain('lit');
  await expect.poll(() => page.getByTestId(ids.dropHint).innerText()).toMatch(new RegExp(`Adds it with the one it needs\\s+${stackBase}`));
  await picture(page, 'drag-needs');
  await page.mouse.up();
  await composed(page, ['two', stackBase, 'stack/top']);
  await expect.poll(() => page.getByTestId(ids.notice).allInnerTexts()).toContainEqual(expect.stringContaining(`stack/top came with ${stackBase}, which it needs.`));
  await page.keyboard.press('Control+z');
  await composed(page, ['two']);
  // where nothing was shown before, nothing comes along unasked
  await row(page, 'stack/top').click();
  await list(page).focus();
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.proposal).waitFor();
  expect(await page.getByTestId(ids.proposal).innerText()).toContain(stackBase);
  await composed(page, ['two']);
  await page.getByTestId(ids.proposalAccept).click();
  await composed(page, ['two', stackBase, 'stack/top']);
});

test('many at once: those that fit are added, the rest is named', async () => {
  await row(page, 'three').click();
  await row(page, 'four').click({ modifiers: ['Control'] });
  await row(page, 'one').click({ modifiers: ['Control'] });
  await page.getByRole('button', { name: 'Add what fits' }).click();
  await composed(page, ['two', stackBase, 'stack/top', 'three', 'four']);
  await expect.poll(() => page.getByTestId(ids.notice).allInnerTexts()).toContainEqual(expect.stringContaining('1 ACU was left out: one.'));
  await picture(page, 'compose-many');
});

test('what is dragged back onto the list leaves, and takes along what requires it', async () => {
  const from = (await member(page, stackBase).boundingBox())!, to = (await list(page).boundingBox())!;
  await page.mouse.move(from.x + 60, from.y + 13);
  await page.mouse.down();
  await page.mouse.move(from.x + 20, from.y + 20, { steps: 3 });
  await page.mouse.move(to.x + 100, to.y + 300, { steps: 6 });
  await page.mouse.up();
  await composed(page, ['two', 'three', 'four']);
  await expect.poll(() => page.getByTestId(ids.notice).allInnerTexts()).toContainEqual(expect.stringContaining('stack/top went with it'));
});

test('undo and redo go through every step, also after a restart', async () => {
  await page.keyboard.press('Control+z');
  await composed(page, ['two', stackBase, 'stack/top', 'three', 'four']);
  await page.keyboard.press('Control+Shift+z');
  await composed(page, ['two', 'three', 'four']);
  await restart();
  await composed(page, ['two', 'three', 'four']);
  for (const names of [['two', stackBase, 'stack/top', 'three', 'four'], ['two', stackBase, 'stack/top'], ['two'], ['one'], []]) {
    await page.keyboard.press('Control+z');
    await composed(page, names);
  }
  await page.keyboard.press('Control+Shift+z');
  await composed(page, ['one']);
  await page.keyboard.press('h');
  await expect.poll(() => page.getByTestId(ids.historyRow).count()).toBeGreaterThan(6);
  await picture(page, 'history');
  await accessible(page);
});

test('nothing was complained about', async () => {
  await dragIn(page, 'three');
  await composed(page, ['one', 'three']);
  expect(session.complaints).toEqual([]);
});
