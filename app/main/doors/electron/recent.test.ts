// Dangers: a repository that is said to be gone and is not, or is offered and is gone; a drive that answers nothing and holds everything up; one taken
// off the list that comes back, or takes others with it.
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempDir } from '../../../../testkit/git.ts';
import { MOST_RECENT, findGone, recentOf } from './recent.ts';
import { type Remembered, forget } from './remembered.ts';

const bounds = { x: 0, y: 0, width: 900, height: 600 };
const of = (repository: string, store = `${repository}.acumen`): Remembered => ({ store, repository, bounds, maximised: false });

test('the ten newest, each repository once, with those that are not there', () => {
  const windows = [of('/b'), of('/a'), of('/b', '/other.acumen'), ...Array.from({ length: 20 }, (_, i) => of(`/${i}`))];
  const recent = recentOf(windows, new Set(['/a', '/nobody']));
  expect(recent).toHaveLength(MOST_RECENT);
  expect(recent.slice(0, 3)).toEqual([{ repository: '/b', isThere: true }, { repository: '/a', isThere: false }, { repository: '/0', isThere: true }]);
});

test('what is not there is found; what cannot be looked at, or does not answer, is not said to be gone', async () => {
  const dir = tempDir('recent');
  try {
    expect(await findGone([dir.path, path.join(dir.path, 'none'), path.join(process.execPath, 'below a file')])).toEqual(new Set([path.join(dir.path, 'none'), path.join(process.execPath, 'below a file')]));
  } finally {
    dir.remove();
  }
  const fail = (code: string): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));
  const looks: Readonly<Record<string, () => Promise<unknown>>> = { '/denied': () => fail('EACCES'), '/stale': () => fail('ESTALE'), '/silent': () => new Promise(() => {}), '/gone': () => fail('ENOENT') };
  expect(await findGone(Object.keys(looks), 20, (folder) => looks[folder]!())).toEqual(new Set(['/gone']));
});

test('forgotten is a repository with whatever stores it has, and no other', () => {
  const windows = [of('/a'), of('/b'), of('/a', '/other.acumen')];
  expect(forget(windows, new Set(['/a', '/nobody']))).toEqual([of('/b')]);
  expect(forget(windows, new Set())).toEqual(windows);
});
