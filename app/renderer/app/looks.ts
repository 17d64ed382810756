// How the window looks, from settings and system to what styles and canvases ask: attributes of the root element, and one call when any of it has changed.
import { useSettings } from '../state/settings.ts';

/** What a system can ask for that colours or motion depend on. */
const media = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)', '(prefers-reduced-motion: reduce)'];

const listeners = new Set<() => void>();

/** Whoever draws with colours of its own is called when they may be others; returns what ends it. */
export function onLook(changed: () => void): () => void {
  listeners.add(changed);
  return () => { listeners.delete(changed); };
}

/** How large text is: 1 as it comes. */
export const textScale = (): number => useSettings.getState().textSize / 100;

/** Whether nothing should move. */
export const isStill = (): boolean => useSettings.getState().motion === 'reduced' || matchMedia(media[3]!).matches;

function apply(): void {
  const { theme, contrast, textSize, density } = useSettings.getState(), { dataset, style } = document.documentElement;
  const mark = (name: string, value: string, none: string): void => { if (value === none) delete dataset[name]; else dataset[name] = value; };
  mark('theme', theme, 'system');
  mark('contrast', contrast === 'more' || matchMedia(media[1]!).matches ? 'more' : '', '');
  mark('motion', isStill() ? 'reduced' : '', '');
  mark('density', density, 'dense');
  style.setProperty('--text', String(textSize / 100));
  for (const listener of listeners) listener();
}

export function keepLook(): void {
  apply();
  useSettings.subscribe(apply);
  for (const query of media) matchMedia(query).addEventListener('change', apply);
}
