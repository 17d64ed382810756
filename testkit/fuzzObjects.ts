// Fuzz of the repository readers: packs, indexes, loose objects, refs and configuration mutated byte by byte, and packs,
// trees, commits and tags made wrong on purpose under their right ids. Every object is read right or refused by name.
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { ByteString, Oid } from '../app/core/bytes.ts';
import { AcumenError } from '../app/core/errors.ts';
import type { RepositoryReader } from '../app/core/repository.ts';
import { openRepository } from '../app/main/git/open.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { must, residentMB, watchRequests } from './fuzz.ts';
import { fastImport, git, gitLine, initBare } from './git.ts';
import { writePack } from './hostile/packs.ts';
import type { PackEntry } from './hostile/packs.ts';
import { Random } from './random.ts';

export interface ObjectFigures {
  readonly rounds: number; readonly right: number; readonly refused: number; readonly imports: number; readonly imported: number;
  readonly codes: Readonly<Record<string, number>>; readonly slowestMs: number; readonly startMB: number; readonly endMB: number;
}

/** What reading somebody's repository may end in. */
const honest: ReadonlySet<string> = new Set(['corrupt-object', 'missing-object', 'unsupported-repository', 'too-large', 'hostile-name', 'io', 'unknown-revision', 'unborn-head',
  'empty-repository', 'not-a-repository', 'ambiguous-name', 'unrelated-history', 'usage']);

/** One read of one object, in milliseconds: beyond it something hangs. */
const HANGS = 5000;
/** git itself follows a delta on itself for ever: it is given up after so long, and what was asked of it with it. */
const GIT_HANGS = 2500;

type Kind = 'commit' | 'tree' | 'blob' | 'tag';
interface Known { readonly oid: Oid; readonly type: Kind }

const idOf = (type: string, content: Uint8Array): Oid => createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex') as Oid;

/** A repository with everything in it: deltas, loose objects, tags, packed and loose refs, a symbolic ref. */
function master(at: string): readonly Known[] {
  initBare(at);
  const data = (text: string): string => `data ${text.length}\n${text}\n`;
  const commit = (ref: string, i: number, from: string): string => `commit refs/heads/${ref}\ncommitter C <c@x> ${1600000000 + i} +0000\n${data(`m${i}`)}${from}M 100644 inline f${i % 4}\n${data('line\n'.repeat(30 + i))}M 100644 inline d/g\n${data(`g${i}`)}`;
  fastImport(at, Array.from({ length: 10 }, (_, i) => commit('main', i, '')).join(''));
  git(at, ['repack', '-q', '-a', '-d', '-f']);
  for (let i = 0; i < 4; i++) fastImport(at, commit(`topic${i}`, 20 + i, 'from refs/heads/main^0\n'));
  git(at, ['tag', '-a', '-m', 'a tag', 'v1', 'main']);
  git(at, ['pack-refs', '--all']);
  git(at, ['update-ref', 'refs/heads/loose', 'main~2']);
  git(at, ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/main']);
  rmSync(join(at, 'hooks'), { recursive: true, force: true });
  return gitLine(at, ['cat-file', '--batch-all-objects', '--batch-check']).split('\n').map((row) => { const [oid, type] = row.split(' ') as [Oid, Kind]; return { oid, type }; });
}

function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => relative(root, join(e.parentPath, e.name)));
}

function mutate(r: Random, good: Buffer): Buffer {
  let out = Buffer.from(good);
  for (let n = 1 + r.below(3); n > 0; n--) {
    const at = r.below(out.length + 1), some = Buffer.from(Array.from({ length: 1 + r.below(8) }, () => r.below(256)));
    switch (r.below(8)) {
      case 0: if (at < out.length) out[at]! ^= 1 << r.below(8); break;
      case 1: if (at < out.length) out[at] = r.pick([0, 1, 127, 128, 255]); break;
      case 2: out = Buffer.concat([out.subarray(0, at), some, out.subarray(at)]); break;
      case 3: out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1 + r.below(20))]); break;
      case 4: out = Buffer.concat([out.subarray(0, at), out.subarray(at, at + r.below(64)), out.subarray(at)]); break;
      case 5: out = out.subarray(0, at); break;
      case 6: if (out.length >= 4) out.writeUInt32BE(r.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff]), r.below(out.length - 3)); break;
      default: out.set(some.subarray(0, Math.max(0, out.length - at)), at < out.length ? at : 0);
    }
  }
  // a checksum that fits, so that only what is inside is wrong
  if (r.chance(0.5) && out.length > 40 && (out.toString('latin1', 0, 4) === 'PACK' || out.readUInt32BE(0) === 0xff744f63)) createHash('sha1').update(out.subarray(0, -20)).digest().copy(out, out.length - 20);
  return out;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Content of an object that is wrong in itself, under its right id: the hash says nothing against it. */
function wrongContent(r: Random, known: readonly Known[]): { type: Kind; content: Buffer } {
  const oid = (): string => (r.chance(0.8) ? r.pick(known).oid : r.hex(40));
  const id = (): Buffer => Buffer.from(oid(), 'hex');
  switch (r.below(3)) {
    case 0: {
      const names = ['a', 'b', 'c', '.git', '..', '.', '', 'a/b', 'a', 'x\xff', '.GIT', 'git~1', 'z'.repeat(r.below(5000)), '\n', 'a\\b'];
      const modes = ['100644', '40000', '040000', '100755', '120000', '160000', '0', '', '777777777', '100664', '8', '-1', '4000'];
      let entries = Array.from({ length: r.below(6) }, () => Buffer.concat([bytes(`${r.chance(0.7) ? '100644' : r.pick(modes)} ${r.pick(names)}\0`), id()]));
      if (r.chance(0.5)) entries = entries.sort(Buffer.compare);
      return { type: 'tree', content: r.chance(0.3) ? mutate(r, Buffer.concat([...entries, Buffer.alloc(1)])) : Buffer.concat(entries) };
    }
    case 1: {
      const line = r.pick([`author A <a@x> 1700000000 +0000`, 'author', `author ${'<'.repeat(50)} > 99999999999999999999 +99999999`, `author \xff <\0> -1 -0`, '']);
      const content = bytes(`${r.chance(0.9) ? `tree ${oid()}\n` : ''}${Array.from({ length: r.below(4) }, () => `parent ${r.chance(0.9) ? oid() : 'x'}\n`).join('')}${line}\ncommitter C <c@x> ${r.pick(['0', '1700000000', '999999999999999', 'x'])} ${r.pick(['+0000', '-9999', '', 'Z'])}\n${r.chance(0.2) ? `gpgsig -----BEGIN\n ${'x'.repeat(r.below(3000))}\n` : ''}\n${'m'.repeat(r.below(100))}`);
      return { type: 'commit', content: r.chance(0.3) ? mutate(r, content) : content };
    }
    default: return { type: 'tag', content: bytes(`object ${r.chance(0.8) ? oid() : 'x'}\ntype ${r.pick(['commit', 'tag', 'tree', 'x'])}\ntag x\n\n`) };
  }
}

/** A pack of ours whose headers, deltas and sizes lie now and then; each object's right content, where it has one, by id. */
function madePack(r: Random): { readonly entries: readonly PackEntry[]; readonly right: ReadonlyMap<Oid, Buffer> } {
  const right = new Map<Oid, Buffer>(), entries: PackEntry[] = [], contents: { oid: Oid; content: Buffer }[] = [];
  const header = (type: number, size: number): Buffer => {
    const out = [(type << 4) | (size % 16)];
    for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) { out[out.length - 1]! |= 128; out.push(rest % 128); }
    return Buffer.from(out);
  };
  const varint = (value: number): number[] => { const out = [value % 128]; for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) { out[out.length - 1]! |= 128; out.push(rest % 128); } return out; };
  for (let n = 1 + r.below(8); n > 0; n--) {
    const lie = r.chance(0.25);
    if (contents.length === 0 || r.chance(0.4)) {
      const content = bytes('abcdefgh\n'.repeat(1 + r.below(200)));
      content[0] = r.below(256);
      const oid = idOf('blob', content);
      entries.push({ oid, bytes: Buffer.concat([header(lie ? r.below(8) : 3, lie ? r.pick([0, content.length + 1, 2 ** 31, 2 ** 40, 2 ** 53]) : content.length), deflateSync(lie && r.chance(0.3) ? Buffer.alloc(1 << 20) : content)]) });
      if (!lie) { right.set(oid, content); contents.push({ oid, content }); }
      continue;
    }
    const base = r.pick(contents), ops: number[] = [], parts: Buffer[] = [];
    for (let k = 1 + r.below(6); k > 0; k--) {
      if (r.chance(0.5)) { const text = Buffer.from(Array.from({ length: 1 + r.below(127) }, () => r.below(256))); ops.push(text.length, ...text); parts.push(text); continue; }
      const from = r.below(base.content.length), length = 1 + r.below(base.content.length - from);
      ops.push(0x80 | 0x0f | 0x30, from & 255, (from >> 8) & 255, (from >> 16) & 255, 0, length & 255, (length >> 8) & 255);
      parts.push(base.content.subarray(from, from + length));
    }
    const content = Buffer.concat(parts), oid = idOf('blob', content);
    let delta: Buffer = Buffer.from([...varint(base.content.length), ...varint(lie ? r.pick([0, content.length * 2, 2 ** 35]) : content.length), ...ops]);
    if (lie && r.chance(0.5)) delta = mutate(r, delta);
    const to = lie && r.chance(0.3) ? r.pick([oid, r.hex(40) as Oid]) : base.oid;
    entries.push({ oid, bytes: Buffer.concat([header(7, lie && r.chance(0.3) ? 2 ** 33 : delta.length), Buffer.from(to, 'hex'), deflateSync(delta)]) });
    if (!lie) { right.set(oid, content); contents.push({ oid, content }); }
  }
  return { entries: r.shuffle([...new Map(entries.map((e) => [e.oid, e])).values()]), right: new Map([...right].filter(([oid]) => entries.findLast((e) => e.oid === oid) === entries.find((e) => e.oid === oid))) };
}

export async function fuzzObjects(folder: string, count: number, seed: number, reader: 'embedded' | 'native', planted = false): Promise<ObjectFigures> {
  const random = new Random(seed);
  const from = join(folder, 'master'), at = join(folder, 'mutated');
  const known = master(from);
  cpSync(from, at, { recursive: true });
  const files = filesOf(from).filter((name) => !/(?:description|info\/exclude|COMMIT_EDITMSG|generator-marks|\.rev)$/.test(name));
  const good = new Map(files.map((name) => [name, readFileSync(join(from, name))]));
  for (const name of files) chmodSync(join(at, name), 0o644);
  const truth = await openRepository(from, { reader: 'embedded' });
  const figures = { rounds: 0, right: 0, refused: 0, imports: 0, imported: 0, codes: {} as Record<string, number>, slowestMs: 0, startMB: 0, endMB: 0 };
  const watched = watchRequests();

  for (; figures.rounds < count; figures.rounds++) {
    const round = figures.rounds, where = (): string => `seed ${seed}, round ${round}, ${reader}`;
    const made: string[] = [];
    const right = new Map<Oid, Buffer>();
    let ask: { oid: Oid; type: Kind }[] = [];
    const gaveUp = figures.codes['io'] ?? 0;
    const which = random.below(10);
    if (which < 6) {
      // weighted to what has structure
      const name = random.chance(0.6) ? random.pick(files.filter((f) => f.startsWith('objects'))) : random.pick(files);
      const bad = mutate(random, good.get(name)!);
      writeFileSync(join(at, name), bad);
      made.push(name);
      ask = random.shuffle(known).slice(0, 12);
    } else if (which < 8) {
      const { type, content } = wrongContent(random, known);
      const oid = idOf(type, content), name = join('objects', oid.slice(0, 2), oid.slice(2));
      mkdirSync(join(at, dirname(name)), { recursive: true });
      writeFileSync(join(at, name), deflateSync(Buffer.concat([bytes(`${type} ${random.chance(0.9) ? content.length : random.pick([0, 2 ** 32, 2 ** 50])}\0`), content])));
      writeFileSync(join(at, 'refs', 'heads', 'wrong'), `${oid}\n`);
      made.push(name, 'refs/heads/wrong');
      ask = [{ oid, type }, ...(['commit', 'tree', 'blob', 'tag'] as const).map((other) => ({ oid, type: other }))];
    } else {
      const pack = madePack(random);
      const before = new Set(readdirSync(join(at, 'objects', 'pack')));
      writePack(at, { name: 'made', entries: pack.entries });
      made.push(...readdirSync(join(at, 'objects', 'pack')).filter((name) => !before.has(name)).map((name) => join('objects', 'pack', name)));
      for (const [oid, content] of pack.right) right.set(oid, content);
      ask = pack.entries.map(({ oid }) => ({ oid: oid as Oid, type: 'blob' }));
    }

    const attempt = async (run: () => Promise<unknown>, whole = false): Promise<void> => {
      const start = performance.now();
      try {
        await run();
      } catch (error) {
        if (!(error instanceof AcumenError)) throw error instanceof Error && error.name === 'Error' ? error : new Error(`${where()}: ${String(error)}`, { cause: error });
        must(honest.has(error.code), () => `${where()}: ${error.code}: ${error.message} ${JSON.stringify(error.data).slice(0, 500)}`);
        must(error.message.length < 20_000, () => `${where()}: a sentence of ${error.message.length} characters`);
        figures.codes[error.code] = (figures.codes[error.code] ?? 0) + 1;
        figures.refused++;
      }
      const ms = performance.now() - start;
      if (whole) return;
      figures.slowestMs = Math.max(figures.slowestMs, ms);
      must(ms < HANGS, () => `${where()}: ${ms.toFixed(0)} ms`);
    };
    await attempt(async () => {
      const opened = await openRepository(at, { reader, cacheBytes: 4 << 20, timeoutMs: GIT_HANGS });
      try {
        await attempt(() => opened.head());
        await attempt(async () => { const { refs } = await opened.refs(); for (const { oid } of refs) must(/^[0-9a-f]{40}$/.test(oid), () => `${where()}: a ref at ${oid}`); });
        await attempt(() => opened.upstreams());
        for (const rev of ['main', 'HEAD', 'v1', 'main~3', 'loose', 'wrong']) await attempt(() => opened.resolve(rev));
        for (const { oid, type } of ask) {
          await attempt(async () => {
            if (type === 'blob') {
              const content = Buffer.from(await opened.blob(oid));
              must(idOf('blob', content) === (planted ? idOf('blob', Buffer.concat([content, bytes('x')])) : oid), () => `${where()}: other bytes for ${oid}`);
              if (right.has(oid)) { must(right.get(oid)!.equals(content), () => `${where()}: wrong bytes for ${oid}`); right.delete(oid); }
            } else if (type === 'commit') await same(opened, truth, oid, known, (one) => one.commit(oid), where);
            else if (type === 'tree') await same(opened, truth, oid, known, (one) => one.tree(oid), where);
            else await opened.resolve(oid);
            figures.right++;
          });
          await attempt(() => opened.has(oid));
          await attempt(() => opened.blobSize(oid));
        }
        // a git that was given up answers nothing more in this round
        if (which >= 8 && (figures.codes['io'] ?? 0) === gaveUp) must(right.size === 0, () => `${where()}: ${[...right.keys()][0]} is right in its pack and was refused`);
      } finally {
        await opened.close();
      }
    }, true);
    if (round % 40 === 0 && reader === 'embedded') {
      figures.imports++;
      const store = join(folder, 'store');
      const workspace = await Workspace.open(store, { env: {}, git: 'embedded' });
      await attempt(async () => {
        await workspace.call('import', { ticket: 't', path: at, base: null, refs: [], grain: 'branch' } as never);
        figures.imported++;
      });
      await workspace.close();
      for (const name of readdirSync(folder)) if (name.startsWith('store')) rmSync(join(folder, name));
    }
    for (const name of made) {
      const kept = good.get(name);
      if (kept === undefined) rmSync(join(at, name), { force: true });
      else writeFileSync(join(at, name), kept);
    }
    must(reader === 'native' || watched.seen.length === 0, () => `${where()}: ${watched.seen[0]} was used`);
    if (figures.startMB === 0 && round >= count / 5) figures.startMB = residentMB();
  }
  watched.stop();
  await truth.close();
  figures.endMB = residentMB();
  return figures;
}

/** What a reader hands out for an object of the master is what is there. */
async function same<T>(opened: RepositoryReader, truth: RepositoryReader, oid: Oid, known: readonly Known[], read: (one: RepositoryReader) => Promise<T>, where: () => string): Promise<void> {
  const found = await read(opened);
  if (known.some((one) => one.oid === oid)) {
    const expected = JSON.stringify(await read(truth));
    must(JSON.stringify(found) === expected, () => `${where()}: another ${oid}`);
  }
}

// ---- bombs ----

function loose(gitDir: string, type: Kind, content: Buffer, claim: number | null = null): Oid {
  const oid = idOf(type, content), file = join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, deflateSync(Buffer.concat([bytes(`${type} ${claim ?? content.length}\0`), content])));
  return oid;
}
const treeOf = (entries: readonly (readonly [mode: string, name: string, oid: Oid])[]): Buffer => Buffer.concat(entries.flatMap(([mode, name, oid]) => [bytes(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]));
const commitOf = (gitDir: string, tree: Oid, parents: readonly Oid[] = []): Oid => loose(gitDir, 'commit', bytes(`tree ${tree}\n${parents.map((p) => `parent ${p}\n`).join('')}author A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nbomb\n`));

/** Small on disk, large or endless for whoever follows them: a commit each, which an import must survive. */
export interface Bomb { readonly name: string; /** soon made */ readonly quick: boolean; /** what an import says of its branch */ readonly becomes: string; make(gitDir: string): Oid }

export const bombs: readonly Bomb[] = [
  {
    name: 'ten folders in each of ten, ten deep', quick: true, becomes: 'it differs in more than 100000 files',
    make(gitDir) {
      let oid = loose(gitDir, 'blob', bytes('boom\n'));
      let mode = '100644';
      for (let level = 0; level < 10; level++) {
        oid = loose(gitDir, 'tree', treeOf(Array.from({ length: 10 }, (_, i) => [mode, `d${i}`, oid] as const)));
        mode = '40000';
      }
      return commitOf(gitDir, oid);
    },
  },
  {
    name: 'a folder of a million files', quick: false, becomes: 'it differs in more than 100000 files',
    make(gitDir) {
      const blob = Buffer.from(loose(gitDir, 'blob', bytes('one\n')), 'hex');
      return commitOf(gitDir, loose(gitDir, 'tree', Buffer.concat(Array.from({ length: 1_000_000 }, (_, i) => [bytes(`100644 f${String(i).padStart(7, '0')}\0`), blob]).flat())));
    },
  },
  {
    name: 'folders ten thousand deep', quick: false, becomes: 'its folders are more than 2048 deep',
    make(gitDir) {
      let oid = loose(gitDir, 'blob', bytes('deep\n')), mode = '100644';
      for (let level = 0; level < 10_000; level++) { oid = loose(gitDir, 'tree', treeOf([[mode, 'd', oid]])); mode = '40000'; }
      return commitOf(gitDir, oid);
    },
  },
  { name: 'a file that inflates to a gigabyte and announces five bytes', quick: false, becomes: 'is damaged', make: (gitDir) => {
    const oid = 'ab'.repeat(20) as Oid, file = join(gitDir, 'objects', 'ab', 'ab'.repeat(19));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, deflateSync(Buffer.concat([bytes('blob 5\0'), Buffer.alloc(1 << 30)])));
    return commitOf(gitDir, loose(gitDir, 'tree', treeOf([['100644', 'bomb', oid]])));
  } },
  { name: 'a file that announces four gigabytes', quick: true, becomes: 'bomb', make: (gitDir) => {
    const oid = loose(gitDir, 'blob', bytes('small'), 2 ** 32);
    return commitOf(gitDir, loose(gitDir, 'tree', treeOf([['100644', 'bomb', oid]])));
  } },
  { name: 'a commit of a hundred thousand parents', quick: true, becomes: 'bomb: it shares no history', make: (gitDir) => {
    const tree = loose(gitDir, 'tree', Buffer.alloc(0)), parent = commitOf(gitDir, tree);
    return commitOf(gitDir, tree, Array.from({ length: 100_000 }, () => parent));
  } },
  { name: 'a title of fifty megabytes', quick: false, becomes: 'bomb', make: (gitDir) => {
    const tree = loose(gitDir, 'tree', treeOf([['100644', 'a', loose(gitDir, 'blob', bytes('a\n'))]]));
    return loose(gitDir, 'commit', bytes(`tree ${tree}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\n${'t'.repeat(50 << 20)}`));
  } },
  { name: 'a line of fifty megabytes', quick: false, becomes: 'bomb', make: (gitDir) => commitOf(gitDir, loose(gitDir, 'tree', treeOf([['100644', 'a', loose(gitDir, 'blob', Buffer.alloc(50 << 20, 97))]]))) },
  { name: 'ten million empty lines', quick: false, becomes: 'bomb', make: (gitDir) => commitOf(gitDir, loose(gitDir, 'tree', treeOf([['100644', 'a', loose(gitDir, 'blob', Buffer.alloc(10_000_000, 10))]]))) },
];

/** A base, an honest branch, and a branch that is the bomb: imported, with what became of each. */
export async function importBomb(folder: string, make: (gitDir: string) => Oid): Promise<{ readonly ms: number; readonly growthMB: number; readonly names: readonly string[]; readonly skipped: readonly string[]; readonly error: string | null }> {
  const at = join(folder, 'bomb.git');
  initBare(at);
  const base = commitOf(at, loose(at, 'tree', treeOf([['100644', 'a', loose(at, 'blob', bytes('base\n'))]])));
  const honestTip = commitOf(at, loose(at, 'tree', treeOf([['100644', 'a', loose(at, 'blob', bytes('base\n'))], ['100644', 'b', loose(at, 'blob', bytes('b\n'))]])), [base]);
  const bomb = make(at);
  // on the base, so that it is a branch like others: the same tree, another parent
  const content = (await (async () => { const reader = await openRepository(at, { reader: 'embedded' }); try { return await reader.commit(bomb); } finally { await reader.close(); } })());
  const tip = content.message.length > 1000 || content.parents.length > 0 ? bomb : commitOf(at, content.tree, [base]);
  for (const [name, oid] of [['main', base], ['honest', honestTip], ['bomb', tip]] as const) writeFileSync(join(at, 'refs', 'heads', name), `${oid}\n`);
  const workspace = await Workspace.open(join(folder, 'store'), { env: {}, git: 'embedded' });
  const before = residentMB(), start = performance.now();
  try {
    let error: string | null = null;
    try {
      await workspace.call('import', { ticket: 't', path: at, base: 'main', refs: [], grain: 'branch' } as never);
    } catch (thrown) {
      if (!(thrown instanceof AcumenError)) throw thrown;
      error = `${thrown.code}: ${thrown.message.slice(0, 300)}`;
    }
    const ms = performance.now() - start;
    const { engine } = workspace;
    return { ms, growthMB: residentMB() - before, names: engine.acus.map(({ name }: { name: ByteString }) => name), skipped: engine.tables.skipped.map(({ name, reason }) => `${name}: ${reason}`), error };
  } finally {
    await workspace.close();
    must(statSync(at).isDirectory(), () => 'the repository is gone');
  }
}
