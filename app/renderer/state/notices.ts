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
  readonly action: { readonly title: string; run(): void } | null;
}

export const useNotices = create<{ readonly notices: readonly Notice[] }>(() => ({ notices: [] }));

let next = 1;

/** Longer sentences would push what answers them out of the window; the whole is in the details. */
const LONGEST = 400;

/** Sentences quote names and paths that strangers chose. */
function add(given: Omit<Notice, 'id'>): number {
  const id = next++;
  const details = given.sentence.length > LONGEST ? `${given.sentence}\n${given.details}` : given.details;
  const notice = {
    ...given, sentence: visibleSentence(given.sentence, LONGEST), hint: visibleSentence(given.hint, LONGEST),
    details: details.split('\n').map((line) => visible(line, 10_000)).join('\n'),
  };
  // the same sentence twice is one notice
  useNotices.setState(({ notices }) => ({ notices: [...notices.filter((n) => n.sentence !== notice.sentence), { ...notice, id }].slice(-4) }));
  // an error is shown as an alert, which is read aloud by itself
  if (notice.tone !== 'error') say(`${notice.sentence} ${notice.hint}`);
  return id;
}

export const dismiss = (id: number): void => useNotices.setState(({ notices }) => ({ notices: notices.filter((n) => n.id !== id) }));

/** `warning`: what is told is no error and nothing good. */
export function news(sentence: string, action: Notice['action'] = null, hint = '', tone: 'news' | 'warning' = 'news'): void {
  const id = add({ tone, sentence, hint, details: '', action });
  setTimeout(() => dismiss(id), 8000);
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
