// Which door the journeys of this process go through: e2e/vitest.config.ts says it for each project. A journey is written once, takes its
// driver and its `test` from here, and so says in its name which door it went through.
import { test as plain, type TestContext } from 'vitest';
import type { Driver, ElectronDriver } from './driver.ts';

export const doors = ['browser', 'electron', 'real electron'] as const;
export type Door = (typeof doors)[number];

const named = process.env['ACUMEN_JOURNEY_DOOR'] ?? 'browser';
if (!doors.includes(named as Door)) throw new Error(`BUG: the journeys know no door called ${named}`);
export const door = named as Door;

export async function openDriver(): Promise<Driver> {
  return door === 'browser' ? (await import('./browser.ts')).browserDriver() : openElectron();
}

/** For what only a window of its own has. */
export async function openElectron(): Promise<ElectronDriver> {
  return door === 'real electron' ? (await import('./electron/real.ts')).realDriver() : (await import('./electron.ts')).electronDriver();
}

/** Names the door. `only`: what makes sense for some doors alone is no test of the others. */
export function test(name: string, run: (context: TestContext) => unknown, only: readonly Door[] = doors): void {
  const take = only.includes(door) ? plain : null;
  take?.(`${name} [${door}]`, run);
}
