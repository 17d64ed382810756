// What the inspector shows of the selected ACU, the file of a list that a menu is about, and which composition was looked at.
import { create } from 'zustand';
import type { PathBytes } from '../../core/bytes.ts';

export type AcuPart = 'facts' | 'dependencies' | 'history';

export interface Inspecting {
  readonly view: AcuPart;
  readonly file: PathBytes | null;
  /** the set whose files were looked at last; null: none yet */
  readonly composed: string | null;
}
export const useInspecting = create<Inspecting>(() => ({ view: 'facts', file: null, composed: null }));
