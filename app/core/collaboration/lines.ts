// People as lists show them: a name that is safe to look at, where they work, and a role that stands in for the name where names are not to be
// shown. Nothing here says how much anybody did: places are shares of what one person knows, roles are given by key.
import { type ByteString, type PathBytes, display } from '../bytes.ts';
import type { Sparse } from '../matrix/model.ts';
import { visible } from '../visible.ts';
import type { Crew } from './crew.ts';
import type { KnownFile, Person } from './model.ts';
import type { PersonLine } from './report.ts';

/** Longer names of people are no names. */
const LONGEST = 200;
/** Directories of a place below the trunk, and places of one person that are shown. */
const DEPTH = 2, MOST_PLACES = 3;
/** A directory that has so much of all files is the trunk, not a place: `src/main/java/org` says nothing of anybody. */
const TRUNK = 0.9;

/** Directories as places: each file's, cut to two names below the trunk. */
export interface Places { readonly paths: readonly PathBytes[]; /** a place for each file */ readonly of: Uint32Array }

export function placesOf(files: readonly Pick<KnownFile, 'path'>[]): Places {
  const trunk = trunkOf(files), ids = new Map<string, number>(), paths: PathBytes[] = [];
  const of = Uint32Array.from(files, ({ path }) => {
    const names = path.split('/').slice(0, -1), below = trunk === '' ? 0 : path.startsWith(`${trunk}/`) ? trunk.split('/').length : 0;
    const place = names.slice(0, below + DEPTH).join('/');
    let id = ids.get(place);
    if (id === undefined) ids.set(place, id = paths.push(place as PathBytes) - 1);
    return id;
  });
  return { paths, of };
}

/** The deepest directory below which nearly all files are. */
function trunkOf(files: readonly Pick<KnownFile, 'path'>[]): string {
  const enough = Math.max(1, TRUNK * files.length);
  for (let trunk = '', within = files; ;) {
    const from = trunk === '' ? 0 : trunk.length + 1, counts = new Map<string, number>();
    for (const { path } of within) {
      const end = path.indexOf('/', from);
      if (end < 0) continue;
      const name = path.slice(from, end);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const next = [...counts].find(([, n]) => n >= enough);
    if (next === undefined) return trunk;
    trunk = `${trunk}${trunk === '' ? '' : '/'}${next[0]}`;
    const prefix = `${trunk}/`;
    within = within.filter(({ path }) => path.startsWith(prefix));
  }
}

/** Where most of what a person knows is, the largest share first. `knowledge`: people × files. */
function placesOfPerson(knowledge: Sparse, places: Places, person: number): { path: PathBytes; share: number }[] {
  if (person >= knowledge.rows) return [];
  const sums = new Map<number, number>();
  let all = 0;
  for (let i = knowledge.start[person]!; i < knowledge.start[person + 1]!; i++) {
    const place = places.of[knowledge.col[i]!]!, value = knowledge.value[i]!;
    sums.set(place, (sums.get(place) ?? 0) + value);
    all += value;
  }
  if (!(all > 0)) return [];
  return [...sums].map(([place, sum]) => ({ path: places.paths[place]!, share: Math.min(1, sum / all) }))
    .sort((x, y) => y.share - x.share || (x.path < y.path ? -1 : 1)).slice(0, MOST_PLACES);
}

/**
 * A role for each person of a crew: where they know most, and a letter by key among those of the same place. `knowledge` is of the whole
 * history, whatever moment is looked at, so that a role stays with its person; newcomers are named apart and take nobody's letter.
 */
export function rolesOf({ people, known }: Crew, knowledge: Sparse, places: Places): string[] {
  const byPlace = new Map<string, number[]>();
  for (const i of people.keys()) {
    const first = i < known ? placesOfPerson(knowledge, places, i)[0] : undefined;
    const place = i >= known ? 'new' : first === undefined ? 'elsewhere' : first.path === '' ? 'top level' : visible(display(first.path), LONGEST);
    const here = byPlace.get(place);
    if (here === undefined) byPlace.set(place, [i]); else here.push(i);
  }
  const roles = new Array<string>(people.length);
  for (const [place, here] of byPlace) {
    here.sort((x, y) => (people[x]!.key < people[y]!.key ? -1 : people[x]!.key > people[y]!.key ? 1 : x - y));
    for (const [n, i] of here.entries()) roles[i] = `${place} · ${letters(n)}`;
  }
  return roles;
}

/** A … Z, AA, AB …: as spreadsheets name columns. */
function letters(n: number): string {
  let out = '';
  for (let rest = n; rest >= 0; rest = Math.floor(rest / 26) - 1) out = String.fromCharCode(65 + rest % 26) + out;
  return out;
}

const shown = (text: ByteString): string => visible(display(text).trim(), LONGEST);

/** The name, else the address; never empty. */
export function nameOf({ name, email }: Pick<Person, 'name' | 'email'>): string { return shown(name) || shown(email) || '(no name)'; }

/** By name: first those of the history, then newcomers. `knowledge`: at the moment looked at; `flying`: ACUs of each person. */
export function peopleLines(crew: Crew, knowledge: Sparse, places: Places, roles: readonly string[], which: Iterable<number> = crew.people.keys()): PersonLine[] {
  const flying = new Uint32Array(crew.people.length);
  for (const person of crew.author) flying[person]!++;
  const lines = Array.from(which, (person): PersonLine => {
    const { key, kind, email } = crew.people[person]!;
    return { person, key, name: nameOf(crew.people[person]!), email: shown(email), role: roles[person]!, kind, flying: flying[person]!, places: placesOfPerson(knowledge, places, person) };
  });
  const sorted = lines.map((line) => ({ line, by: line.name.toLowerCase() }));
  sorted.sort((x, y) => Number(x.line.person >= crew.known) - Number(y.line.person >= crew.known) || (x.by < y.by ? -1 : x.by > y.by ? 1 : x.line.key < y.line.key ? -1 : 1));
  return sorted.map(({ line }) => line);
}
