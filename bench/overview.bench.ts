// The list and the search of fifty thousand ACUs: a generated repository of as many branches, imported once. Needs `npm run build`. ACUMEN_BRANCHES chooses
// another size.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workspace } from '../app/main/service/workspace.ts';
import { many } from '../testkit/many.ts';
import { measureOverview, overviewRows } from './overviewScreen.ts';
import type { Benchmark } from './report.ts';

const BRANCHES = Number(process.env['ACUMEN_BRANCHES'] ?? 50_000);

const benchmark: Benchmark = {
  what: `overview: a window on ${BRANCHES} branches of one commit, in Chromium with software rendering: frames a second while the list scrolls (60 pixels a frame, and a screen a frame; medians of five), a key of search to its results painted, the palette, and how import and start are at that size`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'acumen-bench-overview-')), store = join(folder, 'overview.acumen');
    let began = performance.now();
    const repository = await many({ seed: 1, branches: BRANCHES, now: Math.floor(Date.now() / 1000) });
    try {
      const made = performance.now() - began;
      began = performance.now();
      const workspace = await Workspace.open(store, { env: { PATH: process.env['PATH'] } });
      await workspace.call('import', { ticket: 'import', path: repository.dir, base: null, refs: [], grain: 'branch' });
      await workspace.close();
      const imported = performance.now() - began;
      return [{ metric: 'overview/generated', value: made, unit: 'ms' }, { metric: 'overview/imported', value: imported, unit: 'ms' }, ...overviewRows(await measureOverview(store, repository.dir))];
    } finally {
      repository.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
export default benchmark;
