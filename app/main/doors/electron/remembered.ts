// The windows that were open: which repository, where on which screen, maximised or not. Kept in one small file in the data folder,
// replaced whole, and believed only as far as it can be: what is broken or off screen is left out.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** In device-independent pixels, as Electron has them. */
export interface Bounds { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

export interface Remembered {
  readonly store: string;
  readonly repository: string;
  readonly bounds: Bounds;
  readonly maximised: boolean;
}

export const smallest = { width: 800, height: 500 } as const;
const usual = { width: 1440, height: 900 } as const;
/** How many repositories are remembered, newest first. */
const MOST = 20;
/** A larger file is none of ours. */
const LARGEST = 1 << 20;

/** Newest first. Anything that is not what `encode` writes is left out. */
export function decode(text: string): Remembered[] {
  let value: unknown;
  try {
    value = text.length > LARGEST ? null : JSON.parse(text);
  } catch {
    return [];
  }
  const { windows } = (typeof value === 'object' && value !== null ? value : {}) as { windows?: unknown };
  if (!Array.isArray(windows)) return [];
  return windows.flatMap((one: unknown) => {
    const { store, repository, bounds, maximised } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    if (!isPath(store) || !isPath(repository) || !isBounds(bounds) || typeof maximised !== 'boolean') return [];
    const { x, y, width, height } = bounds;
    return [{ store, repository, bounds: { x, y, width, height }, maximised }];
  }).slice(0, MOST);
}

export function encode(windows: readonly Remembered[]): string {
  return `${JSON.stringify({ windows }, null, 1)}\n`;
}

/** `one` becomes the newest; what is known of its store gives way. */
export function remember(windows: readonly Remembered[], one: Remembered): Remembered[] {
  return [one, ...windows.filter(({ store }) => store !== one.store)].slice(0, MOST);
}

/** Without a repository, whatever stores it has. */
export function forget(windows: readonly Remembered[], repositories: ReadonlySet<string>): Remembered[] {
  return windows.filter(({ repository }) => !repositories.has(repository));
}

export function load(file: string): Remembered[] {
  try {
    return decode(readFileSync(file, 'utf8'));
  } catch {
    return []; // there is none yet, or none that can be read
  }
}

/** Whole or not at all: a crash leaves the former file. */
export function save(file: string, windows: readonly Remembered[]): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}.tmp`;
  writeFileSync(fresh, encode(windows), { mode: 0o600 });
  renameSync(fresh, file);
}

/**
 * Where a window goes: as it was, if enough of its upper edge to take hold of lies on a screen of now; else the usual size in the
 * middle of the first. `screens` are work areas.
 */
export function place(bounds: Bounds | null, screens: readonly Bounds[]): Bounds {
  const first = screens[0] ?? { x: 0, y: 0, ...usual };
  const fit = (wanted: { readonly width: number; readonly height: number }, on: Bounds): { width: number; height: number } => ({
    width: Math.max(Math.min(wanted.width, on.width), Math.min(smallest.width, on.width)),
    height: Math.max(Math.min(wanted.height, on.height), Math.min(smallest.height, on.height)),
  });
  for (const on of bounds === null ? [] : screens) {
    const put = { ...bounds!, ...fit(bounds!, on) };
    if (holds(on, put)) return { x: put.x, y: put.y, width: put.width, height: put.height };
  }
  const { width, height } = fit(usual, first);
  return { x: Math.round(first.x + (first.width - width) / 2), y: Math.round(first.y + (first.height - height) / 2), width, height };
}

/** Pixels of a title bar that a pointer can take hold of. */
const GRIP = { width: 120, height: 24 } as const;
function holds(screen: Bounds, { x, y, width }: Bounds): boolean {
  const across = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
  return across >= GRIP.width && y >= screen.y && y + GRIP.height <= screen.y + screen.height;
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, width, height } = value as Record<string, unknown>;
  const whole = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && Math.abs(n) < 1e6;
  return whole(x) && whole(y) && whole(width) && whole(height) && width > 0 && height > 0;
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && path.isAbsolute(value) && !value.includes('\0');
}
