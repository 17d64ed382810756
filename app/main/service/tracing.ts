// Whose lines are whose in a composed text (core/tracing.ts): finds what each segment of the set makes of the path, and what the path was
// called in the base. Changes nothing; what was asked last is kept.
import type { AcuId, Oid, PathBytes } from '../../core/bytes.ts';
import { type Change, isRegular } from '../../core/changes.ts';
import { Contents } from '../../core/contents.ts';
import type { Engine } from '../../core/engine.ts';
import { traceLines, type LineTraces, type Version } from '../../core/tracing.ts';
import type { Trace } from '../../core/weave/weave.ts';
import { type Provenance, tracingLimits } from '../../contract/tracing.ts';
import { changesOfSegment } from './composer.ts';
import { Lookup } from './lookup.ts';
import { type Moment, type Reading, notComposable } from './reading.ts';

/** Answers kept: one looks at the files of a composition back and forth. */
const KEPT = 64;

export class Tracing {
  readonly #reading: Reading;
  readonly #kept = new WeakMap<Engine, Map<string, Promise<Provenance>>>();

  constructor(reading: Reading) { this.#reading = reading; }

  provenance(moment: Moment, acus: readonly AcuId[], path: PathBytes): Promise<Provenance> {
    const { engine } = moment, key = `${path}\0${[...new Set(acus)].sort().join()}`;
    let kept = this.#kept.get(engine);
    if (kept === undefined) this.#kept.set(engine, kept = new Map());
    let answer = kept.get(key);
    if (answer === undefined) {
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
      kept.set(key, answer = this.#trace(moment, acus, path));
      answer.catch(() => kept.delete(key));
    }
    return answer;
  }

  async #trace(moment: Moment, acus: readonly AcuId[], path: PathBytes): Promise<Provenance> {
    const { engine, reader } = moment, { tables, index } = engine, composed = await this.#reading.composed(moment, acus);
    if (!('delta' in composed)) throw notComposable(composed);
    const change = composed.changes.get(path), after = change === undefined ? await new Lookup(reader).file(tables.baseTree, path) : change.after;
    if (change === undefined && after !== null) return { ...untold('nobody changes it'), how: 'woven', isExact: true };
    if (after === null) return untold('it is not there');
    if (!isRegular(after)) return untold('it is no text');

    const segments = new Set<number>(), tops = engine.tops([...new Set(acus)]);
    for (const top of tops) for (const s of index.closure(top)) segments.add(s);
    const told = new Map([...segments].sort((a, b) => a - b).map((s) => [s, changesOfSegment(engine, s)]));
    const from = change!.before === null ? formerName(engine, [...segments], path, told) : null;
    const base = from === null ? change!.before : told.values().map((one) => one.get(from)?.before).find((entry) => entry !== undefined && entry !== null) ?? null;
    const versionIn = (changes: ReadonlyMap<PathBytes, Change>): Oid | null | undefined => {
      const here = changes.get(path), there = from === null ? undefined : changes.get(from);
      const entry = here?.after ?? there?.after ?? (here === undefined && there === undefined ? base : null);
      return entry === null ? null : isRegular(entry) ? entry.oid : undefined;
    };
    const versions: Version[] = [], writers = new Set<number>();
    for (const [s, changes] of told) {
      const below = index.closure(s), isWriter = changes.has(path) || (from !== null && changes.has(from));
      // one that has the base's text again stands on those that had not
      if (!isWriter && ![...below].some((lower) => writers.has(lower))) continue;
      const oid = versionIn(changes);
      if (oid === undefined) return untold('it was no text below');
      writers.add(s);
      versions.push({ id: String(s), requires: new Set([...below].filter((lower) => lower !== s).map(String)), oid });
    }
    const warm = this.#reading.warm(reader), contents = new Contents({ ...warm.source((oid) => moment.stored(oid)), ...moment.diff !== undefined && { diff: moment.diff } });
    for (const [oid, bytes] of composed.blobs) contents.made.set(oid, bytes);
    if ((contents.made.get(after.oid)?.length ?? 0) > tracingLimits.bytes) return untold('it is too large');
    const traces = await warm.settle(contents, () => {
      const wanted = [after.oid, ...base === null ? [] : [base.oid]];
      contents.needSizes(wanted);
      if (wanted.some((oid) => contents.size(oid) > tracingLimits.bytes)) return 'too large';
      return traceLines(contents, base?.oid ?? null, after.oid, versions, tops.map(String));
    });
    if (traces === 'too large') return untold('it is too large');
    return traces === null ? untold('it is no text') : answerOf(engine, traces, from);
  }
}

const untold = (reason: string): Provenance => ({ how: 'none', reason, isExact: false, from: null, acus: [], brought: [], taken: [] });

/** The base's path of a file that it has not under this one: where a segment that adds it may have renamed it. */
function formerName(engine: Engine, segments: readonly number[], path: PathBytes, told: ReadonlyMap<number, ReadonlyMap<PathBytes, Change>>): PathBytes | null {
  for (const s of segments) {
    const changes = told.get(s)!, added = changes.get(path)?.after;
    if (added === undefined || added === null) continue;
    const names = engine.tables.segments[s]!.renames.filter(({ to }) => to === path).map(({ from }) => from);
    // of several the one that it has word for word
    const same = names.find((name) => changes.get(name)?.before?.oid === added.oid);
    if (same !== undefined || names.length === 1) return same ?? names[0]!;
  }
  return null;
}

function answerOf(engine: Engine, { how, isExact, brought, taken }: LineTraces, from: PathBytes | null): Provenance {
  const acus: AcuId[] = [], places = new Map<AcuId, number>();
  let isAll = true;
  const runOf = ({ start, end, by, isBack }: Trace): Provenance['brought'][number] => {
    const own = new Set<number>();
    for (const id of by) {
      const { acu } = engine.tables.segments[Number(id)]!;
      if (acu === null) { isAll = false; continue; }
      let place = places.get(acu);
      if (place === undefined) places.set(acu, place = acus.push(acu) - 1);
      own.add(place);
    }
    return { start, end, by: [...own].sort((a, b) => a - b), isBack };
  };
  const runs = { brought: brought.slice(0, tracingLimits.runs).map(runOf), taken: taken.slice(0, tracingLimits.runs).map(runOf) };
  return { how, reason: how === 'woven' ? '' : 'composing did not go line by line here', isExact: isExact && isAll, from, acus, ...runs };
}
