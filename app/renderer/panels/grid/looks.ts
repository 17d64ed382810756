// What a worker that draws cannot know: the theme's colours, when they change, and the fonts' widths.
import type { GridPalette, Rgb, Sheet } from '../../../workers/client.ts';
import { onLook, textScale } from '../../app/looks.ts';
import './grid.css';

/** Asks for tokens' colours as the theme has them now, whatever notation it has them in; `done` when no more are asked. */
export function probe(host: HTMLElement): { colour(token: string): Rgb; done(): void } {
  const element = document.createElement('span'), pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  element.style.forcedColorAdjust = 'none';
  host.append(element);
  return {
    colour(token) {
      element.style.color = `var(${token})`;
      pen.fillStyle = getComputedStyle(element).color;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
      return [r!, g!, b!];
    },
    done: () => element.remove(),
  };
}

/** Of what lies around and upon the cells. */
export function gridPalette(host: HTMLElement, colour: (token: string) => Rgb): GridPalette {
  return { surface: colour('--heat-surface'), ink: colour('--heat-ink'), faint: colour('--ink-3'), line: colour('--line-strong'), accent: colour('--heat-accent'), font: getComputedStyle(host).fontFamily, text: textScale() };
}

/** Calls whenever a colour, the size of text or the screen's resolution may be another; returns what ends it. */
export function watchLooks(changed: () => void): () => void {
  const resolution = matchMedia(`(resolution: ${devicePixelRatio}dppx)`), stop = onLook(changed);
  resolution.addEventListener('change', changed);
  return () => {
    stop();
    resolution.removeEventListener('change', changed);
  };
}

/** Pixels of the longest name, near enough: of the few that have the most letters, and of no more of them than a gutter ever shows. */
function longestName(host: HTMLElement, names: readonly string[]): number {
  const pen = new OffscreenCanvas(1, 1).getContext('2d')!;
  pen.font = `600 ${11 * textScale()}px ${getComputedStyle(host).fontFamily}`;
  const few = names.toSorted((a, b) => b.length - a.length).slice(0, 8);
  return Math.max(0, ...few.map((name) => pen.measureText(name.slice(0, 60)).width));
}

/** Room for the names at a canvas's left and top, then everything else for the cells. `bare`: too far for names, there is room for the one pointed at. */
export function sheetFor(host: HTMLElement, rows: readonly string[], cols: readonly string[], bare = false): Sheet | null {
  const { clientWidth: width, clientHeight: height } = host, ratio = devicePixelRatio;
  if (width === 0 || height === 0) return null; // not on screen
  // on a device pixel, or what is drawn and what is pointed at would differ by a part of one
  const whole = (length: number): number => (1 / ratio) * Math.round(ratio * length),
    room = (names: readonly string[], most: number): number => whole(Math.max(48, Math.min(most, longestName(host, names) + 20)));
  if (bare) return { width, height, left: room(rows, Math.min(120, width * 0.2)), top: whole(12), ratio };
  return { width, height, left: room(rows, Math.min(220, width * 0.28)), top: room(cols, Math.min(160, height * 0.26)), ratio };
}
