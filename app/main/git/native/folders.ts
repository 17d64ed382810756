// The folders that stand in for a git directory while git reads objects for us: made in the temporary folder, for this user alone.
// A process that is killed leaves its own behind, and the next one that needs a folder removes it: the name says whose it was.
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ioFailure, systemCode } from '../failures.ts';

/** PIDs mean something within one namespace: containers may share a temporary folder. */
const NAME = /^acumen-git-([0-9]+)-([0-9]+)-([0-9]+)-[^-]+$/;
let swept = false;

/** A fresh folder; what processes that are gone left behind is removed first. */
export function makeFolder(): string {
  const temporary = tmpdir();
  try {
    const parent = realpathSync.native(temporary);
    if (!swept) sweep(parent);
    swept = true;
    return mkdtempSync(join(parent, `acumen-git-${namespace()}-${process.pid}-${startOf(process.pid) ?? 0}-`));
  } catch (error) {
    throw ioFailure('make a folder in', temporary, error);
  }
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, space, pid, start] = NAME.exec(name) ?? [];
    if (pid === undefined || space !== namespace() || isAlive(Number(pid), Number(start))) continue;
    const path = join(parent, name);
    try {
      const stat = lstatSync(path);
      // Another user may call a folder what they like.
      if (stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid())) removeFolder(path);
    } catch { /* another process is removing it */ }
  }
}

/** Whether the process still runs that had this id and began at this time (0: not known). */
function isAlive(pid: number, start: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return now !== -1 && (start === 0 || now === null || now === start);
}

/** Clock ticks from the machine's start to the process's (proc(5)); null where that is not told. -1: it has ended. */
function startOf(pid: number): number | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return /[ZX]/.test(fields[0]!) ? -1 : Number(fields[19]);
}

function namespace(): string {
  try {
    return /[0-9]+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
