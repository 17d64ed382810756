// git's merges of many pairs of commits, in few processes, each with what it says about conflicts. What it writes goes into a folder
// in memory that is emptied between processes: a million merges leave as many objects as the last few thousand of them.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { environment, requireGit, tempDir, tryGit } from './git.ts';
import type { GitVersion } from './git.ts';

/** A version of a conflicting path: stage 1 is the base's, 2 the first side's, 3 the second's. */
export interface Staged { readonly path: string; readonly mode: string; readonly stage: number }
/** `kind` is one of git's few, 'CONFLICT (contents)' say; the paths are those it is about, the main one first. */
export interface Message { readonly kind: string; readonly text: string; readonly paths: readonly string[] }

export interface MergeAnswer {
  readonly clean: boolean;
  /** with conflict markers in it where not clean */
  readonly tree: string;
  /** paths that git leaves unmerged, each once */
  readonly paths: readonly string[];
  readonly staged: readonly Staged[];
  /** only where not clean */
  readonly messages: readonly Message[];
}

export type CommitPair = readonly [string, string];

const COMMAND = ['merge-tree', '--write-tree', '--allow-unrelated-histories'];
/** Objects of so many merges lie in memory at once, about ten for each. */
const PAIRS_PER_PROCESS = 20_000;
const NOTHING: readonly never[] = [];

/** The answer whose fields begin at `at`, and where the next begins; null where fields are still to come. git-merge-tree(1), OUTPUT and INPUT FORMAT. */
function parse(fields: readonly string[], at: number): { answer: MergeAnswer; next: number } | null {
  const status = fields[at], tree = fields[at + 1];
  if (fields[at + 2] === undefined) return null;
  if (status !== '0' && status !== '1') throw new Error(`git merge-tree failed with ${status}`);
  if (status === '1') return { answer: { clean: true, tree: tree!, paths: NOTHING, staged: NOTHING, messages: NOTHING }, next: at + 3 };
  let i = at + 2;
  const staged: Staged[] = [];
  for (; fields[i] !== ''; i++) {
    if (fields[i] === undefined) return null;
    const tab = fields[i]!.indexOf('\t');
    staged.push({ path: fields[i]!.slice(tab + 1), mode: fields[i]!.slice(0, 6), stage: Number(fields[i]![tab - 1]) });
  }
  const messages: Message[] = [];
  // the last field is empty, or advice about submodules that git puts there
  for (i++; fields[i] === undefined || /^\d+$/.test(fields[i]!);) {
    const count = Number(fields[i]);
    if (fields[i] === undefined || fields[i + count + 2] === undefined) return null;
    messages.push({ paths: fields.slice(i + 1, i + 1 + count), kind: fields[i + count + 1]!, text: fields[i + count + 2]! });
    i += count + 3;
  }
  return { answer: { clean: false, tree: tree!, paths: [...new Set(staged.map(({ path }) => path))], staged, messages }, next: i + 1 };
}

async function* inOneProcess(dir: string, pairs: readonly CommitPair[], env: Readonly<Record<string, string>>): AsyncGenerator<MergeAnswer[]> {
  const child = spawn('git', [...COMMAND, '--stdin'], { cwd: dir, env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('latin1').on('data', (text: string) => { errors += text; });
  // a git that dies early closes its input: its exit status tells, not EPIPE
  child.stdin.on('error', () => {});
  child.stdin.end(pairs.map(([a, b]) => `${a} ${b}\n`).join(''));
  try {
    let rest = '', fields: string[] = [];
    for await (const chunk of child.stdout.setEncoding('latin1') as AsyncIterable<string>) {
      const parts = (rest + chunk).split('\0');
      rest = parts.pop()!;
      for (const part of parts) fields.push(part);
      const answers: MergeAnswer[] = [];
      let at = 0;
      for (let one = parse(fields, 0); one !== null; one = parse(fields, at)) { answers.push(one.answer); at = one.next; }
      fields = fields.slice(at);
      if (answers.length > 0) yield answers;
    }
    const [status] = await closed;
    if (status !== 0) throw new Error(`git merge-tree ended with ${status}: ${errors.trim()}`);
  } finally {
    if (child.exitCode === null) child.kill();
  }
}

/** git 2.39 ends with a failed assertion on some merges: halving finds them, and they have no answer. */
async function* answersOf(dir: string, pairs: readonly CommitPair[], env: Readonly<Record<string, string>>): AsyncGenerator<(MergeAnswer | null)[]> {
  let answered = 0;
  try {
    for await (const answers of inOneProcess(dir, pairs, env)) {
      answered += answers.length;
      yield answers;
    }
  } catch (error) {
    if (!/Assertion/.test((error as Error).message)) throw error;
    const left = pairs.slice(answered);
    if (left.length === 1) { yield [null]; return; }
    const middle = left.length >> 1;
    yield* answersOf(dir, left.slice(0, middle), env);
    yield* answersOf(dir, left.slice(middle), env);
    return;
  }
  if (answered !== pairs.length) throw new Error(`git merge-tree answered ${answered} of ${pairs.length} pairs`);
}

export interface MergeOptions {
  /** merged trees go into the repository, for what is built on them */
  readonly keep?: boolean;
  /** a folder of answers that git gave before: commits are named by what they are, so their merges are the same for ever */
  readonly answers?: string | undefined;
}

/** Merges in the order given, some thousands at a time, so that nothing is held of all of them. null: git fails an assertion. */
export async function* mergeAll(dir: string, pairs: Iterable<CommitPair>, { keep = false, answers: folder }: MergeOptions = {}, version: GitVersion = requireGit()): AsyncGenerator<MergeAnswer | null> {
  if (version.major === 2 && version.minor < 39) { // has no --stdin
    for (const [a, b] of pairs) yield mergeOne(dir, a, b);
    return;
  }
  for (let rest = batches(pairs, PAIRS_PER_PROCESS), batch = rest.next(); !batch.done; batch = rest.next()) {
    const file = folder === undefined ? null : join(folder, `${createHash('sha1').update(`${version.text}\n${batch.value.join('\n')}`).digest('hex')}.gz`);
    if (file !== null && existsSync(file)) {
      for (const line of gunzipSync(readFileSync(file)).toString('latin1').split('\n')) yield told(line);
      continue;
    }
    const lines: string[] = [];
    const objects = keep ? null : tempDir('merged');
    try {
      const env: Record<string, string> = objects === null ? {} : { GIT_OBJECT_DIRECTORY: objects.path, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(dir, 'objects') };
      for await (const answers of answersOf(dir, batch.value, env)) {
        if (file !== null) for (const answer of answers) lines.push(lineOf(answer));
        yield* answers;
      }
    } finally {
      objects?.remove();
    }
    if (file === null) continue;
    mkdirSync(folder!, { recursive: true });
    writeFileSync(`${file}.part`, gzipSync(Buffer.from(lines.join('\n'), 'latin1')));
    renameSync(`${file}.part`, file);
  }
}

/** A clean answer is its tree. Names are byte strings, and JSON escapes line feeds. */
const lineOf = (answer: MergeAnswer | null): string => (answer?.clean === true ? answer.tree : JSON.stringify(answer));
const told = (line: string): MergeAnswer | null =>
  (/^[0-9a-f]+$/.test(line) ? { clean: true, tree: line, paths: NOTHING, staged: NOTHING, messages: NOTHING } : JSON.parse(line) as MergeAnswer | null);

function* batches<T>(items: Iterable<T>, size: number): Generator<T[], undefined> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A few merges in one process, at once; the merged trees are kept. */
export function mergeSome(dir: string, pairs: readonly CommitPair[]): MergeAnswer[] {
  const result = tryGit(dir, [...COMMAND, '--stdin'], { input: pairs.map(([a, b]) => `${a} ${b}\n`).join('') });
  // one has failed an assertion, or git is older than --stdin
  if (result.status !== 0) return pairs.map(([a, b]) => mergeOne(dir, a, b));
  const fields = result.stdout.split('\0'), answers: MergeAnswer[] = [];
  for (let one = parse(fields, 0); one !== null && answers.length < pairs.length; one = parse(fields, one.next)) answers.push(one.answer);
  return answers;
}

/** One merge by a process of its own: its status 0 is clean, 1 is conflict. */
export function mergeOne(dir: string, a: string, b: string): MergeAnswer {
  const result = tryGit(dir, [...COMMAND, '-z', a, b]);
  if (result.status !== 0 && result.status !== 1) throw new Error(`git merge-tree exited with ${result.status}: ${result.stderr}`);
  const one = parse([result.status === 0 ? '1' : '0', ...result.stdout.split('\0'), ''], 0);
  if (one === null) throw new Error(`git merge-tree ended inside a field: ${JSON.stringify(result.stdout.slice(-80))}`);
  return one.answer;
}
