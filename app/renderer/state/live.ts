// Working trees that the service looks at: how, what changed since one looked, and which of their edits conflict. Written by the session alone.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { LiveState } from '../../contract/live.ts';
import type { AcuRow } from '../../workers/client.ts';
import { grouped, plural } from './words.ts';

export interface LiveView {
  /** null: not heard yet */
  readonly state: LiveState | null;
  /** edits of working trees that are others than when one last looked at them, by ACU, and when that was seen (performance.now()) */
  readonly changed: ReadonlyMap<AcuId, number>;
  /** pairs of working trees that conflict, each as one text; null: not looked at yet */
  readonly clashes: ReadonlySet<string> | null;
}

export const useLive = create<LiveView>(() => ({ state: null, changed: new Map(), clashes: null }));

/** What changed between two lists of rows; what was there before the first is not news. */
export function changedSince(before: readonly AcuRow[], now: readonly AcuRow[], marked: ReadonlyMap<AcuId, number>, at: number): ReadonlyMap<AcuId, number> {
  const was = new Set<AcuId>();
  for (const row of before) if (row.worktree === true) was.add(row.id);
  const out = new Map<AcuId, number>();
  for (const row of now) {
    if (row.worktree !== true) continue;
    const mark = marked.get(row.id);
    if (mark !== undefined) out.set(row.id, mark); else if (!was.has(row.id)) out.set(row.id, at);
  }
  return out;
}

/** What is edited in the same working tree now, where it was saved again. */
export function savedAgain(before: readonly AcuRow[], now: readonly AcuRow[]): (id: AcuId) => AcuId | undefined {
  const names = new Map(before.flatMap((row) => (row.worktree === true ? [[row.id, row.name] as const] : [])));
  const ids = new Map(now.flatMap((row) => (row.worktree === true ? [[row.name, row.id] as const] : [])));
  return (id) => ids.get(names.get(id) ?? '');
}

export function looked(ids: Iterable<AcuId>): void {
  const { changed } = useLive.getState(), left = new Map(changed);
  for (const id of ids) left.delete(id);
  if (left.size !== changed.size) useLive.setState({ changed: left });
}

const SEP = '\n';
/** Sentences for what begins to conflict, and what does no more; of what was there when one first looked, none. */
export function clashNews(before: ReadonlySet<string> | null, pairs: readonly (readonly [string, string])[]): { readonly clashes: ReadonlySet<string>; readonly begun: readonly string[]; readonly ended: readonly string[] } {
  const clashes = new Set(pairs.map((pair) => pair.join(SEP)));
  if (before === null) return { clashes, begun: [], ended: [] };
  const told = (all: Iterable<string>, one: (a: string, b: string) => string, many: (n: number) => string): string[] => {
    const list = [...all];
    return list.length > 2 ? [many(list.length)] : list.map((pair) => one(...pair.split(SEP) as [string, string]));
  };
  return {
    clashes,
    begun: told([...clashes].filter((pair) => !before.has(pair)), (a, b) => `Edits in ${a} and ${b} conflict now.`, (n) => `Edits of ${n} pairs of working trees conflict now.`),
    ended: told([...before].filter((pair) => !clashes.has(pair)), (a, b) => `Edits in ${a} and ${b} conflict no more.`, (n) => `Edits of ${n} pairs of working trees conflict no more.`),
  };
}

/** The status line's words: what is looked at, how, and what is not. */
export function liveWords({ on, polling, every, note, trees }: LiveState): string {
  if (!on) return 'working trees not looked at';
  if (note !== '') return `edits not shown: ${note}`;
  const there = trees.filter(({ how }) => how !== 'unusable'), files = there.reduce((sum, tree) => sum + tree.files, 0);
  if (there.length === 0 && polling === '') return 'no working trees';
  const what = `${plural(there.length, 'working tree')}, ${files === 0 ? 'no edits' : `${grouped(files)} ${files === 1 ? 'file' : 'files'} edited`}`;
  return polling === '' ? `watching ${what}` : `looking every ${every / 1000} s at ${what}: ${polling}`;
}

/** What a person can do about it; empty where nothing need be done. */
export function liveHint({ polling }: LiveState): string {
  if (polling === 'out of watches') return 'Raise the limit with `sudo sysctl fs.inotify.max_user_watches=524288`; meanwhile nothing is missed, it only takes longer to show.';
  if (polling === 'out of files to open') return 'Close other programs or raise the limit of open files; meanwhile nothing is missed, it only takes longer to show.';
  return '';
}
