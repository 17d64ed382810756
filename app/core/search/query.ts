// The language of search: one text, words and `key:value` terms, that the window's field and `acumen list --search` share. Here it is read and
// written; what it finds is matching.ts's. Nothing typed is an error: what cannot be read says why, and finds nothing.

/** What a term can be about. `id` is the beginning or any part of an id. */
export const termKeys = ['author', 'path', 'symbol', 'source', 'is', 'after', 'before', 'id'] as const;
export type TermKey = typeof termKeys[number];

/** What a row can be. The first eight are what it is to the composition; the rest it is by itself. */
export const stateNames = ['in', 'fits', 'needs', 'conflicts', 'order', 'unable', 'stale', 'inexact', 'risk', 'conflicted', 'agent', 'live', 'patch'] as const;
export type StateName = typeof stateNames[number];

export const stateWords: Readonly<Record<StateName, string>> = {
  in: 'in the composition', fits: 'fits the composition', needs: 'fits with others it needs', conflicts: 'conflicts with the composition', order: 'depends on the order', unable: 'cannot be composed',
  stale: 'needs a rebase', inexact: 'not yet exact', risk: 'names collide, or is placed otherwise', conflicted: 'conflicts with any other', agent: 'work of an agent or a bot', live: 'edited in a working tree', patch: 'from a patch file',
};

export const keyWords: Readonly<Record<TermKey, string>> = {
  author: 'whose name or address has this', path: 'that touch a path with this', symbol: 'that change something called this', source: 'of the branch with just this name',
  is: 'that are this', after: 'since a day: 7d, today, 2026-05-31', before: 'older than a day', id: 'whose id has this',
};

interface Written { /** place in the text */ readonly from: number; readonly to: number; readonly not: boolean }
export type Term = Written & (
  | { readonly key: 'word'; /** lower case */ readonly any: readonly string[] }
  | { readonly key: 'author' | 'path' | 'symbol' | 'source' | 'id'; /** one of these; lower case but for a source's name */ readonly any: readonly string[] }
  | { readonly key: 'is'; readonly any: readonly StateName[] }
  | { readonly key: 'after' | 'before'; /** seconds since the epoch */ readonly time: number }
  | { readonly key: 'wrong'; readonly why: string });

export interface Query { readonly text: string; readonly terms: readonly Term[] }

/** `now`: seconds since the epoch; `offset`: minutes east of UTC, by which days begin. */
export interface Clock { readonly now: number; readonly offset: number }

const DAY = 86_400;
const UNITS: Readonly<Record<string, number>> = { h: 3600, d: DAY, w: 7 * DAY, m: 30 * DAY, y: 365 * DAY };

/** Days since the epoch of a day of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms"). */
function daysTo(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year, era = Math.floor(y / 400), ofEra = y - 400 * era, ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return 146_097 * era + 365 * ofEra + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

const monthDays = (year: number, month: number): number => daysTo(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - daysTo(year, month, 1);

/** When a day, month or year begins, or a span of time ago: '2026', '2026-05', '2026-05-31', 'today', 'yesterday', '7d'. Null: it is none of these. */
export function timeOf(text: string, { now, offset }: Clock): number | null {
  const today = Math.floor((now + 60 * offset) / DAY) * DAY - 60 * offset;
  if (text === 'today') return today;
  if (text === 'yesterday') return today - DAY;
  const span = /^(\d{1,5})([hdwmy])$/.exec(text);
  if (span !== null) return now - Number(span[1]) * UNITS[span[2]!]!;
  const date = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (date === null) return null;
  const [year, month, day] = [Number(date[1]), Number(date[2] ?? 1), Number(date[3] ?? 1)];
  if (month < 1 || month > 12 || day < 1 || day > monthDays(year, month)) return null;
  return daysTo(year, month, day) * DAY - 60 * offset;
}

/** A piece of the text between blanks: quotes keep blanks, colons and commas together. */
interface Piece { readonly from: number; readonly to: number; readonly not: boolean; readonly key: TermKey | null; /** where its value begins */ readonly at: number; readonly values: readonly string[] }

const isBlank = (text: string, i: number): boolean => text.charCodeAt(i) <= 32 || text[i] === '\u00a0' || text[i] === '\u3000';
const isKey = (word: string): word is TermKey => (termKeys as readonly string[]).includes(word);

function* pieces(text: string): Iterable<Piece> {
  for (let i = 0; i < text.length;) {
    if (isBlank(text, i)) { i++; continue; }
    const from = i, not = text[i] === '-' && i + 1 < text.length && !isBlank(text, i + 1);
    if (not) i++;
    const word = /^[a-z]+(?=:)/i.exec(text.slice(i, i + 12))?.[0].toLowerCase() ?? '', key = isKey(word) ? word : null;
    if (key !== null) i += key.length + 1;
    const at = i, values: string[] = [];
    let value = '';
    for (; i < text.length && !isBlank(text, i); i++) {
      const c = text[i]!;
      if (c === '"') {
        const end = closing(text, i);
        value += text.slice(i + 1, end).replaceAll(/\\(["\\])/g, '$1');
        i = end;
      } else if (c === ',' && key !== null) { values.push(value); value = ''; } else value += c;
    }
    values.push(value);
    yield { from, to: Math.min(i, text.length), not, key, at, values: values.filter((one) => one !== '') };
  }
}

/** Where a quotation ends that begins at `i`; one that is not closed yet goes on to the end of the text. */
function closing(text: string, i: number): number {
  for (let at = i + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** What may become a state or a day when it is typed on. */
const isBegun = (key: 'is' | 'after' | 'before', value: string): boolean => (key === 'is' ? stateNames : ['today', 'yesterday']).some((name) => name.startsWith(value)) || (key !== 'is' && /^\d{1,3}$|^\d{4}-(?:\d{1,2}-)?$/.test(value));

/** `whole`: nothing is typed on, so that what only begins a state or a day is wrong, too; else it asks nothing yet. */
export function parseQuery(text: string, clock: Clock, whole = false): Query {
  const terms: Term[] = [];
  // nothing has this character, and it ends rows where they are searched
  for (const { from, to, not, key, values: given } of pieces(text.replaceAll('\0', '\ufffd'))) {
    const written = { from, to, not }, [first] = given;
    // a key without a value is still being typed
    if (first === undefined) continue;
    const any = given.map((value) => value.toLowerCase());
    if (key === null) terms.push({ ...written, key: 'word', any: any.flatMap(withRequests) });
    else if (key === 'source') terms.push({ ...written, key, any: given });
    else if (key === 'is') {
      const unknown = any.find((one) => !(stateNames as readonly string[]).includes(one));
      if (unknown !== undefined && !whole && isBegun('is', unknown)) continue;
      terms.push(unknown === undefined ? { ...written, key, any: any as StateName[] } : { ...written, key: 'wrong', why: `Nothing can be “${unknown}”: is: takes ${stateNames.join(', ')}.` });
    } else if (key === 'after' || key === 'before') {
      const time = timeOf(any[0]!, clock);
      if (time === null && !whole && isBegun(key, any[0]!)) continue;
      terms.push(time === null ? { ...written, key: 'wrong', why: `“${first}” is no day: write 2026-05-31, today or 7d.` } : { ...written, key, time });
    } else terms.push({ ...written, key, any });
  }
  return { text, terms };
}

/** "#23330" and "!7" are what requests are called on the screen: their refs hold the number behind a slash. Also of a number that is typed on. */
function withRequests(word: string): readonly string[] {
  const [, sign, number] = /^([#!])(\d{1,10})$/.exec(word) ?? [];
  return number === undefined ? [word] : [word, ...sign === '#' ? [`pull/${number}`, `pull-requests/${number}`] : [`merge-requests/${number}`]];
}

export const isEmpty = ({ terms }: Query): boolean => terms.length === 0;

/** As a value is written: in quotes where it would fall apart. */
export function quoted(value: string): string {
  const falls = value === '' || value[0] === '-' || [...value].some((c) => c === '"' || c === ',' || isBlank(c, 0));
  return falls ? `"${value.replaceAll(/(["\\])/g, '\\$1')}"` : value;
}

/** The text without what lies between two places, and without the blanks behind it: those within quotes elsewhere stay. */
function cut(text: string, from: number, to: number): string {
  let end = to;
  while (end < text.length && isBlank(text, end)) end++;
  return text.slice(0, from) + text.slice(end);
}

const added = (text: string, term: string): string => (text === '' || isBlank(text, text.length - 1) ? text + term : `${text} ${term}`);

/** The values that the terms of one key have, those that are not negated. */
export function valuesOf(text: string, key: TermKey): readonly string[] {
  return [...pieces(text)].flatMap((piece) => (piece.key === key && !piece.not ? piece.values : []));
}

/** The text with one term of this key, or none: what a field of the form or a filter's button writes. */
export function withTerm(text: string, key: TermKey, value: string | null): string {
  let out = text;
  for (const piece of [...pieces(text)].reverse()) if (piece.key === key && !piece.not) out = cut(out, piece.from, piece.to);
  return value === null ? out.trimEnd() : added(out, `${key}:${quoted(value)}`);
}

/** The same for one value of those that a key can have at once. */
export function toggled(text: string, key: TermKey, value: string): string {
  const there = valuesOf(text, key);
  let out = withTerm(text, key, null);
  for (const one of there.includes(value) ? there.filter((other) => other !== value) : [...there, value]) out = added(out, `${key}:${quoted(one)}`);
  return out;
}

/** The text without one of its terms. */
export function without(text: string, term: Pick<Term, 'from' | 'to'>): string { return cut(text, term.from, term.to).trimEnd(); }

/** What is being typed at `caret`: the piece that ends there or has it within. Null between pieces. */
export function pieceAt(text: string, caret: number): { readonly from: number; readonly to: number; readonly key: TermKey | null; /** of the value, up to the caret */ readonly typed: string; readonly at: number } | null {
  for (const { from, to, not, key, at } of pieces(text)) {
    if (caret < from || caret > to) continue;
    if (caret < at) return null;
    const comma = key === null || text[at] === '"' ? -1 : text.slice(at, caret).lastIndexOf(',');
    const begins = key === null ? from + (not ? 1 : 0) : at + comma + 1;
    return { from: begins, to, key, typed: text.slice(begins, caret).replaceAll('"', ''), at: begins };
  }
  return null;
}
