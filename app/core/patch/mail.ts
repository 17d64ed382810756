// A patch file as changes: each mail of a mailbox, as `git format-patch` writes and `git am` reads them (git-mailinfo(1)), or one
// bare diff. Gives who, when and what for; the diff itself is parse.ts's. Header text becomes UTF-8, the diff keeps its bytes.
import { type ByteString, fromBytes, fromUtf8, toBytes } from '../bytes.ts';
import { PatchError, limits } from './parse.ts';

export interface PatchAuthor { readonly name: ByteString; readonly email: ByteString }

export interface PatchMail {
  /** null: a bare diff, or a mail that does not say */
  readonly author: PatchAuthor | null;
  /** seconds since the epoch, and minutes east of UTC */
  readonly date: { readonly time: number; readonly offset: number } | null;
  /** the subject without `[PATCH n/m]`; empty: none */
  readonly title: ByteString;
  /** title and body as a commit has them; empty where there is no title */
  readonly message: ByteString;
  /** n of m, as the subject says */
  readonly series: { readonly n: number; readonly m: number } | null;
  readonly diff: ByteString;
}

/** Bytes of one mail's headers, and of one line of them unfolded. */
const HEADERS = 1 << 18, HEADER = 1 << 14;
const START = 'From ';

/** The changes of a patch file, in order: at least one. */
export function splitMails(text: ByteString): PatchMail[] {
  const starts = mailStarts(text);
  if (starts.length > limits.mails) throw new PatchError(`it holds more than ${limits.mails} mails`);
  if (starts.length === 0) return [isMail(text) ? readMail(text) : bareDiff(text)];
  return starts.map((at, i) => readMail(text.slice(text.indexOf('\n', at) + 1 || text.length, starts[i + 1] ?? text.length)));
}

const bareDiff = (text: string): PatchMail => ({ author: null, date: null, title: '' as ByteString, message: '' as ByteString, series: null, diff: text as ByteString });

/** Lines that begin a mail. The first must be the file's first. */
function mailStarts(text: string): number[] {
  const starts: number[] = [];
  if (!isFromLine(text, 0)) return starts;
  for (let at = 0; at >= 0; at = text.indexOf(`\n${START}`, at) + 1 || -1) {
    if (isFromLine(text, at)) starts.push(at);
    if (starts.length > limits.mails) break;
  }
  return starts;
}

function isFromLine(text: string, at: number): boolean {
  if (!text.startsWith(START, at)) return false;
  const end = text.indexOf('\n', at);
  if (end < 0 || end - at > 1000) return false;
  return /\d:\d\d(?::\d\d)?\b.{0,12}? \d{4}\b/.test(text.slice(at + START.length, end));
}

/** Headers first, with one that a patch mail has. */
function isMail(text: string): boolean {
  const { fields } = headersOf(text);
  return fields.some(([name]) => name === 'from' || name === 'subject') && /^[!-9;-~]{1,100}:/.test(text.slice(0, 102));
}

function headersOf(text: string): { readonly fields: readonly (readonly [name: string, value: string])[]; readonly body: number } {
  const fields: [string, string][] = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at) + 1 || text.length;
    const line = text.slice(at, Math.min(end, at + HEADER)).replace(/[\r\n]+$/, '');
    if (line === '') return { fields, body: end };
    const field = /^([!-9;-~]{1,100}):[ \t]*/.exec(line);
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) last[1] = `${last[1]} ${line.replace(/^[ \t]+/, '')}`.slice(0, HEADER);
    else if (field !== null) fields.push([field[1]!.toLowerCase(), line.slice(field[0].length)]);
    else return { fields, body: at };
    at = end;
    if (at > HEADERS) throw new PatchError('the headers of a mail in it are too long');
  }
  return { fields, body: text.length };
}

function readMail(text: string): PatchMail {
  const { fields, body } = headersOf(text);
  const of = (name: string): string | null => fields.find(([field]) => field === name)?.[1] ?? null;
  const content = decodeBody(text.slice(body), of('content-transfer-encoding'));
  const cut = patchBreak(content);
  let said = content.slice(0, cut);
  // headers in the body are about the change where those of the mail are about its sender
  const inner = new Map<string, string>();
  const skipped = /^[ \t\r\n]*/.exec(said)![0].length;
  const inBody = headersOf(said.slice(skipped, skipped + HEADERS));
  if (inBody.fields.length > 0 && inBody.fields.every(([name]) => name === 'from' || name === 'subject' || name === 'date')) {
    for (const [name, value] of inBody.fields) inner.set(name, value);
    said = said.slice(skipped + inBody.body);
  }
  const header = (name: string): string => inner.get(name) ?? of(name) ?? '';
  const subject = decodeWords(header('subject'));
  const title = titleOf(subject);
  const rest = stripSpace(fromCharset(said, charsetOf(of('content-type'))));
  const numbers = /\[[^\]]{0,200}?\b(\d{1,5})\/(\d{1,5})\]/.exec(subject.slice(0, 1000));
  return {
    author: authorOf(decodeWords(header('from'))), date: dateOf(header('date')), title: title as ByteString,
    message: (title === '' ? '' : `${title}\n${rest === '' ? '' : `\n${rest}`}`) as ByteString,
    series: numbers === null ? null : { n: Number(numbers[1]), m: Number(numbers[2]) },
    diff: content.slice(cut) as ByteString,
  };
}

/** Where the message ends and the patch begins: `---`, a diff, or CVS's `Index: `. */
function patchBreak(text: string): number {
  for (let at = 0; at < text.length; at = text.indexOf('\n', at) + 1 || text.length) {
    if (text.startsWith('diff -', at) || text.startsWith('Index: ', at)) return at;
    if (text.startsWith('---', at) && (/^ [^ \t\r\n]/.test(text.slice(at + 3, at + 5)) || /^[ \t\r]{0,20}(?:\n|$)/.test(text.slice(at + 3, at + 24)))) return at;
  }
  return text.length;
}

function decodeBody(text: string, encoding: string | null): string {
  switch (trimmed(encoding ?? '').toLowerCase()) {
    case 'quoted-printable': return quotedPrintable(text.replace(/[ \t]{0,80}\r?\n/g, '\n').replace(/=\n/g, ''));
    case 'base64': return base64(text);
    default: return text;
  }
}

const quotedPrintable = (text: string): string => text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function base64(text: string): string {
  const out: string[] = [];
  let bits = 0, held = 0;
  let chunk = '';
  for (let i = 0; i < text.length; i++) {
    const digit = BASE64.indexOf(text[i]!);
    if (text[i] === '=') break;
    if (digit < 0) continue;
    held = (held << 6 | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) { bits -= 8; chunk += String.fromCharCode(held >> bits & 255); }
    if (chunk.length >= 4096) { out.push(chunk); chunk = ''; }
  }
  return out.join('') + chunk;
}
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 2047: encoded words become UTF-8, the white space between two of them goes. */
function decodeWords(text: string): string {
  const word = /=\?([\w*-]{1,40})\?([QqBb])\?([^?\s]{0,2000})\?=/g;
  const joined = text.replace(/(\?=)[ \t]{1,200}(?==\?)/g, '$1');
  return joined.replace(word, (_, charset: string, kind: string, value: string) =>
    fromCharset(kind.toLowerCase() === 'q' ? quotedPrintable(value.replaceAll('_', ' ')) : base64(value), charset.replace(/\*.*$/, '')));
}

function charsetOf(contentType: string | null): string {
  return /\bcharset="?([\w-]{1,40})/i.exec(contentType?.slice(0, 1000) ?? '')?.[1] ?? 'utf-8';
}

/** Bytes of a character set as bytes of UTF-8; a set nobody knows is left as it is. */
function fromCharset(text: string, charset: string): string {
  if (/^(?:utf-?8|us-ascii)$/i.test(charset)) return text;
  try {
    return fromUtf8(new TextDecoder(charset).decode(toBytes(text as ByteString)));
  } catch {
    return text;
  }
}

/** Without the ASCII white space at both ends: `trim` would take bytes of UTF-8 for white space. */
function trimmed(text: string): string {
  let start = 0, end = text.length;
  while (start < end && WHITE.includes(text[start]!)) start++;
  while (end > start && WHITE.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}
const WHITE = ' \t\r\n\v\f';

/** git's cleaning of subjects: `Re:`, `[…]`, colons and white space in front go, runs of white space become one space. */
function titleOf(subject: string): string {
  let text = subject.slice(0, HEADER);
  for (;;) {
    const front = /^(?:[ \t:]+|re:|\[[^\]]*\])/i.exec(text);
    if (front === null) break;
    text = text.slice(front[0].length);
  }
  return trimmed(text.replace(/[ \t\r\n\v\f\0]+/g, ' '));
}

function authorOf(from: string): PatchAuthor | null {
  const text = from.slice(0, 2000);
  const at = text.indexOf('@');
  if (at < 0) return null;
  let start = at, end = at;
  while (start > 0 && !/[ \t<>]/.test(text[start - 1]!)) start--;
  while (end < text.length && !/[ \t<>]/.test(text[end]!)) end++;
  const email = text.slice(start, end).replace(/[\0-\x1f]/g, '');
  const spaced = `${text.slice(0, start)} ${text.slice(end)}`.replace(/\\(.)/g, '$1').replace(/[\0\r\n\t<>"]/g, ' ').replace(/ +/g, ' ');
  const name = trimmed(spaced).replace(/^\((.*)\)$/, '$1');
  return { name: (name === '' ? email : name) as ByteString, email: email as ByteString };
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 2822, as mail programs and git write it. */
function dateOf(text: string): PatchMail['date'] {
  const found = /\b(\d{1,2}) ([A-Za-z]{3})[a-z]{0,6} (\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([+-])(\d{2})(\d{2}))?/.exec(text.slice(0, 200));
  const month = found === null ? -1 : MONTHS.indexOf(found[2]!.toLowerCase());
  if (found === null || month < 0) return null;
  const [day, year, hour, minute, second] = [found[1], found[3], found[4], found[5], found[6] ?? '0'].map(Number) as [number, number, number, number, number];
  const offset = found[7] === undefined ? 0 : (Number(found[8]) * 60 + Number(found[9])) * (found[7] === '-' ? -1 : 1);
  const time = daysBefore(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60;
  return time < 0 ? null : { time, offset };
}

/** Days from 1970-01-01 in the Gregorian calendar; months from 0. */
function daysBefore(year: number, month: number, day: number): number {
  const y = month < 2 ? year - 1 : year, m = (month + 10) % 12;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day - 719_469;
}

/** As git cleans a commit's message: no white space at line ends, no empty lines in a row, none at either end. */
function stripSpace(text: string): string {
  const lines: string[] = [];
  for (const raw of text.split('\n')) {
    const line = trimmed(`.${raw.replaceAll('\0', '')}`).slice(1);
    if (line !== '' || (lines.length > 0 && lines.at(-1) !== '')) lines.push(line);
  }
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** A whole patch file. */
export function readPatch(bytes: Uint8Array): PatchMail[] {
  if (bytes.length > limits.bytes) throw new PatchError(`it is larger than ${limits.bytes >> 20} MiB`);
  return splitMails(fromBytes(bytes));
}
