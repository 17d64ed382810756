// What is open and what is said: everything about the window that is not about the repository. What a person sets for good is in settings.ts.
import { create } from 'zustand';
import { visibleSentence } from '../../core/visible.ts';

export type Tab = 'compose' | 'conflicts' | 'collaboration' | 'performance';
export type InspectorTab = 'acu' | 'composed' | 'decide' | 'history';
export type Overlay = 'none' | 'palette' | 'keys' | 'import' | 'patches' | 'base' | 'grain' | 'branch' | 'worktrees' | 'settings' | 'notices';

/** Ways to look at the conflict graph, in the order of their switch (panels/graph/views.ts draws them). */
export const graphWays: readonly GraphAs[] = ['canvas', 'matrix', 'list'];
export type GraphAs = 'canvas' | 'matrix' | 'list';

export type SettingsSection = 'repository' | 'thresholds' | 'appearance' | 'keys' | 'about';

export interface UiState {
  readonly tab: Tab;
  readonly inspector: InspectorTab;
  readonly overlay: Overlay;
  /** performance.now() when it was opened */
  readonly overlaySince: number;
  readonly settings: SettingsSection;
  readonly graphAs: GraphAs;
  /** the conflict graph has the whole middle: of the composition only its head is left */
  readonly graphLarge: boolean;
  /** panes that were put away */
  readonly sourcesHidden: boolean;
  readonly inspectorHidden: boolean;
  readonly diffAs: 'auto' | 'split' | 'unified';
  /** working trees and branches are looked at as they change */
  readonly live: boolean;
  /** for screen readers; the number makes a repeated sentence heard again */
  readonly said: { readonly text: string; readonly n: number };
}

const KEY = 'acumen.ui';

function remembered(): Partial<UiState> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const { graphAs, graphLarge, sourcesHidden, inspectorHidden, diffAs, live } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    return {
      ...(graphWays.some((way) => way === graphAs) ? { graphAs: graphAs as GraphAs } : {}),
      ...(graphLarge === true ? { graphLarge } : {}),
      ...(sourcesHidden === true ? { sourcesHidden } : {}),
      ...(inspectorHidden === true ? { inspectorHidden } : {}),
      ...(diffAs === 'split' || diffAs === 'unified' ? { diffAs } : {}),
      ...(live === false ? { live } : {}),
    };
  } catch {
    return {}; // storage may be refused or hold anything
  }
}

export const useUi = create<UiState>(() => ({
  tab: 'compose', inspector: 'acu', overlay: 'none', overlaySince: 0, settings: 'repository', graphAs: 'canvas', graphLarge: false, sourcesHidden: false, inspectorHidden: false, diffAs: 'auto', live: true, said: { text: '', n: 0 },
  ...(typeof localStorage === 'undefined' ? {} : remembered()),
}));

/** Keeps the choices across windows. */
export function remember(): void {
  useUi.subscribe(({ graphAs, graphLarge, sourcesHidden, inspectorHidden, diffAs, live }) => {
    try { localStorage.setItem(KEY, JSON.stringify({ graphAs, graphLarge, sourcesHidden, inspectorHidden, diffAs, live })); } catch { /* not kept, then */ }
  });
}

export function say(text: string): void {
  useUi.setState(({ said }) => ({ said: { text: visibleSentence(text), n: said.n + 1 } }));
}

export const open = (overlay: Overlay): void => useUi.setState({ overlay, overlaySince: performance.now() });
export const closeOverlay = (): void => useUi.setState({ overlay: 'none' });
