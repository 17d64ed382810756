// Dangers: a script that parses our output and meets another shape, an exit status that lies, a name from a hostile repository
// that steers the terminal.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import Database from 'better-sqlite3';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran, Running } from '../../../../testkit/acumen.ts';
import { fastImport } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import type { SmallRepository } from '../../../../testkit/small.ts';

let folder: string;
let repo: SmallRepository;
let store: string;
let imported: Ran;

const acumen = (args: readonly string[], options: Partial<Running> = {}): Promise<Ran> => runAcumen(args, { folder, ...options });

const json = (ran: Ran): Record<string, unknown> => JSON.parse(ran.out) as Record<string, unknown>;
async function ok(args: readonly string[]): Promise<Record<string, unknown>> {
  const ran = await acumen([...args, '--store', store, '--json']);
  expect(ran.err).toBe('');
  expect(ran.status).toBe(0);
  return json(ran);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-cli-'));
  store = path.join(folder, 'main.acumen');
  repo = smallRepository(path.join(folder, 'repo'));
  repo.branch('stale', { 'b.txt': numbered(20, { 10: 'stale' }) });
  repo.commit({ 'b.txt': numbered(20, { 10: 'main' }) }, 'Move on');
  repo.branch('first', { 'a.txt': numbered(20, { 2: 'first' }) });
  repo.branch('feature/second', { 'a.txt': numbered(20, { 12: 'second' }) }, 'main', 'Brian Kernighan <bwk@example.invalid>');
  repo.branch('clash', { 'a.txt': numbered(20, { 2: 'clash' }) });
  repo.branch('lower', { 'd.txt': numbered(6) });
  repo.branch('upper', { 'd.txt': numbered(6, { 3: 'upper' }) }, 'lower');
  imported = await acumen(['import', repo.path, '--store', store, '--grain', 'branch', '--json']);
});
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

describe('--json', () => {
  test('import', () => {
    expect(imported).toMatchObject({ status: 0, err: '' });
    expect(Object.keys(json(imported))).toEqual(['base', 'acus', 'sources', 'edits', 'hunks', 'ms']);
    expect(json(imported)).toMatchObject({ base: repo.git('rev-parse', 'main'), acus: 6, sources: 7, edits: 6, hunks: 6 });
  });

  test('list', async () => {
    const { acus } = await ok(['list']) as { acus: Record<string, unknown>[] };
    const byName = new Map(acus.map((a) => [a['name'], a]));
    expect([...byName.keys()].sort()).toEqual(['Change lower', 'clash', 'feature/second', 'first', 'stale', 'upper']);
    const second = byName.get('feature/second')!;
    expect(Object.keys(second)).toEqual(['id', 'name', 'sources', 'author', 'time', 'paths', 'requires']);
    expect(second).toMatchObject({ sources: ['feature/second'], author: 'Brian Kernighan <bwk@example.invalid>', time: 1_700_000_000, paths: ['a.txt'], requires: [] });
    expect(second['id']).toMatch(/^[0-9a-f]{64}$/);
    expect(byName.get('upper')).toMatchObject({ requires: [byName.get('Change lower')!['id']] });
    expect(byName.get('stale')).toMatchObject({ stale: true });
    expect(acus.filter((a) => 'stale' in a)).toHaveLength(1);
  });

  test('conflicts, exit 1 because something blocks', async () => {
    const ran = await acumen(['conflicts', '--store', store, '--json']);
    expect(ran).toMatchObject({ status: 1, err: '' });
    const found = json(ran) as { acus: { id: string; name: string }[]; conflicts: Record<string, unknown>[]; sourceConflicts: unknown[]; pairs: unknown };
    expect(Object.keys(found)).toEqual(['acus', 'conflicts', 'sourceConflicts', 'pairs', 'ms']);
    expect(Object.keys(found.acus[0]!)).toEqual(['id', 'name', 'sources']);
    const id = (name: string) => found.acus.find((a) => a.name === name)!.id;
    const blocking = found.conflicts.filter((c) => c['verdict'] === 'blocking');
    expect(blocking).toEqual([{ a: [id('first'), id('clash')].sort()[0], b: [id('first'), id('clash')].sort()[1], kind: 'content', verdict: 'blocking', path: 'a.txt', detail: expect.stringContaining('a.txt') as string }]);
    expect(Object.keys(blocking[0]!)).toEqual(['a', 'b', 'kind', 'verdict', 'path', 'detail']);
    expect(found.conflicts).toContainEqual(expect.objectContaining({ a: id('stale'), b: 'base', verdict: 'partial', path: 'b.txt' }));
    expect(found.sourceConflicts).toEqual(expect.arrayContaining([
      { a: 'clash', b: 'first', verdict: 'blocking', paths: ['a.txt'] }, { a: 'stale', b: 'base', verdict: 'partial', paths: ['b.txt'] },
    ]));
    expect(found.sourceConflicts).toHaveLength(2);
    expect(found.pairs).toEqual({ blocking: 1, resolvable: 0, risk: 0 });
  });

  test('conflicts of one source or one kind', async () => {
    const of = async (...args: string[]) => { const ran = await acumen(['conflicts', '--store', store, '--json', ...args]); return { status: ran.status, ...json(ran) as { conflicts: unknown[]; sourceConflicts: unknown[]; pairs: unknown } }; };
    expect(await of('--acu', 'first')).toMatchObject({ status: 1, pairs: { blocking: 1 }, conflicts: [{ path: 'a.txt' }], sourceConflicts: [{ a: 'clash' }] });
    expect(await of('--acu', 'feature/second')).toMatchObject({ status: 0, pairs: { blocking: 0 }, conflicts: [], sourceConflicts: [] });
    expect(await of('--acu', 'stale')).toMatchObject({ status: 0, pairs: { blocking: 0 }, conflicts: [{ b: 'base' }] });
    expect(await of('--kind', 'semantic')).toMatchObject({ status: 0, pairs: { blocking: 0, resolvable: 0, risk: 0 }, conflicts: [], sourceConflicts: [] });
  });

  test('check says what lacks and what conflicts, and adds nothing', async () => {
    expect(await ok(['check', 'first', 'feature/second'])).toEqual({ ok: true, missing: [], conflicts: [] });
    const clash = await acumen(['check', 'first', 'clash', '--store', store, '--json']);
    expect(clash.status).toBe(1);
    expect(json(clash)).toMatchObject({ ok: false, missing: [], conflicts: [{ kind: 'content', verdict: 'blocking', path: 'a.txt' }] });
    const { acus } = await ok(['list']) as { acus: { id: string; name: string }[] };
    const [upper, lower] = ['upper', 'Change lower'].map((name) => acus.find((a) => a.name === name)!.id) as [string, string];
    const lacking = await acumen(['check', upper.slice(0, 8), '--store', store, '--json']);
    expect(lacking.status).toBe(1);
    expect(json(lacking)).toEqual({ ok: false, missing: [lower], conflicts: [] });
    expect(await ok(['check', 'upper'])).toMatchObject({ ok: true }); // a source's name is all its ACUs
  });

  test('compose, undo, redo, log and fsck', async () => {
    const mine = path.join(folder, 'compose.acumen');
    const at = (...args: string[]) => acumen([...args, '--store', mine, '--json']);
    expect((await at('import', repo.path)).status).toBe(0);
    const composed = await at('compose', 'first', 'feature/second', '--branch', 'acumen/out', '-m', 'Why these');
    expect(repo.git('log', '-1', '--format=%s', 'acumen/out')).toBe('Why these');
    expect(composed.status).toBe(0);
    expect(Object.keys(json(composed))).toEqual(['tree', 'commit', 'resolved', 'missing', 'conflicts']);
    expect(json(composed)).toEqual({ tree: repo.git('rev-parse', 'acumen/out^{tree}'), commit: repo.git('rev-parse', 'acumen/out'), resolved: [], missing: [], conflicts: [] });
    expect(json(await at('compose', 'first'))).toMatchObject({ tree: repo.git('rev-parse', 'first^{tree}'), resolved: [] });
    const refused = await at('compose', 'first', 'clash', '--branch', 'never');
    expect(refused.status).toBe(1);
    expect(json(refused)).toMatchObject({ tree: null, missing: [], conflicts: [{ path: 'a.txt' }] });
    expect(Object.keys(json(refused))).toEqual(['tree', 'resolved', 'missing', 'conflicts']);
    expect(repo.git('for-each-ref', 'refs/heads/never')).toBe('');
    const log = json(await at('log')) as { operations: { kind: string }[]; current: number };
    expect(log.operations.map((o) => o.kind)).toEqual(['compose', 'write-branch', 'import']);
    expect(log.current).toBe(3);
    expect(json(await at('undo'))).toMatchObject({ operation: { kind: 'undo', target: 3 } });
    expect(json(await at('undo'))).toMatchObject({ operation: { kind: 'undo', target: 2 } });
    expect(repo.git('for-each-ref', 'refs/heads/acumen/out')).toBe('');
    expect(json(await at('redo'))).toMatchObject({ operation: { kind: 'redo', target: 2 } });
    expect(repo.git('rev-parse', 'acumen/out')).toBe(json(composed)['commit']);
    expect(json(await at('fsck'))).toMatchObject({ ok: true, problems: [] });
    await at('undo');
    await at('undo');
    const nothing = await at('undo');
    expect(nothing).toMatchObject({ status: 2, out: '' });
    expect(nothing.err).toMatch(/^error: .+ \(nothing-to-undo\)\nhint: .+\n$/);
    expect((await at('list')).status).toBe(2);
  });
});

describe('--no-store', () => {
  const here = (): string[] => ['--no-store', '--repo', repo.path, '--json'];

  test('gives what an import and the verb give, and keeps nothing', async () => {
    for (const verb of [['list'], ['conflicts'], ['conflicts', '--acu', 'first'], ['conflicts', '--graph'], ['check', 'first', 'clash'], ['check', 'feature/second']]) {
      const stored = await acumen([...verb, '--store', store, '--json']), read = await acumen([...verb, ...here()]);
      expect(read.err, verb.join(' ')).toBe('');
      expect(read.status, verb.join(' ')).toBe(stored.status);
      expect({ ...json(read), ms: 0 }, verb.join(' ')).toEqual({ ...json(stored), ms: 0 });
    }
    expect(existsSync(path.join(folder, 'data'))).toBe(false);
  });

  test('takes the base and refs that an import takes, which mean nothing without it', async () => {
    expect(json(await acumen(['list', ...here(), '--refs', 'refs/heads/first'])).acus).toHaveLength(1);
    expect(json(await acumen(['list', ...here(), '--base', 'first', '--refs', 'refs/heads/first'])).acus).toHaveLength(0);
    expect(await acumen(['list', '--store', store, '--refs', 'refs/heads/first'])).toMatchObject({ status: 2, out: '', err: expect.stringContaining('--no-store') });
  });

  test('the graph names each pair of sources that conflicts once, and every source without a verdict', async () => {
    const { sources, blocking, partial, stale, pairs } = json(await acumen(['conflicts', '--graph', ...here()])) as { sources: string[]; blocking: number[][]; partial: number[][]; stale: number[]; pairs: unknown };
    expect(blocking.flatMap((later, i) => later.map((j) => [sources[i], sources[j]].sort()))).toEqual([['clash', 'first']]);
    expect(stale.map((i) => sources[i])).toEqual(['stale']);
    expect({ partial: partial.flat(), pairs }).toEqual({ partial: [], pairs: { blocking: 1, partial: 0 } });
    expect((await acumen(['conflicts', '--graph', '--no-store', '--repo', repo.path])).out).toMatch(/clash × first\n[^]*1 of 21 pairs of sources conflict; 1 do not carry onto main/);
  });
});

describe('for a person', () => {
  test('every verb prints something readable, without escapes where nobody looks', async () => {
    const mine = path.join(folder, 'person.acumen');
    const at = (...args: string[]) => acumen([...args, '--store', mine]);
    const first = await at('import', repo.path);
    expect(first.out).toMatch(/^6 ACUs from \d sources onto main [0-9a-f]{10} \(6 edits, 6 hunks\) in \d/);
    const texts = [first, await at('list'), await at('conflicts'), await at('check', 'first'), await at('check', 'first', 'clash'), await at('compose', 'first'), await at('log'), await at('undo'), await at('redo'), await at('fsck')];
    for (const { out, err } of texts) {
      expect(out).not.toBe('');
      expect(err).toBe('');
      expect(out).not.toContain('\u001b');
    }
    expect(texts.map((t) => t.status)).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    expect(texts[1]!.out).toMatch(/feature\/second +1 +1 +1 +Brian Kernighan +\d+ years? ago/);
    expect(texts[2]!.out).toContain('1 blocking');
    expect(texts[2]!.out).toMatch(/Without a verdict[^]*stale/);
    expect(texts[6]!.out).toContain('Composed first');
  });

  test('a name that would steer the terminal is shown, not obeyed', async () => {
    const hostile = smallRepository(path.join(folder, 'hostile'));
    hostile.branch('odd', { 'x.txt': 'x\n' }, 'main', 'Evil \u001b[2J\u202eName <evil@example.invalid>');
    const mine = path.join(folder, 'hostile.acumen');
    await acumen(['import', hostile.path, '--store', mine]);
    const { out } = await acumen(['list', '--store', mine]);
    expect(out).toContain('Evil \\u{1b}[2J\\u{202e}Name');
    expect(out).not.toContain('\u001b');
    expect(json(await acumen(['list', '--store', mine, '--json']))).toMatchObject({ acus: [{ author: 'Evil \u001b[2J\u202eName <evil@example.invalid>' }] });
  });

  test('help and version', async () => {
    const help = await acumen(['--help']);
    expect(help).toMatchObject({ status: 0, err: '' });
    for (const verb of ['import', 'list', 'conflicts', 'check', 'compose', 'log', 'undo', 'redo', 'fsck', 'serve']) expect(help.out).toContain(`  ${verb}`);
    expect(help.out).not.toContain('merge-file');
    expect((await acumen(['conflicts', '--help'])).out).toContain('--acu');
    expect(await acumen(['--version'])).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
  });
});

test('backup and restore: what was there comes back, and what it replaced is kept', async () => {
  const file = path.join(folder, 'whole.backup'), into = path.join(folder, 'restored.acumen');
  const listed = await ok(['list']);
  const made = await ok(['backup', file]);
  expect(Object.keys(made)).toEqual(['ok', 'file', 'operations', 'events', 'bytes']);
  expect(made).toMatchObject({ ok: true, file });
  const restore = (...more: string[]) => acumen(['restore', file, '--store', into, '--json', ...more]);
  expect(json(await restore())).toEqual({ ok: true, store: into, operations: made['operations'], events: made['events'], kept: null });
  expect(json(await acumen(['list', '--store', into, '--json']))).toEqual(listed);
  expect(await restore()).toMatchObject({ status: 2, out: '', err: expect.stringContaining('--force') as string });
  expect(json(await restore('--force'))).toMatchObject({ ok: true, kept: `${into}.before-restore` });
  expect((await acumen(['fsck', '--store', into])).status).toBe(0);
});

describe('errors: a sentence, a code and a hint; nothing on stdout; the right status', () => {
  const cases: readonly (readonly [string, (f: string) => string[], number, string])[] = [
    ['no verb', () => [], 2, 'usage'],
    ['an unknown verb', () => ['explode'], 2, 'usage'],
    ['an unknown option', () => ['list', '--explode'], 2, 'usage'],
    ['a verb of a later version', () => ['plan', '--gates', 'f'], 2, 'usage'],
    ['another of those', () => ['bench', 'x', '--json'], 2, 'usage'],
    ['an unknown grain', (f) => ['import', path.join(f, 'repo'), '--grain', 'sand'], 2, 'usage'],
    ['an unknown grain of what is read without a store', (f) => ['list', '--no-store', '--repo', path.join(f, 'repo'), '--grain', 'sand'], 2, 'usage'],
    ['a grain for what was imported at another', (f) => ['list', '--store', path.join(f, 'main.acumen'), '--grain', 'commit'], 2, 'usage'],
    ['an unknown reader', (f) => ['list', '--store', path.join(f, 'main.acumen'), '--git', 'magic'], 2, 'usage'],
    ['a folder that is no repository', (f) => ['import', path.join(f, 'data')], 2, 'not-a-repository'],
    ['an unknown base', (f) => ['import', path.join(f, 'repo'), '--store', path.join(f, 'x.acumen'), '--base', 'nowhere'], 2, 'unknown-revision'],
    ['a store that is not there', (f) => ['list', '--store', path.join(f, 'none.acumen')], 2, 'usage'],
    ['a store that is no store', (f) => ['list', '--store', path.join(f, 'repo/a.txt')], 3, 'store-not-a-database'],
    ['an unknown name', (f) => ['check', 'nobody', '--store', path.join(f, 'main.acumen'), '--json'], 2, 'unknown-name'],
    ['check without a name', (f) => ['check', '--store', path.join(f, 'main.acumen')], 2, 'usage'],
    ['an unknown kind', (f) => ['conflicts', '--kind', 'odd', '--store', path.join(f, 'main.acumen')], 2, 'usage'],
    ['a way to resolve that there is not', (f) => ['compose', 'first', '--resolve', 'magic', '--store', path.join(f, 'main.acumen')], 2, 'usage'],
    ['a branch of somebody else', (f) => ['compose', 'first', '--branch', 'clash', '--store', path.join(f, 'main.acumen')], 2, 'would-lose-commits'],
    ['the branch that is checked out', (f) => ['compose', 'first', '--branch', 'main', '--store', path.join(f, 'main.acumen')], 2, 'branch-checked-out'],
    ['a bad branch name', (f) => ['compose', 'first', '--branch', 'a..b', '--store', path.join(f, 'main.acumen')], 2, 'bad-branch-name'],
    ['a message of no branch', (f) => ['compose', 'first', '--message', 'why', '--store', path.join(f, 'main.acumen')], 2, 'usage'],
    ['a message of nothing', (f) => ['compose', 'first', '--branch', 'empty', '-m', ' ', '--store', path.join(f, 'main.acumen')], 2, 'usage'],
    ['a backup over a file', (f) => ['backup', path.join(f, 'repo/a.txt'), '--store', path.join(f, 'main.acumen')], 2, 'usage'],
    ['a restore of nothing', (f) => ['restore', path.join(f, 'none.backup'), '--store', path.join(f, 'main.acumen')], 2, 'usage'],
    ['a restore of no backup', (f) => ['restore', path.join(f, 'repo/a.txt'), '--store', path.join(f, 'main.acumen'), '--force'], 3, 'store-not-a-database'],
    ['a bad port', (f) => ['serve', path.join(f, 'repo'), '--port', '70000'], 2, 'usage'],
    ['a window on no repository', (f) => ['open', path.join(f, 'data')], 2, 'not-a-repository'],
    ...(process.platform === 'linux' ? [['a window where there is no display', (f: string) => ['open', path.join(f, 'repo')], 3, 'io'] as const] : []),
    ['a window with an unknown reader', (f) => ['open', path.join(f, 'repo'), '--git', 'magic'], 2, 'usage'],
    ['serving no repository', (f) => ['serve', path.join(f, 'data'), '--no-open'], 2, 'not-a-repository'],
  ];
  test.each(cases)('%s', async (_name, args, status, code) => {
    const ran = await acumen(args(folder));
    expect(ran.err).toMatch(new RegExp(`^error: [^\\n]+[.!?] \\(${code}\\)\\nhint: [^\\n]+\\n$`));
    expect(ran).toMatchObject({ status, out: '' });
  });

  test('a failed verb makes no store', async () => {
    expect(existsSync(path.join(folder, 'none.acumen'))).toBe(false);
  });

  test('a store of one repository refuses another', async () => {
    const other = smallRepository(path.join(folder, 'other'));
    const refused = await acumen(['import', other.path, '--store', store]);
    expect(refused).toMatchObject({ status: 2, out: '' });
    expect(refused.err).toContain('store-other-repository');
    expect((await acumen(['list', '--repo', other.path, '--store', store])).err).toContain('store-other-repository');
    expect((await acumen(['list', '--repo', repo.path, '--store', store])).status).toBe(0);
    expect((await acumen(['serve', other.path, '--store', store, '--no-open'])).err).toContain('store-other-repository');
  });
});

test('grains: cut by commit, remembered, read without a store as well; a commit is composed without those around it, and all of it undone', async () => {
  const series = smallRepository(path.join(folder, 'series')), at = path.join(folder, 'series.acumen');
  const text = (changes: Readonly<Record<number, string>>): Record<string, string> => ({ 'a.txt': numbered(20, changes) });
  series.branch('deep', text({ 2: 'two' }));
  series.git('checkout', '-q', 'deep');
  series.commit(text({ 2: 'two', 12: 'twelve' }), 'Change line twelve');
  series.commit(text({ 2: 'two again', 12: 'twelve' }), 'Change line two again');
  series.git('checkout', '-q', 'main');
  const names = async (...args: readonly string[]): Promise<string[]> => (json(await acumen(['list', ...args, '--json'])) as { acus: { name: string; requires: string[] }[] }).acus.map(({ name, requires }) => `${name} ${requires.length}`).sort();
  const commits = ['Change deep 0', 'Change line twelve 0', 'Change line two again 1'];

  expect((await acumen(['import', series.path, '--store', at])).status).toBe(0);
  expect(await names('--store', at)).toEqual(['deep 0']);
  expect((await acumen(['import', '--store', at, '--grain', 'commit'])).out).toContain('3 ACUs at grain commit from 2 sources');
  expect(await names('--store', at)).toEqual(commits);
  expect((await acumen(['import', '--store', at])).status).toBe(0);
  expect(await names('--store', at)).toEqual(commits);
  expect(await names('--no-store', '--repo', series.path, '--grain', 'commit')).toEqual(commits);
  expect(json(await acumen(['log', '--store', at, '--json']))).toMatchObject({ operations: [{ command: expect.stringContaining('--grain commit') as string }, {}] });

  // the commit in the middle, without those around it, is what cherry-pick makes of it
  const { acus } = json(await acumen(['list', '--store', at, '--json'])) as { acus: { id: string; name: string }[] };
  const middle = acus.find(({ name }) => name === 'Change line twelve')!.id;
  expect(json(await acumen(['check', middle, '--store', at, '--json']))).toMatchObject({ ok: true });
  expect((await acumen(['compose', middle, '--branch', 'taken-out', '--store', at])).status).toBe(0);
  expect(`${series.git('show', 'taken-out:a.txt')}\n`).toBe(numbered(20, { 12: 'twelve' }));
  expect((await acumen(['fsck', '--store', at])).status).toBe(0);
  expect((await acumen(['undo', '--store', at])).status).toBe(0);
  expect((await acumen(['undo', '--store', at])).status).toBe(0);
  expect(await names('--store', at)).toEqual(['deep 0']);
});

test('without --store a repository has its own in the data folder, found from anywhere inside it', async () => {
  expect((await acumen(['import'], { cwd: path.join(repo.path, 'src') })).status).toBe(0);
  expect(await readdir(path.join(folder, 'data/stores'))).toEqual(expect.arrayContaining([expect.stringMatching(/^repo-[0-9a-f]{12}\.acumen$/)]));
  expect(json(await acumen(['list', '--json'], { cwd: repo.path }))).toMatchObject({ acus: expect.any(Array) as unknown[] });
  expect(json(await acumen(['list', '--json', '--repo', repo.path]))).toMatchObject({ acus: expect.any(Array) as unknown[] });
});

test('fsck names what is wrong with a damaged store, with status 3', async () => {
  const mine = path.join(folder, 'damaged.acumen');
  await acumen(['import', repo.path, '--store', mine]);
  const db = new Database(mine);
  for (const name of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'batch'").pluck().all()) db.exec(`DROP TRIGGER ${String(name)}`);
  db.prepare("UPDATE batch SET bytes = zeroblob(length(bytes)) WHERE first = 1").run();
  db.close();
  const report = await acumen(['fsck', '--store', mine, '--json']);
  expect(report.status).toBe(3);
  expect(json(report)).toMatchObject({ ok: false, problems: expect.arrayContaining([expect.stringContaining('log: batch')]) as unknown[] });
  expect((await acumen(['fsck', '--store', mine])).out).toContain('✕ log: batch');
});

test('names that are not UTF-8 come through as bytes and are shown so', async () => {
  const odd = smallRepository(path.join(folder, 'bytes'));
  fastImport(odd.path, 'commit refs/heads/latin\ncommitter A \xe9 <a@example.invalid> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n'
    + 'M 100644 inline caf\xe9.txt\ndata 4\n\xff\xfe\r\n\nM 100644 inline \xc3\xbc.txt\ndata 0\n\n');
  const mine = path.join(folder, 'bytes.acumen');
  expect(await acumen(['import', odd.path, '--store', mine])).toMatchObject({ status: 0, err: '' });
  expect(json(await acumen(['list', '--store', mine, '--json']))).toMatchObject({ acus: [{ name: 'latin', author: 'A \\xe9 <a@example.invalid>', paths: ['caf\\xe9.txt', 'ü.txt'] }] });
  const { tree } = json(await acumen(['compose', 'latin', '--branch', 'out', '--store', mine, '--json']));
  expect(tree).toBe(odd.git('rev-parse', 'latin^{tree}'));
});

test('a repository with nothing in flight is an empty answer, not an error', async () => {
  const quiet = smallRepository(path.join(folder, 'quiet'));
  const mine = path.join(folder, 'quiet.acumen');
  expect(json(await acumen(['import', quiet.path, '--store', mine, '--json']))).toMatchObject({ acus: 0, edits: 0, hunks: 0 });
  expect(json(await acumen(['list', '--store', mine, '--json']))).toEqual({ acus: [] });
  const conflicts = await acumen(['conflicts', '--store', mine, '--json']);
  expect(conflicts.status).toBe(0);
  expect(json(conflicts)).toMatchObject({ acus: [], conflicts: [], sourceConflicts: [], pairs: { blocking: 0, resolvable: 0, risk: 0 } });
});
