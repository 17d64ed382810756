// One `cat-file --batch-command` and everything asked of it: requests go out in waves, answers return in their order, and git
// works on one wave while the answers to another are used. A git that hangs, dies or babbles fails what was asked of it.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { corruptObject } from '../failures.ts';
import { tooLarge } from '../embedded/loose.ts';
import type { ObjectType } from '../oids.ts';
import { MOST_BYTES } from '../reader.ts';
import { gitFailed, timedOut } from './git.ts';
import type { GitHome } from './git.ts';

/** `content` is empty where only `info` was asked, and may be part of a larger buffer: who keeps it copies it. */
export interface Answer { readonly type: ObjectType; readonly size: number; readonly content: Buffer }
type Verb = 'contents' | 'info';

/** What was asked together. `answers` fills up from the front. */
interface Wave {
  readonly verb: Verb;
  readonly oids: readonly Oid[];
  readonly most: number;
  readonly answers: (Answer | AcumenError | null)[];
  readonly done: (answers: (Answer | AcumenError | null)[]) => void;
}

/** Content that is still arriving: into one place, or in parts where there is much of it. */
interface Body { readonly type: ObjectType; readonly size: number; readonly whole: Buffer | null; readonly parts: Buffer[]; filled: number }

/** `OID TYPE SIZE` with room to spare. */
const LONGEST_HEADER = 256;
/** Room is made at once for no more than this: beyond it, only for what has arrived. */
const TRUSTED_BYTES = 1 << 20;
/** git begins with what it has been asked when it is told to: early for the first, so that nobody waits for a whole wave. */
const FLUSH_EVERY = 64;
const KEPT_COMPLAINTS = 4096;
/** git's words for objects it cannot make sense of, before it gives up (object-file.c, packfile.c, builtin/cat-file.c). */
const DAMAGE = /corrupt|inflate|unpack|cannot be read|could not get|bad object|delta|garbage|mismatch/i;
const NOTHING = Buffer.alloc(0);
const LF = 10, SPACE = 32;
const TYPES: Readonly<Record<string, ObjectType>> = { commit: 'commit', tree: 'tree', blob: 'blob', tag: 'tag' };

export class Conversation {
  readonly #home: GitHome;
  #child: ChildProcessWithoutNullStreams | null = null;
  /** what has not been answered whole, in the order asked */
  #waves: Wave[] = [];
  /** commands that git has not been sent */
  #unsent = '';
  /** start of a header whose end has not arrived */
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

  /** `oid` must be a whole id of this repository's format. The answer is the caller's own. */
  async ask(verb: Verb, oid: Oid): Promise<Answer | null> {
    const [answer] = await this.askAll(verb, [oid]);
    if (answer instanceof AcumenError) throw answer;
    return answer === null || answer === undefined ? null : { ...answer, content: Buffer.from(answer.content) };
  }

  /** In the order asked; null for what is not there, and the error in place of what cannot be read or has more than `most` bytes. */
  askAll(verb: Verb, oids: readonly Oid[], most = MOST_BYTES): Promise<(Answer | AcumenError | null)[]> {
    if (oids.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => { this.#send({ verb, oids, most, answers: [], done: resolve }); });
  }

  #send(wave: Wave): void {
    if (this.#closed) return fail(wave, new AcumenError('io', 'The repository has been closed.', 'Open it again.'));
    // Started once more after it ended, and not again before it has answered something.
    if (this.#child === null && this.#deaths > 1) {
      // of this question: those who waited for one end have one error, and who asks later another
      const { message, data } = this.#lastEnd!;
      return fail(wave, gitFailed(message, data, this.#lastEnd!));
    }
    let child: ChildProcessWithoutNullStreams;
    try {
      child = this.#child ?? this.#start();
    } catch (error) {
      return fail(wave, gitFailed('git could not be started.', {}, error));
    }
    if (this.#waves.length === 0) this.#wake(child);
    this.#waves.push(wave);
    if (this.#unsent === '') queueMicrotask(() => this.#write());
    let text = '';
    for (let i = wave.answers.length, n = 0; i < wave.oids.length; i++) {
      text += `${wave.verb} ${wave.oids[i]!}\n`;
      if (++n % FLUSH_EVERY === 0) text += 'flush\n';
    }
    this.#unsent += `${text}flush\n`;
  }

  /** What is asked in one go is sent in one go. */
  #write(): void {
    const text = this.#unsent;
    this.#unsent = '';
    if (text !== '') this.#child?.stdin.write(text, 'latin1');
  }

  /** Starts git before anything is asked, so that it is there by then. */
  prepare(): void {
    if (this.#child !== null || this.#closed) return;
    try {
      this.#hold(this.#start(), 'unref');
    } catch {
      // Who asks is told.
    }
  }

  close(): void {
    this.#closed = true;
    this.#end(new AcumenError('io', 'The repository was closed while it was read.', 'Open it again.'));
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = this.#home.converse('objects');
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
    if (this.#waves.length === 0) return;
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
      if (this.#body !== null) {
        at = this.#take(this.#body, bytes, at);
        continue;
      }
      const end = bytes.indexOf(LF, at);
      if (end < 0 || this.#header !== '') {
        this.#header += bytes.toString('latin1', at, end < 0 ? Math.min(bytes.length, at + LONGEST_HEADER) : end);
        at = end < 0 ? bytes.length : end + 1;
        if (this.#header.length > LONGEST_HEADER) return this.#misheard();
        if (end >= 0) {
          const line = Buffer.from(`${this.#header}\n`, 'latin1');
          this.#header = '';
          this.#line(line, 0, line.length - 1, null);
        }
      } else {
        at = this.#line(bytes, at, end, bytes);
      }
    }
  }

  /** A header line [at, end). Where all of the content lies behind it in `rest`, that is taken too. Answers where to go on. */
  #line(bytes: Buffer, at: number, end: number, rest: Buffer | null): number {
    const wave = this.#waves[0];
    if (wave === undefined) { this.#misheard(); return end + 1; }
    const oid = wave.oids[wave.answers.length]!;
    const idEnd = at + oid.length;
    if (bytes[idEnd] !== SPACE || !isAt(bytes, at, oid)) { this.#misheard(); return end + 1; }
    const said = bytes.toString('latin1', idEnd + 1, end);
    if (said === 'missing') { this.#answer(null); return end + 1; }
    const space = said.indexOf(' ');
    const type = TYPES[said.slice(0, Math.max(0, space))];
    if (type === undefined || !/^(?:0|[1-9][0-9]{0,19})$/.test(said.slice(space + 1))) { this.#misheard(); return end + 1; }
    const size = Number(said.slice(space + 1));
    // git says what a pack's header claims, up to 2⁶⁴ − 1
    if (!Number.isSafeInteger(size)) { this.#skip(corruptObject(`Object ${oid}`, 'it announces more bytes than there can be', { oid })); return end + 1; }
    if (wave.verb === 'info') { this.#answer({ type, size, content: NOTHING }); return end + 1; }
    if (size > wave.most) { this.#skip(tooLarge(oid, size, wave.most)); return end + 1; }
    const start = end + 1;
    if (rest !== null && start + size < rest.length) {
      if (rest[start + size] !== LF) this.#misheard();
      else this.#answer({ type, size, content: rest.subarray(start, start + size) });
      return start + size + 1;
    }
    this.#body = { type, size, whole: size < TRUSTED_BYTES ? Buffer.allocUnsafeSlow(size) : null, parts: [], filled: 0 };
    return start;
  }

  /** Takes what belongs to the content and the line feed after it; answers where the rest begins. */
  #take(body: Body, bytes: Buffer, from: number): number {
    const end = Math.min(bytes.length, from + body.size - body.filled);
    if (body.whole !== null) bytes.copy(body.whole, body.filled, from, end);
    else body.parts.push(bytes.subarray(from, end));
    body.filled += end - from;
    if (end === bytes.length) return end;
    this.#body = null;
    if (bytes[end] !== LF) this.#misheard();
    else this.#answer({ type: body.type, size: body.size, content: body.whole ?? Buffer.concat(body.parts, body.size) });
    return end + 1;
  }

  #answer(answer: Answer | AcumenError | null): void {
    const wave = this.#waves[0]!;
    wave.answers.push(answer);
    this.#deaths = 0;
    if (wave.answers.length < wave.oids.length) return;
    this.#waves.shift();
    if (this.#waves.length === 0 && this.#child !== null) this.#hold(this.#child, 'unref');
    wave.done(wave.answers);
  }

  #misheard(): void {
    this.#end(gitFailed('git answered something that was not asked.'));
  }

  #ended(code: number | null, signal: string | null, failed: unknown): void {
    const complaint = this.#complaints.trim().split('\n').at(-1) ?? '';
    // An orderly end over one object says something of that object and nothing of the others.
    const wave = this.#waves[0];
    if (code === 128 && wave !== undefined && DAMAGE.test(complaint)) {
      const oid = wave.oids[wave.answers.length]!;
      return this.#skip(corruptObject(`Object ${oid}`, complaint.replace(/^(?:fatal|error): /, ''), { oid }));
    }
    const how = signal !== null ? `signal ${signal}` : failed !== undefined ? 'it did not start' : `status ${code}`;
    this.#end(gitFailed(`git ended while it was needed (${how}).`, { code, signal, complaint }, failed));
  }

  /** Fails what is answered now, and asks a new git for the rest. */
  #skip(error: AcumenError): void {
    const waves = this.#drop();
    const [first] = waves;
    first!.answers.push(error);
    if (first!.answers.length === first!.oids.length) { waves.shift(); first!.done(first!.answers); }
    for (const wave of waves) this.#send(wave);
  }

  #end(error: AcumenError): void {
    const waves = this.#drop();
    this.#deaths++;
    this.#lastEnd = error;
    for (const wave of waves) fail(wave, error);
  }

  #drop(): Wave[] {
    const child = this.#child;
    const waves = this.#waves;
    this.#child = null;
    this.#waves = [];
    this.#unsent = '';
    this.#header = '';
    this.#body = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    child?.kill('SIGKILL');
    return waves;
  }
}

/** Without a string for each of thousands. */
function isAt(bytes: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The same error for all that has no answer yet. */
function fail(wave: Wave, error: AcumenError): void {
  while (wave.answers.length < wave.oids.length) wave.answers.push(error);
  wave.done(wave.answers);
}
