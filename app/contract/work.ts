// What the service tells of operations that run or wait: who asked for each, and since when.

export interface WorkItem {
  readonly ticket: string;
  /** the method, in words of the log where it has one: `import`, `compose`, `suggest` */
  readonly kind: string;
  /** of the connection that asked; 0: the service itself, or the command line that it runs in. A window knows its own by their tickets */
  readonly client: number;
  /** milliseconds since the epoch */
  readonly asked: number;
  /** since when it runs; null: it waits */
  readonly since: number | null;
  /** it changes nothing, so that nothing waits for it, nor it for others */
  readonly beside: boolean;
}

export const workLimits = { /** operations told of, the first to be done first; `waiting` counts them all */ items: 100 } as const;
