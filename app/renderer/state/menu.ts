// Which context menu is open, over what, and where; and how what lies under a press is aimed at before its menu opens.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';
import type { Menu } from '../commands/registry.ts';
import { press, useSelection } from './selection.ts';

/** In CSS pixels of the window. */
export interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

export interface OpenMenu {
  readonly menu: Menu;
  /** what it is about, in words; empty where the place says it */
  readonly about: string;
  readonly box: Box;
  /** gets the keyboard back */
  readonly from: HTMLElement | null;
}

export const useMenu = create<{ readonly open: OpenMenu | null }>(() => ({ open: null }));

export const closeMenu = (): void => useMenu.setState({ open: null });

/**
 * Makes what lies under `target`, or under a point of a canvas, what commands are about, and says in words what that is; null: nothing lies there, no menu.
 * `at` is null where the keyboard asks, which is about what has the cursor already.
 */
export type Aim = (target: Element, at: { readonly x: number; readonly y: number } | null) => string | null;

const aims = new Map<Menu, Aim>();
/** How a kind of thing is aimed at, where it is more than a row with data-acu; returns what ends it. */
export function aimWith(menu: Menu, aim: Aim): () => void {
  aims.set(menu, aim);
  return () => { if (aims.get(menu) === aim) aims.delete(menu); };
}

/** A row that is not selected becomes the selection; one of several that are leaves them selected. */
function aimAtRow(target: Element): string {
  const row = target.closest<HTMLElement>('[data-acu]'), id = row?.dataset['acu'] as AcuId | undefined;
  if (id !== undefined && !useSelection.getState().selected.has(id)) useSelection.setState((at) => press(at, id, 'none', []));
  const { selected } = useSelection.getState();
  return selected.size > 1 ? `${selected.size} ACUs` : row?.dataset['name'] ?? '';
}

/** The menu of the nearest element around `target` that says, by data-menu, that it has one; false where none does. */
export function openMenu(target: Element, at: { readonly x: number; readonly y: number } | null, box: Box, from: HTMLElement | null): boolean {
  const owner = target.closest<HTMLElement>('[data-menu]');
  if (owner === null) return false;
  const menu = owner.dataset['menu'] as Menu;
  const about = (aims.get(menu) ?? aimAtRow)(target, at);
  if (about === null) return false;
  useMenu.setState({ open: { menu, about, box, from } });
  return true;
}
