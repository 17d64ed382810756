// Dangers: a line told to have come with a change that is not its; a change whose lines stay when it is taken out; a history that forgets
// what an ACU was before it was amended. Lines are held to composing again without each, by the service, on generated repositories.
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generate } from '../../../testkit/generate.ts';
import { type TempDir, tempDir } from '../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { decodeResult } from '../../contract/decode.ts';
import { decodeFrame, encodeFrame } from '../../contract/frames.ts';
import type { Method, Methods } from '../../contract/methods.ts';
import type { Provenance } from '../../contract/tracing.ts';
import { Workspace } from './workspace.ts';

let folder: TempDir, workspace: Workspace, tickets = 0, time = 1_750_000_000_000;
const clock = { now: () => (time += 1000), offset: () => 120 }, p = (text: string): PathBytes => text as PathBytes;

beforeEach(async () => { folder = tempDir('tracing'); workspace = await opened(); });
afterEach(async () => { await workspace.close(); folder.remove(); });

const opened = (): Promise<Workspace> => Workspace.open(path.join(folder.path, 'store.acumen'), { clock, env: {} });
async function call<M extends Method>(method: M, params: Omit<Methods[M]['params'], 'ticket'>): Promise<Methods[M]['result']> {
  const ticketed = ['import', 'compose', 'writeBranch', 'undo'].includes(method) ? { ticket: `t${++tickets}` } : {};
  return decodeResult(method, decodeFrame(encodeFrame(await workspace.call(method, { ...ticketed, ...params } as Methods[M]['params']))));
}
const importAll = (at: string, grain: 'branch' | 'commit' = 'branch'): Promise<unknown> => call('import', { path: at, base: null, refs: [], grain });
const idOf = (name: string): AcuId => workspace.engine.named(name).at(-1)!;
const nameOf = (id: AcuId): string => workspace.engine.acu(id)!.name;
const linesOf = (text: string | undefined): string[] => { const lines = (text ?? '').split('\n'); if (lines.at(-1) === '') lines.pop(); return lines; };
/** By line of the composed text, and of the base's: names of who brought or took it. */
function told(provenance: Provenance): { brought: Record<number, string>; taken: Record<number, string> } {
  const of = (runs: Provenance['brought']): Record<number, string> => Object.fromEntries(runs.flatMap(({ start, end, by }) => Array.from({ length: end - start }, (_, k) => [start + k, by.map((i) => nameOf(provenance.acus[i]!)).sort().join(' ')])));
  return { brought: of(provenance.brought), taken: of(provenance.taken) };
}

test('two changes of one file, one made twice, a stack and a rename: each line says who brought it', async () => {
  const repo = smallRepository(path.join(folder.path, 'repo'));
  repo.branch('one', { 'a.txt': numbered(20, { 2: 'one' }) });
  repo.branch('two', { 'a.txt': numbered(20, { 12: 'two' }) });
  repo.branch('twin', { 'a.txt': numbered(20, { 12: 'two' }), 'twin.txt': 'x\n' });
  repo.branch('moves', { 'b.txt': null, 'moved.txt': numbered(20, { 3: 'moved' }) });
  repo.branch('edits', { 'b.txt': numbered(20, { 15: 'edited' }) });
  await importAll(repo.path);
  const all = ['one', 'two', 'twin', 'moves', 'edits'].map(idOf), a = await call('provenance', { acus: all, path: p('a.txt') });
  expect(a).toMatchObject({ how: 'woven', isExact: true, from: null });
  expect(told(a)).toEqual({ brought: { 1: 'one', 11: 'twin two' }, taken: { 1: 'one', 11: 'twin two' } });
  const moved = await call('provenance', { acus: all, path: p('moved.txt') }), { after } = await call('composedFile', { acus: all, path: p('moved.txt') });
  expect(linesOf(after!.text)[14]).toContain('edited');
  expect(moved).toMatchObject({ from: 'b.txt', how: 'woven' });
  expect(told(moved)).toEqual({ brought: { 2: 'moves', 14: 'edits' }, taken: { 2: 'moves', 14: 'edits' } });
  expect(await call('provenance', { acus: all, path: p('src/c.txt') })).toMatchObject({ how: 'woven', acus: [], brought: [] });
  expect(await call('provenance', { acus: all, path: p('nowhere') })).toMatchObject({ how: 'none' });
});

test.each([{ seed: 59, sources: 24, mix: 'stacks' }, { seed: 58, sources: 20, mix: 'fleet' }, { seed: 60, sources: 20, mix: 'torture' }] as const)('leaving a change out takes away exactly the lines that it alone brings: $mix', async (asked) => {
  const made = await generate(asked);
  try {
    await importAll(made.dir);
    let acus: AcuId[] = [];
    for (const { id } of workspace.engine.acus) {
      const more = [...new Set([...acus, ...workspace.engine.closed([id])])];
      if (workspace.engine.check(more).ok && (await call('preview', { acus: more })).tree !== null) acus = more;
    }
    let compared = 0, exact = 0, several = 0;
    const { files } = await call('preview', { acus });
    for (const { path: file } of files) {
      const provenance = await call('provenance', { acus, path: file });
      if (provenance.how === 'none') continue;
      const text = linesOf((await call('composedFile', { acus, path: file })).after?.text);
      if (provenance.acus.length > 1) several++;
      expect(provenance.brought.every(({ end, by }) => end <= text.length && (by.length > 0 || provenance.how === 'content'))).toBe(true);
      if (!provenance.isExact || provenance.from !== null) continue;
      exact++;
      for (const [place, top] of provenance.acus.entries()) {
        if (acus.some((id) => id !== top && workspace.engine.closed([id]).has(top))) continue;
        const rest = acus.filter((id) => id !== top);
        // it was the answer to what conflicts below it
        if ((await call('preview', { acus: rest })).tree === null) continue;
        const { after } = await call('composedFile', { acus: rest, path: file });
        const alone = new Set(provenance.brought.filter(({ by }) => by.length === 1 && by[0] === place).flatMap(({ start, end }) => Array.from({ length: end - start }, (_, k) => start + k)));
        const kept = text.filter((_, i) => !alone.has(i)), left = linesOf(after?.text);
        let at = 0;
        for (const line of left) if (line === kept[at]) at++;
        expect(at, `${file} without ${nameOf(top)}`).toBe(kept.length);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(5);
    expect(exact).toBeGreaterThan(5);
    expect(several).toBeGreaterThan(0);
  } finally { made.remove(); }
});

test('an ACU\'s history: read, composed, written, amended, taken out, also after a restart', async () => {
  const repo = smallRepository(path.join(folder.path, 'repo'));
  repo.branch('one', { 'a.txt': numbered(20, { 2: 'one' }) });
  repo.branch('two', { 'b.txt': numbered(20, { 12: 'two' }) });
  await importAll(repo.path);
  const before = idOf('one');
  await call('compose', { acus: [before] });
  await call('writeBranch', { name: 'written', acus: [before] });
  repo.branch('one', { 'a.txt': numbered(20, { 2: 'ONE' }) });
  await importAll(repo.path);
  const now = idOf('one');
  expect(now).not.toBe(before);
  await call('compose', { acus: [] });
  const expected = [['taken out', now], ['composed', now], ['rebound', now], ['taken out', before], ['gone', before], ['written', before], ['composed', before], ['imported', before]];
  const asked = async (): Promise<unknown[]> => (await call('acuHistory', { acu: now })).moments.map(({ what, id }) => [what, id]).sort((x, y) => JSON.stringify(x).localeCompare(JSON.stringify(y)));
  const sorted = expected.toSorted((x, y) => JSON.stringify(x).localeCompare(JSON.stringify(y)));
  expect(await asked()).toEqual(sorted);
  const { moments, commits } = await call('acuHistory', { acu: now });
  expect(moments.find(({ what }) => what === 'rebound')!.from).toEqual([before]);
  expect(moments.find(({ what }) => what === 'written')!.ref).toBe('refs/heads/written');
  expect(commits.length).toBeGreaterThan(0);
  expect(commits[0]!.oid).toBe(repo.git('rev-parse', 'one').trim());
  // told on from where it was read to is what reading all of it tells
  await workspace.close();
  workspace = await opened();
  expect(await asked()).toEqual(sorted);
  expect((await call('acuHistory', { acu: idOf('two') })).moments.map(({ what }) => what)).toEqual(['imported']);
});
