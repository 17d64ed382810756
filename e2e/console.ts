// What journeys do in the performance console: open it, go to a section, put load on, and ask the command line for the same moment.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import type { StatsReport } from '../app/contract/performance.ts';
import { ids } from '../app/renderer/testids.ts';
import { at } from '../scripts/steps.ts';
import type { Session } from './driver.ts';

const run = promisify(execFile);
export const sections = ['overview', 'operations', 'caches', 'workers', 'events', 'memory', 'decisions', 'alerts', 'history', 'slowest'] as const;

export async function openConsole(page: Page): Promise<void> {
  await page.keyboard.press('Alt+4');
  await page.locator(`[data-testid="${ids.console}"]:not([data-at=""])`).waitFor({ timeout: 20_000 });
}

export async function show(page: Page, section: (typeof sections)[number]): Promise<void> {
  await page.locator(`#console-${section}`).click();
  await page.locator(`[data-testid="${ids.console}"][data-section="${section}"]`).waitFor();
}

export async function startLoad(page: Page, rate: number, seconds: number): Promise<void> {
  await page.getByTestId(ids.loadOpen).click();
  await page.getByTestId(ids.loadRate).fill(String(rate));
  await page.getByTestId(ids.loadSeconds).fill(String(seconds));
  await page.getByTestId(ids.loadStart).click();
  await page.locator(`[data-testid="${ids.load}"][data-state="running"]`).waitFor({ timeout: 60_000 });
}

export async function stopLoad(page: Page, store: string): Promise<void> {
  await page.getByTestId(ids.loadStop).click();
  await page.locator(`[data-testid="${ids.load}"][data-state="idle"]`).waitFor({ timeout: 30_000 });
  expect(existsSync(`${store}.load`), 'the scratch copy is gone').toBe(false);
}

/** What the command line says of that moment, in a process of its own. */
export async function statsAt(session: Session, moment: number): Promise<StatsReport> {
  const { stdout } = await run(process.execPath, [at('bin/acumen.js'), 'stats', '--json', '--at', String(moment), '--store', session.store], { maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as StatsReport;
}

export const shownAt = async (page: Page): Promise<number> => Number(await page.getByTestId(ids.console).getAttribute('data-at'));

/** Clicks what exports, and reads the file that the host was given. */
export async function exported(page: Page, title: 'JSON' | 'CSV'): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: title, exact: true }).click()]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`^acumen-.*\\.${title.toLowerCase()}$`));
  return readFileSync(await download.path(), 'utf8');
}
