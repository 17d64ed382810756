// The same way without a mouse: find, carry, drop, answer, write a branch, undo it; and git itself says what was written.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { launch, opened, page, restart, session, shared } from '../opened.ts';
import { composed, known, mark, ready, row, stackBase } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path, reducedMotion: 'reduce' });

const said = (): Promise<string> => page.getByTestId(ids.announcer).innerText();
const keys = async (...pressed: string[]): Promise<void> => { for (const key of pressed) await page.keyboard.press(key); };
/** Searches, goes into the list and onto its first row. */
async function find(text: string): Promise<void> {
  await keys('/');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
  await keys('Enter', 'Home');
}

test('? shows the keys, Control+K the commands, and both close by Escape', async () => {
  await page.getByTestId(ids.acuList).focus();
  await keys('?');
  await page.getByTestId(ids.keys).waitFor();
  await picture(page, 'keys');
  await accessible(page);
  await keys('Escape');
  await page.getByTestId(ids.keys).waitFor({ state: 'detached' });
  await keys('Control+k');
  await page.keyboard.type('redo');
  await page.getByText('There is nothing to redo.').waitFor();
  await picture(page, 'palette');
  await accessible(page);
  await keys('Escape');
  await expect.poll(() => page.getByTestId(ids.palette).count()).toBe(0);
});

test('Enter adds the row with the keyboard', async () => {
  await find('one');
  await keys('Enter');
  await composed(page, ['one']);
  await expect.poll(said).toContain('1 ACU in the composition.');
});

test('picking up says the verdict; what it needs comes along once that was said; Escape puts back', async () => {
  await find('stack/top');
  const at = page.locator(`[data-testid="${ids.acuRow}"][data-name="stack/top"]`);
  for (let i = 0; i < 3 && await at.getAttribute('aria-selected') !== 'true'; i++) await keys('ArrowDown');
  await keys('m');
  await expect.poll(said).toContain(`Picked up stack/top. Needs ${stackBase}. Enter drops it`);
  await picture(page, 'carry-needs');
  await accessible(page);
  await keys('Escape');
  await expect.poll(said).toBe('Put back.');
  await keys('m');
  await expect.poll(said).toContain(`Needs ${stackBase}. Enter drops it`);
  await keys('Enter');
  await composed(page, ['one', stackBase, 'stack/top']);
});

test('a range by Shift, one more by Control and Space, all by Control+A, and Space adds', async () => {
  await find('');
  await keys('Control+a');
  const selected = (): Promise<number> => page.locator(`[data-testid="${ids.acuRow}"][aria-selected="true"]`).count();
  await expect.poll(selected).toBe(8);
  await keys('Home', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowUp');
  await expect.poll(selected).toBe(2);
  await keys('Control+ArrowDown', 'Control+ArrowDown', 'Control+Space');
  await expect.poll(selected).toBe(3);
  await keys('Escape');
  await expect.poll(selected).toBe(0);
  await find('thr');
  await keys('Space');
  await composed(page, ['one', stackBase, 'stack/top', 'three']);
});

test('Delete takes out, F6 goes from pane to pane, every stop has a ring', async () => {
  await find('thr');
  await keys('Delete');
  await composed(page, ['one', stackBase, 'stack/top']);
  const stops: string[] = [];
  for (let i = 0; i < 6; i++) {
    await keys('F6');
    stops.push(await page.evaluate(() => {
      const active = document.activeElement as HTMLElement;
      return `${active.dataset['testid']} ${getComputedStyle(active).outlineStyle !== 'none'}`;
    }));
  }
  expect(new Set(stops).size).toBeGreaterThanOrEqual(4);
  expect(stops.filter((stop) => stop.endsWith('false'))).toEqual([]);
});

test('a branch is named, checked, written: git has the tree that was shown', async () => {
  await page.getByTestId(ids.acuList).focus();
  await keys('Control+Enter');
  await page.keyboard.type('my branch');
  await expect.poll(() => page.getByTestId(ids.branchProblem).innerText()).toBe('A branch name has no spaces.');
  await picture(page, 'branch-problem');
  await keys('Control+a');
  await page.keyboard.type('made/here');
  await expect.poll(() => page.getByTestId(ids.commandLine).innerText()).toBe(`acumen compose one stack/top --repo ${place.repository.path} --branch made/here`);
  await tabTo(ids.branchMessage);
  await keys('Control+a');
  await page.keyboard.type("Why: it's time");
  await expect.poll(() => page.getByTestId(ids.commandLine).innerText()).toBe(`acumen compose one stack/top --repo ${place.repository.path} --branch made/here --message 'Why: it'\\''s time'`);
  await picture(page, 'branch-message');
  await keys('Control+Enter');
  const result = page.getByTestId(ids.branchResult);
  await result.waitFor();
  await picture(page, 'branch-written');
  await accessible(page);
  const git = place.repository.git;
  expect(git('rev-parse', 'refs/heads/made/here')).toBe(await result.getAttribute('data-commit'));
  expect(git('show', 'made/here:a.txt')).toContain('ONE');
  expect(git('show', 'made/here:src/new.ts')).toContain('b = 3');
  expect(git('log', '-1', '--format=%s', 'made/here')).toBe("Why: it's time");
  expect(git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
  expect(git('status', '--porcelain')).toBe('');
  await keys('Escape');
});

test('undo takes the branch back too, the history says so', async () => {
  await page.getByTestId(ids.acuList).focus();
  await keys('h', 'Control+z');
  await expect.poll(() => place.repository.git('for-each-ref', 'refs/heads/made')).toBe('');
  const written = page.getByTestId(ids.historyRow).and(page.locator('[data-kind="write-branch"]'));
  await expect.poll(() => written.getAttribute('data-undone')).toBe('true');
  await keys('Control+Shift+z');
  await expect.poll(() => place.repository.git('for-each-ref', '--format=%(refname)', 'refs/heads/made')).toBe('refs/heads/made/here');
  await accessible(page);
});

test('the graph has a list with the same actions', async () => {
  await page.getByTestId(ids.acuList).focus();
  await keys('Escape');
  await find('');
  await keys('Escape', 'g', 'g');
  await page.getByTestId(ids.graphList).focus();
  await keys('Home');
  await expect.poll(() => page.getByTestId(ids.graphRow).first().getAttribute('data-name')).toMatch(/^(one|two)$/);
  await picture(page, 'graph-list');
  await accessible(page);
  expect(await mark(page, 'two')).toBe('conflicts');
  await row(page, 'two').waitFor();
  expect(session.complaints).toEqual([]);
});

/** By Tab alone, as far as it takes. */
async function tabTo(testId: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((id) => (document.activeElement as HTMLElement).dataset['testid'] === id, testId)) return;
    await keys('Tab');
  }
  throw new Error(`Tab does not come to ${testId}`);
}
async function run(title: string): Promise<void> {
  await keys('Control+k');
  await page.keyboard.type(title);
  await keys('Enter');
  await page.getByTestId(ids.palette).waitFor({ state: 'detached' });
}

/** Searches for a branch by its whole name, and onto its row. */
async function onto(name: string): Promise<void> {
  const at = row(page, name);
  await find(name);
  await at.waitFor();
  await keys('Home');
  for (let i = 0; i < 9 && await at.getAttribute('aria-selected') !== 'true'; i++) await keys('ArrowDown');
}

test('the whole way by keyboard alone: import, largest set, why not, swap, decide, write, undo after a restart, and back in time', async () => {
  const own = known();
  await launch({ repository: own.repository.path, reducedMotion: 'reduce' });
  await ready(page);
  own.repository.branch('late', { 'late.txt': 'late\n' });
  await keys('Control+o');
  await tabTo(ids.importPath);
  await keys('Enter');
  await page.locator(`[data-testid="${ids.acuRow}"][data-name="late"]`).waitFor();
  await page.getByTestId(ids.importPath).waitFor({ state: 'detached' });
  await keys('1', 'l');
  await expect.poll(() => page.getByTestId(ids.largestProof).innerText(), { timeout: 20_000 }).toContain('7 of 9 ACUs · optimal');
  await tabTo(ids.largestTake);
  await keys('Enter');
  const members = async (): Promise<readonly string[]> => (await page.getByTestId(ids.member).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']!))).sort();
  await expect.poll(async () => (await members()).length).toBe(7);
  const [inside, outside] = (await members()).includes('one') ? ['one', 'two'] : ['two', 'one'];
  await keys('1');
  await onto(outside);
  await keys('w');
  await expect.poll(() => page.getByTestId(ids.whyNot).getAttribute('data-kind')).toBe('kept');
  await tabTo(ids.whyNotSwap);
  await keys('Enter');
  await expect.poll(members).toContain(outside);
  expect(await members()).not.toContain(inside);
  await keys('1');
  await onto(inside);
  await run('Keep the selected ACUs open');
  await page.getByTestId(ids.openConflict).waitFor();
  await keys('1', 'Shift+D');
  await expect.poll(() => page.evaluate(() => document.activeElement?.hasAttribute('data-decide'))).toBe(true);
  await keys('3');
  await expect.poll(() => page.getByTestId(ids.decide).getAttribute('data-left')).toBe('0');
  await keys('Control+Enter');
  await expect.poll(async () => (await members()).length).toBe(9);
  await run('Write the composition to a branch');
  await page.keyboard.type('by/keys');
  await keys('Enter');
  await page.getByTestId(ids.branchResult).waitFor();
  const git = own.repository.git;
  expect(git('show', 'by/keys:a.txt').split('\n').slice(2, 4).sort()).toEqual(['ONE', 'TWO']);
  await restart();
  await keys('Control+z');
  await expect.poll(() => git('for-each-ref', 'refs/heads/by')).toBe('');
  await keys('Shift+H', ',');
  const strip = page.getByTestId(ids.timeStrip);
  await expect.poll(() => strip.getAttribute('data-at')).not.toBe('now');
  await run('Time: back to now');
  await expect.poll(() => strip.getAttribute('data-at')).toBe('now');
  expect(await members()).toHaveLength(9);
  expect(session.complaints).toEqual([]);
  own.remove();
});
