// What the service tells of working trees that it looks at while somebody watches (docs/decisions/0050). Names and reasons are for display.

export interface LiveTree {
  readonly name: string;
  /** `unusable`: it is not there, or cannot be read */
  readonly how: 'watching' | 'polling' | 'unusable';
  /** why it is not watched, or not there */
  readonly reason: string;
  /** files that differ from its HEAD */
  readonly files: number;
  /** the first of `notCompared` paths whose content is not compared, and why */
  readonly left: readonly { readonly path: string; readonly reason: string }[];
  readonly notCompared: number;
}

export interface LiveState {
  readonly on: boolean;
  /** why something is looked at every so often and not watched; empty where all is watched */
  readonly polling: string;
  /** milliseconds between looks */
  readonly every: number;
  /** why nothing is shown of what was read; empty where it is shown */
  readonly note: string;
  readonly watches: number;
  readonly trees: readonly LiveTree[];
}

export const liveLimits = { /** working trees told of */ trees: 1000, /** paths of one that are told of */ left: 20 } as const;
