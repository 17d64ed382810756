// Reads a repository's log into core/collaboration/log.ts: which commits there are, what each says, and what it changed. In waves, so that
// what is held is the log and what is on its way; a commit that cannot be read or compared is noted in its place.
import type { Oid } from '../../../core/bytes.ts';
import { Fate, type Log, type LoggedCommit, type Merged, type Touched } from '../../../core/collaboration/log.ts';
import { mentionedIn } from '../../../core/collaboration/trailers.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type Commit, type HistoryReader, type MergedPath, Mode, type PathChange, type TreePair } from '../../../core/repository.ts';

export interface LogOptions {
  readonly signal?: AbortSignal;
  /** commits read, and how many there are to read */
  readonly progress?: (done: number, total: number) => void;
  /** commits, the newer ones; MOST_COMMITS if not given */
  readonly mostCommits?: number;
  /** The newest so many, each as it is read among all: what they follow is there, too, and not in the log. */
  readonly newest?: number;
  /** the log has the newest ones alone, and what they follow is wanted too */
  readonly isPart?: boolean;
  /** false: which paths alone */
  readonly lines?: boolean;
}

/** Commits beyond which a reader without git's plumbing does not count lines: some fifty a second. */
export const MOST_COUNTED = 4000;

/** Beyond this many commits the older ones are left out. */
export const MOST_COMMITS = 500_000;
/** Beyond this many touches, the same. */
export const MOST_TOUCHES = 3_000_000;
/** commits asked for at once, and waves on their way: git works on one while we use the other's answers */
const WAVE = 256, AHEAD = 2;

export interface Reading {
  readonly log: Log;
  /** commits of which it is not known what they changed, though it might be known another time: an object was missing, or could not be read */
  readonly lacking: number;
}

/** Adds to `log`, whose rows stay, what `head` reaches and it has not. */
export async function readLog(reader: HistoryReader, head: Oid, log: Log, { signal, progress, mostCommits = MOST_COMMITS, newest, isPart = false, lines = true }: LogOptions = {}): Promise<Reading> {
  const heads: Oid[] = [];
  if (!isPart) for (const oid of headsOf(log)) if (await reader.has(oid)) heads.push(oid);
  const { commits } = await reader.ancestry(head, { heads, has: (oid) => !isPart && log.has(oid) }, newest ?? mostCommits);
  const left = commits.filter(({ oid }) => !log.has(oid)), counts = lines && (reader.kind === 'native' || left.length <= MOST_COUNTED);
  const here = new Set(commits.map(({ oid }) => oid));
  if (newest !== undefined) for (const { parents } of commits) for (const parent of parents) here.add(parent);
  const had = commits.length - left.length;
  let isFull = false, done = 0, lacking = 0;
  const waves: Promise<Wave>[] = [];
  const wave = (at: number): Promise<Wave> => {
    const read = readWave(reader, left.slice(at, at + WAVE).map(({ oid }) => oid), (oid) => here.has(oid) || log.has(oid), counts);
    read.catch(() => undefined); // heard when its turn comes
    return read;
  };
  let next = 0;
  for (; next < left.length && waves.length < AHEAD; next += WAVE) waves.push(wave(next));
  for (let read = waves.shift(); read !== undefined; read = waves.shift()) {
    const answer = await orAborted(read, signal);
    for (const commit of answer.commits) log.add(commit);
    lacking += answer.lacking;
    done = Math.min(left.length, done + WAVE);
    progress?.(had + done, commits.length);
    if (signal?.aborted === true) throw cancelled();
    isFull ||= log.touches > MOST_TOUCHES;
    if (next < left.length && !isFull) { waves.push(wave(next)); next += WAVE; }
  }
  return { log, lacking };
}

const cancelled = (): AcumenError => new AcumenError('cancelled', 'Reading the history was cancelled.', 'Ask again to go on.');

/** Who gives up does not wait for what is on its way. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(cancelled());
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Rows that are nobody's parents. */
function headsOf(log: Log): Oid[] {
  const isParent = new Uint8Array(log.commits);
  for (let row = 0; row < log.commits; row++) for (const parent of log.parents(row)) if (parent >= 0) isParent[parent] = 1;
  return [...isParent.keys()].filter((row) => isParent[row] === 0).map((row) => log.oid(row));
}

interface Wave { readonly commits: readonly LoggedCommit[]; readonly lacking: number }

async function readWave(reader: HistoryReader, oids: readonly Oid[], isHere: (oid: Oid) => boolean, lines: boolean): Promise<Wave> {
  const commits = await reader.commits(oids);
  const firstParents = commits.map((commit) => (commit instanceof AcumenError || commit.parents.length !== 1 || !isHere(commit.parents[0]!) ? null : commit.parents[0]!));
  const parents = await reader.commits([...new Set(firstParents.filter((oid) => oid !== null))]);
  const treeOf = new Map<Oid, Oid>();
  for (const parent of parents) if (!(parent instanceof AcumenError)) treeOf.set(parent.oid, parent.tree);
  const asked: TreePair[] = [], places: number[] = [];
  for (const [i, commit] of commits.entries()) {
    if (commit instanceof AcumenError || commit.parents.length > 1) continue;
    const parent = firstParents[i]!;
    if (commit.parents.length === 1 && (parent === null || !treeOf.has(parent))) continue;
    asked.push({ before: parent === null ? null : treeOf.get(parent)!, after: commit.tree });
    places.push(i);
  }
  const merges = lines ? commits.flatMap((commit) => (commit instanceof AcumenError || commit.parents.length < 2 || !commit.parents.every(isHere) ? [] : [commit.oid])) : [];
  const [compared, mergedFiles] = await Promise.all([reader.changes(asked, lines ? 'lines' : 'paths'), reader.merges(merges)]);
  const changes: (readonly PathChange[] | AcumenError | undefined)[] = [];
  for (const [n, found] of compared.entries()) changes[places[n]!] = found;
  const merged = new Map(mergedFiles.map((found, n) => [merges[n]!, found]));
  return {
    commits: commits.flatMap((commit, i) => (commit instanceof AcumenError ? [] : [logged(commit, changes[i], merged.get(commit.oid), lines)])),
    lacking: commits.filter((commit, i) => commit instanceof AcumenError || (changes[i] instanceof AcumenError && changes[i].code !== 'too-large')).length,
  };
}

function logged(commit: Commit, changes: readonly PathChange[] | AcumenError | undefined, merged: readonly MergedPath[] | AcumenError | undefined, lined: boolean): LoggedCommit {
  const touched = commit.parents.length > 1 ? [] : changes === undefined || changes instanceof AcumenError ? null : changes.flatMap(touchOf);
  return {
    oid: commit.oid, parents: commit.parents, author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email }, authored: commit.author.time, committed: commit.committer.time,
    mentioned: mentionedIn(commit.message), touched, lined, merged: merged === undefined || merged instanceof AcumenError ? [] : merged.flatMap(mergeOf),
  };
}

const contentOf = (entry: PathChange['before']): Oid | null => (entry === null || entry.mode === Mode.submodule ? null : entry.oid);

const NO_HUNKS = new Uint32Array(0);

/** Of a file that has lines. From a side that is of another kind nothing came. */
function mergeOf({ path, after, sides }: MergedPath): Merged[] {
  const content = contentOf(after);
  if (content === null || sides.every(({ hunks }) => hunks === null)) return [];
  return [{ path, after: content, sides: sides.map(({ before, hunks }) => (hunks === null ? { before: null, hunks: NO_HUNKS } : { before: contentOf(before), hunks })) }];
}

function touchOf({ path, from, before, after, hunks }: PathChange): Touched[] {
  const fate = from !== null ? Fate.renamed : before === null ? Fate.added : after === null ? Fate.deleted : Fate.changed;
  return [{ path, from, fate, before: contentOf(before), after: contentOf(after), hunks }];
}

