// The door of the contract: unknown → a message of methods.ts, or one `bad-message` that says where. Decoded once, trusted inside.
import * as v from 'valibot';
import type { Oid } from '../core/bytes.ts';
import { errorCodes } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Operation } from '../core/events.ts';
import { type Composition, type EditKind, type Rebinding, type SetConflict, conflictKinds } from '../core/model.ts';
import * as collaboration from './decodeCollaboration.ts';
import * as live from './decodeLive.ts';
import * as workspace from './decodeWorkspace.ts';
import * as figures from './decodePerformance.ts';
import * as moments from './decodeMoments.ts';
import * as recipes from './decodeRecipes.ts';
import * as resolving from './decodeResolving.ts';
import * as largest from './decodeSuggestion.ts';
import * as symbols from './decodeSymbols.ts';
import * as tracing from './decodeTracing.ts';
import { badMessage } from './frames.ts';
import { limits } from './methods.ts';
import { type Schema, acuId, acuIds, acuOrBase, byteString, bytes, count, duration, isAcuId, isBytes, label, name, oid, path, pathKey, ticket } from './shapes.ts';
import { loadLimits } from './performance.ts';
import { workLimits } from './work.ts';
import type { LoadState } from './performance.ts';
import type { ListedLine, Method, Methods, Push, RepositoryInfo, Request, Response, Shown, WireError } from './methods.ts';

const grain = v.picklist(['branch', 'commit', 'atom']);
const editKind = v.picklist(['add', 'delete', 'modify', 'mode', 'binary', 'symlink', 'submodule', 'type'] satisfies EditKind[]);
const conflictKind = v.picklist(conflictKinds);
const verdict = v.picklist(['blocking', 'resolvable', 'risk', 'partial', 'order-sensitive'] satisfies SetConflict['verdict'][]);

/** `strictObject` takes an empty list for an empty map. */
const map = v.custom<object>((x) => typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype, 'a map');

const nothing = v.strictObject({});
const ticketed = v.strictObject({ ticket });

const repository: Schema<RepositoryInfo> = v.strictObject({ path: name, name, base: v.nullable(oid), baseName: v.pipe(v.string(), v.maxLength(limits.baseName)), grain });
const composition: Schema<Composition> = v.strictObject({ id: label, name: label, base: v.union([oid, v.literal('' as Oid)]), acus: acuIds, open: v.optional(acuIds) }) as Schema<Composition>;
const operation: Schema<Operation> = v.strictObject({
  id: count, kind: v.picklist(['open', 'import', 'compose', 'write-branch', 'undo', 'redo', 'return', 'recipe']), description: label,
  time: v.pipe(v.number(), v.finite()), target: v.nullable(count), command: v.nullable(label), firstEvent: count, lastEvent: count,
});
const shown: Schema<Shown> = v.strictObject({
  text: v.pipe(v.string(), v.maxLength(4 * limits.shownBytes)), binary: v.boolean(), bytes: count, truncated: v.boolean(),
});
const files = v.array(v.strictObject({ path, kind: editKind, added: count, deleted: count }));
const beforeAfter = v.strictObject({ before: v.nullable(shown), after: v.nullable(shown) });
const done = v.strictObject({ operation });
const amended = v.strictObject({ operation: v.nullable(operation), size: count });
const previewConflicts = v.array(v.strictObject({ a: acuId, b: acuOrBase, path: pathKey, shown: label, kind: conflictKind, verdict, detail: label, sides: acuIds }));
const standings: readonly unknown[] = ['exact', 'stale', 'inexact'] satisfies ListedLine['standing'][];
const isByteString = (x: unknown): boolean => typeof x === 'string' && isBytes(x);
const isCount = (x: unknown): boolean => Number.isSafeInteger(x) && x as number >= 0;
/** Checked as one: a page has hundreds, and each is asked for as fast as a list is scrolled. */
const line = v.custom<ListedLine>((x) => {
  if (typeof x !== 'object' || x === null || Array.isArray(x) || Object.keys(x).length !== 10) return false;
  const { id, name, sources, author, time, files: count, added, deleted, requires, standing } = x as Record<string, unknown>;
  return isAcuId(id) && isByteString(name) && Array.isArray(sources) && sources.every(isByteString)
    && typeof author === 'object' && author !== null && Object.keys(author).length === 2 && isByteString((author as Record<string, unknown>)['name']) && isByteString((author as Record<string, unknown>)['email'])
    && Number.isFinite(time) && isCount(count) && isCount(added) && isCount(deleted) && Array.isArray(requires) && requires.length <= limits.acus && requires.every(isAcuId) && standings.includes(standing);
}, 'a line of the list');
const rebinding: Schema<Rebinding> = v.strictObject({
  id: acuId, name: byteString, outcome: v.picklist(['kept', 'rebound', 'absorbed', 'stale', 'lost', 'taken along'] satisfies Rebinding['outcome'][]),
  to: acuIds, why: label,
});

const load: Schema<LoadState> = v.strictObject({
  state: v.picklist(['idle', 'preparing', 'running', 'ending']), rate: count, seconds: count,
  startedAt: v.nullable(duration), endsAt: v.nullable(duration), sent: count, answered: count, refused: count, failed: count,
  perSecond: v.nullable(duration), bytes: count, why: v.nullable(label),
});

const patches = v.strictObject({
  add: v.pipe(v.array(v.union([
    v.strictObject({ path: name }),
    v.strictObject({ name, text: v.custom<Uint8Array>((x) => x instanceof Uint8Array && x.length <= limits.patchText, `at most ${limits.patchText >> 20} MiB`) }),
  ])), v.maxLength(1000)),
  drop: v.boolean(),
});

const positions = v.nullable(v.pipe(bytes, v.check(({ length }) => length % 8 === 0 && length <= 8 * limits.acus)));

const params: { readonly [M in Method]: Schema<Methods[M]['params']> } = {
  hello: nothing,
  import: v.strictObject({ path: v.nullable(name), base: v.nullable(name), refs: v.pipe(v.array(name), v.maxLength(1000)), grain, patches: v.optional(patches), ticket }),
  cancel: ticketed,
  snapshot: nothing,
  compose: v.strictObject({ acus: acuIds, ticket }),
  add: v.strictObject({ acus: acuIds, ticket }),
  remove: v.strictObject({ acus: acuIds, ticket }),
  check: v.strictObject({ acus: acuIds }),
  list: v.strictObject({ from: count, limit: v.pipe(count, v.minValue(1), v.maxValue(limits.page)) }),
  symbols: symbols.params,
  preview: v.strictObject({ acus: acuIds, at: moments.optionalAt }),
  composedFile: v.strictObject({ acus: acuIds, path, at: moments.optionalAt }),
  acuFiles: v.strictObject({ acu: acuId, at: moments.optionalAt }),
  acuFile: v.strictObject({ acu: acuId, path, at: moments.optionalAt }),
  provenance: tracing.provenanceParams,
  acuHistory: tracing.historyParams,
  conflictFile: v.strictObject({ a: acuId, b: acuOrBase, path, at: moments.optionalAt }),
  layout: v.strictObject({ graph: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), positions }),
  suggest: largest.suggestParams,
  whyNot: largest.whyNotParams,
  recipes: nothing,
  recipe: recipes.named,
  keepRecipe: recipes.keepParams,
  dropRecipe: recipes.changeParams,
  applyRecipe: recipes.changeParams,
  compareRecipes: recipes.compareParams,
  writeBranch: v.strictObject({ name, acus: acuIds, message: v.optional(v.pipe(v.string(), v.maxLength(limits.message))), ticket }),
  log: v.strictObject({ before: v.nullable(v.pipe(count, v.minValue(1))), limit: v.pipe(count, v.minValue(1), v.maxValue(10_000)) }),
  moment: moments.momentParams,
  compareMoments: moments.compareParams,
  comparedFile: moments.fileParams,
  returnTo: moments.returnParams,
  branchOff: moments.branchParams,
  undo: ticketed,
  redo: ticketed,
  fsck: ticketed,
  pause: v.strictObject({ paused: v.boolean() }),
  load: v.variant('action', [
    v.strictObject({ action: v.literal('look') }), v.strictObject({ action: v.literal('stop') }),
    v.strictObject({ action: v.literal('start'), rate: v.pipe(count, v.minValue(1), v.maxValue(loadLimits.rate)), seconds: v.pipe(count, v.minValue(1), v.maxValue(loadLimits.seconds)) }),
  ]),
  live: live.params,
  keepOpen: resolving.keepOpenParams,
  openConflicts: nothing,
  toDecide: resolving.toDecideParams,
  decidedFile: resolving.decidedFileParams,
  decide: resolving.decideParams,
  workspace: workspace.params,
  stats: figures.statsParams,
  series: figures.seriesParams,
  events: figures.eventsParams,
  watch: v.strictObject({ on: v.boolean() }),
  trials: nothing,
  alert: figures.alertParams,
  responses: figures.responsesParams,
  baselines: figures.baselinesParams,
  history: v.strictObject({ part: v.exactOptional(v.boolean()), ticket }),
  collaborate: collaboration.params,
};

const written = v.strictObject({ ref: name, commit: oid, tree: oid, operation });
const past = moments.resultsOf({ operation, composition, repository, files });

const results: { readonly [M in Method]: Schema<Methods[M]['result']> } = {
  hello: v.strictObject({
    version: label, repository: v.nullable(repository), epoch: count, composition, canUndo: v.nullable(label), canRedo: v.nullable(label),
  }),
  import: v.strictObject({ base: oid, acus: count, decisions: count, sources: count, edits: count, hunks: count, ms: duration, rebound: v.array(rebinding) }),
  cancel: v.strictObject({ cancelled: v.boolean() }),
  snapshot: v.strictObject({ epoch: count, digest: label, bytes }),
  compose: v.strictObject({ composition, operation }),
  add: amended,
  remove: amended,
  check: v.strictObject({ ok: v.boolean(), missing: acuIds, conflicts: previewConflicts }),
  list: v.strictObject({ digest: label, total: count, acus: v.pipe(v.array(line), v.maxLength(limits.page)) }),
  symbols: symbols.told,
  preview: v.strictObject({
    tree: v.nullable(oid), files, missing: acuIds,
    conflicts: previewConflicts, ms: duration,
  }),
  composedFile: beforeAfter,
  acuFiles: v.strictObject({ files }),
  acuFile: beforeAfter,
  provenance: tracing.provenance,
  acuHistory: tracing.acuHistory,
  conflictFile: v.strictObject({
    base: v.nullable(shown), sides: v.array(v.strictObject({ acu: acuOrBase, shown: v.nullable(shown) })), merged: v.nullable(shown),
    kind: conflictKind, places: v.array(v.strictObject({ start: count, end: count })),
  }),
  layout: v.strictObject({ positions }),
  suggest: largest.suggestion,
  whyNot: largest.reasons,
  recipes: recipes.lines,
  recipe: recipes.now,
  keepRecipe: v.strictObject({ operation: v.nullable(operation), line: recipes.line }),
  dropRecipe: done,
  applyRecipe: v.strictObject({ composition, operation: v.nullable(operation), answers: recipes.answers }),
  compareRecipes: recipes.comparison,
  writeBranch: written,
  branchOff: written,
  moment: past.moment,
  compareMoments: past.compared,
  comparedFile: beforeAfter,
  returnTo: v.strictObject({ operation: v.nullable(operation), composition }),
  log: v.strictObject({ operations: v.array(operation), current: count }),
  undo: done,
  redo: done,
  fsck: v.strictObject({ ok: v.boolean(), problems: v.array(label), events: count, ms: duration }),
  pause: v.strictObject({ paused: v.boolean() }),
  load,
  live: live.state,
  keepOpen: v.strictObject({ composition, operation: v.nullable(operation) }),
  openConflicts: resolving.openConflicts,
  toDecide: resolving.toDecide(v.nullable(shown)),
  decidedFile: beforeAfter,
  decide: v.strictObject({ composition, operation, resolution: v.nullable(acuId) }),
  workspace: workspace.about,
  stats: figures.report,
  series: figures.series,
  events: figures.events,
  watch: v.strictObject({ on: v.boolean() }),
  trials: figures.trials,
  alert: figures.alertResult,
  responses: figures.responsesResult,
  baselines: figures.baselinesResult,
  history: v.strictObject({ digest: label, bytes, newest: v.nullable(count) }),
  collaborate: collaboration.result,
};

const wireError: Schema<WireError> = v.strictObject({
  code: v.picklist(Object.keys(errorCodes) as ErrorCode[]), message: label, hint: label, data: v.pipe(map, v.record(v.string(), v.unknown())),
});
const within = v.pipe(v.number(), v.finite(), v.minValue(1), v.maxValue(limits.withinMs));
const request = v.strictObject({ id: count, method: v.picklist(Object.keys(params) as Method[]), params: map, within: v.optional(within) });
const answer: Schema<Response> = v.union([v.strictObject({ id: count, ok: v.unknown() }), v.strictObject({ id: count, error: wireError })]);
const push: Schema<Push> = v.variant('push', [
  v.strictObject({ push: v.literal('progress'), ticket, phase: label, done: count, total: v.nullable(count) }),
  v.strictObject({
    push: v.literal('queue'), running: v.nullable(v.strictObject({ ticket, kind: label, since: v.pipe(v.number(), v.finite()) })),
    waiting: count, paused: v.boolean(),
    work: v.pipe(v.array(v.strictObject({ ticket, kind: label, client: count, asked: duration, since: v.nullable(duration), beside: v.boolean() })), v.maxLength(workLimits.items)),
  }),
  v.strictObject({ push: v.literal('epoch'), from: count, to: count, digest: label, bytes }),
  v.strictObject({
    push: v.literal('state'), composition, canUndo: v.nullable(label), canRedo: v.nullable(label),
    repository: v.nullable(repository), lastOperation: v.nullable(operation),
  }),
  v.strictObject({ push: v.literal('search'), ticket, weight: duration, bound: v.nullable(duration) }),
  v.strictObject({ push: v.literal('load'), load }),
  v.strictObject({ push: v.literal('live'), live: live.state }),
  v.strictObject({ push: v.literal('stats'), report: figures.report }),
]);

function decode<T>(schema: Schema<T>, value: unknown, what: string): T {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const where = v.getDotPath(issue);
  throw badMessage(`${what}${where === null ? '' : `, at ${where}`}`, { expected: String(issue.expected ?? issue.message).slice(0, 200) });
}

/** A request whose parameters fit its method. */
export function decodeRequest(value: unknown): Request {
  const { id, method, params: given, within: patience } = decode(request, value, 'not a request');
  const decoded = decode<unknown>(params[method], given, `the parameters of ${method}`);
  return (patience === undefined ? { id, method, params: decoded } : { id, method, params: decoded, within: patience }) as Request;
}

/** What a service sends: an answer, whose value `decodeResult` decodes once its method is known, or a push. */
export function decodeFromService(value: unknown): Response | Push {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'push')) return decode(push, value, 'not a push');
  return decode(answer, value, 'not an answer');
}

export function decodeParams<M extends Method>(method: M, value: unknown): Methods[M]['params'] {
  return decode<Methods[M]['params']>(params[method], value, `the parameters of ${method}`);
}

export function decodeResult<M extends Method>(method: M, value: unknown): Methods[M]['result'] {
  return decode<Methods[M]['result']>(results[method], value, `the answer to ${method}`);
}

/** The id of a request that could not be decoded, so that its caller can be told; null where it has none. */
export function requestId(value: unknown): number | null {
  const id = typeof value === 'object' && value !== null && Object.hasOwn(value, 'id') ? (value as { id: unknown }).id : null;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : null;
}

