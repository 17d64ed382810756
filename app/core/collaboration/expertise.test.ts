// Danger: knowledge of the future, a bot that is asked for advice, sums that drift as the moment moves, and histories of one author or of a
// hundred thousand. Each figure beside a walk over all commits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { figuresOf } from '../../../testkit/expertiseTwin.ts';
import { type Commit, drawnHistory, historyOf } from '../../../testkit/peopleHistories.ts';
import type { PathBytes } from '../bytes.ts';
import { Experience } from './experience.ts';
import { Expertise, figures } from './expertise.ts';
import type { History, PersonKind } from './model.ts';

const DAY = 86_400, NOW = 1_700_000_000, PEOPLE = 5, FILES = 12;
const commits: fc.Arbitrary<Commit[]> = fc.array(fc.record({
  author: fc.nat(PEOPLE - 1), time: fc.integer({ min: NOW - 300 * DAY, max: NOW }),
  files: fc.uniqueArray(fc.nat(FILES - 1), { maxLength: 5 }).map((files) => files.sort((x, y) => x - y).map((file) => ({ file, added: (file * 7) % 40, deleted: 0 }))),
}), { maxLength: 25 });
const withKinds = (history: History, kinds: readonly PersonKind[]): History => ({ ...history, people: history.people.map((person, i) => ({ ...person, kind: kinds[i] ?? 'person' })) });

test('figures are those of a walk over all commits, at any moment and however it came there', () => {
  fc.assert(fc.property(commits, fc.array(fc.integer({ min: NOW - 310 * DAY, max: NOW + 10 * DAY }), { minLength: 1, maxLength: 3 }), fc.nat(FILES - 1), fc.array(fc.constantFrom<PersonKind>('person', 'bot', 'agent'), { maxLength: 2 }), (list, moments, file, kinds) => {
    const history = withKinds(historyOf(PEOPLE, FILES, list), kinds), experience = new Experience(history), expertise = new Expertise(experience);
    for (const asOf of moments) {
      experience.to(asOf);
      const { people, value } = expertise.choices(file, experience.directories.of[file]!);
      // few enough people that all who did anything by then are thought of, and nobody else
      const did = history.people.map((_, p) => p).filter((p) => history.people[p]!.kind === 'person' && list.some(({ author, time }) => author === p && time <= asOf));
      expect([...people].sort()).toEqual(did);
      for (const [i, p] of people.entries()) {
        const twin = figuresOf(history, asOf, file, p);
        for (const [k, name] of figures.entries()) expect([name, Math.abs(value[i * figures.length + k]! - twin[k]!) < 1e-6]).toEqual([name, true]);
      }
      const likely = expertise.likely({ people, value });
      if (people.length > 0) expect(likely.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    }
  }), { numRuns: 150 });
});

test('what was found before is not answered for another moment', () => {
  const history = historyOf(2, 1, [{ author: 0, time: NOW - 100 * DAY, files: [{ file: 0, added: 5, deleted: 0 }] }, { author: 1, time: NOW, files: [{ file: 0, added: 5, deleted: 0 }] }]);
  const experience = new Experience(history), expertise = new Expertise(experience), path = history.files[0]!.path;
  experience.to(NOW);
  expect(expertise.experts([path], 5).map(({ person }) => person)).toEqual([1, 0]);
  experience.to(NOW - 1);
  expect(expertise.experts([path], 5).map(({ person }) => person)).toEqual([0]);
  experience.to(NOW - 200 * DAY);
  expect(expertise.experts([path], 5)).toEqual([]);
});

test('says why: a share of the path, lines that stand at the head, what changes with it, else the directory', () => {
  const both = [{ file: 0, added: 5, deleted: 0 }, { file: 1, added: 5, deleted: 0 }];
  const history: History = {
    ...historyOf(4, 3, [{ author: 0, time: NOW - 9 * DAY, files: both }, { author: 1, time: NOW - 2 * DAY, files: [both[1]!] }, { author: 2, time: NOW - DAY, files: [{ file: 2, added: 1, deleted: 0 }] }, { author: 3, time: NOW, files: [] }]),
    files: ['a/x', 'a/y', 'a/z'].map((path) => ({ path: path as PathBytes, alive: true })),
    survivors: { file: Uint32Array.of(0), person: Uint32Array.of(0), lines: Uint32Array.of(5) },
  };
  const experience = new Experience(history).to(NOW), experts = new Expertise(experience).experts(['a/x' as PathBytes], 9), of = (p: number): unknown => experts.find(({ person }) => person === p)?.evidence;
  expect(of(0)).toEqual([{ kind: 'knows', person: 0, path: 'a/x', share: 1, last: NOW - 9 * DAY }, { kind: 'wrote', person: 0, path: 'a/x', lines: 5 }]);
  expect(of(1)).toEqual([{ kind: 'changes together', path: 'a/x', with: 'a/y', commits: 1 }]);
  expect(of(2)).toMatchObject([{ kind: 'knows', person: 2, path: 'a', last: NOW - DAY }]);
  expect(of(3)).toEqual([]);
  // lines stand at the head; a day before they may not have
  expect(new Expertise(new Experience(history).to(NOW - 1)).experts(['a/x' as PathBytes], 1)[0]!.evidence.map(({ kind }) => kind)).toEqual(['knows']);
  expect(new Expertise(experience).experts(['a/x' as PathBytes], 9, new Set([0])).some(({ person }) => person === 0)).toBe(false);
});

test('a path nobody knows is told by its directory; no path, no history and one author have answers too', () => {
  const none = new Expertise(new Experience(historyOf(0, 0, [])).to(NOW));
  expect([none.experts(['x' as PathBytes], 3), none.experts([], 3)]).toEqual([[], []]);
  const one = new Expertise(new Experience(historyOf(1, 1, [{ author: 0, time: NOW, files: [{ file: 0, added: 0, deleted: 0 }] }])).to(NOW));
  expect(one.experts(['area0/part0/d0/new.ts' as PathBytes, 'elsewhere/new.ts' as PathBytes], 3)).toMatchObject([{ person: 0, score: 1 }]);
  expect(one.experts([], 3)).toEqual([]);
});

test('dates from 1970 to 2100 give numbers', () => {
  const history = historyOf(3, 2, [0, 1e9, 4_102_444_800].map((time, author) => ({ author, time, files: [{ file: 0, added: 1, deleted: 0 }] })));
  const experience = new Experience(history), expertise = new Expertise(experience);
  for (const asOf of [0, 1e9, 5e9]) {
    experience.to(asOf);
    for (const { score, evidence } of expertise.experts([history.files[0]!.path], 3)) {
      expect(score).toBeGreaterThanOrEqual(0);
      for (const of of evidence) if (of.kind === 'knows') expect(of.share).toBeGreaterThanOrEqual(0);
    }
  }
});

test('a hundred thousand authors of one file: few are thought of, and it can be given up', () => {
  const commits = Array.from({ length: 100_000 }, (_, author) => ({ author, time: NOW - 100_000 + author, files: [{ file: 0, added: 1, deleted: 0 }] }));
  const history = historyOf(100_000, 1, commits), experience = new Experience(history);
  expect(() => experience.to(NOW, { aborted: true })).toThrow('cancelled');
  experience.to(NOW);
  const expertise = new Expertise(experience), choices = expertise.choices(0, experience.directories.of[0]!);
  expect(choices.people.length).toBeLessThanOrEqual(40 + 2 * 12 + 20);
  expect(expertise.experts([history.files[0]!.path], 1)[0]!.person).toBe(99_999);
});

test('given up half way, an earlier moment is asked for: nothing later is known', () => {
  const history = drawnHistory({ people: 9, files: 40, touches: 30_000 }, 'uniform'), paths = history.files.slice(0, 5).map(({ path }) => path);
  const experience = new Experience(history), early = history.time[20]!;
  let looks = 0;
  expect(() => experience.to(history.time.at(-1)!, { get aborted() { return looks++ > 0; } })).toThrow('cancelled');
  expect(looks).toBe(2);
  expect(new Expertise(experience.to(early)).experts(paths, 9)).toEqual(new Expertise(new Experience(history).to(early)).experts(paths, 9));
});

test('from scratch = moved there step by step, on a drawn history', () => {
  const history = drawnHistory({ people: 50, files: 200, touches: 3000 }, 'zipf'), paths = history.files.slice(0, 20).map(({ path }) => path);
  const moved = new Experience(history), expertise = new Expertise(moved);
  for (const share of [0.3, 0.7, 0.5, 1]) {
    const asOf = history.time[Math.floor(share * (history.time.length - 1))]!;
    moved.to(asOf);
    expect(expertise.experts(paths, 10)).toEqual(new Expertise(new Experience(history).to(asOf)).experts(paths, 10));
  }
});
