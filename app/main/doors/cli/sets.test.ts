// The danger: three branches of which any two go together, composed to a tree that git gives in one order of merging only, with exit
// status 0; or refused without a word about which three, and what to do.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import type { SmallRepository } from '../../../../testkit/small.ts';
import type { AcumenError } from '../../../core/errors.ts';
import { Workspace } from '../../service/workspace.ts';

let folder: string, store: string, repo: SmallRepository, imported: number | null;

const acumen = (...args: readonly string[]): Promise<Ran> => runAcumen([...args, '--store', store], { folder });

interface Report { ok?: boolean; tree?: string | null; missing: string[]; conflicts: { a: string; b: string; verdict: string; kind: string; path: string; detail: string; sides?: string[] }[] }
const json = ({ out }: { out: string }): Report => JSON.parse(out) as Report;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'acumen-sets-'));
  store = path.join(folder, 'store.acumen');
  repo = smallRepository(path.join(folder, 'repo'), { 'D/1': numbered(12, { 1: 'one' }), 'D/2': numbered(12, { 1: 'two', 5: 'b' }), 'hot.txt': numbered(30), 'other.txt': 'other\n' });
  repo.branch('half', { 'D/1': null, 'E/1': numbered(12, { 1: 'one' }) });
  repo.branch('rest', { 'D/2': null });
  repo.branch('adds', { 'D/new': 'new\n' });
  repo.branch('apart', { 'other.txt': 'changed\n' });
  repo.branch('moves', { 'hot.txt': null, 'cold.txt': numbered(30, { 30: 'end' }) });
  repo.branch('edits', { 'hot.txt': numbered(30, { 3: 'edited' }) });
  repo.branch('edits-too', { 'hot.txt': numbered(30, { 20: 'edited, too' }) });
  imported = (await acumen('import', repo.path)).status;
}, 120_000);
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

/** git's own chain. */
function chain(...names: readonly string[]): string {
  let head = names[0]!, tree = '';
  for (const name of names.slice(1)) {
    tree = repo.git('merge-tree', '--write-tree', head, name);
    head = repo.git('commit-tree', tree, '-p', head, '-p', name, '-m', 'merge');
  }
  return tree;
}

describe('three that depend on the order', () => {
  test('are refused by check and compose with exit 1, and named alone', async () => {
    expect(imported).toBe(0);
    for (const pair of [['half', 'rest'], ['half', 'adds'], ['rest', 'adds']]) expect((await acumen('check', ...pair)).status, pair.join()).toBe(0);
    const ids = (await acumen('list', '--json')).out;
    const idOf = (name: string): string => (JSON.parse(ids) as { acus: { id: string; name: string }[] }).acus.find((acu) => acu.name === name)!.id;
    const three = ['half', 'rest', 'adds'].map(idOf).sort();
    for (const verb of ['check', 'compose']) {
      const ran = await acumen(verb, 'apart', 'half', 'rest', 'adds', '--json');
      expect(ran.status, verb).toBe(1);
      const report = json(ran);
      expect(verb === 'check' ? report.ok : report.tree).toBe(verb === 'check' ? false : null);
      expect(report.missing).toEqual([]);
      expect(report.conflicts.length).toBeGreaterThan(0);
      for (const { verdict, sides, a, b } of report.conflicts) {
        expect(verdict).toBe('order-sensitive');
        expect(sides).toEqual(three);
        expect([a, b]).toEqual(three.slice(0, 2));
      }
      expect(report.conflicts.map((c) => c.path)).toContain('E/new');
    }
    // in a sentence, with what to do
    const said = await acumen('check', 'apart', 'half', 'rest', 'adds');
    expect(said.status).toBe(1);
    expect(said.out).toMatch(/depends on the order in which these are merged:\n {4}.*half.*×.*E\/new conflicts \(directory rename\) when these 3 are merged in some orders, and in others it does not\n {2}hint: Take out one of them/);
    expect(said.out).not.toContain('apart');
  });

  test('are never written to a branch', async () => {
    expect((await acumen('compose', 'half', 'rest', 'adds', '--branch', 'acumen/never', '--json')).status).toBe(1);
    expect(repo.git('for-each-ref', 'refs/heads/acumen')).toBe('');
  });

  test('and in the service: preview tells, composing is refused, and nothing is recorded', async () => {
    const workspace = await Workspace.open(store, { env: {} });
    try {
      const acus = ['half', 'rest', 'adds'].flatMap((name) => [...workspace.engine.named(name)]);
      const preview = await workspace.call('preview', { acus });
      expect(preview).toMatchObject({ tree: null, missing: [], files: [] });
      expect(preview.conflicts[0]).toMatchObject({ verdict: 'order-sensitive', sides: [...acus].sort() });
      const before = workspace.log.length;
      const error = await workspace.call('compose', { ticket: 't', acus }).then(() => null, (e: AcumenError) => e);
      expect(error).toMatchObject({ code: 'not-composable', message: expect.stringMatching(/^What this set becomes depends on the order in which 3 of its changes are merged: /) as string });
      expect(error!.hint).toContain('Take out one of them');
      expect(workspace.log.length).toBe(before);
      // two of them are another set
      expect((await workspace.call('preview', { acus: acus.slice(0, 2) })).tree).toBe(chain('half', 'rest'));
    } finally {
      await workspace.close();
    }
  });
});

test('changes that follow a renamed file compose to the tree of git\'s chain in any order', async () => {
  for (const names of [['moves', 'edits', 'edits-too'], ['edits-too', 'moves', 'apart', 'edits']]) {
    expect(json(await acumen('check', ...names, '--json'))).toEqual({ ok: true, missing: [], conflicts: [] });
    const ran = await acumen('compose', ...names, '--json');
    expect(ran.status).toBe(0);
    expect(json(ran).tree).toBe(chain(...names));
  }
});
