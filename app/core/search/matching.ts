// Which rows a query finds, and by what. Over texts joined to one, so that a keystroke looks through a few megabytes with the engine's own search
// and not at fifty thousand objects. The slow twin is in matching.test.ts.
import { type Columns, END, type Lists, listAt, parted, reversed } from './columns.ts';
import type { Query, StateName, Term } from './query.ts';
import type { SymbolPage } from './symbolPage.ts';

/** How a row was found: of what it says itself, by a path, by a symbol. `row` is set wherever it was found at all. */
export const found = { row: 1, text: 2, path: 4, symbol: 8 } as const;

/** What is known of a row beside its columns; null while it is not: what is not known hides nothing. */
export type IsState = (row: number, state: StateName) => boolean | null;

/** Texts as one, each ended by NUL. */
export class Joined {
  readonly #text: string;
  readonly #starts: Uint32Array;
  constructor(texts: readonly string[]) {
    this.#text = texts.length === 0 ? '' : texts.join(END) + END;
    this.#starts = new Uint32Array(texts.length + 1);
    texts.forEach((text, i) => { this.#starts[i + 1] = this.#starts[i]! + text.length + 1; });
  }

  /** Each text that has `part`, once, ascending. */
  each(part: string, visit: (i: number) => void): void {
    const text = this.#text, starts = this.#starts, count = starts.length - 1;
    let row = 0;
    for (let at = text.indexOf(part); at >= 0 && row < count; at = text.indexOf(part, starts[row]!)) {
      // doubling steps, then halves: hits lie close together or far apart
      let step = 1;
      while (row + step < count && starts[row + step]! <= at) step *= 2;
      let low = row + (step >> 1), high = Math.min(count, row + step);
      while (low + 1 < high) { const middle = (low + high) >> 1; if (starts[middle]! <= at) low = middle; else high = middle; }
      visit(low);
      row = low + 1;
    }
  }
}

/** What is worked out when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | null = null;
  return () => (made ??= { it: make() }).it;
}

interface Page { /** the row of each ACU of the page; -1: it is gone */ readonly rows: Int32Array; readonly names: readonly string[]; readonly of: Lists; readonly joined: Joined; readonly has: Lists }

export interface Reason { readonly by: 'path' | 'symbol'; readonly text: string; /** others beside it */ readonly more: number }

export class Matcher {
  readonly columns: Columns;
  readonly #paths = once(() => parted(this.columns.paths));
  readonly #lowerPaths = once(() => this.paths.map((path) => path.toLowerCase()));
  readonly #sources = once(() => new Map(parted(this.columns.sources).map((name, i) => [name, i])));
  readonly #texts = once(() => new Joined(parted(this.columns.texts)));
  readonly #signed = once(() => new Joined(parted(this.columns.signed)));
  readonly #ids = once(() => new Joined(parted(this.columns.ids)));
  readonly #joinedPaths = once(() => new Joined(this.#lowerPaths()));
  readonly #havePath = once(() => reversed(this.columns.pathsOf, this.paths.length));
  readonly #pages: Page[] = [];
  /** by row: page and place of its symbols, -1 while they are not known */
  readonly #page: Int32Array;
  readonly #place: Int32Array;

  constructor(columns: Columns) {
    this.columns = columns;
    this.#page = new Int32Array(columns.rows).fill(-1);
    this.#place = new Int32Array(columns.rows);
  }

  get paths(): readonly string[] { return this.#paths(); }

  /** Works out all that a search needs, before the first key: what shows rows without a search does not wait for it. */
  warm(): void { for (const make of [this.#texts, this.#signed, this.#ids, this.#joinedPaths, this.#havePath, this.#sources]) make(); }

  /** How many rows have their symbols. */
  known = 0;

  /** Symbols of some rows: `rows[i]` has those of list `i`. */
  addSymbols(rows: Int32Array, { names, of }: SymbolPage): void {
    const page = this.#pages.push({ rows, names, of, joined: new Joined(names.map((name) => name.toLowerCase())), has: reversed(of, names.length) }) - 1;
    rows.forEach((row, place) => {
      if (row < 0) return;
      if (this.#page[row]! < 0) this.known++;
      this.#page[row] = page;
      this.#place[row] = place;
    });
  }

  hasSymbols(row: number): boolean { return this.#page[row]! >= 0; }

  symbolsOf(row: number): readonly string[] {
    const page = this.#pages[this.#page[row]!];
    return page === undefined ? [] : Array.from(listAt(page.of, this.#place[row]!), (n) => page.names[n]!);
  }

  /** Names of symbols that have `part`, some of them, with how many rows have each. */
  symbolsWith(part: string, most: number): { readonly name: string; readonly rows: number }[] {
    const counts = new Map<string, number>();
    for (const { joined, names, has } of this.#pages) joined.each(part, (n) => { if (counts.size < 50 * most || counts.has(names[n]!)) counts.set(names[n]!, (counts.get(names[n]!) ?? 0) + listAt(has, n).length); });
    return [...counts].map(([name, rows]) => ({ name, rows })).sort((x, y) => Number(!x.name.toLowerCase().startsWith(part)) - Number(!y.name.toLowerCase().startsWith(part)) || y.rows - x.rows || (x.name < y.name ? -1 : 1)).slice(0, most);
  }

  /** By row: how it was found (`found`); 0 where it was not. */
  match({ terms }: Query, isState: IsState): Uint8Array {
    const { rows } = this.columns, out = new Uint8Array(rows).fill(found.row), hit = new Uint8Array(rows);
    for (const term of terms) {
      hit.fill(0);
      this.#hit(term, hit, isState);
      if (term.not) for (let i = 0; i < rows; i++) { if (hit[i] !== 0) out[i] = 0; }
      // what a row says itself needs no other reason
      else for (let i = 0; i < rows; i++) out[i] = hit[i] === 0 ? 0 : out[i] === 0 ? 0 : out[i]! | (hit[i]! & found.text ? found.text : hit[i]!);
    }
    return out;
  }

  #hit(term: Term, hit: Uint8Array, isState: IsState): void {
    const { time, sourcesOf } = this.columns, { rows } = this.columns;
    switch (term.key) {
      case 'wrong': return;
      case 'word': for (const part of term.any) { this.#texts().each(part, (row) => { hit[row]! |= found.text; }); this.#byPath(part, hit); this.#bySymbol(part, hit); } return;
      case 'author': for (const part of term.any) this.#signed().each(part, (row) => { hit[row] = found.row; }); return;
      case 'id': for (const part of term.any) this.#ids().each(part, (row) => { hit[row] = found.row; }); return;
      case 'path': for (const part of term.any) this.#byPath(part, hit); return;
      case 'symbol': for (const part of term.any) this.#bySymbol(part, hit); return;
      case 'source': {
        const wanted = new Set(term.any.flatMap((name) => this.#sources().get(name) ?? []));
        for (let i = 0; i < rows; i++) if (listAt(sourcesOf, i).some((source) => wanted.has(source))) hit[i] = found.row;
        return;
      }
      case 'is': for (let i = 0; i < rows; i++) if (term.any.some((state) => (isState(i, state) ?? !term.not))) hit[i] = found.row; return;
      case 'after': for (let i = 0; i < rows; i++) if (time[i]! >= term.time) hit[i] = found.row; return;
      case 'before': for (let i = 0; i < rows; i++) if (time[i]! < term.time) hit[i] = found.row; return;
    }
  }

  #byPath(part: string, hit: Uint8Array): void { this.#joinedPaths().each(part, (path) => { for (const row of listAt(this.#havePath(), path)) hit[row]! |= found.path; }); }

  #bySymbol(part: string, hit: Uint8Array): void {
    for (const [n, { joined, has, rows }] of this.#pages.entries()) {
      joined.each(part, (name) => { for (const place of listAt(has, name)) { const row = rows[place]!; if (row >= 0 && this.#page[row] === n) hit[row]! |= found.symbol; } });
    }
  }

  /** What a row was found by that it does not show itself; `how` as `match` answered. */
  reason(row: number, { terms }: Query, how: number): Reason | null {
    if ((how & (found.path | found.symbol)) === 0) return null;
    const parts = (key: 'path' | 'symbol'): string[] => terms.flatMap((term) => (!term.not && (term.key === key || term.key === 'word') ? term.any : []));
    const first = (by: Reason['by'], shown: readonly string[], lower: readonly string[]): Reason | null => {
      const wanted = parts(by), at = lower.flatMap((one, i) => (wanted.some((part) => one.includes(part)) ? [i] : []));
      return at.length === 0 ? null : { by, text: shown[at[0]!]!, more: at.length - 1 };
    };
    const symbols = how & found.symbol ? this.symbolsOf(row) : [], paths = how & found.path ? [...listAt(this.columns.pathsOf, row)] : [];
    return first('symbol', symbols, symbols.map((name) => name.toLowerCase())) ?? first('path', paths.map((path) => this.paths[path]!), paths.map((path) => this.#lowerPaths()[path]!));
  }
}
