// The danger: a composition that git, asked about the same commits, would merge otherwise. Random histories are played into
// real commits and every pair of them is merged by git.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireGit } from '../../../testkit/git.ts';
import { type Commit, blobId, mergePairs } from '../../../testkit/weaveGit.ts';
import { type Script, play, scripts } from '../../../testkit/weaveScript.ts';
import { Weave } from './weave.ts';

const text = (lines: ArrayLike<number>): string => Array.from(lines, (line) => `line ${line}\n`).join('');

interface Count { clean: number; conflicts: number; weaveOnly: number; gitOnly: number; otherText: number; readonly examples: string[] }

/** Whether in some text a line stands twice, or two lines stand the other way round than in another text: then there are several ways to align. */
function ambiguous(texts: readonly ArrayLike<number>[]): boolean {
  const before = new Set<string>();
  for (const t of texts) for (let i = 0; i < t.length; i++) for (let j = i + 1; j < t.length; j++) before.add(`${t[i]} ${t[j]}`);
  return [...before].some((pair) => before.has(pair.split(' ').reverse().join(' ')));
}

/**
 * Plays the scripts, all of one shape, and compares every pair of tops, apart for histories that can be aligned in
 * one way only, and for pairs whose common ancestors conflict: there git merges over a text with conflict markers in it.
 */
function compare(group: readonly Script[], distinct: Count, repeated: Count, crossed: Count): void {
  const played = group.map((script) => {
    const weave = new Weave(Uint32Array.from(script.base));
    return { script, weave, acus: play(script, weave) };
  });
  const shape = played[0]!.acus;
  const closureOf = (k: number, acus = shape): Set<string> => new Set([...acus[k]!.requires, acus[k]!.id]);
  const commits: Commit[] = [{ parents: [], texts: group.map((script) => text(script.base)) }];
  shape.forEach(({ requires }, k) => {
    const below = shape.map((_, i) => i).filter((i) => i < k && requires.has(shape[i]!.id));
    const tops = below.filter((i) => !below.some((j) => shape[j]!.requires.has(shape[i]!.id)));
    commits.push({ parents: tops.length === 0 ? [0] : tops.map((i) => i + 1), texts: played.map((p) => text(p.acus[k]!.text)) });
  });
  for (const { a, b, files } of mergePairs(commits)) {
    files.forEach((theirs, f) => {
      const { script, weave, acus } = played[f]!;
      const [one, other] = [closureOf(a - 1, acus), closureOf(b - 1, acus)];
      const count = 'conflict' in weave.composeSet(new Set([...one].filter((id) => other.has(id)))) ? crossed
        : ambiguous([script.base, ...acus.map((acu) => acu.text)]) ? repeated : distinct;
      const ours = weave.composeSet(new Set([...one, ...other]));
      const note = (kind: 'weaveOnly' | 'gitOnly' | 'otherText'): void => {
        count[kind]++;
        const [one, other] = [script.names[a - 1], script.names[b - 1]];
        if (count.examples.length < 3) count.examples.push(JSON.stringify({ kind, one, other, script, texts: acus.map((acu) => [...acu.text]), ours }));
      };
      if ('conflict' in ours) {
        if (theirs === null) count.conflicts++;
        else note('weaveOnly');
      } else if (theirs === null) note('gitOnly');
      else if (theirs !== blobId(text(ours.lines))) note('otherText');
      else count.clean++;
    });
  }
}

/** Histories of one shape: the steps of each, standing on what the first one's steps stand on. */
function groups(arbitrary: fc.Arbitrary<Script>, seed: number, shapes: number, size: number): Script[][] {
  const all = fc.sample(arbitrary, { seed, numRuns: shapes * size });
  return Array.from({ length: shapes }, (_, g) => {
    const own = all.slice(g * size, (g + 1) * size);
    const shape = own.reduce((x, y) => (x.steps.length >= y.steps.length ? x : y)).steps;
    return own.map((script) => ({
      ...script,
      steps: shape.map(({ on }, k) => ({ edits: [], take: null, ...script.steps[k], on, cut: 'diff' as const })),
    }));
  });
}

const fresh = (): Count => ({ clean: 0, conflicts: 0, weaveOnly: 0, gitOnly: 0, otherText: 0, examples: [] });

const pairs = ({ clean, conflicts, weaveOnly, gitOnly, otherText }: Count): number => clean + conflicts + weaveOnly + gitOnly + otherText;
const figures = ({ examples: _, ...count }: Count): string => Object.entries(count).map(([name, n]) => `${name} ${n}`).join(', ');

describe('against git', () => {
  beforeAll(() => { requireGit(); });

  it('edits of the base: the same verdict and the same text for every pair, however often lines repeat', () => {
    const count = fresh();
    for (const lines of [3, 8]) {
      for (const group of groups(scripts({ lines, acus: 6, baseLines: 12 }), lines, 4, 60)) {
        compare(group.map((script) => ({ ...script, steps: script.steps.map((step) => ({ ...step, on: [] })) })), count, count, count);
      }
    }
    console.log(`pairs on the base: ${figures(count)}`);
    expect(count.examples).toEqual([]);
    expect(Math.min(count.clean, count.conflicts)).toBeGreaterThan(400);
  });

  it('stacks, forks, merges, reverts and cherry-picks', () => {
    const distinct = fresh(), repeated = fresh(), crossed = fresh();
    for (const [lines, parents] of [[1e6, 1], [1e6, 2], [1e6, 3], [5, 3]] as const) {
      for (const group of groups(scripts({ lines, acus: 6, parents, baseLines: 12 }), lines + parents, 5, 60)) {
        compare(group, distinct, repeated, crossed);
      }
    }
    console.log(`dependent pairs, one alignment: ${figures(distinct)}`);
    console.log(`dependent pairs, several alignments: ${figures(repeated)}`);
    console.log(`dependent pairs over ancestors that conflict, compared by nobody: ${figures(crossed)}`);
    expect(distinct.examples).toEqual([]);
    expect(Math.min(distinct.clean, distinct.conflicts)).toBeGreaterThan(400);
    // Where lines repeat, git aligns a stack's text with the base anew, in one step; the weave knows each step. Line history
    // wins (design.md, law 5): rarely another verdict, hardly ever another text.
    expect(pairs(repeated)).toBeGreaterThan(2000);
    expect((repeated.weaveOnly + repeated.gitOnly) / pairs(repeated)).toBeLessThan(0.02);
    expect(repeated.otherText / pairs(repeated)).toBeLessThan(0.002);
  });
});
