// What a workspace is kept in and read from, and what other refs would be read: asked for by the settings, before anything is changed.

export interface WorkspaceAbout {
  /** the store's file */
  readonly store: string;
  /** those of the last import; none: local branches, remote ones that no local one tracks, heads of pull requests */
  readonly globs: readonly string[];
  /** patch files and folders remembered */
  readonly patches: number;
  /** all refs that the repository has now */
  readonly refs: number;
  /** those that the globs asked about would take as sources, and the first few by name */
  readonly matched: number;
  readonly first: readonly string[];
}

export const workspaceLimits = { /** refs that are named */ first: 8 } as const;
