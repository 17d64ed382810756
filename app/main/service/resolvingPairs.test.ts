// Danger: a pair that conflicts and cannot be decided, or whose decision is another tree than was said. Every conflicting pair of repositories dense in
// renames, stacks and merges is decided, all one side's; what is in dispute is that side's then, and the store is sound.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tempDir } from '../../../testkit/git.ts';
import { meetingRepository } from '../../../testkit/meetings.ts';
import { type AcuId, display } from '../../core/bytes.ts';
import { sameEntry } from '../../core/changes.ts';
import { Workspace } from './workspace.ts';

const folder = tempDir('resolving-pairs');
afterAll(() => folder.remove());

/** Pairs that are decided of one repository: each is an import of its own. */
const MOST = 6;

test.each([5, 202])('repository %i: every pair can be decided, and is what was said', async (seed) => {
  const dir = join(folder.path, `${seed}.git`);
  meetingRepository(dir, seed, 10);
  const workspace = await Workspace.open(join(folder.path, `${seed}.store`), { env: { PATH: process.env['PATH'] } });
  try {
    await workspace.call('import', { path: dir, base: null, refs: [], grain: 'branch', ticket: 't' });
    const { engine } = workspace, sources = engine.sources.filter((s) => s.segments.length > 0).map(({ name }) => engine.named(name));
    const stands = sources.filter((ids) => engine.check(ids).ok && ids.every((id) => engine.acu(id)!.standing === 'exact'));
    const pairs = stands.flatMap((x, i) => stands.slice(i + 1).filter((y) => !engine.check([...new Set([...x, ...y])]).ok).map((y) => (i % 2 === 0 ? [x, y] as const : [y, x] as const)));
    expect(pairs.length).toBeGreaterThan(MOST);
    for (const [n, [x, y]] of pairs.filter((_, i) => i % Math.ceil(pairs.length / MOST) === 0).entries()) {
      const acu = y.at(-1)!, who = `${x.map((id) => display(engine.acu(id)!.name)).join()} and ${display(engine.acu(acu)!.name)}`;
      await workspace.call('compose', { acus: x, ticket: 't' });
      const asked = await workspace.call('toDecide', { acu });
      // one that only an ACU below it conflicts for, and undoes, fits by itself
      if (asked.state === 'fits') continue;
      expect(asked.state, `${who}: ${asked.reason}`).toBe('conflicts');
      const take = n % 2 === 0 ? 'ours' as const : 'theirs' as const;
      const { resolution, composition } = await workspace.call('decide', { acu, ticket: 't', answers: asked.files.flatMap((file) => file.places.map(({ key }, nth) => ({ path: file.path, nth, key, answer: { take } }))) });
      expect(resolution, `${who}, all ${take}`).not.toBeNull();
      expect(composition.acus, `${who}, all ${take}`).toContain(resolution);
      const made = await workspace.reading.composed(await workspace.moment(), composition.acus), side = await workspace.reading.composed(await workspace.moment(), [...workspace.engine.closed(take === 'ours' ? asked.against : [acu])] as AcuId[]);
      if (!('delta' in made) || !('delta' in side)) throw new Error(`${who}: it does not compose`);
      for (const { paths } of asked.files.flatMap((file) => file.places)) for (const { path } of paths) {
        const now = made.changes.get(path), then = side.changes.get(path);
        expect(sameEntry(now === undefined ? null : now.after, then === undefined ? null : then.after), `${who}, all ${take}: ${display(path)}`).toBe(true);
      }
    }
    expect(await workspace.call('fsck', { ticket: 't' })).toMatchObject({ ok: true, problems: [] });
  } finally {
    await workspace.close();
  }
}, 120_000);
