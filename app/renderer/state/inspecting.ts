// What the inspector shows of the selected ACU, and the file of a list that a menu is about.
import { create } from 'zustand';
import type { PathBytes } from '../../core/bytes.ts';

export type AcuPart = 'facts' | 'dependencies' | 'history';

export const useInspecting = create<{ readonly view: AcuPart; readonly file: PathBytes | null }>(() => ({ view: 'facts', file: null }));
