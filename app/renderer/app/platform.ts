// What this window needs of its host, whichever it is: a channel to the service, and what only a desktop can do. One file each says how
// (platform.browser.ts, platform.electron.ts); here.ts says which.
import { AcumenError } from '../../core/errors.ts';
import type { RecentRepository } from '../../contract/bridge.ts';
import type { Transport } from '../../contract/methods.ts';

export interface Platform {
  readonly name: 'browser' | 'electron';
  /** What lets this window in, taken out of its address; null where there is nothing to take. */
  takeToken(): string | null;
  /** Trades the token for entry; throws `Refused`. */
  enter(token: string): Promise<void>;
  /** Resolves when the channel is open. */
  connect(): Promise<Transport>;
  /** After a channel failed: whether the host is there and only does not know this window. */
  unknown(): Promise<boolean>;
  /** the system's dialog; what is chosen opens in a window of its own */
  readonly chooseFolder: (() => void) | null;
  /** a folder dropped on this window opens in its own */
  readonly openDropped: ((file: File) => void) | null;
  /** repositories that were opened lately, where each has a window of its own (contract/bridge.ts) */
  readonly recent: {
    listen(listener: (list: readonly RecentRepository[]) => void): void;
    ask(): void;
    open(repository: string): void;
    forget(repository: string): void;
  } | null;
  /** an item of the menu was chosen that is a command of this window */
  onCommand(listener: (id: string) => void): void;
}

export class Refused extends AcumenError {
  constructor(message: string) {
    super('io', message, 'Use the address that Acumen printed when it started; it ends in #token=…', {});
    this.name = 'Refused';
  }
}
