// Working trees in the window: an edit saved in one is there with its conflict, marked for what it is, and gone when it is taken back; what begins to
// conflict is said; how they are looked at is on the status line; all of it by keyboard, too. And how long a save takes to show.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { numbered } from '../../testkit/small.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { drive, driver, shared } from '../opened.ts';
import { composed, dragIn, known, ready, row, verdictOf } from '../screen.ts';

const place = shared(known());
drive();

const live = (page: Page) => page.getByTestId(ids.live);
const members = (page: Page): Promise<(string | undefined)[]> => page.getByTestId(ids.member).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']).sort());
const said = (page: Page): Promise<string[]> => page.getByTestId(ids.notice).allInnerTexts();

test('an edit saved in a linked working tree shows with its conflict, and goes when it is taken back', async () => {
  const { repository } = place, folder = dirname(repository.path);
  const [first, second] = ['agent-1', 'agent-2'].map((name) => { const at = join(folder, name); repository.git('worktree', 'add', '-q', '--detach', at, 'main'); return at; }) as [string, string];
  mkdirSync(join(first, 'src'), { recursive: true });
  writeFileSync(join(repository.path, '.git/info/attributes'), '*.big filter=lfs\n');
  const session = await driver.launch({ repository: repository.path });
  const { page } = session;
  await ready(page);
  await page.locator(`[data-testid="${ids.live}"][data-how="watching"]`).waitFor();
  expect(await live(page).innerText()).toContain('watching 3 working trees, no edits');

  // a save, its mark, its conflicts
  writeFileSync(join(first, 'a.txt'), numbered(20, { 3: 'EDITED' }));
  await row(page, 'worktree agent-1').waitFor();
  expect(await row(page, 'worktree agent-1').innerText()).toContain('edited');
  await expect.poll(() => live(page).innerText()).toContain('1 file edited');
  await dragIn(page, 'one');
  await composed(page, ['one']);
  expect((await verdictOf(page, 'worktree agent-1')).kind).toBe('conflicts');
  await page.locator(`[data-testid="${ids.acuRow}"][data-name="worktree agent-1"][data-mark="conflicts"]`).waitFor();

  // the same place in another working tree: said once it begins, and when it ends
  writeFileSync(join(second, 'a.txt'), numbered(20, { 3: 'OTHERWISE' }));
  await expect.poll(() => said(page)).toEqual(expect.arrayContaining([expect.stringContaining('Edits in worktree agent-1 and worktree agent-2 conflict now.')]));
  await picture(page, 'live-conflict');
  writeFileSync(join(second, 'a.txt'), numbered(20, { 12: 'ELSEWHERE' }));
  await expect.poll(() => said(page)).toEqual(expect.arrayContaining([expect.stringContaining('Edits in worktree agent-1 and worktree agent-2 conflict no more.')]));

  // looked at: the mark is plain from then on, until the next save
  await row(page, 'worktree agent-2').click();
  await expect.poll(() => row(page, 'worktree agent-2').innerText()).toContain('not committed');
  await dragIn(page, 'worktree agent-2');
  await composed(page, ['one', 'worktree agent-2']);
  writeFileSync(join(second, 'a.txt'), numbered(20, { 12: 'ELSEWHERE', 17: 'MORE' }));
  await expect.poll(() => page.getByTestId(ids.acuRow).filter({ hasText: 'edited' }).filter({ hasText: 'agent-2' }).count()).toBe(1);
  await expect.poll(() => members(page)).toEqual(['one', expect.stringMatching(/^worktree agent-2 as composed/)]);

  // what is not compared is said, and by keyboard
  writeFileSync(join(first, 'large.big'), 'text\n');
  await page.getByTestId(ids.acuList).focus();
  await page.keyboard.press('Shift+E');
  const trees = page.getByTestId(ids.worktrees);
  await trees.waitFor();
  await expect.poll(() => trees.innerText()).toContain('large.big');
  expect(await trees.innerText()).toContain('not compared');
  await accessible(page);
  await picture(page, 'live-working-trees');
  // off and on again, remembered
  await page.getByTestId(ids.liveSwitch).focus();
  await page.keyboard.press('Space');
  await row(page, 'worktree agent-1').waitFor({ state: 'detached' });
  await expect.poll(() => live(page).innerText()).toContain('working trees not looked at');
  await page.keyboard.press('Space');
  await row(page, 'worktree agent-1').waitFor();
  await page.keyboard.press('Escape');

  // how long a save takes to show, from the write to the row on screen
  const took: number[] = [];
  for (let n = 0; n < 12; n++) {
    const before = await row(page, 'worktree agent-1').getAttribute('data-acu');
    const seen = page.waitForFunction(([id, was]) => { const it = document.querySelector<HTMLElement>(`[data-testid="${id}"][data-name="worktree agent-1"]`); return it !== null && it.dataset['acu'] !== was; }, [ids.acuRow, before] as const, { polling: 'raf' });
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    const wrote = performance.now();
    writeFileSync(join(first, 'b.txt'), numbered(20, { 12: 'newer', 5: `save ${n}` }));
    await seen;
    took.push(performance.now() - wrote);
  }
  took.sort((x, y) => x - y);
  console.log(`a save shows on screen after ${took[took.length >> 1]!.toFixed(0)} ms (median of ${took.length}), ${took.at(-1)!.toFixed(0)} ms at most`);

  repository.git('worktree', 'remove', '--force', first);
  await row(page, 'worktree agent-1').waitFor({ state: 'detached' });
  rmSync(second, { recursive: true });
  await expect.poll(() => live(page).innerText(), { timeout: 10_000 }).toContain('watching 1 working tree');
  await expect.poll(() => members(page)).toEqual(['one', expect.stringMatching(/^worktree agent-2 as composed/)]);
  expect(session.complaints).toEqual([]);
  await session.close();
});
