// What every journey does besides its own steps: takes pictures, asks axe, counts times.
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { at } from '../scripts/steps.ts';
import { door } from './door.ts';

/** Saves e2e/out/NAME.png, to be looked at by a person; of Electron's window in a folder below. On the double it would be the same picture once more. */
export async function picture(page: Page, name: string): Promise<void> {
  if (door === 'electron') return;
  const folder = at(door === 'browser' ? 'e2e/out' : `e2e/out/${door}`);
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' });
}

/**
 * What breaks these rules, in full. Asked in the page itself: Playwright's own wrapper of axe carries all that passes, too, out of the page and into an
 * empty one that it opens to sum up there, for frames of other origins, and takes four times as long.
 */
async function broken(page: Page, runOnly: axe.RunOnly): Promise<readonly axe.Result[]> {
  expect(page.frames().length, 'frames, each of which would have to be asked').toBe(1);
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe.source);
  return page.evaluate(async (options) => (await (globalThis as unknown as { axe: typeof axe }).axe.run(document, options)).violations, { resultTypes: ['violations'], runOnly } satisfies axe.RunOptions);
}

/**
 * Fails with every rule of WCAG 2.2 A and AA that the page breaks, and where. Not asked again on the double: it is the same page in the
 * same Chromium, judged through the browser's door at the same step, and axe takes half a second; `isOnlyHere`: what a browser never shows.
 */
export async function accessible(page: Page, isOnlyHere = false): Promise<void> {
  if (door === 'electron' && !isOnlyHere) return;
  const violations = await broken(page, { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
  expect(violations.map((one) => `${one.id} (${one.impact}): ${one.help}: ${one.nodes.map((node) => node.target.join(' ')).join('; ')}`)).toEqual([]);
}

/** What the state at hand must hold in besides: the looks that a person or a system can ask for. */
const looks = [
  { name: 'dark', media: { colorScheme: 'dark' } },
  { name: 'contrast', media: { contrast: 'more' } },
  { name: 'forced', media: { forcedColors: 'active' } },
] as const;

/**
 * The state at hand judged whole: every rule as it is, the rules of colour in the dark, with more contrast and in forced colours, and a picture of each
 * as e2e/out/NAME-LOOK.png. Once for a state: axe takes its time. On the double nothing, as `accessible` says.
 */
export async function audit(page: Page, name: string): Promise<void> {
  if (door === 'electron') return;
  await picture(page, name);
  await accessible(page);
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const wrong: string[] = [];
  for (const look of looks) {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', contrast: 'no-preference', forcedColors: 'none', ...look.media });
    // what workers draw follows a few frames later
    await page.waitForTimeout(150);
    await picture(page, `${name}-${look.name}`);
    const violations = await broken(page, { type: 'rule', values: ['color-contrast', 'link-in-text-block'] });
    wrong.push(...violations.flatMap((one) => one.nodes.map((node) => `${look.name}: ${one.help}: ${node.target.join(' ')}`)));
  }
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', contrast: 'no-preference', forcedColors: 'none' });
  expect(wrong).toEqual([]);
}

/** The p-th percentile by nearest rank. */
export function percentile(samples: readonly number[], p: number): number {
  if (samples.length === 0) throw new Error('No samples: a time that was not measured has no percentile.');
  return samples.toSorted((a, b) => a - b)[Math.max(0, Math.ceil((p / 100) * samples.length) - 1)]!;
}

/** Whether times are judged here: journeys that measure run alone, but for those on the double, whose times are no Electron's and are only told. */
export const judges = door !== 'electron';

/** Prints p50 and p95 in milliseconds against the bar, and fails only at three times the bar: machines are shared. */
export function bar(what: string, samples: readonly number[], limit: number): void {
  const p95 = percentile(samples, 95);
  console.log(`${what} [${door}]: p50 ${percentile(samples, 50).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms of ${samples.length} (bar ${limit} ms: ${p95 < limit ? 'met' : 'MISSED'})`);
  if (judges) expect(p95, `${what}: p95 in ms`).toBeLessThan(3 * limit);
}
