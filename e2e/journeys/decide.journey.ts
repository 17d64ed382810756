// A conflict decided by hand, by keyboard: a drop that conflicts is kept open, its places are gone through, one side taken, both, a text written, all
// of it composed as one operation, written to a branch, and undone after a restart. The answers come back with the conflict. What is stale is
// decided against the base.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, audit, picture } from '../look.ts';
import { opened, page, restart, session, shared } from '../opened.ts';
import { command, composed, dragIn, known, list, row } from '../screen.ts';

const place = shared(known());
const code = (changes: Readonly<Record<number, string>>): string => Array.from({ length: 24 }, (_, i) => `${changes[i + 1] ?? `export const value${i + 1} = ${i + 1};`}\n`).join('');
opened(() => {
  const { repository } = place;
  repository.commit({ 'src/values.ts': code({}) }, 'Values');
  repository.branch('left', { 'src/values.ts': code({ 4: "export const value4 = 'left';", 12: "export const value12 = 'left';\nexport const extra = true;", 20: "export const value20 = 'left';" }), 'picture.png': new Uint8Array([0, 1, 1, 1]) });
  repository.branch('right', { 'src/values.ts': code({ 4: "export const value4 = 'right';", 12: "export const value12 = 'right';", 20: "export const value20 = 'right';" }), 'picture.png': new Uint8Array([0, 2, 2, 2, 2]), 'right.md': 'right\n' });
  return { repository: repository.path };
});

const decide = () => page.getByTestId(ids.decide);
const left = () => decide().getAttribute('data-left');
const result = () => page.getByTestId(ids.decideResult).innerText();
const open = () => page.getByTestId(ids.openConflict);
/** The places are there, and hear the keyboard. */
const deciding = async (): Promise<void> => { await decide().waitFor(); await expect.poll(() => page.evaluate(() => document.activeElement?.hasAttribute('data-decide'))).toBe(true); };

test('a conflicting drop is kept open, and its places are decided by keyboard', async () => {
  await dragIn(page, 'left');
  await composed(page, ['left']);
  await dragIn(page, 'right');
  await page.getByTestId(ids.proposalKeepOpen).click();
  await open().waitFor();
  await expect.poll(() => open().innerText()).toContain('4 places against left');
  await composed(page, ['left']);
  await accessible(page);
  await picture(page, 'decide-open');

  // of one there is nothing to choose: its tab shows it, and keeps the keyboard
  await page.getByRole('tab', { name: /^Decide/ }).click();
  await expect.poll(left).toBe('4');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab');
  await list(page).focus();
  await page.keyboard.press('Shift+D');
  await deciding();
  expect(await left()).toBe('4');
  // the binary first, by path: no text, so no writing and no both
  await page.keyboard.press('3');
  expect(await left()).toBe('4');
  await page.keyboard.press('2');
  await expect.poll(left).toBe('3');
  await page.keyboard.press('Enter');
  await expect.poll(() => decide().getAttribute('data-at')).toBe('1');
  await page.keyboard.press('1');
  await expect.poll(result).toContain("value4 = 'left'");
  await page.keyboard.press('j');
  await page.keyboard.press('3');
  await expect.poll(result).toContain("value12 = 'left'");
  expect(await result()).toContain("value12 = 'right'");
  await audit(page, 'decide-place');
  await page.keyboard.press('Enter');
  await page.keyboard.press('e');
  const editor = page.getByTestId(ids.decideResult).locator('.cm-content[aria-readonly="false"]');
  await editor.waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type("  // as deep\nas this");
  await expect.poll(result).toContain('  // as deep\n  as this');
  await page.keyboard.press('Control+a');
  await page.keyboard.type("export const value20 = 'by hand';");
  await accessible(page);
  await picture(page, 'decide-writing');
  await page.keyboard.press('Escape');
  await expect.poll(left).toBe('0');
  await page.keyboard.press('w');
  await page.getByTestId(ids.decideResult).getByTestId(ids.diff).waitFor();
  await expect.poll(result).toContain("'by hand'");
  await accessible(page);
  await picture(page, 'decide-file');
  await page.keyboard.press('Control+Enter');
  await composed(page, ['left', 'left × right, decided', 'right']);
  await open().waitFor({ state: 'detached' });
  // the two conflict as before by themselves; that it was answered is said
  await page.keyboard.press('Alt+2');
  await expect.poll(() => page.getByTestId(ids.conflictRow).filter({ hasText: 'right' }).first().innerText()).toContain('decided');
  await page.keyboard.press('Alt+1');
  // and in the picture they are joined by another line than two that nobody decided
  await page.getByTestId(ids.graphLegend).getByRole('button', { name: /^decided/ }).waitFor();
});

test('what was decided is written to a branch, undone after a restart, and its answers are there again', async () => {
  const { repository } = place;
  await command(page, 'Write');
  await page.getByTestId(ids.branchName).fill('decided');
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.branchResult).waitFor();
  expect(repository.git('log', '-1', '--format=%s', 'decided')).toBe('Compose 2 ACUs and 1 decision onto main');
  expect(repository.git('show', 'decided:src/values.ts')).toBe(code({ 4: "export const value4 = 'left';", 12: "export const value12 = 'left';\nexport const extra = true;\nexport const value12 = 'right';", 20: "export const value20 = 'by hand';" }).trimEnd());
  expect(repository.git('rev-parse', 'decided:picture.png')).toBe(repository.git('rev-parse', 'right:picture.png'));

  await restart();
  for (let n = 0; n < 2; n++) await page.keyboard.press('Control+z');
  await composed(page, ['left']);
  await expect.poll(() => open().innerText()).toContain('all decided before');
  // one press, and it is as it was
  await open().getByRole('button', { name: 'As before' }).click();
  await composed(page, ['left', 'left × right, decided', 'right']);
  await page.keyboard.press('Control+z');
  await composed(page, ['left']);
  await open().getByRole('button', { name: 'Decide', exact: true }).click();
  await deciding();
  await expect.poll(() => decide().innerText()).toContain('4 places filled in from an earlier decision');
  await accessible(page);
  await picture(page, 'decide-recorded');
  await page.keyboard.press('Escape');
  await decide().waitFor({ state: 'detached' });
  await open().getByRole('button', { name: 'Drop right' }).click();
  await open().waitFor({ state: 'detached' });
});

test('a stale branch is decided against the base and composed', async () => {
  await row(page, 'old').click();
  await command(page, 'Keep the selected ACUs open');
  await expect.poll(() => open().innerText()).toContain('1 place against the base');
  await open().getByRole('button', { name: 'Decide', exact: true }).click();
  await deciding();
  await expect.poll(() => decide().innerText()).toContain('the base now');
  await page.keyboard.press('2');
  await picture(page, 'decide-stale');
  await page.keyboard.press('Control+Enter');
  await composed(page, ['left', 'old × main, decided']);
  await page.keyboard.press('Control+z');
  await composed(page, ['left']);
  expect(await page.locator('.notice.error').evaluateAll((all) => all.map((one) => one.textContent))).toEqual([]);
  expect(session.complaints).toEqual([]);
});
