// Danger: something acknowledged is lost (law 8), or something half written is seen. Real processes with real files: killed
// at random moments, with the end of their write-ahead log damaged, and two at a time on one store.
// ACUMEN_KILLS=n kills n times in place of 12, ACUMEN_SEED chooses when.
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { scratchFolder } from '../../../testkit/store.ts';
import { GROUP, numbered, storeProcess } from '../../../testkit/storeProcess.ts';
import { openStore, type Head, type Store } from './store.ts';

const folder = scratchFolder('crash');
afterAll(() => folder.remove());
const kills = Number(process.env['ACUMEN_KILLS'] ?? 12);
const seed = Number(process.env['ACUMEN_SEED'] ?? 1);

/** The numbers of one process's operations in the log's order, each checked against what it sent. */
async function numbersOf(store: Store, name: string): Promise<number[]> {
  const operations = (await store.operations()).toReversed().filter(({ description }) => description.startsWith(`${name} `));
  return Promise.all(operations.map(async ({ id, kind, description, time, command, target }) => {
    const n = Number(description.slice(name.length + 1));
    const sent = numbered(name, n);
    expect({ kind, description, time, command, target }).toEqual(sent.operation);
    expect((await store.stateAt(id)).composition).toEqual((sent.events[0] as { composition: unknown }).composition);
    return n;
  }));
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('a process killed at any moment', () => {
  it(`loses nothing acknowledged and keeps the order (${kills} kills, seed ${seed})`, async () => {
    const random = new Random(seed);
    const file = join(folder.path, 'killed.sqlite');
    let acknowledged = 0;
    let total = 0;
    for (let round = 1; round <= kills; round++) {
      const name = `round${round}`;
      const victim = storeProcess(['append', file, name, '100000']);
      // Every fourth dies around its start, while the file is created or opened; the others amid their appends.
      if (round % 4 !== 0) await victim.next();
      await sleep(random.below(round % 4 === 0 ? 250 : 60));
      victim.child.kill('SIGKILL');
      expect(await victim.ended).toBe('SIGKILL');

      const store = await openStore(file);
      const stored = await numbersOf(store, name);
      // Calls are answered in their order, so what is stored is a beginning of what was sent, and holds all that was answered.
      expect(stored).toEqual(upTo(stored.length));
      const operations = await store.operations();
      for (const [n, id] of victim.lines as [number, number][]) {
        expect(operations[operations.length - id]).toMatchObject({ id, description: `${name} ${n}` });
      }
      acknowledged += victim.lines.length;
      total += stored.length;
      await store.close();
    }
    const store = await openStore(file);
    expect((await store.head()).operation).toBe(total);
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
    await store.close();
    expect(acknowledged).toBeGreaterThan(kills);
    console.log(`${kills} kills: ${acknowledged} operations acknowledged, ${total} stored, none lost`);
  }, 60_000 + kills * 5000);
});

describe('a process killed amid groups planned on each other', () => {
  it('loses no group that was acknowledged, cuts none, and keeps the order', async () => {
    const random = new Random(seed + 1);
    for (let round = 0; round < 3; round++) {
      const file = join(folder.path, `groups${round}.sqlite`);
      const victim = storeProcess(['groups', file, 'many', '1000000']);
      await victim.next();
      await sleep(random.below(30));
      victim.child.kill('SIGKILL');
      expect(await victim.ended).toBe('SIGKILL');
      const store = await openStore(file);
      const operations = (await store.operations()).toReversed();
      expect(operations.map(({ description }) => description)).toEqual(operations.map((_, n) => `many ${n + 1}`));
      expect(operations.length % GROUP, 'a group is whole').toBe(0);
      const [acknowledged, id] = victim.lines.at(-1) as [number, number];
      expect(acknowledged).toBe(id);
      expect(operations.length).toBeGreaterThanOrEqual(acknowledged);
      expect((await store.state()).composition).toEqual((numbered('many', operations.length).events[0] as { composition: unknown }).composition);
      expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
      await store.close();
    }
  }, 60_000);
});

describe('a write-ahead log whose end is damaged', () => {
  it('gives a whole beginning of the log, never half an operation', async () => {
    const random = new Random(seed);
    const file = join(folder.path, 'wal.sqlite');
    const victim = storeProcess(['append', file, 'wal', '100000']);
    while (victim.lines.length < 60) await victim.next();
    victim.child.kill('SIGKILL');
    await victim.ended;
    const wal = readFileSync(`${file}-wal`);
    expect(wal.length, 'the kill leaves a log to be damaged').toBeGreaterThan(40_000);
    const lengths = new Set<number>();
    for (let n = 0; n < 12; n++) {
      const copy = join(folder.path, `wal${n}.sqlite`);
      copyFileSync(file, copy);
      const at = random.below(wal.length);
      if (n % 2 === 0) writeFileSync(`${copy}-wal`, wal.subarray(0, at));
      else {
        const damaged = Buffer.from(wal);
        damaged[at] = damaged[at]! ^ (1 + random.below(255));
        writeFileSync(`${copy}-wal`, damaged);
      }
      const store = await openStore(copy);
      const stored = await numbersOf(store, 'wal');
      expect(stored).toEqual(upTo(stored.length));
      expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
      // And it goes on from there.
      const { operation, events } = numbered('after', 1);
      expect((await store.append(operation, events)).id).toBe(stored.length + 1);
      lengths.add(stored.length);
      await store.close();
    }
    expect(lengths.size, 'damage was felt at different places').toBeGreaterThan(3);
  }, 120_000);
});

describe('a disk that fills up', () => {
  it.skipIf(process.platform === 'win32')('(not on Windows, which has no ulimit) refuses with the reason and keeps what it acknowledged', async () => {
    const file = join(folder.path, 'full.sqlite');
    const victim = storeProcess(['append', file, 'full', '100000'], { blocks: 1500 });
    await victim.ended;
    const codes = victim.lines.filter((line) => !Array.isArray(line));
    expect(codes.length).toBeGreaterThan(0);
    expect(new Set(codes.map((line) => (line as { code: string }).code))).toEqual(new Set(['io']));
    const acknowledged = victim.lines.length - codes.length;
    expect(acknowledged).toBeGreaterThan(10);
    const store = await openStore(file);
    const stored = await numbersOf(store, 'full');
    expect(stored).toEqual(upTo(acknowledged));
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
    const { operation, events } = numbered('after', 1);
    expect((await store.append(operation, events)).id, 'with room again it goes on').toBe(acknowledged + 1);
    await store.close();
  });
});

describe('two processes on one store', () => {
  it.each(['append', 'contend'])('%s 100 operations each: 200 in the log, each in its order', async (verb) => {
    const file = join(folder.path, `two-${verb}.sqlite`);
    const store = await openStore(file);
    const told: Head[] = [];
    store.onExternalChange((head) => told.push(head));
    const both = ['left', 'right'].map((name) => storeProcess([verb, file, name, '100']));
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
    for (const name of ['left', 'right']) {
      const stored = await numbersOf(store, name);
      expect(stored.toSorted((a, b) => a - b)).toEqual(upTo(100));
      expect(stored).toEqual(upTo(100));
    }
    expect((await store.head()).operation).toBe(200);
    for (let waited = 0; told.at(-1)?.operation !== 200 && waited < 5000; waited += 50) await sleep(50);
    expect(told.at(-1), 'we hear of the others').toEqual(await store.head());
    expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
    await store.close();
    expect(statSync(file).size, 'the last one out folds the log into the file').toBeGreaterThan(40_000);
  }, 60_000);

  it('open while the other writes: what is being committed is never taken for damage', async () => {
    const file = join(folder.path, 'opened.sqlite');
    await (await openStore(file)).close();
    const writing = storeProcess(['append', file, 'busy', '100000']);
    await writing.next();
    for (let opened = 0; opened < 400; opened++) await (await openStore(file, { readOnly: true })).close();
    writing.child.kill('SIGKILL');
    await writing.ended;
    expect(writing.lines.length, 'it wrote all the while').toBeGreaterThan(100);
  }, 60_000);
});
