// From one view to another in a moment, so that the eye can follow; at once where motion is not wanted.
import { heatView } from '../../../workers/client.ts';
import type { HeatView } from '../../../workers/client.ts';
import { isStill } from '../../app/looks.ts';

const SLIDE_MS = 140;

export class Glide {
  #frame = 0;

  to(from: HeatView, view: HeatView, show: (at: HeatView, done: boolean) => void): void {
    this.stop();
    if (isStill()) { show(view, true); return; }
    const began = performance.now();
    const step = (now: number): void => {
      const t = Math.min(1, (now - began) / SLIDE_MS), eased = 1 - (1 - Math.max(0, t)) ** 3, done = t >= 1;
      this.#frame = done ? 0 : requestAnimationFrame(step);
      show(done ? view : { x: heatView.between(from.x, view.x, eased), y: heatView.between(from.y, view.y, eased) }, done);
    };
    this.#frame = requestAnimationFrame(step);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}
