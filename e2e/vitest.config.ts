// The journeys, once for each door. Those that measure times run by themselves, one after another on whatever cores there are, but for the double, where times are
// told and not judged (look.ts); the others side by side: a journey mostly waits.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { findRuntime } from './electron/runtime.ts';
import type { Door } from './door.ts';

/** Of every door. */
const everywhere = ['e2e/*.journey.ts', 'e2e/journeys/*.journey.ts'];
const timed = ['e2e/journeys/heatmap.journey.ts', 'e2e/journeys/large.journey.ts', 'e2e/journeys/performance.journey.ts', 'e2e/journeys/smooth.journey.ts'];
/** Whose figures are the browser's alone: on the double they have no tests. */
const browserOnly = ['e2e/journeys/smooth.journey.ts'];
const SIDE_BY_SIDE = 3;
const project = (name: string, door: Door, include: readonly string[], isTimed: boolean) => ({
  extends: true as const,
  test: {
    name, include: [...include], exclude: [...isTimed || door === 'electron' ? [] : timed, ...door === 'browser' ? [] : browserOnly], env: { ACUMEN_JOURNEY_DOOR: door },
    maxWorkers: isTimed ? 1 : SIDE_BY_SIDE, fileParallelism: !isTimed, sequence: { groupOrder: isTimed ? 0 : 1 },
  },
});
const window = ['e2e/electron/window.journey.ts', 'e2e/electron/recent.journey.ts'];
const isReal = !('missing' in findRuntime());

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    environment: 'node',
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What a journey prints (times, counts) belongs to its result.
    disableConsoleIntercept: true,
    projects: [
      project('browser, timed', 'browser', timed, true),
      ...isReal ? [project('real electron, timed', 'real electron', timed, true)] : [],
      project('browser', 'browser', everywhere, false),
      project('electron', 'electron', [...everywhere, ...window, 'e2e/electron/double.journey.ts'], false),
      project('real electron', 'real electron', isReal ? [...everywhere, ...window, 'e2e/electron/real.journey.ts'] : ['e2e/electron/missing.journey.ts'], false),
    ],
  },
});
