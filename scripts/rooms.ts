// The import table of design.md §5 as data. A room is the longest prefix that fits a file's path; what a row does not name
// is refused. layering.ts enforces it, layering.test.ts plants a breach for each row.

export type Row = {
  /** path prefixes of other rooms' files that may be imported; a name ending in .ts is one file */
  readonly rooms: readonly string[];
  /** packages that may be imported: exact names */
  readonly packages: readonly string[];
  /** may import node:* */
  readonly node: boolean;
  /** no clock and no chance: the same arguments give the same answer */
  readonly pure?: true;
};

export const table: Readonly<Record<string, Row>> = {
  'app/core/': { rooms: [], packages: ['@msgpack/msgpack', '@noble/hashes', 'simple-statistics'], node: false, pure: true },
  'app/contract/': { rooms: ['app/core/'], packages: ['@msgpack/msgpack', 'valibot'], node: false, pure: true },
  'app/workers/': { rooms: ['app/core/'], packages: ['comlink', 'd3-force'], node: false },
  'app/renderer/': {
    rooms: ['app/core/', 'app/contract/', 'app/workers/client.ts'],
    packages: [
      '@codemirror/commands', '@codemirror/language', '@codemirror/language-data', '@codemirror/merge', '@codemirror/state', '@codemirror/view', '@dagrejs/dagre', '@floating-ui/react-dom', '@lezer/highlight',
      '@tanstack/react-virtual', 'comlink', 'react', 'react-dom', 'react-resizable-panels', 'recharts', 'zustand',
    ],
    node: false,
  },
  'app/main/storage/': { rooms: ['app/core/'], packages: ['@msgpack/msgpack', 'better-sqlite3', 'comlink', 'lru-cache'], node: true },
  'app/main/git/': { rooms: ['app/core/'], packages: ['isomorphic-git', 'lru-cache'], node: true },
  'app/main/service/': {
    rooms: ['app/core/', 'app/contract/', 'app/main/storage/', 'app/main/git/', 'app/workers/'],
    packages: ['cockatiel', 'comlink', 'lru-cache', 'webgpu'],
    node: true,
  },
  'app/main/doors/browser/': { rooms: ['app/main/service/', 'app/contract/'], packages: ['ws'], node: true },
  // `serve` and `open` are verbs of the command line (design.md §6), so this door may open the other.
  'app/main/doors/cli/': { rooms: ['app/main/service/', 'app/contract/', 'app/main/doors/browser/'], packages: ['commander'], node: true },
  'app/main/doors/electron/': { rooms: ['app/main/service/', 'app/contract/'], packages: ['electron'], node: true },
  // The page's isolated world: neither the page nor main.
  'app/main/doors/electron/preload/': { rooms: ['app/contract/'], packages: ['electron'], node: false },
};

/** Lines of a file from which it is named, and from which it fails. */
export const lines = { soft: 400, hard: 800 } as const;
