// Dangers: a report handed on with roles in place of names, and a name, an address or a branch called after somebody in it; a script that meets another
// shape; an answer kept from another question; a history that is cut off, empty or one person's.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { type SmallRepository, numbered, smallRepository } from '../../../../testkit/small.ts';
import { MOST_ROWS } from '../../../core/collaboration/report.ts';
import type { ShownReport } from '../../service/collaborationReport.ts';
import { Workspace } from '../../service/workspace.ts';

type Document = Omit<ShownReport, 'matrix'> & { readonly matrix: { readonly kind: string; readonly of: string[]; readonly rows: (number | string)[]; readonly cols: (number | string)[]; readonly values: number[][]; readonly order: number[][]; readonly total: number[]; readonly computed: { by: string; why: string } }; readonly ms: number };

let folder: string, store: string, repository: SmallRepository;

const acumen = (args: readonly string[], interrupt = new AbortController().signal): Promise<Ran> => runAcumen(args, { folder, interrupt });
async function document(...args: readonly string[]): Promise<Document> {
  const ran = await acumen(['collaborate', '--store', store, '--json', ...args]);
  expect(ran.err).toBe('');
  expect(ran.status).toBe(0);
  expect(ran.out.trimEnd()).not.toContain('\n');
  return JSON.parse(ran.out) as Document;
}

const PEOPLE = ['Ada Lovelace <ada@example.invalid>', 'Grace Hopper <grace@example.invalid>', 'Zoë O\'Brien <zoe@example.invalid>', '\u202eEvil\u001b[31m<img> <evil@\u202eexample.invalid>'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-collaborate-'));
  store = path.join(folder, 'store.acumen');
  const text = (n: number): string => numbered(40, { [n]: `changed ${n}` });
  repository = smallRepository(path.join(folder, 'repo'), { 'src/node/a.ts': numbered(40), 'src/client/b.ts': numbered(40), 'docs/c.md': numbered(40), 'package.json': '{}\n' });
  for (let n = 0; n < 12; n++) repository.commit({ [['src/node/a.ts', 'src/client/b.ts', 'docs/c.md'][n % 3]!]: text(n + 1) }, `Work ${n}`, PEOPLE[n % 3]);
  repository.commit({ 'docs/c.md': text(20), 'src/client/b.ts': text(21) }, 'Together', PEOPLE[3]);
  repository.branch('ada-lovelace/fix', { 'src/node/a.ts': text(30) }, 'main', PEOPLE[0]);
  repository.branch('grace/faster', { 'src/node/a.ts': numbered(40, { 30: 'otherwise' }), 'src/client/b.ts': text(31) }, 'main', PEOPLE[1]);
  repository.branch('newcomer', { 'docs/c.md': text(33) }, 'main', 'Nils Newcomer <nils@example.invalid>');
  await acumen(['import', repository.path, '--store', store]);
}, 120_000);
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

describe('acumen collaborate --json', () => {
  test('is one document with the fields that are written down', async () => {
    const report = await document();
    expect(report.acus.length).toBeGreaterThan(0);
    expect(Object.keys(report).sort()).toEqual(['acus', 'asOf', 'assignment', 'busFactor', 'conflictCount', 'conflicts', 'counts', 'developers', 'from', 'halfLifeDays', 'head', 'matrix', 'ms', 'notes', 'predictions', 'shallow', 'talk', 'to']);
    expect(report.counts).toMatchObject({ people: 4, files: 4, commits: 14, flying: 3 });
    expect(report.halfLifeDays).toBe(180);
    const names = report.developers.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Ada Lovelace', 'Grace Hopper']));
    expect(Object.keys(report.developers[0]!).sort()).toEqual(['email', 'flying', 'key', 'kind', 'name', 'places', 'role']);
    // whose changes conflict should talk, and know why
    expect(report.conflicts.length).toBe(1);
    const [pair] = report.talk, both = [pair!.a, pair!.b].map((i) => names[i]);
    expect(both.sort()).toEqual(['Ada Lovelace', 'Grace Hopper']);
    expect(pair!.evidence.map(({ kind }) => kind)).toContain('conflict');
    expect(report.conflicts[0]!.paths).toEqual(['src/node/a.ts']);
    expect(report.assignment.items.length).toBe(4);
    expect(report.matrix).toMatchObject({ kind: 'interaction', of: ['person', 'person'] });
    expect(report.matrix.computed.by).toBe('sparse');
    expect(report.matrix.values.length).toBe(report.matrix.rows.length);
    for (const row of report.matrix.values) expect(row.length).toBe(report.matrix.cols.length);
  });

  test.each([['knowledge', ['person', 'directory']], ['flying', ['acu', 'person']], ['co-change', ['directory', 'directory']]] as const)('--matrix %s', async (kind, of) => {
    const { matrix, acus, developers } = await document('--matrix', kind);
    expect(matrix.of).toEqual(of);
    for (const [side, places] of [[matrix.of[0], matrix.rows], [matrix.of[1], matrix.cols]] as const) {
      for (const place of places) if (side === 'person') expect(developers[place as number]).toBeDefined(); else if (side === 'acu') expect(acus.map(({ id }) => id)).toContain(place); else expect(['', 'src/node', 'src/client', 'docs']).toContain(place);
    }
    expect(matrix.order.map((side) => side.toSorted((x, y) => x - y))).toEqual([matrix.rows, matrix.cols].map((side) => side.map((_, i) => i)));
  });

  test('--by files, --top, --half-life and --as-of', async () => {
    const { matrix, asOf } = await document('--matrix', 'knowledge', '--by', 'files', '--top', '2', '--half-life', '7.5');
    expect([matrix.rows.length, matrix.cols.length, matrix.total[1]]).toEqual([2, 2, 4]);
    const before = await document('--as-of', '2001-01-01');
    expect(before.counts).toEqual({ people: 0, files: 0, commits: 0, touches: 0, flying: 0 });
    expect(before.asOf).toBe(Date.UTC(2001, 0, 2) / 1000 - 1);
    expect(asOf).toBeGreaterThan(before.asOf);
  });

  test('--away takes nothing, by name or role', async () => {
    const { developers } = await document();
    const grace = developers.find(({ name }) => name === 'Grace Hopper')!;
    for (const who of ['grace hopper', grace.role]) {
      const report = await document('--away', who), at = report.developers.findIndex(({ key }) => key === grace.key);
      expect(report.assignment.people.find(({ developer }) => developer === at)).toMatchObject({ away: true, items: 0 });
      for (const { developer } of report.assignment.items) expect(developer).not.toBe(at);
    }
  });

  test('the second answer comes from what is kept, and is the same', async () => {
    const plain = ({ ms: _ms, ...report }: Document): unknown => report;
    const [first, second] = [await document('--matrix', 'flying'), await document('--matrix', 'flying')];
    expect(plain(second)).toEqual(plain(first));
    // another question is another answer
    expect((await document('--matrix', 'flying', '--half-life', '3')).halfLifeDays).toBe(3);
    // and so is it once there is more in flight
    repository.branch('more', { 'docs/c.md': numbered(40, { 9: 'more' }) }, 'main', PEOPLE[1]);
    expect((await acumen(['import', repository.path, '--store', store])).status).toBe(0);
    expect((await document()).counts.flying).toBe(4);
    repository.git('branch', '-D', 'more');
    expect((await acumen(['import', repository.path, '--store', store])).status).toBe(0);
  });
});

describe('--roles', () => {
  test.each([['of files', ['--matrix', 'knowledge']], ['of changes', ['--matrix', 'flying']], ['json of changes', ['--json', '--matrix', 'flying', '--away', 'Grace Hopper']]])('no name, no address, no branch called after somebody: %s', async (_name, args) => {
    const { status, out, err } = await acumen(['collaborate', '--store', store, '--roles', '--top', '50', ...args]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/src\/node · [A-Z]/);
    for (const word of ['ada', 'lovelace', 'grace', 'hopper', 'zo\u00eb', 'brien', 'evil', 'nils', 'newcomer', 'example.invalid', '@']) expect(out.toLowerCase(), word).not.toMatch(new RegExp(`(?<![\\w])${word}`, 'u'));
    const { developers } = await document();
    for (const { key } of developers) expect(out).not.toContain(key);
  });

  test('a role means the same person with and without', async () => {
    const [named, hidden] = [await document(), await document('--roles')];
    expect(hidden.developers.map(({ role }) => role)).toEqual(named.developers.map(({ role }) => role));
    expect(hidden.talk).toEqual(named.talk);
  });
});

describe('for a person', () => {
  test('says who should talk and why, who knows, who takes what, and that nothing left the machine', async () => {
    const { status, out } = await acumen(['collaborate', '--store', store, '--matrix', 'interaction']);
    expect(status).toBe(0);
    for (const said of ['Who should talk', 'Ada Lovelace and Grace Hopper', 'ada-lovelace/fix × grace/faster', 'Conflicts to come', 'Open conflicts, and who knows their code', 'Who could take what', 'no other way is better (proved)', 'Known by few', 'by sparse: ', 'nothing was sent anywhere']) expect(out).toContain(said);
    // eslint-disable-next-line no-control-regex
    expect(out.replaceAll('\n', ' ')).not.toMatch(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/);
  });
});

describe('bad input', () => {
  test.each([
    [['--as-of', 'yesterday'], 'not a date'], [['--as-of', '2024-02-31'], 'not a date'], [['--as-of', '1969-12-31'], 'not a date'], [['--as-of', ''], 'not a date'],
    [['--half-life', '0'], 'not a half-life'], [['--half-life', 'NaN'], 'not a half-life'], [['--half-life', '1e9'], 'not a half-life'],
    [['--top', '0'], 'not a number'], [['--top', String(MOST_ROWS + 1)], 'not a number'], [['--top', '1e2'], 'not a number'],
    [['--matrix', 'salaries'], 'no matrix called'], [['--by', 'teams'], 'not by teams'], [['--away', 'Nobody At All'], 'Nobody in this history is called'],
  ])('%j', async (args, said) => {
    const { status, err, out } = await acumen(['collaborate', '--store', store, ...args]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(said);
    expect(err).toContain('hint:');
  });

  test('two people of one name are asked apart', async () => {
    const twins = smallRepository(path.join(folder, 'twins'), { a: 'a\n' });
    for (const [i, who] of ['Sam <sam@one.invalid>', 'Sam <sam@two.invalid>'].entries()) twins.commit({ a: `${i}\n` }, 'x', who);
    twins.branch('b', { b: 'b\n' });
    const file = path.join(folder, 'twins.acumen');
    await acumen(['import', twins.path, '--store', file]);
    expect(await acumen(['collaborate', '--store', file, '--away', 'Sam'])).toMatchObject({ status: 2, err: expect.stringContaining('ambiguous-name') as string });
    expect((await acumen(['collaborate', '--store', file, '--away', 'sam@one.invalid'])).status).toBe(0);
  });

  test('nothing imported', async () => {
    expect(await acumen(['collaborate', '--store', path.join(folder, 'none.acumen')])).toMatchObject({ status: 2, err: expect.stringContaining('hint:') as string });
    expect(await acumen(['collaborate', '--repo', repository.path])).toMatchObject({ status: 2, err: expect.stringContaining('acumen import') as string });
  });

  test('one author, and nothing in flight', async () => {
    const alone = smallRepository(path.join(folder, 'alone'), { a: 'a\n' }), file = path.join(folder, 'alone.acumen');
    await acumen(['import', alone.path, '--store', file]);
    const { status, out } = await acumen(['collaborate', '--store', file, '--matrix', 'interaction']);
    expect(status).toBe(0);
    for (const said of ['1 person, 1 commit and 1 file', 'Nobody has to', 'None is open', 'Nothing waits for anybody', 'There is nothing in it']) expect(out).toContain(said);
  });

  test('a shallow clone says so', async () => {
    const at = path.join(folder, 'shallow'), file = path.join(folder, 'shallow.acumen');
    repository.git('clone', '-q', '--bare', '--depth', '3', `file://${repository.path}`, at);
    expect((await acumen(['import', at, '--store', file])).status).toBe(0);
    const { status, out } = await acumen(['collaborate', '--store', file]);
    expect(status).toBe(0);
    expect(out).toContain('shallow clone');
    expect((JSON.parse((await acumen(['collaborate', '--store', file, '--json'])).out) as Document).shallow).toBe(true);
  });

  test('an interrupt ends it as cancelled', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    expect(await acumen(['collaborate', '--store', store, '--half-life', '11'], interrupt.signal)).toMatchObject({ status: 3, out: '', err: expect.stringContaining('cancelled') as string });
  });
});

test('a thread of the service says what is said here', async () => {
  // what a window's process does with a history that is worth a thread: the same report from the same bytes
  const { openPlatform } = await import('../../service/platform.ts');
  const platform = await openPlatform({ store, what: 'test', manual: true });
  const workspace = await Workspace.open(store, { readOnly: true, platform, env: { HOME: folder, ACUMEN_DATA: folder } });
  try {
    const signal = new AbortController().signal, asked = { asOf: null, halfLifeDays: 90, matrices: ['knowledge', 'interaction'], by: 'files', most: 10, rows: 10, assignment: { away: [], limits: [], most: 3, pinned: [] } } as const;
    const collaborating = await workspace.collaborating();
    const [here, there] = [await collaborating.report(await collaborating.history(signal, () => {}), asked, signal, false), await collaborating.report(await collaborating.history(signal, () => {}), asked, signal, true)];
    const timeless = (report: typeof here): unknown => JSON.parse(JSON.stringify(report, (key, value: unknown) => (key === 'ms' || key === 'why' ? 0 : value)));
    expect(timeless(there)).toEqual(timeless(here));
    expect(there.matrices[0]!.value).toBeInstanceOf(Float32Array);
  } finally {
    await workspace.close();
    await platform.close();
  }
});
