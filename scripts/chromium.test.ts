// The danger: journeys that quietly do not run, or a machine changed without need.
import { describe, expect, test } from 'vitest';
import { ensureChromium, findChromium, type Machine } from './chromium.ts';

/** A machine on which the named files start, and on which installing makes `brings` appear. */
function machine(files: readonly string[], options: Partial<Machine> & { brings?: string } = {}): Machine & { readonly ran: string[] } {
  const present = new Set(files);
  const ran: string[] = [];
  return {
    env: { PATH: '/opt/bin' }, platform: 'linux', root: false, distribution: 'debian', playwrightPath: '/cache/chrome',
    exists: (path) => present.has(path),
    run(program, args, quiet) {
      if (quiet) return program.includes('stub') ? null : 'Chromium 156.0\n';
      ran.push([program.split('/').at(-1), ...args.map((arg) => arg.split('/').slice(-2).join('/'))].join(' '));
      if (args.includes('install') && options.brings !== undefined) present.add(options.brings);
      return options.brings === undefined ? null : '';
    },
    ...options,
    ran,
  };
}

describe('finding', () => {
  test.each(['/usr/bin/chromium', '/usr/bin/google-chrome', '/opt/bin/chromium', '/cache/chrome'])('%s is found', (path) => {
    const here = machine([path]);
    expect(ensureChromium(here)).toBe(path);
    expect(here.ran).toEqual([]);
  });

  test('CHROMIUM_PATH comes first, and a wrong one is an error, not a fall-back', () => {
    expect(findChromium(machine(['/usr/bin/chromium', '/my/chrome'], { env: { CHROMIUM_PATH: '/my/chrome' } }))).toBe('/my/chrome');
    for (const wrong of ['/nowhere', '/my/stub']) {
      expect(() => findChromium(machine(['/usr/bin/chromium', '/my/stub'], { env: { CHROMIUM_PATH: wrong } }))).toThrow(`CHROMIUM_PATH names ${wrong}`);
    }
  });

  test('a program that does not start is passed over', () => {
    expect(findChromium(machine(['/stub/chromium', '/cache/chrome'], { env: { PATH: '/stub' } }))).toBe('/cache/chrome');
  });
});

describe('installing', () => {
  test('as root on Debian by apt-get', () => {
    const here = machine([], { root: true, brings: '/usr/bin/chromium' });
    expect(ensureChromium(here)).toBe('/usr/bin/chromium');
    expect(here.ran).toEqual(['apt-get update', 'apt-get install -y --no-install-recommends chromium fonts-dejavu-core fonts-liberation']);
  });

  test.each([{ root: false }, { root: true, distribution: 'ubuntu' }, { root: false, platform: 'darwin' as const, distribution: '' }])('by playwright elsewhere: %o', (options) => {
    const here = machine([], { ...options, brings: '/cache/chrome' });
    expect(ensureChromium(here)).toBe('/cache/chrome');
    expect(here.ran).toEqual([expect.stringMatching(/^\S+ playwright\/cli\.js install chromium$/)]);
  });

  test('where nothing works, one sentence with the command', () => {
    expect(() => ensureChromium(machine([], { root: true }))).toThrow(/^[^\n]*as root: apt-get update && apt-get install -y --no-install-recommends chromium [^\n]*CHROMIUM_PATH\.$/);
    expect(() => ensureChromium(machine([], { distribution: 'fedora' }))).toThrow('npx playwright install chromium');
  });
});
