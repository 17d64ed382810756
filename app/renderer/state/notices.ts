// Errors and news: one sentence, what to do, details on demand. Never alert().
import { create } from 'zustand';
import { AcumenError } from '../../core/errors.ts';
import { visible, visibleSentence } from '../../core/visible.ts';
import { say } from './ui.ts';

export interface Notice {
  readonly id: number;
  readonly tone: 'error' | 'warning' | 'news';
  readonly sentence: string;
  readonly hint: string;
  readonly details: string;
  /** milliseconds since the epoch */
  readonly at: number;
  readonly action: { readonly title: string; run(): void } | null;
}

/** `past`: all that were said, the newest last; `waiting`: how many that still stand are not shown for want of room. */
export const useNotices = create<{ readonly notices: readonly Notice[]; readonly waiting: number; readonly past: readonly Notice[] }>(() => ({ notices: [], waiting: 0, past: [] }));

let next = 1;

/** Longer sentences would push what answers them out of the window; the whole is in the details. */
const LONGEST = 400;
/** Shown at once, and kept to be read again. */
const SHOWN = 4, KEPT = 200;
/** Milliseconds that news stays, longer where something can be done about it. */
const STAYS = 8000, STAYS_WITH_ACTION = 15_000;

/** Sentences quote names and paths that strangers chose. */
function add(given: Omit<Notice, 'id' | 'at'>): number {
  const id = next++;
  const details = given.sentence.length > LONGEST ? `${given.sentence}\n${given.details}` : given.details;
  const notice = {
    ...given, sentence: visibleSentence(given.sentence, LONGEST), hint: visibleSentence(given.hint, LONGEST),
    at: Date.now(), details: details.split('\n').map((line) => visible(line, 10_000)).join('\n'),
  };
  // the same sentence twice is one notice
  useNotices.setState(({ notices, waiting, past }) => {
    const standing = [...notices.filter((n) => n.sentence !== notice.sentence), { ...notice, id }];
    return { notices: standing.slice(-SHOWN), waiting: waiting + Math.max(0, standing.length - SHOWN), past: [...past, { ...notice, id }].slice(-KEPT) };
  });
  // an error is shown as an alert, which is read aloud by itself
  if (notice.tone !== 'error') say(`${notice.sentence} ${notice.hint}`);
  return id;
}

export function dismiss(id: number): void {
  useNotices.setState(({ notices, waiting }) => { const left = notices.filter((n) => n.id !== id); return { notices: left, waiting: left.length === 0 ? 0 : waiting }; });
}

let held = false;
/** While somebody points at notices, or reads them with the keyboard, none of them goes. */
export const hold = (on: boolean): void => { held = on; };

function leave(id: number, after: number): void {
  setTimeout(() => { if (held) leave(id, STAYS / 4); else dismiss(id); }, after);
}

/** `warning`: what is told is no error and nothing good. */
export function news(sentence: string, action: Notice['action'] = null, hint = '', tone: 'news' | 'warning' = 'news'): void {
  const id = add({ tone, sentence, hint, details: '', action });
  leave(id, action === null ? STAYS : STAYS_WITH_ACTION);
}

export function complain(error: unknown, action: Notice['action'] = null): void {
  add({ tone: 'error', action, ...describe(error) });
}

export function describe(error: unknown): { readonly sentence: string; readonly hint: string; readonly details: string } {
  if (error instanceof AcumenError) {
    const data = Object.keys(error.data).length === 0 ? '' : `\n${JSON.stringify(error.data, null, 2)}`;
    return { sentence: error.message, hint: error.hint, details: `${error.code}${data}` };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { sentence: 'Something went wrong in this window.', hint: 'Reload it; nothing that was acknowledged is lost.', details: error instanceof Error ? error.stack ?? message : message };
}
