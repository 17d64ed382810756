// Danger: a window that stays open publishes another graph than a fresh import of the same repository, because it looked only at what
// moved. After each of many random pushes, deletions, stackings and merges the published state, the engine and every replica are those of
// an import from scratch. ACUMEN_RUNS asks for more steps, ACUMEN_SEED for others.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tempDir } from '../../../testkit/git.ts';
import { load } from '../../../testkit/loaded.ts';
import { Random } from '../../../testkit/random.ts';
import { START, Tiny, withLines } from '../../../testkit/tiny.ts';
import type { Commit } from '../../../testkit/world.ts';
import { applyDifference } from '../../core/difference.ts';
import { digestOf } from '../../core/tables.ts';
import { Workspace } from './workspace.ts';

const temp = tempDir('memory');
afterAll(() => temp.remove());

const STEPS = Number(process.env['ACUMEN_RUNS'] ?? 25);

test.each([['branch', STEPS], ['commit', Math.ceil(STEPS / 2)]] as const)('an import that looks only at what moved is one from scratch, and so is every replica (grain %s)', async (grain, steps) => {
  const random = new Random(Number(process.env['ACUMEN_SEED'] ?? 1));
  const tiny = new Tiny();
  const file = (n: number): string => (n === 3 ? 'dir/d.txt' : `${'abc'[n]}.txt`);
  const base = tiny.commit([], { 'a.txt': START, 'b.txt': START, 'c.txt': START, 'dir/d.txt': START });
  const heads = new Map<string, Commit>([['main', base]]);
  let made = 0;
  const change = (on: readonly Commit[]): Commit => tiny.commit(on, random.chance(0.15) ? { [`new${random.below(6)}.txt`]: [`n ${random.below(3)}\n`, ...START] }
    : random.chance(0.1) ? { [file(random.below(4))]: null }
    : random.chance(0.1) ? { [file(random.below(4))]: null, [`moved${random.below(3)}.txt`]: START }
    : { [file(random.below(4))]: withLines(START, { [random.below(12)]: `changed ${random.below(4)}\n` }) }, made++ % 3 === 0 ? 'wip' : `Change ${made}`);
  for (let n = 0; n < 14; n++) heads.set(`b${n}`, change([random.chance(0.3) && heads.size > 1 ? random.pick([...heads.values()]) : base]));
  tiny.refs(Object.fromEntries(heads));
  const workspace = await Workspace.open(join(temp.path, grain), { env: {}, git: 'embedded' });
  let little = 0, whole = 0, merged = 0;
  try {
    const again = (): Promise<unknown> => workspace.call('import', { ticket: 'again', path: tiny.dir, base: null, refs: [], grain });
    await again();
    let { bytes } = await workspace.call('snapshot', {});
    workspace.subscribe((push) => {
      if (push.push !== 'epoch') return;
      const next = applyDifference(bytes, push.bytes);
      bytes = next ?? workspace.engine.encode();
      expect(digestOf(bytes)).toBe(push.digest);
    });
    for (let step = 0; step < steps; step++) {
      const names = [...heads.keys()].filter((name) => name !== 'main'), name = random.pick(names);
      const kind = random.below(10);
      if (kind < 5) heads.set(name, change([heads.get(name)!]));
      else if (kind < 6) heads.set(name, change([base]));
      else if (kind < 7) heads.set(`n${step}`, change([heads.get(name)!]));
      else if (kind < 8) heads.set(`m${step}`, change([heads.get(name)!, heads.get(random.pick(names))!]));
      else if (kind < 9 && names.length > 8) { tiny.drop(name); heads.delete(name); }
      else { const [x, y] = [random.pick(names), random.pick(names)]; const was = heads.get(x)!; heads.set(x, heads.get(y)!); heads.set(y, was); }
      tiny.refs(Object.fromEntries(heads));
      const before = workspace.memory;
      await again();
      if (workspace.memory === before) little++; else whole++;
      const anew = await load(tiny.dir, { grain }), now = workspace.view.state.published!;
      expect(now, `step ${step}`).toEqual(anew.published);
      if (now.decided!.pairs.length > 0) merged++;
      expect(workspace.engine.digest, `step ${step}`).toBe(anew.engine.digest);
      expect(digestOf(bytes), `step ${step}`).toBe(anew.engine.digest);
      expect(await workspace.store.state()).toEqual(workspace.view.state);
      await anew.close();
    }
    expect(little).toBeGreaterThan(steps / 6);
    expect(merged, 'states with pairs in which renames meet').toBeGreaterThan(grain === 'branch' ? steps / 6 : 0);
    expect(await workspace.call('fsck', { ticket: 'fsck' })).toMatchObject({ ok: true, problems: [] });
    const { digest } = workspace.engine;
    await workspace.close();
    const opened = await Workspace.open(join(temp.path, grain), { readOnly: true, env: {} });
    expect(opened.engine.digest).toBe(digest);
    expect(await opened.call('fsck', { ticket: 'fsck' })).toMatchObject({ ok: true, problems: [] });
    await opened.close();
  } finally {
    await workspace.close();
    tiny.remove();
  }
  console.log(`${little} imports of what moved, ${whole} of everything`);
}, 600_000);
