// The heat map's colours as the theme has them now.
import type { HeatPalette } from '../../../../workers/client.ts';
import { gridPalette, probe } from '../../grid/looks.ts';

const ramp = ['--heat-1', '--heat-2', '--heat-3', '--heat-4', '--heat-5'] as const;

export function paletteOf(host: HTMLElement): HeatPalette {
  const { colour, done } = probe(host);
  const palette: HeatPalette = { ...gridPalette(host, colour), zero: colour('--heat-zero'), ramp: ramp.map(colour) };
  done();
  return palette;
}
