// Performance marks that journeys and people read: from an input to what it brought on screen, painted.

export type Measure = 'acumen:hover-verdict' | 'acumen:drop-composed' | 'acumen:search-shown' | 'acumen:palette-open' | 'acumen:palette-key';

/** At most this many of each are kept, so that a long day does not fill memory. */
const KEEP = 2000;
const counts = new Map<Measure, number>();

/** Calls back once what React has just been given is on screen: the frame's own callback, then the task after it. */
export function afterPaint(done: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); done(); };
    port2.postMessage(null);
  });
}

/** When the window has nothing better to do, at the latest after `timeout` ms. Safari has no idle callbacks. */
export function whenIdle(timeout: number): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout }); else setTimeout(resolve, Math.min(timeout, 200));
  });
}

/** Measures from `start` (performance.now() or an event's timeStamp) to the next paint. */
export function measureToPaint(name: Measure, start: number, detail: Readonly<Record<string, unknown>>): void {
  afterPaint(() => {
    const count = (counts.get(name) ?? 0) + 1;
    if (count > KEEP) performance.clearMeasures(name);
    counts.set(name, count > KEEP ? 1 : count);
    performance.measure(name, { start, end: performance.now(), detail });
  });
}
