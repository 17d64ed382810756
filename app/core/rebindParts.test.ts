// Danger: a commit that was composed in parts and then amended: no commit of it is there any more, and what it is called is all that one
// can follow. Titles of parts are made in one place and were read in another by another rule.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fastImport, gitLine, initBare, tempDir, type TempDir } from '../../testkit/git.ts';
import { load } from '../../testkit/loaded.ts';
import type { Engine } from './engine.ts';
import type { Grain } from './model.ts';
import { rebind } from './rebind.ts';

let own: TempDir;
beforeAll(() => { own = tempDir('rebind-parts'); initBare(own.path); });
afterAll(() => own.remove());

const lines = (name: string, changed: string | null): string => Array.from({ length: 30 }, (_, i) => (i === 14 && changed !== null ? changed : `${name} ${i}`)).join('\n').concat('\n');
const file = (path: string, text: string): string => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`;
const commit = (ref: string, mark: number, from: number | null, title: string, files: string): string =>
  `commit refs/heads/${ref}\nmark :${mark}\ncommitter A <a@example.invalid> 1700000000 +0000\ndata ${title.length}\n${title}\n${from === null ? '' : `from :${from}\n`}${files}\n`;

/** main, and a branch of one commit in two parts that have nothing in common but their title. */
async function imported(wombat: string, grain: Grain): Promise<Engine> {
  fastImport(own.path, commit('main', 1, null, 'begin', file('apples.txt', lines('a', null)) + file('deep/zebra.txt', lines('z', null)))
    + commit('f', 2, 1, 'Tidy: fruit and animals', file('apples.txt', lines('a', 'quince')) + file('deep/zebra.txt', lines('z', wombat))));
  expect(gitLine(own.path, ['rev-parse', 'refs/heads/f^'])).toBe(gitLine(own.path, ['rev-parse', 'refs/heads/main']));
  const loaded = await load(own.path, { grain });
  await loaded.close();
  return loaded.engine;
}

test('parts of a commit that was amended are followed to the commit of their title, and one of them is told in numbers', async () => {
  const before = await imported('wombat', 'atom'), parts = before.acus.map(({ id }) => id);
  expect(parts).toHaveLength(2);
  const after = await imported('ocelot', 'commit');
  expect(rebind(before, after, parts).answers.map(({ outcome, to }) => ({ outcome, to }))).toEqual(parts.map(() => ({ outcome: 'rebound', to: [after.acus[0]!.id] })));
  expect(rebind(before, after, parts.slice(0, 1)).answers).toMatchObject([{ outcome: 'lost', why: '1 of the 2 parts of Tidy: fruit and animals is in the composition; the commit is all of them' }]);
});
