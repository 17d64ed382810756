// Who takes part: the people of a history, and after them the authors of work in flight whom the history does not know. Everything that says
// "person" by an index means a place in this list.
import { sha256 } from '@noble/hashes/sha2.js';
import { type ByteString, toBytes, toHex } from '../bytes.ts';
import type { History, InFlight, Person } from './model.ts';

export interface Crew {
  readonly people: readonly Person[];
  /** those of the history come first, in its order; from here on they are newcomers */
  readonly known: number;
  /** who wrote ACU i of the work in flight: a place in `people` */
  readonly author: Uint32Array;
}

type Named = Pick<Person, 'name' | 'email'>;

/**
 * An author is the person who committed under the same name and address, else the one who used the address, else the only one who used the
 * name; addresses and names are compared without case, as git's mailmap does. Who remains is a newcomer, one for each address (for each
 * name where there is none).
 */
export function crewOf(history: Pick<History, 'people'>, { acus }: Pick<InFlight, 'acus'>): Crew {
  const both = new Map<string, number>(), byEmail = new Map<string, number>(), byName = new Map<string, number | null>();
  const enter = (person: number, { name, email }: Named): void => {
    first(both, pair(name, email), person);
    if (email !== '') first(byEmail, folded(email), person);
    if (name === '') return;
    const key = folded(name), before = byName.get(key);
    // a name that two people use says nothing
    byName.set(key, before === undefined || before === person ? person : null);
  };
  const people = [...history.people];
  // first the names people are known by, so that what somebody else once committed under does not take them
  for (const [i, person] of people.entries()) enter(i, person);
  for (const [i, { also }] of history.people.entries()) for (const other of also) enter(i, other);
  const find = ({ name, email }: Named): number | undefined =>
    both.get(pair(name, email)) ?? (email === '' ? undefined : byEmail.get(folded(email))) ?? (name === '' ? undefined : byName.get(folded(name)) ?? undefined);
  const author = Uint32Array.from(acus, ({ author }) => {
    const found = find(author);
    if (found !== undefined) return found;
    enter(people.length, author);
    return people.push({ key: newcomerKey(author), name: author.name, email: author.email, also: [], kind: 'person' }) - 1;
  });
  return { people, known: history.people.length, author };
}

function first(map: Map<string, number>, key: string, person: number): void { if (!map.has(key)) map.set(key, person); }

/** ASCII alone: the other bytes are parts of letters. */
const folded = (text: ByteString): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const pair = (name: ByteString, email: ByteString): string => `${folded(name)}\0${folded(email)}`;

/** Bytes of a hash that tell people apart. */
const KEY_BYTES = 8;

function newcomerKey({ name, email }: Named): string {
  return toHex(sha256(toBytes(folded(email === '' ? name : email) as ByteString)).subarray(0, KEY_BYTES));
}
