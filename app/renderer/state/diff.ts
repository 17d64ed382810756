// How differences are shown, wherever they are: kept across windows, for a person reads one way.
import { create } from 'zustand';

export interface DiffState {
  /** all of the file, not the changes and what stands around them alone */
  readonly whole: boolean;
  /** blanks, tabs and line ends are marked */
  readonly whitespace: boolean;
  /** by what is called something, not by line */
  readonly byEntity: boolean;
  /** beside each line of a composed text who brought it */
  readonly owners: boolean;
}

const KEY = 'acumen.diff', first: DiffState = { whole: false, whitespace: false, byEntity: false, owners: true };

function remembered(): Partial<DiffState> {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Readonly<Record<string, unknown>> | null;
    return Object.fromEntries(Object.keys(first).flatMap((key) => (typeof value?.[key] === 'boolean' ? [[key, value[key]]] : [])));
  } catch {
    return {}; // storage may be refused or hold anything
  }
}

export const useDiff = create<DiffState>(() => ({ ...first, ...typeof localStorage === 'undefined' ? {} : remembered() }));

export function turn(what: keyof DiffState): void {
  useDiff.setState((state) => ({ [what]: !state[what] }));
  try { localStorage.setItem(KEY, JSON.stringify(useDiff.getState())); } catch { /* not kept, then */ }
}

/** What keys and commands do to the difference that is on screen: of several the one shown last. */
export interface ShownDiff { readonly path: string; /** goes to the next change, or the one before; false where there is none */ step(by: 1 | -1): boolean }

const shown: ShownDiff[] = [];
export function showing(diff: ShownDiff): () => void {
  shown.push(diff);
  return () => { const at = shown.indexOf(diff); if (at >= 0) shown.splice(at, 1); };
}
export const shownDiff = (): ShownDiff | null => shown.at(-1) ?? null;
