// What Acumen makes of pairs of branches of a repository of adversarial size, in a process of its own under a limit of memory and of processor
// time, and what git says of them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tryGit } from './git.ts';
import type { NamedPair } from './limits.ts';

/** What Acumen says of a pair; `unable` names its reason. */
export type Answer =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflicts'; readonly detail: string }
  | { readonly kind: 'unable'; readonly reason: string };

export interface Figures {
  readonly importMs: number; readonly conflictsMs: number; readonly composeMs: number; readonly peakMB: number;
  readonly acus: number; readonly blocking: number; readonly partial: number;
  readonly notes: readonly string[];
  readonly answers: readonly Answer[];
}

export interface Bounds { readonly memoryMB: number; readonly cpuSeconds: number }
export class OverLimit extends Error {}

/** Import, conflicts and verdicts on these pairs by the real service in a process of its own. */
export async function judgedByAcumen(dir: string, pairs: readonly NamedPair[], bounds: Bounds, reader: 'native' | 'embedded' = 'native'): Promise<Figures> {
  const child = spawn(process.execPath, [`--max-old-space-size=${bounds.memoryMB}`, fileURLToPath(new URL('limitsProcess.ts', import.meta.url)), dir, join(dir, 'limits.acumen'), reader], { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '', errors = '', over: string | null = null;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => { out += chunk; });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => { errors += chunk; });
  child.stdin.end(JSON.stringify(pairs));
  const watch = setInterval(() => {
    const { residentMB, cpuSeconds } = usageOf(child.pid!);
    if (residentMB > bounds.memoryMB) over = `${residentMB.toFixed(0)} MB of ${bounds.memoryMB}`;
    else if (cpuSeconds > bounds.cpuSeconds) over = `${cpuSeconds.toFixed(0)} s of processor time of ${bounds.cpuSeconds}`;
    if (over !== null) child.kill('SIGKILL');
  }, 100);
  const status = await new Promise<number | string | null>((resolve) => { child.on('close', (code, signal) => resolve(code ?? signal)); });
  clearInterval(watch);
  if (over !== null) throw new OverLimit(`${over}, after: ${errors.trim().split('\n').at(-1) ?? ''}`);
  if (status !== 0) throw new OverLimit(`it ended with ${status}: ${errors.trim().slice(-600)}`);
  return JSON.parse(out) as Figures;
}

/** From /proc, where there is one: elsewhere the limits are those of the child's own heap. */
function usageOf(pid: number): { residentMB: number; cpuSeconds: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100, residentMB: Number(stat[21]) * 4096 / 1e6 };
  } catch {
    return { residentMB: 0, cpuSeconds: 0 };
  }
}

export type GitAnswer = { readonly clean: boolean; readonly tree: string } | null;

/** git's verdicts, and the time they took; null for those it did not give in so many seconds, each and in all. */
export function judgedByGit(dir: string, pairs: readonly NamedPair[], seconds: number): { readonly answers: readonly GitAnswer[]; readonly ms: number } {
  const start = performance.now();
  const answers = pairs.map(([a, b]): GitAnswer => {
    const timeoutMs = Math.round(start + seconds * 1000 - performance.now());
    if (timeoutMs <= 0) return null;
    try {
      const { status, stdout } = tryGit(dir, ['merge-tree', '--write-tree', '--no-messages', '--name-only', a, b], { timeoutMs });
      return status === 0 || status === 1 ? { clean: status === 0, tree: stdout.split('\n')[0]! } : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ETIMEDOUT') return null;
      throw error;
    }
  });
  return { answers, ms: performance.now() - start };
}

export interface Comparison { readonly agreed: number; readonly unable: number; readonly unjudged: number; readonly wrong: readonly string[] }

/** `marked`: what Acumen says aloud that it treats otherwise than git does. */
export function compared(pairs: readonly NamedPair[], ours: readonly Answer[], git: readonly GitAnswer[], marked = /too large|larger than/): Comparison {
  let agreed = 0, unable = 0, unjudged = 0;
  const wrong: string[] = [];
  pairs.forEach(([a, b], i) => {
    const mine = ours[i]!, theirs = git[i]!;
    if (mine.kind === 'unable') unable++;
    else if (theirs === null) unjudged++;
    else if (mine.kind === 'clean' ? theirs.clean && mine.tree === theirs.tree : !theirs.clean || marked.test(mine.detail)) agreed++;
    else wrong.push(`${a} × ${b}: ${JSON.stringify(mine)}, git says ${JSON.stringify(theirs)}`);
  });
  return { agreed, unable, unjudged, wrong };
}
