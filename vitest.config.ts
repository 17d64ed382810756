// Unit and property tests: beside the code, in every room and tool. The journeys have their own configuration (e2e/).
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{app,testkit,scripts,resources,bench}/**/*.test.{ts,tsx}'],
    environment: 'node',
    globalSetup: ['testkit/dataFolder.ts', 'testkit/endings.ts'],
    setupFiles: ['testkit/seed.ts', 'testkit/equalBytes.ts'],
    pool: 'forks',
    // One more than there are cores: many tests wait for git or a disk.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A property test that fails must say its seed; a test that is skipped must be seen.
    reporters: ['default'],
  },
});
