// Which commands were used last, across windows: the palette begins with them.
import { create } from 'zustand';

const KEY = 'acumen.recent', MOST = 8;

function remembered(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string').slice(0, MOST) : [];
  } catch {
    return []; // storage may be refused or hold anything
  }
}

/** The latest first; an id that no command has any more says nothing. */
export const useRecent = create<{ readonly ids: readonly string[] }>(() => ({ ids: typeof localStorage === 'undefined' ? [] : remembered() }));

export function used(id: string): void {
  const ids = [id, ...useRecent.getState().ids.filter((one) => one !== id)].slice(0, MOST);
  useRecent.setState({ ids });
  try { localStorage.setItem(KEY, JSON.stringify(ids)); } catch { /* not kept, then */ }
}
