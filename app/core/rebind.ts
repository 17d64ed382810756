// Rebind (design.md §1): what becomes of a composition's ACUs when another import cuts the sources anew or moves the base. Every id
// is answered, and why: kept, rebound to its successors, absorbed (by the base or by an ACU above it), stale, or lost with its source.
import { type AcuId, type Oid, display } from './bytes.ts';
import type { Engine } from './engine.ts';
import type { Acu, Rebinding } from './model.ts';

/** What is known of the tips of ACUs that are no segments any more: the base has these commits, and still does what they did, or not. */
export type Landed = ReadonlyMap<Oid, 'here' | 'taken back'>;

export function rebind(before: Engine, after: Engine, set: readonly AcuId[], landed: Landed = new Map()): { readonly acus: readonly AcuId[]; readonly answers: readonly Rebinding[] } {
  const answers: Rebinding[] = [];
  const exact = (id: AcuId): boolean => after.acu(id)?.standing === 'exact';
  const nameOf = (id: AcuId): string => { const acu = after.acu(id); return acu === undefined ? id.slice(0, 12) : display(acu.name); };
  const named = (ids: readonly AcuId[]): string => (ids.length > 3 ? `${ids.length} changes` : ids.map(nameOf).join(', '));
  const answer = ({ id, name }: Pick<Acu, 'id' | 'name'>, outcome: Rebinding['outcome'], to: readonly AcuId[], why: string): void => { answers.push({ id, name, outcome, to, why }); };
  const follow = (old: Acu, to: readonly AcuId[]): void => {
    const off = to.find((id) => !exact(id));
    if (off !== undefined) answer(old, 'stale', to, `${to.length === 1 ? '' : `${nameOf(off)}: `}${after.acu(off)?.reason ?? 'it does not carry onto the base'}`);
    else if (to.length === 1 && to[0] === old.id) answer(old, 'kept', to, '');
    else answer(old, 'rebound', to, to.length === 1 && nameOf(to[0]!) === display(old.name) ? 'it has changed, or what it stands on has' : `it is ${named(to)} now`);
  };

  const unanswered: Acu[] = [];
  for (const id of new Set(set)) {
    const old = before.acu(id);
    if (old === undefined) { answer({ id, name: id.slice(0, 12) as Acu['name'] }, 'lost', [], 'nothing is known of it any more'); continue; }
    if (after.acu(id) !== undefined) { follow(old, [id]); continue; }
    const to = successors(old, after, landed);
    if (to === null) unanswered.push(old);
    else if (typeof to === 'string') answer(old, 'absorbed', [], to);
    else follow(old, to);
  }
  // A segment whose own ref is gone is part of the one above it now; it came with that one, or it cannot be had alone.
  const above = answers.filter((a) => (a.outcome === 'rebound' || a.outcome === 'stale') && before.acu(a.id) !== undefined).map((a) => ({ ...a, below: before.closed([a.id]) }));
  for (const old of unanswered) {
    const upper = above.filter(({ below }) => below.has(old.id)).sort((x, y) => (x.outcome < y.outcome ? -1 : 1))[0];
    if (upper === undefined) answer(old, 'lost', [], whyLost(old, after));
    else if (upper.outcome === 'stale') answer(old, 'stale', upper.to, upper.why);
    else answer(old, 'absorbed', [], `it is part of ${named(upper.to)} now`);
  }

  const kept = new Set<AcuId>();
  for (const a of answers) if (a.outcome === 'kept' || a.outcome === 'rebound') for (const id of a.to) kept.add(id);
  // Whoever needs what does not carry cannot stay, and takes its place in the composition with it.
  const cannot = new Map<AcuId, AcuId>();
  for (const id of kept) { const off = [...after.closed([id])].find((n) => !exact(n)); if (off !== undefined) cannot.set(id, off); }
  answers.forEach((a, i) => {
    if (a.outcome !== 'kept' && a.outcome !== 'rebound') return;
    const off = a.to.map((id) => cannot.get(id)).find((n) => n !== undefined);
    if (off !== undefined) answers[i] = { ...a, outcome: 'stale', why: `it needs ${nameOf(off)}, which does not carry onto the base` };
  });
  kept.clear();
  for (const a of answers) if (a.outcome === 'kept' || a.outcome === 'rebound') for (const id of a.to) kept.add(id);
  for (const id of [...kept]) {
    for (const n of after.closed([id])) {
      if (kept.has(n)) continue;
      kept.add(n);
      answer({ id: n, name: after.acu(n)!.name }, 'taken along', [n], `${nameOf(id)} needs it`);
    }
  }
  return { acus: [...kept].sort(), answers };
}

/** By tip: the same commits cut otherwise, or in the base by now. Else by who has it: the same sources' new version of what only they share. A sentence: absorbed. */
function successors(old: Acu, after: Engine, landed: Landed): readonly AcuId[] | string | null {
  const { segments, sources } = after.tables;
  const same = 'the base has the same content';
  for (const tip of old.segments) {
    const s = segments.find((x) => x.tip === tip);
    if (s !== undefined) return s.acu === null ? same : [...after.closed([s.acu])].sort();
  }
  const how = old.segments.flatMap((tip) => landed.get(tip) ?? []);
  if (how.length > 0) return how.includes('here') ? 'its commits are in the base' : 'its commits are in the base, which has taken them back since';
  const here = sources.filter((s) => old.sources.includes(s.name));
  if (here.length > 0 && here.every((s) => s.segments.length > 0 && s.segments.every((i) => segments[i]!.acu === null))) return same;
  const heirs = after.acus.filter((a) => a.sources.length === old.sources.length && a.sources.every((name, i) => name === old.sources[i]));
  return heirs.length > 0 ? [...after.closed(heirs.map((a) => a.id))].sort() : null;
}

function whyLost(old: Acu, after: Engine): string {
  const left = after.tables.skipped.find(({ name }) => old.sources.includes(name));
  if (left !== undefined) return `${display(left.name)} was left out: ${left.reason}`;
  const gone = old.sources.filter((name) => !after.sources.some((s) => s.name === name));
  if (gone.length === old.sources.length) return gone.length === 1 ? `there is no ${display(gone[0]!)} any more` : 'its branches are gone';
  return `its branches changed, and none has it${gone.length > 0 ? '' : ' any more'}`;
}

/** "2 kept, 1 absorbed", for the operation's description; empty where everything is as it was. */
export function describeRebinding(answers: readonly Rebinding[]): string {
  if (answers.every((a) => a.outcome === 'kept')) return '';
  const counts = new Map<string, number>();
  for (const a of answers) counts.set(a.outcome, (counts.get(a.outcome) ?? 0) + 1);
  return [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
}
