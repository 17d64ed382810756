// A report on collaboration as plain records, in the shape that `acumen collaborate --json` prints (docs/COLLABORATION.md): byte strings in display
// form, developers by their place in one list. With roles in place of names, nothing of it says who anybody is: no name, no address, no key, and
// no names of changes, for branches are named after people.
import { type AcuId, display } from '../../core/bytes.ts';
import { HALF_LIFE_DAYS } from '../../core/collaboration/model.ts';
import { LONGEST_HALF_LIFE, MOST_ITEMS, MOST_ROWS } from '../../core/collaboration/report.ts';
import type { Evidence, Expert, Heat, PersonLine, Report } from '../../core/collaboration/report.ts';
import { escapedSentence } from '../../core/visible.ts';

/** For the doors, which see the engine's values through the service alone. */
export { heatKinds } from '../../core/collaboration/report.ts';
export const COLLABORATION = { halfLifeDays: HALF_LIFE_DAYS, longestHalfLife: LONGEST_HALF_LIFE, rows: MOST_ROWS, items: MOST_ITEMS } as const;

export interface Developer {
  readonly role: string; readonly kind: PersonLine['kind'];
  /** changes of theirs in flight */
  readonly flying: number;
  readonly places: readonly { readonly path: string; readonly share: number }[];
  /** left out where roles are shown */
  readonly name?: string; readonly email?: string; readonly key?: string;
}
/** `developer`, `a`, `b` of pairs of people: places in `developers`. */
export interface ShownMatrix {
  readonly kind: Heat['kind'];
  readonly of: Heat['of'];
  /** places in `developers`, ids of changes, or paths, as `of` says */
  readonly rows: readonly (number | string)[]; readonly cols: readonly (number | string)[];
  readonly total: Heat['total'];
  readonly unit: string;
  /** row after row */
  readonly values: Iterable<readonly number[]>;
  /** places of rows and columns in the order in which what is alike stands together */
  readonly order: readonly [rows: readonly number[], cols: readonly number[]];
  readonly computed: Heat['computed'];
}
export type ShownEvidence = { readonly kind: Evidence['kind'] } & Readonly<Record<string, string | number | null>>;
export interface ShownExpert { readonly developer: number; readonly score: number; readonly evidence: readonly ShownEvidence[] }

export interface ShownReport {
  readonly head: string;
  /** seconds since the epoch */
  readonly asOf: number; readonly from: number; readonly to: number;
  readonly halfLifeDays: number;
  readonly counts: Report['overview']['counts'];
  readonly shallow: boolean;
  readonly notes: readonly string[];
  readonly developers: readonly Developer[];
  readonly matrix: ShownMatrix | null;
  readonly acus: readonly { readonly id: AcuId; readonly developer: number; readonly name?: string }[];
  readonly talk: readonly { readonly a: number; readonly b: number; readonly need: number; readonly evidence: readonly ShownEvidence[] }[];
  readonly predictions: readonly { readonly a: AcuId; readonly b: AcuId; readonly probability: number; readonly reasons: readonly { readonly kind: string; readonly text: string; readonly weight: number; readonly path: string | null }[] }[];
  readonly conflicts: readonly { readonly a: AcuId; readonly b: AcuId | 'base'; readonly paths: readonly string[]; readonly experts: readonly ShownExpert[] }[];
  readonly conflictCount: number;
  readonly assignment: {
    readonly items: readonly { readonly id: string; readonly kind: 'conflict' | 'review'; readonly a: AcuId; readonly b: AcuId | 'base' | null; readonly paths: readonly string[]; readonly developer: number | null; readonly cost: number; readonly pinned: boolean; readonly evidence: readonly ShownEvidence[] }[];
    readonly cost: number; readonly bound: number;
    readonly second: { readonly cost: number; readonly changes: readonly { readonly item: string; readonly from: number | null; readonly to: number | null }[] } | null;
    readonly people: readonly { readonly developer: number; readonly items: number; readonly most: number; readonly away: boolean }[];
  };
  readonly busFactor: readonly { readonly path: string; readonly factor: number; readonly files: number; readonly holders: readonly { readonly developer: number; readonly share: number }[] }[];
}

export function shownReport(report: Report, roles: boolean): ShownReport {
  const { overview, halfLifeDays, head, people, acus, talk, predictions, conflicts, conflictCount, assignment, busFactor } = report;
  const place = new Map(people.map(({ person }, i) => [person, i]));
  const at = (person: number): number => place.get(person)!;
  const who = (person: number | null): number | null => (person === null ? null : at(person));
  const evidence = (one: Evidence): ShownEvidence => {
    const { kind, ...rest } = one as Evidence & Record<string, unknown>;
    return { kind, ...Object.fromEntries(Object.entries(rest).map(([name, value]) => name === 'person' ? ['developer', at(value as number)] : name === 'path' || name === 'with' ? [name, display(value as never)] : [name, value])) };
  };
  const experts = (list: readonly Expert[]): ShownExpert[] => list.map(({ person, score, evidence: why }) => ({ developer: at(person), score, evidence: why.map(evidence) }));
  const { asOf, from, to, counts, shallow, notes } = overview;
  return {
    head, asOf, from, to, halfLifeDays, counts, shallow, notes,
    developers: people.map(({ role, kind, flying, places, name, email, key }) => ({
      role: escapedSentence(role), kind, flying, places: places.map(({ path, share }) => ({ path: display(path), share })), ...!roles && { name: escapedSentence(name), email: escapedSentence(email), key },
    })),
    matrix: report.matrices[0] === undefined ? null : shownMatrix(report.matrices[0], report, at),
    acus: acus.map(({ id, name, author }) => ({ id, developer: at(author), ...!roles && { name: display(name) } })),
    talk: talk.map(({ a, b, need, evidence: why }) => ({ a: at(a), b: at(b), need, evidence: why.map(evidence) })),
    predictions: predictions.map(({ a, b, probability, reasons }) => ({ a, b, probability, reasons: reasons.map(({ kind, text, weight, path }) => ({ kind, text, weight, path: path === null ? null : display(path) })) })),
    conflicts: conflicts.map(({ a, b, paths, experts: found }) => ({ a, b, paths: paths.map(display), experts: experts(found) })),
    conflictCount,
    assignment: {
      items: assignment.items.map(({ item, person, cost, pinned, evidence: why }) => ({ ...item, paths: item.paths.map(display), developer: who(person), cost, pinned, evidence: why.map(evidence) })),
      cost: assignment.cost, bound: assignment.bound,
      second: assignment.second === null ? null : { cost: assignment.second.cost, changes: assignment.second.changes.map(({ item, from: before, to: after }) => ({ item, from: who(before), to: who(after) })) },
      people: assignment.people.map(({ person, items, most, away }) => ({ developer: at(person), items, most, away })),
    },
    busFactor: busFactor.map(({ path, factor, files, holders }) => ({ path: display(path), factor, files, holders: holders.map(({ person, share }) => ({ developer: at(person), share })) })),
  };
}

function shownMatrix(heat: Heat, { acus, files }: Report, at: (person: number) => number): ShownMatrix {
  const ids = new Map(acus.map(({ acu, id }) => [acu, id])), paths = new Map(files.map(({ file, path }) => [file, path]));
  const names: { readonly [S in Heat['of'][number]]: (i: number) => number | string } = {
    person: at, acu: (i) => ids.get(i)!, file: (i) => display(paths.get(i)!), directory: (i) => display(heat.directories[i]!),
  };
  const { kind, of, total, unit, value, clustered, computed, cols } = heat;
  return {
    kind, of, rows: Array.from(heat.rows, names[of[0]]), cols: Array.from(cols, names[of[1]]), total, unit, order: [[...clustered[0]], [...clustered[1]]], computed,
    values: { *[Symbol.iterator]() { for (let r = 0; r < heat.rows.length; r++) yield Array.from(value.subarray(r * cols.length, (r + 1) * cols.length), short); } },
  };
}

/** As few digits as tell the same number of 32 bits. */
function short(value: number): number {
  for (let digits = 6; digits < 9; digits++) { const one = Number(value.toPrecision(digits)); if (Math.fround(one) === value) return one; }
  return value;
}
