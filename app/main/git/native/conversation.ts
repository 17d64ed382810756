// One `cat-file --batch-command` and everything asked of it: requests go out as they come, answers return in their order, so
// nobody waits for a round trip but who asks one thing at a time. A git that hangs, dies or babbles rejects what was asked.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { corruptObject, ioFailure } from '../failures.ts';
import { tooLarge } from '../embedded/loose.ts';
import type { ObjectType } from '../oids.ts';
import { MOST_BYTES } from '../reader.ts';
import { timedOut } from './git.ts';
import type { GitHome } from './git.ts';

export interface Answer { readonly type: ObjectType; readonly size: number; /** empty where only `info` was asked */ readonly content: Buffer }

interface Request {
  readonly verb: 'contents' | 'info';
  readonly oid: Oid;
  readonly resolve: (answer: Answer | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Content that is still arriving: into one place, or in parts where there is much of it. */
interface Body { readonly type: ObjectType; readonly size: number; readonly whole: Buffer | null; readonly parts: Buffer[]; filled: number }

/** `OID TYPE SIZE` with room to spare. */
const LONGEST_HEADER = 256;
/** Room is made at once for no more than this: beyond it, only for what has arrived. */
const TRUSTED_BYTES = 1 << 20;
const KEPT_COMPLAINTS = 4096;
/** git's words for objects it cannot make sense of, before it gives up (object-file.c, packfile.c, builtin/cat-file.c). */
const DAMAGE = /corrupt|inflate|unpack|cannot be read|could not get|bad object|delta|garbage|mismatch/i;

export class Conversation {
  readonly #home: GitHome;
  #child: ChildProcessWithoutNullStreams | null = null;
  #asked: Request[] = [];
  /** index of the request that is answered next */
  #next = 0;
  #header = '';
  #body: Body | null = null;
  #complaints = '';
  /** ends of git without an answer between them */
  #deaths = 0;
  #lastEnd: AcumenError | null = null;
  #heard = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(home: GitHome) {
    this.#home = home;
  }

  /** `oid` must be a whole id of this repository's format. */
  ask(verb: 'contents' | 'info', oid: Oid): Promise<Answer | null> {
    return new Promise((resolve, reject) => { this.#send({ verb, oid, resolve, reject }); });
  }

  #send(request: Request): void {
    if (this.#closed) return request.reject(new AcumenError('io', 'The repository has been closed.', 'Open it again.'));
    // Started once more after it ended, and not again before it has answered something.
    if (this.#child === null && this.#deaths > 1) return request.reject(this.#lastEnd);
    let child: ChildProcessWithoutNullStreams;
    try {
      child = this.#child ?? this.#start();
    } catch (error) {
      return request.reject(ioFailure('start', 'git', error));
    }
    if (this.#waiting === 0) this.#wake(child);
    this.#asked.push(request);
    child.stdin.write(`${request.verb} ${request.oid}\n`);
  }

  close(): void {
    this.#closed = true;
    this.#end(new AcumenError('io', 'The repository was closed while it was read.', 'Open it again.'));
  }

  get #waiting(): number {
    return this.#asked.length - this.#next;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = this.#home.converse();
    this.#child = child;
    this.#complaints = '';
    let failed: unknown;
    child.once('error', (error) => { failed = error; });
    child.stdin.on('error', () => {}); // its end is told by 'close'
    child.stdout.on('data', (bytes: Buffer) => { if (this.#child === child) this.#hear(child, bytes); });
    child.stderr.setEncoding('latin1').on('data', (text: string) => { this.#complaints = (this.#complaints + text).slice(-KEPT_COMPLAINTS); });
    child.once('close', (code, signal) => { if (this.#child === child) this.#ended(code, signal, failed); });
    return child;
  }

  /** While something is asked, git keeps this process running; an idle one does not. */
  #wake(child: ChildProcessWithoutNullStreams): void {
    this.#hold(child, 'ref');
    this.#heard = performance.now();
    this.#timer ??= setTimeout(() => this.#look(), this.#home.timeoutMs).unref();
  }

  #hold(child: ChildProcessWithoutNullStreams, how: 'ref' | 'unref'): void {
    child[how]();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { ref(): void; unref(): void })[how]();
  }

  #look(): void {
    this.#timer = null;
    if (this.#waiting === 0) return;
    const left = this.#home.timeoutMs - (performance.now() - this.#heard);
    if (left > 0) {
      this.#timer = setTimeout(() => this.#look(), left).unref();
    } else {
      this.#end(timedOut(this.#home.timeoutMs));
    }
  }

  #hear(child: ChildProcessWithoutNullStreams, bytes: Buffer): void {
    this.#heard = performance.now();
    for (let at = 0; at < bytes.length && this.#child === child;) {
      if (this.#body === null) {
        const end = bytes.indexOf(10, at);
        this.#header += bytes.toString('latin1', at, end < 0 ? Math.min(bytes.length, at + LONGEST_HEADER) : end);
        at = end < 0 ? bytes.length : end + 1;
        if (this.#header.length > LONGEST_HEADER) return this.#misheard();
        if (end >= 0) this.#line();
      } else {
        at = this.#take(this.#body, bytes, at);
      }
    }
  }

  #line(): void {
    const line = this.#header;
    this.#header = '';
    const request = this.#asked[this.#next];
    if (request === undefined) return this.#misheard();
    if (line === `${request.oid} missing`) return this.#answer(null);
    const found = /^([0-9a-f]+) (commit|tree|blob|tag) (0|[1-9][0-9]{0,14})$/.exec(line);
    if (found === null || found[1] !== request.oid) return this.#misheard();
    const type = found[2] as ObjectType;
    const size = Number(found[3]);
    if (request.verb === 'info') return this.#answer({ type, size, content: Buffer.alloc(0) });
    if (size > MOST_BYTES) return this.#skip(tooLarge(request.oid, size, MOST_BYTES));
    this.#body = { type, size, whole: size < TRUSTED_BYTES ? Buffer.allocUnsafeSlow(size) : null, parts: [], filled: 0 };
  }

  /** Takes what belongs to the content and the line feed after it; answers where the rest begins. */
  #take(body: Body, bytes: Buffer, from: number): number {
    const end = Math.min(bytes.length, from + body.size - body.filled);
    if (body.whole !== null) bytes.copy(body.whole, body.filled, from, end);
    else body.parts.push(bytes.subarray(from, end));
    body.filled += end - from;
    if (end === bytes.length) return end;
    this.#body = null;
    if (bytes[end] !== 10) this.#misheard();
    else this.#answer({ type: body.type, size: body.size, content: body.whole ?? Buffer.concat(body.parts, body.size) });
    return end + 1;
  }

  #answer(answer: Answer | null): void {
    const { resolve } = this.#shift();
    this.#deaths = 0;
    if (this.#waiting === 0 && this.#child !== null) this.#hold(this.#child, 'unref');
    resolve(answer);
  }

  #shift(): Request {
    const request = this.#asked[this.#next++]!;
    if (this.#next === this.#asked.length || this.#next > 4096) {
      this.#asked = this.#asked.slice(this.#next);
      this.#next = 0;
    }
    return request;
  }

  #misheard(): void {
    this.#end(new AcumenError('io', 'git answered something that was not asked.', 'Try again; `--git embedded` reads without git.'));
  }

  #ended(code: number | null, signal: string | null, failed: unknown): void {
    const complaint = this.#complaints.trim().split('\n').at(-1) ?? '';
    // An orderly end over one object says something of that object and nothing of the others.
    if (code === 128 && this.#waiting > 0 && DAMAGE.test(complaint)) {
      const { oid } = this.#asked[this.#next]!;
      return this.#skip(corruptObject(`Object ${oid}`, complaint.replace(/^(?:fatal|error): /, ''), { oid }));
    }
    const how = signal !== null ? `signal ${signal}` : failed !== undefined ? 'it did not start' : `status ${code}`;
    this.#end(new AcumenError('io', `git ended while it was needed (${how}).`, 'Try again; `--git embedded` reads without git.', { code, signal, complaint }, { cause: failed }));
  }

  /** Rejects what is answered now, and asks a new git for the rest. */
  #skip(error: AcumenError): void {
    this.#shift().reject(error);
    const rest = this.#asked.slice(this.#next);
    this.#drop();
    for (const request of rest) this.#send(request);
  }

  #end(error: AcumenError): void {
    const rest = this.#asked.slice(this.#next);
    this.#drop();
    this.#deaths++;
    this.#lastEnd = error;
    for (const { reject } of rest) reject(error);
  }

  #drop(): void {
    const child = this.#child;
    this.#child = null;
    this.#asked = [];
    this.#next = 0;
    this.#header = '';
    this.#body = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    child?.kill('SIGKILL');
  }
}
