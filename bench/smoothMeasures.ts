// How smooth the window is, counted in the running product: a measure is something a person does on one page, and the figures it gave. The journey
// (e2e/journeys/smooth.journey.ts) takes them at a thousand ACUs, `npm run bench -- smooth` at all sizes; who has more to measure adds to `measures`.
import type { Page, Worker } from 'playwright';
import { ids } from '../app/renderer/testids.ts';

export interface Figure { readonly metric: string; readonly unit: string; readonly value: number }

export interface Measure {
  readonly name: string;
  /** Sizes that have a bar, by metric: frames a second at least, milliseconds at most. */
  readonly bars: Readonly<Record<string, { readonly least?: number; readonly most?: number }>>;
  /** once, for `ms` milliseconds where it lasts */
  run(page: Page, ms: number): Promise<readonly Figure[]>;
}

/** Frames of the main thread while `work` goes on, and how long its longest task took: none is told of below 50 ms, so the longest gap between frames stands for it. */
async function watched(page: Page, work: () => Promise<void>): Promise<{ readonly fps: number; readonly longest: number; readonly ms: number }> {
  await page.evaluate(() => {
    const here = globalThis as unknown as Record<string, unknown>;
    const seen = { times: [] as number[], tasks: [] as number[], on: true };
    here['smooth'] = seen;
    const observer = new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.tasks.push(entry.duration); });
    observer.observe({ type: 'longtask' });
    const tick = (at: number): void => { seen.times.push(at); if (seen.on) requestAnimationFrame(tick); else observer.disconnect(); };
    requestAnimationFrame(tick);
  });
  await work();
  return page.evaluate(() => {
    const seen = (globalThis as unknown as Record<string, unknown>)['smooth'] as { times: number[]; tasks: number[]; on: boolean };
    seen.on = false;
    const { times, tasks } = seen, ms = times.at(-1)! - times[0]!, gaps = times.slice(1).map((at, i) => at - times[i]!);
    return { fps: (times.length - 1) / ms * 1000, longest: tasks.length > 0 ? Math.max(...tasks) : Math.min(49.9, Math.max(...gaps)), ms };
  });
}

/** Frames that the graph's worker painted while `work` went on. */
async function painted(page: Page, work: () => Promise<void>): Promise<number> {
  const worker = page.workers().find((one) => /graph\.worker/.test(one.url()));
  if (worker === undefined) throw new Error('the page has no worker that draws the graph');
  const marks = (of: Worker): Promise<number> => of.evaluate(() => performance.getEntriesByName('acumen:graph-frame').length);
  await worker.evaluate(() => performance.clearMarks('acumen:graph-frame'));
  await work();
  return marks(worker);
}

async function framesDuring(page: Page, what: string, work: () => Promise<void>): Promise<readonly Figure[]> {
  let main = { fps: 0, longest: 0, ms: 1 };
  const count = await painted(page, async () => { main = await watched(page, work); });
  return [
    { metric: `${what}/main`, unit: 'fps', value: main.fps },
    { metric: `${what}/canvas`, unit: 'fps', value: count / main.ms * 1000 },
    { metric: `${what}/longest-task`, unit: 'ms', value: main.longest },
  ];
}

async function canvas(page: Page): Promise<{ readonly x: number; readonly y: number; readonly width: number; readonly height: number }> {
  await page.locator(`[data-testid="${ids.graph}"][data-settled="true"]`).waitFor({ timeout: 300_000 });
  return (await page.getByTestId(ids.graph).boundingBox())!;
}

/** All of the graph is seen; the corners of the canvas are empty. */
async function whole(page: Page): Promise<{ readonly x: number; readonly y: number; readonly width: number; readonly height: number }> {
  const box = await canvas(page);
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await page.waitForTimeout(300);
  return box;
}

const pan: Measure = {
  name: 'pan', bars: { 'pan/main': { least: 50 }, 'pan/canvas': { least: 50 } },
  async run(page, ms) {
    const box = await whole(page), from = { x: box.x + 24, y: box.y + 12 };
    const to = (k: number): Promise<void> => page.mouse.move(from.x + box.width * 0.2 * (1 + Math.sin(k / 24)), from.y + box.height * 0.2 * (1 + Math.sin(k / 31)));
    // counted from when it is in motion: what is pressed pans once it was moved some way, and at rest there is nothing to paint
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await to(0);
    const figures = await framesDuring(page, 'pan', async () => {
      const began = performance.now();
      for (let k = 1; performance.now() - began < ms; k++) await to(k);
    });
    await page.mouse.up();
    return figures;
  },
};

const zoom: Measure = {
  name: 'zoom', bars: { 'zoom/main': { least: 50 }, 'zoom/canvas': { least: 50 } },
  async run(page, ms) {
    const box = await whole(page);
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    await page.mouse.move(x, y);
    // one turn of the wheel a frame: the driver's own waits for an answer to each, thirty a second at most
    return framesDuring(page, 'zoom', () => page.getByTestId(ids.graph).evaluate((graph, [at, above, time]) => new Promise<void>((done) => {
      const began = performance.now();
      const turn = (k: number): void => {
        if (performance.now() - began >= time) { done(); return; }
        graph.dispatchEvent(new WheelEvent('wheel', { deltaY: k % 80 < 40 ? -40 : 40, clientX: at, clientY: above, bubbles: true, cancelable: true }));
        requestAnimationFrame(() => turn(k + 1));
      };
      requestAnimationFrame(() => turn(0));
    }), [x, y, ms] as const));
  },
};

/** A lasso around what lies in the middle, and what it caught carried onto the composition and back: nothing is dropped there, so that all runs are alike. */
const drag: Measure = {
  name: 'drag', bars: { 'drag/longest-task': { most: 50 } },
  async run(page, ms) {
    await page.getByTestId(ids.acuRow).first().click();
    await page.keyboard.press('Shift+F');
    await page.waitForTimeout(500);
    const box = await canvas(page), middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }, reach = Math.min(box.width, box.height) * 0.3;
    await page.mouse.move(middle.x - reach, middle.y - reach);
    await page.keyboard.down('Shift');
    await page.mouse.down();
    for (const [dx, dy] of [[1, -1], [1, 1], [-1, 1], [-1, -0.9]] as const) await page.mouse.move(middle.x + dx * reach, middle.y + dy * reach, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const to = (await page.locator('[data-drop="composition"]').first().boundingBox())!;
    return framesDuring(page, 'drag', async () => {
      await page.mouse.move(middle.x, middle.y);
      await page.mouse.down();
      await page.mouse.move(middle.x + 6, middle.y - 6, { steps: 3 });
      await page.getByTestId(ids.ghost).waitFor();
      const began = performance.now();
      for (let k = 0; performance.now() - began < ms; k++) {
        const t = (1 - Math.cos(k / 20)) / 2;
        await page.mouse.move(middle.x + (to.x + to.width / 2 - middle.x) * t, middle.y + (to.y + to.height / 2 - middle.y) * t);
      }
      await page.keyboard.press('Escape');
      await page.mouse.up();
    });
  },
};

export const measures: readonly Measure[] = [pan, zoom, drag];

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Medians of `runs`, by metric, in the order they came. */
export async function take(page: Page, { run }: Measure, runs: number, ms: number): Promise<readonly Figure[]> {
  const all: (readonly Figure[])[] = [];
  for (let k = 0; k < runs; k++) all.push(await run(page, ms));
  return all[0]!.map((first, i) => ({ ...first, value: median(all.map((figures) => figures[i]!.value)) }));
}
