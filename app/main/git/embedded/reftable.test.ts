// Danger: refs of a reftable repository read otherwise than git reads them, or a table of a stranger that hangs us, fills memory or
// hides refs. git's own tables are committed (testkit/reftable); a plain writer makes those that no git writes.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastImport, gitLine, initBare, tempDir } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { load } from '../../../../testkit/loaded.ts';
import { fixtureRefs, fixtureRepository, fixtureStream, folderOf, formats, makeReftableLayout } from '../../../../testkit/reftable/fixture.ts';
import type { Format } from '../../../../testkit/reftable/fixture.ts';
import { checksum, encodeTable, varint, writeStack } from '../../../../testkit/reftable/write.ts';
import type { Row, TableOptions } from '../../../../testkit/reftable/write.ts';
import { type ByteString, type Oid, fromUtf8 } from '../../../core/bytes.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { openRepository } from '../open.ts';
import { openWriter } from '../writer.ts';
import { parseConfig } from './config.ts';
import { refStoreOf } from './refs.ts';
import type { RefStore } from './refs.ts';

let dir: TempDir;
beforeAll(() => { dir = tempDir('reftable'); });
afterAll(() => { dir.remove(); });

const at = (...parts: string[]): string => join(realpathSync(dir.path), ...parts);
/** Which readers read a format: the embedded one knows SHA-1 alone, whatever keeps the refs. */
const readersOf = (format: Format): readonly ('embedded' | 'native')[] => (format === 'sha1' ? ['embedded', 'native'] : ['native']);

/** Refs that lead to a commit as `OID NAME`, the others by name. */
async function listed(reader: RepositoryReader): Promise<{ refs: string[]; skipped: readonly string[] }> {
  const { refs, skipped } = await reader.refs();
  return { refs: refs.map(({ oid, name }) => `${oid} ${name}`), skipped };
}

/** What git listed, as a reader answers: symbolic refs followed, tags peeled, and what is no commit left out. */
function asListed(format: Format, rows: readonly string[]): { refs: string[]; skipped: string[] } {
  const names = rows.map((row) => row.slice(row.indexOf(' ') + 1).replace(/ -> .*$/, ''));
  const input = rows.map((row) => `${row.slice(0, row.indexOf(' '))}^{}\n`).join('');
  const peeled = gitLine(at(`${format}-objects`), ['cat-file', '--batch-check=%(objecttype) %(objectname)'], { input }).split('\n').map((row) => row.split(' '));
  return {
    refs: names.flatMap((name, i) => (peeled[i]![0] === 'commit' ? [`${peeled[i]![1]} ${name}`] : [])),
    skipped: names.filter((_, i) => peeled[i]![0] !== 'commit'),
  };
}

describe.each(formats)('tables that git wrote, %s', (format) => {
  let path: string;
  beforeAll(() => {
    path = at(`fixture-${format}`);
    fixtureRepository(path, format);
    initBare(at(`${format}-objects`), { objectFormat: format });
    fastImport(at(`${format}-objects`), fixtureStream());
  });

  test('hold the refs that git lists, among several tables with tombstones, indexes, ids and logs', async () => {
    const names = readFileSync(join(path, 'reftable/tables.list'), 'latin1').trim().split('\n');
    expect(names.length).toBeGreaterThan(10);
    const rows = fixtureRefs(format);
    expect(rows.filter((row) => row.includes('refs/pull/')).length).toBe(81);
    const expected = asListed(format, rows);
    // git leaves symbolic refs that lead nowhere out of its list.
    expected.skipped = [...expected.skipped, 'refs/remotes/dangling/HEAD'].sort();
    for (const kind of readersOf(format)) {
      const reader = await openRepository(path, { reader: kind });
      expect(reader.kind).toBe(kind);
      expect(await listed(reader)).toEqual(expected);
      expect(await reader.head()).toMatchObject({ kind: 'branch', ref: 'refs/heads/main' });
      expect((await reader.refs()).remoteHead).toBe('refs/heads/second');
      expect(await reader.resolve('origin')).toBe(gitLine(at(`${format}-objects`), ['rev-parse', 'second']));
      expect(await reader.resolve('annotated')).toBe(gitLine(at(`${format}-objects`), ['rev-parse', 'annotated^{}']));
      await expect(reader.resolve('refs/pull/4/head')).rejects.toMatchObject({ code: 'unknown-revision' });
      await reader.close();
    }
    if (format === 'sha256') await expect(openRepository(path, { reader: 'embedded' })).rejects.toMatchObject({ code: 'unsupported-repository', hint: expect.stringContaining('native reader') });
  });

  test('give the same changes the same ids as refs in files', async () => {
    const globs = ['refs/heads/*'];
    const ids = await Promise.all([[path, readersOf(format)[0]!], [path, 'native'], [at(`${format}-objects`), 'native']].map(async ([repo, reader]) => {
      const loaded = await load(repo!, { reader: reader as 'native', refs: globs, base: 'refs/heads/main' });
      await loaded.close();
      return loaded.engine.acus.map(({ id }) => id).sort();
    }));
    expect(ids[0]!.length).toBe(4);
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual(ids[0]);
  });

  test('of a linked working tree are its own', async () => {
    const home = join(path, 'worktrees', 'linked');
    const tree = at(`linked-${format}`);
    for (const folder of [home, tree]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(home, 'HEAD'), 'ref: refs/heads/.invalid\n');
    writeFileSync(join(home, 'commondir'), '../..\n');
    writeFileSync(join(home, 'gitdir'), `${join(tree, '.git')}\n`);
    writeFileSync(join(tree, '.git'), `gitdir: ${home}\n`);
    cpSync(join(folderOf(format), 'linked'), join(home, 'reftable'), { recursive: true });
    const expected = asListed(format, fixtureRefs(format, 'linked.txt'));
    for (const kind of readersOf(format)) {
      const reader = await openRepository(tree, { reader: kind });
      expect((await listed(reader)).refs).toEqual(expected.refs);
      expect(expected.refs.some((row) => row.endsWith('refs/bisect/bad'))).toBe(true);
      expect(await reader.head()).toEqual({ kind: 'detached', oid: gitLine(at(`${format}-objects`), ['rev-parse', 'first']) });
      await reader.close();
    }
  });

  test('are not written to: refused before any object is made, with what to do', async () => {
    const before = readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name)).sort();
    const writer = openWriter(path);
    const refused = { code: 'unsupported-repository', hint: expect.stringContaining('git refs migrate') };
    await expect(writer.writeBlob(new Uint8Array(3))).rejects.toMatchObject(refused);
    await expect(writer.moveBranch('first', '5'.repeat(40) as Oid, null)).rejects.toMatchObject(refused);
    expect(readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name)).sort()).toEqual(before);
  });
});

/** The store of refs of a folder that holds only tables. */
function storeOf(gitDir: string, format: Format): RefStore {
  return refStoreOf({ gitDir, headDir: fromUtf8(gitDir) }, parseConfig(Buffer.from(`[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = reftable\nobjectFormat = ${format}\n`)));
}

const shown = (refs: ReadonlyMap<string, { kind: string }>): string[] => [...refs].map(([name, value]) => `${name} ${JSON.stringify(value)}`).sort();

/** Names under refs/ and values; the same names again and again, so that tables speak of each other's. */
function rowsOf(format: Format): fc.Arbitrary<Row[]> {
  const oid = fc.integer({ min: 1, max: 9 }).map((n) => String(n).repeat(format === 'sha1' ? 40 : 64));
  const name = fc.oneof(fc.integer({ min: 0, max: 60 }).map((n) => `refs/heads/b${n}`), fc.constantFrom('refs/tags/v1', 'refs/x', 'refs/heads/\xff', `refs/heads/${'deep/'.repeat(30)}x`));
  const gone = fc.constant(null);
  const value = fc.oneof({ weight: 5, arbitrary: oid.map((id) => ({ oid: id })) }, { weight: 2, arbitrary: gone }, fc.tuple(oid, oid).map(([id, peeled]) => ({ oid: id, peeled })));
  const symbolic = fc.tuple(fc.integer({ min: 0, max: 9 }).map((n) => `refs/remotes/r${n}/HEAD`), fc.oneof(gone, fc.constantFrom('refs/heads/b1', 'refs/heads/b2').map((target) => ({ target }))));
  const row: fc.Arbitrary<Row> = fc.oneof({ weight: 6, arbitrary: fc.tuple(name, value) }, symbolic);
  return fc.uniqueArray(row, { selector: ([n]) => n, maxLength: 80 }).map((rows) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function stackOf(format: Format): fc.Arbitrary<{ rows: Row[]; options: TableOptions }[]> {
  const options = fc.record({ version: format === 'sha1' ? fc.constantFrom(1 as const, 2 as const) : fc.constant(2 as const), format: fc.constant(format), blockSize: fc.constantFrom(0, 300, 512, 4096), restartInterval: fc.integer({ min: 1, max: 20 }), extras: fc.boolean() });
  return fc.array(fc.record({ rows: rowsOf(format), options }), { minLength: 1, maxLength: 4 });
}

/** The slow twin: the newest table that names a ref has the last word. */
function said(tables: readonly { rows: readonly Row[] }[]): string[] {
  const all = new Map<string, Row[1]>();
  for (const { rows } of tables) for (const [name, value] of rows) all.set(name, value);
  return [...all].flatMap(([name, value]) => (value === null ? []
    : [`${name} ${JSON.stringify('target' in value ? { kind: 'symbolic', target: value.target } : { kind: 'id', oid: value.oid, peeled: value.peeled ?? null })}`])).sort();
}

/** A git that writes reftables, where the machine has one: it must read ours as we do. */
const newGit = ((): string | null => {
  const program = process.env['ACUMEN_NEW_GIT'] ?? 'git';
  const version = /(\d+)\.(\d+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '');
  return version !== null && Number(version[1]) * 1000 + Number(version[2]) >= 2045 ? program : null;
})();

describe('tables of any shape', () => {
  test.each(formats)('say what the newest of them says, %s', async (format) => {
    let count = 0;
    await fc.assert(fc.asyncProperty(stackOf(format), async (tables) => {
      const gitDir = at(`any-${format}-${count++}`);
      writeStack(gitDir, tables.map(({ rows, options }) => encodeTable(rows, options)));
      expect(shown(await storeOf(gitDir, format).all(() => undefined))).toEqual(said(tables));
      rmSync(gitDir, { recursive: true });
    }), { numRuns: 150 });
  });

  test.each(formats)('are the same to git, %s', async (format) => {
    if (newGit === null) {
      console.log("skipped: no git of 2.45 or newer is here to read our tables (ACUMEN_NEW_GIT names one); git's own are committed and read above");
      return;
    }
    for (const [i, tables] of fc.sample(stackOf(format), { numRuns: 60, seed: 11 }).entries()) {
      const gitDir = at(`theirs-${format}-${i}`);
      initBare(gitDir, { objectFormat: format });
      rmSync(join(gitDir, 'refs'), { recursive: true });
      makeReftableLayout(gitDir, format);
      writeStack(gitDir, tables.map(({ rows, options }) => encodeTable(rows, options)));
      const run = spawnSync(newGit, ['-C', gitDir, 'for-each-ref', '--include-root-refs', '--format=%(refname) %(objectname) %(symref)'], { encoding: 'latin1', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } });
      expect(run.stderr.replaceAll(/^(?:error|warning): .*(?:missing|broken|dangling).*\n/gm, '')).toBe('');
      const refs = await storeOf(gitDir, format).all(() => undefined);
      const ours = [...refs].flatMap(([name, value]) => {
        const id = value.kind === 'symbolic' ? refs.get(value.target) : value;
        return id?.kind === 'id' ? [`${name} ${id.oid} ${value.kind === 'symbolic' ? value.target : ''}`] : [];
      }).sort();
      expect(run.stdout.split('\n').filter((row) => row !== '').sort()).toEqual(ours);
    }
  });

  test('without a branch: HEAD says which one is to be born', async () => {
    const gitDir = at('unborn');
    initBare(gitDir);
    rmSync(join(gitDir, 'refs'), { recursive: true });
    makeReftableLayout(gitDir, 'sha1');
    writeStack(gitDir, [encodeTable([['HEAD', { target: 'refs/heads/trunk' }]])]);
    for (const kind of readersOf('sha1')) {
      const reader = await openRepository(gitDir, { reader: kind });
      expect(await reader.head()).toEqual({ kind: 'unborn', ref: 'refs/heads/trunk' });
      expect(await reader.refs()).toEqual({ refs: [], skipped: [], remoteHead: null });
      await expect(reader.resolve('HEAD')).rejects.toMatchObject({ code: 'empty-repository' });
      await reader.close();
    }
  });

  test('change under a reader: it sees the new list, also where git has merged what it was about to read', async () => {
    const gitDir = at('changing');
    const one = { oid: '1'.repeat(40) };
    writeStack(gitDir, [encodeTable([['refs/heads/a', one]])]);
    const store = storeOf(gitDir, 'sha1');
    expect((await store.all(() => undefined)).size).toBe(1);
    const list = join(gitDir, 'reftable/tables.list');
    writeFileSync(join(gitDir, 'reftable/0x2-0x2-2.ref'), encodeTable([['refs/heads/b', one]]));
    writeFileSync(`${list}.lock`, `${readFileSync(list, 'utf8')}0x2-0x2-2.ref\n`);
    renameSync(`${list}.lock`, list);
    expect(store.get('refs/heads/b' as ByteString)).toEqual({ kind: 'id', oid: one.oid, peeled: null });
    rmSync(join(gitDir, 'reftable/0x2-0x2-2.ref'));
    expect(store.get('refs/heads/b' as ByteString)?.kind).toBe('id'); // what was read stays, until the list changes
    writeFileSync(list, `${readFileSync(list, 'utf8')}0x3-0x3-3.ref\n`);
    expect(() => store.get('refs/heads/b' as ByteString)).toThrow(expect.objectContaining({ code: 'corrupt-object' }));
  });
});

describe('hostile tables are refused as damaged', () => {
  const oid = { oid: '1'.repeat(40) };
  const rows: Row[] = Array.from({ length: 40 }, (_, i) => [`refs/heads/b${String(i).padStart(2, '0')}`, oid]);
  const sound = encodeTable(rows, { blockSize: 512, restartInterval: 4 });
  const spoilt = (change: (bytes: Buffer) => Buffer | void): Buffer => { const bytes = Buffer.from(sound); return change(bytes) ?? bytes; };
  /** header and footer of a table around what is given as its ref section */
  const around = (...parts: Buffer[]): Buffer => {
    const header = Buffer.concat([Buffer.from('REFT\x01\0\0\0'), Buffer.alloc(15), Buffer.from([1])]);
    const footer = Buffer.concat([header, Buffer.alloc(40)]);
    return Buffer.concat([header, ...parts, footer, checksum(footer)]);
  };
  /** one block with one restart, at its first record */
  const block = (...records: Buffer[]): Buffer => {
    const body = Buffer.concat(records);
    const length = 24 + 4 + body.length + 5;
    return Buffer.concat([Buffer.from([0x72, length >> 16, (length >> 8) & 255, length & 255]), body, Buffer.from([0, 0, 28, 0, 1])]);
  };
  const id = Buffer.alloc(20, 1);
  const record = (shared: number, suffix: string, type = 1): Buffer => Buffer.concat([varint(shared), varint(suffix.length * 8 + type), Buffer.from(suffix, 'latin1'), varint(0), id]);
  const huge = Buffer.alloc(40, 0xff);
  const firstBlock = 512; // of the file, header included

  const cases: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['too little for a header and an end', sound.subarray(0, 60)],
    ['cut in the middle', sound.subarray(0, sound.length >> 1)],
    ['cut by one byte', sound.subarray(0, -1)],
    ['one byte too long', Buffer.concat([sound, Buffer.alloc(1)])],
    ['another beginning', spoilt((bytes) => { bytes[0] = 0x50; })],
    ['version 3', spoilt((bytes) => { bytes[4] = 3; bytes[bytes.length - 64] = 3; checksum(bytes.subarray(-68, -4)).copy(bytes, bytes.length - 4); })],
    ['a wrong checksum', spoilt((bytes) => { bytes[bytes.length - 1]! ^= 1; })],
    ['an end that differs from the header', spoilt((bytes) => { bytes[20]! ^= 1; })],
    ['the other kind of ids', encodeTable([['refs/heads/a', { oid: '1'.repeat(64) }]], { format: 'sha256' })],
    ['an unknown kind of ids', (() => { const bytes = encodeTable(rows, { version: 2, extras: false, blockSize: 0 }); for (const place of [24, bytes.length - 48]) bytes.write('md5!', place, 'latin1'); checksum(bytes.subarray(-72, -4)).copy(bytes, bytes.length - 4); return bytes; })()],
    ['sections behind its end', spoilt((bytes) => { bytes.writeBigUInt64BE(2n ** 60n, bytes.length - 44); checksum(bytes.subarray(-68, -4)).copy(bytes, bytes.length - 4); })],
    ['a section within its header', spoilt((bytes) => { bytes.writeBigUInt64BE(3n, bytes.length - 44); checksum(bytes.subarray(-68, -4)).copy(bytes, bytes.length - 4); })],
    ['a block of another kind among its refs', spoilt((bytes) => { bytes[firstBlock] = 0x71; })],
    ['a block longer than its section', spoilt((bytes) => { bytes.writeUIntBE(0xffffff, firstBlock + 1, 3); })],
    ['a block shorter than its header', spoilt((bytes) => { bytes.writeUIntBE(3, firstBlock + 1, 3); })],
    ['a block of length zero', spoilt((bytes) => { bytes.writeUIntBE(0, firstBlock + 1, 3); })],
    ['no restart', spoilt((bytes) => { const end = bytes.readUIntBE(firstBlock + 1, 3); bytes.writeUInt16BE(0, firstBlock + end - 2); })],
    ['more restarts than there is room', spoilt((bytes) => { const end = bytes.readUIntBE(firstBlock + 1, 3); bytes.writeUInt16BE(65535, firstBlock + end - 2); })],
    ['one restart too many', spoilt((bytes) => { const end = bytes.readUIntBE(firstBlock + 1, 3); bytes.writeUInt16BE(bytes.readUInt16BE(firstBlock + end - 2) + 1, firstBlock + end - 2); })],
    ['a restart in the middle of a ref', spoilt((bytes) => { const end = bytes.readUIntBE(firstBlock + 1, 3); bytes.writeUIntBE(7, firstBlock + end - 5, 3); })],
    ['restarts out of order', spoilt((bytes) => { const end = firstBlock + bytes.readUIntBE(firstBlock + 1, 3); const [a, b] = [bytes.readUIntBE(end - 5, 3), bytes.readUIntBE(end - 8, 3)]; bytes.writeUIntBE(b, end - 5, 3); bytes.writeUIntBE(a, end - 8, 3); })],
    ['names out of order', around(block(record(0, 'refs/heads/b'), record(0, 'refs/heads/a')))],
    ['a name twice', around(block(record(0, 'refs/heads/a'), record(0, 'refs/heads/a')))],
    ['blocks out of order', encodeTable([['refs/heads/z', oid], ...rows], { blockSize: 120, restartInterval: 1, extras: false })],
    ['a name that borrows more than there is', around(block(record(0, 'refs/heads/a'), record(500, 'b')))],
    ['a first name that borrows', around(block(record(4, 'refs/heads/a')))],
    ['a name longer than its block', around(block(Buffer.concat([varint(0), varint(3000 * 8 + 1), Buffer.from('refs/heads/a')])))],
    ['a name longer than any', around(block(record(0, `refs/heads/${'a'.repeat(5000)}`)))],
    ['a size without end', around(block(Buffer.concat([varint(0), huge])))],
    ['a size of many gigabytes', around(block(Buffer.concat([varint(0), varint(2 ** 50)])))],
    ['an index of updates without end', around(block(Buffer.concat([varint(0), varint(12 * 8 + 1), Buffer.from('refs/heads/a'), huge])))],
    ['a symbolic ref longer than its block', around(block(Buffer.concat([varint(0), varint(12 * 8 + 3), Buffer.from('refs/heads/a'), varint(0), varint(2 ** 40)])))],
    ['an unknown kind of value', around(block(record(0, 'refs/heads/a', 6)))],
    ['an id cut off', around(block(Buffer.concat([record(0, 'refs/heads/a').subarray(0, -3)])))],
  ];

  test('and the table they are made of is sound', async () => {
    writeStack(at('sound'), [sound, around(block(record(0, 'refs/heads/c'), record(11, 'd')))]);
    expect((await storeOf(at('sound'), 'sha1').all(() => undefined)).size).toBe(42);
  });

  test.each(cases)('%s', async (name, bytes) => {
    const gitDir = at(`hostile-${name.replaceAll(' ', '-')}`);
    writeStack(gitDir, [encodeTable([['refs/heads/sound', oid]]), bytes]);
    await expect(storeOf(gitDir, 'sha1').all(() => undefined)).rejects.toMatchObject({ code: 'corrupt-object', exitCode: 3, message: expect.stringContaining('.ref is damaged') });
  });

  test('lists that lead elsewhere, links and pipes in place of tables', async () => {
    const outside = at('outside.ref');
    writeFileSync(outside, encodeTable([['refs/heads/secret', oid]]));
    const attempt = async (name: string, plant: (folder: string) => void): Promise<string> => {
      writeStack(at(name), [encodeTable([['refs/heads/sound', oid]])]);
      plant(at(name, 'reftable'));
      return storeOf(at(name), 'sha1').all(() => undefined).then((refs) => [...refs.keys()].join(), (error: { code: string }) => error.code);
    };
    const lines = (text: string) => (folder: string): void => writeFileSync(join(folder, 'tables.list'), text);
    expect(await attempt('up', lines('../../outside.ref\n'))).toBe('corrupt-object');
    expect(await attempt('absolute', lines(`${outside}\n`))).toBe('corrupt-object');
    expect(await attempt('dots', lines('..\n'))).toBe('corrupt-object');
    expect(await attempt('no-list', (folder) => rmSync(join(folder, 'tables.list')))).toBe('corrupt-object');
    expect(await attempt('no-folder', (folder) => rmSync(folder, { recursive: true }))).toBe('corrupt-object');
    expect(await attempt('gone', lines('0x1-0x1-nothing.ref\n'))).toBe('corrupt-object');
    expect(await attempt('twice', (folder) => { const list = join(folder, 'tables.list'); writeFileSync(list, readFileSync(list, 'utf8').repeat(2)); })).toBe('corrupt-object');
    expect(await attempt('link', (folder) => { symlinkSync(outside, join(folder, 'link.ref')); lines('link.ref\n')(folder); })).toBe('unsupported-repository');
    expect(await attempt('pipe', (folder) => { spawnSync('mkfifo', [join(folder, 'pipe.ref')]); lines('pipe.ref\n')(folder); })).toBe('unsupported-repository');
    expect(await attempt('link-to-list', (folder) => { rmSync(join(folder, 'tables.list')); symlinkSync(at('up', 'reftable', 'tables.list'), join(folder, 'tables.list')); })).toBe('unsupported-repository');
    expect(await attempt('folder', (folder) => { renameSync(folder, `${folder}-elsewhere`); symlinkSync(`${folder}-elsewhere`, folder); })).toBe('unsupported-repository');
    // A name that git would not accept becomes no path and no ref; the others stand.
    writeStack(at('names'), [encodeTable([['refs/../../../outside', oid], ['refs/heads/fine', oid]])]);
    expect(shown(await storeOf(at('names'), 'sha1').all(() => undefined))).toEqual(['refs/../../../outside {"kind":"broken"}', `refs/heads/fine ${JSON.stringify({ kind: 'id', ...oid, peeled: null })}`]);
  });

  test('names that grow out of each other fill no memory', async () => {
    // 4,000 bytes in common, one more each: half a gigabyte of names out of four megabytes.
    const long = `refs/heads/${'a'.repeat(4000)}`;
    const records: Buffer[] = [record(0, long)];
    for (let a = 0; a < 256; a++) for (let b = 0; b < 512; b++) records.push(record(long.length, String.fromCharCode(48 + (a >> 2), 48 + (a & 3), 48 + (b >> 4), 48 + (b & 15))));
    writeStack(at('bomb'), [around(block(Buffer.concat(records)))]);
    const before = process.memoryUsage().rss;
    await expect(storeOf(at('bomb'), 'sha1').all(() => undefined)).rejects.toMatchObject({ code: 'too-large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(1 << 30);
  });

  test('10,000 changed bytes: read or refused, never anything else', async () => {
    const tables = [sound, encodeTable(rows, { version: 2, blockSize: 0, restartInterval: 3 })];
    let refused = 0;
    const seeds = fc.sample(fc.tuple(fc.nat(1), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })), { numRuns: 10_000, seed: 5 });
    const gitDir = at('mutated');
    for (const [which, changes] of seeds) {
      const bytes = Buffer.from(tables[which]!);
      for (const [place, value] of changes) bytes[place % bytes.length] = value;
      writeStack(gitDir, [bytes]);
      try {
        storeOf(gitDir, 'sha1').get('refs/heads/b01' as ByteString);
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ code: 'corrupt-object' });
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(10_000);
  });
});
