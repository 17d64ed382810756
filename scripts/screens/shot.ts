// What a picture is: a part of the screen in its states, how a person comes to each, and what to look at; and the steps that many of them share.
// A shot begins where the one before it ended.
import type { Page } from 'playwright';
import { ids } from '../../app/renderer/testids.ts';
import type { Session } from '../../e2e/driver.ts';
import { command, list } from '../../e2e/screen.ts';
import type { Theme } from './page.ts';

/** The branch that is written. */
export const WRITTEN = 'friday';

export interface Shot {
  readonly name: string;
  readonly title: string;
  /** what to look at, one sentence */
  readonly look: string;
  act(page: Page): Promise<unknown>;
  after?(page: Page): Promise<unknown>;
  /** ms before the picture, where the default is too short */
  readonly rest?: number;
  /** a selector: the picture is of this alone, where the rest of the window is as in other pictures */
  readonly of?: string;
}
export interface Part {
  readonly name: string;
  readonly title: string;
  /** what is open: the repository imported, or with a store that is empty yet; one small enough that all of it is known; or an Acumen that was never started before */
  readonly on: 'repository' | 'unread' | 'small' | 'nothing';
  /** both where not said */
  readonly themes?: readonly Theme[];
  /** makes the small repository in an empty folder */
  make?(folder: string): void;
  begin?(page: Page, session: Session): Promise<unknown>;
  readonly shots: readonly Shot[];
  /** what the page may say, for it is pictured */
  readonly complains?: RegExp;
}

export const shot = (name: string, title: string, look: string, act: Shot['act'], more: Partial<Shot> = {}): Shot => ({ name, title, look, act, ...more });

export const press = (...keys: readonly string[]) => async (page: Page): Promise<void> => { for (const key of keys) await page.keyboard.press(key); };
export const escape = press('Escape');
export const rows = (page: Page, mark: string) => page.locator(`[data-testid="${ids.acuRow}"][data-mark="${mark}"]`);
export const soon = (page: Page, id: string): Promise<void> => page.getByTestId(id).first().waitFor();
export const pending = (page: Page): Promise<void> => page.locator('[data-drop="composition"][data-pending="false"]').waitFor();
export const look = (as: 'Picture' | 'Matrix' | 'List') => (page: Page): Promise<void> => page.getByRole('group', { name: 'Look at it as' }).getByRole('button', { name: as }).click();
export const settled = (page: Page, id: string): Promise<void> => page.locator(`[data-testid="${id}"][data-settled="true"]`).waitFor({ timeout: 60_000 });

/** Adds the first that fit, one after another. */
export async function compose(page: Page, many: number): Promise<void> {
  await list(page).focus();
  for (let n = 0; n < many; n++) {
    await rows(page, 'fits').nth(n % 3).dblclick();
    await pending(page);
  }
}

export async function centre(page: Page, id: string, x = 0.5, y = 0.5): Promise<{ x: number; y: number }> {
  const box = (await page.getByTestId(id).boundingBox())!;
  return { x: box.x + box.width * x, y: box.y + box.height * y };
}

/** Carries the first row with a mark over the composition, as far across and down as said, and waits for what is said of it; the button stays down. */
export async function carry(page: Page, mark: string, across = 0.5, down = 0.7): Promise<void> {
  const from = (await rows(page, mark).first().boundingBox())!, to = (await page.locator('[data-drop="composition"]').boundingBox())!;
  await page.mouse.move(from.x + 60, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 90, from.y + 30, { steps: 3 });
  await page.mouse.move(to.x + to.width * across, to.y + to.height * down, { steps: 6 });
  await page.locator(`[data-testid="${ids.ghost}"]:not([data-kind="unknown"])`).waitFor();
}

/** Lets go where nothing takes it. */
export async function putBack(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.mouse.up();
}

export const unsearched = async (page: Page): Promise<void> => { await page.getByTestId(ids.search).fill(''); await list(page).focus(); await page.waitForTimeout(300); };

/** Finds the largest set: with its proof, before anything is composed. */
export async function findLargest(page: Page): Promise<void> {
  await list(page).focus();
  await page.keyboard.press('l');
  await page.getByTestId(ids.largestTake).waitFor({ timeout: 60_000 });
}

/** Asks why the first that conflicts is not in the composition. */
export async function askWhyNot(page: Page): Promise<void> {
  await rows(page, 'conflicts').first().click({ timeout: 120_000 });
  await command(page, 'Why is the selected ACU');
  await soon(page, ids.whyNot);
}
