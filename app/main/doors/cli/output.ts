// What the command line writes: text with back-pressure, tables, colours where a person looks on, and nothing that could
// steer a terminal out of names that come from somebody's repository.
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import { escapedSentence } from '../../service/reports.ts';

export interface Terminal extends Writable { readonly isTTY?: boolean; readonly columns?: number }

export interface Io {
  /** what is piped in, where a verb asks for it */
  readonly in?: Readable;
  readonly out: Terminal;
  readonly err: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** aborted by Ctrl-C */
  readonly interrupt: AbortSignal;
}

/** Whoever read our output went away: there is nobody left to tell. */
export class ReaderGone extends Error {}

const CHUNK = 1 << 16;

export class Output {
  readonly #stream: Terminal;
  readonly #colour: boolean;
  #buffer = '';
  #gone = false;

  constructor(stream: Terminal, env: NodeJS.ProcessEnv) {
    this.#stream = stream;
    this.#colour = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#gone = true;
      if (error.code !== 'EPIPE') throw error;
    });
  }

  get isTerminal(): boolean { return this.#stream.isTTY === true; }
  get width(): number { return this.#stream.isTTY === true ? Math.max(40, this.#stream.columns ?? 80) : 1000; }

  style(style: Style, text: string): string {
    return this.#colour ? styleText(styles[style], text, { validateStream: false }) : text;
  }

  async write(text: string): Promise<void> {
    this.#buffer += text;
    if (this.#buffer.length >= CHUNK) await this.flush();
  }
  async line(text = ''): Promise<void> { await this.write(`${text}\n`); }

  async flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = '';
    if (this.#gone) throw new ReaderGone();
    if (text === '' || this.#stream.write(text)) return;
    await Promise.race([once(this.#stream, 'drain'), once(this.#stream, 'close')]).catch(() => undefined);
    if (this.#gone) throw new ReaderGone();
  }
}

type Style = 'strong' | 'dim' | 'good' | 'bad' | 'warning' | 'id';
const styles = { strong: 'bold', dim: 'dim', good: 'green', bad: 'red', warning: 'yellow', id: 'cyan' } as const;

/** Letters of one name or sentence that are printed. */
const MOST_SAID = 1000;

/** Control characters and those that reorder or hide text, made visible: a branch name must not move the cursor. Cut where nobody reads on; `--json` has all of it. */
export function clean(text: string): string { return escapedSentence(text, MOST_SAID); }

/** The same for a line of somebody's file, which is whole. */
export function cleanLine(text: string): string { return escapedSentence(text); }

export function shortId(id: string): string { return id.slice(0, 10); }

export interface Column { readonly title: string; readonly right?: boolean; /** may be cut to fit the width */ readonly gives?: boolean; readonly style?: Style }

/** Columns as wide as their longest cell, empty ones left out; where the terminal is narrower, those that give are cut, widest first. */
export async function table(out: Output, all: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
  const used = all.map((_, i) => rows.some((row) => row[i] !== ''));
  const columns = all.filter((_, i) => used[i]);
  const cells = rows.map((row) => row.filter((_, i) => used[i]).map(clean));
  const widths = columns.map((c, i) => cells.reduce((w, row) => Math.max(w, length(row[i]!)), length(c.title)));
  const gap = 2;
  for (;;) {
    const over = widths.reduce((a, w) => a + w, gap * (columns.length - 1)) - out.width;
    if (over <= 0) break;
    const widest = widths.reduce((best, w, i) => (columns[i]!.gives && w > (widths[best] ?? 0) ? i : best), columns.findIndex((c) => c.gives));
    if (widest < 0 || widths[widest]! <= 12) break;
    widths[widest]! -= Math.min(over, Math.ceil((widths[widest]! - 12) / 2) || 1);
  }
  const set = (row: readonly string[], style: (text: string, i: number) => string): string =>
    row.map((cell, i) => {
      const cut = length(cell) > widths[i]! ? `${[...cell].slice(0, widths[i]! - 1).join('')}…` : cell;
      const pad = ' '.repeat(widths[i]! - length(cut));
      return columns[i]!.right ? pad + style(cut, i) : style(cut, i) + (i === row.length - 1 ? '' : pad);
    }).join(' '.repeat(gap)).trimEnd();
  await out.line(set(columns.map((c) => c.title), (text) => out.style('dim', text)));
  for (const row of cells) await out.line(set(row, (text, i) => { const s = columns[i]!.style; return s === undefined ? text : out.style(s, text); }));
}

const length = (text: string): number => [...text].length;

let relative: Intl.RelativeTimeFormat | undefined; // costs as much to make as the rest of a short verb takes
const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60]];

/** `time` and `now` in seconds since the epoch. */
export function ago(time: number, now: number): string {
  relative ??= new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  const seconds = Math.round(time - now);
  for (const [unit, size] of units) if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(seconds, 'second');
}

export function duration(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** One JSON document, piece by piece: lists are never held as text. */
export class JsonStream {
  readonly #out: Output;
  #first = true;
  constructor(out: Output) { this.#out = out; }

  async open(): Promise<void> { await this.#out.write('{'); }
  async value(key: string, value: unknown): Promise<void> { await this.#key(key); await this.#out.write(JSON.stringify(value)); }
  async list(key: string, items: Iterable<unknown>): Promise<void> {
    await this.#key(key);
    await this.#out.write('[');
    let separator = '';
    for (const item of items) {
      await this.#out.write(separator + JSON.stringify(item));
      separator = ',';
    }
    await this.#out.write(']');
  }
  /** An object with one more field that is a list. */
  async nested(key: string, fields: object, name: string, items: Iterable<unknown>): Promise<void> {
    await this.#key(key);
    await this.#out.write(`{${JSON.stringify(fields).slice(1, -1)},`);
    const inner = new JsonStream(this.#out);
    await inner.list(name, items);
    await this.#out.write('}');
  }
  async close(): Promise<void> { await this.#out.write('}\n'); }

  async #key(key: string): Promise<void> {
    await this.#out.write(`${this.#first ? '' : ','}${JSON.stringify(key)}:`);
    this.#first = false;
  }
}
