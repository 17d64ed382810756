// One line of progress on a person's terminal, overwritten as it goes and gone at the end; elsewhere nothing.
import type { Output } from './output.ts';

const CLEAR = '\r\u001b[K';

export function progressLine(out: Output): { show(phase: string, done: number, total: number | null): void; clear(): Promise<void> } {
  let shown = false;
  const say = (text: string): Promise<void> => out.write(text).then(() => out.flush());
  return {
    show(phase, done, total) {
      if (!out.isTerminal) return;
      shown = true;
      const count = total === null ? (done > 0 ? ` ${done}` : '') : ` ${done} of ${total}`;
      void say(`${CLEAR}${out.style('dim', `${phase}${count} …`)}`).catch(() => undefined);
    },
    async clear() { if (shown) await say(CLEAR).catch(() => undefined); },
  };
}
