// Danger: a search that leaves out what it should find, finds what it should not, or says a wrong reason; and symbols that land on another row.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuId, PathBytes } from '../bytes.ts';
import { type Subject, columnsOf } from './columns.ts';
import { Joined, Matcher, found } from './matching.ts';
import { parseQuery, stateNames } from './query.ts';
import type { StateName } from './query.ts';
import { packSymbols, unpackSymbols } from './symbolPage.ts';

const words = ['fix', 'Login', 'date', 'parse', 'a', 'ab', 'é', 'İx', 'src/', 'x:y'];
const clock = { now: 1_000_000, offset: 0 };
const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));

interface World { readonly rows: readonly Subject[]; readonly paths: readonly (readonly PathBytes[])[]; readonly symbols: readonly (readonly string[])[] }
const world: fc.Arbitrary<World> = fc.array(fc.record({ name: text, author: text, time: fc.nat(2_000_000), source: text, paths: fc.array(text, { maxLength: 3 }), symbols: fc.array(text, { maxLength: 3 }) }), { minLength: 1, maxLength: 12 }).map((all) => ({
  rows: all.map(({ name, author, time, source }, i): Subject => ({ id: i.toString(16).padStart(64, '0') as AcuId, name, author, email: '', time, sources: [source], requires: [], added: 0, deleted: 0, standing: 'exact', text: `${name}\n${author}`.toLowerCase() })),
  // as bytes; what is not ASCII is shown decoded
  paths: all.map(({ paths }) => paths.map((path) => Buffer.from(path).toString('latin1') as PathBytes)), symbols: all.map(({ symbols }) => symbols),
}));
const isState = (row: number, state: StateName): boolean | null => (row % 3 === 0 ? null : stateNames.indexOf(state) % 3 === row % 3);

/** The obvious way: each row by itself. */
function slow({ rows, paths, symbols }: World, query: string): number[] {
  const shown = (path: PathBytes): string => Buffer.from(path, 'latin1').toString().toLowerCase();
  return rows.map((row, i) => {
    let how = found.row as number;
    for (const term of parseQuery(query, clock).terms) {
      let hit = 0;
      const part = (has: (value: string) => boolean, by: number): void => { if ('any' in term && (term.any as readonly string[]).some((value) => has(value))) hit |= by; };
      if (term.key === 'word') part((v) => row.text.includes(v), found.text);
      if (term.key === 'author') part((v) => row.author.toLowerCase().includes(v), found.row);
      if (term.key === 'id') part((v) => row.id.includes(v), found.row);
      if (term.key === 'source') part((v) => row.sources.includes(v), found.row);
      if (term.key === 'word' || term.key === 'path') part((v) => paths[i]!.some((path) => shown(path).includes(v)), found.path);
      if (term.key === 'word' || term.key === 'symbol') part((v) => symbols[i]!.some((name) => name.toLowerCase().includes(v)), found.symbol);
      if (term.key === 'is') part((v) => isState(i, v as StateName) ?? !term.not, found.row);
      if (term.key === 'after' && row.time >= term.time) hit |= found.row;
      if (term.key === 'before' && row.time < term.time) hit |= found.row;
      if (term.not) { if (hit !== 0) how = 0; } else how = hit === 0 || how === 0 ? 0 : how | (hit & found.text ? found.text : hit);
    }
    return how;
  });
}

function matcherOf({ rows, paths, symbols }: World): Matcher {
  const matcher = new Matcher(columnsOf(rows, (i) => paths[i]!, [...new Set(rows.flatMap(({ sources }) => sources))].map((name) => ({ name, acus: rows.filter(({ sources }) => sources[0] === name).map(({ id }) => id) }))));
  // in two pages, the later ones first, with one ACU that is gone
  const half = rows.length >> 1;
  for (const [from, to] of [[half, rows.length], [0, half]] as const) {
    matcher.addSymbols(Int32Array.from([-1, ...Array.from({ length: to - from }, (_, i) => from + i)]), unpackSymbols(packSymbols([['gone'], ...symbols.slice(from, to)])));
  }
  return matcher;
}

test('finds what looking at each row finds, by the same reasons', () => {
  const value = fc.oneof(fc.constantFrom(...words), text), term = fc.oneof(
    value, fc.tuple(fc.constantFrom('author', 'path', 'symbol', 'source', 'id'), value).map(([key, one]) => `${key}:"${one}"`), fc.constantFrom('is:fits', 'is:stale,risk', 'after:5d', 'before:1970-01-08', 'is:wrong', 'id:3', 'author:a,é'),
  );
  fc.assert(fc.property(world, fc.array(fc.tuple(fc.boolean(), term).map(([not, one]) => (not ? `-${one}` : one)), { maxLength: 4 }), (made, parts) => {
    const matcher = matcherOf(made), query = parts.join(' '), how = matcher.match(parseQuery(query, clock), isState);
    expect([...how]).toEqual(slow(made, query));
    expect(matcher.known).toBe(made.rows.length);
    for (const [i, one] of how.entries()) {
      expect(matcher.symbolsOf(i)).toEqual(made.symbols[i]);
      const reason = matcher.reason(i, parseQuery(query, clock), one);
      expect(reason === null).toBe((one & (found.path | found.symbol)) === 0);
    }
  }));
});

test('a part is found in each text once, wherever it stands', () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' '), maxLength: 6 }), { maxLength: 40 }), fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 3 }), (texts, part) => {
    const hits: number[] = [];
    new Joined(texts).each(part, (i) => { hits.push(i); });
    expect(hits).toEqual(texts.flatMap((one, i) => (one.includes(part) ? [i] : [])));
  }));
});

test('a page of symbols comes back whole; one that is damaged is refused', () => {
  const list = fc.array(fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 5 }), { maxLength: 8 });
  fc.assert(fc.property(list, (lists) => {
    const { names, of } = unpackSymbols(packSymbols(lists));
    expect(lists.map((_, i) => Array.from(of.all.subarray(of.first[i], of.first[i + 1]), (n) => names[n]))).toEqual(lists);
  }));
  fc.assert(fc.property(list, fc.nat(), fc.nat(255), (lists, at, byte) => {
    const bytes = packSymbols(lists);
    bytes[at % bytes.length] = byte;
    try { unpackSymbols(bytes.subarray(0, at % (bytes.length + 1))); unpackSymbols(bytes); } catch (error) { expect((error as Error).message).toMatch(/symbols/); }
  }));
});

test('what is suggested for a symbol begins with what is typed before what only has it', () => {
  const row = (i: number): Subject => ({ id: i.toString(16).padStart(64, '0') as AcuId, name: 'n', author: 'a', email: '', time: 0, sources: [], requires: [], added: 0, deleted: 0, standing: 'exact', text: 'n' });
  const matcher = new Matcher(columnsOf([row(0), row(1)], () => [], []));
  matcher.addSymbols(Int32Array.of(0, 1), unpackSymbols(packSymbols([['reparse', 'parseDate'], ['parseDate', 'Parser']])));
  expect(matcher.symbolsWith('parse', 3)).toEqual([{ name: 'parseDate', rows: 2 }, { name: 'Parser', rows: 1 }, { name: 'reparse', rows: 1 }]);
});
