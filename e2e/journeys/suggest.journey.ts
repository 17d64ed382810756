// The largest set that goes together: searched for, read with its proof, taken in one step and taken back; and why an ACU is not in it, with the swap.
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';
import { command, composed, known, list, row, stackBase } from '../screen.ts';

const place = shared(known());
opened({ repository: place.repository.path });

const LARGEST = ['one', 'three', 'four', 'picture', stackBase, 'stack/top'];
const found = (): Promise<void> => page.locator(`[data-testid="${ids.largest}"][data-state="found"]`).waitFor();
const proof = (): Promise<string> => page.getByTestId(ids.largestProof).innerText();
/** Which of the two that exclude each other was chosen: they weigh the same. */
async function other(): Promise<readonly [inside: string, outside: string]> {
  const left = await page.getByTestId(ids.leftOutRow).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']));
  return left.includes('two') ? ['one', 'two'] : ['two', 'one'];
}
const largest = async (): Promise<readonly string[]> => { const [inside] = await other(); return [inside, ...LARGEST.slice(1)]; };

test('one key searches; the proof and what would come are there before anything is changed', async () => {
  await list(page).focus();
  await page.keyboard.press('l');
  await found();
  expect(await proof()).toContain('6 of 8 ACUs · optimal');
  const panel = page.getByTestId(ids.largest), text = (await panel.innerText()).replace(/\s+/g, ' ');
  expect(text).toContain('6 come');
  expect(text).toContain('2 left out');
  expect(text).toContain('1 for others, 1 needs a rebase');
  await composed(page, []);
  // the keyboard is where it can be taken
  await expect.poll(() => page.getByTestId(ids.largestTake).evaluate((one) => one === document.activeElement)).toBe(true);
  await picture(page, 'largest-found');
  await accessible(page);
});

test('each that is left out says why, and what a swap costs; the keyboard goes through them', async () => {
  const [inside, outside] = await other(), rows = page.getByTestId(ids.leftOutRow);
  await expect.poll(async () => (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()).sort()).toEqual(['old needs a rebase', `${outside} ${inside} keeps it out 1 out, 1 in (net 0)`].sort());
  await page.getByLabel('Sort what is left out').selectOption({ label: 'by cost' });
  await expect.poll(() => rows.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']))).toEqual([outside, 'old']);
  const left = page.getByRole('listbox', { name: 'Left out, and why' });
  await left.focus();
  await page.keyboard.press('ArrowDown');
  await page.getByTestId(ids.leftOutSwap).waitFor();
  expect(await page.getByTestId(ids.leftOutSwap).innerText()).toBe('Compose it in place of 1 ACU');
  await picture(page, 'left-out');
  await accessible(page);
  await page.keyboard.press('ArrowDown');
  await page.getByTestId(ids.leftOutDecide).waitFor(); // what needs a rebase can be decided
  await page.keyboard.press('ArrowUp');
  await page.getByTestId(ids.leftOutSwap).waitFor();
  await page.keyboard.press('Enter');
  await composed(page, [outside, ...LARGEST.slice(1)]);
  // what was swapped in is what one goes on looking at, and that the composition is another is marked
  await page.locator(`[data-testid="${ids.inspector}"][data-tab="acu"]`).getByText(outside, { exact: true }).first().waitFor();
  expect(await row(page, outside).getAttribute('aria-selected')).toBe('true');
  await page.getByRole('tab', { name: /Composed.*changed/ }).click();
  await page.getByRole('tab', { name: 'Composed', exact: true }).waitFor();
  await list(page).focus();
  await page.keyboard.press('Control+z');
  await composed(page, []);
});

test('taking it is one operation, which one key takes back; the proof stays', async () => {
  const names = await largest();
  await page.getByTestId(ids.largestTake).click();
  await composed(page, names);
  await page.getByTestId(ids.largestProof).getByText('Composed', { exact: true }).waitFor();
  expect(await proof()).toContain('optimal');
  await list(page).focus();
  await page.keyboard.press('Control+z');
  await composed(page, []);
  await command(page, 'Compose the largest compatible set that was found');
  await composed(page, names);
});

test('by another weight it is searched again; where they do not count the same the weight is said', async () => {
  // what was taken is one line, which opens
  await page.getByTestId(ids.largest).getByRole('button', { name: 'Show' }).click();
  await page.getByTestId(ids.largestRule).selectOption({ label: 'by lines changed' });
  await expect.poll(proof).toMatch(/6 of 8 ACUs · \d+ of \d+ lines · optimal/);
  await page.getByTestId(ids.largestRule).selectOption({ label: 'each counts the same' });
  await expect.poll(proof).toContain('6 of 8 ACUs · optimal');
});

test('what is left out says what keeps it out, and can be swapped in with one operation', async () => {
  const [inside, outside] = await other();
  await row(page, outside).click();
  await list(page).focus();
  await page.keyboard.press('w');
  const why = page.locator(`[data-testid="${ids.whyNot}"][data-kind="kept"]`);
  await expect.poll(() => why.evaluate((one) => one === document.activeElement)).toBe(true);
  const text = (await why.innerText()).replace(/\s+/g, ' ');
  expect(text).toContain(`1 ACU of the composition keeps it out: ${inside}`);
  expect(text).toContain('1 out, 1 in (net 0)');
  await picture(page, 'why-not');
  await accessible(page);
  await page.getByTestId(ids.whyNotSwap).click();
  await composed(page, [outside, ...LARGEST.slice(1)]);
  // what was found is another set now
  await page.getByTestId(ids.largest).getByText('1 comes').waitFor();
  // and what is left out is left out of what is composed now: another swap keeps this one
  await expect.poll(async () => (await page.getByTestId(ids.leftOutRow).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())).toContain(`${inside} ${outside} keeps it out 1 out, 1 in (net 0)`);
  await list(page).focus();
  await page.keyboard.press('Control+z');
  await composed(page, [inside, ...LARGEST.slice(1)]);
  await row(page, 'old').click();
  await expect.poll(() => page.getByTestId(ids.whyNot).innerText()).toContain('It needs a rebase');
});

test('Escape closes it; in the dark it can be read as well', async () => {
  await command(page, 'Theme: dark');
  await row(page, 'three').click();
  await picture(page, 'largest-dark');
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.getByTestId(ids.largest).waitFor({ state: 'detached' });
  expect(session.complaints).toEqual([]);
});
