// One measurement of bench history, in a process of its own so that its memory is its own: says on stdout, as JSON, what it took.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import { historyFrom } from '../app/core/collaboration/history.ts';
import { personOf } from '../app/core/collaboration/identity.ts';
import { Log } from '../app/core/collaboration/log.ts';
import { Mailmap } from '../app/core/collaboration/mailmap.ts';
import type { History } from '../app/core/collaboration/model.ts';
import { packHistory, unpackHistory } from '../app/core/collaboration/packed.ts';
import { atHead } from '../app/main/git/log/head.ts';
import { readLog } from '../app/main/git/log/log.ts';
import { openRepository } from '../app/main/git/open.ts';
import { LayeredCache } from '../app/main/service/cache/cache.ts';
import { historyOf } from '../app/main/service/history/history.ts';
import { blamed } from '../testkit/pasts.ts';

export type RunAsked =
  | { readonly what: 'read'; readonly dir: string; readonly reader: 'native' | 'embedded'; readonly most: number | null }
  /** from the cache, and from what was kept of the commit that lies so many first parents back */
  | { readonly what: 'grow'; readonly dir: string; readonly back: number }
  | { readonly what: 'blame'; readonly dir: string; readonly files: number };

export interface ReadTook {
  readonly commits: number; readonly touches: number; readonly people: number; readonly files: number;
  readonly readMs: number; readonly foldMs: number; readonly packMs: number; readonly unpackMs: number; readonly logMs: number;
  readonly bytes: number; readonly logBytes: number;
  /** MB (10⁶ bytes) that the process ever held, git not counted */
  readonly peakMB: number;
  readonly digest: string;
}
export interface GrowTook { readonly ms: number; readonly grownMs: number; readonly keptMs: number; readonly isSame: boolean }
export interface BlameTook { readonly files: number; readonly lines: number; readonly same: number }

const sinceOf = (): (() => number) => { let last = performance.now(); return () => { const now = performance.now(), ms = now - last; last = now; return ms; }; };
const now = (): number => Math.floor(Date.now() / 1000);

async function read({ dir, reader: choice, most }: Extract<RunAsked, { what: 'read' }>): Promise<ReadTook> {
  const reader = await openRepository(dir, { reader: choice }), head = await reader.resolve('HEAD'), since = sinceOf();
  const { log } = await readLog(reader, head, new Log(reader.objectFormat === 'sha1' ? 40 : 64), most === null ? {} : { mostCommits: most });
  const { files, mailmap } = await atHead(reader, head), readMs = since();
  const history = historyFrom({ log, head, files, mailmap: mailmap === null ? null : new Mailmap(mailmap.text), now: now(), survivors: true }), foldMs = since();
  const bytes = packHistory(history), packMs = since();
  unpackHistory(bytes);
  const unpackMs = since(), logBytes = log.pack().length, logMs = since();
  await reader.close();
  return {
    commits: history.time.length, touches: history.file.length, people: history.people.length, files: history.files.length, readMs, foldMs, packMs, unpackMs, logMs, bytes: bytes.length, logBytes,
    peakMB: process.resourceUsage().maxRSS * 1024 / 1e6, digest: createHash('sha256').update(bytes).digest('hex'),
  };
}

async function grow({ dir, back }: Extract<RunAsked, { what: 'grow' }>): Promise<GrowTook> {
  const reader = await openRepository(dir, { reader: 'native' }), head = await reader.resolve('HEAD');
  let from: Oid = head;
  for (let i = 0; i < back; i++) from = (await reader.commit(from)).parents[0] ?? from;
  const cache = new LayeredCache(), asked = { now: now() }, since = sinceOf();
  await historyOf(cache, reader, from, asked);
  const ms = since(), grown = await historyOf(cache, reader, head, asked), grownMs = since();
  await historyOf(cache, reader, head, asked);
  const keptMs = since(), fresh = await historyOf(new LayeredCache(), reader, head, asked);
  await reader.close();
  return { ms, grownMs, keptMs, isSame: fresh.digest === grown.digest };
}

/** Lines of evenly chosen text files that are of the same person here and by `git blame`. */
async function blame({ dir, files: wanted }: Extract<RunAsked, { what: 'blame' }>): Promise<BlameTook> {
  const reader = await openRepository(dir, { reader: 'native' }), head = await reader.resolve('HEAD');
  const { log } = await readLog(reader, head, new Log(reader.objectFormat === 'sha1' ? 40 : 64)), { files, mailmap } = await atHead(reader, head);
  await reader.close();
  const history: History = historyFrom({ log, head, files, mailmap: mailmap === null ? null : new Mailmap(mailmap.text), now: now(), survivors: true });
  const who = personOf(history), own = new Map<string, number>();
  for (const [i, file] of history.survivors.file.entries()) own.set(`${history.files[file]!.path}\0${history.survivors.person[i]!}`, history.survivors.lines[i]!);
  const listed = spawnSync('git', ['diff-tree', '-r', '-z', '--numstat', '4b825dc642cb6eb9a060e54bf8d69288fbee4904', head], { cwd: dir, encoding: 'latin1', maxBuffer: 1 << 28 });
  const texts = listed.stdout.split('\0').filter((row) => /^[1-9]/.test(row)).map((row) => row.split('\t').slice(2).join('\t') as PathBytes);
  const hasLines = new Set(files?.filter(({ content }) => content !== null).map(({ path }) => path)), judged = texts.filter((path) => hasLines.has(path));
  const step = Math.max(1, Math.floor(judged.length / wanted)), chosen = judged.filter((_, i) => i % step === 0);
  let lines = 0, same = 0;
  for (const path of chosen) {
    const theirs = new Map<number, number>();
    for (const [one, count] of blamed(dir, head, Buffer.from(path, 'latin1').toString())) {
      const [name, email] = one.split('\0') as [never, never], person = who(name, email);
      theirs.set(person, (theirs.get(person) ?? 0) + count);
    }
    for (const [person, count] of theirs) { lines += count; same += Math.min(count, own.get(`${path}\0${person}`) ?? 0); }
  }
  return { files: chosen.length, lines, same };
}

const asked = JSON.parse(process.argv[2]!) as RunAsked;
const took: ReadTook | GrowTook | BlameTook = asked.what === 'read' ? await read(asked) : asked.what === 'grow' ? await grow(asked) : await blame(asked);
process.stdout.write(JSON.stringify(took));
