// The inspector's tabs as data: whoever brings one adds a line here, in the order they are read.
import { type ComponentType, lazy } from 'react';
import type { InspectorTab } from '../../state/ui.ts';
import { OpenCount } from '../decide/OpenCount.tsx';
import { History } from '../History.tsx';
import { AcuTab } from './AcuTab.tsx';
import { ComposedChanged } from './ComposedChanged.tsx';
import { ComposedTab } from './ComposedTab.tsx';

export interface Tab {
  readonly id: InspectorTab;
  readonly name: string;
  readonly Panel: ComponentType;
  /** it shows differences, so the switch between side by side and unified stands beside the tabs */
  readonly hasDiffs?: boolean;
  /** stands beside the name: how many wait in it, or that something is new in it. A tab with nothing in it is never disabled; its panel says what it is for */
  readonly Badge?: ComponentType;
}

export const tabs: readonly Tab[] = [
  { id: 'acu', name: 'ACU', Panel: AcuTab, hasDiffs: true },
  { id: 'composed', name: 'Composed', Panel: ComposedTab, hasDiffs: true, Badge: ComposedChanged },
  { id: 'decide', name: 'Decide', Panel: lazy(() => import('../decide/Decide.tsx')), Badge: OpenCount },
  { id: 'history', name: 'History', Panel: History },
];
