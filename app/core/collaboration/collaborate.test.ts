// Dangers: a matrix cut to the wrong rows or filled with another's values; a role that gives a name away, or that two people share; what was known
// later shown as known before; a hundred thousand authors compared all with all.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Commit, drawnHistory, historyOf } from '../../../testkit/peopleHistories.ts';
import { type AcuId, type ByteString, type PathBytes, fromUtf8 } from '../bytes.ts';
import { denseMultiplier, sparseMultiplier } from '../matrix/processor.ts';
import { Planner, USUAL } from '../matrix/planner.ts';
import { toDense } from '../matrix/sparse.ts';
import { Collaboration, type Means } from './collaborate.ts';
import { crewOf } from './crew.ts';
import { knowledgeOf } from './knowledge.ts';
import { HALF_LIFE_DAYS, type Flying, type History, type InFlight, type Person } from './model.ts';
import type { Heat, HeatKind, ReportAsked } from './report.ts';

const planner = new Planner({ sparse: sparseMultiplier(), dense: denseMultiplier(), costs: USUAL, gpu: null, now: () => 0 });
const means: Means = { multiply: planner, turn: () => Promise.resolve(), now: () => 0 };
const asked = { asOf: null, halfLifeDays: HALF_LIFE_DAYS } as const;
const DAY = 86_400, START = 1_600_000_000;

const id = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;
const who = (n: number): { name: ByteString; email: ByteString } => ({ name: `Person ${n}` as ByteString, email: `p${n}@example.org` as ByteString });

function flight(history: Pick<History, 'files'>, acus: readonly { readonly author: number; readonly files: readonly number[]; readonly time?: number }[], pairs: readonly (readonly [number, number])[] = []): InFlight {
  const flying = acus.map(({ author, files, time = START }, i): Flying => ({
    id: id(i), name: `change ${i}` as ByteString, author: who(author), time, standing: 'exact', commits: 1, requires: [],
    files: files.map((file) => ({ path: (history.files[file]?.path ?? `new/file${file}.ts`) as PathBytes, added: 1, deleted: 0, hunks: Uint32Array.of(0, 1) })),
  }));
  return {
    acus: flying, pairs: { a: Uint32Array.from(pairs, ([a]) => a), b: Uint32Array.from(pairs, ([, b]) => b) },
    conflicts: pairs.map(([a, b]) => ({ a: id(a), b: id(b), verdict: 'blocking', paths: flying[a]!.files.map(({ path }) => path).filter((path) => flying[b]!.files.some((file) => file.path === path)) })),
  };
}

const PEOPLE = 7, FILES = 9;
const someCommits = fc.array(fc.record({
  author: fc.nat(PEOPLE - 1), time: fc.nat(900).map((day) => START + day * DAY),
  files: fc.uniqueArray(fc.record({ file: fc.nat(FILES - 1), added: fc.nat(50), deleted: fc.nat(50) }), { selector: ({ file }) => file, maxLength: 5 }).map((files) => files.sort((x, y) => x.file - y.file)),
}), { maxLength: 30 }).map((commits): Commit[] => commits.sort((x, y) => x.time - y.time));
// author 7 and 8 are newcomers, file 9 is new
const someFlight = fc.array(fc.record({ author: fc.nat(PEOPLE + 1), files: fc.uniqueArray(fc.nat(FILES), { minLength: 1, maxLength: 4 }), time: fc.nat(1000).map((day) => START + day * DAY) }), { maxLength: 8 });

/** By the definitions of docs/COLLABORATION.md, in 64 bits, all with all. */
function twin(kind: HeatKind, history: History, inFlight: InFlight): { value(r: number, c: number): number; rows: number; cols: number } {
  const { people, author } = crewOf(history, inFlight), n = people.length, m = history.files.length;
  const stored = toDense(knowledgeOf(history, asked)).value, known = (p: number, f: number): number => (p < history.people.length ? stored[p * m + f]! : 0);
  const all = Array.from({ length: m }, (_, f) => people.reduce((sum, _p, p) => sum + known(p, f), 0)), share = (p: number, f: number): number => (all[f]! > 0 ? known(p, f) / all[f]! : 0);
  const files = Array.from({ length: m }, (_, f) => f);
  switch (kind) {
    case 'knowledge': return { rows: n, cols: m, value: known };
    case 'interaction': return { rows: n, cols: n, value: (p, q) => (p === q ? 0 : files.reduce((sum, f) => sum + share(p, f) * share(q, f), 0)) };
    case 'overlap': return { rows: n, cols: n, value: (p, q) => {
      let pairs = 0;
      if (p !== q) for (const [i, x] of inFlight.acus.entries()) for (const [j, y] of inFlight.acus.entries()) if (author[i] === p && author[j] === q) for (const f of x.files) if (y.files.some(({ path }) => path === f.path)) pairs++;
      return pairs;
    } };
    case 'flying': return { rows: inFlight.acus.length, cols: n, value: (a, p) => inFlight.acus[a]!.files.reduce((sum, { path }) => { const f = history.files.findIndex((file) => file.path === path); return sum + (f < 0 ? 0 : share(p, f)); }, 0) / inFlight.acus[a]!.files.length };
    case 'coChange': return { rows: m, cols: m, value: (f, g) => {
      let commits = 0;
      for (let c = 0; c < history.time.length; c++) { const touched = history.file.subarray(history.touch[c], history.touch[c + 1]); if (f !== g && touched.includes(f) && touched.includes(g)) commits++; }
      return commits;
    } };
  }
}

function expectTwin(heat: Heat, of: ReturnType<typeof twin>, most: number): void {
  const rowSums = Array.from({ length: of.rows }, (_, r) => Array.from({ length: of.cols }, (_, c) => of.value(r, c)).reduce((x, y) => x + y, 0));
  const kept = [...heat.rows], left = rowSums.filter((sum, r) => sum > 1e-6 && !kept.includes(r));
  expect(heat.total[0]).toBe(rowSums.filter((sum) => sum > 1e-6).length);
  expect(kept.length).toBe(Math.min(most, heat.total[0]));
  // no row is left out that has more than one that stays
  expect(Math.max(0, ...left)).toBeLessThanOrEqual(Math.min(Infinity, ...kept.map((r) => rowSums[r]!)) * (1 + 1e-5));
  let max = 0;
  for (const [i, r] of heat.rows.entries()) for (const [j, c] of heat.cols.entries()) {
    const value = heat.value[i * heat.cols.length + j]!, wanted = of.value(r, c);
    expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-5 * Math.max(1, wanted));
    max = Math.max(max, value);
  }
  expect(heat.max).toBe(max);
  for (const [order, side] of [[heat.clustered[0], heat.rows], [heat.clustered[1], heat.cols]] as const) expect([...order].sort((x, y) => x - y)).toEqual(Array.from(side, (_, i) => i));
}

describe('matrices', () => {
  test.each(['knowledge', 'interaction', 'overlap', 'flying', 'coChange'] as const)('%s is what its definition says, cut to the largest rows', async (kind) => {
    await fc.assert(fc.asyncProperty(someCommits, someFlight, fc.integer({ min: 1, max: 9 }), async (commits, acus, most) => {
      const history = historyOf(PEOPLE, FILES, commits), inFlight = flight(history, acus), collaboration = new Collaboration(history, means);
      collaboration.fly(inFlight);
      expectTwin(await collaboration.heat(kind, asked, 'files', most), twin(kind, history, inFlight), most);
    }), { numRuns: 60 });
  });

  test('by directories they are the sums of their files', async () => {
    await fc.assert(fc.asyncProperty(someCommits, async (commits) => {
      const history = historyOf(PEOPLE, FILES, commits), collaboration = new Collaboration(history, means);
      const files = await collaboration.heat('knowledge', asked, 'files', 50), folders = await collaboration.heat('knowledge', asked, 'directories', 50);
      for (const [i, person] of folders.rows.entries()) for (const [j, folder] of folders.cols.entries()) {
        const path = folders.directories[folder]!, row = files.rows.indexOf(person);
        const sum = [...files.cols].reduce((all, file, c) => all + (history.files[file]!.path.slice(0, history.files[file]!.path.lastIndexOf('/')) === path ? files.value[row * files.cols.length + c]! : 0), 0);
        expect(folders.value[i * folders.cols.length + j]).toBeCloseTo(sum, 3);
      }
      const both = await collaboration.heat('coChange', asked, 'directories', 50);
      for (const [i] of both.rows.entries()) expect(both.value[i * both.cols.length + i]).toBe(0);
    }), { numRuns: 40 });
  });

  test('a hundred thousand authors are never compared all with all', async () => {
    const history = drawnHistory({ people: 100_000, files: 3000, touches: 150_000 }, 'uniform'), collaboration = new Collaboration(history, means);
    // the largest triangle that can come of it is of 50 people, not of 100,000
    const heat = await collaboration.heat('interaction', asked, 'files', 50);
    expect(heat.rows.length).toBe(50);
    expect(heat.total[0]).toBeGreaterThan(10_000);
    const { people } = await collaboration.overview(asked);
    expect(people.length).toBe(100_000);
    expect(new Set(people.map(({ role }) => role)).size).toBe(100_000);
  });

  test('nothing at all is an answer', async () => {
    const collaboration = new Collaboration(historyOf(0, 0, []), means), assignment = { away: [], limits: [], most: 5, pinned: [] };
    const report = await collaboration.report({ ...asked, matrices: ['knowledge', 'interaction', 'overlap', 'flying', 'coChange'], by: 'files', most: 10, rows: 10, assignment });
    expect(report.people).toEqual([]);
    expect(report.overview.counts).toEqual({ people: 0, files: 0, commits: 0, touches: 0, flying: 0 });
    for (const { rows, cols, max } of report.matrices) expect([rows.length, cols.length, max]).toEqual([0, 0, 0]);
  });
});

describe('people', () => {
  const person = (name: string, email: string, n: number): Person => ({ key: n.toString(16).padStart(16, '0'), name: fromUtf8(name), email: fromUtf8(email), also: [], kind: 'person' });

  test('a role never says who, is nobody else\'s, and stays while the moment looked at and the work in flight change', async () => {
    await fc.assert(fc.asyncProperty(someCommits, someFlight, fc.nat(900), async (commits, acus, day) => {
      const history = historyOf(PEOPLE, FILES, commits), collaboration = new Collaboration(history, means);
      const before = new Map((await collaboration.overview(asked)).people.map(({ person: p, role }) => [p, role]));
      collaboration.fly(flight(history, acus));
      for (const asOf of [null, START + day * DAY]) {
        const { people } = await collaboration.overview({ ...asked, asOf });
        expect(new Set(people.map(({ role }) => role)).size).toBe(people.length);
        for (const line of people) {
          expect(line.role.toLowerCase()).not.toMatch(/person|example/);
          if (before.has(line.person)) expect(line.role).toBe(before.get(line.person));
          expect(line.places.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-6);
        }
      }
    }), { numRuns: 40 });
  });

  test('names are safe to look at and never empty', async () => {
    const hostile = ['', '\u202egnp.exe', '\u001b[31mred', '<img src=x onerror=alert(1)>', 'שלום', '   ', 'a'.repeat(5000)];
    const history = { ...historyOf(hostile.length, 1, []), people: hostile.map((name, i) => person(name, i % 2 === 0 ? '' : `mail${i}@\u202eexample.org`, i)) };
    const { people } = await new Collaboration(history, means).overview(asked);
    for (const { name, email } of people) {
      // eslint-disable-next-line no-control-regex
      for (const text of [name, email]) expect(text).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
      expect(name.length).toBeGreaterThan(0);
      expect(name.length).toBeLessThan(1100);
    }
    expect(people.map(({ name }) => name)).toContain('(no name)');
    expect(people.map(({ name }) => name)).toContain('<img src=x onerror=alert(1)>');
  });

  test('authors in flight whom the history does not know come after those it knows, one for each person', async () => {
    const history = historyOf(2, 1, []), inFlight = flight(history, [{ author: 1, files: [0] }, { author: 5, files: [0] }, { author: 5, files: [0] }, { author: 6, files: [0] }]);
    const { people, known, author } = crewOf(history, inFlight);
    expect([people.length, known]).toEqual([4, 2]);
    expect([...author]).toEqual([1, 2, 2, 3]);
    const collaboration = new Collaboration(history, means);
    collaboration.fly(inFlight);
    const overview = await collaboration.overview(asked);
    expect(overview.people.map(({ name, flying, role }) => [name, flying, role.startsWith('new · ')])).toEqual([['Person 0', 0, false], ['Person 1', 1, false], ['Person 5', 2, true], ['Person 6', 1, true]]);
  });
});

describe('a moment', () => {
  test('shows what was known by then: as a history that ended there', async () => {
    await fc.assert(fc.asyncProperty(someCommits, someFlight, fc.nat(1000), async (commits, acus, day) => {
      const asOf = START + day * DAY, before = commits.filter(({ time }) => time <= asOf);
      const history = historyOf(PEOPLE, FILES, commits), cut = historyOf(PEOPLE, FILES, before);
      const whole = new Collaboration(history, means), ended = new Collaboration(cut, means);
      whole.fly(flight(history, acus));
      ended.fly(flight(cut, acus.filter(({ time }) => time <= asOf).map((one) => ({ ...one }))));
      const ask = { ...asked, asOf };
      const [x, y] = [await whole.overview(ask), await ended.overview(ask)];
      expect(x.counts).toEqual({ ...y.counts });
      const flown = (lines: typeof x.people): unknown => lines.map(({ name, flying, places }) => ({ name, flying, places }));
      expect(flown(x.people)).toEqual(flown(y.people));
      for (const kind of ['knowledge', 'interaction', 'coChange'] as const) {
        const [a, b] = [await whole.heat(kind, ask, 'files', 20), await ended.heat(kind, ask, 'files', 20)];
        expect([a.rows, a.cols, a.value, a.total]).toEqual([b.rows, b.cols, b.value, b.total]);
      }
    }), { numRuns: 40 });
  });

  test('questions do not depend on what was asked before', async () => {
    await fc.assert(fc.asyncProperty(someCommits, someFlight, fc.array(fc.nat(1000), { minLength: 2, maxLength: 5 }), async (commits, acus, days) => {
      const history = historyOf(PEOPLE, FILES, commits), inFlight = flight(history, acus, acus.length > 1 ? [[0, 1]] : []);
      const one = new Collaboration(history, means);
      one.fly(inFlight);
      const ask = (day: number): ReportAsked => ({ asOf: START + day * DAY, halfLifeDays: 30 + day, matrices: ['knowledge', 'flying'], by: 'directories', most: 5, rows: 5, assignment: { away: [], limits: [], most: 2, pinned: [] } });
      for (const day of days) {
        const fresh = new Collaboration(history, means);
        fresh.fly(inFlight);
        expect(await one.report(ask(day))).toEqual(await fresh.report(ask(day)));
      }
    }), { numRuns: 25 });
  });

  test('is given up when it is told to stop', async () => {
    const collaboration = new Collaboration(drawnHistory({ people: 50, files: 50, touches: 500 }, 'zipf'), means);
    await expect(collaboration.overview(asked, { aborted: true })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(collaboration.heat('interaction', asked, 'files', 50, { aborted: true })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a report', () => {
  test('names by its own lists whatever it mentions', async () => {
    await fc.assert(fc.asyncProperty(someCommits, someFlight, async (commits, acus) => {
      const history = historyOf(PEOPLE, FILES, commits), collaboration = new Collaboration(history, means);
      collaboration.fly(flight(history, acus, acus.length > 2 ? [[0, 1], [1, 2]] : []));
      const report = await collaboration.report({ ...asked, matrices: ['knowledge', 'flying', 'overlap', 'coChange'], by: 'files', most: 4, rows: 3, assignment: { away: [], limits: [], most: 1, pinned: [] } });
      const people = new Set(report.people.map(({ person: p }) => p)), ids = new Set<unknown>(report.acus.map(({ id: acu }) => acu)), files = new Set(report.files.map(({ file }) => file));
      const look = (value: unknown, key = ''): void => {
        if (Array.isArray(value)) for (const one of value) look(one, key);
        else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) for (const [name, one] of Object.entries(value)) look(one, name);
        else if (key === 'person' && value !== null) expect(people).toContain(value);
        else if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) expect(ids).toContain(value);
      };
      look([report.talk, report.predictions, report.conflicts, report.assignment, report.busFactor]);
      for (const { a, b } of report.talk) for (const p of [a, b]) expect(people).toContain(p);
      for (const { of, rows, cols } of report.matrices) for (const [side, places] of [[of[0], rows], [of[1], cols]] as const) {
        for (const place of places) if (side === 'person') expect(people).toContain(place); else if (side === 'file') expect(files).toContain(place); else expect(report.acus.map(({ acu }) => acu)).toContain(place);
      }
    }), { numRuns: 40 });
  });
});
