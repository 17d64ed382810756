// What the picture of the conflict graph shows, and how: its level, which conflicts, what is pinned. Written by the panel's controls and by the screen.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import { everyEdge } from '../../workers/client.ts';
import type { EdgeFilter, Level, LevelChoice } from '../../workers/client.ts';

/** What a point of the picture is of: a node, which may be a source of several ACUs, or the conflict between two nodes. */
export type Pointed =
  | { readonly kind: 'node'; readonly name: string; readonly acus: readonly AcuId[] }
  | { readonly kind: 'edge'; readonly names: readonly [string, string]; readonly sides: readonly [readonly AcuId[], readonly AcuId[]] };

/** How far the picture is. `edges`: drawn of all, where not all are. */
export interface Progress { readonly state: 'waiting' | 'laying out' | 'settled' | 'dead'; /** 0 … 1 */ readonly done: number; readonly why: string }

export interface PictureState {
  readonly choice: LevelChoice;
  readonly level: Level;
  /** nodes that each level has */
  readonly nodes: Readonly<Record<Level, number>>;
  readonly filter: EdgeFilter;
  readonly counts: { readonly verdicts: readonly number[]; readonly families: readonly number[]; readonly all: number };
  readonly outlines: boolean;
  /** dragging over the picture draws a lasso */
  readonly lassoing: boolean;
  readonly pointed: Pointed | null;
  readonly pinned: Pointed | null;
  readonly progress: Progress;
}

export const usePicture = create<PictureState>(() => ({
  choice: 'auto', level: 'acus', nodes: { acus: 0, sources: 0 }, filter: everyEdge, counts: { verdicts: [], families: [], all: 0 }, outlines: false, lassoing: false,
  pointed: null, pinned: null, progress: { state: 'waiting', done: 0, why: '' },
}));

/** Takes a verdict's or a family's bit out of what is shown, or puts it back; the last one out brings all others back, for nothing at all is never wanted. */
export function toggled(bits: number, bit: number, all: number): number {
  const next = bits ^ (1 << bit);
  return next === 0 ? all & ~(1 << bit) || all : next;
}

export const samePointed = (x: Pointed | null, y: Pointed | null): boolean => {
  if (x === null || y === null || x.kind !== y.kind) return x === y;
  if (x.kind === 'node') return y.kind === 'node' && x.acus[0] === y.acus[0] && x.acus.length === y.acus.length;
  return y.kind === 'edge' && x.sides[0][0] === y.sides[0][0] && x.sides[1][0] === y.sides[1][0];
};

/** How a lasso joins what is selected already: in its place, added to it, taken from it. */
export type Joining = 'replace' | 'add' | 'subtract';
export function joined(selected: ReadonlySet<AcuId>, caught: readonly AcuId[], how: Joining): ReadonlySet<AcuId> {
  if (how === 'replace') return new Set(caught);
  if (how === 'add') return new Set([...selected, ...caught]);
  return selected.difference(new Set(caught));
}
