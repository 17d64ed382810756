// The danger: a history that says other than git's: commits left out, lines counted twice, a file lost where it was renamed, lines given to
// those who did not write them; or another history for the same repository, read by another reader or grown commit by commit.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { historyFrom } from '../../../core/collaboration/history.ts';
import { personOf } from '../../../core/collaboration/identity.ts';
import { Log } from '../../../core/collaboration/log.ts';
import { Mailmap } from '../../../core/collaboration/mailmap.ts';
import type { History } from '../../../core/collaboration/model.ts';
import { packHistory, unpackHistory } from '../../../core/collaboration/packed.ts';
import type { HistoryReader } from '../../../core/repository.ts';
import { type TempDir, git, gitLine, initBare, tempDir } from '../../../../testkit/git.ts';
import { blamed, commitOn, makePast } from '../../../../testkit/pasts.ts';
import { Random } from '../../../../testkit/random.ts';
import { type ReaderChoice, openRepository } from '../open.ts';
import { atHead } from './head.ts';
import { type LogOptions, readLog } from './log.ts';

const NOW = 1_800_000_000;
let dir: TempDir;
beforeAll(() => { dir = tempDir('log'); });
afterAll(() => { dir.remove(); });
const at = (name: string): string => join(dir.path, name);

async function withReader<T>(path: string, reader: ReaderChoice, work: (reader: HistoryReader) => Promise<T>): Promise<T> {
  const open = await openRepository(path, { reader });
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}

async function historyAt(reader: HistoryReader, head: Oid, log = new Log(reader.objectFormat === 'sha1' ? 40 : 64), options: LogOptions = {}): Promise<History> {
  await readLog(reader, head, log, options);
  const { files, mailmap } = await atHead(reader, head);
  return historyFrom({ log, head, files, mailmap: mailmap === null ? null : new Mailmap(mailmap.text), now: NOW, survivors: true });
}
const read = (path: string, reader: ReaderChoice, head: string, options: LogOptions = {}): Promise<History> => withReader(path, reader, (open) => historyAt(open, head as Oid, undefined, options));

/** Commits and what each touched, as git lists them: [path, added, deleted] in the order of the history. */
function listed(path: string, head: string): { readonly commits: readonly string[]; readonly touches: ReadonlyMap<string, readonly string[]> } {
  const commits = gitLine(path, ['rev-list', head]).split('\n'), touches = new Map<string, string[]>();
  for (const part of git(path, ['log', '--format=%x01%H', '--numstat', '-M', '-z', '--diff-algorithm=myers', '--no-indent-heuristic', head]).split('\x01').slice(1)) {
    const fields = part.split('\0'), list: string[] = [];
    const [oid, first] = fields.shift()!.split('\n') as [string, string | undefined];
    for (let row = first ?? fields.shift(); row !== undefined && row !== ''; row = fields.shift()) {
      const [added, deleted, name] = row.replace(/^\n/, '').split('\t') as [string, string, ...string[]];
      const path_ = row.split('\t').slice(2).join('\t');
      if (name === '') fields.shift();
      list.push([name === '' ? fields.shift()! : path_, added === '-' ? '0' : added, deleted === '-' ? '0' : deleted].join('\n'));
    }
    touches.set(oid, list.sort());
  }
  return { commits, touches };
}

describe('a generated past', () => {
  test.each([1, 2, 3, 4, 5, 6])('%i: read by git and by us, it is one history, and every commit touches what git says', async (seed) => {
    const path = at(`past-${seed}`), head = makePast(path, new Random(seed), { commits: 90 });
    const native = await read(path, 'native', head), embedded = await read(path, 'embedded', head);
    expect(native.time.length).toBeGreaterThan(20);
    expect(unpackHistory(packHistory(native))).toEqual(native);
    expect(embedded).toEqual(native);

    const { commits, touches } = listed(path, head);
    expect(native.time.length).toBe(commits.length);
    await withReader(path, 'native', async (reader) => {
      const log = new Log(40);
      await readLog(reader, head as Oid, log);
      const seen = new Set<number>();
      for (const row of log.order(head as Oid)) {
        for (const parent of log.parents(row)) expect(seen.has(parent)).toBe(true);
        seen.add(row);
        const own: string[] = [], odd = new Set<string>();
        for (let t = log.touchStart(row); t < log.touchEnd(row); t++) {
          const name = log.paths[log.path.at(t)]!;
          // git counts lines of submodules; binary files have none for either
          if (!log.isLined(t)) odd.add(name);
          own.push([name, log.added.at(t), log.deleted.at(t)].join('\n'));
        }
        const theirs = touches.get(log.oid(row)) ?? [], isEven = (text: string): boolean => !odd.has(text.split('\n')[0]!);
        expect(own.sort().filter(isEven)).toEqual(theirs.filter(isEven));
        expect(own.length).toBe(theirs.length);
      }
      expect(seen.size).toBe(commits.length);
    });
    const alive = git(path, ['ls-tree', '-r', '-z', '--name-only', head]).split('\0').filter((name) => name !== '').sort();
    expect(native.files.filter((file) => file.alive).map((file) => file.path).sort()).toEqual(alive);
  });

  test.each([11, 12, 13])('%i: grown from any earlier head, or from one that was forced away, it is what is read at once', async (seed) => {
    const path = at(`grown-${seed}`), random = new Random(seed), head = makePast(path, random, { commits: 60 }) as Oid;
    const side = commitOn(path, gitLine(path, ['rev-parse', `${head}~1`]), { 'side.txt': 'one\ntwo\n' }, { ref: 'refs/heads/side' }) as Oid;
    const further = commitOn(path, head, { 'further.txt': 'x\n' }, { merge: [side] }) as Oid;
    await withReader(path, 'native', async (reader) => {
      const whole = await historyAt(reader, further), elsewhere = await historyAt(reader, side);
      const all = gitLine(path, ['rev-list', further]).split('\n') as Oid[];
      for (const start of [side, head, ...Array.from({ length: 4 }, () => random.pick(all))]) {
        const log = new Log(40);
        await historyAt(reader, start, log);
        expect(await historyAt(reader, further, Log.unpack(log.pack()))).toEqual(whole);
        expect(await historyAt(reader, side, log)).toEqual(elsewhere);
      }
    });
  });

  test('lines that stand are of those whom blame names, merges included', async () => {
    let same = 0, total = 0;
    for (const seed of [21, 22, 23, 24]) {
      const path = at(`blame-${seed}`), head = makePast(path, new Random(seed), { commits: 80 });
      const history = await read(path, 'native', head), who = personOf(history);
      const ours = new Map<string, number>();
      for (const [i, file] of history.survivors.file.entries()) ours.set(`${history.files[file]!.path}\0${history.survivors.person[i]!}`, history.survivors.lines[i]!);
      const text = git(path, ['diff-tree', '-r', '-z', '--numstat', '4b825dc642cb6eb9a060e54bf8d69288fbee4904', head]).split('\0').flatMap((row) => (/^[\d]/.test(row) ? [row.split('\t').slice(2).join('\t')] : []));
      const modules = new Set(git(path, ['ls-tree', '-r', '-z', head]).split('\0').flatMap((row) => (row.startsWith('160000') ? [row.slice(row.indexOf('\t') + 1)] : [])));
      for (const file of text.filter((name) => !modules.has(name))) {
        const theirs = new Map<number, number>();
        for (const [one, lines] of blamed(path, head, Buffer.from(file, 'latin1').toString())) {
          const [name, email] = one.split('\0') as [ByteString, ByteString], person = who(name, email);
          theirs.set(person, (theirs.get(person) ?? 0) + lines);
        }
        for (const [person, lines] of theirs) { same += Math.min(lines, ours.get(`${file}\0${person}`) ?? 0); total += lines; }
      }
      // and none too many
      expect(history.survivors.lines.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(total + 1);
    }
    expect(total).toBeGreaterThan(500);
    expect(same / total).toBeGreaterThan(0.98);
  });
});

describe('where something is missing', () => {
  test('a shallow clone has what it has: its first commits touch nothing, and it says so', async () => {
    const path = at('whole'), head = makePast(path, new Random(31), { commits: 40 });
    git(path, ['update-ref', 'HEAD', head]);
    const shallow = at('shallow');
    git(dir.path, ['clone', '--quiet', '--bare', '--depth=5', `file://${path}`, shallow]);
    const native = await read(shallow, 'native', head), embedded = await read(shallow, 'embedded', head);
    expect(embedded).toEqual(native);
    expect(native.shallow).toBe(true);
    expect(native.time.length).toBe(Number(gitLine(shallow, ['rev-list', '--count', 'HEAD'])));
    expect(native.notes.join(' ')).toContain('beginning of the history is not there');
    expect(native.files.filter((file) => file.alive).length).toBe(git(path, ['ls-tree', '-r', '--name-only', head]).trim().split('\n').length);
  });

  test('a commit whose contents are gone counts, its touches do not, and the others are as they were', async () => {
    const path = at('damaged');
    initBare(path);
    const first = commitOn(path, null, { 'a.txt': 'one\n' }), second = commitOn(path, first, { 'b.txt': 'two\n' }), third = commitOn(path, second, { 'a.txt': 'one\nthree\n' });
    const gone = gitLine(path, ['rev-parse', `${second}:b.txt`]);
    rmSync(join(path, 'objects', gone.slice(0, 2), gone.slice(2)));
    for (const reader of ['native', 'embedded'] as const) {
      const history = await read(path, reader, third);
      expect([history.time.length, [...history.touch], history.notes.length]).toEqual([3, [0, 1, 1, 2], 1]);
      expect(history.files.map(({ path: name, alive }) => [name, alive])).toEqual([['a.txt', true], ['b.txt', true]]);
    }
  });

  test('objects named by SHA-256 are read through git', async () => {
    const path = at('sha256');
    initBare(path, { objectFormat: 'sha256' });
    const first = commitOn(path, null, { 'a.txt': 'one\n' }), head = commitOn(path, first, { 'a.txt': 'one\ntwo\n', 'b.txt': 'b\n' });
    const history = await read(path, 'native', head);
    expect([history.head, [...history.touch], [...history.added], [...history.survivors.lines]]).toEqual([head, [0, 1, 3], [1, 1, 1], [2, 1]]);
    expect(unpackHistory(packHistory(history))).toEqual(history);
  });

  test('of more commits than are read the older ones are left out', async () => {
    const path = at('many'), head = makePast(path, new Random(41), { commits: 30, isPlain: true });
    const history = await read(path, 'native', head, { mostCommits: 10 });
    expect([history.time.length, history.shallow]).toEqual([10, true]);
  });

  test('cancelled while it is read, it says so, and git is left in peace', async () => {
    const path = at('past-1'), head = gitLine(path, ['rev-parse', 'refs/heads/main']);
    const stop = new AbortController();
    await withReader(path, 'native', async (reader) => {
      await expect(readLog(reader, head as Oid, new Log(40), { signal: stop.signal, progress: () => stop.abort() })).rejects.toMatchObject({ code: 'cancelled' });
      expect((await historyAt(reader, head as Oid)).time.length).toBeGreaterThan(20);
    });
  });
});
