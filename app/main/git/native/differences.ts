// One `diff-tree --stdin` and what it is asked to compare, one answer after the other. A git that hangs, dies or babbles fails what was asked
// of it; what it cannot compare fails alone. How answers are read is patches.ts's.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { AcumenError } from '../../../core/errors.ts';
import { corruptObject } from '../failures.ts';
import { gitFailed, timedOut } from './git.ts';
import type { GitHome } from './git.ts';
import { Cut, type Parser, misheard } from './patches.ts';

/** A path that is longer than a name of any file system, quoted, twice. */
const LONGEST_LINE = 1 << 20;
const LF = 10;
const KEPT_COMPLAINTS = 4096;
/**
 * Ten folders of ten of ten … are a kilobyte on disk, and git lists all their files in memory before it says a word. More than this of its own,
 * in bytes, and it is ended; looked at so often, in ms.
 */
const MOST_MEMORY = 512 << 20, LOOK_MS = 200;
/** git keeps the trees that it was told to compare for as long as it runs: after so many answers another takes over. */
const RENEWED_AFTER = 1000;
/** What is no id git sends back, and before it what it has to say: so an answer is known to have ended. */
const END = '.';
/** git's words for objects that it cannot make sense of, or has not got. */
const DAMAGE = /corrupt|inflate|unpack|cannot be read|could not (?:get|read|parse)|unable to (?:read|parse|find)|bad (?:object|tree)|delta|garbage|mismatch|malformed|too-short|not a (?:tree|commit)/i;

interface Job<Asked, Answer> { readonly asked: Asked; readonly done: (answer: Answer | AcumenError) => void }

export class Differences<Asked, Answer> {
  readonly #home: GitHome;
  readonly #command: 'lines' | 'paths' | 'merges';
  readonly #parser: Parser<Asked, Answer>;
  readonly #timeoutMs: number;
  readonly #mostMemory: number;
  #child: ChildProcessWithoutNullStreams | null = null;
  #jobs: Job<Asked, Answer>[] = [];
  #unsent = '';
  #complaints = '';
  /** start of a line whose end has not arrived */
  #rest = '';
  /** bytes of content that cannot be read without what follows */
  #cut: Buffer | null = null;
  /** since it was started */
  #answers = 0;
  /** ends of git without an answer between them */
  #deaths = 0;
  #heard = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(home: GitHome, command: 'lines' | 'paths' | 'merges', parser: Parser<Asked, Answer>, timeoutMs: number, mostMemory = MOST_MEMORY) {
    this.#home = home;
    this.#command = command;
    this.#parser = parser;
    this.#timeoutMs = timeoutMs;
    this.#mostMemory = mostMemory;
  }

  /** In the order asked. Ids must be whole ones of this repository's format. */
  of(asked: readonly Asked[]): Promise<(Answer | AcumenError)[]> {
    return Promise.all(asked.map((one) => new Promise<Answer | AcumenError>((done) => { this.#ask({ asked: one, done }); })));
  }

  close(): void {
    this.#closed = true;
    this.#fail(new AcumenError('io', 'The repository was closed while it was read.', 'Open it again.'));
  }

  #ask(job: Job<Asked, Answer>): void {
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
      this.#timer ??= setTimeout(() => this.#look(), LOOK_MS).unref();
      this.#parser.begin(job.asked);
    }
    this.#jobs.push(job);
    if (this.#unsent === '') queueMicrotask(() => { const text = this.#unsent; this.#unsent = ''; if (text !== '') this.#child?.stdin.write(text, 'latin1'); });
    this.#unsent += `${this.#parser.line(job.asked)}\n${END}\n`;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = this.#home.converse(this.#command);
    this.#child = child;
    this.#complaints = '';
    this.#answers = 0;
    let failed: unknown;
    child.once('error', (error) => { failed = error; });
    child.stdin.on('error', () => {}); // its end is told by 'close'
    child.stdout.on('data', (bytes: Buffer) => { if (this.#child === child) this.#hear(bytes); });
    child.stderr.setEncoding('latin1').on('data', (text: string) => { this.#complaints = (this.#complaints + text).slice(-KEPT_COMPLAINTS); });
    child.once('close', (code, signal) => { if (this.#child === child) this.#ended(code, signal, failed); });
    return child;
  }

  /** While something is asked, git keeps this process running; an idle one does not. */
  #hold(child: ChildProcessWithoutNullStreams, how: 'ref' | 'unref'): void {
    child[how]();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { ref(): void; unref(): void })[how]();
  }

  #look(): void {
    this.#timer = null;
    if (this.#jobs.length === 0) return;
    if (performance.now() - this.#heard >= this.#timeoutMs) this.#fail(timedOut(this.#timeoutMs));
    else if (ownMemory(this.#child?.pid) > this.#mostMemory) {
      // what it holds may be of those before: this one is asked of a git that has seen no other
      if (this.#answers > 0) this.#again(this.#drop());
      else this.#skip(new AcumenError('too-large', `Comparing ${this.#parser.line(this.#jobs[0]!.asked)} takes more than ${this.#mostMemory >> 20} MB.`, 'It is left out of the history.'));
    }
    if (this.#jobs.length > 0) this.#timer ??= setTimeout(() => this.#look(), LOOK_MS).unref();
  }

  #hear(arrived: Buffer): void {
    this.#heard = performance.now();
    const bytes = this.#cut === null ? arrived : Buffer.concat([this.#cut, arrived]);
    this.#cut = null;
    const child = this.#child;
    try {
      // until another takes over
      for (let at = 0; at < bytes.length && this.#child === child;) at = this.#step(bytes, at);
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
      // too much of one answer says nothing of the others
      if (error.code === 'too-large') this.#skip(error); else this.#fail(error);
    }
  }

  #step(bytes: Buffer, at: number): number {
    if (this.#rest === '' && this.#parser.isInside) {
      try {
        return this.#parser.inside(bytes, at);
      } catch (error) {
        if (!(error instanceof Cut)) throw error;
        this.#cut = Buffer.from(bytes.subarray(bytes.lastIndexOf(LF) + 1));
        return bytes.length;
      }
    }
    const end = bytes.indexOf(LF, at), line = this.#rest + bytes.toString('latin1', at, end < 0 ? bytes.length : end);
    this.#rest = end < 0 ? line : '';
    if (line.length > LONGEST_LINE) throw misheard();
    if (end < 0) return bytes.length;
    if (this.#jobs.length === 0) throw misheard();
    if (line === END) this.#answer(this.#parser.end()); else this.#parser.hear(line);
    return end + 1;
  }

  #answer(answer: Answer | AcumenError): void {
    const job = this.#jobs.shift()!;
    this.#deaths = 0;
    const [next] = this.#jobs;
    if (++this.#answers >= RENEWED_AFTER) this.#again(this.#drop());
    else if (next !== undefined) this.#parser.begin(next.asked);
    else if (this.#child !== null) this.#hold(this.#child, 'unref');
    job.done(answer);
  }

  #ended(code: number | null, signal: string | null, failed: unknown): void {
    const complaint = this.#complaints.trim().split('\n').at(-1) ?? '';
    const [first] = this.#jobs;
    // An orderly end over one question says something of that one and nothing of the others.
    if (code === 128 && first !== undefined && DAMAGE.test(complaint)) {
      return this.#skip(corruptObject(`What ${this.#parser.line(first.asked)} changed`, complaint.replace(/^(?:fatal|error): /, '')));
    }
    // Started once more after it ended, and not again before it has answered something.
    if (this.#deaths++ === 0 && failed === undefined && first !== undefined) return this.#again(this.#drop());
    const how = signal !== null ? `signal ${signal}` : failed !== undefined ? 'it did not start' : `status ${code}`;
    this.#fail(gitFailed(`git ended while it was needed (${how}).`, { code, signal, complaint }, failed));
  }

  /** Fails what is answered now, and asks a new git for the rest. */
  #skip(error: AcumenError): void {
    const [first, ...others] = this.#drop();
    first?.done(error);
    this.#again(others);
  }

  #again(jobs: readonly Job<Asked, Answer>[]): void { for (const job of jobs) this.#ask(job); }

  #fail(error: AcumenError): void { for (const { done } of this.#drop()) done(error); }

  #drop(): Job<Asked, Answer>[] {
    const child = this.#child, jobs = this.#jobs;
    this.#child = null;
    this.#jobs = [];
    this.#unsent = this.#rest = '';
    this.#cut = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    child?.kill('SIGKILL');
    return jobs;
  }
}

/** Bytes that a process has to itself, without the packs that it maps (proc(5)); 0 where that is not told. */
function ownMemory(pid: number | undefined): number {
  try {
    return 1024 * Number(/^RssAnon:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
