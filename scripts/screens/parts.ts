// What is pictured of a repository with hundreds of branches: the parts of the screen in the order of docs/WORKBENCH.md, each with its states.
import { ids } from '../../app/renderer/testids.ts';
import { command, list } from '../../e2e/screen.ts';
import { WRITTEN, askWhyNot, carry, centre, compose, escape, look, pending, press, putBack, rows, settled, shot, soon, unsearched } from './shot.ts';
import type { Part } from './shot.ts';

export const parts: readonly Part[] = [
  {
    name: 'window', title: 'The window', on: 'repository',
    shots: [
      shot('opened', 'Just opened', 'What is here, how much of it fits, and what clusters.', async () => undefined),
      shot('palette', 'Commands', 'One list of everything that can be done; what cannot be done now says why.', async (page) => { await page.keyboard.press('Control+k'); await page.getByTestId(ids.paletteInput).fill('comp'); }, { after: escape }),
      shot('palette-none', 'No such command', 'Nothing is called that.', async (page) => { await page.keyboard.press('Control+k'); await page.getByTestId(ids.paletteInput).fill('zzzz'); }, { after: escape }),
      shot('keys', 'Keys', 'Everything by keyboard, in one table.', press('?'), { after: escape }),
      shot('menu', 'A context menu', 'The same commands where the pointer is, with their command lines to copy.', async (page) => { await page.getByTestId(ids.acuRow).nth(3).click({ button: 'right' }); await soon(page, ids.menu); }, { after: escape }),
      shot('settings', 'Settings', 'By section, each with what it would change.', async (page) => { await page.keyboard.press('Control+,'); await soon(page, ids.settings); }),
      shot('appearance', 'Appearance', 'Theme, contrast, text size, motion, density.', (page) => page.getByRole('tab', { name: 'Appearance' }).click(), { after: escape }),
      shot('notices', 'What was said', 'Errors and news of this window, to be read again.', async (page) => { await command(page, 'Show what was said'); await page.getByRole('dialog', { name: 'Notices' }).waitFor(); }, { of: 'dialog', after: escape }),
      shot('work', 'Long work', 'What runs with its numbers, what waits with its place, what ended lately.', (page) => page.getByTestId(ids.work).click(), { after: escape }),
      shot('worktrees', 'Working trees', 'What is looked at as it is edited, and what is not.', (page) => command(page, 'Working trees: what is looked at'), { after: escape }),
      shot('grain', 'Grain', 'How finely sources are cut, and what becomes of the composition.', (page) => command(page, 'Change the grain'), { after: escape }),
      shot('base', 'Moving the base', 'Onto what everything is composed.', (page) => command(page, 'Move the base'), { after: escape }),
      shot('patches', 'Patch files', 'What came by mail is a source, too.', (page) => command(page, 'Add patch files'), { after: escape }),
      shot('narrow', 'Little room', 'Panes stand behind each other.', async (page) => { await page.setViewportSize({ width: 720, height: 450 }); }, { after: (page) => page.setViewportSize({ width: 1440, height: 900 }) }),
    ],
  },
  {
    name: 'first', title: 'First run', on: 'nothing',
    shots: [
      shot('sample', 'The first window', 'The sample, a repository of one\'s own, or a guide.', async (page) => { await page.waitForTimeout(2500); }),
      shot('open', 'Open a repository', 'By path or by dropping its folder.', async (page) => { await page.keyboard.press('Control+o'); await soon(page, ids.importPath); }),
      shot('refused', 'Refused', 'One sentence, a hint, and the details on demand.', async (page) => { await page.getByTestId(ids.importPath).fill('/nowhere/at/all'); await page.getByTestId(ids.importStart).click(); await soon(page, ids.notice); }, { after: async (page) => { await escape(page); await page.getByTestId(ids.notice).getByRole('button', { name: 'Dismiss' }).click(); } }),
      shot('guide', 'The guide', 'Two minutes from import to branch, left at any time.', async (page) => { await command(page, 'Two-minute guide'); await soon(page, ids.guide); }),
    ],
  },
  {
    name: 'overview', title: 'Overview', on: 'repository',
    shots: [
      shot('acus', 'ACUs', 'Dense rows: verdict, name, size, author, age.', (page) => list(page).focus()),
      shot('search', 'Search', 'Names, authors, paths and symbols as one types.', async (page) => { await page.getByTestId(ids.search).fill('path:cli'); await list(page).focus(); }, { after: unsearched }),
      shot('nothing', 'Nothing matches', 'What filters, and how to clear it.', async (page) => { await page.getByTestId(ids.search).fill('author:nobody-at-all'); await page.keyboard.press('Tab'); await page.getByText('No ACU fits these filters').waitFor(); }, { after: unsearched }),
      shot('authors', 'By author', 'Groups with their counts.', async (page) => { await page.getByTestId(ids.grouping).selectOption('author'); await soon(page, ids.group); }),
      shot('sources', 'Sources', 'Branches and pull requests as rows.', async (page) => { await page.getByTestId(ids.grouping).selectOption({ index: 0 }); await page.getByRole('button', { name: 'Sources', exact: true }).click(); }),
    ],
  },
  {
    name: 'graph', title: 'Conflict graph', on: 'repository',
    shots: [
      shot('picture', 'Picture', 'Partitions apart, edges by verdict and kind.', async (page) => { await command(page, 'Graph: all the room'); await settled(page, ids.graph); }, { rest: 900 }),
      shot('pointed', 'Pointed at', 'Whom it conflicts with, where, and how the conflict begins.', async (page) => {
        for (let n = 0; n < 160; n++) {
          const at = await centre(page, ids.graph, 0.15 + 0.6 * (n % 20) / 19, 0.1 + 0.5 * Math.floor(n / 20) / 7);
          await page.mouse.move(at.x, at.y);
          if (await page.getByTestId(ids.graphTip).isVisible()) return;
        }
        throw new Error('nothing was found under the pointer');
      }, { rest: 900 }),
      shot('matrix', 'Matrix', 'The same conflicts in an order in which blocks show; partitions are outlined, rings are requirements.', async (page) => { await look('Matrix')(page); await settled(page, ids.matrix); }),
      shot('matrix-cell', 'A cell', 'The cursor goes from conflict to conflict; what is pinned says where it conflicts and what can be done.', async (page) => {
        await page.getByTestId(ids.matrix).focus();
        for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Shift+Enter']) await page.keyboard.press(key);
        await soon(page, ids.matrixPinned);
      }, { after: escape }),
      shot('matrix-selected', 'A rectangle', 'Rows a rectangle was drawn over are selected, and can be dragged into the composition from here.', async (page) => {
        const from = await centre(page, ids.matrix, 0.3, 0.32), to = await centre(page, ids.matrix, 0.5, 0.55);
        await page.mouse.move(from.x, from.y);
        await page.mouse.down();
        await page.mouse.move(to.x, to.y, { steps: 6 });
        await page.mouse.up();
      }),
      shot('matrix-author', 'By author', 'Who conflicts with whom.', async (page) => { await page.getByTestId(ids.matrixOrder).selectOption('author'); await settled(page, ids.matrix); }),
      shot('list', 'List', 'The same for the keyboard and for screen readers.', look('List')),
    ],
  },
  {
    name: 'compose', title: 'Composition', on: 'repository',
    shots: [
      shot('empty', 'Nothing composed', 'What it is for, and the one button to begin with.', async (page) => { await list(page).focus(); }),
      shot('fits', 'Carried: it fits', 'The verdict in words, before it is dropped.', (page) => carry(page, 'fits', 0.1, 0.45), { of: '.composition', after: putBack }),
      shot('needs', 'Carried: it needs others', 'What would come along.', (page) => carry(page, 'needs', 0.1, 0.45), { of: '.composition' }),
      shot('needed', 'What came along', 'Dropped, what it needs comes with it; undo is at hand.', async (page) => { await page.mouse.up(); await soon(page, ids.notice); }, { of: '.notices', after: async (page) => { await page.keyboard.press('Control+z'); await page.getByTestId(ids.member).first().waitFor({ state: 'detached' }); await pending(page); } }),
      shot('recipes-none', 'No recipe kept', 'What recipes are.', async (page) => { await command(page, 'Recipes: sets'); await soon(page, ids.recipes); }, { of: '.composition', after: (page) => command(page, 'Recipes: sets') }),
      shot('undecided', 'Nothing to decide', 'When there is something, and what then.', (page) => page.locator('#inspector-decide').click(), { of: '.inspector' }),
      shot('uncomposed', 'No composed tree', 'What is shown here once something is composed.', (page) => page.locator('#inspector-composed').click(), { of: '.inspector' }),
      shot('some', 'Some composed', 'What is in it, what came along, and the tree against the base.', async (page) => { await compose(page, 6); await page.locator('#inspector-composed').click(); await page.getByTestId(ids.inspector).getByTestId(ids.composedFile).first().waitFor(); }, { rest: 900 }),
      shot('provenance', 'Who brought each line', 'Beside the composed text.', (page) => command(page, 'Differences: who brought each line'), { rest: 900 }),
      shot('recipes', 'Recipes', 'Sets kept by name, compared and applied again.', async (page) => {
        await list(page).focus();
        await page.keyboard.press('k');
        await page.getByTestId(ids.recipeName).fill('friday');
        await page.getByTestId(ids.recipeKeep).click();
        await soon(page, ids.recipe);
      }, { after: escape }),
      shot('write', 'Write a branch', 'The one thing that touches the repository, with what it will do.', async (page) => { await command(page, 'Write the composition'); await page.getByTestId(ids.branchName).fill(WRITTEN); }, { rest: 900 }),
      shot('written', 'Written', 'And undoable, also tomorrow.', async (page) => { await page.getByTestId(ids.branchName).press('Enter'); await soon(page, ids.branchResult); }, { after: escape }),
      shot('what-if', 'What if', 'Another set is looked at, without making it so.', async (page) => { await rows(page, 'fits').nth(1).click(); await page.keyboard.press('Shift+W'); await soon(page, ids.whatIfBanner); }, { rest: 900, of: '.composition', after: (page) => page.getByTestId(ids.whatIfBanner).getByRole('button', { name: 'Leave' }).click() }),
      shot('many', 'Several at once', 'Of several that conflict, those that fit can be added.', async (page) => {
        await list(page).focus();
        await page.keyboard.press('Home');
        for (let n = 0; n < 14; n++) await page.keyboard.press('Shift+ArrowDown');
        await page.keyboard.press('Enter');
        await soon(page, ids.proposal);
      }, { rest: 2500, of: '.composition', after: async (page) => { await page.getByTestId(ids.proposal).getByRole('button', { name: 'Leave out' }).click(); await rows(page, 'fits').first().click(); } }),
      shot('dragged', 'While carried', 'The verdict beside the pointer; what cannot take it dims.', (page) => carry(page, 'conflicts'), { after: (page) => page.mouse.up() }),
      shot('proposal', 'A drop that conflicts', 'What would make it fit, and what it would cost; or it is kept open.', (page) => soon(page, ids.proposal)),
      shot('open', 'Kept open', 'What is not decided stands above what is composed.', async (page) => { await page.getByTestId(ids.proposalKeepOpen).click(); await soon(page, ids.openConflict); }),
      shot('decide', 'Decide', 'Place by place: ours, theirs, both, or a text of one\'s own.', async (page) => { await page.locator('.open-conflicts').getByRole('button', { name: 'Decide', exact: true }).click(); await soon(page, ids.decide); }, { rest: 900 }),
      shot('decided', 'One side taken', 'What the merged text becomes.', press('1')),
      shot('whole-file', 'The whole file', 'The same within all of the file.', press('w'), { rest: 900, of: '.decide', after: press('w') }),
      shot('written-by-hand', 'A text of one\'s own', 'Written where the result stands.', async (page) => {
        await page.keyboard.press('e');
        await page.getByTestId(ids.decideResult).locator('.cm-content[aria-readonly="false"]').waitFor();
        await page.keyboard.press('Control+Home');
        await page.keyboard.type('* Both of these, in words of our own.');
        await page.keyboard.press('Enter');
      }, { of: '.decide', after: escape }),
      shot('came-in', 'Decided and composed', 'What was decided is one step, and can be undone from where it is said.', async (page) => { await page.keyboard.press('Control+Enter'); await page.getByTestId(ids.notice).filter({ hasText: 'is decided' }).waitFor({ timeout: 120_000 }); }, { of: '.notices', after: async (page) => { await list(page).focus(); await page.keyboard.press('Control+z'); } }),
      shot('decided-before', 'Decided before', 'The same conflict again: the earlier answer is offered.', async (page) => { await page.getByText('all decided before').or(page.getByRole('button', { name: 'As before' })).first().waitFor({ timeout: 60_000 }); }, { of: '.composition' }),
      shot('filled-in', 'An earlier answer', 'Filled in, and to be looked at.', async (page) => { await page.locator('.open-conflicts').getByRole('button', { name: 'Decide', exact: true }).click(); await soon(page, ids.decide); }, { rest: 900, of: '.decide', after: escape }),
    ],
  },
  {
    name: 'largest', title: 'Largest set and why not', on: 'repository',
    shots: [
      shot('searching', 'Searching', 'What was found so far, of at most how much, and Cancel.', async (page) => { await list(page).focus(); await page.keyboard.press('l'); await page.locator(`[data-testid="${ids.largest}"][data-state="searching"]`).waitFor(); }, { rest: 700, of: '.composition' }),
      shot('found', 'The largest compatible set', 'Weight, bound, and whether it is proved.', (page) => page.getByTestId(ids.largestTake).waitFor({ timeout: 60_000 }), { rest: 900 }),
      shot('left-out', 'One that is left out', 'Its whole reason, and the swap.', async (page) => { await page.getByTestId(ids.leftOutRow).nth(1).click(); await page.locator('.left-out-more').waitFor(); }, { rest: 900, of: '.composition' }),
      shot('taken', 'Composed', 'What is in, and what is left out.', async (page) => { await page.getByTestId(ids.largestTake).click(); await pending(page); await page.waitForTimeout(1500); }, { rest: 900 }),
      shot('why-not', 'Why not this one', 'The smallest set that keeps it out, and what a swap would cost.', askWhyNot, { rest: 900 }),
    ],
  },
  {
    name: 'inspector', title: 'Inspector', on: 'repository',
    shots: [
      shot('acu', 'An ACU', 'Facts, files, and the difference with syntax colours.', async (page) => { await page.getByTestId(ids.acuRow).nth(2).click(); await page.getByTestId(ids.acuFile).first().waitFor(); }, { rest: 1200 }),
      shot('by-name', 'By name', 'What became of each function, type and key.', (page) => command(page, 'Differences: by name, or by line'), { rest: 900, after: (page) => command(page, 'Differences: by name, or by line') }),
      shot('split', 'Side by side', 'In the whole width of the pane.', async (page) => { await command(page, 'Differences: side by side or unified'); }, { rest: 900, after: (page) => command(page, 'Differences: side by side or unified') }),
      shot('dependencies', 'Dependencies', 'What it requires and what requires it.', async (page) => { await rows(page, 'needs').first().click(); await command(page, 'Show what the selected ACU requires'); }, { rest: 900 }),
      shot('history', 'History of an ACU', 'What became of it.', (page) => command(page, 'Show what became of the selected ACU'), { rest: 900 }),
      shot('stale', 'Needs a rebase', 'Where it conflicts with the base.', async (page) => { await page.getByRole('button', { name: 'Facts' }).click(); await rows(page, 'stale').first().click(); }, { rest: 900 }),
      shot('several', 'Several selected', 'What they are to each other.', async (page) => { await rows(page, 'fits').first().click(); await page.keyboard.press('Shift+ArrowDown'); await page.keyboard.press('Shift+ArrowDown'); }, { rest: 900 }),
    ],
  },
  {
    name: 'conflicts', title: 'Conflicts', on: 'repository',
    shots: [
      shot('none', 'None like that', 'What filters, where nothing is left.', async (page) => { await page.keyboard.press('Alt+2'); await soon(page, ids.conflictRow); await page.getByPlaceholder('Path or name').fill('nobody-at-all'); }, { rest: 900, of: '.conflicts', after: (page) => page.getByPlaceholder('Path or name').fill('') }),
      shot('list', 'Every conflict', 'Filtered by verdict, kind, path and name.', async (page) => { await page.keyboard.press('Alt+2'); await soon(page, ids.conflictRow); }),
      shot('one', 'One in full', 'The base, each side and the merged text.', async (page) => { await page.getByTestId(ids.conflictRow).first().click(); await page.getByTestId(ids.conflictDetail).locator('.cm-content').first().waitFor(); }, { rest: 900 }),
    ],
  },
  {
    name: 'time', title: 'Time', on: 'repository',
    begin: async (page) => { await compose(page, 5); },
    shots: [
      shot('strip', 'The strip', 'Every operation of the log, by place.', async (page) => { await list(page).focus(); await page.keyboard.press('Shift+H'); await soon(page, ids.timeStrip); }, { rest: 900 }),
      shot('past', 'An earlier moment', 'Everything as it was then, read only, and marked.', async (page) => { await list(page).focus(); for (const key of [',', ',', ',']) { await page.keyboard.press(key); await page.waitForTimeout(400); } await soon(page, ids.timeBanner); }, { rest: 1200 }),
      shot('compared', 'Two moments', 'What changed between them.', async (page) => { await command(page, 'Compare with now'); await page.locator(`[data-testid="${ids.timeCompare}"][data-status="ready"]`).waitFor(); }, { rest: 900 }),
      shot('branch-off', 'Branch off', 'What was composed then, as a branch.', async (page) => { await command(page, 'Branch off'); await page.locator('#time-branch-name').waitFor(); }, { of: '.time', after: escape }),
      shot('history', 'History', 'Each operation with its way back.', async (page) => { await command(page, 'Time: back to now'); await page.locator('#inspector-history').click(); await soon(page, ids.historyRow); }),
    ],
  },
  {
    name: 'collaboration', title: 'Collaboration', on: 'repository',
    begin: async (page) => { await page.keyboard.press('Alt+3'); await page.locator(`[data-testid="${ids.collaboration}"][data-status="ready"]`).waitFor({ timeout: 300_000 }); },
    shots: [
      shot('now', 'Who should talk now', 'Whose work in flight touches whose.', async () => undefined, { rest: 900 }),
      shot('board', 'Board', 'Who decides what.', press(']'), { rest: 1500 }),
      shot('heat', 'Heat map', 'Who knows what, clustered.', press(']'), { rest: 2500 }),
      shot('bus-factor', 'Bus factor', 'What only one or two people know.', press(']'), { rest: 2500 }),
    ],
  },
  {
    name: 'performance', title: 'Performance', on: 'repository',
    shots: [
      shot('overview', 'Console', 'What the engine is doing, with units and windows.', async (page) => { await page.keyboard.press('Alt+4'); await soon(page, ids.console); }, { rest: 4000 }),
      shot('operations', 'Operations', 'The next section.', press(']'), { rest: 2000 }),
    ],
  },
  {
    name: 'away', title: 'Service away', on: 'repository', complains: /failed|WebSocket|ERR_CONNECTION/,
    begin: async (_, session) => { await session.kill(); },
    shots: [
      shot('window', 'The service is away', 'Verdicts go on, changes wait, and the window says so.', async (page) => { await page.waitForTimeout(1500); await page.getByTestId(ids.acuRow).nth(2).hover(); }),
      shot('refused', 'A change while it is away', 'It is not made, and says so.', async (page) => { await page.getByTestId(ids.acuRow).nth(2).click(); await page.keyboard.press('Enter'); await soon(page, ids.notice); }, { of: '.notices' }),
    ],
  },
];
