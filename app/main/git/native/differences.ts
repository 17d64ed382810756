// One `diff-tree --stdin` and the pairs of trees it is asked to compare: patches arrive as text and leave as hunks, of which nothing is held
// but the numbers. git's own words are believed only as far as they answer what was asked; a git that hangs, dies or babbles fails it.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ByteString, Oid, PathBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type Entry, Mode, type PathChange, type TreePair } from '../../../core/repository.ts';
import { corruptObject } from '../failures.ts';
import { EMPTY_TREES, type ObjectFormat } from '../oids.ts';
import { gitFailed, timedOut } from './git.ts';
import type { GitHome } from './git.ts';

/** A path that is longer than a name of any file system, quoted, twice. */
const LONGEST_LINE = 1 << 20;
/** Paths in which two trees may differ: more are not told (git/trees.ts has the same bound). */
const MOST_CHANGES = 100_000;
const LF = 10, PLUS = 43, MINUS = 45, SPACE = 32;
const KEPT_COMPLAINTS = 4096;
const DAMAGE = /corrupt|inflate|unpack|cannot be read|could not (?:get|read)|unable to read|bad (?:object|tree)|delta|garbage|mismatch|malformed|too-short|not a tree/i;

/** A path's change while its patch is read. `sections`: those that are still to come. */
interface Open { readonly path: PathBytes; readonly from: PathBytes | null; readonly before: Entry | null; readonly after: Entry | null; sections: number; hunks: number[] | null }

interface Job { readonly pair: TreePair; readonly done: (answer: readonly PathChange[] | AcumenError) => void }

export class Differences {
  readonly #home: GitHome;
  readonly #how: 'lines' | 'paths';
  readonly #empty: Oid;
  readonly #timeoutMs: number;
  #child: ChildProcessWithoutNullStreams | null = null;
  #jobs: Job[] = [];
  #unsent = '';
  #complaints = '';
  #deaths = 0;
  #heard = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  // what is being read
  #rest = '';
  /** in the middle of a line that does not matter */
  #skipping = false;
  #begun = false;
  #open: Open[] = [];
  #section = -1;
  /** lines of the hunk that are still to come */
  #oldLeft = 0;
  #newLeft = 0;
  #old = 0;
  #new = 0;
  #run: number[] | null = null;

  constructor(home: GitHome, format: ObjectFormat, how: 'lines' | 'paths', timeoutMs: number) {
    this.#home = home;
    this.#how = how;
    this.#empty = EMPTY_TREES[format];
    this.#timeoutMs = timeoutMs;
  }

  /** In the order asked. Ids must be whole ones of this repository's format. */
  of(pairs: readonly TreePair[]): Promise<(readonly PathChange[] | AcumenError)[]> {
    return Promise.all(pairs.map((pair) => new Promise<readonly PathChange[] | AcumenError>((done) => { this.#ask({ pair, done }); })));
  }

  close(): void {
    this.#closed = true;
    this.#fail(new AcumenError('io', 'The repository was closed while it was read.', 'Open it again.'));
  }

  #ask(job: Job): void {
    if (job.pair.before === job.pair.after) return job.done([]);
    if (this.#closed) return job.done(new AcumenError('io', 'The repository has been closed.', 'Open it again.'));
    let child: ChildProcessWithoutNullStreams;
    try {
      child = this.#child ?? this.#start();
    } catch (error) {
      return job.done(gitFailed('git could not be started.', {}, error));
    }
    if (this.#jobs.length === 0) {
      this.#hold(child, 'ref');
      this.#heard = performance.now();
      this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs).unref();
    }
    this.#jobs.push(job);
    if (this.#unsent === '') queueMicrotask(() => { const text = this.#unsent; this.#unsent = ''; if (text !== '') this.#child?.stdin.write(text, 'latin1'); });
    // what is no id is sent back, and what came before it flushed: so an answer is known to have ended
    this.#unsent += `${this.#line(job)}.\n`;
  }

  #line({ pair }: Job): string { return `${pair.before ?? this.#empty} ${pair.after}\n`; }

  #start(): ChildProcessWithoutNullStreams {
    const child = this.#home.converse(this.#how);
    this.#child = child;
    this.#complaints = '';
    this.#reset();
    let failed: unknown;
    child.once('error', (error) => { failed = error; });
    child.stdin.on('error', () => {}); // its end is told by 'close'
    child.stdout.on('data', (bytes: Buffer) => { if (this.#child === child) this.#hear(bytes); });
    child.stderr.setEncoding('latin1').on('data', (text: string) => { this.#complaints = (this.#complaints + text).slice(-KEPT_COMPLAINTS); });
    child.once('close', (code, signal) => { if (this.#child === child) this.#ended(code, signal, failed); });
    return child;
  }

  #hold(child: ChildProcessWithoutNullStreams, how: 'ref' | 'unref'): void {
    child[how]();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { ref(): void; unref(): void })[how]();
  }

  #look(): void {
    this.#timer = null;
    if (this.#jobs.length === 0) return;
    const left = this.#timeoutMs - (performance.now() - this.#heard);
    if (left > 0) this.#timer = setTimeout(() => this.#look(), left).unref();
    else this.#fail(timedOut(this.#timeoutMs));
  }

  #reset(): void {
    this.#rest = '';
    this.#skipping = this.#begun = false;
    this.#open = [];
    this.#section = -1;
    this.#oldLeft = this.#newLeft = 0;
    this.#run = null;
  }

  #hear(bytes: Buffer): void {
    this.#heard = performance.now();
    for (let at = 0; at < bytes.length && this.#child !== null;) {
      if (this.#rest === '' && (this.#skipping || this.#oldLeft > 0 || this.#newLeft > 0)) {
        at = this.#body(bytes, at);
        continue;
      }
      const end = bytes.indexOf(LF, at);
      const part = bytes.toString('latin1', at, end < 0 ? bytes.length : end);
      if (end < 0) {
        this.#rest += part;
        if (this.#rest.length > LONGEST_LINE) this.#fail(gitFailed('git answered something that was not asked.'));
        return;
      }
      const line = this.#rest + part;
      this.#rest = '';
      at = end + 1;
      this.#hearLine(line);
    }
  }

  /** Lines of a hunk from `at` on, of which only the first character counts. Answers where to go on. */
  #body(bytes: Buffer, at: number): number {
    while (at < bytes.length) {
      if (!this.#skipping) {
        if (this.#oldLeft === 0 && this.#newLeft === 0) { this.#endRun(); return at; }
        const kind = bytes[at]!;
        if (kind === SPACE) {
          this.#endRun();
          this.#old++; this.#new++; this.#oldLeft--; this.#newLeft--;
        } else if (kind === MINUS) {
          this.#beginRun()[1]!++;
          this.#old++; this.#oldLeft--;
        } else if (kind === PLUS) {
          this.#beginRun()[3]!++;
          this.#new++; this.#newLeft--;
        }
        if (this.#oldLeft < 0 || this.#newLeft < 0) { this.#fail(gitFailed('git answered something that was not asked.')); return bytes.length; }
      }
      const end = bytes.indexOf(LF, at);
      this.#skipping = end < 0;
      if (end < 0) return bytes.length;
      at = end + 1;
    }
    if (this.#oldLeft === 0 && this.#newLeft === 0) this.#endRun();
    return at;
  }

  #beginRun(): number[] { return this.#run ??= [this.#old, 0, this.#new, 0]; }
  #endRun(): void {
    if (this.#run !== null) this.#open[this.#section]?.hunks?.push(...this.#run);
    this.#run = null;
  }

  #hearLine(line: string): void {
    const job = this.#jobs[0];
    if (job === undefined) return this.#fail(gitFailed('git answered something that was not asked.'));
    if (!this.#begun) {
      if (`${line}\n` !== this.#line(job)) return this.#fail(gitFailed('git answered something that was not asked.'));
      this.#begun = true;
    } else if (line === '.') {
      this.#answer(this.#open.map(closed));
    } else if (line.startsWith(':')) {
      this.#raw(line);
    } else if (line.startsWith('diff --git ')) {
      const current = this.#open[this.#section];
      if (current === undefined || --current.sections === 0) this.#section++;
      if (this.#section >= this.#open.length) this.#fail(gitFailed('git answered something that was not asked.'));
    } else if (line.startsWith('@@ ')) {
      const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
      if (found === null || this.#section < 0) return this.#fail(gitFailed('git answered something that was not asked.'));
      this.#oldLeft = found[2] === undefined ? 1 : Number(found[2]);
      this.#newLeft = found[4] === undefined ? 1 : Number(found[4]);
      // a side without lines is named by the line before it
      this.#old = Number(found[1]) - (this.#oldLeft === 0 ? 0 : 1);
      this.#new = Number(found[3]) - (this.#newLeft === 0 ? 0 : 1);
    } else if (line.startsWith('Binary files ')) {
      if (this.#section >= 0) this.#open[this.#section]!.hunks = null;
    }
    // the rest says what the raw line has said, or that a file ends without a line feed
  }

  /** `:MODE MODE OID OID STATUS[SCORE]\tPATH[\tPATH]` */
  #raw(line: string): void {
    const found = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([AMDTR])\d*\t([^\t]+)(?:\t([^\t]+))?$/.exec(line);
    if (found === null) return this.#fail(gitFailed('git answered something that was not asked.'));
    const [, oldMode, newMode, old, next, status, first, second] = found as unknown as [string, string, string, Oid, Oid, string, string, string | undefined];
    const entry = (mode: string, oid: Oid): Entry | null => (mode === '000000' ? null : { mode: Number.parseInt(mode, 8), oid });
    const before = entry(oldMode, old), after = entry(newMode, next);
    const isModule = before?.mode === Mode.submodule || after?.mode === Mode.submodule;
    if (this.#open.length >= MOST_CHANGES) {
      const { pair } = this.#jobs[0]!;
      return this.#skip(new AcumenError('too-large', `Tree ${pair.after} differs from the one before it in more than ${MOST_CHANGES} files.`, 'It is left out of the history.', { tree: pair.after }));
    }
    this.#open.push({
      path: unquoted(second ?? first) as PathBytes, from: second === undefined ? null : unquoted(first) as PathBytes, before, after,
      sections: status === 'T' ? 2 : 1, hunks: this.#how === 'paths' || isModule ? null : [],
    });
  }

  #answer(answer: readonly PathChange[] | AcumenError): void {
    const job = this.#jobs.shift()!;
    this.#deaths = 0;
    this.#reset();
    if (this.#jobs.length === 0 && this.#child !== null) this.#hold(this.#child, 'unref');
    job.done(answer);
  }

  #ended(code: number | null, signal: string | null, failed: unknown): void {
    const complaint = this.#complaints.trim().split('\n').at(-1) ?? '';
    // An orderly end over one pair says something of that pair and nothing of the others.
    if (code === 128 && this.#jobs.length > 0 && DAMAGE.test(complaint)) {
      const { after } = this.#jobs[0]!.pair;
      return this.#skip(corruptObject(`What tree ${after} changed`, complaint.replace(/^(?:fatal|error): /, ''), { oid: after }));
    }
    const how = signal !== null ? `signal ${signal}` : failed !== undefined ? 'it did not start' : `status ${code}`;
    // once more for what is left, where something was answered since it was started
    if (this.#deaths++ === 0 && failed === undefined && this.#jobs.length > 0) return this.#again(this.#drop());
    this.#fail(gitFailed(`git ended while it was needed (${how}).`, { code, signal, complaint }, failed));
  }

  /** Fails what is answered now, and asks a new git for the rest. */
  #skip(error: AcumenError): void {
    const [first, ...others] = this.#drop();
    first?.done(error);
    this.#again(others);
  }

  #again(jobs: readonly Job[]): void { for (const job of jobs) this.#ask(job); }

  #fail(error: AcumenError): void { for (const { done } of this.#drop()) done(error); }

  #drop(): Job[] {
    const child = this.#child, jobs = this.#jobs;
    this.#child = null;
    this.#jobs = [];
    this.#unsent = '';
    this.#reset();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    child?.kill('SIGKILL');
    return jobs;
  }
}

/** A file that became a link or the like is told as taken out and put in: that is one hunk. */
function closed({ path, from, before, after, hunks }: Open): PathChange {
  const isWhole = hunks?.length === 8 && hunks[4] === 0 && hunks[6] === 0;
  return { path, from, before, after, hunks: hunks === null ? null : isWhole ? Uint32Array.of(0, hunks[1]! + hunks[5]!, 0, hunks[3]! + hunks[7]!) : Uint32Array.from(hunks) };
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', '"': '"', '\\': '\\' };

/** A path as git quotes it (quote.c): in double quotes where it has bytes that are not shown. */
export function unquoted(text: string): ByteString {
  if (!text.startsWith('"')) return text as ByteString;
  return text.slice(1, -1).replace(/\\([0-7]{3}|.)/g, (_, code: string) => (code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : ESCAPES[code] ?? code)) as ByteString;
}
