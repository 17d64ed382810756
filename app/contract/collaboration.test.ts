// Dangers: a report that comes out of its frame as another; a matrix whose numbers do not fit its sides, and a screen that reads past their end.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawnHistory } from '../../testkit/peopleHistories.ts';
import type { AcuId, ByteString } from '../core/bytes.ts';
import { Collaboration } from '../core/collaboration/collaborate.ts';
import { type Report, heatKinds } from '../core/collaboration/report.ts';
import { Planner, USUAL } from '../core/matrix/planner.ts';
import { denseMultiplier, sparseMultiplier } from '../core/matrix/processor.ts';
import { decodeParams, decodeResult } from './decode.ts';
import { decodeFrame, encodeFrame } from './frames.ts';

const planner = new Planner({ sparse: sparseMultiplier(), dense: denseMultiplier(), costs: USUAL, gpu: null, now: () => 0 });
const id = (n: number): AcuId => n.toString(16).padStart(64, 'a') as AcuId;

async function reportOf(seed: number): Promise<Report> {
  const history = drawnHistory({ people: 12, files: 10, touches: 120 }, 'zipf', seed), it = new Collaboration(history, { multiply: planner, turn: () => Promise.resolve(), now: () => 0 });
  const acus = [0, 1, 2, 3].map((n) => ({
    id: id(n), name: `\xc3\xa9 ${n}` as ByteString, author: { name: `Person ${n}` as ByteString, email: `p${n}@example.org` as ByteString }, time: 1_500_000_000, standing: 'exact' as const, commits: 2, requires: [],
    files: [n, 5].map((file) => ({ path: history.files[file]!.path, added: 3, deleted: 1, hunks: Uint32Array.of(n, n + 3) })),
  }));
  it.fly({ acus, conflicts: [{ a: id(0), b: id(1), verdict: 'blocking', paths: [history.files[5]!.path] }, { a: id(2), b: 'base', verdict: 'partial', paths: [] }], pairs: { a: Uint32Array.of(0), b: Uint32Array.of(1) } });
  return it.report({ asOf: null, halfLifeDays: 90, matrices: heatKinds, by: 'directories', most: 20, rows: 20, assignment: { away: [], limits: [], most: 2, pinned: [] } });
}
const received = (report: unknown): Report => decodeResult('collaborate', decodeFrame(encodeFrame(report)));

test('a report comes through a frame as it was', async () => {
  for (const seed of [1, 2, 3]) {
    const report = await reportOf(seed);
    expect(report.talk.length + report.busFactor.length + report.assignment.items.length).toBeGreaterThan(3);
    expect(received(report)).toEqual(report);
  }
});

test('what does not fit together is refused', async () => {
  const report = await reportOf(4), [heat] = report.matrices, bad = (change: object): unknown => ({ ...report, ...change });
  const withHeat = (change: object): unknown => bad({ matrices: [{ ...heat!, ...change }] });
  for (const one of [
    withHeat({ value: new Float32Array(heat!.value.length - 1) }), withHeat({ value: new Uint8Array(5) }), withHeat({ rows: new Uint32Array(heat!.rows.length + 1) }), withHeat({ clustered: [heat!.clustered[0], new Uint32Array(0)] }),
    withHeat({ max: -1 }), withHeat({ computed: { ...heat!.computed, by: 'magic' } }), bad({ head: 'main' }), bad({ people: [{ ...report.people[0]!, key: 'x' }] }), bad({ talk: [{ a: 0, b: -1, need: 1, evidence: [] }] }),
    bad({ talk: [{ a: 0, b: 1, need: 2, evidence: [] }] }), bad({ talk: [{ a: 0, b: 1, need: 1, evidence: [{ kind: 'rumour' }] }] }), bad({ more: 1 }),
  ]) expect(() => received(one)).toThrow(expect.objectContaining({ code: 'bad-message' }) as Error);
});

test('parameters out of their bounds are refused', () => {
  const good = { asOf: null, halfLifeDays: 180, matrices: [], by: 'files', most: 10, rows: 10, assignment: { away: [], limits: [], most: 5, pinned: [] }, ticket: 't' };
  expect(decodeParams('collaborate', good)).toEqual(good);
  const odd = fc.constantFrom<object>({ asOf: -1 }, { asOf: Number.NaN }, { asOf: Infinity }, { asOf: '2024' }, { halfLifeDays: 0 }, { halfLifeDays: -0 }, { halfLifeDays: Number.NaN }, { halfLifeDays: 1e9 }, { most: 0 }, { most: 5001 }, { most: 1.5 },
    { rows: 0 }, { rows: 1e6 }, { matrices: ['salaries'] }, { matrices: new Array(6).fill('flying') }, { by: 'teams' }, { ticket: '' }, { assignment: {} }, { assignment: { ...good.assignment, away: ['ada'] } }, { assignment: { ...good.assignment, most: -1 } },
    { assignment: { ...good.assignment, limits: [{ key: '0'.repeat(16), most: 0.5 }] } }, { assignment: { ...good.assignment, pinned: [{ item: 'x' }] } });
  fc.assert(fc.property(odd, (change) => { expect(() => decodeParams('collaborate', { ...good, ...change })).toThrow(expect.objectContaining({ code: 'bad-message' }) as Error); }), { numRuns: 100 });
});
