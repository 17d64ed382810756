// The danger: a first impression that is broken, empty, or different on the next machine; and a sample remade over branches that
// somebody wrote into it.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, gitLine, tempDir } from '../../../testkit/git.ts';
import { load, type Loaded } from '../../../testkit/loaded.ts';
import { editText, readRecipe } from './recipe.ts';
import { writeSample } from './sample.ts';

const temp = tempDir('sample');
const dir = path.join(temp.path, 'sample.git');
let loaded: Loaded;
beforeAll(async () => {
  await writeSample(dir);
  loaded = await load(dir);
});
afterAll(async () => {
  await loaded.close();
  temp.remove();
});

const inFlight = (): string[] => git(dir, ['for-each-ref', '--format=%(refname:short)', 'refs/heads']).trimEnd().split('\n').filter((name) => name !== 'main');

test('the same object ids everywhere', () => {
  expect(gitLine(dir, ['rev-parse', 'HEAD'])).toBe('cc1bc9085d2b3e651f9342aa4b0bca9ef5a88d12');
  expect(gitLine(dir, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/main');
  expect(inFlight().length).toBe(46);
  expect(git(dir, ['fsck', '--strict', '--no-dangling'])).toBe('');
});

test('four people and two agents, all with work in flight', () => {
  const authors = new Set(git(dir, ['log', '--format=%an', '--branches', '--not', 'main']).trimEnd().split('\n'));
  expect(authors.size).toBe(6);
});

describe('what there is to see', () => {
  test('every kind of conflict this version knows', () => {
    const kinds = new Set<string>();
    for (const c of loaded.engine.conflicts()) if (c.b !== 'base') kinds.add(c.kind);
    expect([...kinds].sort()).toEqual(['add/add', 'binary', 'content', 'directory/file', 'mode', 'modify/delete', 'submodule', 'symlink', 'type']);
  });

  test('branches that no longer carry onto main, and one that does although its lower half does not', () => {
    const standing = (name: string): string => {
      const source = loaded.engine.sources.find((s) => s.name === name)!;
      return loaded.segments.find((s) => s.tip === source.segments.at(-1))!.standing.kind;
    };
    expect(inFlight().filter((name) => standing(name) === 'stale')).toEqual(['agents/heron/constituent-2n2', 'agents/kestrel/jitter-1-poller', 'jonas/port-from-environment']);
    expect(inFlight().filter((name) => standing(name) === 'inexact')).toEqual([]);
    expect(loaded.engine.named('agents/kestrel/jitter-2-notifier').length).toBe(1);
  });

  test('a stack that undoes itself conflicts only in its first level', () => {
    const against = [...loaded.engine.sourceConflicts()].filter((c) => [c.a, c.b].includes('agents/heron/nodal-corrections' as never)).flatMap((c) => [c.a, c.b]);
    expect(against).toContain('jonas/memo-1-cosines');
    expect(against).not.toContain('jonas/memo-2-measured');
  });

  test('stacks, shared commits and a cherry-pick', () => {
    const { engine } = loaded;
    expect(engine.named('maya/quiet-hours-3-docs').length).toBe(3);
    const shared = engine.named('agents/kestrel/source-json').filter((id) => engine.named('agents/kestrel/source-serial').includes(id));
    expect(shared.length).toBe(1);
    const [a, b] = ['priya/fix-clock-zone', 'agents/heron/harbour-board'].map((name) => gitLine(dir, ['rev-list', '--reverse', name, '--not', 'main']).split('\n')[0]!);
    expect(a).not.toBe(b);
    expect(git(dir, ['diff', `${a}^`, a!])).toBe(git(dir, ['diff', `${b}^`, b!]));
  });

  test('a good number of branches go together', () => {
    let set: ReturnType<typeof loaded.engine.named> = [];
    let branches = 0;
    for (const { name } of loaded.engine.sources) {
      const ids = loaded.engine.named(name);
      const verdict = loaded.engine.verdict(set, ids);
      if (ids.length === 0 || (verdict.kind !== 'fits' && verdict.kind !== 'needs')) continue;
      set = [...new Set([...set, ...ids])];
      branches++;
    }
    expect(branches).toBeGreaterThanOrEqual(20);
    expect(branches).toBeLessThan(loaded.engine.sources.length - 8);
  });
});

test('a sample that is there is left as it is, and nothing half made stays', async () => {
  git(dir, ['branch', 'mine', 'main']);
  await writeSample(dir);
  expect(gitLine(dir, ['rev-parse', 'mine'])).toBe(gitLine(dir, ['rev-parse', 'main']));
  const twice = path.join(temp.path, 'twice', 'sample.git');
  await Promise.all([writeSample(twice), writeSample(twice), writeSample(twice)]);
  expect(gitLine(twice, ['rev-parse', 'main'])).toBe(gitLine(dir, ['rev-parse', 'main']));
  expect(readdirSync(path.dirname(twice))).toEqual(['sample.git']);
});

test('a place that cannot be written to is an error in one sentence', async () => {
  const file = path.join(temp.path, 'file');
  writeFileSync(file, '');
  await expect(writeSample(path.join(file, 'sample.git'))).rejects.toMatchObject({ code: 'io' });
  const taken = path.join(temp.path, 'taken');
  mkdirSync(taken);
  writeFileSync(path.join(taken, 'something'), '');
  await expect(writeSample(taken)).rejects.toMatchObject({ code: 'io' });
  expect(existsSync(path.join(taken, 'HEAD'))).toBe(false);
});

describe('recipes', () => {
  test('an edit must find its lines exactly once', () => {
    const hunk = { before: ['b'], after: ['c'] };
    expect(editText('a\nb\n', [hunk], 'x')).toBe('a\nc\n');
    expect(() => editText('a\n', [hunk], 'x')).toThrow(/0 times/);
    expect(() => editText('b\nb\n', [hunk], 'x')).toThrow(/2 times/);
  });

  test('a directive that is unknown, a change outside a commit and an unmarked line are refused with their place', () => {
    expect(() => readRecipe('r', '@nonsense\n')).toThrow(/@nonsense \(r:1\)/);
    expect(() => readRecipe('r', '@branch a\n@add f\n+x\n')).toThrow(/outside a commit \(r:2\)/);
    expect(() => readRecipe('r', '@branch a\n@commit x 2026-01-01T00:00 S\n@add f\nx\n')).toThrow(/without its mark \(r:3\)/);
  });
});
