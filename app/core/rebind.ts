// Rebind (design.md §1): what becomes of a composition's ACUs when another import cuts the sources anew or moves the base. Every id
// is answered, and why: kept, rebound to its successors, absorbed (by the base or by an ACU above it), stale, or lost with its source, or
// because the composition has a part alone of what is one ACU now.
import type { AcuId, ByteString, Oid } from './bytes.ts';
import { plural } from './counted.ts';
import type { Engine } from './engine.ts';
import type { Acu, Grain, Rebinding } from './model.ts';
import { mayBeOfOneCommit, titleOfParts } from './partTitle.ts';
import { Recut } from './recut.ts';
import type { SegmentMeta } from './tables.ts';
import { inWords } from './visible.ts';

/** What is known of segments, by tip, whose commits end none any more: the base has these commits, and still does what they did, or not. */
export type Landed = ReadonlyMap<Oid, 'here' | 'taken back'>;

export function rebind(before: Engine, after: Engine, set: readonly AcuId[], landed: Landed = new Map()): { readonly acus: readonly AcuId[]; readonly answers: readonly Rebinding[] } {
  const answers: Rebinding[] = [];
  const exact = (id: AcuId): boolean => after.acu(id)?.standing === 'exact';
  const nameOf = (id: AcuId): string => { const acu = after.acu(id); return acu === undefined ? id.slice(0, 12) : inWords(acu.name); };
  const named = (ids: readonly AcuId[]): string => (ids.length > 3 ? plural(ids.length, 'ACU') : ids.map(nameOf).join(', '));
  const answer = ({ id, name }: Pick<Acu, 'id' | 'name'>, outcome: Rebinding['outcome'], to: readonly AcuId[], why: string): void => { answers.push({ id, name, outcome, to, why }); };
  const follow = (old: Acu, to: readonly AcuId[], besides = ''): void => {
    const off = to.find((id) => !exact(id));
    if (off !== undefined) answer(old, 'stale', to, `${to.length === 1 ? '' : `${nameOf(off)}: `}${after.acu(off)?.reason ?? 'it does not carry onto the base'}`);
    else if (to.length === 1 && to[0] === old.id) answer(old, 'kept', to, '');
    else answer(old, 'rebound', to, (to.length === 1 && after.acu(to[0]!)!.name === old.name ? 'it has changed, or what it stands on has' : `it is ${named(to)} now`) + besides);
  };

  const unanswered: Acu[] = [], isFiner = before.tables.grain !== 'branch' || after.tables.grain !== 'branch';
  const finer = isFiner ? new Finer(before, after, new Set(set), landed) : null;
  for (const id of new Set(set)) {
    const old = before.acu(id);
    if (old === undefined) { answer({ id, name: id.slice(0, 12) as Acu['name'] }, 'lost', [], 'nothing is known of it any more'); continue; }
    if (after.acu(id) !== undefined) { follow(old, [id]); continue; }
    const to = finer === null ? successors(old, after, landed) : finer.successors(old);
    if (to === null) unanswered.push(old);
    else if (typeof to === 'object' && 'lacks' in to) { if (to.to.length > 0) follow(old, to.to, `; ${to.lacks}`); else answer(old, 'lost', [], to.lacks); }
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
  for (const tip of old.segments) {
    const s = segments.find((x) => x.tip === tip);
    if (s !== undefined) return s.acu === null ? SAME : [...after.closed([s.acu])].sort();
  }
  const how = old.segments.flatMap((tip) => landed.get(tip) ?? []);
  if (how.length > 0) return inBase(how);
  const here = sources.filter((s) => old.sources.includes(s.name));
  if (here.length > 0 && here.every((s) => s.segments.length > 0 && s.segments.every((i) => segments[i]!.acu === null))) return SAME;
  const heirs = after.acus.filter((a) => isSame(a.sources, old.sources));
  return heirs.length > 0 ? [...after.closed(heirs.map((a) => a.id))].sort() : null;
}

/** What can be had of it, and what cannot, in words. */
interface Lacking { readonly to: readonly AcuId[]; readonly lacks: string }

/** Where one of the two cuts is finer than branches: an ACU is followed by parts of itself, or is a part of what is one now. */
class Finer {
  readonly #before: Engine;
  readonly #after: Engine;
  readonly #set: ReadonlySet<AcuId>;
  readonly #landed: Landed;
  readonly #recut: Recut;
  readonly #at: ReadonlyMap<Oid, number>;

  constructor(before: Engine, after: Engine, set: ReadonlySet<AcuId>, landed: Landed) {
    this.#before = before;
    this.#after = after;
    this.#set = set;
    this.#landed = landed;
    this.#at = new Map(before.tables.segments.map((s, n) => [s.tip, n]));
    this.#recut = new Recut(before.tables, after.tables, (acu, { tip }) => set.has(acu) || landed.has(tip));
  }

  /** As `successors` above; `lacks`: what of it cannot be had without others. */
  successors(old: Acu): readonly AcuId[] | string | Lacking | null {
    const { segments } = this.#after.tables;
    const how = old.segments.flatMap((tip) => this.#landed.get(tip) ?? []);
    if (how.length > 0) return inBase(how);
    let lacking: Lacking | null = null;
    for (const tip of old.segments) {
      const parts = this.#recut.partsOf(this.#at.get(tip)!);
      if (parts === null) continue;
      const to = [...new Set(parts.to.map((n) => segments[n]!.acu).filter((id) => id !== null))].sort();
      if (parts.partial.length === 0) return to.length > 0 ? to : SAME;
      lacking ??= { to, lacks: parts.partial.map(({ segment, chosen, all }) => this.#some(chosen, all, this.#nameOf(segments[segment]!), segments[segment]!)).join('; ') };
    }
    return lacking ?? this.#pushedAnew(old);
  }

  /** "3 of the 5 commits of x are in the composition; the branch is all of them" */
  #some(chosen: number, all: number, name: string, now: Pick<SegmentMeta, 'commits'>): string {
    const { grain } = this.#after.tables, units = this.#before.tables.grain === 'atom' ? 'parts' : this.#before.tables.grain === 'commit' ? 'commits' : 'branches';
    const whole = grain === 'branch' ? 'the branch is all of them' : now.commits > 1 ? 'they carry onto the base only together' : 'the commit is all of them';
    return `${chosen} of the ${all} ${units} of ${name} ${chosen === 1 ? 'is' : 'are'} in the composition; ${whole}`;
  }

  #nameOf({ acu, title }: SegmentMeta): string { return inWords(acu === null ? title : this.#after.acu(acu)!.name); }

  /** Commits of which none is there any more. A branch is followed by what it has now, a commit by the one of its title. */
  #pushedAnew(old: Acu): readonly AcuId[] | string | Lacking | null {
    const { sources, segments, grain } = this.#after.tables;
    const here = sources.filter((s) => old.sources.includes(s.name));
    if (here.length > 0 && here.every((s) => s.segments.length > 0 && s.segments.every((i) => segments[i]!.acu === null))) return SAME;
    const was = this.#before.tables.segments[this.#at.get(old.segments[0]!)!]!;
    const fellows = this.#fellows(was, grain), chosen = new Set(fellows.map((s) => s.acu).filter((id) => id !== null));
    const all = chosen.size;
    for (const id of chosen) if (!this.#set.has(id)) chosen.delete(id);
    if (chosen.size < all && here.length > 0) return { to: [], lacks: this.#some(chosen.size, all, grain === 'branch' ? inWords(here[0]!.name) : inWords(titleOfParts(fellows.map(({ title }) => title))), fellows.at(-1)!) };
    if (grain === 'branch' || this.#before.tables.grain === 'branch') {
      const names = grain === 'branch' ? this.#before.acu(fellows.at(-1)!.acu ?? old.id)?.sources ?? old.sources : old.sources;
      const heirs = this.#after.acus.filter((a) => isSame(a.sources, names));
      return heirs.length > 0 ? [...this.#after.closed(heirs.map((a) => a.id))].sort() : null;
    }
    const known = new Set(this.#before.tables.segments.map((s) => s.commit));
    const heirs = [...new Set(here.flatMap((s) => s.segments))].map((n) => segments[n]!)
      .filter((s) => s.acu !== null && !known.has(s.commit) && s.author.email === was.author.email && mayBeOfOneCommit(s.title, was.title));
    return new Set(heirs.map((s) => s.commit)).size === 1 ? [...new Set(heirs.map((s) => s.acu!))].sort() : null;
  }

  /** Those of the old cut that are one at this grain, itself among them, in published order. */
  #fellows(was: SegmentMeta, grain: Grain): readonly SegmentMeta[] {
    const { segments, order } = this.#before.tables;
    const isFellow = (s: SegmentMeta): boolean => s === was || (grain === 'branch' ? was.within !== null && s.within === was.within : grain === 'commit' && s.commit === was.commit);
    return Array.from(order, (n) => segments[n]!).filter(isFellow);
  }
}

const SAME = 'the base has the same content';
const inBase = (how: readonly ('here' | 'taken back')[]): string => (how.includes('here') ? 'its commits are in the base' : 'its commits are in the base, which has taken them back since');
const isSame = (a: readonly ByteString[], b: readonly ByteString[]): boolean => a.length === b.length && a.every((name, i) => name === b[i]);
function whyLost(old: Acu, after: Engine): string {
  const left = after.tables.skipped.find(({ name }) => old.sources.includes(name));
  if (left !== undefined) return `${inWords(left.name)} was left out: ${left.reason}`;
  const gone = old.sources.filter((name) => !after.sources.some((s) => s.name === name));
  if (gone.length === old.sources.length) return gone.length === 1 ? `there is no ${inWords(gone[0]!)} any more` : 'its branches are gone';
  return `its branches changed, and none has it${gone.length > 0 ? '' : ' any more'}`;
}

/** "2 kept, 1 absorbed", for the operation's description; empty where everything is as it was. */
export function describeRebinding(answers: readonly Rebinding[]): string {
  if (answers.every((a) => a.outcome === 'kept')) return '';
  const counts = new Map<string, number>();
  for (const a of answers) counts.set(a.outcome, (counts.get(a.outcome) ?? 0) + 1);
  return [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
}
