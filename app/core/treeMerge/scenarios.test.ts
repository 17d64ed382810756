// The danger: a situation that random merges seldom reach, or reach only with a wrong idea of what ought to come out. Each scenario of
// testkit/mergeScenarios says so by hand; git judges them all, each in both directions, in one run.
import { beforeAll, describe, expect, test } from 'vitest';
import { requireGit } from '../../../testkit/git.ts';
import { groups } from '../../../testkit/mergeScenarios/index.ts';
import { type Scenario, mirrored } from '../../../testkit/mergeScenarios/notation.ts';
import { type Files, type Judged, judge, merged } from '../../../testkit/treeMerges.ts';
import type { TextualKind } from '../model.ts';

const all = Object.values(groups).flat();
/** What git's merge knows; names that collide and lines placed otherwise are warnings of ours. */
const KINDS: Readonly<Record<Exclude<TextualKind, 'case collision' | 'placement'>, true>> = {
  'content': true, 'add/add': true, 'modify/delete': true, 'mode': true, 'binary': true, 'symlink': true, 'submodule': true, 'directory/file': true,
  'type': true, 'rename/rename': true, 'rename/delete': true, 'rename/add': true, 'directory rename': true,
};

const { major, minor } = requireGit();
/** the git that the decisions are about */
const decidedOn = major === 2 && minor === 39;

/** null where git has no answer */
const answers = new Map<Scenario, readonly [Judged | null, Judged | null]>();

beforeAll(async () => {
  const judged = await judge(all.flatMap(({ merge }) => [merge, mirrored(merge)]));
  for (const [i, scenario] of all.entries()) answers.set(scenario, [judged[2 * i]!, judged[2 * i + 1]!]);
}, 300_000);

const sorted = (files: ReadonlyMap<string, string>): string[] => [...files].map(([path, entry]) => `${path} ${entry}`).sort();
/** The ids of a tree of files, as `merged` gives them. */
const idsOf = async (files: Files): Promise<string[]> => sorted((await merged({ base: files, left: files, right: files })).files);

/** The paths that git names, each once; beside a directory it calls a file f~refs_heads_… */
const pathsOf = ({ messages }: Judged): string[] => [...new Set(messages.split(' ').filter((path) => path !== '').map((path) => path.replace(/~refs_heads_m\d+(_\d+)?$/, '')))].sort();

async function expectAnswer(scenario: Scenario, direction: 0 | 1): Promise<void> {
  const ours = await merged(direction === 0 ? scenario.merge : mirrored(scenario.merge));
  const git = answers.get(scenario)![direction];
  const own = scenario.merged === null ? 'conflict' : 'clean';
  const said = git === null ? 'fails' : git.clean ? 'clean' : 'conflict';
  const context = `git says ${said} ${git?.messages ?? ''}`;
  expect(ours.conflicts.map(({ kind, path }) => `${kind} ${path}`).sort(), context).toEqual(scenario.conflicts);
  if (scenario.merged !== null) expect(sorted(ours.files), context).toEqual(await idsOf(scenario.merged));
  // a later git may have come to our answer
  const otherwise = scenario.otherwise?.git[direction];
  expect(decidedOn || otherwise === undefined ? [otherwise ?? own] : [otherwise, own], 'git').toContain(said);
  if (git !== null && !git.clean) {
    // of a directory rename that it does not apply git names no path
    const named = ours.conflicts.filter(({ kind, path }) => kind !== 'directory rename' || pathsOf(git).includes(path));
    if (ours.conflicts.length > 0) expect([...new Set(named.map(({ path }) => `${path}`))].sort(), 'paths that git names').toEqual(pathsOf(git));
  }
  if (scenario.merged !== null && git !== null && git.clean) expect(sorted(ours.files), 'git').toEqual(sorted(git.files));
}

describe.each(Object.entries(groups))('%s', (_group, scenarios) => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    await expectAnswer(scenario, 0);
  });
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('with the sides exchanged: %s', async (_name, scenario) => {
    await expectAnswer(scenario, 1);
  });
});

test('there are enough scenarios, each named once, and each kind of conflict is among them', () => {
  expect(all.length).toBeGreaterThanOrEqual(150);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  const kinds = new Set(all.flatMap(({ conflicts }) => conflicts.map((conflict) => conflict.slice(0, conflict.lastIndexOf(' ')))));
  expect([...kinds].sort()).toEqual(Object.keys(KINDS).sort());
});
