// The kinds of answers that the service keeps, how large each is in memory, and the form of those that lie on disk too. A key names all that
// an answer depends on, by content: object ids, segments' keys, and for what they do not name the text itself. FORMS is part of every file
// of the cache: raise it where the same key comes to mean another answer.
import { deserialize, serialize } from 'node:v8';
import type { Oid, PathBytes } from '../../../core/bytes.ts';
import type { Change } from '../../../core/changes.ts';
import type { Segment } from '../../../core/model.ts';
import { type Lined, type Patch, type Spliced, linedSize, patchSize } from '../../../core/weave/splice.ts';
import type { Report } from '../../../core/collaboration/report.ts';
import type { Suggestion } from '../../../core/suggestion.ts';
import type { FileChange, Methods, Shown } from '../../../contract/methods.ts';
import type { NotComposed } from '../composer.ts';
import type { Kind } from './cache.ts';

export const FORMS = 1;

/** A composed set without its contents: those lie by their ids, once for all sets that have them. */
export interface Sketch {
  readonly tree: Oid;
  readonly changes: readonly (readonly [PathBytes, Change])[];
  readonly blobs: readonly Oid[];
  readonly trees: readonly Oid[];
}
export type PreviewFiles = Pick<Methods['preview']['result'], 'tree' | 'files'>;

/** The form in which a thread of Node sends values: maps, bytes and all. It is read only from files that were proved to be ours. */
const plain = <V>(): Required<Kind<V>>['disk'] => ({ encode: (value) => serialize(value), decode: (bytes) => deserialize(bytes) as V });
const asIs: Required<Kind<Uint8Array>>['disk'] = { encode: (bytes) => bytes, decode: (bytes) => bytes };
const shownSize = (shown: Shown | null): number => 100 + 2 * (shown?.text.length ?? 0);

/** by object id: contents as the repository has them */
export const content: Kind<Uint8Array> = { name: 'content', sizeOf: (bytes) => bytes.length, disk: asIs };
/** Bytes that hold on to no others: git's answers come in buffers of many, which nobody counts. */
export const apart = (bytes: Uint8Array): Uint8Array => (bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes));
/** by object id: bytes of contents of which only that was asked */
export const size: Kind<number> = { name: 'size', sizeOf: () => 8 };
/** by object id: contents and trees that composing made */
export const made: Kind<Uint8Array> = { name: 'made', sizeOf: (bytes) => bytes.length, disk: asIs };
/** by object id: a text with where its lines begin */
export const lined: Kind<Lined | 'none'> = { name: 'lined', sizeOf: (text) => (text === 'none' ? 0 : linedSize(text)) };
/** by two object ids: what a version makes of its base */
export const patch: Kind<Patch | 'none'> = { name: 'patch', sizeOf: (one) => (one === 'none' ? 0 : patchSize(one)), disk: plain() };
/** by the ids of a base and of all versions: what they make together, whichever set they are in */
export const spliced: Kind<Spliced> = { name: 'spliced', sizeOf: ({ bytes }) => bytes.length + 150 };
/** by path and the two entries there */
export const change: Kind<FileChange> = { name: 'change', sizeOf: ({ path }) => 150 + 2 * path.length, disk: plain() };
/** by the base's tree and the keys of all segments that it consists of */
export const composed: Kind<Sketch> = { name: 'composed', sizeOf: ({ changes, blobs, trees }) => 500 + 600 * changes.length + 100 * (blobs.length + trees.length), disk: plain() };
/** by the same: what of it a person sees first */
export const preview: Kind<PreviewFiles> = { name: 'preview', sizeOf: ({ files }) => 300 + files.reduce((sum, { path }) => sum + 150 + 2 * path.length, 0), disk: plain() };
/** by the replica and the set: why it does not stand */
export const refused: Kind<NotComposed> = { name: 'refused', sizeOf: ({ conflicts, missing }) => 200 + 400 * conflicts.length + 160 * missing.length };
/** by the base's tree, the segments below both sides, their names, and the path */
export const conflict: Kind<Methods['conflictFile']['result']> = {
  name: 'conflict', disk: plain(),
  sizeOf: ({ base, merged, sides, places }) => 500 + shownSize(base) + shownSize(merged) + sides.reduce((sum, { shown }) => sum + shownSize(shown), 0) + 50 * places.length,
};
/** by the graph: where its nodes stand, as a window laid them out */
export const layout: Kind<Uint8Array> = { name: 'layout', sizeOf: (bytes) => bytes.length, disk: asIs };
/** by the digests of history and replica, and what was asked: a report on collaboration */
export const collaboration: Kind<Report> = {
  name: 'collaboration', disk: plain(),
  sizeOf: ({ matrices, people, talk, predictions, conflicts, assignment, busFactor }) => matrices.reduce((sum, { value }) => sum + value.byteLength, 4000)
    + 600 * (people.length + talk.length + predictions.length + 3 * conflicts.length + assignment.items.length + busFactor.length),
};
/** by the replica and the weights: the largest set that composes */
export const suggestion: Kind<Suggestion & { /** milliseconds it was given */ readonly budget: number }> = {
  name: 'suggestion', disk: plain(), sizeOf: ({ acus, refused }) => 400 + 150 * (acus.length + refused.reduce((sum, set) => sum + set.length, 0)),
};
/** by the key of its segment: what an ACU is about, by name */
export const symbols: Kind<readonly string[]> = { name: 'symbols', sizeOf: (names) => names.reduce((sum, name) => sum + 40 + 2 * name.length, 80), disk: plain() };
/** by its key: the body of a segment. The store has it: it is not written twice. */
export const segment: Kind<Segment> = {
  name: 'segment',
  sizeOf: ({ edits, contexts }) => 1000 + [edits, ...contexts.filter((c) => c.edits !== edits).map((c) => c.edits)].reduce((sum, list) => sum
    + list.reduce((all, { path, hunks }) => all + 500 + 2 * path.length + (hunks ?? []).reduce((bytes, h) => bytes + 300 + h.removed.length + h.inserted.length, 0), 0), 0),
};
