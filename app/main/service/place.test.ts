// Dangers: two repositories that share a store, one repository that has two, a folder that is not the user's.
import path from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder, defaultStore, repositoryName, repositoryPath, version } from './place.ts';

test('each platform has its own folder, and ACUMEN_DATA another', () => {
  expect(dataFolder({ XDG_DATA_HOME: '/x/data' }, 'linux')).toBe('/x/data/acumen');
  expect(dataFolder({ XDG_DATA_HOME: 'relative' }, 'linux')).toMatch(/\/\.local\/share\/acumen$/);
  expect(dataFolder({}, 'darwin')).toMatch(/Library\/Application Support\/Acumen$/);
  expect(dataFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe(path.join('/l', 'Acumen'));
  expect(dataFolder({ ACUMEN_DATA: '/else' }, 'darwin')).toBe('/else');
});

test('a store is named after its repository and told apart by where that lies', () => {
  const store = (gitDir: string) => path.basename(defaultStore(gitDir, { ACUMEN_DATA: '/d' }));
  expect(store('/home/a/project/.git')).toMatch(/^project-[0-9a-f]{12}\.acumen$/);
  expect(store('/home/a/project/.git')).not.toBe(store('/home/b/project/.git'));
  expect(store('/srv/mirror.git')).toMatch(/^mirror-/);
  expect(store('/srv/we ird/ñame/.git')).toMatch(/^[\w.-]+-[0-9a-f]{12}\.acumen$/);
  expect(repositoryPath('/srv/mirror.git')).toBe('/srv/mirror.git');
  expect(repositoryPath('/home/a/project/.git')).toBe('/home/a/project');
  expect(repositoryName('/home/a/project/.git')).toBe('project');
});

test('the version is the package\'s', () => { expect(version()).toMatch(/^\d+\.\d+\.\d+/); });
