// What a person may set about this window, as data: each setting with its words, its bounds and what it is at first. Kept in the browser's storage and
// decoded from there; what governs the workspace (base, grain, refs) is not here but in its log, where it can be undone.
import { create } from 'zustand';

interface Choice<T extends string> { readonly kind: 'choice'; readonly title: string; readonly about: string; readonly options: Readonly<Record<T, string>>; readonly first: T }
interface Amount { readonly kind: 'amount'; readonly title: string; readonly about: string; readonly unit: string; readonly least: number; readonly most: number; readonly step: number; readonly first: number }

const choice = <const T extends string>(title: string, about: string, options: Readonly<Record<T, string>>, first: NoInfer<T>): Choice<T> => ({ kind: 'choice', title, about, options, first });
const amount = (title: string, about: string, unit: string, least: number, most: number, step: number, first: number): Amount => ({ kind: 'amount', title, about, unit, least, most, step, first });

export const settings = {
  theme: choice('Theme', 'Light or dark.', { system: 'As the system', light: 'Light', dark: 'Dark' }, 'system'),
  contrast: choice('Contrast', 'More contrast draws lines and quiet text stronger.', { system: 'As the system', more: 'More' }, 'system'),
  motion: choice('Motion', 'Nothing here moves for longer than 150 ms; reduced, nothing moves.', { system: 'As the system', reduced: 'Reduced' }, 'system'),
  textSize: amount('Text size', 'Everything grows with the text; the browser’s own zoom works as well.', '%', 90, 200, 10, 100),
  density: choice('Density', 'How tall a row of a list is.', { dense: 'Dense', roomy: 'Roomy' }, 'dense'),

  oldDays: amount('A source is old after', 'Without a commit for so long, it is grouped, counted and marked as old.', 'days', 1, 3650, 1, 30),
  searchSeconds: amount('Search the largest set for', 'At first; “Search longer” takes five times as long, and it can be cancelled.', 's', 1, 600, 1, 2),
  graphEdges: amount('Edges drawn at most', 'Where there are more, the picture shows an even part of them, and those of what is pointed at.', 'edges', 1000, 100_000, 1000, 30_000),
  diffKilobytes: amount('Text shown at most', 'Of each side of a difference; what is cut is said.', 'kB', 16, 2048, 16, 1024),
} as const;

export type SettingId = keyof typeof settings;
type ValueOf<S> = S extends Choice<infer T> ? T : number;
export type Settings = { readonly [S in SettingId]: ValueOf<(typeof settings)[S]> };

export const settingIds = Object.keys(settings) as readonly SettingId[];

export const firstSettings = Object.fromEntries(settingIds.map((id) => [id, settings[id].first])) as Settings;

/** Whatever was stored: what it does not say, or says wrongly, is as at first. */
export function decodeSettings(value: unknown): Settings {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(settingIds.map((id) => [id, valid(id, given[id]) ?? firstSettings[id]])) as Settings;
}

/** The value within its bounds; null where it is none. */
export function valid(id: SettingId, value: unknown): string | number | null {
  const setting = settings[id];
  if (setting.kind === 'choice') return typeof value === 'string' && Object.hasOwn(setting.options, value) ? value : null;
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(setting.most, Math.max(setting.least, Math.round(value))) : null;
}

const KEY = 'acumen.settings';

function remembered(): unknown {
  try { return JSON.parse(localStorage.getItem(KEY) ?? 'null'); } catch { return null; } // storage may be refused or hold anything
}

export const useSettings = create<Settings>(() => decodeSettings(typeof localStorage === 'undefined' ? null : remembered()));

/** The value now, for what is no component. */
export const setting = <S extends SettingId>(id: S): Settings[S] => useSettings.getState()[id];

/** Sets what is valid, and keeps it; only what differs from the first value is written down, so that a later Acumen may choose better ones. */
export function change<S extends SettingId>(id: S, value: Settings[S]): void {
  const within = valid(id, value);
  if (within === null) return;
  useSettings.setState({ [id]: within } as Partial<Settings>);
  const now = useSettings.getState();
  try { localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(settingIds.filter((one) => now[one] !== settings[one].first).map((one) => [one, now[one]])))); } catch { /* not kept, then */ }
}

/** What a length of `pixels` at 100 % is at the text size of now; whole pixels, as virtual lists want them. */
export const useScaled = (pixels: number): number => useSettings((s) => Math.round(pixels * s.textSize / 100));

/** Pixels of a row of a list: 26, or 32 where one asked for room. */
export const useRowHeight = (): number => useSettings((s) => Math.round((s.density === 'roomy' ? 32 : 26) * s.textSize / 100));
