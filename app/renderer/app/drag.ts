// Dragging by pointer: ACUs from list, graph or matrix into the composition and back out of it, cards of the board to another person. One listener for the
// window; what lies beside the pointer is a Ghost's. The keyboard's way is pickUp/drop in actions.ts, and the board's own.
import type { AcuId } from '../../core/bytes.ts';
import { useSelection } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import * as act from './actions.ts';
import { lift } from './asking.ts';

/** Pixels of travel that make a press a drag; milliseconds of holding that do with a finger, which otherwise scrolls. */
const TRAVEL = 5, HOLD = 300;

/** Something that a press may lift. `zone`: the nearest data-drop below the pointer. Times are of the events, as in performance.now(). */
export interface Grip {
  /** what it comes from: on the root element while it is dragged, for styles */
  readonly from: string;
  lift(at: number): void;
  over(zone: string | null): void;
  drop(zone: string | null, at: number): void;
  /** back to where it was */
  putBack(): void;
}
/** What a press on this element would lift; null where nothing of its kind lies there. `at`: the press, for what is drawn and has no elements. */
export type Gripping = (target: Element, at: PointerEvent) => Grip | null;

const grippings = new Set<Gripping>();
/** Makes a kind of thing draggable; returns what ends it. */
export function draggable(gripping: Gripping): () => void {
  grippings.add(gripping);
  return () => { grippings.delete(gripping); };
}

const followers = new Set<(x: number, y: number) => void>();
let pointer = { x: -1000, y: -1000 };
/** Whoever draws beside the pointer hears where it is, now and without a render for each move; returns what ends it. */
export function followPointer(follow: (x: number, y: number) => void): () => void {
  followers.add(follow);
  follow(pointer.x, pointer.y);
  return () => { followers.delete(follow); };
}

let end: () => void = () => undefined;
/** What was put back by other means (Escape) is no longer in the hand; the pointer may still be down. */
export const letGo = (): void => end();

export function listenToDrags(): () => void {
  let press: { readonly grip: Grip; readonly pointer: number; readonly x: number; readonly y: number } | null = null;
  let lifted = false, zone: string | null = null, holding: ReturnType<typeof setTimeout> | undefined;
  // Lies over the window while something is dragged: gives the pointer its shape without restyling everything below.
  const shield = document.createElement('div');
  shield.className = 'shield';

  const begin = (x: number, y: number, at: number): void => {
    clearTimeout(holding);
    lifted = true;
    document.documentElement.dataset['dragging'] = press!.grip.from;
    document.body.append(shield);
    press!.grip.lift(at);
    follow(x, y);
  };
  const follow = (x: number, y: number): void => {
    pointer = { x, y };
    for (const one of followers) one(x, y);
    const below = document.elementsFromPoint(x, y).find((element) => element !== shield);
    const next = below?.closest<HTMLElement>('[data-drop]')?.dataset['drop'] ?? null;
    if (next === zone) return;
    zone = next;
    press?.grip.over(zone);
  };
  end = () => {
    clearTimeout(holding);
    press = null;
    lifted = false;
    zone = null;
    delete document.documentElement.dataset['dragging'];
    shield.remove();
  };

  const down = (event: PointerEvent): void => {
    // a second finger pinches or scrolls: it carries nothing
    if (press !== null) { if (event.pointerId !== press.pointer) give(); return; }
    const { target, clientX: x, clientY: y } = event;
    if (event.button !== 0 || !(target instanceof Element) || target.closest('button, input, a') !== null) return;
    const grip = [...grippings].map((gripping) => gripping(target, event)).find((one) => one !== null);
    if (grip === undefined) return;
    press = { grip, pointer: event.pointerId, x, y };
    // lifted where the finger rests: whoever holds still sees that it was taken
    if (event.pointerType === 'touch') holding = setTimeout(() => begin(x, y, performance.now()), HOLD);
  };
  const move = (event: PointerEvent): void => {
    if (press === null || event.pointerId !== press.pointer) return;
    const { clientX: x, clientY: y } = event;
    if (!lifted) {
      if (Math.hypot(x - press.x, y - press.y) < TRAVEL) return;
      if (event.pointerType === 'touch') { end(); return; } // it scrolls
      begin(x, y, event.timeStamp);
    }
    follow(x, y);
  };
  const up = (event: PointerEvent): void => {
    if (press === null || event.pointerId !== press.pointer) return;
    const { grip } = press, was = lifted, over = zone;
    end();
    if (!was) return;
    // the click that follows belongs to the drag
    window.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0);
    grip.drop(over, event.timeStamp);
  };
  const give = (): void => {
    if (lifted) press?.grip.putBack();
    end();
  };
  const cancelled = (event: PointerEvent): void => { if (event.pointerId === press?.pointer) give(); };
  const swallow = (event: Event): void => { event.stopPropagation(); event.preventDefault(); };
  const still = (event: Event): void => { if (lifted) event.preventDefault(); };
  // a finger that holds asks for a menu, too: it has what it carries
  const menu = (event: Event): void => { if (lifted) swallow(event); };

  const stops = [
    draggable(acus),
    // Escape puts back what is carried (commands/list.ts)
    useVerdicts.subscribe((now, before) => { if (before.carried?.by === 'drag' && now.carried === null) letGo(); }),
  ];
  window.addEventListener('pointerdown', down);
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', up);
  window.addEventListener('pointercancel', cancelled);
  window.addEventListener('blur', give);
  window.addEventListener('touchmove', still, { passive: false });
  window.addEventListener('contextmenu', menu, { capture: true });
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener('pointerdown', down);
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', up);
    window.removeEventListener('pointercancel', cancelled);
    window.removeEventListener('blur', give);
    window.removeEventListener('touchmove', still);
    window.removeEventListener('contextmenu', menu, { capture: true });
  };
}

/** ACUs: rows carry data-acu within a list that says, by data-drag, whether it is the composition. */
function acus(target: Element): Grip | null {
  const row = target.closest<HTMLElement>('[data-acu]'), from = row?.closest<HTMLElement>('[data-drag]')?.dataset['drag'];
  if (row === null || from === undefined) return null;
  const id = row.dataset['acu'] as AcuId;
  return carryingAcus(from, () => { const { selected } = useSelection.getState(); return selected.has(id) ? [...selected] : [id]; });
}

/**
 * What carries ACUs into the composition, or from it (`from`: "composition") back onto a zone named "list". Of them `those` tells when they are lifted.
 * Lists have it by data-acu and data-drag; what draws its ACUs returns it from a gripping of its own.
 */
export function carryingAcus(from: string, those: () => readonly AcuId[]): Grip {
  return {
    from,
    lift(at) {
      useUi.setState({ tab: 'compose' });
      lift(those(), at, from === 'composition');
    },
    over: (zone) => useVerdicts.setState(({ carried }) => ({ carried: carried === null ? null : { ...carried, over: zone === 'composition' } })),
    drop(zone, at) {
      const { carried } = useVerdicts.getState(), seen = act.previewed();
      useVerdicts.setState({ carried: null, hovered: null });
      if (carried === null) return;
      if (zone === 'composition' && from !== 'composition') void act.add(carried.ids, at, seen, true);
      if (zone === 'list' && from === 'composition') void act.remove(carried.ids);
    },
    putBack: () => useVerdicts.setState({ carried: null }),
  };
}
