// The danger: rooms compiled anew beside threads of the store that were bundled before, so that a test of dist/ has an old writer write.
import { globSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { at } from './steps.ts';

test('what is bundled of the rooms is as new as they are: `npm run check` and `npm run build` make both', () => {
  const age = (file: string): number => statSync(at(file)).mtimeMs, storage = 'dist/app/main/storage';
  const threads = globSync('**/*.worker.js', { cwd: at(`${storage}/threads`) });
  expect(threads.toSorted()).toEqual(globSync('**/*.worker.js', { cwd: at(storage), exclude: ['threads/**'] }).toSorted());
  for (const file of [...threads.map((one) => `${storage}/threads/${one}`), 'dist/cli/main.js']) expect(age(file), file).toBeGreaterThan(age('dist/app/main/doors/cli/main.js'));
});
