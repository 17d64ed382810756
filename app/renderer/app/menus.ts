// How context menus are asked for: the right button, the Menu key, Shift+F10, and a finger that holds still.
import { closeMenu, openMenu, useMenu } from '../state/menu.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import * as act from './actions.ts';

/** What has the keyboard: the row that a list says is active, else the element itself. */
function focused(): HTMLElement | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const active = element.getAttribute('aria-activedescendant');
  return (active === null ? null : document.getElementById(active)) ?? element;
}

const menuKey = (event: KeyboardEvent): boolean => event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey);

export function listenToMenus(): () => void {
  // the browser asks once more after the Menu key
  let asked = false;
  const key = (event: KeyboardEvent): void => {
    asked = false;
    if (!menuKey(event) || useMenu.getState().open !== null) return;
    const target = focused();
    if (target === null) return;
    const { x, y, width, height } = target.getBoundingClientRect();
    if (!openMenu(target, null, { x, y, width: Math.min(width, 240), height }, document.activeElement as HTMLElement)) return;
    asked = true;
    event.preventDefault();
    event.stopPropagation();
  };
  const pressed = (event: MouseEvent): void => {
    if (useMenu.getState().open !== null || asked) { event.preventDefault(); asked = false; return; }
    const { target, clientX: x, clientY: y } = event;
    if (!(target instanceof Element) || target.closest('input, textarea, select, [contenteditable], .cm-content, dialog') !== null || (getSelection()?.toString() ?? '') !== '') return;
    // a finger that held still has lifted what it holds: it asked for the menu
    if (useVerdicts.getState().carried?.by === 'drag') act.putBack();
    if (!openMenu(target, { x, y }, { x, y, width: 0, height: 0 }, document.activeElement as HTMLElement | null)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const stops = [useUi.subscribe((now, before) => { if (now.overlay !== before.overlay || now.tab !== before.tab) closeMenu(); })];
  window.addEventListener('keydown', key, { capture: true });
  window.addEventListener('contextmenu', pressed, { capture: true });
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener('keydown', key, { capture: true });
    window.removeEventListener('contextmenu', pressed, { capture: true });
  };
}
