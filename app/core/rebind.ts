// Rebind (design.md §1): what becomes of a composition's ACUs when another import cuts the sources anew. Every vanished id is
// answered: by its successors, as absorbed (by the base or by an ACU above it), as stale, or as lost with its source.
import type { AcuId, ByteString } from './bytes.ts';
import type { Engine } from './engine.ts';
import type { Acu } from './model.ts';

export interface Rebinding {
  readonly id: AcuId;
  readonly name: ByteString;
  readonly outcome: 'kept' | 'rebound' | 'absorbed' | 'stale' | 'lost' | 'taken along';
  readonly to: readonly AcuId[];
}

export function rebind(before: Engine, after: Engine, set: readonly AcuId[]): { readonly acus: readonly AcuId[]; readonly answers: readonly Rebinding[] } {
  const answers: Rebinding[] = [];
  const exact = (id: AcuId): boolean => after.acu(id)?.standing === 'exact';
  const answer = (old: Acu, to: readonly AcuId[] | 'absorbed' | 'lost'): void => {
    if (typeof to === 'string') answers.push({ id: old.id, name: old.name, outcome: to, to: [] });
    else if (!to.every(exact)) answers.push({ id: old.id, name: old.name, outcome: 'stale', to });
    else answers.push({ id: old.id, name: old.name, outcome: to.length === 1 && to[0] === old.id ? 'kept' : 'rebound', to });
  };

  const unanswered: Acu[] = [];
  for (const id of set) {
    const old = before.acu(id);
    if (old === undefined) continue; // of an import that is gone: nothing is known of it
    if (after.acu(id) !== undefined) { answer(old, [id]); continue; }
    const to = successors(old, after);
    if (to === null) unanswered.push(old); else answer(old, to);
  }
  // A segment whose own ref is gone is part of the one above it now; it came with that one, or it cannot be had alone.
  const rebound = new Set(answers.filter((a) => a.outcome === 'rebound').map((a) => a.id));
  for (const old of unanswered) answer(old, set.some((id) => rebound.has(id) && before.closed([id]).has(old.id)) ? 'absorbed' : 'lost');

  const kept = new Set<AcuId>();
  for (const a of answers) if (a.outcome === 'kept' || a.outcome === 'rebound') for (const id of a.to) kept.add(id);
  for (const id of [...kept]) {
    const needs = [...after.closed([id])].filter((n) => !kept.has(n));
    if (needs.every(exact)) {
      for (const n of needs) { kept.add(n); answers.push({ id: n, name: after.acu(n)!.name, outcome: 'taken along', to: [n] }); }
    } else {
      kept.delete(id);
      const at = answers.findIndex((a) => a.to.includes(id));
      answers[at] = { ...answers[at]!, outcome: 'stale' };
    }
  }
  return { acus: [...kept].sort(), answers };
}

/** By tip: the same commits cut otherwise. Else by who has it: the same sources' new version of what only they share. */
function successors(old: Acu, after: Engine): readonly AcuId[] | 'absorbed' | null {
  const { segments, sources } = after.tables;
  for (const tip of old.segments) {
    const s = segments.find((x) => x.tip === tip);
    if (s !== undefined) return s.acu === null ? 'absorbed' : [...after.closed([s.acu])].sort();
  }
  const here = sources.filter((s) => old.sources.includes(s.name));
  if (here.length > 0 && here.every((s) => s.segments.every((i) => segments[i]!.acu === null))) return 'absorbed';
  const same = after.acus.filter((a) => a.sources.length === old.sources.length && a.sources.every((name, i) => name === old.sources[i]));
  return same.length > 0 ? [...after.closed(same.map((a) => a.id))].sort() : null;
}

/** "2 kept, 1 absorbed", for the operation's description; empty where everything is as it was. */
export function describeRebinding(answers: readonly Rebinding[]): string {
  if (answers.every((a) => a.outcome === 'kept')) return '';
  const counts = new Map<string, number>();
  for (const a of answers) counts.set(a.outcome, (counts.get(a.outcome) ?? 0) + 1);
  return [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
}
