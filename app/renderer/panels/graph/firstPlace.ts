// The first place where a merged text conflicts, a few lines of each side: enough to see what it is about without opening it.

export interface Place {
  /** of the merged text, from 1 */
  readonly line: number;
  readonly sides: readonly { /** whose they are, as the markers say; empty where they do not */ readonly name: string; readonly lines: readonly string[]; /** lines that are not shown */ readonly more: number }[];
}

/** `most`: lines of each side. Null where the text has no place between markers. */
export function firstPlace(merged: string, most: number): Place | null {
  const lines = merged.split('\n'), from = lines.findIndex((line) => line.startsWith('<<<<<<<'));
  if (from < 0) return null;
  const sides: string[][] = [[]], names = [lines[from]!.slice(7).trim()];
  let hidden = false;
  for (const line of lines.slice(from + 1)) {
    if (line.startsWith('>>>>>>>')) return { line: from + 1, sides: sides.map((all, i) => ({ name: i === sides.length - 1 ? line.slice(7).trim() : names[i] ?? '', lines: all.slice(0, most), more: Math.max(0, all.length - most) })) };
    // what the base had is not a side
    if (line.startsWith('|||||||')) hidden = true;
    else if (line.startsWith('=======')) { sides.push([]); names.push(line.slice(7).trim()); hidden = false; }
    else if (!hidden) sides[sides.length - 1]!.push(line);
  }
  return null;
}
