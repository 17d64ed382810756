// What the inspector shows of the selected ACU.
import { create } from 'zustand';

export type AcuPart = 'facts' | 'dependencies' | 'history';

export const useInspecting = create<{ readonly view: AcuPart }>(() => ({ view: 'facts' }));
