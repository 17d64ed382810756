// A dozen states as who needs more contrast sees them, and as a system shows them that forces its own colours.
import type { Page } from 'playwright';
import { ids } from '../../app/renderer/testids.ts';
import { command, list } from '../../e2e/screen.ts';
import type { Theme } from './page.ts';
import { askWhyNot, carry, escape, findLargest, look, pending, settled, shot, soon } from './shot.ts';
import type { Part } from './shot.ts';

const dozen = [
  shot('opened', 'Just opened', 'Verdicts by shape as by colour.', async () => undefined),
  shot('palette', 'Commands', 'What cannot be done now says why.', async (page) => { await page.keyboard.press('Control+k'); await page.getByTestId(ids.paletteInput).fill('comp'); }, { of: 'dialog', after: escape }),
  shot('menu', 'A context menu', 'The item with the keyboard is seen.', async (page) => { await page.getByTestId(ids.acuRow).nth(3).click({ button: 'right' }); await soon(page, ids.menu); }, { of: `[data-testid="${ids.menu}"]`, after: escape }),
  shot('settings', 'Settings', 'What is chosen is seen.', async (page) => { await page.keyboard.press('Control+,'); await page.getByRole('tab', { name: 'Appearance' }).click(); }, { of: 'dialog', after: escape }),
  shot('matrix', 'Matrix', 'Blocks, outlines and cells.', async (page) => { await look('Matrix')(page); await settled(page, ids.matrix); }, { rest: 900, of: '.graph', after: look('Picture') }),
  shot('largest', 'The largest set', 'The proof and the one button.', findLargest, { rest: 900, of: '.composition' }),
  shot('composed', 'Composed', 'In, left out, and the tree.', async (page) => { await page.getByTestId(ids.largestTake).click(); await page.getByTestId(ids.member).first().waitFor({ timeout: 120_000 }); await pending(page); }, { rest: 2500 }),
  shot('why-not', 'Why not', 'The reason and the swap.', askWhyNot, { rest: 900, of: '.inspector' }),
  shot('carried', 'While carried', 'Where it can be dropped, and the verdict.', (page) => carry(page, 'conflicts'), { after: (page) => page.mouse.up() }),
  shot('proposal', 'A drop that conflicts', 'What would make room.', (page) => soon(page, ids.proposal), { rest: 1500, of: '.composition' }),
  shot('decide', 'Decide', 'Both sides and the choice.', async (page) => { await page.getByTestId(ids.proposalKeepOpen).click(); await page.locator('.open-conflicts').getByRole('button', { name: 'Decide', exact: true }).click(); await soon(page, ids.decide); await page.keyboard.press('1'); }, { rest: 1200, of: '.decide', after: escape }),
  shot('past', 'An earlier moment', 'Marked as what was.', async (page) => { await list(page).focus(); await page.keyboard.press('Shift+H'); await soon(page, ids.timeStrip); await list(page).focus(); await page.keyboard.press(','); await soon(page, ids.timeBanner); }, { rest: 1500, after: (page) => command(page, 'Time: back to now') }),
];

const as = (name: string, title: string, theme: Theme, media: Parameters<Page['emulateMedia']>[0]): Part => ({ name, title, on: 'repository', themes: [theme], begin: (page) => page.emulateMedia(media), shots: dozen });

export const looks: readonly Part[] = [as('contrast', 'More contrast', 'light', { contrast: 'more' }), as('forced', 'Forced colours', 'dark', { forcedColors: 'active' })];
