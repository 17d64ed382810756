// Lets messages in between two steps of a long computation. Browsers hold setTimeout back by 4 ms when it is asked again and again, which would
// double what a product takes; a message to oneself comes at once.

/** Node's; there a channel with a listener would keep the process running. */
const immediate = (globalThis as { setImmediate?(run: () => void): unknown }).setImmediate;
const waiting: (() => void)[] = [];
let channel: MessageChannel | null = null;

export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (immediate !== undefined) { immediate(resolve); return; }
    if (channel === null) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => { waiting.shift()!(); };
    }
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
