// What is pictured beside the large repository: what is there before a graph is, what is shown where there is nothing, and what needs a repository made for it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ids } from '../../app/renderer/testids.ts';
import { command, list, row } from '../../e2e/screen.ts';
import { numbered, smallRepository } from '../../testkit/small.ts';
import { carry, compose, escape, pending, rows, shot, soon } from './shot.ts';
import type { Part } from './shot.ts';

/** Lines that read like a program's. */
const table = (changes: Readonly<Record<number, string>> = {}): string => numbered(24, { ...Object.fromEntries(Array.from({ length: 24 }, (_, i) => [i + 1, `  ['station-${i + 1}', ${(i * 37) % 90}.${i % 10}],`])), ...changes });

/** Nothing but main. */
function quiet(folder: string): void {
  smallRepository(join(folder, 'quiet'), { 'stations.ts': table(), 'README.md': '# Tides\n' });
}

/** Two agents' working trees beside one's own, and a branch. */
function worktrees(folder: string): void {
  const repository = smallRepository(join(folder, 'tides'), { 'src/stations.ts': table(), 'README.md': '# Tides\n' });
  repository.branch('maya/units', { 'src/stations.ts': table({ 3: "  ['station-3', 7.4, 'm']," }) }, 'main', 'Maya Lindqvist <maya@example.invalid>');
  repository.branch('docs/read', { 'README.md': '# Tides\n\nHow high the water stands.\n' });
  for (const name of ['agent-1', 'agent-2']) repository.git('worktree', 'add', '-q', '--detach', join(folder, name), 'main');
}

/** Any two of three go together; all three depend on the order. */
function orders(folder: string): void {
  const repository = smallRepository(join(folder, 'order'), { 'old/tides.ts': numbered(12, { 1: 'one' }), 'old/moon.ts': numbered(12, { 1: 'two', 5: 'b' }), 'other.txt': 'other\n' });
  repository.branch('move-tides', { 'old/tides.ts': null, 'new/tides.ts': numbered(12, { 1: 'one' }) });
  repository.branch('drop-moon', { 'old/moon.ts': null });
  repository.branch('add-wind', { 'old/wind.ts': 'new\n' });
}

const save = (session: { readonly repository: string }, tree: string, changes: Readonly<Record<number, string>>): void => {
  const src = join(session.repository, '..', tree, 'src');
  mkdirSync(src, { recursive: true });
  writeFileSync(join(src, 'stations.ts'), table(changes));
};

export const before: Part = {
  name: 'before', title: 'Before there is a graph', on: 'unread', complains: /WebSocket|ERR_|failed|401|403/,
  shots: [
    shot('importing', 'The first import', 'Its steps, the numbers of the one under way, and Cancel.', async (page) => { await page.getByTestId(ids.progress).getByText(/[1-9]\d* of \d/).waitFor({ timeout: 90_000 }); }, { rest: 50 }),
    shot('cancelled', 'Cancelled', 'It can be begun again, or another repository be opened.', async (page) => { await page.getByTestId(ids.cancel).click(); await soon(page, ids.importPath); }),
    shot('refused', 'Not a repository', 'One sentence, and what to give.', async (page) => { await page.getByTestId(ids.importPath).fill('/usr/share'); await page.getByTestId(ids.importStart).click(); await page.getByTestId(ids.notice).filter({ hasText: 'not a git repository' }).waitFor(); }),
    shot('not-let-in', 'Not let in', 'Where the address is to be had, and a place to paste it.', async (page) => {
      await page.context().clearCookies();
      // another page of the same address, or what follows # would be kept
      const address = page.url().replace(/#.*/, '');
      await page.goto('about:blank');
      await page.goto(address);
      await soon(page, ids.token);
    }),
    shot('connecting', 'Connecting', 'What is waited for, until there is an answer.', async (page) => { await page.routeWebSocket(/.*/, () => undefined); await page.reload(); await page.getByText('Connecting to the service').waitFor(); }),
  ],
};

export const rare: readonly Part[] = [
  {
    name: 'quiet', title: 'Nothing to compose', on: 'small', make: quiet,
    begin: (page) => page.getByText('Nothing in flight').first().waitFor(),
    shots: [
      shot('window', 'Nothing in flight', 'What would be shown, and what to do.', async (page) => { await page.waitForTimeout(500); }),
      shot('largest', 'Nothing to choose from', 'The largest set of none.', async (page) => { await command(page, 'Find the largest compatible composition'); await soon(page, ids.largest); }, { rest: 900, of: '.composition', after: (page) => page.getByTestId(ids.largest).getByRole('button', { name: 'Close' }).click() }),
      shot('history', 'One operation', 'The log begins with what was read.', async (page) => { await page.locator('#inspector-history').click(); await soon(page, ids.historyRow); }, { of: '.inspector' }),
      shot('time', 'One moment', 'There is no other to go to yet.', async (page) => { await command(page, 'Time: go through'); await soon(page, ids.timeStrip); }, { of: '.time', after: (page) => command(page, 'Time: go through') }),
      shot('conflicts', 'No conflicts', 'And why.', (page) => page.keyboard.press('Alt+2')),
    ],
  },
  {
    name: 'live', title: 'Working trees', on: 'small', make: worktrees,
    begin: async (page, session) => {
      await row(page, 'maya/units').waitFor();
      await page.locator(`[data-testid="${ids.live}"][data-how="watching"]`).waitFor();
      save(session, 'agent-1', { 3: "  ['station-3', 6.9]," });
      await row(page, 'worktree agent-1').waitFor();
      save(session, 'agent-2', { 3: "  ['station-3', 8.1],", 11: "  ['station-11', 40.2]," });
    },
    shots: [
      shot('conflict', 'Edits that begin to conflict', 'As they are saved, in trees of others, and said once.', async (page) => { await page.getByTestId(ids.notice).filter({ hasText: 'conflict now' }).waitFor(); await row(page, 'worktree agent-2').click(); }, { rest: 1200 }),
      shot('trees', 'What is looked at', 'Each working tree, and what of it is edited.', (page) => command(page, 'Working trees: what is looked at'), { of: 'dialog', after: escape }),
    ],
  },
  {
    name: 'order', title: 'The order of merging', on: 'small', make: orders,
    begin: async (page) => { await row(page, 'drop-moon').waitFor(); await compose(page, 2); },
    shots: [
      shot('carried', 'Depends on the order', 'Two by two they go together; the third depends on who comes first.', async (page) => { await carry(page, 'fits', 0.1, 0.45); }, { rest: 900, of: '.composition' }),
      shot('proposal', 'What only a person can say', 'What depends on it, and the swaps that would not.', async (page) => { await page.mouse.up(); await soon(page, ids.proposal); }, { rest: 900, of: '.composition' }),
    ],
  },
  {
    name: 'queue', title: 'Work that waits', on: 'repository',
    shots: [
      shot('waits', 'The queue is held', 'Verdicts go on; what was asked for waits in its order, each with Cancel.', async (page) => {
        await command(page, 'Hold the queue');
        await list(page).focus();
        await rows(page, 'fits').first().dblclick();
        await page.getByTestId(ids.member).first().waitFor();
        await page.keyboard.press('r');
        await page.keyboard.press('q');
        await soon(page, ids.workItem);
      }, { rest: 1200 }),
      shot('failed', 'What ended', 'Done, cancelled, or failed with why, and Try again.', async (page) => {
        await page.getByRole('button', { name: 'Cancel Import again' }).click();
        await page.getByRole('dialog', { name: 'Work' }).getByRole('button', { name: 'Go on' }).click();
        await pending(page);
        await page.keyboard.press('Escape');
        await page.keyboard.press('Control+o');
        await page.getByTestId(ids.importPath).fill('/nowhere/at/all');
        await page.getByTestId(ids.importStart).click();
        await soon(page, ids.notice);
        await page.keyboard.press('Escape');
        await page.getByTestId(ids.work).click();
        await soon(page, ids.workItem);
      }, { of: '[role="dialog"][aria-label="Work"]' }),
      shot('error', 'An error', 'A sentence, what to do, and the details.', async (page) => { await page.keyboard.press('Escape'); await page.getByTestId(ids.notice).getByText('Details', { exact: true }).first().click(); }, { of: '.notices' }),
    ],
  },
  {
    name: 'base', title: 'A base that moved', on: 'repository', themes: ['light'],
    begin: (page) => compose(page, 8),
    shots: [
      shot('moved', 'What became of each', 'Kept, absorbed by the base, or in need of a rebase; undo brings all of it back.', async (page) => {
        await command(page, 'Move the base');
        await page.getByTestId(ids.base).fill('main~120');
        await page.keyboard.press('Enter');
        await page.getByTestId(ids.rebound).waitFor({ timeout: 300_000 });
      }, { rest: 1500 }),
    ],
  },
  {
    name: 'broken', title: 'A picture that broke', on: 'repository', complains: /graph|worker|told to/i,
    shots: [
      shot('graph', 'The drawing stopped', 'It says so, and is drawn again at a press.', async (page) => {
        for (const worker of page.workers()) if (worker.url().includes('graph')) await worker.evaluate(() => { setTimeout(() => { throw new Error('The drawing was told to stop.'); }, 0); });
        await page.getByRole('button', { name: 'Draw again' }).waitFor();
      }, { of: '.graph' }),
    ],
  },
];
