// The door for what is asked and told of collaboration (core/collaboration/report.ts): unknown → report. decode.ts calls it.
import * as v from 'valibot';
import type { PathBytes } from '../core/bytes.ts';
import type { Assignment, AssignmentAsked, Evidence, Heat, Report } from '../core/collaboration/report.ts';
import { LONGEST_HALF_LIFE, MOST_ROWS, heatKinds } from '../core/collaboration/report.ts';
import { limits } from './methods.ts';
import type { Methods } from './methods.ts';
import { type Schema, acuId, acuOrBase, byteString, count, duration, figure, isBytes, label, oid, personKey, ticket } from './shapes.ts';

/** People and items that may be named in one message. */
const MOST_PEOPLE = limits.acus;

/** A file, or a directory; the root is ''. */
const path = v.custom<PathBytes>((x) => typeof x === 'string' && x.length <= limits.name && isBytes(x), 'a path');
const share = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1));
const assignmentAsked: Schema<AssignmentAsked> = v.strictObject({
  away: v.pipe(v.array(personKey), v.maxLength(MOST_PEOPLE)),
  limits: v.pipe(v.array(v.strictObject({ key: personKey, most: count })), v.maxLength(MOST_PEOPLE)),
  most: count,
  pinned: v.pipe(v.array(v.strictObject({ item: label, key: personKey })), v.maxLength(MOST_PEOPLE)),
});
const bound = v.pipe(count, v.minValue(1), v.maxValue(MOST_ROWS));
const halfLifeDays = v.pipe(figure, v.minValue(Number.MIN_VALUE), v.maxValue(LONGEST_HALF_LIFE));

export const params: Schema<Methods['collaborate']['params']> = v.strictObject({
  asOf: v.nullable(duration), halfLifeDays,
  matrices: v.pipe(v.array(v.picklist(heatKinds)), v.maxLength(heatKinds.length)),
  by: v.picklist(['files', 'directories']), most: bound, rows: bound,
  assignment: assignmentAsked, ticket,
});

/** Numbers cross as their bytes, which need not lie where numbers may. */
const words = v.pipe(
  v.custom<Uint8Array | Uint32Array>((x) => x instanceof Uint32Array || x instanceof Uint8Array && x.length % 4 === 0, 'a column of numbers'),
  v.transform((x) => (x instanceof Uint32Array ? x : new Uint32Array(x.slice().buffer))),
);
const values = v.pipe(
  v.custom<Uint8Array | Float32Array>((x) => x instanceof Float32Array || x instanceof Uint8Array && x.length % 4 === 0, 'a column of numbers'),
  v.transform((x) => (x instanceof Float32Array ? x : new Float32Array(x.slice().buffer))),
);

const side = v.picklist(['person', 'file', 'directory', 'acu']);
const heat: Schema<Heat> = v.pipe(v.strictObject({
  kind: v.picklist(heatKinds), of: v.strictTuple([side, side]), rows: words, cols: words, directories: v.array(path), value: values, max: duration, unit: label,
  total: v.strictTuple([count, count]), clustered: v.strictTuple([words, words]),
  computed: v.strictObject({ by: v.picklist(['sparse', 'dense', 'gpu']), why: label, fallen: v.boolean(), ms: duration, multiplyAdds: duration }),
}), v.check(({ rows, cols, value, clustered }) => value.length === rows.length * cols.length && clustered[0].length === rows.length && clustered[1].length === cols.length, 'a matrix'));

const evidence: Schema<Evidence> = v.variant('kind', [
  v.strictObject({ kind: v.literal('conflict'), a: acuId, b: acuId, path }),
  v.strictObject({ kind: v.literal('predicted'), a: acuId, b: acuId, probability: share }),
  v.strictObject({ kind: v.literal('same file'), path, a: acuId, b: acuId, lines: v.nullable(count) }),
  v.strictObject({ kind: v.literal('knows'), person: count, path, share, last: figure }),
  v.strictObject({ kind: v.literal('wrote'), person: count, path, lines: count }),
  v.strictObject({ kind: v.literal('changes together'), path, with: path, commits: count }),
  v.strictObject({ kind: v.literal('seen'), times: count, last: figure }),
]);
const person = v.nullable(count);
const expert = v.strictObject({ person: count, score: share, evidence: v.array(evidence) });
const places = v.array(v.strictObject({ path, share }));

const assignment: Schema<Assignment> = v.strictObject({
  items: v.array(v.strictObject({
    item: v.strictObject({ id: label, kind: v.picklist(['conflict', 'review']), a: acuId, b: v.nullable(acuOrBase), paths: v.array(path) }),
    person, cost: figure, pinned: v.boolean(), evidence: v.array(evidence),
  })),
  cost: figure, bound: figure,
  second: v.nullable(v.strictObject({ cost: figure, changes: v.array(v.strictObject({ item: label, from: person, to: person })) })),
  people: v.array(v.strictObject({ person: count, items: count, most: count, away: v.boolean() })), ms: duration,
});

export const result: Schema<Report> = v.strictObject({
  head: oid, halfLifeDays,
  overview: v.strictObject({
    asOf: figure, from: figure, to: figure, shallow: v.boolean(), notes: v.array(label),
    counts: v.strictObject({ people: count, files: count, commits: count, touches: count, flying: count }),
  }),
  people: v.array(v.strictObject({ person: count, key: personKey, name: label, email: label, role: label, kind: v.picklist(['person', 'bot', 'agent']), flying: count, places })),
  matrices: v.array(heat),
  talk: v.array(v.strictObject({ a: count, b: count, need: share, evidence: v.array(evidence) })),
  predictions: v.array(v.strictObject({ a: acuId, b: acuId, probability: share, reasons: v.array(v.strictObject({ kind: label, text: label, weight: figure, path: v.nullable(path) })) })),
  conflicts: v.array(v.strictObject({ a: acuId, b: acuOrBase, paths: v.array(path), experts: v.array(expert) })),
  conflictCount: count,
  assignment,
  busFactor: v.array(v.strictObject({ path, factor: count, holders: v.array(v.strictObject({ person: count, share })), files: count })),
  acus: v.array(v.strictObject({ acu: count, id: acuId, name: byteString, author: count })),
  files: v.array(v.strictObject({ file: count, path })),
});
