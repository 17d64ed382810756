// Law 7, cached = computed: the danger is a composition that differs from one composed afresh because of what was composed before it,
// what has been let go of, or what could not be read then.
import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AcuId, Oid } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import { generate } from '../../../testkit/generate.ts';
import { git, gitLine, tempDir } from '../../../testkit/git.ts';
import { type Loaded, load } from '../../../testkit/loaded.ts';
import { Random } from '../../../testkit/random.ts';
import { START, Tiny, withLines } from '../../../testkit/tiny.ts';
import { openRepository } from '../git/open.ts';
import { type Bodies, composeSet } from './composer.ts';
import { LayeredCache } from './cache/cache.ts';
import * as kinds from './cache/kinds.ts';
import { Warm } from './warm.ts';

const bodiesOf = (loaded: Loaded): Bodies => async (segments) => segments.map((s) => loaded.segments[loaded.engine.tables.order.indexOf(s)]!);

/** Tree, and contents that were made; or the refusal. */
async function shown(loaded: Loaded, ids: readonly AcuId[], warm: Warm, bodies?: Bodies): Promise<string> {
  const set = await composeSet(loaded.engine, loaded.reader, ids, loaded.stored, undefined, warm, bodies);
  if (!('delta' in set)) return `refused ${set.conflicts.map((c) => `${c.path} ${c.kind}`).sort().join()} ${set.missing.join()}`;
  const { tree, made } = await warm.grow(loaded.engine.tables.baseTree, set.delta);
  return `${tree} ${[...set.blobs.keys()].sort().join()} ${[...made.keys()].sort().join()}`;
}

/** Chosen by chance; some go together, some do not. */
function some(engine: Engine, random: Random): AcuId[] {
  const names = random.shuffle(engine.sources.map((s) => s.name));
  let ids: AcuId[] = [];
  for (const name of names.slice(0, random.between(2, 25))) {
    const next = [...new Set([...ids, ...engine.named(name)])];
    if (random.chance(0.02) || engine.check(next).ok) ids = next;
  }
  return ids;
}

describe('composing warm', () => {
  test.each([['fleet', 51], ['kinds', 52], ['torture', 53]] as const)('is composing afresh (%s), with bodies, with little room, and with other sets before it', async (mix, seed) => {
    const made = await generate({ seed, mix, sources: 30 });
    const loaded = await load(made.dir, { refs: made.refs });
    try {
      const random = new Random(seed), bodies = bodiesOf(loaded);
      const warm = new Warm(loaded.reader), learning = new Warm(loaded.reader), small = new Warm(loaded.reader, new LayeredCache({ limit: 9000 }));
      let composed = 0;
      for (let n = 0; n < 16; n++) {
        const ids = some(loaded.engine, random);
        const expected = await shown(loaded, ids, new Warm(loaded.reader));
        if (!expected.startsWith('refused')) composed++;
        expect(await shown(loaded, ids, warm)).toBe(expected);
        expect(await shown(loaded, random.shuffle([...ids]), learning, bodies)).toBe(expected);
        expect(await shown(loaded, ids, small, bodies)).toBe(expected);
      }
      expect(composed).toBeGreaterThan(8);
      expect(small.cache.peak).toBeLessThanOrEqual(9000);
      expect(small.cache.peak).toBeGreaterThan(1000);
      expect(learning.cache.shelf(kinds.patch).bytes).toBeGreaterThan(1000);
    } finally {
      await loaded.close();
      made.remove();
    }
  }, 120_000);

  test('of two moments at once is composing each by itself', async () => {
    const made = await generate({ seed: 54, mix: 'stacks', sources: 16 });
    const moments = [await load(made.dir, { grain: 'commit' }), await load(made.dir, { grain: 'commit' })];
    try {
      const warm = new Warm(moments[0]!.reader);
      let several = 0;
      for (const { name, segments } of moments[0]!.engine.sources) {
        const ids = moments[0]!.engine.named(name);
        const expected = await shown(moments[0]!, ids, new Warm(moments[0]!.reader), bodiesOf(moments[0]!));
        expect(await Promise.all(moments.map((loaded) => shown(loaded, ids, warm, bodiesOf(loaded))))).toEqual([expected, expected]);
        if (segments.length > 1) several++;
      }
      expect(several).toBeGreaterThan(4);
    } finally {
      for (const loaded of moments) await loaded.close();
      made.remove();
    }
  }, 60_000);

  test('remembers no failure: what was missing and is there again is read', async () => {
    const t = new Tiny();
    const base = t.commit([], { 'dir/f': START, 'dir/deep/g': START });
    const a = t.commit([base], { 'dir/f': withLines(START, { 3: 'a\n' }), 'dir/deep/g': withLines(START, { 3: 'a\n' }) });
    const b = t.commit([base], { 'dir/f': withLines(START, { 20: 'b\n' }), 'dir/deep/g': withLines(START, { 20: 'b\n' }) });
    t.refs({ main: base, a, b });
    // Loose, so that one of them can be taken away.
    const pack = git(t.dir, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)']).trimEnd().split('\n');
    const packed = git(t.dir, ['pack-objects', '--stdout', '-q'], { input: `${pack.join('\n')}\n` });
    const loose = new Tiny();
    git(loose.dir, ['unpack-objects', '-q'], { input: packed });
    for (const name of ['main', 'a', 'b']) git(loose.dir, ['update-ref', `refs/heads/${name}`, gitLine(t.dir, ['rev-parse', name])]);
    const loaded = await load(loose.dir);
    try {
      const ids = loaded.engine.acus.map((acu) => acu.id);
      const expected = await shown(loaded, ids, new Warm(loaded.reader));
      for (const what of ['main:dir/f', 'main:dir/deep', 'a:dir/deep/g']) {
        const oid = gitLine(loose.dir, ['rev-parse', what]) as Oid, path = join(loose.dir, 'objects', oid.slice(0, 2), oid.slice(2));
        expect(existsSync(path)).toBe(true);
        const warm = new Warm(loaded.reader);
        renameSync(path, `${path}.away`);
        await expect(shown(loaded, ids, warm), what).rejects.toMatchObject({ code: 'missing-object' });
        renameSync(`${path}.away`, path);
        expect(await shown(loaded, ids, warm), what).toBe(expected);
      }
    } finally {
      await loaded.close();
      t.remove();
      loose.remove();
    }
  });

  test('asks the repository for nothing that was asked before: no size of what might be renamed, no text that is merged', async () => {
    const t = new Tiny();
    const base = t.commit([], { gone: START, both: START, other: START });
    const a = t.commit([base], { gone: null, both: withLines(START, { 3: 'a\n' }) }), b = t.commit([base], { gone: null, both: withLines(START, { 20: 'b\n' }) });
    const c = t.commit([base], { short: ['of another size\n'] }), d = t.commit([base], { alike: withLines(START, { 5: 'd\n' }) });
    t.refs({ main: base, a, b, c, d });
    const loaded = await load(t.dir);
    try {
      const { reader } = loaded, contents = reader.contents.bind(reader), blobSizes = reader.blobSizes.bind(reader), asked: Oid[] = [], sized: Oid[] = [];
      Object.assign(reader, {
        contents: (type: 'tree' | 'blob', oids: readonly Oid[], most?: number) => { asked.push(...oids); return contents(type, oids, most); },
        blobSizes: (oids: readonly Oid[]) => { sized.push(...oids); return blobSizes(oids); },
      });
      const ids = loaded.engine.acus.map((acu) => acu.id), warm = new Warm(reader), first = await shown(loaded, ids, warm);
      expect(sized.length).toBeGreaterThan(1);
      expect(asked.length).toBeGreaterThan(3);
      asked.length = sized.length = 0;
      expect(await shown(loaded, ids, warm)).toBe(first);
      expect([...asked, ...sized]).toEqual([]);
    } finally {
      await loaded.close();
      t.remove();
    }
  });

  test('keeps of contents no more than it counts: not the buffers in which git and packs gave them', async () => {
    const dir = tempDir('buffers'), many = 40;
    git(dir.path, ['init', '--quiet', '--initial-branch=main']);
    for (let n = 0; n < many; n++) writeFileSync(join(dir.path, `${n}`), `${n}\n${'text '.repeat(n * 40)}\n`);
    git(dir.path, ['add', '.']);
    git(dir.path, ['commit', '--quiet', '-m', 'base']);
    const oids = git(dir.path, ['ls-tree', '-r', '--format=%(objectname)', 'HEAD']).trim().split('\n') as Oid[];
    try {
      for (const packed of [false, true]) {
        if (packed) git(dir.path, ['repack', '-adq']);
        for (const kind of ['native', 'embedded'] as const) {
          const reader = await openRepository(dir.path, { reader: kind }), warm = new Warm(reader), source = warm.source(async () => null);
          // in waves, and by themselves
          const found = [...await source.load(oids.slice(0, many - 4), Infinity)];
          for (const oid of oids.slice(many - 4)) found.push((await source.load([oid], Infinity))[0]!);
          expect(found.map((bytes) => source.hash(bytes as Uint8Array))).toEqual(oids);
          const held = oids.map((oid) => warm.cache.shelf(kinds.content).get(oid)!), buffers = new Set(held.map(({ buffer }) => buffer));
          expect(buffers.values().reduce((sum, { byteLength }) => sum + byteLength, 0), `${kind}, ${packed ? 'packed' : 'loose'}`).toBe(held.reduce((sum, { length }) => sum + length, 0));
          await reader.close();
        }
      }
    } finally {
      dir.remove();
    }
  });

  test('reads no version of a file where modes and ids decide what becomes of it', async () => {
    const dir = tempDir('modes'), at = (...args: string[]): string => gitLine(dir.path, args);
    git(dir.path, ['init', '--quiet', '--initial-branch=main']);
    const branch = (name: string, work: () => void): void => {
      git(dir.path, ['checkout', '--quiet', '-B', name, 'main']);
      work();
      git(dir.path, ['add', '.']);
      git(dir.path, ['commit', '--quiet', '-m', name]);
    };
    const file = join(dir.path, 'run.sh');
    writeFileSync(file, START.join(''));
    git(dir.path, ['add', '.']);
    git(dir.path, ['commit', '--quiet', '-m', 'base']);
    branch('modes', () => { chmodSync(file, 0o755); });
    branch('both', () => { writeFileSync(file, withLines(START, { 3: 'other\n' }).join('')); chmodSync(file, 0o755); });
    git(dir.path, ['checkout', '--quiet', 'main']);
    const loaded = await load(dir.path);
    try {
      const { reader } = loaded, contents = reader.contents.bind(reader), asked: string[] = [];
      Object.assign(reader, { contents: (type: 'tree' | 'blob', oids: readonly Oid[], most?: number) => { if (type === 'blob') asked.push(...oids); return contents(type, oids, most); } });
      const ids = loaded.engine.acus.map((acu) => acu.id);
      expect(ids.length).toBe(2);
      expect(await shown(loaded, ids, new Warm(reader))).toMatch(new RegExp(`^${at('merge-tree', '--write-tree', 'modes', 'both')} `));
      expect(asked).toEqual([]);
    } finally {
      await loaded.close();
      dir.remove();
    }
  });
});
