// The danger: a build that is another program tomorrow, or on another machine. Pins are exact, the lockfile carries integrity
// and names no host, and each platform's own Node is one that Acumen can run on.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { packages, suits } from '../bin/runtime.js';
import { at } from './steps.ts';

type Manifest = Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>;
type Lock = { packages: Record<string, { version?: string; resolved?: string; integrity?: string; link?: boolean; hasInstallScript?: boolean; gypfile?: boolean; optionalDependencies?: Record<string, string> }> };

const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8')) as Manifest;
const lockText = readFileSync(at('package-lock.json'), 'utf8');
const lock = JSON.parse(lockText) as Lock;
const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });

describe('package.json', () => {
  test('pins every package to one exact version', () => {
    expect(pins.length).toBeGreaterThan(20);
    expect(pins.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('agrees with the lockfile', () => {
    for (const [name, version] of pins) expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
  });

  test('carries Node for each platform the launcher knows, new enough', () => {
    expect(Object.keys(manifest.optionalDependencies).filter((name) => name.startsWith('node-')).sort()).toEqual(Object.values(packages).sort());
    for (const name of Object.values(packages)) expect(suits(manifest.optionalDependencies[name]!), name).toBe(true);
  });
});

describe('package-lock.json', () => {
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

  test('names no registry and no other host to fetch from', () => {
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter(([, entry]) => entry.resolved !== undefined || entry.link === true)).toEqual([]);
    expect(lockText).not.toMatch(/"resolved"|\.tgz/);
  });

  test('has integrity for every package', () => {
    expect(installed.filter(([, entry]) => entry.integrity?.startsWith('sha512-') !== true).map(([path]) => path)).toEqual([]);
  });

  test('holds the packages of every platform, whichever one it was written on', () => {
    const named = installed.flatMap(([, entry]) => Object.entries(entry.optionalDependencies ?? {}));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(([name, version]) => /^\d/.test(version) && lock.packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });

  test('brings no package that runs a script when it is installed, except those listed', () => {
    // fsevents compiles nothing we use and exists on macOS alone (optional, of vite and playwright). electron-winstaller copies the
    // 7-Zip of this processor within its own folder; it is electron-builder's, for a kind of installer that we do not build. webgpu
    // takes macOS's quarantine off its own binary, and does nothing elsewhere.
    const known = /(^|\/)(fsevents|electron-winstaller|webgpu)$/;
    expect(installed.filter(([path, entry]) => entry.hasInstallScript === true && !known.test(path)).map(([path]) => path)).toEqual([]);
  });

  // npm runs `node-gyp rebuild` for every package with a binding.gyp, unless it says `gypfile: false`, and `npm ci` believes the
  // lockfile alone, into which npm does not write it: without that line each installation needs Python, make and a compiler.
  test('asks no machine for a compiler: after npm rewrote it, put "gypfile": false back into these packages\' entries', () => {
    const compiled = installed.filter(([path]) => existsSync(at(`${path}/binding.gyp`)));
    expect(compiled.length).toBeGreaterThan(0);
    expect(compiled.filter(([, entry]) => entry.gypfile !== false).map(([path]) => path)).toEqual([]);
  });
});
