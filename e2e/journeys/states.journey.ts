// The states one hopes not to see: a service that is paused or gone, a window that is not let in, nothing to show, errors;
// and how the window looks in both themes and under forced colours.
import { join } from 'node:path';
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { tempDir } from '../../testkit/git.ts';
import { smallRepository } from '../../testkit/small.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { drive, driver, shared } from '../opened.ts';
import { command, composed, dragIn, known, ready, row, verdictOf } from '../screen.ts';

const place = shared(known());
drive();

test('while the service is paused verdicts and composed differences still appear, and what was asked for waits', async () => {
  const session = await driver.launch({ repository: place.repository.path });
  const { page } = session;
  await ready(page);
  await command(page, 'Hold the queue');
  await expect.poll(() => page.getByTestId(ids.connection).innerText()).toBe('paused');
  expect((await verdictOf(page, 'three')).kind).toBe('fits');
  await dragIn(page, 'one');
  await expect.poll(() => page.getByTestId(ids.member).count()).toBe(1);
  expect(await page.locator('[data-drop="composition"]').getAttribute('data-pending')).toBe('true');
  await expect.poll(() => page.getByTestId(ids.diff).innerText()).toContain('ONE');
  expect((await verdictOf(page, 'two')).words).toContain('with one in a.txt (content)');
  await expect.poll(() => page.getByTestId(ids.progress).innerText()).toContain('waiting: the service is paused');
  await picture(page, 'paused');
  await accessible(page);
  await page.getByRole('button', { name: 'Go on' }).click();
  await composed(page, ['one']);
  expect(session.complaints).toEqual([]);
  await session.close();
});

test('what waits can be cancelled, and then nothing has changed', async () => {
  const session = await driver.launch({ repository: place.repository.path });
  const { page } = session;
  await ready(page);
  await command(page, 'Hold the queue');
  await dragIn(page, 'one');
  await expect.poll(() => page.getByTestId(ids.member).count()).toBe(1);
  await page.getByTestId(ids.cancel).click();
  await composed(page, []);
  await command(page, 'Let the queue');
  await expect.poll(() => page.getByTestId(ids.connection).innerText()).toBe('connected');
  expect(session.complaints).toEqual([]);
  await session.close();
});

test('when the service dies the window says so, keeps its verdicts, and refuses changes with a sentence', async () => {
  const session = await driver.launch({ repository: place.repository.path });
  const { page } = session;
  await ready(page);
  await session.kill();
  await expect.poll(() => page.getByTestId(ids.connection).getAttribute('data-state')).toBe('lost');
  expect((await verdictOf(page, 'one')).kind).toBe('fits');
  await row(page, 'one').click();
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.notice).filter({ hasText: 'The service is away; this change was not made.' }).waitFor();
  expect(await page.getByTestId(ids.member).count()).toBe(0);
  await picture(page, 'away');
  await accessible(page);
  await session.close();
});

// Only the browser's door has a token: Electron's window is let in by being ours, which window.journey.ts tries.
test('a window without the token is not let in, and is by pasting the address', async () => {
  const session = await driver.launch({ repository: place.repository.path });
  const context = await session.page.context().browser()!.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  await page.goto(session.address.replace(/#.*/, ''));
  await page.getByTestId(ids.token).waitFor();
  await picture(page, 'refused');
  await accessible(page);
  await page.getByTestId(ids.token).fill('not-a-token');
  await page.keyboard.press('Enter');
  await page.getByText('This token does not open this Acumen.').waitFor();
  await page.getByTestId(ids.token).fill(session.address);
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.acuRow).first().waitFor();
  expect(page.url()).not.toContain('token');
  await context.close();
  await session.close();
}, ['browser']);

test('a repository with nothing in flight says what to do', async () => {
  const dir = tempDir('empty');
  const repository = smallRepository(join(dir.path, 'quiet'));
  const session = await driver.launch({ repository: repository.path });
  const { page } = session;
  await page.getByText('Nothing in flight').waitFor();
  await picture(page, 'nothing');
  await accessible(page);
  repository.branch('first', { 'a.txt': 'changed\n' });
  await page.keyboard.press('r');
  await row(page, 'first').waitFor();
  expect(session.complaints).toEqual([]);
  await session.close();
  dir.remove();
});

test('an error is a sentence with what to do, and details on demand', async () => {
  const session = await driver.launch({ repository: place.repository.path });
  const { page } = session;
  await ready(page);
  await page.keyboard.press('Control+o');
  await page.getByTestId(ids.importPath).fill('/nowhere/at/all');
  await picture(page, 'import');
  await accessible(page);
  await page.getByTestId(ids.importStart).click();
  await page.getByTestId(ids.notice).waitFor();
  await page.keyboard.press('Escape');
  const notice = page.getByTestId(ids.notice);
  expect(await notice.getAttribute('data-tone')).toBe('error');
  await notice.getByText('Details', { exact: true }).click();
  await picture(page, 'error');
  await accessible(page);
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await notice.waitFor({ state: 'detached' });
  expect(session.complaints).toEqual([]);
  await session.close();
});

test('the sample in both themes, and the switch between them', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const session = await driver.launch({ colorScheme });
    const { page } = session;
    await ready(page);
    const dark = (): Promise<boolean> => page.evaluate(() => { const [r] = /\d+/.exec(getComputedStyle(document.body).backgroundColor) ?? ['']; return Number(r) < 128; });
    expect(await dark()).toBe(colorScheme === 'dark');
    const fitting = page.locator(`[data-testid="${ids.acuRow}"][data-mark="fits"]`);
    for (let i = 0; i < 4; i++) { await fitting.first().dblclick(); await expect.poll(() => page.getByTestId(ids.member).count()).toBe(i + 1); }
    await expect.poll(() => page.getByTestId(ids.composed).getAttribute('data-status')).toBe('ready');
    await page.locator(`[data-testid="${ids.acuRow}"][data-mark="conflicts"]`).first().hover();
    await picture(page, `sample-${colorScheme}`);
    await accessible(page);
    await page.keyboard.press('Alt+2');
    await page.getByTestId(ids.conflictRow).first().click();
    await page.getByTestId(ids.conflictDetail).waitFor();
    await picture(page, `sample-conflicts-${colorScheme}`);
    await accessible(page);
    await command(page, colorScheme === 'dark' ? 'Theme: light' : 'Theme: dark');
    await expect.poll(dark).toBe(colorScheme !== 'dark');
    await page.reload();
    await page.getByTestId(ids.acuRow).first().waitFor();
    expect(await dark(), 'the choice is kept').toBe(colorScheme !== 'dark');
    expect(session.complaints).toEqual([]);
    await session.close();
  }
});

test('under forced colours and in a narrow window everything is still there', async () => {
  const session = await driver.launch({ forcedColors: 'active', viewport: { width: 1024, height: 640 } });
  await ready(session.page);
  await session.page.getByTestId(ids.acuRow).nth(2).click();
  await picture(session.page, 'forced-colours');
  expect(await session.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(session.complaints).toEqual([]);
  await session.close();
});
