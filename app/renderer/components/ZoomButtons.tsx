// Nearer, farther, all of it: for whoever goes without a wheel. What is zoomed may not be there yet.
import { Icon } from './Icon.tsx';

/** A press zooms by this much. */
const STEP = 1.4;

export function ZoomButtons({ of }: { of: () => { zoom(by: number): void; fit(): void } | null }) {
  return (
    <>
      <button type="button" className="button small icon" aria-label="Zoom in" title="Zoom in (+)" onClick={() => of()?.zoom(STEP)}><Icon name="plus" size={13} /></button>
      <button type="button" className="button small icon" aria-label="Zoom out" title="Zoom out (−)" onClick={() => of()?.zoom(1 / STEP)}><Icon name="minus" size={13} /></button>
      <button type="button" className="button small icon" aria-label="Show all" title="Show all (0)" onClick={() => of()?.fit()}><Icon name="fit" size={13} /></button>
    </>
  );
}
