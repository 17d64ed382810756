// Danger: processes that are killed fill the temporary folder, or one that lives loses its git directory to another's tidying up.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tempDir } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';

let dir: TempDir;
let temporary: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  dir = tempDir('folders');
  temporary = join(dir.path, 'temporary');
  mkdirSync(temporary);
  smallRepository(join(dir.path, 'repo'), { 'a.txt': numbered(3) });
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  dir.remove();
});

const folders = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('acumen-git-')).sort();

/** A process that has opened the repository through git and now waits; answers its git's own process id. */
async function reading(): Promise<{ child: ChildProcess; git: number }> {
  const bin = join(dir.path, `bin-${children.length}`);
  mkdirSync(bin);
  const real = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(join(bin, 'git'), `#!/bin/sh\necho $$ > '${bin}/pid'\nexec '${real}' "$@"\n`, { mode: 0o755 });
  const script = `import { openRepository } from ${JSON.stringify(join(import.meta.dirname, '../open.ts'))};
    const reader = await openRepository(${JSON.stringify(join(dir.path, 'repo'))}, { reader: 'native', searchPath: ${JSON.stringify(bin)} });
    await reader.commit(await reader.resolve('main'));
    console.log('ready');
    setInterval(() => {}, 1000);
    process.stdin.on('data', async () => { await reader.tree((await reader.commit(await reader.resolve('main~0'))).tree); console.log('again'); }).on('end', () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { PATH: process.env['PATH'], TMPDIR: temporary }, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [said] = await once(child.stdout!, 'data') as [Buffer];
  expect(said.toString()).toBe('ready\n');
  return { child, git: Number(execFileSync('cat', [join(bin, 'pid')], { encoding: 'utf8' })) };
}

const runs = (pid: number): boolean => { try { process.kill(pid, 0); return true; } catch { return false; } };

test('what a killed process leaves is removed by the next, and what a living one uses stays', async () => {
  const living = await reading();
  const killed = await reading();
  expect(folders().length).toBe(2);
  killed.child.kill('SIGKILL');
  await once(killed.child, 'close');
  // The danger is real: nobody tidied up. But its git has ended by itself.
  expect(folders().length).toBe(2);
  for (let i = 0; i < 500 && runs(killed.git); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(runs(killed.git)).toBe(false);

  // Folders of other people's and other programs' making: alike, and not touched.
  const foreign = ['acumen-git-', 'acumen-git-1-2', 'acumen-git-99-1-1-abcdef', 'acumen-gitlab-0-1-1-abcdef'];
  for (const name of foreign) mkdirSync(join(temporary, name));
  const own = folders().find((name) => /^acumen-git-\d+-\d+-\d+-/.test(name) && !foreign.includes(name))!;
  const space = own.split('-')[2]!;
  symlinkSync(dir.path, join(temporary, `acumen-git-${space}-999999999-1-abcdef`));
  // A process of today may have the number of one that is gone.
  const reused = `acumen-git-${space}-${process.pid}-1-abcdef`;
  mkdirSync(join(temporary, reused));

  const next = await reading();
  const left = folders();
  expect(left.filter((name) => name.includes(`-${killed.child.pid}-`))).toEqual([]);
  expect(left.filter((name) => name.includes(`-${living.child.pid}-`)).length).toBe(1);
  expect(left).toEqual(expect.arrayContaining(foreign.filter((name) => name.startsWith('acumen-git-'))));
  expect(existsSync(join(temporary, 'acumen-gitlab-0-1-1-abcdef'))).toBe(true);
  expect(existsSync(join(dir.path, 'repo'))).toBe(true);
  if (process.platform === 'linux') expect(left).not.toContain(reused);
  else console.log('skipped: this platform does not tell when a process began, so a folder named after a number in use again stays');
  living.child.stdin!.write('again\n');
  expect(String((await once(living.child.stdout!, 'data'))[0])).toBe('again\n');

  for (const { child } of [living, next]) {
    child.stdin!.end();
    await once(child, 'close');
  }
  for (const { child } of [living, killed, next]) expect(folders().filter((name) => name.includes(`-${child.pid}-`))).toEqual([]);
});
