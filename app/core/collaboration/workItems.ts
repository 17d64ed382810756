// What is open in the work in flight (conflicts to answer, changes to review), what each item costs whom, and who takes what: the cheapest way
// under everybody's limits. Costs are of an item and a person together, from what they know of its paths; nobody is ranked.
import type { Stop } from '../matrix/model.ts';
import { assign, secondBest, type Shares } from './assignment.ts';
import type { Crew } from './crew.ts';
import type { Expertise } from './expertise.ts';
import type { FlyingConflict, InFlight } from './model.ts';
import type { Assignment, AssignmentAsked, Evidence, WorkItem } from './report.ts';

const DAY = 86_400;
/** Items that are shared out at once, of the newest work. */
export const MOST_ITEMS = 600;
/** Conflicts among them, where there are reviews enough for the rest. */
const MOST_CONFLICTS = 400;
/** Who has not committed for so long, and has nothing in flight that is newer, is not asked. */
const ACTIVE_DAYS = 180;
/** People who may be thought of: the best of each item, and the most active. */
const OF_ITEM = 12;
/**
 * An item costs from KNOWN (nobody knows its paths better) to 1 (knows none of them); whoever wrote one side of a conflict already has it in mind,
 * and pays this share of that.
 */
const KNOWN = 0.1, OWN_SIDE = 0.25;
/**
 * That times how many wait; and so much for each that fewer wait than for the most awaited item: where not all can be given, those are left that
 * fewest wait for. It is the same for all people, so it changes nothing where all are given.
 */
const LESS_AWAITED = 2;

export interface Staff {
  readonly crew: Crew;
  readonly inFlight: InFlight;
  /** at the moment that is asked for */
  readonly expertise: Expertise;
}

/** Conflicts, then a review of each ACU; of both the newest first (a conflict is as new as the older of its sides). Who answers a conflict with the base carries the change along. */
export function workItemsOf({ acus, conflicts }: InFlight): WorkItem[] {
  const time = new Map<string, number>(acus.map((acu) => [acu.id, acu.time]));
  const age = ({ a, b }: FlyingConflict): number => Math.min(time.get(a) ?? 0, time.get(b) ?? Infinity);
  const open = [...conflicts].sort((x, y) => age(y) - age(x)).slice(0, MOST_ITEMS - Math.min(acus.length, MOST_ITEMS - MOST_CONFLICTS));
  const newest = [...acus].sort((x, y) => y.time - x.time || (x.id < y.id ? -1 : 1)).slice(0, MOST_ITEMS - open.length);
  return [
    ...open.map(({ a, b, paths }): WorkItem => ({ id: `conflict ${a} ${b}`, kind: 'conflict', a, b, paths })),
    ...newest.map(({ id, files }): WorkItem => ({ id: `review ${id}`, kind: 'review', a: id, b: null, paths: files.map(({ path }) => path) })),
  ];
}

/**
 * Who takes what. Items that more people wait for weigh more, so that they come to who knows them best, and are not the ones that are left. A pin stands unless its person is away,
 * unknown or may not have it. `ms` is what `clock` says it took.
 */
export function assignmentOf(staff: Staff, asked: AssignmentAsked, stop?: Stop, clock: () => number = () => 0): Assignment {
  const began = clock(), { crew, inFlight, expertise } = staff, items = workItemsOf(inFlight);
  const byKey = new Map(crew.people.map(({ key }, i) => [key, i])), away = new Set(asked.away.map((key) => byKey.get(key)));
  const limits = new Map(asked.limits.map(({ key, most }) => [byKey.get(key), most]));
  const scores = items.map(({ paths }) => expertise.scores(paths, stop));
  const pinnedTo = new Map(asked.pinned.map(({ item, key }) => [item, byKey.get(key)]));
  const people = candidates(staff, scores, [...pinnedTo.values(), ...limits.keys(), ...away].filter((p) => p !== undefined));
  const column = new Map(people.map((p, i) => [p, i]));

  const waiting = waitingFor(staff, items), longest = waiting.reduce((a, b) => Math.max(a, b), 0), cost = new Float64Array(items.length * people.length);
  const authorsOf = authors(staff, items);
  for (const [i, item] of items.entries()) {
    let best = 0;
    for (const score of scores[i]!.values()) if (score > best) best = score;
    for (const [c, p] of people.entries()) {
      const own = authorsOf[i]!.includes(p), fit = best > 0 ? (scores[i]!.get(p) ?? 0) / best : 0;
      const price = item.kind === 'review' && own ? Infinity : (1 - (1 - KNOWN) * fit) * (own ? OWN_SIDE : 1);
      cost[i * people.length + c] = price * waiting[i]! + LESS_AWAITED * (longest - waiting[i]!);
    }
  }
  const most = Uint32Array.from(people, (p) => away.has(p) ? 0 : wholeNumber(limits.get(p) ?? asked.most));

  const pins = new Map<number, number>();
  for (const [i, { id }] of items.entries()) {
    const p = pinnedTo.get(id), c = p === undefined || away.has(p) ? undefined : column.get(p);
    if (c !== undefined && cost[i * people.length + c]! < Infinity) pins.set(i, c);
  }
  const left = most.slice(), open = items.keys().filter((i) => !pins.has(i)).toArray();
  let fixed = 0;
  for (const [i, c] of pins) { fixed += cost[i * people.length + c]!; if (left[c]! > 0) left[c]!--; }
  const shares: Shares = { items: open.length, people: people.length, most: left, cost: new Float64Array(open.length * people.length) };
  open.forEach((i, row) => shares.cost.set(cost.subarray(i * people.length, (i + 1) * people.length), row * people.length));
  const shared = assign(shares, stop), second = secondBest(shares, shared, stop);

  const chosen = new Int32Array(items.length);
  for (const [i, c] of pins) chosen[i] = c;
  open.forEach((i, row) => { chosen[i] = shared.person[row]!; });
  const load = new Uint32Array(people.length);
  for (const c of chosen) if (c >= 0) load[c]!++;
  const named = (c: number): number | null => c < 0 ? null : people[c]!;
  return {
    items: items.map((item, i) => {
      const person = named(chosen[i]!);
      return { item, person, cost: person === null ? 0 : cost[i * people.length + chosen[i]!]!, pinned: pins.has(i), evidence: person === null ? [] : why(staff, item, person, authorsOf[i]!) };
    }),
    cost: shared.cost + fixed, bound: shared.bound + fixed,
    second: second === null ? null : {
      cost: second.cost + fixed,
      changes: open.flatMap((i, row) => second.person[row] === shared.person[row] ? [] : [{ item: items[i]!.id, from: named(shared.person[row]!), to: named(second.person[row]!) }]),
    },
    people: people.map((person, c) => ({ person, items: load[c]!, most: most[c]!, away: away.has(person) })),
    ms: clock() - began,
  };
}

const wholeNumber = (most: number): number => most > 0 ? Math.min(2 ** 31, Math.floor(most)) : 0;

/** People who take items, rising: those with work in flight that is not old, the best of each item who are active, the most active, and who is named. */
function candidates({ crew, inFlight, expertise }: Staff, scores: readonly ReadonlyMap<number, number>[], named: readonly number[]): number[] {
  const { experience } = expertise, out = new Set<number>();
  const isActive = (p: number): boolean => p < crew.known && experience.asOf - experience.last[p]! <= ACTIVE_DAYS * DAY;
  for (const [i, p] of crew.author.entries()) if (isActive(p) || experience.asOf - inFlight.acus[i]!.time <= ACTIVE_DAYS * DAY) out.add(p);
  for (const of of scores) for (const [p] of [...of].filter(([p]) => isActive(p)).sort((x, y) => y[1] - x[1] || x[0] - y[0]).slice(0, OF_ITEM)) out.add(p);
  for (const p of expertise.active()) if (isActive(p)) out.add(p);
  for (const p of named) out.add(p);
  return [...out].filter((p) => crew.people[p]!.kind === 'person').sort((x, y) => x - y);
}

/** Who wrote the ACUs of each item. */
function authors({ crew, inFlight }: Staff, items: readonly WorkItem[]): number[][] {
  const place = new Map(inFlight.acus.map(({ id }, i) => [id as string, i]));
  return items.map(({ a, b }) => [...new Set([a, b].flatMap((id) => { const i = id === null ? undefined : place.get(id); return i === undefined ? [] : [crew.author[i]!]; }))]);
}

/** 1 + log2 of the people who wait for it: authors of its ACUs, and of the ones that stand directly on these. */
function waitingFor(staff: Staff, items: readonly WorkItem[]): Float64Array {
  const { crew, inFlight: { acus } } = staff, above = new Map<string, number[]>();
  for (const [i, { requires }] of acus.entries()) for (const lower of requires) {
    const list = above.get(lower);
    if (list === undefined) above.set(lower, [crew.author[i]!]); else list.push(crew.author[i]!);
  }
  return Float64Array.from(authors(staff, items), (own, i) => {
    const { a, b } = items[i]!, people = new Set([...own, ...above.get(a) ?? [], ...(b === null ? [] : above.get(b) ?? [])]);
    return 1 + Math.log2(Math.max(1, people.size));
  });
}

function why({ expertise }: Staff, { kind, a, b, paths }: WorkItem, person: number, authors: readonly number[]): Evidence[] {
  const known = person < expertise.experience.history.people.length ? expertise.evidence(person, paths) : [];
  return kind === 'conflict' && b !== null && b !== 'base' && authors.includes(person) && paths[0] !== undefined ? [{ kind: 'conflict', a, b, path: paths[0] }, ...known] : known;
}
