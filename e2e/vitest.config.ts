// The journeys, once for each door: one after another in one process, for they measure times on whatever cores there are.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { findRuntime } from './electron/runtime.ts';
import type { Door } from './door.ts';

/** Of every door. */
const everywhere = ['e2e/*.journey.ts', 'e2e/journeys/*.journey.ts'];
const project = (door: Door, include: readonly string[]) => ({ extends: true as const, test: { name: door, include: [...include], env: { ACUMEN_JOURNEY_DOOR: door } } });
const window = 'e2e/electron/window.journey.ts';
const onReal = 'missing' in findRuntime() ? ['e2e/electron/missing.journey.ts'] : [...everywhere, window, 'e2e/electron/real.journey.ts'];

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
      project('electron', [...everywhere, window, 'e2e/electron/double.journey.ts']),
      project('real electron', onReal),
    ],
  },
});
