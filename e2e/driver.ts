// Journeys are written once, against this interface, and run through two drivers: the browser's (browser.ts) and, from issue B
// on, Electron's. A session is one running Acumen on one repository and one store, with one page open.
import type { Page } from 'playwright';

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
  /** what Acumen printed when it started: its address, with the token */
  readonly address: string;
  /** the repository's folder, of the sample where none was given */
  readonly repository: string;
  readonly store: string;
  /** what the page said at level error, failed requests and uncaught errors; a journey ends by expecting it empty */
  readonly complaints: readonly string[];
  /** Ends Acumen as a person would and starts it again on the same repository and store: `page` is a new page from then on. */
  restart(): Promise<void>;
  /** Kills Acumen without warning, as a crash would; `restart` brings it back. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface Driver {
  readonly name: 'browser' | 'electron';
  launch(options?: LaunchOptions): Promise<Session>;
  close(): Promise<void>;
}
