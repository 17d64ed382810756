// Dragging by pointer: ACUs from a list into the composition and back onto the list, cards of the board to another person. One listener for the window;
// what lies beside the pointer is a Ghost's. The keyboard's way is pickUp/drop in actions.ts, and the board's own.
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
/** What a press on this element would lift; null where nothing of its kind lies there. */
export type Gripping = (target: Element) => Grip | null;

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
  let press: { readonly grip: Grip; readonly x: number; readonly y: number; readonly at: number; readonly touch: boolean } | null = null;
  let lifted = false, zone: string | null = null;
  // Lies over the window while something is dragged: gives the pointer its shape without restyling everything below.
  const shield = document.createElement('div');
  shield.className = 'shield';

  const begin = (at: number): void => {
    lifted = true;
    document.documentElement.dataset['dragging'] = press!.grip.from;
    document.body.append(shield);
    press!.grip.lift(at);
  };
  end = () => {
    press = null;
    lifted = false;
    zone = null;
    delete document.documentElement.dataset['dragging'];
    shield.remove();
  };

  const down = (event: PointerEvent): void => {
    const { target } = event;
    if (event.button !== 0 || !(target instanceof Element) || target.closest('button, input, a') !== null) return;
    const grip = [...grippings].map((gripping) => gripping(target)).find((one) => one !== null);
    if (grip !== undefined) press = { grip, x: event.clientX, y: event.clientY, at: event.timeStamp, touch: event.pointerType === 'touch' };
  };
  const move = (event: PointerEvent): void => {
    if (press === null) return;
    const { clientX: x, clientY: y } = event;
    if (!lifted) {
      const travel = Math.hypot(x - press.x, y - press.y);
      if (press.touch && event.timeStamp - press.at < HOLD) { if (travel > TRAVEL) press = null; return; }
      if (travel < TRAVEL) return;
      begin(event.timeStamp);
    }
    pointer = { x, y };
    for (const follow of followers) follow(x, y);
    const below = document.elementsFromPoint(x, y).find((element) => element !== shield);
    const next = below?.closest<HTMLElement>('[data-drop]')?.dataset['drop'] ?? null;
    if (next === zone) return;
    zone = next;
    press.grip.over(zone);
  };
  const up = (event: PointerEvent): void => {
    if (press === null) return;
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
  const swallow = (event: Event): void => { event.stopPropagation(); event.preventDefault(); };
  const still = (event: Event): void => { if (lifted) event.preventDefault(); };

  const stops = [
    draggable(acus),
    // Escape puts back what is carried (commands/list.ts)
    useVerdicts.subscribe((now, before) => { if (before.carried?.by === 'drag' && now.carried === null) letGo(); }),
  ];
  window.addEventListener('pointerdown', down);
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', up);
  window.addEventListener('pointercancel', give);
  window.addEventListener('blur', give);
  window.addEventListener('touchmove', still, { passive: false });
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener('pointerdown', down);
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', up);
    window.removeEventListener('pointercancel', give);
    window.removeEventListener('blur', give);
    window.removeEventListener('touchmove', still);
  };
}

/** ACUs: rows carry data-acu within a list that says, by data-drag, whether it is the composition. */
function acus(target: Element): Grip | null {
  const row = target.closest<HTMLElement>('[data-acu]'), from = row?.closest<HTMLElement>('[data-drag]')?.dataset['drag'];
  if (row === null || from === undefined) return null;
  const id = row.dataset['acu'] as AcuId;
  return {
    from,
    lift(at) {
      const { selected } = useSelection.getState();
      useUi.setState({ tab: 'compose' });
      lift(selected.has(id) ? [...selected] : [id], at);
    },
    over: (zone) => useVerdicts.setState(({ carried }) => ({ carried: carried === null ? null : { ...carried, over: zone === 'composition' } })),
    drop(zone, at) {
      const { carried } = useVerdicts.getState();
      useVerdicts.setState({ carried: null, hovered: null });
      if (carried === null) return;
      if (zone === 'composition' && from === 'list') void act.add(carried.ids, at);
      if (zone === 'list' && from === 'composition') void act.remove(carried.ids);
    },
    putBack: () => useVerdicts.setState({ carried: null }),
  };
}
