// The danger: a judge that is wrong. Tiny repositories whose answers a person can check, then the oracle's own shortcuts against plain git.
import { afterEach, describe, expect, test } from 'vitest';
import { still } from './features/features.ts';
import { generate, mixes } from './generate.ts';
import { git, gitLine, requireGit } from './git.ts';
import { mergeOne } from './gitMerges.ts';
import { Oracle } from './oracle.ts';
import { START, Tiny, withLines } from './tiny.ts';
import type { Commit } from './world.ts';

const cleanups: (() => void)[] = [];
afterEach(() => { for (const f of cleanups.splice(0)) f(); });

class Repository extends Tiny {
  constructor() {
    super();
    cleanups.push(() => this.remove());
  }
  async open(refs: Record<string, Commit>): Promise<Oracle> {
    this.refs(refs);
    const oracle = await Oracle.open(this.dir);
    cleanups.push(() => oracle.close());
    return oracle;
  }
}

async function verdicts(oracle: Oracle): Promise<Record<string, boolean>> {
  const out: Record<string, boolean> = {};
  for await (const pair of oracle.pairs()) out[`${pair.a.name} ${pair.b.name}`] = pair.answer!.clean;
  return out;
}

test('prints the git it judges with', () => {
  const version = requireGit();
  console.log(`oracle: git ${version.text}`);
  expect(version.major * 100 + version.minor).toBeGreaterThanOrEqual(238);
});

describe('the definitions of design.md §2', () => {
  test('a stack that changes a line and changes it back does not conflict with a third that edits the line', async () => {
    const t = new Repository();
    const base = t.commit([], { f: START });
    const lower = t.commit([base], { f: withLines(START, { 10: 'changed\n' }) });
    const upper = t.commit([lower], { f: START, g: ['new\n'] });
    const third = t.commit([base], { f: withLines(START, { 10: 'third\n' }) });
    const oracle = await t.open({ main: base, lower, upper, third });
    expect(await verdicts(oracle)).toEqual({ 'lower third': false, 'lower upper': true, 'third upper': true });
  });

  test('an integration merge stands on both lower segments', async () => {
    const t = new Repository();
    const base = t.commit([], { f: START });
    const a = t.commit([base], { f: withLines(START, { 5: 'a\n' }) });
    const b = t.commit([base], { f: withLines(START, { 5: 'b\n' }) });
    const both = t.commit([a, b], { f: withLines(START, { 5: 'a and b\n' }) });
    const c = t.commit([base], { f: withLines(START, { 20: 'c\n' }) });
    const oracle = await t.open({ main: base, a, b, both, c });
    const tipOf = (name: string): string => oracle.sources.find((s) => s.name === name)!.tip;
    expect(oracle.segments.get(tipOf('both'))!.lower).toEqual([tipOf('a'), tipOf('b')].sort());
    expect(await verdicts(oracle)).toEqual({ 'a b': false, 'a both': true, 'a c': true, 'b both': true, 'b c': true, 'both c': true });
  });

  test('carried in one step from the tip, never commit by commit', async () => {
    const t = new Repository();
    const old = t.commit([], { f: START });
    const base = t.commit([old], { f: withLines(START, { 10: 'base\n' }) });
    const first = t.commit([old], { f: withLines(START, { 10: 'mine\n' }) });
    const second = t.commit([first], { f: START, g: ['new\n'] });
    const oracle = await t.open({ main: base, second });
    expect(oracle.sources.find((s) => s.name === 'second')).toMatchObject({ standing: 'exact', unsplit: false });
  });

  test('stale, and a source above a stale inner tip is one commit on the base', async () => {
    const t = new Repository();
    const old = t.commit([], { f: START });
    const base = t.commit([old], { f: withLines(START, { 10: 'base\n' }) });
    const lower = t.commit([old], { f: withLines(START, { 10: 'mine\n' }) });
    const upper = t.commit([lower], { f: withLines(START, { 10: 'base\n' }), g: ['new\n'] });
    const other = t.commit([base], { f: withLines(START, { 10: 'other\n' }) });
    const oracle = await t.open({ main: base, lower, upper, other });
    const source = (name: string): unknown => oracle.sources.find((s) => s.name === name);
    expect(source('lower')).toMatchObject({ standing: 'stale', commit: null, stalePaths: ['f'] });
    expect(source('upper')).toMatchObject({ standing: 'exact', unsplit: true });
    expect(source('main')).toMatchObject({ standing: 'merged' });
    expect(await verdicts(oracle)).toEqual({ 'other upper': true });
  });

  test('commits that two sources share are a segment though no ref names them, and are split by the heads that reach them', async () => {
    const t = new Repository();
    const base = t.commit([], { f: START });
    const deep = t.commit([base], { deep: ['1\n'] });
    const left = t.commit([deep], { left: ['1\n'] });
    const right = t.commit([deep], { right: ['1\n'] });
    const x = t.commit([left, right], { left: ['1\n'], right: ['1\n'], x: ['1\n'] });
    const y = t.commit([right, left], { left: ['1\n'], right: ['1\n'], y: ['1\n'] });
    const oracle = await t.open({ main: base, x, y });
    expect([...oracle.segments.values()].map((s) => `${s.sources.join(' and ')} on ${s.closure.size}`).sort())
      .toEqual(['x and y on 0', 'x and y on 1', 'x and y on 1', 'x on 3', 'y on 3']);
    const pairs = [];
    for await (const pair of oracle.pairs()) pairs.push(pair);
    expect(pairs.map((p) => p.mergeBases.length)).toEqual([2]);
  });

  test('a rename is reported, for the generator to discard', async () => {
    const t = new Repository();
    const base = t.commit([], { f: START, g: ['other\n'] });
    const moved = t.commit([base], { f: null, h: START });
    const kept = t.commit([base], { g: ['changed\n'] });
    const oracle = await t.open({ main: base, moved, kept });
    expect(oracle.renames().map((r) => r.source)).toEqual(expect.arrayContaining(['moved']));
    expect(oracle.renames().map((r) => r.source)).not.toContain('kept');
  });

  test('a chain is an answer only where every order is clean and gives the same tree', async () => {
    const t = new Repository();
    const base = t.commit([], { f: START });
    const a = t.commit([base], { f: withLines(START, { 2: 'a\n' }) });
    const b = t.commit([base], { f: withLines(START, { 12: 'b\n' }) });
    const c = t.commit([base], { f: withLines(START, { 22: 'c\n' }) });
    const d = t.commit([base], { f: withLines(START, { 22: 'd\n' }) });
    const oracle = await t.open({ main: base, a, b, c, d });
    const set = (names: string): typeof oracle.sources => oracle.sources.filter((s) => names.includes(s.name) && s.commit !== null);
    const [clean, conflicting] = await oracle.chains([
      { set: set('abc'), orders: [[0, 1, 2], [2, 1, 0], [1, 2, 0]] },
      { set: set('acd'), orders: [[0, 1, 2], [2, 1, 0]] },
    ]);
    const expected = t.commit([base], { f: withLines(START, { 2: 'a\n', 12: 'b\n', 22: 'c\n' }) });
    t.refs({ expected });
    expect(clean).toMatchObject({ clean: true, same: true, tree: gitLine(t.dir, ['rev-parse', 'expected^{tree}']) });
    expect(conflicting).toMatchObject({ clean: false, tree: null });
  });
});

test('a seed and a mix name one repository, with every feature in it', async () => {
  const [one, two] = [await generate({ seed: 7, mix: 'team', sources: 140 }), await generate({ seed: 7, mix: 'team', sources: 140 })];
  cleanups.push(() => { one.remove(); two.remove(); });
  const refs = (dir: string): string => git(dir, ['for-each-ref', '--format=%(refname) %(objectname)']);
  expect(refs(one.dir)).toBe(refs(two.dir));
  expect(one.refs.length).toBe(140);
  expect(Object.keys(still).filter((f) => one.features[f] === undefined)).toEqual([]);
  expect(Object.keys(mixes).length).toBe(9);
});

test("the oracle's shortcuts agree with plain git: merge bases and answers pair by pair", async () => {
  const made = await generate({ seed: 3, mix: 'stacks', sources: 30 });
  cleanups.push(() => made.remove());
  const oracle = await Oracle.open(made.dir, { refs: made.refs });
  cleanups.push(() => oracle.close());
  expect(oracle.renames()).toEqual([]);
  let n = 0;
  for await (const pair of oracle.pairs()) {
    if (n++ % 9 !== 0) continue;
    const bases = gitLine(oracle.dir, ['merge-base', '--all', pair.a.commit!, pair.b.commit!]).split('\n');
    expect([...pair.mergeBases].sort()).toEqual(bases.sort());
    expect(mergeOne(oracle.dir, pair.a.commit!, pair.b.commit!)).toEqual(pair.answer);
    const names = (commit: string): string[] => git(oracle.dir, ['diff-tree', '-r', '-z', '--no-renames', '--name-only', bases[0]!, commit]).split('\0').filter((p) => p !== '');
    const doing = [pair.a, pair.b].map((s, side) => ({ told: [...pair.doings[side]!.touched.keys()].sort(), asked: names(s.commit!).sort() }));
    if (bases.length === 1) for (const { told, asked } of doing) expect(told).toEqual(asked);
  }
  expect(n).toBeGreaterThan(300);
});
