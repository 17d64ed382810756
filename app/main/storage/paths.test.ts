// Danger: one repository with two stores, or two with one.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../testkit/store.ts';
import { dataFolder, defaultStorePath } from './paths.ts';

const folder = scratchFolder('paths');
afterAll(() => folder.remove());

describe('the default store', () => {
  it.each([
    ['linux', {}, '/home/ann', '/home/ann/.local/share/acumen'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/home/ann', '/data/acumen'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ann', '/home/ann/.local/share/acumen'],
    ['linux', { XDG_DATA_HOME: '' }, '/home/ann', '/home/ann/.local/share/acumen'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/Users/ann', '/Users/ann/Library/Application Support/acumen'],
    ['win32', { APPDATA: 'D:\\Roaming' }, 'C:\\Users\\ann', 'D:\\Roaming\\acumen'],
    ['win32', {}, 'C:\\Users\\ann', 'C:\\Users\\ann\\AppData\\Roaming\\acumen'],
  ] as const)('on %s with %o', (platform, env, home, expected) => {
    expect(dataFolder({ platform, env, home })).toBe(expected);
  });

  it('is one for all ways to a git directory, and another for another', () => {
    const [one, two] = ['one', 'two'].map((name) => join(folder.path, name, '.git')) as [string, string];
    mkdirSync(one, { recursive: true });
    mkdirSync(two, { recursive: true });
    const link = join(folder.path, 'link');
    symlinkSync(one, link, 'junction');
    const at = (gitDir: string): string => defaultStorePath(gitDir, { platform: 'linux', env: { XDG_DATA_HOME: '/data' }, home: '/' });
    expect(at(one)).toMatch(/^\/data\/acumen\/stores\/[0-9a-f]{32}\.sqlite$/);
    expect([at(link), at(join(one, '..', '.git')), at(`${one}/`)]).toEqual([at(one), at(one), at(one)]);
    expect(at(two)).not.toBe(at(one));
  });
});
