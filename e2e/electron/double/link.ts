// Main's line to the journeys' process, which owns Chromium: windows are asked for here, and what happens to them is heard here.
import { rpc, type Channel, type Rpc } from './rpc.ts';

/** Addresses are Chromium's. `documents`: how many the window has had, so that a late event finds its own. */
export interface Heard {
  /** the page wants to go there by itself: true where main lets it */
  navigating(window: number, url: string, isMainFrame: boolean): boolean;
  popup(window: number, url: string): void;
  committed(window: number, url: string): void;
  domReady(window: number, documents: number): unknown;
  loaded(window: number, documents: number): unknown;
  failed(window: number, url: string, why: string): void;
  crashed(window: number, reason: string): void;
  /** a person did it */
  person(window: number, what: 'close' | 'focus' | 'blur' | 'resize' | 'move', a?: number, b?: number): void;
  quit(): void;
  outside(): readonly string[];
  double(): unknown;
  answer(at: number, value: unknown): void;
  evaluate(source: string, arg: unknown): unknown;
}

let line: Rpc | null = null;
export const link: Pick<Rpc, 'call'> = { call(...args) { if (line === null) throw new Error('BUG: the double is not linked'); return line.call(...args); } };

/** Answers only once: what this process says by IPC is the double's, and main's own code sees no channel. */
export function connect(heard: Heard): void {
  if (process.send === undefined) throw new Error('BUG: the double runs under the journeys, with a channel to them');
  const send = process.send.bind(process);
  const channel: Channel = {
    send: (message) => { if (process.connected) send(message); },
    onMessage: (listener) => { process.on('message', listener); },
  };
  line = rpc(channel, heard as unknown as Record<string, (...args: never[]) => unknown>);
  // Chromium's windows go with the journeys' process; an app that stayed would stay for ever.
  process.on('disconnect', () => { process.exit(1); });
}
