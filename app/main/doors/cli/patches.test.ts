// Dangers: a patch named on the command line that is looked for elsewhere, taken for another source's name, forgotten by the next
// import, or read from a pipe that never ends; a document of `--json` in another shape because of it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { git } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import type { SmallRepository } from '../../../../testkit/small.ts';

let folder: string;
let repo: SmallRepository;
const patches: Record<string, string> = {};

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'acumen-cli-patches-'));
  repo = smallRepository(path.join(folder, 'repo'));
  for (const [name, line] of [['one', 3], ['two', 10], ['three', 17]] as const) {
    repo.branch(name, { 'a.txt': numbered(20, { [line]: name }) });
    patches[name] = git(repo.path, ['format-patch', '--stdout', `main..${name}`]);
    if (name !== 'one') repo.git('branch', '-qD', name);
  }
  mkdirSync(path.join(folder, 'in'));
  writeFileSync(path.join(folder, 'one.patch'), patches['one']!);
  writeFileSync(path.join(folder, 'in', 'two.patch'), patches['two']!);
  writeFileSync(path.join(folder, 'in', 'bad.diff'), '--- a/a.txt\n+++ b/a.txt\n@@ -5,3 +5,3 @@\n \x1b[31mno\n-such\n+line\n there\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const acumen = (args: readonly string[], piped?: string): Promise<Ran> => runAcumen([...args, '--store', path.join(folder, 'store.acumen')], { folder, ...piped !== undefined && { piped } });
const json = (ran: Ran): Record<string, unknown> => JSON.parse(ran.out) as Record<string, unknown>;
const sources = async (): Promise<string[]> => [...new Set((json(await acumen(['list', '--json']))['acus'] as { sources: string[] }[]).flatMap((a) => a.sources))].sort();

test('files, folders and pipes; relative to where the person stands; remembered until forgotten', async () => {
  const first = await acumen(['import', 'repo', '--patch', 'one.patch', '--patch', 'in', '--patch', '-', '--json'], patches['three']);
  expect(first.err).toBe('');
  expect(Object.keys(json(first))).toEqual(['base', 'acus', 'sources', 'edits', 'hunks', 'ms']);
  // main, the branch one, and one of its patch with its ending, for its name is taken
  expect(json(first)).toMatchObject({ acus: 3, sources: 5 });
  expect(await sources()).toEqual(['one', 'one.patch', 'stdin', 'two']);
  const again = await acumen(['import', 'repo']);
  expect(again.out).toMatch(/^3 ACUs from 5 sources/);
  expect(again.err).toContain('bad was left out: patch failed: a.txt:5; a.txt: patch does not apply');
  expect(again.err).not.toContain('\x1b');
  expect((await acumen(['check', 'two', 'one.patch', 'stdin'])).status).toBe(0);
  const log = json(await acumen(['log', '--json']))['operations'] as { command: string }[];
  expect(log).toHaveLength(1);
  expect(log[0]!.command).toContain(`--patch ${path.join(folder, 'one.patch')} --patch ${path.join(folder, 'in')}`);
  expect(json(await acumen(['import', 'repo', '--no-patches', '--patch', 'in/two.patch', '--json']))).toMatchObject({ acus: 2, sources: 3 });
  expect(await sources()).toEqual(['one', 'two']);
});

test('what is not there, not a file, or empty', async () => {
  for (const [args, status, code] of [[['--patch', 'nowhere'], 2, 'unknown-name'], [['--patch', '/dev/zero'], 2, 'usage'], [['--patch', '-'], 2, 'usage']] as const) {
    const ran = await acumen(['import', 'repo', ...args]);
    expect(ran).toMatchObject({ status, out: '' });
    expect(ran.err).toContain(`(${code})`);
    expect(ran.err).toMatch(/hint: .+/);
  }
});

test('the real program reads a real pipe', () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const ran = spawnSync(process.execPath, [main, 'import', repo.path, '--patch', '-', '--store', path.join(folder, 'piped.acumen'), '--json'], { input: patches['three']!, env: { HOME: folder }, encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  expect(JSON.parse(ran.stdout)).toMatchObject({ acus: 2, sources: 3 });
});
