// Who takes part: the people of a history, and after them the authors of work in flight whom the history does not know. Everything that says
// "person" by an index means a place in this list.
import { grouped, keyOf, personOf } from './identity.ts';
import type { History, InFlight, Person } from './model.ts';

export interface Crew {
  readonly people: readonly Person[];
  /** those of the history come first, in its order; from here on they are newcomers */
  readonly known: number;
  /** who wrote ACU i of the work in flight: a place in `people` */
  readonly author: Uint32Array;
}

/** Newcomers are told apart and put together as the people of a history are (identity.ts), without the mailmap. */
export function crewOf(history: Pick<History, 'people'>, { acus }: Pick<InFlight, 'acus'>): Crew {
  const known = personOf(history), people: Person[] = [...history.people], author = new Uint32Array(acus.length);
  const strangers = new Map<string, { readonly name: Person['name']; readonly email: Person['email']; readonly acus: number[] }>();
  for (const [i, { author: { name, email } }] of acus.entries()) {
    const person = known(name, email);
    if (person >= 0) { author[i] = person; continue; }
    const both = `${name}\0${email}`, one = strangers.get(both);
    if (one === undefined) strangers.set(both, { name, email, acus: [i] }); else one.acus.push(i);
  }
  const identities = [...strangers.values()], { root, kind, by } = grouped(identities, null);
  const place = new Map<number, number>();
  for (const [i, { name, email }] of identities.entries()) {
    const first = root[i]!, at = place.get(first);
    if (at === undefined) place.set(first, people.push({ key: keyOf(by[first]!), name, email, also: [], kind: kind[first]! }) - 1);
    else people[at] = { ...people[at]!, also: [...people[at]!.also, { name, email }] };
    for (const acu of identities[i]!.acus) author[acu] = place.get(first)!;
  }
  return { people, known: history.people.length, author };
}
