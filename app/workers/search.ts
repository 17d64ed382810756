// The overview's search, beside the window: holds the columns of one generation of the replica, finds, sorts and groups, and says why a row was
// found. Symbols come in pages while one searches. Runs in a worker; knows no thread.
import type { AcuId } from '../core/bytes.ts';
import { type Columns, listAt, parted } from '../core/search/columns.ts';
import { Matcher, type Reason } from '../core/search/matching.ts';
import { type Clock, keyWords, parseQuery, pieceAt, quoted, stateNames, stateWords, termKeys } from '../core/search/query.ts';
import { type SymbolPage, unpackSymbols } from '../core/search/symbolPage.ts';
import { Arranger, type Arrangement, type Asked, type Facts, isStateOf, line, lineIndex, lineKind } from './arranging.ts';

export interface SearchAsked extends Asked { readonly text: string; /** lines on screen, the last included: the rows that come to stand there are explained with the answer */ readonly seen: { readonly from: number; readonly to: number } }

/** By row: why it was found, null where it shows that itself. */
export type Reasons = readonly (readonly [row: number, reason: Reason | null])[];
export interface Answer { readonly arrangement: Arrangement; readonly reasons: Reasons }

/** What can be put in place of what is being typed. */
export interface Suggestion { readonly insert: string; readonly shown: string; readonly note: string }
export interface Suggestions { /** places in the text that it replaces */ readonly from: number; readonly to: number; readonly options: readonly Suggestion[] }

/** ACUs whose symbols are asked for at once. */
const SYMBOLS_AT_ONCE = 500;
const MOST_SUGGESTED = 8;

interface Loaded { readonly generation: number; readonly columns: Columns; readonly matcher: Matcher; readonly arranger: Arranger; readonly index: ReadonlyMap<AcuId, number>; facts: Facts }

export class Search {
  #loaded: Loaded | null = null;
  /** pages of symbols: an ACU's are its own whatever the generation */
  #pages: { readonly ids: readonly AcuId[]; readonly page: SymbolPage }[] = [];
  #last: { readonly text: string; readonly how: Uint8Array; readonly matcher: Matcher; readonly known: number; readonly facts: Facts; readonly minute: number } | null = null;

  load(generation: number, columns: Columns): void {
    const index = new Map(parted(columns.ids).map((id, i) => [id as AcuId, i])), matcher = new Matcher(columns);
    this.#pages = this.#pages.filter(({ ids, page }) => {
      const rows = Int32Array.from(ids, (id) => index.get(id) ?? -1);
      if (rows.every((row) => row < 0)) return false;
      matcher.addSymbols(rows, page);
      return true;
    });
    this.#loaded = { generation, columns, matcher, arranger: new Arranger(columns), index, facts: { marks: null, degree: null, risky: null } };
  }

  /** Makes ready what the first key would wait for. */
  warm(generation: number): void { if (this.#loaded?.generation === generation) this.#loaded.matcher.warm(); }

  /** What is known of the rows now; what is left out stays. */
  know(generation: number, facts: Partial<Facts>): void { if (this.#loaded?.generation === generation) this.#loaded.facts = { ...this.#loaded.facts, ...facts }; }

  /** Rows whose symbols are not known, some of them; and how many are. */
  unread(generation: number): { readonly rows: Int32Array; readonly known: number } | null {
    if (this.#loaded?.generation !== generation) return null;
    const { matcher, columns } = this.#loaded, rows: number[] = [];
    for (let i = 0; i < columns.rows && rows.length < SYMBOLS_AT_ONCE; i++) if (!matcher.hasSymbols(i)) rows.push(i);
    return { rows: Int32Array.from(rows), known: matcher.known };
  }

  symbols(ids: readonly AcuId[], bytes: Uint8Array): void {
    const page = unpackSymbols(bytes);
    this.#pages.push({ ids, page });
    const loaded = this.#loaded;
    loaded?.matcher.addSymbols(Int32Array.from(ids, (id) => loaded.index.get(id) ?? -1), page);
  }

  /** Null where the columns are another generation's. */
  arrange(generation: number, { text, seen, ...asked }: SearchAsked): Answer | null {
    if (this.#loaded?.generation !== generation) return null;
    const { arranger, facts } = this.#loaded, arrangement = arranger.arrange(this.#how(text, asked.clock).slice(), facts, asked), { lines } = arrangement;
    // a list that got shorter is shown from nearer its end
    const from = Math.max(0, Math.min(seen.from, lines.length - 1 - (seen.to - seen.from)));
    const rows = lines.subarray(from, from + seen.to - seen.from + 1).filter((code) => lineKind(code) === line.row || lineKind(code) === line.nested).map(lineIndex);
    return { arrangement, reasons: this.#reasons(text, rows, asked.clock) };
  }

  #how(text: string, clock: Clock): Uint8Array {
    const { matcher, columns, facts } = this.#loaded!, minute = Math.floor(clock.now / 60), last = this.#last;
    // groups that open and close, and other orders, find nothing anew
    if (last !== null && last.text === text && last.matcher === matcher && last.known === matcher.known && last.facts === facts && last.minute === minute) return last.how;
    const how = matcher.match(parseQuery(text, clock), isStateOf(columns, facts));
    this.#last = { text, how, matcher, known: matcher.known, facts, minute };
    return how;
  }

  /** Why each of these rows was found, where it does not show that itself. */
  reasons(generation: number, text: string, rows: Int32Array, clock: Clock): Reasons | null { return this.#loaded?.generation === generation ? this.#reasons(text, rows, clock) : null; }

  #reasons(text: string, rows: Int32Array, clock: Clock): Reasons {
    const { matcher } = this.#loaded!, query = parseQuery(text, clock), how = this.#how(text, clock);
    return Array.from(rows, (row) => [row, matcher.reason(row, query, how[row]!)]);
  }

  /** What could be meant by what is typed before `caret`; an empty text teaches the keys. */
  suggest(text: string, caret: number): Suggestions | null {
    const loaded = this.#loaded, piece = pieceAt(text, caret);
    if (loaded === null) return null;
    if (piece === null) return text.trim() === '' ? { from: 0, to: text.length, options: keyOptions('') } : null;
    const { key, typed, from, to } = piece, wanted = typed.toLowerCase();
    const named = (all: Iterable<string>, noteOf: (name: string) => string = () => ''): Suggestion[] => {
      const begin: string[] = [], within: string[] = [];
      for (const name of all) {
        const at = name.toLowerCase().indexOf(wanted);
        if (at === 0) begin.push(name); else if (at > 0) within.push(name);
        if (begin.length >= MOST_SUGGESTED) break;
      }
      return [...begin, ...within].slice(0, MOST_SUGGESTED).map((name) => ({ insert: `${quoted(name)} `, shown: name, note: noteOf(name) }));
    };
    switch (key) {
      // one word of a search is no question; the beginning of a key is
      case null: return wanted.length < 2 ? null : { from, to, options: keyOptions(wanted) };
      case 'is': return { from, to, options: stateNames.filter((name) => name.startsWith(wanted)).map((name) => ({ insert: `${name} `, shown: name, note: stateWords[name] })) };
      case 'after': case 'before': return { from, to, options: ['today', 'yesterday', '7d', '30d', '1y'].filter((one) => one.startsWith(wanted)).map((one) => ({ insert: `${one} `, shown: one, note: '' })) };
      case 'author': return { from, to, options: named(loaded.arranger.authors) };
      case 'source': return { from, to, options: named(loaded.arranger.sources) };
      case 'path': return { from, to, options: named(folders(loaded.matcher.paths, wanted)) };
      case 'symbol': return wanted === '' ? null : { from, to, options: loaded.matcher.symbolsWith(wanted, MOST_SUGGESTED).map(({ name, rows }) => ({ insert: `${quoted(name)} `, shown: name, note: rows === 1 ? 'one ACU' : `${rows} ACUs` })) };
      case 'id': return null;
    }
  }

  /** How many of the authors have how much: for a list to choose from. */
  authors(): readonly string[] { return [...this.#loaded?.arranger.authors ?? []].sort((a, b) => a.localeCompare(b)); }

  /** Rows of a source, lower ones first. */
  rowsOf(source: number): Int32Array { return this.#loaded === null ? new Int32Array(0) : listAt(this.#loaded.columns.rowsOf, source).slice(); }
}

const keyOptions = (begun: string): Suggestion[] => termKeys.filter((key) => key !== 'id' && key.startsWith(begun)).map((key) => ({ insert: `${key}:`, shown: `${key}:`, note: keyWords[key] }));

/** Folders that have what is typed, as deep as it goes, then files. */
function folders(paths: readonly string[], wanted: string): Iterable<string> {
  const out = new Set<string>();
  for (const path of paths) {
    const at = path.toLowerCase().indexOf(wanted);
    if (at < 0) continue;
    const cut = path.indexOf('/', at + wanted.length);
    out.add(cut < 0 ? path : path.slice(0, cut + 1));
    if (out.size >= 200) break;
  }
  return [...out].sort((x, y) => Number(y.endsWith('/')) - Number(x.endsWith('/')) || x.length - y.length || (x < y ? -1 : 1));
}
