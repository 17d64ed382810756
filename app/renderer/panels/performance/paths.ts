// Columns as SVG paths within a plot's frame. A step without data is a gap; a point between two gaps, which would be a line without length, is a dot.

/** Pixels of the plot and what lies at its edges. */
export interface Frame {
  readonly x: number; readonly y: number; readonly width: number; readonly height: number;
  /** ms */ readonly from: number; readonly to: number;
  readonly low: number; readonly high: number;
}

/** `start` in ms, `step` in seconds. Values above the frame are drawn at its edge, points beside it not at all. */
export function linePaths(values: Float64Array, start: number, step: number, steps: boolean, frame: Frame): { readonly line: string; readonly dots: string } {
  const perMs = frame.width / (frame.to - frame.from), per = frame.height / (frame.high - frame.low), ms = step * 1000;
  const first = Math.max(0, Math.ceil((frame.from - start) / ms)), last = Math.min(values.length - 1, Math.floor((frame.to - start) / ms));
  const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;
  let line = '', dots = '', runs = 0, from = '';
  for (let i = first; i <= last + 1; i++) {
    const value = i > last ? Number.NaN : values[i]!;
    if (Number.isNaN(value)) {
      if (runs === 1) dots += `${from}h0`;
      runs = 0;
      continue;
    }
    const x = tenth(frame.x + (start + i * ms - frame.from) * perMs), y = tenth(frame.y + (frame.high - Math.min(frame.high, Math.max(frame.low, value))) * per);
    if (runs === 0) from = `M${x},${y}`;
    else line += `${runs === 1 ? from : ''}${steps ? `H${x}V${y}` : `L${x},${y}`}`;
    runs++;
  }
  return { line, dots };
}
