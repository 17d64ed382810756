// Danger: a verdict on screen that is not the engine's; a call that waits for ever on a worker that died; a graph that looks
// different each time.
import { expose } from 'comlink';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AcuId } from '../core/bytes.ts';
import { difference } from '../core/difference.ts';
import type { Conflict } from '../core/model.ts';
import { tempDir } from '../../testkit/git.ts';
import type { TempDir } from '../../testkit/git.ts';
import { generate } from '../../testkit/generate.ts';
import type { Generated } from '../../testkit/generate.ts';
import { load } from '../../testkit/loaded.ts';
import type { Loaded } from '../../testkit/loaded.ts';
import { numbered, smallRepository } from '../../testkit/small.ts';
import { layout } from './layout.ts';
import { Layouter } from './layouter.ts';
import { marks } from './marks.ts';
import { Replica } from './replica.ts';
import { supervise } from './rpc.ts';

const everything = { verdict: null, kind: null, acus: null, text: '', inherited: true } as const;

describe('a replica of a generated repository', () => {
  let made: Generated, loaded: Loaded, replica: Replica;
  let all: readonly AcuId[];
  beforeAll(async () => {
    made = await generate({ seed: 11, sources: 40, mix: 'team' });
    loaded = await load(made.dir);
    replica = new Replica();
    all = replica.load(1, loaded.engine.digest, loaded.engine.encode()).rows.map((row) => row.id);
  });
  afterAll(async () => { await loaded.close(); made.remove(); });

  test('every mark is the engine\'s verdict', () => {
    const composed = replica.fitting([], all.slice(0, 12)).add;
    const seen = new Set<string>();
    for (const chosen of [[], composed]) {
      const found = replica.marks(chosen, Int32Array.from(all, (_, i) => i));
      all.forEach((id, i) => {
        const acu = loaded.engine.acu(id)!;
        const wanted = chosen.includes(id) ? 'in' : acu.standing === 'exact' ? loaded.engine.verdict(chosen, [id]).kind : acu.standing;
        expect(marks[found[i]!]).toBe(wanted);
        seen.add(wanted);
      });
    }
    expect(seen).toContain('fits');
    expect(seen).toContain('conflicts');
  });

  test('what "add what fits" adds is what one gets by asking the engine for each', () => {
    const { engine } = loaded;
    for (const [chosen, candidates] of [[[], all], [[], all.toReversed()], [[...engine.closed(all.slice(3, 4))], all.slice(10)]] as const) {
      const set = new Set(chosen), left: AcuId[] = [];
      for (const id of candidates) {
        if (set.has(id)) continue;
        const verdict = engine.verdict([...set], [id]);
        const all_ = verdict.kind === 'needs' ? [...verdict.missing, id] : [id];
        if (verdict.kind === 'fits' || verdict.kind === 'needs') for (const one of all_) set.add(one); else left.push(id);
      }
      const found = replica.fitting(chosen, candidates);
      expect([...found.add, ...chosen].sort()).toEqual([...set].sort());
      expect(found.left).toEqual(left.filter((id) => !set.has(id)));
      expect(engine.check([...set]).ok).toBe(true);
      expect(left.length).toBeGreaterThan(0);
    }
  });

  test('the table holds the engine\'s conflicts, each once, and filters as a slow loop does', () => {
    const conflicts = [...loaded.engine.conflicts()];
    const name = (c: { a: string; b: string; kind: string; path: string; inherited: boolean }): string => `${c.a} ${c.b} ${c.kind} ${c.path} ${c.inherited}`;
    const rows = (filter: Parameters<Replica['selectConflicts']>[1]): string[] => {
      const n = replica.selectConflicts(7, filter);
      const paged: string[] = [];
      for (let from = 0; from < n; from += 10) paged.push(...replica.conflictPage(7, from, Math.min(n, from + 10))!.map(name));
      return paged.sort();
    };
    const slow = (wanted: (c: Conflict) => boolean): string[] => conflicts.filter(wanted).map(name).sort();
    expect(conflicts.length).toBeGreaterThan(20);
    expect(rows(everything)).toEqual(slow(() => true));
    expect(rows({ ...everything, inherited: false })).toEqual(slow((c) => !c.inherited));
    for (const kind of new Set(conflicts.map((c) => c.kind))) expect(rows({ ...everything, kind })).toEqual(slow((c) => c.kind === kind));
    for (const id of all.slice(0, 10)) expect(rows({ ...everything, acus: [id] })).toEqual(slow((c) => c.a === id || c.b === id));
    expect(rows({ ...everything, text: 'SRC/' }).length).toBe(slow((c) => c.path.toLowerCase().includes('src/') || [c.a, c.b].some((id) => id !== 'base' && loaded.engine.acu(id as AcuId)!.name.toLowerCase().includes('src/'))).length);
    expect(replica.conflictPage(6, 0, 10), 'an older choice').toBe(null);
  });

  test('degrees, pairs and partitions tell of the same graph', () => {
    const { degree, partition, partitions } = replica.conflictIndex(), graph = replica.graph();
    const near = new Map<number, Set<number>>();
    const at = new Map(all.map((id, i) => [id, i]));
    for (const { a, b } of loaded.engine.conflicts()) {
      const x = at.get(a)!, y = b === 'base' ? -1 : at.get(b)!;
      near.set(x, (near.get(x) ?? new Set()).add(y));
      if (y >= 0) near.set(y, (near.get(y) ?? new Set()).add(x));
    }
    all.forEach((_, i) => expect(degree[i]).toBe(near.get(i)?.size ?? 0));
    expect(graph.a.length).toBe([...near.values()].reduce((n, set) => n + [...set].filter((y) => y >= 0).length, 0) / 2);
    for (let i = 0; i < graph.a.length; i++) expect(partition[graph.a[i]!]).toBe(partition[graph.b[i]!]);
    expect(new Set(partition).size - (partition.includes(-1) ? 1 : 0)).toBe(partitions);
    for (const id of all.slice(0, 15)) {
      const closure = loaded.engine.closed([id]);
      const wanted = new Set([...closure].flatMap((one) => [...near.get(at.get(one)!) ?? []]).filter((y) => y >= 0 && !closure.has(all[y]!)));
      expect([...replica.against([id])].sort()).toEqual([...wanted].sort());
    }
  });

  test('who changes a path is told among those that are asked about', () => {
    const { acus } = loaded.engine, path = acus.find((acu) => acu.paths.length > 0)!.paths[0]!, all = acus.map(({ id }) => id);
    expect(replica.changersOf(path, all)).toEqual(acus.filter((acu) => acu.paths.includes(path)).map(({ id }) => id));
    expect(replica.changersOf(path, [])).toEqual([]);
  });
});

describe('epochs', () => {
  let dir: TempDir;
  beforeAll(() => { dir = tempDir('epochs'); });
  afterAll(() => dir.remove());

  test('a difference gives the digest of the newer graph; a gap, or one that is not worth packing, asks for the snapshot', async () => {
    const repository = smallRepository(`${dir.path}/r`);
    repository.branch('one', { 'a.txt': numbered(20, { 3: 'ONE' }) });
    const first = await load(repository.path);
    repository.branch('two', { 'a.txt': numbered(20, { 3: 'TWO' }) });
    const second = await load(repository.path);
    const replica = new Replica();
    expect(replica.load(4, first.engine.digest, first.engine.encode())).toMatchObject({ epoch: 4, digest: first.engine.digest });
    const same = difference(first.engine.encode(), first.engine.encode());
    expect(replica.apply(4, 5, first.engine.digest, same)).toEqual({ kind: 'same', epoch: 5 });
    expect(replica.apply(4, 6, first.engine.digest, same)).toEqual({ kind: 'gap' });
    const applied = replica.apply(5, 6, second.engine.digest, difference(first.engine.encode(), second.engine.encode()));
    if (applied.kind === 'loaded') expect(applied.loaded).toMatchObject({ epoch: 6, digest: second.engine.digest, expected: second.engine.digest });
    else expect(replica.load(6, second.engine.digest, second.engine.encode()).rows).toHaveLength(2);
    expect(replica.verdict([], second.engine.acus.map((acu) => acu.id))).toMatchObject({ kind: 'conflicts', total: 1 });
    // an unchanged graph whose digest is not the service's must not pass for it
    expect(replica.apply(6, 7, 'another', difference(second.engine.encode(), second.engine.encode()))).toMatchObject({ kind: 'loaded', loaded: { expected: 'another' } });
    await first.close();
    await second.close();
  });
});

describe('layout', () => {
  const ring = (n: number): [Int32Array, Int32Array] => [Int32Array.from({ length: n }, (_, i) => i), Int32Array.from({ length: n }, (_, i) => (i + 1) % n)];
  const settled = (nodes: number, a: Int32Array, b: Int32Array): Float32Array => [...layout(nodes, a, b)].at(-1)!.positions;

  test('the same graph stands in the same places, and no two nodes on one', () => {
    const [a, b] = ring(30);
    const one = settled(40, a, b), two = settled(40, a, b);
    expect(one).toEqual(two);
    expect(one.every(Number.isFinite)).toBe(true);
    const places = new Set(Array.from({ length: 40 }, (_, i) => `${Math.round(one[2 * i]!)} ${Math.round(one[2 * i + 1]!)}`));
    expect(places.size).toBe(40);
  });

  test('nodes without conflicts stand below the others; a graph without edges is a grid, an empty one nothing', () => {
    const [a, b] = ring(10);
    const p = settled(20, a, b);
    const bottom = Math.max(...Array.from({ length: 10 }, (_, i) => p[2 * i + 1]!));
    for (let i = 10; i < 20; i++) expect(p[2 * i + 1]).toBeGreaterThan(bottom);
    expect(new Set(settled(9, new Int32Array(0), new Int32Array(0))).size).toBeGreaterThan(3);
    expect(settled(0, new Int32Array(0), new Int32Array(0))).toHaveLength(0);
  });

  test('of those without conflicts, who cannot be composed stands after all who can, and nobody else moves', () => {
    const [a, b] = ring(10), nothing = new Int32Array(0), after = Uint8Array.from({ length: 60 }, (_, i) => Number(i % 3 === 0)), read = (p: Float32Array, i: number): number => p[2 * i + 1]! * 1e6 + p[2 * i]!;
    const p = [...layout(60, a, b, after)].at(-1)!.positions, alone = Array.from({ length: 50 }, (_, i) => 10 + i);
    expect(Math.max(...alone.filter((i) => after[i] === 0).map((i) => read(p, i)))).toBeLessThan(Math.min(...alone.filter((i) => after[i] === 1).map((i) => read(p, i))));
    expect(p.slice(0, 20)).toEqual(settled(60, a, b).slice(0, 20));
    expect([...layout(9, nothing, nothing, new Uint8Array(9))].at(-1)!.positions).toEqual(settled(9, nothing, nothing));
  });
});

describe('a layouter', () => {
  test('takes the steps of a layout one by one, each waited for, and stops when no more is wanted', async () => {
    const n = 120, a = Int32Array.from({ length: n }, (_, i) => i), b = Int32Array.from({ length: n }, (_, i) => (i + 1) % n);
    const steps = [...layout(n, a, b)].map(({ progress }) => progress), last = [...layout(n, a, b)].at(-1)!.positions;
    const taken: number[] = [];
    let atOnce = 0, positions = new Float32Array(0);
    await new Layouter().arrange(n, a, b, async (found, progress) => {
      expect(++atOnce).toBe(1);
      await new Promise((next) => { setTimeout(next, 0); });
      atOnce--;
      taken.push(progress);
      positions = found as Float32Array<ArrayBuffer>;
      return true;
    });
    expect(taken).toEqual(steps);
    expect(positions).toEqual(last);
    expect(steps.length).toBeGreaterThan(3);
    let asked = 0;
    await new Layouter().arrange(n, a, b, () => ++asked < 2);
    expect(asked).toBe(2);
  });
});

/** A worker's two ends in one thread: what `supervise` needs of one. */
function worker(api: object): { readonly worker: Worker; fail(message: string): void; readonly ended: () => boolean } {
  const { port1, port2 } = new MessageChannel();
  expose(api, port2 as unknown as Parameters<typeof expose>[1]);
  const heard = new Map<string, ((event: { message: string }) => void)[]>();
  let ended = false;
  return {
    worker: {
      postMessage: (message: unknown, transfer: Transferable[]) => port1.postMessage(message, transfer as never),
      addEventListener: (type: string, listener: never) => { if (type === 'message') port1.addEventListener(type, listener); else heard.set(type, [...heard.get(type) ?? [], listener]); },
      removeEventListener: (type: string, listener: never) => port1.removeEventListener(type, listener),
      start: () => port1.start(),
      terminate: () => { ended = true; port1.close(); port2.close(); },
    } as unknown as Worker,
    fail: (message) => { for (const listener of heard.get('error') ?? []) listener({ message }); },
    ended: () => ended,
  };
}

describe('a worker', () => {
  const api = { double: (n: number) => 2 * n, wait: () => new Promise<void>(() => undefined), fail: () => { throw new Error('no'); } };

  test('answers, and hands on what it throws', async () => {
    const it = worker(api), client = supervise<typeof api>(it.worker, 'test');
    expect(await client.call((a) => a.double(21))).toBe(42);
    await expect(client.call(async (a) => a.fail())).rejects.toThrow('no');
    client.end();
    expect(it.ended()).toBe(true);
  });

  test('that dies rejects what waits and what is asked later, and says so once', async () => {
    const it = worker(api), client = supervise<typeof api>(it.worker, 'test');
    const reasons: string[] = [];
    client.onDeath((reason) => reasons.push(reason.message));
    const waiting = client.call((a) => a.wait());
    it.fail('out of memory');
    it.fail('again');
    await expect(waiting).rejects.toThrow('The test worker stopped: out of memory');
    await expect(client.call((a) => a.double(1))).rejects.toThrow('out of memory');
    expect(reasons).toEqual(['The test worker stopped: out of memory']);
    expect(it.ended()).toBe(true);
  });

  test('lets go of a call whose signal aborts', async () => {
    const it = worker(api), client = supervise<typeof api>(it.worker, 'test');
    const abort = new AbortController();
    const waiting = client.call((a) => a.wait(), abort.signal);
    abort.abort();
    await expect(waiting).rejects.toThrow(/no longer wanted/);
    expect(await client.call((a) => a.double(2))).toBe(4);
    await expect(client.call((a) => a.double(2), AbortSignal.abort())).rejects.toThrow();
    client.end();
  });
});
