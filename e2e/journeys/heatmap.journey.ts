// Five thousand people by five thousand: the heat map pans and zooms while the page keeps its frames, is walked with the keys alone, says the same as a
// list, and shows the one cell that matters from as far away as one can go.
import { join } from 'node:path';
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { crowd } from '../../testkit/crowd.ts';
import { tempDir } from '../../testkit/git.ts';
import { door, test } from '../door.ts';
import { accessible, judges, percentile, picture } from '../look.ts';
import { opened, page, session, shared } from '../opened.ts';

/** More than are drawn, so that the map says what it leaves out. */
const AUTHORS = 5200;
/** Bar 6: frames a second of the main thread. */
const FPS = 55;

const dir = shared(tempDir('heatmap'));
opened(() => {
  crowd(join(dir.path, 'crowd'), { seed: 6, authors: AUTHORS });
  return { repository: join(dir.path, 'crowd'), viewport: { width: 1600, height: 1000 } };
}, { waits: false, ms: 600_000 });

const map = () => page.getByTestId(ids.heat);
const settled = (): Promise<void> => page.locator(`[data-testid="${ids.heat}"][data-settled="true"]`).waitFor({ timeout: 120_000 });
const focus = (): Promise<string | null> => map().getAttribute('data-focus');
const spoken = (): Promise<string> => map().getByRole('gridcell').innerText();
const chosen = () => page.getByRole('complementary', { name: 'Chosen cell' });
/** After the picture has followed: a message to its worker, and its next frame. */
const drawn = (): Promise<void> => page.waitForTimeout(250);

/** Different colours of the canvas: one where nothing is drawn. */
const colours = (): Promise<number> => map().locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const on = copy.getContext('2d')!;
  on.drawImage(canvas, 0, 0);
  return new Set(new Uint32Array(on.getImageData(0, 0, copy.width, copy.height).data.buffer)).size;
});

/** Frames of the page in ms, and its tasks of 50 ms and more, while something is done. */
async function frames(act: () => Promise<void>): Promise<{ readonly ms: readonly number[]; readonly long: readonly number[] }> {
  await page.evaluate(() => {
    const kept = { ms: [] as number[], long: [] as number[], on: true }, watch = new PerformanceObserver((list) => { for (const one of list.getEntries()) kept.long.push(Math.round(one.duration)); });
    watch.observe({ type: 'longtask' });
    let last: number | null = null;
    const frame = (now: number): void => {
      if (last !== null) kept.ms.push(now - last);
      last = now;
      if (kept.on) requestAnimationFrame(frame); else watch.disconnect();
    };
    requestAnimationFrame(frame);
    (globalThis as unknown as { kept: typeof kept }).kept = kept;
  });
  await act();
  return page.evaluate(() => {
    const { kept } = globalThis as unknown as { kept: { ms: number[]; long: number[]; on: boolean } };
    kept.on = false;
    return { ms: kept.ms, long: kept.long };
  });
}

/** Pictures that the worker has drawn since it was last asked. */
async function painted(): Promise<number> {
  const worker = page.workers().find((one) => one.url().includes('heat.worker'));
  return worker === undefined ? Number.NaN : worker.evaluate(() => {
    const here = globalThis as unknown as { painted?: number }, before = here.painted;
    here.painted = 0;
    if (before === undefined) {
      const on = OffscreenCanvasRenderingContext2D.prototype, put = on.putImageData;
      on.putImageData = function (this: OffscreenCanvasRenderingContext2D, ...args: Parameters<typeof put>) { here.painted!++; put.apply(this, args); } as typeof put;
    }
    return before ?? 0;
  });
}

test('5,000 people by 5,000 are drawn, and the map says how many it leaves out', async () => {
  // who presses a key before the window is there is heard by nobody
  await page.getByText('Nothing in flight').waitFor();
  await page.keyboard.press('Alt+3');
  await page.getByRole('tab', { name: 'Map' }).click();
  await page.getByRole('button', { name: 'Who knows the same' }).click();
  await expect.poll(() => map().getAttribute('aria-label', { timeout: 120_000 }), { timeout: 120_000 }).toMatch(/5,000 of 5,\d\d\d people, each with each/);
  await settled();
  await drawn();
  expect(await colours()).toBeGreaterThan(40);
  const box = (await map().boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.getByTestId(ids.heatTip).waitFor();
  expect(await page.getByTestId(ids.heatTip).innerText()).toMatch(/strongest of [\d,]+ cells/);
  await picture(page, 'heatmap');
  await accessible(page);
});

test('it pans and zooms while the main thread keeps its frames', async () => {
  const box = (await map().boundingBox())!, x = box.x + box.width / 2, y = box.y + box.height / 2;
  const zoom = async (times: number, by: number): Promise<void> => {
    await page.keyboard.down('Control');
    for (let i = 0; i < times; i++) { await page.mouse.wheel(0, by); await page.waitForTimeout(14); }
    await page.keyboard.up('Control');
  };
  const gestures: Readonly<Record<string, () => Promise<void>>> = {
    // what the machine has left for a page that does nothing
    'at rest': () => page.waitForTimeout(1500),
    'zooming in and out': async () => { await zoom(45, -25); await zoom(45, 25); },
    'dragging from afar': async () => {
      await zoom(12, -30);
      await page.mouse.down();
      for (let i = 1; i <= 110; i++) { await page.mouse.move(x + 260 * Math.sin(i / 11), y + 200 * Math.sin(i / 7)); await page.waitForTimeout(8); }
      await page.mouse.up();
    },
    'panning by wheel, names and values shown': async () => {
      await page.mouse.dblclick(x, y);
      for (let i = 0; i < 80; i++) { await page.mouse.wheel(i % 40 < 20 ? 40 : -40, i % 40 < 20 ? 30 : -30); await page.waitForTimeout(10); }
    },
    'pointing from cell to cell': async () => { for (let i = 0; i < 80; i++) { await page.mouse.move(box.x + 260 + 3 * i, box.y + 240 + i); await page.waitForTimeout(8); } },
  };
  await page.mouse.move(x, y);
  await map().focus();
  await painted();
  for (const [name, act] of Object.entries(gestures)) {
    const began = performance.now(), { ms, long } = await frames(act), seconds = (performance.now() - began) / 1000, pictures = await painted();
    const mean = ms.reduce((a, b) => a + b, 0) / ms.length, fps = 1000 / mean;
    console.log(`heat map 5,000 × 5,000, ${name} [${door}]: ${fps.toFixed(1)} fps of ${ms.length} frames, p50 ${percentile(ms, 50).toFixed(1)} ms, p95 ${percentile(ms, 95).toFixed(1)} ms, p99 ${percentile(ms, 99).toFixed(1)} ms, `
      + `${long.length === 0 ? 'no long task' : `long tasks ${long.join(', ')} ms`}, ${(pictures / seconds).toFixed(0)} pictures/s by the worker (bar ${FPS} fps: ${fps >= FPS ? 'met' : 'MISSED'})`);
    if (judges) expect(fps, `${name}: frames a second`).toBeGreaterThan(FPS / 3);
  }
  await page.keyboard.press('0');
  await drawn();
});

test('it is walked, sorted and read with the keys alone', async () => {
  await map().focus();
  await page.keyboard.press('Control+Home');
  const first = (await focus())!;
  expect(await spoken()).toMatch(/: .*\d/);
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  for (let i = 0; i < 11; i++) await page.keyboard.press('ArrowLeft');
  expect(await focus()).toBe(first);
  await page.keyboard.press('End');
  expect(await map().getByRole('gridcell').getAttribute('aria-colindex')).toBe('5000');
  await page.keyboard.press('PageDown');
  expect(await map().getByRole('row').getAttribute('aria-rowindex')).toBe('5000');
  await page.keyboard.press('Control+Home');
  // near enough to read, and its meaning beside it
  await page.keyboard.press('Enter');
  await drawn();
  const [a] = (await spoken()).split(', ');
  await expect.poll(() => chosen().innerText()).toContain(a);
  await picture(page, 'heatmap-near');
  // whoever has most in common with this one comes first
  await page.keyboard.press('s');
  await settled();
  await drawn();
  await page.keyboard.press('Home');
  const value = async (): Promise<number> => Number.parseFloat((await spoken()).replace(/^.*: /, '').replaceAll(',', '').replace('−', '-'));
  const strongest = await value();
  expect(strongest).toBeGreaterThan(0);
  await page.keyboard.press('ArrowRight');
  expect(await value()).toBeLessThanOrEqual(strongest);
  await picture(page, 'heatmap-sorted');
  // a row by hand, one place down
  const place = async (): Promise<number> => Number(await map().getByRole('row').getAttribute('aria-rowindex')), before = await place();
  await page.keyboard.press(before < 5000 ? 'Alt+ArrowDown' : 'Alt+ArrowUp');
  await expect.poll(place).toBe(before < 5000 ? before + 1 : before - 1);
  await page.keyboard.press('Escape');
  await chosen().getByText('No cell chosen').waitFor();
  await page.keyboard.press('Escape');
  expect(await focus()).toBeNull();
  await page.getByRole('button', { name: 'Clustered' }).click();
  await settled();
  // by name
  await page.getByTestId(ids.heatFind).fill('Ada Lovelace 0');
  await page.keyboard.press('Enter');
  await expect.poll(spoken).toContain('Ada Lovelace 0');
});

test('a name is dragged to another place, and a range of names is gone near to', async () => {
  const box = (await map().boundingBox())!, place = async (): Promise<number> => Number(await map().getByRole('row').getAttribute('aria-rowindex'));
  // on a name, and up by three rows of 44 pixels: before the second or third above, by which half of a row it is let go in
  const name = { x: box.x + 60, y: box.y + box.height - 60 };
  await page.mouse.click(name.x, name.y);
  const before = await place();
  await page.mouse.move(name.x, name.y);
  await page.mouse.down();
  await page.mouse.move(name.x, name.y - 60, { steps: 3 });
  await page.mouse.move(name.x, name.y - 3 * 44, { steps: 3 });
  await picture(page, 'heatmap-dragged');
  await page.mouse.up();
  await expect.poll(async () => [2, 3].includes(before - await place())).toBe(true);
  await page.getByText('by hand', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Clustered' }).click();
  await settled();
  // among names too small to be shown, a drag chooses some of them
  await map().focus();
  await page.keyboard.press('0');
  await drawn();
  const under = async (): Promise<number> => {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    return Number((/strongest of ([\d,]+) cells/.exec(await page.getByTestId(ids.heatTip).innerText())?.[1] ?? '1').replaceAll(',', ''));
  };
  const afar = await under();
  await page.mouse.move(box.x + 40, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + box.height * 0.55, { steps: 3 });
  await page.mouse.up();
  await drawn();
  expect(await under()).toBeLessThan(afar / 4);
});

test('the list says the same, and leads back to the picture', async () => {
  await page.getByRole('button', { name: 'List', exact: true }).click();
  const list = page.getByTestId(ids.heatList);
  await list.getByRole('row').nth(1).waitFor({ timeout: 60_000 });
  expect(await list.getByRole('row').count()).toBeLessThan(120);
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await list.locator('[role="row"][aria-selected="true"]').waitFor();
  const [a, b] = await list.locator('[role="row"][aria-selected="true"] [role="gridcell"]').allInnerTexts();
  await expect.poll(() => chosen().innerText()).toContain(a);
  await picture(page, 'heatmap-list');
  await accessible(page);
  await page.keyboard.press('Shift+Enter');
  await list.waitFor({ state: 'detached' });
  await expect.poll(spoken).toContain(`${a}, ${b}`);
});

test('dark, and in the colours that a person chose', async () => {
  await page.keyboard.press('0');
  await page.mouse.move(5, 5);
  await page.emulateMedia({ colorScheme: 'dark' });
  await drawn();
  await picture(page, 'heatmap-dark');
  await accessible(page);
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  await drawn();
  expect(await colours()).toBeGreaterThan(10);
  await picture(page, 'heatmap-forced-colours');
  await page.emulateMedia({ forcedColors: 'none' });
  expect(session.complaints).toEqual([]);
});
