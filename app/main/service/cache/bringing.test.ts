// The dangers: what an import leaves in memory differs from what would be read; it pushes out what is used, or takes more than its part.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeFolder } from '../../../../testkit/folder.ts';
import { type Generated, generate } from '../../../../testkit/generate.ts';
import type { Methods } from '../../../contract/methods.ts';
import { Workspace } from '../workspace.ts';
import { Bringing } from './bringing.ts';
import { type Kind, LayeredCache } from './cache.ts';
import * as kinds from './kinds.ts';

let place: string, repository: Generated;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'acumen-bringing-'));
  repository = await generate({ seed: 17, mix: 'kinds', sources: 25 });
}, 120_000);
afterAll(() => { repository.remove(); removeFolder(place); });

/** Every file of every ACU. */
async function read(workspace: Workspace): Promise<unknown[]> {
  const out: (Methods['acuFiles']['result'] | Methods['acuFile']['result'])[] = [];
  for (const { id: acu } of workspace.engine.acus) {
    const listed = await workspace.call('acuFiles', { acu });
    out.push(listed);
    for (const { path } of listed.files) out.push(await workspace.call('acuFile', { acu, path }));
  }
  return out;
}

test('after an import with a window nothing of it is read again, and what is shown is what is read where nothing was kept', async () => {
  const asked = { path: repository.dir, base: null, refs: [], grain: 'branch' as const, ticket: 'i' };
  const brought = await Workspace.open(join(place, 'brought')), plain = await Workspace.open(join(place, 'plain'));
  try {
    brought.reading.prefetch.enabled = true;
    await brought.call('import', asked);
    await plain.call('import', asked);
    expect(plain.reading.cache.shelf(kinds.segment).entries.size).toBe(0);
    expect(brought.reading.cache.shelf(kinds.segment).entries.size).toBe(brought.view.state.published!.segments.length);
    const { made } = brought.reading.cache, shown = await read(brought);
    expect(shown.length).toBeGreaterThan(60);
    // two that the import knew by their ids alone, at most: it compares no contents where ids tell
    expect(brought.reading.cache.made - made).toBeLessThan(shown.length / 10);
    expect(plain.reading.cache.made).toBe(0);
    expect(shown).toEqual(await read(plain));
    expect(plain.reading.cache.made).toBeGreaterThan(shown.length / 2);
    for (const key of brought.view.state.published!.segments) {
      expect(brought.reading.cache.shelf(kinds.segment).get(key)).toEqual((await plain.store.segments([key]))[0]);
    }
  } finally {
    await brought.close();
    await plain.close();
  }
}, 120_000);

test('it takes no more than its part, goes before what was asked for since, and says nothing of its kind until it is asked for', () => {
  const text: Kind<string> = { name: 'text', sizeOf: (s) => s.length }, cache = new LayeredCache({ limit: 800_000 }), shelf = cache.shelf(text);
  for (let n = 0; n < 250; n++) shelf.set(`asked ${n}`, 'x'.repeat(2000));
  const before = cache.bytes, bringing = new Bringing(cache);
  bringing.take(text, 'large', 'x'.repeat(13_000));
  for (let n = 0; n < 150; n++) bringing.take(text, `brought ${n}`, 'x'.repeat(2000));
  expect(shelf.has('large')).toBe(false);
  expect(shelf.has('brought 0')).toBe(true);
  expect(cache.bytes - before).toBeLessThanOrEqual(800_000 / 4 + 100 * 300);
  expect([shelf.history.kept, shelf.get('brought 0') !== undefined, shelf.history.kept]).toEqual([250, true, 251]);
  for (let n = 0; n < 250; n++) shelf.get(`asked ${n}`);
  for (let n = 0; n < 60; n++) shelf.set(`later ${n}`, 'x'.repeat(2000));
  expect(Array.from({ length: 250 }, (_, n) => shelf.has(`asked ${n}`)).every(Boolean)).toBe(true);
  expect(cache.bytes).toBeLessThanOrEqual(800_000);
});
