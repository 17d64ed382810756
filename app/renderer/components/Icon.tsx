// Small line icons in one stroke width, and the verdict's glyphs.
import type { CSSProperties } from 'react';
import { markNames, shapes } from '../../workers/client.ts';
import type { Mark } from '../../workers/client.ts';

const paths = {
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9ZM10.4 10.4 13.5 13.5',
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5l3-3M3 6.5l3 3',
  redo: 'M13 6.5H6.5a3.5 3.5 0 0 0 0 7H10M13 6.5l-3-3M13 6.5l-3 3',
  light: 'M8 5.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 1 1 0-5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  dark: 'M13 9.6A5.6 5.6 0 0 1 6.4 3A5.6 5.6 0 1 0 13 9.6Z',
  system: 'M2 3h12v8H2ZM6 13.5h4M8 11v2.5',
  plus: 'M8 3v10M3 8h10',
  close: 'M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4',
  branch: 'M5 2.5v11M5 9c0-3 6-1.5 6-4.5M5 2.5h0M3.3 3.7a1.7 1.7 0 1 0 3.4 0a1.7 1.7 0 1 0-3.4 0M9.3 3.7a1.7 1.7 0 1 0 3.4 0a1.7 1.7 0 1 0-3.4 0',
  copy: 'M5.5 5.5h7.5v7.5H5.5ZM10.5 5.5V3H3v7.5h2.5',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  whole: 'M4 2.5h8v11H4ZM6 5.5h4M6 8h4M6 10.5h4',
  blanks: 'M9.5 13.5v-11M12 13.5v-11M13 2.5H7.2a3 3 0 0 0 0 6h2.3',
  entities: 'M2.5 3.5h4M2.5 3.5v9h4M2.5 8h4M9 3.5h4.5M9 8h4.5M9 12.5h4.5',
  people: 'M3 3v10M3 4h10M3 8h7M3 12h9',
  split: 'M2.5 3h11v10h-11ZM8 3v10',
  unified: 'M2.5 3h11v10h-11ZM2.5 8h11',
  list: 'M3 4.5h10M3 8h10M3 11.5h10',
  graph: 'M4 4.5a1.6 1.6 0 1 1-.1 0ZM12 3a1.6 1.6 0 1 1-.1 0ZM9.5 10.8a1.6 1.6 0 1 1-.1 0ZM5.3 5.6 10.4 5M5 7.2l3.6 4M11.6 6.1l-1.7 4.7',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  minus: 'M3 8h10',
  outline: 'M6 3h4.5A2.5 2.5 0 0 1 13 5.5v5a2.5 2.5 0 0 1-2.5 2.5h-5A2.5 2.5 0 0 1 3 10.5V6a3 3 0 0 1 3-3ZM6.5 6.5h.1M9.5 8h.1M7 9.8h.1',
  maximise: 'M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5 9.5 6.5M2.5 13.5l4-4',
  restore: 'M13.5 6.5h-4v-4M2.5 9.5h4v4M9.5 6.5l4-4M6.5 9.5l-4 4',
  lasso: 'M8 3c3.3 0 5.7 1.5 5.7 3.6S11.3 10.2 8 10.2 2.3 8.7 2.3 6.6 4.7 3 8 3ZM4.4 9.6c-1 .8-.8 2.2.5 2.2s1.6 1 .6 2',
  matrix: 'M2.5 2.5h11v11h-11ZM6.2 2.5v11M9.8 2.5v11M2.5 6.2h11M2.5 9.8h11',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3',
  bookmark: 'M4 2.5h8v11l-4-2.8-4 2.8Z',
  pencil: 'M3 13l.6-2.8L10.8 3l2.2 2.2L5.8 12.4ZM9.3 4.5l2.2 2.2',
  warning: 'M8 2.5 14 13H2ZM8 6.5v3M8 11.2v.1',
  time: 'M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 1 1 0-11.6ZM8 4.8V8l2.3 1.6',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  settings: 'M2.5 4.5h6M12 4.5h1.5M8.5 4.5a1.75 1.75 0 1 0 3.5 0a1.75 1.75 0 1 0-3.5 0M2.5 11.5H4M7.5 11.5h6M4 11.5a1.75 1.75 0 1 0 3.5 0a1.75 1.75 0 1 0-3.5 0',
  keyboard: 'M1.5 4.5h13v7.5h-13ZM4 7h.1M6.5 7h.1M9 7h.1M11.5 7h.1M5 9.7h6',
} as const;
export type IconName = keyof typeof paths;

/** Icons grow with the text beside them. */
const box = (size: number): CSSProperties => ({ width: `calc(${size} * var(--px))`, height: `calc(${size} * var(--px))` });

export function Icon({ name, size = 14 }: { name: IconName; size?: number }) {
  return (
    <svg style={box(size)} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** A verdict by shape and colour. `label` only where no words stand beside it. */
export function Glyph({ mark, size = 12, label = false }: { mark: Mark; size?: number; label?: boolean }) {
  return (
    <svg className={`glyph tone-${mark}`} style={box(size)} viewBox="0 0 12 12" fill="currentColor" {...(label ? { role: 'img', 'aria-label': markNames[mark] } : { 'aria-hidden': true })}>
      <path d={shapes[mark]} fillRule="evenodd" />
    </svg>
  );
}

export function Brand() {
  return (
    <svg style={box(18)} viewBox="0 0 32 32" fill="none" strokeWidth="3.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path className="brand-a" d="M3 9h7l10 14h9" />
      <path className="brand-b" d="M3 23h7l3-4.2M17 13.2 20 9h9" />
    </svg>
  );
}
