// Dangers: a git that hangs holds every request for half a minute each; one that dies takes the window's answers with it; a reader that
// gives up git for good, or goes on asking a dead one; another answer than git's.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type PlantedGit, plantGit } from '../../../../testkit/faults.ts';
import { type TempDir, tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import type { Oid } from '../../../core/bytes.ts';
import type { HistoryReader, RepositoryReader } from '../../../core/repository.ts';
import { type TelemetryEvent, silent } from '../../../core/telemetry.ts';
import { openRepository } from '../../git/open.ts';
import { Reader } from '../../git/reader.ts';
import { Breakers } from './breakers.ts';
import { openGuarded } from './git.ts';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

let dir: TempDir, git: PlantedGit, path: string, oids: Oid[], told: string[], breakers: Breakers;
const open: RepositoryReader[] = [];

beforeAll(async () => {
  dir = tempDir('guarded');
  path = `${dir.path}/r`;
  const repository = smallRepository(path);
  for (let i = 0; i < 12; i++) repository.branch(`b${i}`, { 'a.txt': numbered(20, { [i + 1]: `LINE ${i}` }) });
  const reader = await openRepository(path, { reader: 'embedded' });
  oids = (await reader.refs()).refs.map(({ oid }) => oid);
  await reader.close();
});
afterAll(() => dir.remove());

beforeEach(() => {
  git = plantGit(dir.path, GIT);
  told = [];
  breakers = new Breakers({ ...silent, tell: (event: TelemetryEvent) => { if (event.kind === 'breaker') told.push(`${event.dependency}: ${event.to}`); } });
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const reader of open.splice(0)) await reader.close();
  breakers.close();
  git.remove();
});

async function guarded(options: Partial<Parameters<typeof openGuarded>[1]> = {}): Promise<HistoryReader> {
  const reader = await openGuarded(path, { searchPath: git.path, timeoutMs: 150, rest: 100, breakers, ...options });
  open.push(reader);
  return reader;
}

/** Everything a reader answers, of commits that it has not been asked for. */
async function answers(reader: RepositoryReader): Promise<unknown> {
  const commits = await reader.commits(oids), tree = (commits[0] as { tree: Oid }).tree, entries = await reader.tree(tree), { oid } = entries[0]!;
  return [commits, entries, await reader.commit(oids[1]!), await reader.blob(oid), await reader.blobSize(oid), await reader.blobSizes([oid, oids[0]!]), await reader.contents('blob', [oid]),
    await reader.has(oid), await reader.resolve('b3'), await reader.abbreviated(oid.slice(0, 6)), await reader.refs(), await reader.head(), [...await reader.upstreams()]];
}

async function answersOf(kind: 'embedded' | 'native'): Promise<unknown> {
  const reader = await openRepository(path, { reader: kind });
  open.push(reader);
  return answers(reader);
}

/** Until it holds; a test that waits in vain ends by its own limit. */
async function until(holds: () => boolean): Promise<void> { while (!holds()) await sleep(10); }

test('a git that stops answering costs two silences: then the embedded reader answers the same, and git again when it is back', async () => {
  const wanted = await answersOf('embedded'), reader = await guarded();
  expect(reader.kind).toBe('native');
  expect(await reader.commits(oids)).toHaveLength(oids.length);
  git.be('hung');
  git.freeze();
  expect(await answers(reader)).toEqual(wanted);
  expect(reader.kind).toBe('embedded');
  expect(told).toContain('git: open');
  const { started } = git;
  expect(await answers(reader)).toEqual(wanted);
  expect(breakers.figures()).toMatchObject([{ dependency: 'git', reason: expect.stringContaining('did not answer') as string }]);
  git.be('well');
  await until(() => reader.kind === 'native');
  expect(told.slice(-2)).toEqual(['git: half-open', 'git: closed']);
  expect(git.started).toBeGreaterThan(started);
  expect(await answers(reader)).toEqual(wanted);
  await until(() => reader.kind === 'native');
});

test('a git that dies whenever it is asked is left alone', async () => {
  const wanted = await answersOf('embedded'), reader = await guarded({ rest: 60_000 });
  git.be('dead');
  git.kill();
  expect(await answers(reader)).toEqual(wanted);
  await reader.has(oids[0]!);
  expect(told).toEqual(['git: open']);
  const { started } = git;
  for (let i = 0; i < 20; i++) await reader.blobSizes(oids);
  expect(git.started).toBe(started);
});

test('what git answered before it died is not asked again, and nobody is told of a death', async () => {
  const reader = await guarded(), many = Array.from({ length: 400 }, (_, i) => oids[i % oids.length]!);
  const found = reader.contents('tree', many), others = Promise.all(oids.map((oid) => reader.commit(oid)));
  git.kill();
  expect((await found).every((one) => one instanceof Error && /not a tree|is a commit/.test(one.message))).toBe(true);
  expect((await others).map(({ oid }) => oid)).toEqual(oids);
});

test('a git that hangs when it is asked for its version: the embedded reader opens, and git is found when it is back', async () => {
  git.be('hung');
  const reader = await guarded();
  expect(reader.kind).toBe('embedded');
  expect(await reader.commit(oids[0]!)).toMatchObject({ oid: oids[0] });
  expect(told).toEqual(['git: open']);
  git.be('well');
  await until(() => reader.kind === 'native');
  expect(await reader.commit(oids[1]!)).toMatchObject({ oid: oids[1] });
});

test('who asked for the native reader alone is told why at once, and gets it back', async () => {
  const reader = await guarded({ reader: 'native', rest: 500 });
  git.be('dead');
  git.kill();
  for (let i = 0; i < 3; i++) await reader.has(oids[i]!).catch(() => undefined);
  await expect(reader.has(oids[5]!)).rejects.toMatchObject({ code: 'overloaded', data: { dependency: 'git' }, hint: expect.stringContaining('tried again') as string });
  git.be('well');
  await until(() => breakers.figures()[0]!.state === 'closed');
  expect(await reader.has(oids[5]!)).toBe(true);
});

test('without breakers a git that failed once is not asked again', async () => {
  const reader = await guarded({ breakers: undefined });
  git.be('dead');
  git.kill();
  expect(await reader.has(oids[0]!)).toBe(true);
  const { started } = git;
  for (const oid of oids) expect(await reader.commit(oid)).toMatchObject({ oid });
  expect(reader.kind).toBe('embedded');
  expect(git.started).toBe(started);
});

describe('a git that is given up while others still wait for it', () => {
  /** Readers through git that have been closed. */
  function closings(): Reader[] {
    const closed: Reader[] = [], close = Reader.prototype.close;
    vi.spyOn(Reader.prototype, 'close').mockImplementation(async function (this: Reader) { if (this.kind === 'native') closed.push(this); return close.call(this); });
    return closed;
  }
  /** A comparison that git never answers: that is waited for much longer than an object is. */
  async function comparing(reader: HistoryReader): Promise<readonly unknown[]> {
    const [commit] = await reader.commits([oids[1]!]);
    git.be('hung');
    return reader.changes([{ before: null, after: (commit as { tree: Oid }).tree }], 'paths');
  }
  const wanted = async (): Promise<readonly unknown[]> => {
    const reader = await openRepository(path, { reader: 'embedded' }), found = await reader.changes([{ before: null, after: (await reader.commit(oids[1]!)).tree }], 'paths');
    await reader.close();
    return found;
  };
  const some = async (reader: HistoryReader, n: number): Promise<void> => { for (let i = 0; i < n; i++) await reader.has(`${i}`.repeat(40) as Oid); };

  test.each(['without', 'with'])('what it failed of many asked at once is asked of the other reader, %s breakers', async (which) => {
    // of more objects than a reader finds by itself
    const many = Array.from({ length: 24 }, (_, i) => oids[i % oids.length]!), embedded = await openRepository(path, { reader: 'embedded' }), sizes = await embedded.blobSizes(many);
    await embedded.close();
    const reader = await guarded({ rest: 60_000, ...which === 'without' && { breakers: undefined } }), gate = Promise.withResolvers<void>(), own = Reader.prototype.blobSizes;
    let held = 0;
    vi.spyOn(Reader.prototype, 'blobSizes').mockImplementation(async function (this: Reader, asked) {
      const answer = await own.call(this, asked);
      if (this.kind === 'native') { held++; await gate.promise; }
      return answer;
    });
    git.be('dead');
    git.kill();
    const asked = reader.blobSizes(many);
    await some(reader, 3);
    expect([held, reader.kind]).toEqual([1, 'embedded']);
    gate.resolve();
    expect(await asked).toEqual(sizes);
  });

  test.each(['auto', 'native'] as const)('what waits for it when git is back is asked of that one (%s)', async (which) => {
    const closed = closings(), reader = await guarded({ reader: which, rest: 300 }), asked = comparing(reader).catch((error: unknown) => error);
    await until(() => git.started > 2);
    git.freeze();
    await some(reader, 3).catch(() => undefined);
    if (which === 'native') await some(reader, 3).catch(() => undefined);
    expect(reader.kind).toBe('embedded');
    git.be('well');
    await until(() => closed.length > 0);
    expect(await asked).toEqual(await wanted());
    expect(reader.kind).toBe('native');
  });

  test('without breakers it is closed, and what waits for it is asked of the other reader', async () => {
    const closed = closings(), reader = await guarded({ breakers: undefined }), asked = comparing(reader).catch((error: unknown) => error);
    await until(() => git.started > 2);
    git.freeze();
    await some(reader, 1);
    expect(reader.kind).toBe('embedded');
    await until(() => closed.length > 0);
    expect(await asked).toEqual(await wanted());
  });
});

test.each(['without', 'with'])('what git is at when the reader is closed ends there: nobody reads on, %s breakers', async (which) => {
  const reader = await guarded(which === 'without' ? { breakers: undefined } : {}), walked: string[] = [], { ancestry } = Reader.prototype;
  vi.spyOn(Reader.prototype, 'ancestry').mockImplementation(async function (this: Reader, ...asked) { walked.push(this.kind); return ancestry.apply(this, asked); });
  git.be('hung');
  const asked = reader.ancestry(oids[1]!, { heads: [], has: () => false }, 100).then(() => 'answered', (error: unknown) => error);
  await until(() => git.started > 2);
  await reader.close();
  expect(await asked).toMatchObject({ code: 'io', message: expect.stringContaining('closed') as string });
  await expect(reader.ancestry(oids[1]!, { heads: [], has: () => false }, 100)).rejects.toMatchObject({ code: 'io' });
  expect(walked).toEqual(['native']);
});

test('no repository, no git and the embedded reader are as they are without a guard', async () => {
  await expect(openGuarded(dir.path, { searchPath: git.path, breakers })).rejects.toMatchObject({ code: 'not-a-repository' });
  await expect(openGuarded(path, { searchPath: `${dir.path}/none`, reader: 'native', breakers })).rejects.toMatchObject({ code: 'io' });
  for (const options of [{ searchPath: `${dir.path}/none` }, { reader: 'embedded' as const }]) {
    const reader = await guarded(options);
    expect(reader.kind).toBe('embedded');
    expect(await reader.has(oids[0]!)).toBe(true);
  }
  expect(breakers.figures()).toEqual([]);
});
