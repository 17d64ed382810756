// Journeys are written once, against this interface, and run through its drivers (door.ts): the browser's (browser.ts), Electron's on
// the double (electron.ts) and on a real runtime (electron/real.ts). A session is one running Acumen on one repository and one
// store, with one page open.
import type { Page } from 'playwright';
import type { Running } from './electron/double/screen.ts';
import type { Main } from './electron/types.ts';

export interface LaunchOptions {
  /** the repository to open, or none: Acumen's own sample */
  readonly repository?: string;
  /** the store's file; default: a fresh one that is deleted with the session */
  readonly store?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: 'active' | 'none';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export interface Session {
  readonly page: Page;
  /** of the browser's door what Acumen printed when it started, with the token; of Electron's the page's own */
  readonly address: string;
  /** the repository's folder, of the sample where none was given */
  readonly repository: string;
  readonly store: string;
  /** what the page said at level error, failed requests and uncaught errors; a journey ends by expecting it empty */
  readonly complaints: readonly string[];
  /** Ends Acumen as a person would and starts it again on the same repository and store: `page` is a new page from then on. */
  restart(): Promise<void>;
  /** Kills the process that has the store, without warning and for good, as a crash would; `restart` brings it back. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface Driver {
  readonly name: 'browser' | 'electron';
  launch(options?: LaunchOptions): Promise<Session>;
  close(): Promise<void>;
}

/** What Electron's window has besides. */
export interface ElectronSession extends Session {
  /** Runs a function in main, with Electron's module; its source travels, not what it closes over. */
  evaluate<R, A = undefined>(run: (electron: Main, arg: A) => R, arg?: A): Promise<Awaited<R>>;
  /** The n-th window that is open, counted from 0, once its page is there. */
  window(at: number): Promise<Page>;
  readonly windows: readonly Page[];
  /** Starts Acumen once more on the same data folder: its exit code and what it printed. */
  again(...args: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
  /** Kills the service's process, once: main may start it again. */
  killService(): Promise<void>;
  /** what only the double can do; null on a real runtime */
  readonly double: Running | null;
}

export interface ElectronDriver extends Driver {
  readonly name: 'electron';
  launch(options?: LaunchOptions): Promise<ElectronSession>;
}
