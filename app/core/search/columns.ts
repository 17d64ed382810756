// What is searched, in columns that go to a worker without being copied: texts joined to one, numbers in typed arrays, lists as one after another.
// Built from rows as screens and the command line show them.
import { type AcuId, type PathBytes, display } from '../bytes.ts';
import type { Acu } from '../model.ts';
import { agentOf } from './agents.ts';

/** What a row says of itself. Names are for display. */
export interface Subject {
  readonly id: AcuId; readonly name: string; readonly author: string; readonly email: string;
  /** seconds since the epoch */ readonly time: number;
  readonly sources: readonly string[]; readonly requires: readonly AcuId[];
  readonly added: number; readonly deleted: number; readonly standing: 'exact' | 'stale' | 'inexact';
  readonly worktree?: true; readonly patch?: true;
  /** lower case: names, title, author, sources, id */ readonly text: string;
}
export interface SubjectSource { readonly name: string; readonly acus: readonly AcuId[] }

/** Letters of a name, a title or an address that are looked through, and so of what is looked for. */
export const MOST_SEARCHED = 4096;

/** What a word is looked for in, of one ACU. */
export function searchedText({ id, name, title, author, sources }: Pick<Acu, 'id' | 'name' | 'title' | 'author' | 'sources'>): string {
  return [...[name, title, author.name, author.email, ...sources].map((text) => display(text).slice(0, MOST_SEARCHED)), id].join('\n').toLowerCase();
}

/** Lists one after another: that of `i` is `all[first[i] … first[i + 1])`. */
export interface Lists { readonly first: Int32Array; readonly all: Int32Array }

export const flags = { worktree: 1, patch: 2 } as const;
export const standings = ['exact', 'stale', 'inexact'] as const;

/** Texts are UTF-8, each ended by NUL. */
export interface Columns {
  readonly rows: number;
  readonly ids: Uint8Array; readonly names: Uint8Array; readonly texts: Uint8Array;
  readonly time: Float64Array; readonly size: Int32Array; readonly standing: Uint8Array; readonly flags: Uint8Array;
  /** by row, into `authors`, a name each; and into `agents`, -1 for a person's work */
  readonly author: Int32Array; readonly authors: Uint8Array; readonly agent: Int32Array; readonly agents: Uint8Array;
  /** by row: name and address, lower case */
  readonly signed: Uint8Array;
  readonly requires: Lists;
  readonly paths: Uint8Array; readonly pathsOf: Lists;
  readonly sources: Uint8Array; readonly sourcesOf: Lists;
  /** by source: its rows, the lower ones first */
  readonly rowsOf: Lists;
}

const encoder = new TextEncoder(), decoder = new TextDecoder();
export const END = '\0';
const whole = (text: string): string => (text.includes(END) ? text.replaceAll(END, '\ufffd') : text);
export const joined = (texts: readonly string[]): Uint8Array => encoder.encode(texts.length === 0 ? '' : texts.map(whole).join(END) + END);
export const parted = (bytes: Uint8Array): string[] => { const all = decoder.decode(bytes).split(END); all.pop(); return all; };

export function listsOf(lists: readonly (readonly number[])[]): Lists {
  const first = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => { first[i + 1] = first[i]! + list.length; });
  const all = new Int32Array(first[lists.length]!);
  lists.forEach((list, i) => all.set(list, first[i]!));
  return { first, all };
}

export const listAt = ({ first, all }: Lists, i: number): Int32Array => all.subarray(first[i]!, first[i + 1]!);

/** Who has whom, the other way round: `size` is how many can be had. Negative entries are nobody's. */
export function reversed({ first, all }: Lists, size: number): Lists {
  const counts = new Int32Array(size + 1);
  for (const to of all) if (to >= 0) counts[to + 1]!++;
  for (let i = 0; i < size; i++) counts[i + 1]! += counts[i]!;
  const out = new Int32Array(counts[size]!), next = counts.slice();
  for (let i = 0; i + 1 < first.length; i++) for (let at = first[i]!; at < first[i + 1]!; at++) { const to = all[at]!; if (to >= 0) out[next[to]!++] = i; }
  return { first: counts, all: out };
}

class Numbered {
  readonly values: string[] = [];
  readonly #numbers = new Map<string, number>();
  of(value: string): number {
    let n = this.#numbers.get(value);
    if (n === undefined) this.#numbers.set(value, (n = this.values.push(value) - 1));
    return n;
  }
}

export function columnsOf(rows: readonly Subject[], pathsOf: (row: number) => readonly PathBytes[], sources: readonly SubjectSource[]): Columns {
  const index = new Map(rows.map((row, i) => [row.id, i])), authors = new Numbered(), agents = new Numbered(), paths = new Numbered(), named = new Map(sources.map((source, i) => [source.name, i]));
  const agentNames = rows.map(({ author, email, sources: refs }) => agentOf(author, email, refs));
  const rowsHere = (ids: readonly AcuId[]): number[] => ids.flatMap((id) => index.get(id) ?? []);
  return {
    rows: rows.length, ids: joined(rows.map(({ id }) => id)), names: joined(rows.map(({ name }) => name)), texts: joined(rows.map(({ text }) => text)),
    time: Float64Array.from(rows, ({ time }) => time), size: Int32Array.from(rows, ({ added, deleted }) => added + deleted),
    standing: Uint8Array.from(rows, ({ standing }) => standings.indexOf(standing)),
    flags: Uint8Array.from(rows, ({ worktree, patch }) => (worktree === true ? flags.worktree : 0) | (patch === true ? flags.patch : 0)),
    author: Int32Array.from(rows, ({ author }) => authors.of(author)), authors: joined(authors.values),
    agent: Int32Array.from(agentNames, (name) => (name === null ? -1 : agents.of(name))), agents: joined(agents.values),
    signed: joined(rows.map(({ author, email }) => `${author}\n${email}`.toLowerCase())),
    requires: listsOf(rows.map(({ requires }) => rowsHere(requires))),
    pathsOf: listsOf(rows.map((_, i) => pathsOf(i).map((path) => paths.of(path)))), paths: joined(paths.values.map((path) => display(path as PathBytes))),
    sources: joined(sources.map(({ name }) => name)), sourcesOf: listsOf(rows.map((row) => row.sources.flatMap((name) => named.get(name) ?? []))),
    rowsOf: listsOf(sources.map(({ acus }) => rowsHere(acus))),
  };
}

/** The buffers of columns that were just made, to be handed over. */
export function buffersOf(columns: Columns): ArrayBuffer[] {
  const { requires, pathsOf, sourcesOf, rowsOf, rows: _, ...plain } = columns;
  const arrays = [...Object.values(plain), ...[requires, pathsOf, sourcesOf, rowsOf].flatMap(({ first, all }) => [first, all])];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
