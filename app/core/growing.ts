// Tables that follow what is published: built once, then changed by the segments that came and went, at their cost. Numbers once
// given stay, so that an index over the tables can follow too; the old tables stay readable. What wholeTables makes of them is what
// building them anew gives.
import type { Oid, PathBytes } from './bytes.ts';
import { type DecidedPairs, PUBLISHED_EARLIER, unpackPairs } from './decided.ts';
import { bug } from './errors.ts';
import type { Published, SegmentKey } from './events.ts';
import { Interner } from './lines.ts';
import { meetingPairs } from './meetings.ts';
import type { Edit, Hunk, Segment, Source } from './model.ts';
import { type Entry, Mode } from './repository.ts';
import { HunkColumn, Row, type SegmentMeta, type SourceMeta, type Tables, placed } from './tables.ts';

class Numbering<T> {
  #values: T[] = [];
  #shown: readonly T[] = [];
  readonly #at = new Map<string, number>();
  /** undefined: it has none */
  numberOf(key: string): number | undefined { return this.#at.get(key); }
  put(key: string, value: T): number {
    const n = this.#values.push(value) - 1;
    this.#at.set(key, n);
    return n;
  }
  /** As it is now. */
  list(): readonly T[] {
    if (this.#shown.length !== this.#values.length) this.#shown = this.#values.slice();
    return this.#shown;
  }
}

class Ints<T extends Int32Array | Uint32Array> {
  #data: T;
  #length = 0;
  readonly #make: (n: number) => T;
  constructor(make: (n: number) => T) { this.#make = make; this.#data = make(1024); }
  get length(): number { return this.#length; }
  reserve(more: number): void {
    if (this.#length + more <= this.#data.length) return;
    const next = this.#make(Math.max(this.#data.length * 2, this.#length + more));
    next.set(this.#data);
    this.#data = next;
  }
  /** Needs room. */
  push(value: number): void { this.#data[this.#length++] = value; }
  append(values: ArrayLike<number>): void { this.reserve(values.length); this.#data.set(values, this.#length); this.#length += values.length; }
  /** Some of the first. */
  take(values: Uint32Array, count: number): void {
    this.reserve(count);
    if (count > 16) this.#data.set(values.subarray(0, count), this.#length);
    else for (let i = 0; i < count; i++) this.#data[this.#length + i] = values[i]!;
    this.#length += count;
  }
  /** What is there now; it is never written to again. */
  view(): T { return this.#data.subarray(0, this.#length) as T; }
}

export interface Grown {
  readonly tables: Tables;
  /** numbers that are gone now, and those that are new, ascending */
  readonly removed: readonly number[];
  readonly added: readonly number[];
}

interface Alongside { readonly order: Int32Array; readonly others: readonly number[]; readonly passed: readonly SegmentKey[] }
const NO_ORDER = new Int32Array(0);

/** More than so many gone, and more than are there: building anew is cheaper than dragging them along. */
const MOST_GONE = 256;

export class Growing {
  readonly #paths = new Numbering<PathBytes>();
  readonly #contexts = new Numbering<string>();
  readonly #entries = new Numbering<Entry>();
  readonly #rows = new Ints((n) => new Int32Array(n));
  readonly #hunks = new Ints((n) => new Int32Array(n));
  readonly #lines = new Ints((n) => new Uint32Array(n));
  readonly #interner = new Interner();
  readonly #numbers = new Map<SegmentKey, number>();
  readonly #byTip = new Map<Oid, number>();
  /** what some segment stands, or stood, directly on, or comes directly after */
  readonly #stoodOn = new Set<number>();
  /** of each segment number: where its rows are, [start, end) */
  readonly #spans: number[] = [];
  #segments: readonly SegmentMeta[] = [];
  #published: Published | null = null;
  #tables: Tables | null = null;

  static from(published: Published, segments: readonly Segment[]): Growing {
    const growing = new Growing();
    let at = 0;
    growing.#follow(published, () => segments[at++]!, 0, growing.#alongside(published.segments, 0, segments.length));
    return growing;
  }

  /** the newest */
  get tables(): Tables { return this.#tables!; }

  /** Null where they must be built anew: too much is gone, the base is another, or what is published was not merged pair by pair. */
  next(published: Published, body: (key: SegmentKey) => Segment | undefined): Grown | null {
    if (published.decided === undefined || published.base !== this.tables.base || this.#published!.decided === undefined) return null;
    const gone = this.#segments.length - this.#tables!.order.length;
    if (gone > MOST_GONE && gone > published.segments.length) return null;
    const { head, end } = alike(this.#published!.segments, published.segments), alongside = this.#alongside(published.segments, head, end);
    for (const i of alongside.others) if (!this.#numbers.has(published.segments[i]!) && body(published.segments[i]!) === undefined) return null;
    return this.#follow(published, (key) => body(key)!, head, alongside);
  }

  /** Goes through what was and what is published from `head` on, in order: numbers of those that stay, places of others in what is, keys of others in what was. */
  #alongside(now: readonly SegmentKey[], head: number, end: number): Alongside {
    const before = this.#published?.segments ?? [], was = this.#tables?.order ?? NO_ORDER, endBefore = before.length - (now.length - end);
    const order = new Int32Array(now.length), others: number[] = [], passed: SegmentKey[] = [];
    order.set(was.subarray(0, head));
    if (endBefore >= head) order.set(was.subarray(endBefore), end);
    let j = head;
    for (let i = head; i < end; i++) {
      const key = now[i]!;
      if (j < endBefore && key !== before[j] && this.#numbers.has(key)) while (j < endBefore && key !== before[j]) passed.push(before[j++]!);
      if (j < endBefore && key === before[j]) order[i] = was[j++]!;
      else others.push(i);
    }
    while (j < endBefore) passed.push(before[j++]!);
    return { order, others, passed };
  }

  #follow(published: Published, body: (key: SegmentKey) => Segment, head: number, { order, others, passed }: Alongside): Grown {
    const now = published.segments, next = this.#segments.slice();
    const removed: number[] = [], added: number[] = [];
    const wanted = passed.length === 0 ? null : new Set(others.map((i) => now[i]!));
    for (const key of passed) {
      if (wanted!.has(key)) continue;
      const n = this.#numbers.get(key)!;
      removed.push(n);
      this.#remove(key, n, next);
    }
    const place = (i: number): void => {
      const key = now[i]!;
      let n = this.#numbers.get(key);
      if (n === undefined) {
        const segment = body(key);
        n = next.push(this.#add(next.length, segment)) - 1;
        this.#put(key, next[n]!, n);
        added.push(n);
      } else if (isNamedGone(next, next[n]!)) {
        // what it names got another number: so must it, for lower ones come first
        const again = this.#again(n, next);
        removed.push(n);
        this.#remove(key, n, next);
        this.#put(key, again, n = next.push(again) - 1);
        added.push(n);
      }
      order[i] = n;
    };
    if (!removed.some((n) => this.#stoodOn.has(n))) for (const i of others) place(i);
    else for (let i = head; i < now.length; i++) place(i);
    const last = this.#tables === null ? null : { published: this.#published!, tables: this.#tables };
    this.#segments = next;
    this.#published = published;
    this.#tables = this.#seen(published, order, next, last, removed.length > 0);
    return { tables: this.#tables, removed: removed.sort((x, y) => x - y), added };
  }

  #put(key: SegmentKey, { tip, lower, after }: SegmentMeta, n: number): void {
    for (const l of lower) this.#stoodOn.add(l);
    for (const l of after) this.#stoodOn.add(l);
    this.#numbers.set(key, n);
    this.#byTip.set(tip, n);
  }

  #remove(key: SegmentKey, n: number, segments: SegmentMeta[]): void {
    this.#numbers.delete(key);
    const { tip } = segments[n]!;
    if (this.#byTip.get(tip) === n) this.#byTip.delete(tip);
    segments[n] = GONE;
  }

  #number(tip: Oid): number {
    const n = this.#byTip.get(tip);
    if (n === undefined) throw bug('a published segment refers to one that is not', { tip });
    return n;
  }

  /** The same segment under the next number. */
  #again(n: number, segments: readonly SegmentMeta[]): SegmentMeta {
    const { rows } = this.tables;
    const start = this.#rows.length;
    for (let r = this.#spans[2 * n]!; r < this.#spans[2 * n + 1]!; r += Row.width) {
      this.#rows.reserve(Row.width);
      this.#rows.push(segments.length);
      this.#rows.append(rows.subarray(r + 1, r + Row.width));
    }
    this.#spans.push(start, this.#rows.length);
    const { tip, standing, reason, stale, acu, title, author, time, commits, paths, hunks, added, deleted, needs, renames, notes, collisions, within, commit, lower, after } = segments[n]!;
    const again = (numbers: readonly number[]): readonly number[] => numbers.map((l) => this.#number(this.tables.segments[l]!.tip));
    return {
      tip, lower: again(lower), standing, reason, stale, acu, title, author, time, commits, paths, hunks, added, deleted, needs, renames, notes, collisions, within, commit, after: again(after),
    };
  }

  #add(n: number, s: Segment): SegmentMeta {
    const start = this.#rows.length;
    for (const { context, edits } of s.contexts) {
      // one without edits has no number: it would have one only where nothing was built anew
      const c = edits.length === 0 ? -1 : this.#contexts.numberOf(context) ?? this.#contexts.put(context, context);
      for (const e of edits) this.#addRow(n, c, e);
    }
    this.#spans.push(start, this.#rows.length);
    return metaOf(s, s.lower.map((tip) => this.#number(tip)), s.after?.map((tip) => this.#number(tip)) ?? NONE);
  }

  #addRow(segment: number, context: number, { path, before, after, hunks }: Edit): void {
    const rows = this.#rows;
    rows.reserve(Row.width);
    rows.push(segment);
    rows.push(context);
    rows.push(this.#path(path));
    rows.push(this.#entry(before));
    rows.push(this.#entry(after));
    rows.push(this.#hunks.length / HunkColumn.width);
    rows.push(hunks === null ? -1 : hunks.length);
    if (hunks !== null) for (let i = 0; i < hunks.length; i++) this.#addHunk(hunks[i]!);
  }

  #addHunk({ start, end, removed, inserted }: Hunk): void {
    const hunks = this.#hunks, lines = this.#lines, from = lines.length;
    this.#interner.internInto(removed, lines);
    const between = lines.length;
    this.#interner.internInto(inserted, lines);
    hunks.reserve(HunkColumn.width);
    hunks.push(start);
    hunks.push(end);
    hunks.push(from);
    hunks.push(between - from);
    hunks.push(between);
    hunks.push(lines.length - between);
  }

  #path(path: PathBytes): number { return this.#paths.numberOf(path) ?? this.#paths.put(path, path); }

  /** Most have the plain mode, and are known by their objects alone. */
  #entry(e: Entry | null): number {
    if (e === null) return -1;
    const { mode, oid } = e, key = mode === Mode.file ? oid : `${mode} ${oid}`;
    return this.#entries.numberOf(key) ?? this.#entries.put(key, { mode, oid });
  }

  #seen(published: Published, order: Int32Array, segments: readonly SegmentMeta[], last: { readonly published: Published; readonly tables: Tables } | null, isLess: boolean): Tables {
    const { base, baseTree, baseName, grain, skipped, decided: known } = published;
    const contexts = this.#contexts.list(), rows = this.#rows.view();
    let decided: DecidedPairs;
    if (known === undefined) {
      decided = Int32Array.from(meetingPairs({ segments, paths: this.#paths.list(), contexts, rows }).flatMap(({ a, b }) => [a, b, ~0]));
    } else {
      decided = placed(unpackPairs(known), (n) => order[n]!, (p) => this.#path(known.paths[p]!));
    }
    return {
      base, baseTree, baseName, grain, skipped, segments, order, sources: this.#sourcesOf(published.sources, last, isLess),
      paths: this.#paths.list(), contexts, entries: this.#entries.list(), rows, hunks: this.#hunks.view(), lines: this.#lines.view(),
      decided, reasons: known?.reasons ?? [PUBLISHED_EARLIER],
    };
  }

  /** Those in front and behind that are as they were stay as they are, unless they have something that is gone (`isLess`: something is). */
  #sourcesOf(sources: readonly Source[], last: { readonly published: Published; readonly tables: Tables } | null, isLess: boolean): SourceMeta[] {
    const was = last?.tables.sources ?? [], { head, end } = alike(last?.published.sources ?? [], sources), shift = was.length - sources.length;
    const out = (head < was.length ? was.slice(0, head) : was).concat(sources.slice(head, end).map((s) => this.#source(s)), was.slice(end + shift));
    for (let i = 0; isLess && i < out.length; i++) {
      const { segments } = out[i]!;
      for (let n = 0; n < segments.length; n++) if (this.#segments[segments[n]!] === GONE) { out[i] = this.#source(sources[i]!); break; }
    }
    return out;
  }

  #source(s: Source): SourceMeta { return { name: s.name, ref: s.ref, oid: s.oid, segments: s.segments.map((tip) => this.#number(tip)) }; }
}

/** Where two lists part, and in the second where they meet again. */
function alike<T>(before: readonly T[], now: readonly T[]): { readonly head: number; readonly end: number } {
  const least = Math.min(before.length, now.length);
  let head = 0, tail = 0;
  while (head < least && before[head] === now[head]) head++;
  while (tail < least - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  return { head, end: now.length - tail };
}

/** Of no commit: nobody finds it by its tip. */
const GONE: SegmentMeta = {
  tip: '' as Oid, lower: [], standing: 'gone', reason: '', stale: [], acu: null, title: '' as SegmentMeta['title'], author: { name: '', email: '' } as SegmentMeta['author'],
  time: 0, commits: 0, paths: [], hunks: 0, added: 0, deleted: 0, needs: [], renames: [], notes: [], collisions: [], within: null, commit: '' as Oid, after: [],
};
const NONE: readonly number[] = [];

/** Is something gone that it stands on, or comes after? */
function isNamedGone(segments: readonly SegmentMeta[], { lower, after }: SegmentMeta): boolean {
  return lower.some((l) => segments[l]!.standing === 'gone') || after.some((l) => segments[l]!.standing === 'gone');
}

function metaOf(s: Segment, lower: readonly number[], after: readonly number[]): SegmentMeta {
  let hunks = 0, added = 0, deleted = 0;
  const notes = new Set<string>();
  for (const e of s.edits) {
    hunks += e.hunks?.length ?? 0;
    added += e.added;
    deleted += e.deleted;
    if (e.note) notes.add(e.note);
  }
  return {
    tip: s.tip, lower, standing: s.standing.kind, reason: s.standing.kind === 'inexact' ? s.standing.reason : s.note ?? '',
    stale: s.standing.kind === 'stale' ? s.standing.conflicts : [], acu: s.acu, title: s.title,
    author: { name: s.author.name, email: s.author.email }, time: s.time, commits: s.commits,
    paths: s.edits.map((e) => e.path), hunks, added, deleted, needs: s.needs, renames: s.renames, notes: [...notes], collisions: s.collisions ?? [],
    within: s.within ?? null, commit: s.commit ?? s.tip, after,
  };
}
