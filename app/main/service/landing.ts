// Which ACUs of a composition have landed: their commits are in the base of a newer state, which still does what they did or has taken
// it back since (a revert, say). History says the first, the base's tree the second.
import type { Oid } from '../../core/bytes.ts';
import { sameEntry } from '../../core/changes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Landed } from '../../core/rebind.ts';
import type { RepositoryReader } from '../../core/repository.ts';
import { outsideBase } from '../git/history.ts';
import { Lookup } from './lookup.ts';
import type { View, Workspace } from './workspace.ts';

export async function landedIn(workspace: Workspace, before: View, after: View): Promise<Landed> {
  const { composition } = before.state, reader = await workspace.repository(), { segments } = before.engine.tables;
  const still = new Set(after.engine.tables.segments.map((s) => s.commit)), places = new Map(segments.map((s, i) => [s.tip, i]));
  const mine = new Set([...composition.acus, ...composition.open ?? []].flatMap((id) => before.engine.acu(id)?.segments ?? []).map((tip) => places.get(tip)!));
  // of a branch that was taken apart, those that were left out may have landed without the others
  const branches = new Set([...mine].flatMap((n) => segments[n]!.within ?? []));
  const asked = segments.flatMap(({ commit, within, standing }, n) => ((mine.has(n) || (within !== null && branches.has(within))) && standing !== 'gone' && !still.has(commit) ? [n] : []));
  const landed = new Map<Oid, 'here' | 'taken back'>();
  if (asked.length === 0) return landed;
  const moment = await workspace.moment(before), base = new Lookup(reader);
  const inBase = new Set(await reachable(reader, after.engine.base, [...new Set(asked.map((n) => segments[n]!.commit))]));
  for (const n of asked) {
    if (!inBase.has(segments[n]!.commit)) continue;
    let back = 0;
    const edits = mine.has(n) ? await moment.edits(n) : [];
    for (const { path, before: was } of edits) if (sameEntry(await base.file(after.engine.tables.baseTree, path), was)) back++;
    landed.set(segments[n]!.tip, edits.length > 0 && back === edits.length ? 'taken back' : 'here');
  }
  return landed;
}

/** Those that the base reaches; what cannot be read any more is in no base. */
export async function reachable(reader: RepositoryReader, base: Oid, tips: readonly Oid[]): Promise<Oid[]> {
  const out: Oid[] = [];
  const found = await reader.commits(tips);
  const there = tips.filter((_, i) => !(found[i] instanceof AcumenError));
  try {
    const { commits } = await outsideBase(reader, base, there);
    return there.filter((tip) => !commits.has(tip));
  } catch (error) {
    if (!(error instanceof AcumenError)) throw error;
  }
  // one of them leads into history that is not there
  for (const tip of there) {
    try {
      if (!(await outsideBase(reader, base, [tip])).commits.has(tip)) out.push(tip);
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
    }
  }
  return out;
}
