// Asks the replica what the screen wants to know, as fast as it changes: the verdict on the current subject, the mark of
// every row. Late answers to old questions are dropped.
import type { AcuId } from '../../core/bytes.ts';
import { type VerdictView, refusedView } from '../../workers/client.ts';
import { chosen, chosenIn, setKey, useComposition } from '../state/composition.ts';
import { complain } from '../state/notices.ts';
import { useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { measureToPaint, whenIdle } from '../state/timing.ts';
import { effects, sameSubject, subjectOf, useVerdicts } from '../state/verdicts.ts';
import type { Subject } from '../state/verdicts.ts';
import { rowsBetween, useVisible } from '../state/visible.ts';
import { connected, paired, replica, service } from './session.ts';

/** Rows that are on screen, by position in the visible list: their marks come first. */
let window_: { from: number; to: number } = { from: 0, to: 60 };
export const showing = (from: number, to: number): void => { window_ = { from, to }; };

const worldKey = (): string => `${useReplica.getState().generation} ${setKey(chosen())}`;

const cache = new Map<string, VerdictView>();
const CACHED = 400;

const questionKey = (set: readonly AcuId[], ids: readonly AcuId[]): string => `${useReplica.getState().generation} ${setKey(set)} + ${setKey(ids)}`;

/** The verdict on adding `ids` to what is composed now. */
async function verdictOn(ids: readonly AcuId[]): Promise<VerdictView> {
  const set = chosen();
  const key = questionKey(set, ids);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const inside = new Set(set);
  await paired();
  const answer = await replica().call((api) => api.verdict(set, ids.filter((id) => !inside.has(id))), undefined, 'urgent');
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value!);
  cache.set(key, answer);
  return answer;
}

/** The same, and where pairs do not tell, what composing says. */
export async function decidedOn(ids: readonly AcuId[]): Promise<VerdictView> {
  const set = chosen(), key = questionKey(set, ids);
  const answer = await verdictOn(ids);
  if (answer.kind !== 'fits' || !answer.look || !connected()) return answer;
  const { conflicts } = await service().call('preview', { acus: [...new Set([...set, ...ids])] });
  const decided = conflicts.length === 0 ? { ...answer, look: false } : refusedView(conflicts, ids);
  if (cache.has(key)) cache.set(key, decided);
  return decided;
}

/** So long, in milliseconds, something is pointed at before the service is asked to compose it: whoever goes down a list asks once. */
const LOOK_AFTER = 120;

/** When the subject of the next question was pointed at or lifted: the time until its verdict is painted is measured from then. */
let since: number | null = null;

export function pointAt(id: AcuId | null, at: number): void {
  if (useVerdicts.getState().hovered === id) return;
  since = id === null ? null : at;
  useVerdicts.setState({ hovered: id });
}

/** `out`: from the composition. */
export function lift(ids: readonly AcuId[], at: number, out: boolean): void {
  since = at;
  useVerdicts.setState({ carried: { ids, by: 'drag', over: false, out } });
}

let asked: Subject | null = null;
let askedWorld = '';
let turn = 0;

async function ask(): Promise<void> {
  const { carried, hovered } = useVerdicts.getState();
  const subject = subjectOf(carried, hovered, useSelection.getState().selected), world = worldKey();
  if (sameSubject(subject, asked) && world === askedWorld) return;
  asked = subject;
  askedWorld = world;
  const mine = ++turn;
  if (subject === null || useReplica.getState().status !== 'ready') {
    useVerdicts.setState({ subject, answer: null, against: new Set(), ...effects(null) });
    return;
  }
  const began = since;
  since = null;
  const carrying = subject.cause === 'drag' || subject.cause === 'carry';
  try {
    const [answer, against] = await Promise.all([
      verdictOn(subject.ids),
      carrying ? replica().call((api) => api.against(subject.ids), undefined, 'urgent') : null,
    ]);
    if (mine !== turn) return;
    const rows = useReplica.getState().rows;
    useVerdicts.setState({ subject, answer, against: new Set([...against ?? []].flatMap((i) => rows[i]?.id ?? [])), ...effects(answer) });
    if (began !== null && subject.cause !== 'selection') measureToPaint('acumen:hover-verdict', began, { cause: subject.cause, kind: answer.kind, of: subject.ids.length });
    if (!answer.look || answer.kind !== 'fits') return;
    await new Promise((resolve) => { setTimeout(resolve, LOOK_AFTER); });
    if (mine !== turn) return;
    const decided = await decidedOn(subject.ids);
    if (mine === turn) useVerdicts.setState({ answer: decided, ...effects(decided) });
  } catch (error) {
    if (mine === turn && !isGone(error)) complain(error);
  }
}

/** It was asked of an ACU that the replica has no more, or not yet: the composition that fits it is on its way, and is asked about then. */
const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'unknown-name';

let marking: AbortController | null = null;

/** Marks all rows against the composition: those on screen first, then the rest in pieces that let other questions pass. */
async function markAll(): Promise<void> {
  const { rows, status } = useReplica.getState();
  const key = worldKey();
  if (status !== 'ready' || useVerdicts.getState().marksKey === key) return;
  marking?.abort();
  const mine = marking = new AbortController();
  const set = chosen();
  const old = useVerdicts.getState().marks;
  const next = old?.length === rows.length ? old.slice() : new Uint8Array(rows.length);
  useVerdicts.setState({ marksKey: key, marksDone: false });
  const visible = useVisible.getState(), first = visible.rows === rows ? [...new Set(rowsBetween(visible, window_.from, window_.to))] : [];
  const seen = new Set(first);
  const rest = rows.map((row) => row.index).filter((index) => !seen.has(index));
  const pieces = [first];
  for (let i = 0; i < rest.length; i += 200) pieces.push(rest.slice(i, i + 200));
  try {
    for (const [i, piece] of pieces.entries()) {
      if (piece.length === 0) continue;
      if (i === 1) await whenIdle(400); // what was just done comes on screen first
      await paired();
      const marks = await replica().call((api) => api.marks(set, Int32Array.from(piece)), mine.signal);
      piece.forEach((index, j) => { next[index] = marks[j]!; });
      // the rows on screen at once, the others now and then: each step redraws counts and graph
      if (i === 0 || i % 5 === 0) useVerdicts.setState({ marks: next.slice() });
    }
    useVerdicts.setState({ marks: next.slice(), marksDone: true });
  } catch (error) {
    if (!mine.signal.aborted && !isGone(error)) complain(error);
  }
}

/** Starts asking whenever something that matters changes; returns what stops it. */
export function keepAsking(): () => void {
  const stops = [
    useVerdicts.subscribe((now, before) => { if (now.carried?.ids !== before.carried?.ids || now.hovered !== before.hovered) void ask(); }),
    useSelection.subscribe((now, before) => { if (now.selected !== before.selected) void ask(); }),
    useComposition.subscribe((now, before) => { if (chosenIn(now) !== chosenIn(before)) { void ask(); void markAll(); } }),
    useReplica.subscribe((now, before) => {
      if (now.generation === before.generation && now.status === before.status) return;
      cache.clear();
      void ask();
      void markAll();
    }),
  ];
  return () => { for (const stop of stops) stop(); };
}
