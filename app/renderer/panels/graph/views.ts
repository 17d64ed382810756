// The ways to look at the conflict graph, as the panel's switch offers them.
import { lazy } from 'react';
import type { ComponentType } from 'react';
import type { IconName } from '../../components/Icon.tsx';
import type { GraphAs } from '../../state/ui.ts';
import { Picture } from './Picture.tsx';
import { Twin } from './Twin.tsx';

export interface GraphView {
  readonly id: GraphAs;
  readonly name: string;
  readonly icon: IconName;
  /** Drawn only while there are ACUs and their conflicts are counted. */
  readonly Panel: ComponentType;
}

export const graphViews: readonly GraphView[] = [
  { id: 'canvas', name: 'Picture', icon: 'graph', Panel: Picture },
  { id: 'matrix', name: 'Matrix', icon: 'matrix', Panel: lazy(() => import('../matrix/Matrix.tsx').then((module) => ({ default: module.Matrix }))) },
  { id: 'list', name: 'List', icon: 'list', Panel: Twin },
];
