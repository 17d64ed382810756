// The danger: a history from the cache that is not the one of this head; one that was cut off or could not be counted, kept as if it were
// whole; the next opening reading everything again; somebody who gave up stopping those who still wait.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Oid } from '../../../core/bytes.ts';
import { unpackHistory } from '../../../core/collaboration/packed.ts';
import type { HistoryReader } from '../../../core/repository.ts';
import { type TempDir, git, gitLine, tempDir } from '../../../../testkit/git.ts';
import { commitOn, makePast } from '../../../../testkit/pasts.ts';
import { Random } from '../../../../testkit/random.ts';
import { type ReaderChoice, openRepository } from '../../git/open.ts';
import { LayeredCache } from '../cache/cache.ts';
import { type PackedHistory, historyOf } from './history.ts';

const NOW = 4_200_000_000;
let dir: TempDir, path: string, heads: Oid[];
beforeAll(() => {
  dir = tempDir('histories');
  path = `${dir.path}/past`;
  const head = makePast(path, new Random(5), { commits: 60 });
  heads = [gitLine(path, ['rev-parse', `${head}~1`]), head, commitOn(path, head, { 'new.txt': 'new\n' }), commitOn(path, gitLine(path, ['rev-parse', `${head}~1`]), { 'forced.txt': 'x\n' }, { ref: 'refs/heads/forced' }), commitOn(path, head, { 'late.txt': 'x\n' }, { ref: 'refs/heads/future', time: 4_102_444_800 })] as Oid[];
});
afterAll(() => { dir.remove(); });

/** What was read of the repository: changes of commits, as pairs of trees asked for. */
function counted(reader: HistoryReader): { readonly reader: HistoryReader; readonly asked: () => number } {
  let n = 0;
  return { reader: new Proxy(reader, { get: (of, name: keyof HistoryReader) => (name === 'changes' ? (...args: Parameters<HistoryReader['changes']>) => { n += args[0].length; return of.changes(...args); } : typeof of[name] === 'function' ? (of[name] as () => unknown).bind(of) : of[name]) }), asked: () => n };
}
async function withReader<T>(work: (reader: HistoryReader, asked: () => number) => Promise<T>, choice: ReaderChoice = 'native', at = path): Promise<T> {
  const open = await openRepository(at, { reader: choice });
  const { reader, asked } = counted(open);
  try {
    return await work(reader, asked);
  } finally {
    await open.close();
  }
}
const fresh = (head: Oid, now = NOW): Promise<PackedHistory> => withReader((reader) => historyOf(new LayeredCache(), reader, head, { now }));

test('from the cache, grown from what was kept, or after a force-push: what is read from nothing', async () => {
  await withReader(async (reader, asked) => {
    const cache = new LayeredCache(), costs: number[] = [];
    for (const head of [heads[0]!, heads[1]!, heads[2]!, heads[3]!, heads[2]!, heads[1]!]) {
      const before = asked(), got = await historyOf(cache, reader, head, { now: NOW });
      costs.push(asked() - before);
      expect(got).toEqual(await fresh(head));
      expect(unpackHistory(got.bytes).head).toBe(head);
    }
    // the first reads all, the others what is new, and what was kept is not read at all
    expect(costs[0]).toBeGreaterThan(10);
    expect(costs[2]).toBe(1);
    expect(costs[3]).toBe(1);
    expect(costs.slice(4)).toEqual([0, 0]);
  });
});

test('of the newest part first, then of all: what all of it is, read from nothing, and what was read of the part is not read again', async () => {
  const head = heads[2]!;
  for (const choice of ['native', 'embedded'] as const) {
    await withReader(async (reader, asked) => {
      const cache = new LayeredCache(), of = (newest?: number): Promise<PackedHistory> => historyOf(cache, reader, head, { now: NOW, ...newest !== undefined && { newest } });
      const all = await withReader((other) => historyOf(new LayeredCache(), other, head, { now: NOW }), choice), count = unpackHistory(all.bytes).time.length;
      // of fewer than twice as many there is no part
      expect(await withReader((other) => historyOf(new LayeredCache(), other, head, { now: NOW, newest: count }), choice)).toEqual(all);
      const part = await of(20), read = asked();
      expect(part.newest).toBe(20);
      const history = unpackHistory(part.bytes);
      expect([history.head, history.time.length, history.shallow]).toEqual([head, 20, true]);
      expect(await of()).toEqual(all);
      if (choice === 'native') expect(asked()).toBe(await withReader(async (other, others) => { await historyOf(new LayeredCache(), other, head, { now: NOW }); return others(); }, choice));
      expect(read).toBeGreaterThan(0);
      // once all of it is kept, that is what is told
      expect(await of(20)).toEqual(all);
    }, choice);
  }
});

test('what depends on the time of day is not kept', async () => {
  const cache = new LayeredCache(), head = heads[4]!;
  await withReader(async (reader) => {
    const early = await historyOf(cache, reader, head, { now: 1_600_000_000 }), late = await historyOf(cache, reader, head, { now: NOW });
    expect(early).toEqual(await fresh(head, 1_600_000_000));
    expect(late).toEqual(await fresh(head));
    expect(late.digest).not.toBe(early.digest);
  });
});

test('asked for twice at once it is read once; who gives up gives up alone', async () => {
  await withReader(async (reader, asked) => {
    const cache = new LayeredCache(), stop = new AbortController(), head = heads[2]!;
    let begin = (): void => {};
    const began = new Promise<void>((resolve) => { begin = resolve; });
    const given = historyOf(cache, reader, head, { now: NOW, signal: stop.signal, progress: () => begin() });
    await began;
    const wanted = historyOf(cache, reader, head, { now: NOW });
    stop.abort();
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    expect(await wanted).toEqual(await fresh(head));
    expect(asked()).toBeLessThan(200);
    const gone = new AbortController();
    gone.abort();
    await expect(historyOf(new LayeredCache(), reader, head, { now: NOW, signal: gone.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

test('a clone that is cut off and later is not has another history then', async () => {
  const shallow = `${dir.path}/shallow`, head = heads[1]!;
  git(path, ['update-ref', 'refs/heads/main', head]);
  git(dir.path, ['clone', '--quiet', '--bare', '--depth=3', '--branch=main', `file://${path}`, shallow]);
  const cache = new LayeredCache(), of = (): Promise<PackedHistory> => withReader((reader) => historyOf(cache, reader, head, { now: NOW }), 'native', shallow);
  expect(unpackHistory((await of()).bytes).shallow).toBe(true);
  git(shallow, ['fetch', '--quiet', '--unshallow', path]);
  const whole = await of();
  expect(unpackHistory(whole.bytes).shallow).toBe(false);
  expect(whole).toEqual(await fresh(head));
});

test('an empty tree, one commit, one author', async () => {
  const small = `${dir.path}/small`;
  git(dir.path, ['init', '--quiet', '--bare', '--template=', small]);
  const head = commitOn(small, null, {}) as Oid;
  const h = unpackHistory((await withReader((reader) => historyOf(new LayeredCache(), reader, head, { now: NOW }), 'native', small)).bytes);
  expect([h.time.length, h.files.length, h.people.length, h.file.length, h.notes]).toEqual([1, 0, 1, 0, []]);
});
