// Danger: a repository of adversarial size hangs the service, ends it, or gets a wrong verdict; a wrong "clean" is the worst. A slice of
// `npm run bench -- limits`, at sizes that are over in a second, and proof that the comparison can fail.
import { expect, test, vi } from 'vitest';
import { tempDir } from './git.ts';
import { limitCases } from './limits.ts';
import { type Answer, OverLimit, compared, judgedByAcumen, judgedByGit } from './limitsJudge.ts';

vi.setConfig({ testTimeout: 300_000 }); // a process for each, on a machine that does other things, too
const slice = ['tree', 'unlike', 'families', 'comparable'];
const BOUNDS = { memoryMB: 1000, cpuSeconds: 60 };

test.each(limitCases.filter(({ name }) => slice.includes(name)))('$name: $small $what', async (one) => {
  const dir = tempDir(`limits-${one.name}`);
  try {
    const pairs = one.build(dir.path, one.small), figures = await judgedByAcumen(dir.path, pairs, BOUNDS);
    const { agreed, unable, wrong } = compared(pairs, figures.answers, judgedByGit(dir.path, pairs, 60).answers);
    expect(wrong).toEqual([]);
    // what has no verdict says why, and is the exception
    expect(figures.answers.every((answer) => answer.kind !== 'unable' || answer.reason !== '')).toBe(true);
    expect(agreed).toBeGreaterThan(unable);
  } finally {
    dir.remove();
  }
});

test('a wrong clean, a wrong conflict and a wrong tree are found; so is whoever takes too much', async () => {
  const clean: Answer = { kind: 'clean', tree: 'x' }, torn: Answer = { kind: 'conflicts', detail: 'both change a' };
  const pair = [['a', 'b']] as const;
  expect(compared(pair, [clean], [{ clean: true, tree: 'x' }]).agreed).toBe(1);
  expect(compared(pair, [clean], [{ clean: false, tree: 'x' }]).wrong).toHaveLength(1);
  expect(compared(pair, [clean], [{ clean: true, tree: 'y' }]).wrong).toHaveLength(1);
  expect(compared(pair, [torn], [{ clean: true, tree: 'x' }]).wrong).toHaveLength(1);
  expect(compared(pair, [{ kind: 'conflicts', detail: 'a, too large to be read as text' }], [{ clean: true, tree: 'x' }]).wrong).toHaveLength(0);
  const dir = tempDir('limits-over');
  try {
    const equal = limitCases.find(({ name }) => name === 'equal')!;
    await expect(judgedByAcumen(dir.path, equal.build(dir.path, 100), { memoryMB: 1000, cpuSeconds: 0 })).rejects.toThrow(OverLimit);
  } finally {
    dir.remove();
  }
});
