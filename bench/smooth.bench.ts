// How smooth the window is: the running product in Chromium with software rendering, on generated repositories, when the layout has settled and the service
// rests; medians of five. Needs `npm run build`. ACUMEN_SMOOTH=1000 takes the sizes named there alone.
import { browserDriver } from '../e2e/browser.ts';
import { ids } from '../app/renderer/testids.ts';
import { conflicting } from '../testkit/conflicting.ts';
import type { Benchmark, Row } from './report.ts';
import { measures, take } from './smoothMeasures.ts';

const RUNS = 5, MS = 1_500;
const sizes = [[1_000, 3_000], [10_000, 30_000]] as const;
const wanted = process.env['ACUMEN_SMOOTH']?.split(',').map(Number);

const benchmark: Benchmark = {
  what: `smooth: frames a second of the main thread and of the graph's canvas while one pans, zooms and drags, and the main thread's longest task, at ${sizes.map(([acus, conflicts]) => `${acus} ACUs and ${conflicts} conflicts`).join(', ')}; medians of ${RUNS} runs of ${MS} ms`,
  async run() {
    const rows: Row[] = [], driver = await browserDriver();
    try {
      for (const [branches, conflicts] of sizes.filter(([acus]) => wanted === undefined || wanted.includes(acus))) {
        const made = conflicting({ seed: 8, branches, conflicts }), session = await driver.launch({ repository: made.dir });
        try {
          const { page } = session;
          await page.locator(`[data-testid="${ids.graph}"][data-settled="true"]`).waitFor({ timeout: 600_000 });
          await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached', timeout: 300_000 });
          await page.waitForTimeout(2_000);
          for (const measure of measures) for (const { metric, unit, value } of await take(page, measure, RUNS, MS)) rows.push({ metric: `${branches}/${metric}`, unit, value });
          if (session.complaints.length > 0) throw new Error(session.complaints.join('\n'));
        } finally {
          await session.close();
          made.remove();
        }
      }
    } finally {
      await driver.close();
    }
    return rows;
  },
};
export default benchmark;
