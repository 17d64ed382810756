// One registry behind buttons, keys, palette, menus and the list of keys: what can be done, by name, and why not where it cannot.
import { PAST } from '../state/time.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  /** in a menu, where what it is about is said already: "Add to the composition" */
  readonly brief?: string;
  readonly group: 'Composition' | 'Selection' | 'View' | 'Collaboration' | 'Performance' | 'Repository' | 'History' | 'Help';
  /** "Mod+Shift+Z": Mod is Ctrl, or Command on a Mac */
  readonly keys: readonly string[];
  /** `list`, `board`, `decide`: its keys work while the keyboard is in a list of ACUs, on the board, or in a decision, and come before the window's; `anywhere`: also while one types */
  readonly scope: 'anywhere' | 'window' | 'list' | 'board' | 'decide';
  /** changes the workspace: cannot be done while the window shows a past moment */
  readonly changes?: true;
  /** why it cannot be done now, as a sentence; null where it can */
  disabled(): string | null;
  run(): void;
  /** menus that offer it, beside palette and keys: of what was pointed at (`acu`, `member` of the composition, `conflict`, `operation`, …) */
  readonly menu?: readonly Menu[];
  /** the `acumen …` line that does the same now; null where there is none at this moment */
  line?(): string | null;
}

/** What a context menu can belong to. What it is about is selected before it opens: commands ask the selection. */
export type Menu = 'acu' | 'member' | 'source' | 'conflict' | 'graph' | 'matrix' | 'open' | 'recipe' | 'operation' | 'file' | 'repository';

const commands = new Map<string, Command>();

export function register(list: readonly Command[]): void {
  for (const command of list) {
    if (commands.has(command.id)) throw new Error(`BUG: two commands named ${command.id}`);
    commands.set(command.id, command.changes === true ? { ...command, disabled: () => (isPast() ? PAST : command.disabled()) } : command);
  }
}

let isPast = (): boolean => false;
/** How commands that change something learn that the window shows a past moment. */
export const askPast = (ask: () => boolean): void => { isPast = ask; };

export const allCommands = (): readonly Command[] => [...commands.values()];

/** Those that a menu offers, in the order they were registered. */
export const commandsOf = (menu: Menu): readonly Command[] => [...commands.values()].filter((command) => command.menu?.includes(menu) === true);

export function command(id: string): Command {
  const found = commands.get(id);
  if (found === undefined) throw new Error(`BUG: no command named ${id}`);
  return found;
}

export function run(id: string): void {
  const it = command(id);
  if (it.disabled() === null) it.run();
}

const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** "Mod+Shift+Z" as this machine's keyboard has it. */
export function shownKeys(keys: string): readonly string[] {
  const names: Readonly<Record<string, string>> = isMac
    ? { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↵', Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓' }
    : { Mod: 'Ctrl', Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓' };
  return keys.split('+').map((key) => names[key] ?? (key === 'Space' ? 'Space' : key));
}

export interface Stroke { readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly shiftKey: boolean; readonly altKey: boolean }

/** Does a stroke fit "Mod+Shift+Z"? Shift is only looked at where it does not make the character ("?"). */
export function fits(keys: string, stroke: Stroke, mac: boolean = isMac): boolean {
  const parts = keys.split('+'), key = parts.at(-1)!;
  const mod = mac ? stroke.metaKey : stroke.ctrlKey, other = mac ? stroke.ctrlKey : stroke.metaKey;
  if (parts.includes('Mod') !== mod || other || parts.includes('Alt') !== stroke.altKey) return false;
  const pressed = stroke.key === ' ' ? 'Space' : stroke.key;
  const letter = /^[a-z]$/i.test(key);
  if ((letter || key.length > 1) && parts.includes('Shift') !== stroke.shiftKey) return false;
  return letter ? pressed.toLowerCase() === key.toLowerCase() : pressed === key;
}

/** Where the keyboard is, of the places that have keys of their own. */
export type Place = 'list' | 'board' | 'decide' | null;

/** The command whose keys fit: the place's own, else the first in the order they were registered. */
export function forStroke(stroke: Stroke, typing: boolean, place: Place, mac: boolean = isMac): Command | null {
  const all = [...commands.values()], fitting = (one: Command): boolean => one.keys.some((keys) => fits(keys, stroke, mac));
  const own = typing ? undefined : all.find((one) => one.scope === place && fitting(one));
  return own ?? all.find((one) => (one.scope === 'anywhere' || (one.scope === 'window' && !typing)) && fitting(one)) ?? null;
}
