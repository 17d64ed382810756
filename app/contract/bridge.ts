// What the Electron window's page and its door sign: the one object that the preload exposes, the named channels behind it, and
// the commands that the menu may ask the page for. Types and names alone: each side decodes what it is sent.

/** The page finds the object under this name; where there is none, a browser shows the page. */
export const bridgeName = 'acumen';

/** A repository that was opened lately, by the folder that a person knows. */
export interface RecentRepository { readonly repository: string; readonly isThere: boolean }

/** Functions over plain values only, because each of them crosses from one world into another. */
export interface Bridge {
  /**
   * A channel to the service of this window; a second call closes the first channel. `closed` is called once, also where the
   * channel never opened, with why.
   */
  connect(opened: () => void, frame: (bytes: Uint8Array) => void, closed: (reason: string) => void): void;
  /** on the channel that is open; throws where none is */
  send(frame: Uint8Array): void;
  disconnect(): void;
  /** the system's dialog; what is chosen opens in a window of its own */
  chooseFolder(): void;
  /** a File of a drop on the page: the folder it stands for opens in a window of its own */
  openDropped(file: unknown): void;
  /** newest first; heard when asked for, and whenever it is another */
  onRecent(listener: (list: readonly RecentRepository[]) => void): void;
  askRecent(): void;
  /** one of the list, in a window of its own */
  openRecent(repository: string): void;
  /** takes it off the list; nothing else of it is touched */
  forgetRecent(repository: string): void;
  /** which item of the menu was chosen */
  onCommand(listener: (command: MenuCommand) => void): void;
}

/** Over Electron's own messages; frames go over a MessagePort that only page and service hold. */
export const channels = {
  // from the page's preload to main
  connect: 'acumen:connect', chooseFolder: 'acumen:choose-folder', open: 'acumen:open',
  // both ways
  recent: 'acumen:recent',
  // from main to the page's preload
  port: 'acumen:port', gone: 'acumen:gone', command: 'acumen:command',
} as const;

/** Items of the menu that are commands of the page: its registry has the same titles and keys (commands/registry.test.ts). */
export const menuCommands = {
  'repository.import': { title: 'Import or open a repository…', keys: 'Mod+O' },
  'repository.refresh': { title: 'Import again: read what changed', keys: null },
  'repository.cancel': { title: 'Cancel the running operation', keys: null },
  'repository.fsck': { title: 'Check the store (fsck)', keys: null },
  'composition.addFitting': { title: 'Add what fits of the selection', keys: null },
  'composition.remove': { title: 'Remove the selection from the composition', keys: null },
  'composition.largest': { title: 'Find the largest compatible composition', keys: 'L' },
  'composition.clear': { title: 'Clear the composition', keys: null },
  'composition.write': { title: 'Write the composition to a branch…', keys: 'Mod+Enter' },
  'recipes.show': { title: 'Recipes: sets kept by name', keys: null },
  'history.undo': { title: 'Undo', keys: null },
  'history.redo': { title: 'Redo', keys: null },
  'history.show': { title: 'Show the history', keys: null },
  'history.copy': { title: 'Copy the command line of the last operation', keys: null },
  'view.compose': { title: 'Go to Compose', keys: 'Alt+1' },
  'view.conflicts': { title: 'Go to Conflicts', keys: 'Alt+2' },
  'view.collaboration': { title: 'Go to Collaboration', keys: 'Alt+3' },
  'view.performance': { title: 'Go to Performance', keys: 'Alt+4' },
  'view.search': { title: 'Search ACUs', keys: 'Mod+F' },
  'view.graph': { title: 'Graph: switch between picture, matrix and list', keys: null },
  'view.diff': { title: 'Differences: side by side or unified', keys: null },
  'view.sources': { title: 'Sources: hide the pane, or show it', keys: 'Mod+B' },
  'view.inspector': { title: 'Inspector: hide the pane, or show it', keys: 'Mod+J' },
  'view.theme.system': { title: 'Theme: follow the system', keys: null },
  'view.theme.light': { title: 'Theme: light', keys: null },
  'view.theme.dark': { title: 'Theme: dark', keys: null },
  'time.toggle': { title: 'Time: go through earlier moments', keys: null },
  'work.show': { title: 'Work: what runs, what waits, what ended lately', keys: null },
  'help.settings': { title: 'Settings…', keys: 'Mod+,' },
  'help.guide': { title: 'Two-minute guide: begin, or leave', keys: null },
  'help.palette': { title: 'Command palette', keys: 'Mod+K' },
  'help.keys': { title: 'Show all keys', keys: null },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly keys: string | null }>>;
export type MenuCommand = keyof typeof menuCommands;

export function isMenuCommand(value: unknown): value is MenuCommand {
  return typeof value === 'string' && Object.hasOwn(menuCommands, value);
}
