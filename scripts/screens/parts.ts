// What is pictured: the parts of the screen in the order of docs/WORKBENCH.md, each with its states, how a person comes to them, and what to look at.
// A shot begins where the one before it ended.
import type { Page } from 'playwright';
import { ids } from '../../app/renderer/testids.ts';
import type { Session } from '../../e2e/driver.ts';
import { command, list } from '../../e2e/screen.ts';

export interface Shot {
  readonly name: string;
  readonly title: string;
  /** what to look at, one sentence */
  readonly look: string;
  act(page: Page): Promise<unknown>;
  after?(page: Page): Promise<unknown>;
  /** ms before the picture, where the default is too short */
  readonly rest?: number;
}
export interface Part {
  readonly name: string;
  readonly title: string;
  /** what is open; `nothing`: an Acumen that was never started before */
  readonly on: 'repository' | 'nothing';
  begin?(page: Page, session: Session): Promise<unknown>;
  readonly shots: readonly Shot[];
  /** what the page may say, for it is pictured */
  readonly complains?: RegExp;
}

const shot = (name: string, title: string, look: string, act: Shot['act'], more: Partial<Shot> = {}): Shot => ({ name, title, look, act, ...more });
const press = (...keys: readonly string[]) => async (page: Page): Promise<void> => { for (const key of keys) await page.keyboard.press(key); };
const escape = press('Escape');
const rows = (page: Page, mark: string) => page.locator(`[data-testid="${ids.acuRow}"][data-mark="${mark}"]`);
const pending = (page: Page): Promise<void> => page.locator('[data-drop="composition"][data-pending="false"]').waitFor();
const look = (as: 'Picture' | 'Matrix' | 'List') => (page: Page): Promise<void> => page.getByRole('group', { name: 'Look at it as' }).getByRole('button', { name: as }).click();
const large = (page: Page): Promise<void> => command(page, 'Graph: all the room');
const settled = (page: Page, id: string): Promise<void> => page.locator(`[data-testid="${id}"][data-settled="true"]`).waitFor({ timeout: 60_000 });

/** Adds the first that fit, one after another. */
async function compose(page: Page, many: number): Promise<void> {
  await list(page).focus();
  for (let n = 0; n < many; n++) {
    await rows(page, 'fits').nth(n % 3).dblclick();
    await pending(page);
  }
}
async function centre(page: Page, id: string, x = 0.5, y = 0.5): Promise<{ x: number; y: number }> {
  const box = (await page.getByTestId(id).boundingBox())!;
  return { x: box.x + box.width * x, y: box.y + box.height * y };
}

export const parts: readonly Part[] = [
  {
    name: 'window', title: 'The window', on: 'repository',
    shots: [
      shot('overview', 'What is here', 'Who has what in flight, how much of it fits, and what clusters.', async () => undefined),
      shot('palette', 'Commands', 'One list of everything that can be done; what cannot be done now says why.', async (page) => { await page.keyboard.press('Control+k'); await page.getByTestId(ids.paletteInput).fill('comp'); }, { after: escape }),
      shot('keys', 'Keys', 'Everything by keyboard, in one table.', press('?'), { after: escape }),
      shot('menu', 'A context menu', 'The same commands where the pointer is, with their command lines to copy.', async (page) => { await page.getByTestId(ids.acuRow).nth(3).click({ button: 'right' }); await page.getByTestId(ids.menu).waitFor(); }, { after: escape }),
      shot('settings', 'Settings', 'By section, each with what it would change.', async (page) => { await page.keyboard.press('Control+,'); await page.getByTestId(ids.settings).waitFor(); }, { after: escape }),
    ],
  },
  {
    name: 'first', title: 'First run', on: 'nothing',
    shots: [
      shot('sample', 'The sample', 'Where one begins with nothing of one\'s own.', async (page) => { await page.getByTestId(ids.acuRow).first().waitFor(); }),
      shot('open', 'Open a repository', 'By path or by dropping its folder.', async (page) => { await page.keyboard.press('Control+o'); await page.getByTestId(ids.importPath).waitFor(); }),
      shot('refused', 'Refused', 'One sentence, a hint, and the details on demand.', async (page) => { await page.getByTestId(ids.importPath).fill('/nowhere/at/all'); await page.getByTestId(ids.importStart).click(); await page.getByTestId(ids.notice).waitFor(); }, { after: escape }),
    ],
  },
  {
    name: 'graph', title: 'Conflict graph', on: 'repository',
    shots: [
      shot('picture', 'Picture', 'Partitions apart, edges by verdict and kind.', async (page) => { await large(page); await settled(page, ids.graph); }, { rest: 900 }),
      shot('matrix', 'Matrix', 'The same conflicts in an order in which blocks show; partitions are outlined, rings are requirements.', async (page) => { await look('Matrix')(page); await settled(page, ids.matrix); }),
      shot('matrix-cell', 'A cell', 'The cursor goes from conflict to conflict; what was clicked stays, with where it conflicts and what can be done.', async (page) => {
        await page.getByTestId(ids.matrix).focus();
        for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Shift+Enter']) await page.keyboard.press(key);
        await page.getByTestId(ids.matrixPinned).waitFor();
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
      shot('some', 'Some composed', 'What is in it, what came along, and the tree against the base.', async (page) => { await compose(page, 6); await page.getByTestId(ids.inspector).getByTestId(ids.composedFile).first().waitFor(); }, { rest: 900 }),
      shot('proposal', 'A drop that conflicts', 'What would make it fit, and what it would cost.', async (page) => { await rows(page, 'conflicts').first().dblclick(); await page.getByTestId(ids.proposal).waitFor(); }),
    ],
  },
];
