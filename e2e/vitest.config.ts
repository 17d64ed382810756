// The journeys, once for each door: one after another in one process, for they measure times on whatever cores there are.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { findRuntime } from './electron/runtime.ts';
import type { Door } from './door.ts';

/** Journeys of this door: all but those of windows and doubles, which are said beside it. */
const everywhere = ['e2e/*.journey.ts', 'e2e/journeys/*.journey.ts'];
const project = (door: Door, include: readonly string[]) => ({ extends: true as const, test: { name: door, include: [...include], env: { ACUMEN_JOURNEY_DOOR: door } } });
const real = 'missing' in findRuntime() ? [] : [...everywhere, 'e2e/electron/window.journey.ts'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What a journey prints (times, counts) belongs to its result.
    disableConsoleIntercept: true,
    projects: [
      project('browser', everywhere),
      project('electron', [...everywhere, 'e2e/electron/double.journey.ts', 'e2e/electron/window.journey.ts']),
      // Without a runtime this says that it was skipped, and why.
      project('real electron', ['e2e/electron/real.journey.ts', ...real]),
    ],
  },
});
