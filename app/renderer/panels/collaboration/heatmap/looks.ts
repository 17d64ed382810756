// What the worker that draws the heat map cannot know: the theme's colours and the fonts' widths.
import type { HeatPalette, Rgb } from '../../../../workers/client.ts';

const ramp = ['--heat-1', '--heat-2', '--heat-3', '--heat-4', '--heat-5'] as const;

/** Colours as the theme has them now, whatever notation it has them in. */
export function paletteOf(host: HTMLElement): HeatPalette {
  const probe = document.createElement('span'), pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  probe.style.forcedColorAdjust = 'none';
  host.append(probe);
  const colour = (token: string): Rgb => {
    probe.style.color = `var(${token})`;
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
    return [r!, g!, b!];
  };
  const palette: HeatPalette = {
    surface: colour('--heat-surface'), ink: colour('--heat-ink'), faint: colour('--ink-3'), line: colour('--line-strong'), accent: colour('--heat-accent'),
    zero: colour('--heat-zero'), ramp: ramp.map(colour), font: getComputedStyle(host).fontFamily,
  };
  probe.remove();
  return palette;
}

/** Pixels of the longest name, near enough: of the few that have the most letters, and of no more of them than a gutter ever shows. */
export function longestName(host: HTMLElement, names: readonly string[]): number {
  const pen = new OffscreenCanvas(1, 1).getContext('2d')!;
  pen.font = `600 11px ${getComputedStyle(host).fontFamily}`;
  const few = names.toSorted((a, b) => b.length - a.length).slice(0, 8);
  return Math.max(0, ...few.map((name) => pen.measureText(name.slice(0, 60)).width));
}
