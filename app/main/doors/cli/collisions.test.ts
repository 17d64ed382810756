// Danger: a composition that cannot be checked out on macOS or Windows as it is, seen by nobody; or the warning stops what git allows.
// From repository to command line and screen, with names that only bare repositories can hold everywhere.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PathBytes } from '../../../core/bytes.ts';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { fastImport, initBare } from '../../../../testkit/git.ts';
import { Workspace } from '../../service/workspace.ts';

const folder = mkdtempSync(join(tmpdir(), 'acumen-names-'));
const repo = join(folder, 'repo'), store = join(folder, 'names.acumen');
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const acumen = (...args: string[]): Promise<Ran> => runAcumen([...args, '--store', store], { folder });
let imported: Ran;
interface Found { acus: { id: string; name: string }[]; conflicts: { a: string; b: string; kind: string; verdict: string; path: string; detail: string }[]; sourceConflicts: unknown[]; pairs: unknown }

beforeAll(async () => {
  initBare(repo);
  const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
  const branch = (name: string, from: string, files: Record<string, string | null>): string =>
    `commit refs/heads/${name}\ncommitter C <c@x.invalid> 1700000000 +0000\ndata ${name.length}\n${name}\n${from}${Object.entries(files).map(([path, text]) => (text === null ? `D ${utf8(path)}\n` : `M 100644 inline ${utf8(path)}\ndata ${text.length}\n${text}\n`)).join('')}`;
  fastImport(repo, branch('main', '', { 'readme.md': 'read me\n', 'src/café.ts': 'x\n', 'a.txt': 'a\n' }));
  const on = 'from refs/heads/main^0\n';
  fastImport(repo, [
    branch('loud', on, { 'README.md': 'READ ME\n' }),
    branch('recased', on, { 'readme.md': null, 'README.MD': 'read me\n' }),
    branch('accent', on, { 'src/cafe\u0301.ts': 'y\n' }),
    branch('upper', on, { 'Docs/Guide.txt': 'one\n' }),
    branch('lower', on, { 'docs/guide.txt': 'two\n' }),
    branch('twins', on, { 'same.': '1\n', 'Same': '2\n' }),
    branch('plain', on, { 'b.txt': 'b\n' }),
    branch('clash', on, { 'docs/guide.txt': 'other\n', 'b.txt': 'b\n' }),
  ].join(''));
  fastImport(repo, branch('stacked', 'from refs/heads/upper^0\n', { 'DOCS/GUIDE.TXT': 'three\n' }));
  imported = await acumen('import', repo, '--base', 'main', '--json');
});

describe('names that collide', () => {
  test('are rows of the graph at risk, between two ACUs, within one, and with the base; they never set the status', async () => {
    expect(imported).toMatchObject({ status: 0, err: '' });
    const ran = await acumen('conflicts', '--json');
    const found = JSON.parse(ran.out) as Found;
    const nameOf = (id: string): string => found.acus.find((a) => a.id === id)?.name ?? id;
    const rows = found.conflicts.filter((c) => c.kind === 'case collision');
    expect(rows.every((c) => c.verdict === 'risk')).toBe(true);
    expect(rows.map((c) => `${[nameOf(c.a), nameOf(c.b)].sort().join(' × ')}: ${c.path}`).sort()).toEqual([
      'accent × base: src/cafe\u0301.ts', 'base × loud: README.md', 'base × twins: Same', 'clash × stacked: DOCS/GUIDE.TXT', 'clash × upper: Docs/Guide.txt',
      'loud × recased: README.MD', 'lower × stacked: DOCS/GUIDE.TXT', 'lower × upper: Docs/Guide.txt', 'stacked × upper: DOCS/GUIDE.TXT',
    ]);
    expect(rows.find((c) => c.b === 'base' && c.path === 'README.md')!.detail).toBe('it adds README.md, the base has readme.md: one name where case does not count');
    expect(rows.find((c) => c.path === 'Docs/Guide.txt')!.detail).toBe('together they add Docs/Guide.txt and docs/guide.txt, one name where case does not count');
    // clash × lower (and plain) is git's own; the names of others come beside it
    expect(found.pairs).toEqual({ blocking: 1, resolvable: 0, risk: 6 });
    expect(found.sourceConflicts).toHaveLength(1);
    expect(ran.status).toBe(1);
    expect(await acumen('conflicts', '--acu', 'upper', '--json')).toMatchObject({ status: 0 });
    const text = await acumen('conflicts');
    expect(text.out).toContain('6 at risk among');
    expect(text.out).toContain('3 at risk by themselves or with the base');
  });

  test('are told by check and compose, and stop neither', async () => {
    const check = await acumen('check', 'upper', 'lower', '--json');
    expect(check.status).toBe(0);
    expect(JSON.parse(check.out)).toMatchObject({ ok: true, missing: [], conflicts: [{ kind: 'case collision', verdict: 'risk', path: 'Docs/Guide.txt' }] });
    expect((await acumen('check', 'upper', 'lower')).out).toMatch(/can be composed\.\n!.*one name where case does not count\n$/);
    const composed = await acumen('compose', 'upper', 'lower', '--json');
    expect(composed.status).toBe(0);
    expect(JSON.parse(composed.out)).toMatchObject({ tree: expect.stringMatching(/^[0-9a-f]{40}$/) as string, conflicts: [{ verdict: 'risk' }] });
    // what one takes away the other does not meet
    expect(JSON.parse((await acumen('check', 'plain', 'accent', '--json')).out)).toMatchObject({ ok: true, conflicts: [{ path: 'src/cafe\u0301.ts' }] });
    expect(JSON.parse((await acumen('check', 'recased', '--json')).out)).toMatchObject({ ok: true, conflicts: [] });
    const both = JSON.parse((await acumen('check', 'recased', 'loud', '--json')).out) as { ok: boolean; conflicts: { b: string }[] };
    expect(both.ok).toBe(true);
    expect(both.conflicts.map(({ b }) => b === 'base')).toEqual([false]);
  });

  test('show both files, and go beside a verdict that blocks', async () => {
    const workspace = await Workspace.open(store, { env: {} });
    try {
      const id = (name: string) => workspace.engine.named(name)[0]!;
      const between = await workspace.call('conflictFile', { a: id('upper'), b: id('lower'), path: 'Docs/Guide.txt' as PathBytes });
      expect(between).toMatchObject({ kind: 'case collision', base: null, merged: null, sides: [{ shown: { text: 'one\n' } }, { shown: { text: 'two\n' } }] });
      const based = await workspace.call('conflictFile', { a: id('loud'), b: 'base', path: 'README.md' as PathBytes });
      expect(based.sides.map((s) => s.shown?.text)).toEqual(['READ ME\n', 'read me\n']);
      const within = await workspace.call('conflictFile', { a: id('twins'), b: 'base', path: 'Same' as PathBytes });
      expect(within.sides.map((s) => [s.acu === 'base', s.shown?.text])).toEqual([[false, '2\n'], [false, '1\n']]);
      expect(workspace.engine.verdict([id('upper')], [id('lower')])).toEqual({ kind: 'fits' });
      expect(workspace.engine.risks([id('upper')], [id('lower')])).toHaveLength(1);
      expect(workspace.engine.partitions().count).toBe(1);
      expect((await workspace.call('fsck', { ticket: 'f' })).problems).toEqual([]);
    } finally {
      await workspace.close();
    }
  });
});
