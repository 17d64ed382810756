// Dragging ACUs by pointer: from a list into the composition, from the composition back onto the list. One listener for the
// window; the verdict beside the pointer is DragGhost's. The keyboard's way is pickUp/drop in actions.ts.
import type { AcuId } from '../../core/bytes.ts';
import { useSelection } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import * as act from './actions.ts';
import { lift } from './asking.ts';

/** Pixels of travel that make a press a drag; milliseconds of holding that do with a finger, which otherwise scrolls. */
const TRAVEL = 5, HOLD = 300;

type Place = 'composition' | 'list';

let moved: (x: number, y: number) => void = () => undefined;
/** Whoever draws beside the pointer hears where it is, without a render for each move. */
export const onPointerMoved = (listener: (x: number, y: number) => void): void => { moved = listener; };

export function listenToDrags(): () => void {
  let press: { readonly id: AcuId; readonly from: Place; readonly x: number; readonly y: number; readonly at: number; readonly touch: boolean } | null = null;
  let place: Place | null = null;
  // Lies over the window while something is dragged: gives the pointer its shape without restyling everything below.
  const shield = document.createElement('div');
  shield.className = 'shield';
  const dragging = (): boolean => useVerdicts.getState().carried?.by === 'drag';

  const begin = (at: number): void => {
    const { selected } = useSelection.getState();
    const ids = selected.has(press!.id) ? [...selected] : [press!.id];
    useUi.setState({ tab: 'compose' });
    document.documentElement.dataset['dragging'] = press!.from;
    document.body.append(shield);
    lift(ids, at);
  };
  const end = (): void => {
    press = null;
    place = null;
    delete document.documentElement.dataset['dragging'];
    shield.remove();
  };

  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.target instanceof Element) || event.target.closest('button, input, a') !== null) return;
    const row = event.target.closest<HTMLElement>('[data-acu]'), from = row?.closest<HTMLElement>('[data-drag]')?.dataset['drag'];
    if (row === null || from === undefined) return;
    press = { id: row.dataset['acu'] as AcuId, from: from as Place, x: event.clientX, y: event.clientY, at: event.timeStamp, touch: event.pointerType === 'touch' };
  };
  const move = (event: PointerEvent): void => {
    if (press === null) return;
    const { clientX: x, clientY: y } = event;
    if (!dragging()) {
      const travel = Math.hypot(x - press.x, y - press.y);
      if (press.touch && event.timeStamp - press.at < HOLD) { if (travel > TRAVEL) press = null; return; }
      if (travel < TRAVEL) return;
      begin(event.timeStamp);
    }
    moved(x, y);
    const below = document.elementsFromPoint(x, y).find((element) => element !== shield);
    const zone = below?.closest<HTMLElement>('[data-drop]')?.dataset['drop'] as Place | undefined ?? null;
    if (zone === place) return;
    place = zone;
    useVerdicts.setState(({ carried }) => ({ carried: carried === null ? null : { ...carried, over: zone === 'composition' } }));
  };
  const up = (event: PointerEvent): void => {
    if (press === null) return;
    const { from } = press, was = dragging(), over = place;
    end();
    if (!was) return;
    // the click that follows belongs to the drag
    window.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0);
    const { carried } = useVerdicts.getState();
    useVerdicts.setState({ carried: null, hovered: null });
    if (carried === null) return;
    if (over === 'composition' && from === 'list') void act.add(carried.ids, event.timeStamp);
    if (over === 'list' && from === 'composition') void act.remove(carried.ids);
  };
  const give = (): void => {
    if (dragging()) useVerdicts.setState({ carried: null });
    end();
  };
  const swallow = (event: Event): void => { event.stopPropagation(); event.preventDefault(); };
  const still = (event: Event): void => { if (dragging()) event.preventDefault(); };

  // Escape puts back what is carried (commands/list.ts); the pointer may still be down.
  const stop = useVerdicts.subscribe((now, before) => { if (before.carried?.by === 'drag' && now.carried === null) end(); });
  window.addEventListener('pointerdown', down);
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', up);
  window.addEventListener('pointercancel', give);
  window.addEventListener('blur', give);
  window.addEventListener('touchmove', still, { passive: false });
  return () => {
    stop();
    window.removeEventListener('pointerdown', down);
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', up);
    window.removeEventListener('pointercancel', give);
    window.removeEventListener('blur', give);
    window.removeEventListener('touchmove', still);
  };
}
