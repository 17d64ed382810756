// The Collaboration tab on the sample: who should talk, who knows the place, who takes what, in both themes, by keyboard and by pointer; every figure is
// the one that `acumen collaborate --json` prints; with roles nobody's name is on screen or in an export; what is decided on the board can be taken back.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { chance } from '../../app/renderer/panels/collaboration/words.ts';
import { ids } from '../../app/renderer/testids.ts';
import { at } from '../../scripts/steps.ts';
import { fastImport, initBare, tempDir } from '../../testkit/git.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { launch, opened, page, session, shared } from '../opened.ts';
import { command, ready } from '../screen.ts';

const run = promisify(execFile);

/** What is read of the command line's answer (app/main/service/collaborationReport.ts). */
interface Said {
  readonly counts: { readonly people: number; readonly files: number; readonly commits: number; readonly flying: number };
  readonly developers: readonly { readonly name: string; readonly email: string }[];
  readonly acus: readonly { readonly id: string; readonly name: string }[];
  readonly talk: readonly { readonly a: number; readonly b: number; readonly need: number }[];
  readonly predictions: readonly { readonly a: string; readonly b: string; readonly probability: number }[];
  readonly conflicts: readonly { readonly a: string; readonly b: string; readonly experts: readonly { readonly developer: number; readonly score: number }[] }[];
  readonly assignment: { readonly cost: number; readonly items: readonly { readonly id: string; readonly developer: number | null }[] };
  readonly busFactor: readonly { readonly path: string; readonly factor: number; readonly files: number }[];
}

opened({ colorScheme: 'light', viewport: { width: 1440, height: 900 } });

/** Nothing went wrong so far: an error's notice stays until somebody dismisses it. */
async function unharmed(): Promise<void> {
  const errors = page.getByTestId(ids.notice).filter({ has: page.locator('details') });
  for (const one of await errors.all()) await one.locator('summary').click();
  expect(await errors.allInnerTexts()).toEqual([]);
}

const tab = (state = ''): ReturnType<Page['locator']> => page.locator(`[data-testid="${ids.collaboration}"]${state}`);
const cards = () => page.getByTestId(ids.boardCard);
const listOf = (id: string) => page.getByTestId(id).getByRole('option');

async function open(): Promise<void> {
  await page.keyboard.press('Alt+3');
  await tab('[data-status="ready"][data-busy="false"]').waitFor({ timeout: 30_000 });
}

/** Walks to a section with the keys that go through them. */
async function show(place: 'now' | 'board' | 'map' | 'bus'): Promise<void> {
  for (let i = 0; i < 4 && await tab().getAttribute('data-place') !== place; i++) await page.keyboard.press(']');
  await tab(`[data-place="${place}"]`).waitFor();
  await page.locator('.collaboration [aria-busy="true"]').waitFor({ state: 'detached' });
}

async function boardSettled(): Promise<void> {
  await page.locator(`[data-testid="${ids.board}"][data-waiting="false"]`).waitFor();
}

async function said(...options: readonly string[]): Promise<Said> {
  const { stdout } = await run(process.execPath, [at('bin/acumen.js'), 'collaborate', '--json', '--top', '500', '--store', session.store, ...options], { maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as Said;
}

const words = async (locator: ReturnType<Page['locator']>): Promise<string[]> => (await locator.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

test('the first screen answers three questions with the figures that the command line prints', async () => {
  await open();
  await show('now');
  const line = await said(), name = (developer: number): string => line.developers[developer]!.name, acu = new Map(line.acus.map((one) => [one.id, one.name]));
  expect(await page.locator('.collaboration-facts').innerText()).toContain(`${line.counts.people} people, ${line.counts.files} files, ${line.counts.commits} commits`);
  const talks = await words(listOf(ids.talk));
  // between people: agents and bots talk to nobody
  expect(talks.length).toBeGreaterThan(1);
  for (const [i, shown] of talks.entries()) {
    const { a, b, need } = line.talk[i]!;
    for (const part of [name(a), name(b), need.toFixed(2)]) expect(shown, `pair ${i}`).toContain(part);
  }
  const predicted = await words(listOf(ids.predicted));
  for (const [i, shown] of predicted.entries()) for (const part of [acu.get(line.predictions[i]!.a)!, acu.get(line.predictions[i]!.b)!, chance(line.predictions[i]!.probability)]) expect(shown, `prediction ${i}`).toContain(part);
  expect(predicted.length > 0).toBe(line.predictions.length > 0);
  expect(Number(await page.getByTestId(ids.boardCost).getAttribute('data-cost'))).toBeCloseTo(line.assignment.cost, 9);
  for (const card of await cards().all()) {
    const id = await card.getAttribute('data-card'), owner = line.assignment.items.find((item) => item.id === id)!.developer;
    if (owner !== null) expect(await card.evaluate((one) => one.closest('[data-person]')!.getAttribute('aria-label'))).toContain(name(owner));
  }
  await picture(page, 'collaboration-now-light');
  await accessible(page);

  await show('bus');
  const places = await words(listOf(ids.bus));
  expect(places.length).toBe(Math.min(line.busFactor.length, places.length));
  for (const [i, shown] of places.entries()) expect(shown, `place ${i}`).toContain(`${line.busFactor[i]!.path === '' ? 'the root' : line.busFactor[i]!.path} ${line.busFactor[i]!.files}`);
  await picture(page, 'collaboration-bus-light');
  await accessible(page);
  await unharmed();
});

test('by keyboard: from two people to their conflict, and there who knows it', async () => {
  await show('now');
  const list = page.getByTestId(ids.talk);
  await list.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => listOf(ids.talk).nth(1).getAttribute('aria-selected')).toBe('true');
  await page.locator(`[data-testid="${ids.detail}"][data-kind="talk"]`).getByTestId(ids.expert).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByTestId(ids.conflictDetail).waitFor();
  const party = (await page.locator('.conflict-parties .acu-link').allInnerTexts()).length;
  expect(party).toBeGreaterThan(0);
  const knows = page.getByTestId(ids.whoKnows);
  await knows.locator('summary').focus();
  await page.keyboard.press('Enter');
  await knows.getByTestId(ids.expert).first().waitFor();
  await picture(page, 'collaboration-who-knows');
  await accessible(page);
  await knows.locator('summary').click();
  await open();
  await unharmed();
});

test('by keyboard: a card is given to somebody else and taken back, and who is away is told what it costs before it is taken', async () => {
  await show('board');
  await boardSettled();
  const columns = page.getByTestId(ids.boardColumn), lists = columns.getByRole('listbox');
  await lists.first().focus();
  await page.keyboard.press('Home');
  const first = cards().first(), id = (await first.getAttribute('data-card'))!;
  const owner = (): Promise<string | null> => page.locator(`[data-card="${id}"]`).evaluate((card) => card.closest('[data-person]')!.getAttribute('data-person'));
  const before = await owner();
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.locator('.board-held').innerText()).toMatch(/costs (\d+\.\d\d (more|less|in place of)|the same)/);
  await picture(page, 'collaboration-carry');
  await page.keyboard.press('Escape');
  await page.locator('.board-held').waitFor({ state: 'detached' });
  expect(await owner(), 'put back').toBe(before);
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowRight');
  await page.locator('.board-held').waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(owner).not.toBe(before);
  expect(await page.locator(`[data-card="${id}"]`).getAttribute('data-pinned')).toBe('true');
  await expect.poll(() => page.evaluate((card) => document.activeElement?.querySelector(`[data-card="${card}"]`) !== null, id), { message: 'the keyboard goes with the card' }).toBe(true);
  await page.keyboard.press('Control+z');
  await expect.poll(owner).toBe(before);
  await page.keyboard.press('Control+y');
  await expect.poll(owner).not.toBe(before);

  // what if the first person is away: told, left, told again, taken; kept for the next window; taken back
  const away = columns.first().getByRole('switch'), name = (await columns.first().getAttribute('aria-label'))!.split(':')[0]!, whatIf = page.getByTestId(ids.whatIf);
  await away.focus();
  await page.keyboard.press('Enter');
  await page.locator(`[data-testid="${ids.whatIf}"][data-ready="true"]`).waitFor();
  expect(await whatIf.innerText()).toMatch(new RegExp(`^${name.replaceAll(/[^\w ]/g, '.')} is away: .*costs .*; (\\d+ items? would move|nothing moves)`));
  await picture(page, 'collaboration-what-if');
  await accessible(page);
  await page.keyboard.press('Escape');
  await whatIf.waitFor({ state: 'detached' });
  await away.click();
  await page.getByRole('button', { name: 'Take it' }).click();
  const here = page.locator(`[data-testid="${ids.boardColumn}"][aria-label^="${name}"]`);
  await expect.poll(() => here.getAttribute('aria-label')).toContain('away');
  await boardSettled();
  const cost = Number(await page.getByTestId(ids.boardCost).getAttribute('data-cost'));
  await page.reload();
  await ready(page);
  await open();
  await show('board');
  await boardSettled();
  expect(await here.getAttribute('aria-label'), 'kept on this machine').toContain('away');
  expect(Number(await page.getByTestId(ids.boardCost).getAttribute('data-cost'))).toBeCloseTo(cost, 9);
  await command(page, 'Board: forget all');
  await expect.poll(() => here.getAttribute('aria-label')).not.toContain('away');
  await unharmed();
});

test('by pointer: a card is dragged to another person, with the cost beside the pointer', async () => {
  await boardSettled();
  const card = cards().first(), id = (await card.getAttribute('data-card'))!, to = page.getByTestId(ids.boardColumn).nth(1), person = await to.getAttribute('data-person');
  const from = (await card.boundingBox())!, target = (await to.boundingBox())!;
  await page.mouse.move(from.x + 60, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + 24, { steps: 3 });
  await page.mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 5 });
  await expect.poll(() => page.getByTestId(ids.ghost).innerText()).toMatch(/costs /);
  await picture(page, 'collaboration-drag');
  await page.mouse.up();
  await expect.poll(() => page.locator(`[data-card="${id}"]`).evaluate((one) => one.closest('[data-person]')!.getAttribute('data-person'))).toBe(person);
  await page.getByTestId(ids.board).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.locator('[data-card][data-pinned="true"]').count()).toBe(0);
  await unharmed();
});

test('as of an earlier day everything is what was known then; with roles nobody is named, on screen or in an export', async () => {
  await show('now');
  const facts = page.locator('.collaboration-facts'), now = await facts.innerText();
  await page.getByTestId(ids.asOf).focus();
  await page.keyboard.press('Home');
  await page.locator(`[data-testid="${ids.collaboration}"]:not([data-as-of="now"])[data-busy="false"]`).waitFor();
  await expect.poll(() => facts.innerText()).not.toBe(now);
  const moment = new Date(Number(await tab().getAttribute('data-as-of')) * 1000).toISOString(), then = await said('--as-of', moment);
  await expect.poll(() => facts.innerText()).toMatch(new RegExp(`^${then.counts.people} (people|person), ${then.counts.files} files?, ${then.counts.commits} commits?`));
  await command(page, 'Collaboration: back to now');
  await expect.poll(() => facts.innerText()).toBe(now);

  const { developers } = await said(), telling = developers.flatMap(({ name, email }) => [name, email, name.split(' ')[0]!, email.split('@')[0]!]).filter((word) => word.length > 2);
  const isTold = (text: string): string[] => telling.filter((word) => text.toLowerCase().includes(word.toLowerCase()));
  expect(isTold(await tab().innerText()).length).toBeGreaterThan(3);
  await page.keyboard.press('n');
  await tab('[data-names="roles"]').waitFor();
  for (const place of ['now', 'board', 'map', 'bus'] as const) {
    await show(place);
    expect(isTold(await tab().evaluate((element) => `${(element as HTMLElement).innerText} ${[...element.querySelectorAll('[title], [aria-label]')].map((one) => `${one.getAttribute('title')} ${one.getAttribute('aria-label')}`).join(' ')}`)), place).toEqual([]);
    if (place === 'board') await picture(page, 'collaboration-roles');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'JSON', exact: true }).click()]);
    const text = readFileSync(await download.path(), 'utf8');
    expect(isTold(text), `export of ${place}`).toEqual([]);
    expect(JSON.parse(text)).toHaveProperty('overview');
  }
  await page.keyboard.press('n');
  await unharmed();
});

test('the map shows its matrices, who computed them and why, and what a cell says', async () => {
  await show('map');
  for (const kind of ['Who knows what', 'Who knows the same', 'Who works on the same', 'Whose are these ACUs', 'What changes together']) {
    await page.getByRole('button', { name: kind, exact: true }).click();
    await page.locator('.heat-view[data-waiting="false"]').waitFor();
    await page.locator(`[data-testid="${ids.heat}"][data-settled="true"]`).waitFor();
  }
  await page.getByRole('button', { name: 'Who knows the same', exact: true }).click();
  await expect.poll(() => page.getByTestId(ids.computed).innerText()).toMatch(/(CPU|GPU)/);
  const heat = page.getByTestId(ids.heat);
  await page.locator('.heat-view[data-kind="interaction"][data-waiting="false"]').waitFor();
  await page.locator(`[data-testid="${ids.heat}"][data-settled="true"]`).waitFor();
  await heat.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => heat.getAttribute('data-focus')).toMatch(/\d/);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByRole('complementary', { name: 'Chosen cell' }).innerText()).toMatch(/of the largest of this map/);
  await picture(page, 'collaboration-map-light');
  await accessible(page);
  await unharmed();
});

test('in the dark, in forced colours and in a narrow window it stays what it is', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const place of ['now', 'board', 'map', 'bus'] as const) {
    await show(place);
    await picture(page, `collaboration-${place}-dark`);
    if (place === 'now' || place === 'board') await accessible(page);
  }
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active' });
  await show('now');
  await picture(page, 'collaboration-forced');
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  await page.setViewportSize({ width: 820, height: 700 });
  for (const place of ['now', 'board', 'map', 'bus'] as const) {
    await show(place);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), place).toBe(0);
    await picture(page, `collaboration-${place}-narrow`);
  }
  expect(session.complaints).toEqual([]);
  await unharmed();
});

test('of a long history what the newest commits say is there before the rest is read, and says so', async () => {
  const dir = shared(tempDir('long-history')), repository = join(dir.path, 'long');
  initBare(repository);
  const commit = (n: number, ref: string): string => `commit ${ref}\nmark :${n + 1}\nauthor Person ${n % 5} <person${n % 5}@example.invalid> ${1_600_000_000 + n * 3600} +0000\ncommitter Person ${n % 5} <person${n % 5}@example.invalid> ${1_600_000_000 + n * 3600} +0000\ndata 1\nx\n`;
  const change = (n: number): string => `M 100644 inline f${n % 7}.txt\ndata ${String(n).length + 1}\n${n}\n\n`;
  const stream = Array.from({ length: 1200 }, (_, n) => `${commit(n, 'refs/heads/main')}${n === 0 ? '' : `from :${n}\n`}${change(n)}`).join('');
  fastImport(repository, `${stream}${['one', 'two'].map((name, k) => `${commit(1200 + k, `refs/heads/${name}`)}from :1200\n${change(1204 + 7 * k)}`).join('')}`);
  await launch({ repository, viewport: { width: 1440, height: 900 } });
  await ready(page);
  // the rest of so small a history is read in the blink of an eye
  const seen = page.evaluate(() => new Promise<string>((done) => {
    new MutationObserver((_, watch) => {
      const facts = document.querySelector('[data-part="500"] .collaboration-facts'), reading = document.querySelector('[data-part="500"] .reading');
      if (facts === null || reading === null) return;
      watch.disconnect();
      done(`${facts.textContent} ${reading.textContent}`);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  }));
  await open();
  expect(await seen).toMatch(/5 people, 7 files, 500 commits.*What stands here is of the newest 500 commits; the older ones are being read\./s);
  await expect.poll(() => page.locator('.collaboration-facts').innerText()).toContain('1,200 commits');
  expect(await tab().getAttribute('data-part')).toBeNull();
  expect(session.complaints).toEqual([]);
});
