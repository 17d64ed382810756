// What becomes of resolutions and of what is kept open when the sources were cut anew or the base moved. A resolution whose sides have moved is
// gone, visibly: its last side leaves the composition if it does not stand without it, and is open, to be decided again.
import type { AcuId, Oid } from '../bytes.ts';
import type { Engine } from '../engine.ts';
import { type KeptSnapshot, RESOLUTION_REF } from '../events.ts';
import type { Composition, Rebinding } from '../model.ts';
import { type Landed, rebind } from '../rebind.ts';

/** One cut of the sources, and what is remembered with it. */
export interface Cut { readonly engine: Engine; readonly snapshots: readonly KeptSnapshot[] }
export interface Reopened { readonly acus: readonly AcuId[]; readonly open: readonly AcuId[]; readonly answers: readonly Rebinding[] }

const DECIDE_AGAIN = 'what it decided between has moved; the answers are kept, decide again';

export function rebindOpen(before: Cut, after: Cut, { acus: old, open: wanted = [] }: Composition, landed: Landed): Reopened {
  const found = rebind(before.engine, after.engine, old, landed), set = new Set(found.acus);
  const decided = decisions(before), open: AcuId[] = [];
  const keep = (to: readonly AcuId[]): void => { for (const id of topsOf(after.engine, to.filter((one) => !set.has(one)))) if (!open.includes(id)) open.push(id); };
  const successors = (id: AcuId): readonly AcuId[] => rebind(before.engine, after.engine, [id], landed).answers.find((a) => a.id === id)?.to ?? [];

  const told = rebind(before.engine, after.engine, wanted, landed).answers.filter(({ id }) => wanted.includes(id));
  const answers = found.answers.map((a) => (a.outcome === 'lost' && decided.has(a.id) ? { ...a, why: DECIDE_AGAIN } : a));
  for (const { id, outcome } of answers) {
    const last = decided.get(id);
    if (last === undefined || outcome === 'kept' || outcome === 'rebound') continue;
    const to = successors(last).filter((one) => after.engine.acu(one) !== undefined), mine = new Set(to.length === 0 ? [] : topsOf(after.engine, to));
    const blocks = after.engine.check([...set]).conflicts.some(({ verdict }) => verdict !== 'risk');
    if (blocks) for (const one of [...set]) if ([...after.engine.closed([one])].some((below) => mine.has(below))) set.delete(one);
    if (blocks || [...mine].some((one) => after.engine.acu(one)!.standing === 'stale')) keep([...mine]);
  }
  for (const { to, outcome } of told) if (outcome !== 'absorbed' && outcome !== 'lost') keep(to);
  const gone = told.filter(({ outcome }) => outcome === 'absorbed' || outcome === 'lost');
  return { acus: [...set].sort(), open, answers: [...answers, ...gone] };
}

/** Resolutions by ACU, each with its last side: the one that was kept open. */
function decisions({ engine: { tables }, snapshots }: Cut): Map<AcuId, AcuId> {
  const acuOf = (tip: Oid | undefined): AcuId | null => tables.segments.find((s) => s.tip === tip)?.acu ?? null;
  const out = new Map<AcuId, AcuId>();
  for (const { ref, oid, commit } of snapshots) {
    if (!ref.startsWith(RESOLUTION_REF)) continue;
    const made = acuOf(oid), last = acuOf(commit.parents.at(-1));
    if (made !== null && last !== null) out.set(made, last);
  }
  return out;
}

/** Without those that others of them stand on. */
function topsOf(engine: Engine, ids: readonly AcuId[]): AcuId[] {
  const known = ids.filter((id) => engine.acu(id) !== undefined);
  return known.filter((id) => !known.some((other) => other !== id && engine.closed([other]).has(id)));
}
