// What the window says in the system's dialogs: what happened, what it means for the person's work, what can be done.
import type { AcumenError } from '../../../contract/frames.ts';

export interface Said { readonly message: string; readonly detail: string }

export function refusal(error: AcumenError): Said {
  return { message: visible(error.message), detail: visible(error.hint) };
}

/** A renderer's end, by Electron's reason; null where it ended as it should. */
export function windowGone(reason: string): Said | null {
  if (reason === 'clean-exit') return null;
  const why = reason === 'oom' || reason === 'memory-eviction' ? 'It ran out of memory.'
    : reason === 'killed' ? 'Something ended its process.'
    : reason === 'launch-failed' ? 'Its process could not be started.'
    : reason === 'integrity-failure' ? 'The system refused its code.'
    : 'Its process crashed.';
  return { message: 'The screen of this window is gone.', detail: `${why} The service and what it acknowledged are untouched: load the window again to go on.` };
}

export const unloaded: Said = {
  message: 'The screen of this window could not be loaded.',
  detail: 'The installation may be damaged: install Acumen again if loading it again does not help. The service and what it acknowledged are untouched.',
};

export const unresponsive: Said = {
  message: 'This window does not answer.',
  detail: 'It may be busy, or it hangs. Loading it again loses nothing that was acknowledged.',
};

export function serviceEnded(code: number): string {
  return `the service ended with code ${code}`;
}

/** Names and paths come from repositories: control and direction characters are shown, not obeyed. */
export function visible(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}
