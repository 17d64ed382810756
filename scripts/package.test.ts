// The danger: a package that runs what nobody meant to ship, or that lacks what it needs and is first missed on someone else's
// machine. electron-builder packs the present build on a stub runtime; what comes out is compared with an allow-list, and runs.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedFuses, stubRuntime } from '../testkit/electronRuntime.ts';
import { tempDir } from '../testkit/git.ts';
import { at, root } from './steps.ts';

interface Asar { listPackage(archive: string, options: { isPack: boolean }): string[]; extractAll(archive: string, to: string): void }
const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { main: string; version: string; devDependencies: Record<string, string> };

/** Packages that the window's rooms import, and what those need. Whoever adds one adds it here. */
const packages = ['@msgpack/msgpack', '@noble/hashes', 'better-sqlite3', 'cockatiel', 'comlink', 'isomorphic-git', 'lru-cache', 'simple-statistics', 'valibot'];

const dir = tempDir('package');
const inside = (path: string): string => join(dir.path, path);
const unpacked = inside('out/linux-unpacked');
const archive = join(unpacked, 'resources/app.asar');
let listed: string[] = [];

beforeAll(() => {
  stubRuntime(inside('runtime'), manifest.devDependencies['electron']!);
  execFileSync(process.execPath, [at('node_modules/electron-builder/cli.js'), '--linux', 'dir', `--${process.arch === 'arm64' ? 'arm64' : 'x64'}`, '--publish', 'never', `-c.electronDist=${inside('runtime')}`, `-c.directories.output=${inside('out')}`], {
    cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, CI: 'true' },
  });
  // electron-builder's own copy: what packs is what reads
  const asar = createRequire(createRequire(at('node_modules/electron-builder/package.json')).resolve('app-builder-lib/package.json'))('@electron/asar') as Asar;
  listed = asar.listPackage(archive, { isPack: false }).map((path) => path.split(sep).join('/').slice(1));
  asar.extractAll(archive, inside('extracted'));
  listed = listed.filter((path) => path !== '' && !statSync(join(inside('extracted'), path), { throwIfNoEntry: false })?.isDirectory());
}, 120_000);
afterAll(() => dir.remove());

/** The whole closure below `packages`, by the lockfile. */
function closure(): Set<string> {
  const lock = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')) as { packages: Record<string, { dependencies?: Record<string, string> }> };
  const all = new Set<string>();
  const add = (name: string): void => {
    if (all.has(name)) return;
    all.add(name);
    for (const inner of Object.keys(lock.packages[`node_modules/${name}`]?.dependencies ?? {})) add(inner);
  };
  packages.forEach(add);
  return all;
}

describe('the archive', () => {
  test('holds our own files by name: each room compiled, the threads of the store once more in one file each, the built screen, the sample, and nothing else', () => {
    const rooms = globSync('app/{core,contract,workers,main/{git,storage,service,doors/electron}}/**/*.ts', { cwd: root })
      .filter((path) => !/\.test\.ts$|\.d\.ts$/.test(path) && !path.includes(`${sep}preload${sep}`))
      .map((path) => `dist/${path.split(sep).join('/').replace(/\.ts$/, '.js')}`);
    const threads = globSync('**/*.worker.ts', { cwd: at('app/main/storage') }).map((path) => `dist/app/main/storage/threads/${path.split(sep).join('/').replace(/\.ts$/, '.js')}`);
    const screen = globSync('dist/renderer/**/*', { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length).split(sep).join('/'));
    const sample = globSync('resources/sample/*', { cwd: root }).map((path) => path.split(sep).join('/'));
    const allowed = [...rooms, ...threads, 'dist/app/main/doors/electron/preload.cjs', ...screen, ...sample, 'resources/icons/512x512.png', 'LICENSE', 'package.json'].sort();
    const own = listed.filter((path) => !path.startsWith('node_modules/')).sort();
    expect(own, 'a file too many may be an old build: remove dist/ and run npm run build').toEqual(allowed);
    for (const entry of ['main.js', 'service.js', 'preload.cjs']) expect(own).toContain(`dist/app/main/doors/electron/${entry}`);
    expect(own).toContain(manifest.main);
  });

  test('holds the packages that the rooms import and those these need, and no others', () => {
    const found = new Set(listed.filter((path) => path.startsWith('node_modules/')).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)![1]!));
    expect(packages.filter((name) => !found.has(name))).toEqual([]);
    expect([...found].filter((name) => !closure().has(name))).toEqual([]);
  });

  test('has one native binary, this platform\'s, beside it rather than in it', () => {
    const natives = globSync('**/*.node', { cwd: unpacked }).map((path) => path.split(sep).join('/'));
    expect(natives).toEqual([`resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`]);
    const beside = globSync('resources/app.asar.unpacked/**/*', { cwd: unpacked, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(beside.length, 'nothing but the binary escapes the archive').toBe(1);
  });

  test('has no tests, sources, maps, types or scripts of ours', () => {
    expect(listed.filter((path) => /\.(test\.js|tsx?|map|d\.cts|tsbuildinfo)$/.test(path) || /^(e2e|testkit|bench|scripts|\.ci)\//.test(path))).toEqual([]);
    expect(JSON.parse(readFileSync(inside('extracted/package.json'), 'utf8'))).not.toHaveProperty('scripts');
  });

  // What is packed runs: the service of the package imports the sample into a store of its own, with no node_modules but its own.
  test('runs: its service opens the sample', () => {
    cpSync(join(unpacked, 'resources/app.asar.unpacked'), inside('extracted'), { recursive: true });
    writeFileSync(inside('extracted/packed.mjs'), `
      const { sampleRepository } = await import('./dist/app/main/service/sampling.js');
      const { locate } = await import('./dist/app/main/service/locating.js');
      const { openWorkspace } = await import('./dist/app/main/service/serving.js');
      const repo = await sampleRepository(process.env);
      const located = await locate({ repo, store: null, cwd: process.cwd(), env: process.env });
      const workspace = await openWorkspace(located, { env: process.env, git: 'embedded' });
      const summary = await workspace.call('import', { path: located.repo, base: null, refs: [], grain: 'branch', ticket: 'packed' });
      await workspace.close();
      console.log(JSON.stringify(summary));
    `);
    const said = execFileSync(process.execPath, [inside('extracted/packed.mjs')], { cwd: inside('extracted'), encoding: 'utf8', env: { ...process.env, ACUMEN_DATA: inside('data') } });
    expect((JSON.parse(said) as { sources: number }).sources).toBeGreaterThan(40);
  });
});

describe('the runtime', () => {
  test('has its fuses set, which were not so when Electron shipped it', async () => {
    expect(shippedFuses[FuseV1Options.RunAsNode]).toBe('1');
    const wire = await getCurrentFuseWire(join(unpacked, 'acumen'));
    const on = [FuseV1Options.EnableCookieEncryption, FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar];
    const off = [FuseV1Options.RunAsNode, FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseV1Options.EnableNodeCliInspectArguments, FuseV1Options.GrantFileProtocolExtraPrivileges];
    for (const fuse of on) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.ENABLE);
    for (const fuse of off) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.DISABLE);
  });

  test('carries icons of every size a desktop asks for', () => {
    for (const size of [16, 32, 48, 64, 128, 256, 512]) {
      const png = readFileSync(at(`resources/icons/${size}x${size}.png`));
      expect([png.readUInt32BE(16), png.readUInt32BE(20)], `${size}`).toEqual([size, size]);
    }
  });
});
