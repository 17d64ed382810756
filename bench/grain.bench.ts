// Commits taken out of stacks, beside `git cherry-pick`; and which commits need which, beside `darcs show dependencies`. ACUMEN_BENCH_REPOS: git directories,
// separated by spaces, at least one; stacks are of what they were built of and of refs/pull/*/head. Nothing of theirs is written to: work goes on in a clone.
import { join } from 'node:path';
import type { AcuId, Oid, PathBytes } from '../app/core/bytes.ts';
import { Contents } from '../app/core/contents.ts';
import { Engine } from '../app/core/engine.ts';
import { AcumenError } from '../app/core/errors.ts';
import type { Step } from '../app/core/grain/model.ts';
import { unravel } from '../app/core/grain/unravel.ts';
import type { Segment } from '../app/core/model.ts';
import type { Entry } from '../app/core/repository.ts';
import { LACKING, settle } from '../app/core/waves.ts';
import { openRepository } from '../app/main/git/open.ts';
import { Trees } from '../app/main/git/trees.ts';
import { composeSet } from '../app/main/service/composer.ts';
import { contentSource, importRepository } from '../app/main/service/importer.ts';
import { Warm } from '../app/main/service/warm.ts';
import { git, gitLine, tempDir } from '../testkit/git.ts';
import { Random } from '../testkit/random.ts';
import { type Closed, closure, compared, darcsDependencies, darcsVersion, lineOf, replay } from './grainDarcs.ts';
import { Picks } from './grainPicks.ts';
import { type Stack, closedSubsets, pullsOf, runsOf } from './grainStacks.ts';
import { linesAdd } from './grainRules.ts';
import type { Benchmark, Row } from './report.ts';

const STACKS = Number(process.env['ACUMEN_BENCH_STACKS'] ?? 200), SUBSETS = 5_000, ASKED_OF_GIT = 60, EACH = 60;
const LINE = 900, SHORT_LINES = 50;
const BARS = { equal: 99.5, closure: 99, times: 80 };
const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const percent = (part: number, whole: number): number => (whole === 0 ? 100 : 100 * part / whole);

/** The engine over one branch at grain commit, what is needed to compose, and how long reading it took, in milliseconds. */
async function read(dir: string, base: string, branch: string) {
  const reader = await openRepository(dir, { reader: 'native' });
  const segments: Segment[] = [], made = new Map<Oid, Uint8Array>(), began = performance.now();
  const published = await importRepository(reader, { base, refs: [`refs/heads/${branch}`], grain: 'commit' }, {
    written: async () => new Set(), begin: async () => {}, known: async () => [], earlier: async () => null, blob: async (oid) => made.get(oid) ?? null,
    keyOf: (segment) => String(segments.push(segment)),
    stage: async (_, blobs) => { for (const { oid, bytes } of blobs) made.set(oid, bytes); },
  }, () => {}, new AbortController().signal);
  const engine = Engine.from(published, segments), ms = performance.now() - began;
  return { reader, engine, segments, made, ms, warm: new Warm(reader), close: () => reader.close() };
}
type Read = Awaited<ReturnType<typeof read>>;

/** Units in the order of their history, those without an ACU left out, with the commits that each stands for. */
function unitsOf({ segments }: Read, commits: readonly string[]): { readonly acu: AcuId; readonly commits: readonly string[]; readonly segment: number }[] {
  const place = new Map(commits.map((oid, i) => [oid, i]));
  return segments.flatMap((s, segment) => {
    const last = place.get(s.tip);
    return s.acu === null || last === undefined ? [] : [{ acu: s.acu, segment, last, commits: commits.slice(last + 1 - s.commits, last + 1) }];
  }).sort((x, y) => x.last - y.last);
}

type Objects = readonly (readonly [type: 'blob' | 'tree', bytes: Uint8Array])[];
interface Case { readonly stack: Stack; readonly acus: readonly AcuId[]; readonly commits: readonly string[]; readonly ours: string | null; readonly why: string; readonly rule: string | null; readonly objects: Objects; readonly ms: number }

async function casesOf(dir: string, stack: Stack, branch: string, wanted: number, random: Random, notes: Map<string, number>): Promise<Case[]> {
  const one = await read(dir, stack.base, branch);
  try {
    const { engine, reader, segments, made, warm } = one, units = unitsOf(one, stack.commits);
    const note = (text: string): void => { notes.set(text, (notes.get(text) ?? 0) + 1); };
    for (const s of segments) if (s.note !== undefined) note(s.note);
    if (engine.acus.some((a) => a.standing !== 'exact')) { note('the stack does not carry onto the base'); return []; }
    const at = new Map(units.map((u, i) => [u.acu, i]));
    const requires = units.map((u) => [...engine.closed([u.acu])].flatMap((id) => at.get(id) ?? []));
    const out: Case[] = [];
    for (const set of closedSubsets(units.length, (i) => requires[i]!, wanted, random)) {
      const acus = set.map((i) => units[i]!.acu), began = performance.now();
      const composed = await composeSet(engine, reader, acus, async (oid) => made.get(oid) ?? null, undefined, warm, async (numbers) => numbers.map((n) => segments[n]!));
      let ours: string | null = null, why = '', rule: string | null = null, objects: Objects = [];
      if ('delta' in composed) {
        const grown = await warm.grow(engine.tables.baseTree, composed.delta as ReadonlyMap<PathBytes, Entry | null>);
        ours = grown.tree;
        objects = [...[...composed.blobs].map(([, bytes]) => ['blob', bytes] as const), ...[...grown.made].map(([, bytes]) => ['tree', bytes] as const)];
        rule = await linesAdd(set.map((i) => segments[units[i]!.segment]!), composed, async (oid) => composed.blobs.get(oid) ?? made.get(oid) ?? reader.blob(oid));
      } else why = composed.conflicts.map((c) => `${c.kind} ${c.path}: ${c.detail}`).join('; ') || `lacks ${composed.missing.length}`;
      out.push({ stack, acus, commits: set.flatMap((i) => units[i]!.commits), ours, why, rule, objects, ms: performance.now() - began });
    }
    return out;
  } finally {
    await one.close();
  }
}

/** The same lines at every path, in another order: placed otherwise. */
function isPlacement(dir: string, ours: string, theirs: string): boolean {
  const paths = git(dir, ['diff-tree', '-r', '-z', '--no-renames', ours, theirs]).split('\0').filter((field) => field.startsWith(':'));
  return paths.every((row) => {
    const [a, b] = row.slice(1).split(' ').slice(2, 4) as [string, string];
    if (/^0+$/.test(a) || /^0+$/.test(b)) return false;
    const sorted = (oid: string): string => git(dir, ['cat-file', 'blob', oid]).split('\n').sort().join('\n');
    return sorted(a) === sorted(b);
  });
}

async function stacksOf(dirs: readonly string[], random: Random): Promise<Row[]> {
  const each = Math.ceil(STACKS / dirs.length), notes = new Map<string, number>(), differ = new Map<string, number>(), onlyWe = new Map<string, number>();
  const count = (map: Map<string, number>, key: string): void => { map.set(key, (map.get(key) ?? 0) + 1); };
  let stacks = 0, pulls = 0, cases = 0, clean = 0, equal = 0, refused = 0, broken = 0, asked = 0, agreed = 0;
  const times: number[] = [], picks: number[] = [];
  for (const source of dirs) {
    const own = tempDir('grain'), dir = join(own.path, 'clone.git');
    git(own.path, ['clone', '--quiet', '--bare', '--no-tags', source, dir]);
    const offered = pullsOf(source, Math.ceil(each / 2), random), found = [...offered, ...runsOf(source, each - offered.length, random)];
    git(dir, ['update-ref', '--stdin'], { input: found.map(({ commits }, i) => `create refs/heads/acumen-bench/${i} ${commits.at(-1)!}\n`).join('') });
    const all: Case[] = [];
    for (const [i, stack] of found.entries()) {
      try {
        all.push(...await casesOf(dir, stack, `acumen-bench/${i}`, EACH, random, notes));
      } catch (error) {
        if (!(error instanceof AcumenError)) throw error;
        count(notes, error.message);
      }
    }
    stacks += new Set(all.map((c) => c.stack)).size;
    pulls += new Set(all.filter((c) => c.stack.from === 'pull request').map((c) => c.stack)).size;
    const picker = new Picks(dir), began = performance.now();
    const answers = await picker.all(all.map(({ stack: { base }, commits }) => ({ base, commits })));
    picks.push((performance.now() - began) / Math.max(1, all.length));
    for (const [i, one] of all.entries()) {
      const { tree, at } = answers[i]!;
      cases++;
      times.push(one.ms);
      if (one.rule !== null) { broken++; say(`BROKEN RULE: ${source} ${one.commits.join(' ')}: ${one.rule}`); }
      if (one.ours === null) { refused++; say(`REFUSED: ${source} on ${one.stack.base}: ${one.commits.join(' ')}: ${one.why}`); continue; }
      if (tree === null) { count(onlyWe, one.rule === null ? 'git conflicts, every line is where its commits put it' : 'git conflicts, and a rule is broken'); say(`git conflicts at ${at}: ${source} on ${one.stack.base}: ${one.commits.join(' ')}: ours ${one.ours}`); continue; }
      clean++;
      if (tree === one.ours) { equal++; continue; }
      for (const [type, bytes] of one.objects) git(dir, ['hash-object', '-w', '--literally', '-t', type, '--stdin'], { input: bytes });
      const kind = isPlacement(dir, one.ours, tree) ? 'placement' : 'other';
      count(differ, kind);
      say(`${kind}: ${source} on ${one.stack.base}: ${one.commits.join(' ')}: ours ${one.ours}, git's ${tree}`);
    }
    for (let i = 0; i < all.length && asked < ASKED_OF_GIT * (dirs.indexOf(source) + 1) / dirs.length; i += Math.max(1, Math.floor(all.length * dirs.length / ASKED_OF_GIT))) {
      const { tree } = picker.picked({ base: all[i]!.stack.base, commits: all[i]!.commits });
      asked++;
      if (tree === answers[i]!.tree) agreed++;
    }
    picker.close();
    own.remove();
  }
  for (const [text, n] of notes) say(`${n} × ${text}`);
  const sorted = times.sort((x, y) => x - y);
  return [
    { metric: 'stacks', value: stacks, unit: 'stacks' }, { metric: 'stacks/of_pull_requests', value: pulls, unit: 'stacks' }, { metric: 'subsets', value: cases, unit: 'closed subsets' },
    { metric: 'subsets/we_refuse', value: refused, unit: 'closed subsets' }, { metric: 'subsets/a_rule_is_broken', value: broken, unit: 'closed subsets' },
    { metric: 'cherry_pick/clean', value: clean, unit: 'closed subsets' }, { metric: 'cherry_pick/same_tree', value: percent(equal, clean), unit: '% of the clean ones' },
    ...[...differ].map(([kind, n]) => ({ metric: `cherry_pick/other_tree/${kind}`, value: n, unit: 'closed subsets' })),
    ...[...onlyWe].map(([kind, n]) => ({ metric: `cherry_pick/conflicts/${kind.replaceAll(/[ ,]+/g, '_')}`, value: n, unit: 'closed subsets' })),
    { metric: 'cherry_pick/merge_tree_answers_as_it_does', value: percent(agreed, asked), unit: `% of ${asked} asked of both` },
    { metric: 'compose_beside_merge_tree_chain', value: sorted[sorted.length >> 1] ?? 0, unit: 'ms, median', peer: 'picks by merge-tree in one process, prefixes shared, mean', peerValue: picks.reduce((x, y) => x + y, 0) / Math.max(1, picks.length) },
    { metric: `bar: same tree in ${BARS.equal} % where cherry-pick is clean, ${SUBSETS} subsets of ${STACKS} stacks, others are placement`, value: percent(equal, clean) >= BARS.equal && cases >= SUBSETS && stacks >= STACKS && !differ.has('other') ? 1 : 0, unit: 'holds' },
  ];
}

/** Whom each commit of a line depends on, as the engine has it, and what that took from opening the repository on; the first is the base. */
async function ourClosure(dir: string, commits: readonly string[]): Promise<{ readonly closed: Closed; readonly ms: number }> {
  const began = performance.now(), reader = await openRepository(dir, { reader: 'native' });
  try {
    const trees = new Trees(reader), contents = new Contents(contentSource(reader, async () => null)), found = await reader.commits(commits as readonly Oid[]);
    const treeOf = found.map((commit) => { if (commit instanceof AcumenError) throw commit; return commit.tree; });
    const held = { load: async (): Promise<void> => { await Promise.all([trees.load(), contents.load()]); } };
    const own = await settle(held, () => {
      // whatever is lacking for any of them comes in one wave
      const ready = treeOf.slice(1).map((tree, i) => trees.canDiff(treeOf[i]!, tree) && trees.canDiff(treeOf[0]!, tree));
      if (ready.includes(false)) throw LACKING;
      return treeOf.slice(1).map((tree) => trees.diff(treeOf[0]!, tree));
    });
    const units = await settle(held, () => unravel(contents, [{ lower: [], below: new Map(), apart: true, steps: own.map((changes, i): Step => ({ commit: commits[i + 1] as Oid, commits: 1, changes })) }]));
    const direct: number[][] = commits.map(() => []);
    for (const { step, requires } of units) for (const unit of requires) direct[step + 1]!.push(units[unit]!.step + 1);
    return { closed: closure(direct), ms: performance.now() - began };
  } finally {
    await reader.close();
  }
}

/** Pairs on which two disagree, by why git's diffs say they would. */
interface Judged { pairs: number; agree: number; aside: number; apart: number; readonly kinds: Map<string, number> }

async function judge(dir: string, branch: string, commits: readonly string[], darcs: Closed, into: Judged): Promise<number> {
  const ours = await ourClosure(dir, commits), reading = replay(dir, branch, 'histogram'), theirs = replay(dir, branch, 'patience');
  const { pairs, onlyA, onlyB } = compared(ours.closed, darcs);
  // all stand on the first, which is the base here and a patch there
  const real = ([i, x]: readonly [number, number]): boolean => x !== 0 && i !== 0;
  into.pairs += pairs - (commits.length - 1);
  const kind = (text: string): void => { into.kinds.set(text, (into.kinds.get(text) ?? 0) + 1); };
  for (const [i, x] of onlyA.filter(real)) {
    if (!reading.overlap[i]!.has(x)) { into.aside++; continue; }
    into.apart++;
    kind(!theirs.overlap[i]!.has(x) ? 'ours alone: diffs align otherwise' : 'ours alone: other');
  }
  for (const [i, x] of onlyB.filter(real)) {
    if (reading.touch[i]!.has(x)) { into.aside++; continue; }
    into.apart++;
    kind(reading.all[i]!.has(x) ? 'darcs alone: a file that goes, or comes again, needs all who wrote it' : theirs.all[i]!.has(x) ? 'darcs alone: diffs align otherwise' : 'darcs alone: other');
  }
  into.agree = into.pairs - into.apart;
  return ours.ms;
}

async function dependencies(dirs: readonly string[], random: Random): Promise<Row[]> {
  const version = darcsVersion();
  if (version === null) { say('Skipped: darcs is not here (Debian: apt-get install darcs).'); return []; }
  const rows: Row[] = [], own = tempDir('darcs');
  const report = (name: string, j: Judged): void => {
    rows.push({ metric: `darcs/${name}/ordered_pairs`, value: j.pairs, unit: 'pairs' }, { metric: `darcs/${name}/set_aside_because_they_touch`, value: j.aside, unit: 'pairs' },
      { metric: `darcs/${name}/agree`, value: percent(j.agree, j.pairs), unit: '%' }, ...[...j.kinds].map(([kind, n]) => ({ metric: `darcs/${name}/${kind.replaceAll(/[ :,]+/g, '_')}`, value: n, unit: 'pairs' })));
  };
  try {
    const [first] = dirs as [string], dir = join(own.path, 'line.git');
    git(own.path, ['clone', '--quiet', '--bare', '--no-tags', first, dir]);
    const trees = git(dir, ['log', '--first-parent', '--reverse', '--format=%T', 'HEAD']).split('\n').filter((line) => line !== '').filter((tree, i, all) => tree !== all[i - 1]).slice(0, LINE);
    const commits = lineOf(dir, 'acumen-bench/line', trees), long: Judged = { pairs: 0, agree: 0, aside: 0, apart: 0, kinds: new Map() };
    const { closed, ms } = darcsDependencies(dir, 'acumen-bench/line', commits.length, join(own.path, 'long'));
    const our = await judge(dir, 'acumen-bench/line', commits, closed, long);
    report(`${trees.length}_patches`, long);
    rows.push({ metric: 'darcs/time', value: our, unit: 'ms, read and taken apart', peer: `darcs ${version} show dependencies`, peerValue: ms, ratio: ms / our });
    const short: Judged = { pairs: 0, agree: 0, aside: 0, apart: 0, kinds: new Map() };
    let lines = 0;
    for (const source of dirs) {
      const clone = join(own.path, `short${dirs.indexOf(source)}.git`);
      git(own.path, ['clone', '--quiet', '--bare', '--no-tags', source, clone]);
      for (const [i, stack] of runsOf(source, Math.ceil(SHORT_LINES / dirs.length), random).entries()) {
        const branch = `acumen-bench/short${i}`, of = [stack.base, ...stack.commits].map((oid) => gitLine(clone, ['rev-parse', `${oid}^{tree}`]));
        const made = lineOf(clone, branch, of);
        await judge(clone, branch, made, darcsDependencies(clone, branch, made.length, join(own.path, `short${dirs.indexOf(source)}-${i}`)).closed, short);
        lines++;
      }
    }
    report(`${lines}_stacks`, short);
    rows.push({ metric: `bar: ${BARS.closure} % of pairs, ${BARS.times} times as fast`, value: percent(long.agree, long.pairs) >= BARS.closure && percent(short.agree, short.pairs) >= BARS.closure && ms / our >= BARS.times ? 1 : 0, unit: 'holds' });
    return rows;
  } finally {
    own.remove();
  }
}

const benchmark: Benchmark = {
  what: `closed subsets of the commits of ${STACKS} real stacks (ACUMEN_BENCH_REPOS) beside git cherry-pick, and what commits depend on beside darcs (needs it installed; the first repository's first ${LINE} and ${SHORT_LINES} stacks); bars: the same tree in ${BARS.equal} % where cherry-pick is clean, the same dependencies for ${BARS.closure} % of pairs, ${BARS.times} times as fast`,
  async run() {
    const dirs = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((dir) => dir !== ''), random = new Random(7);
    if (dirs.length === 0) { say('Skipped: ACUMEN_BENCH_REPOS names no repositories.'); return []; }
    const only = process.env['ACUMEN_BENCH_PART'];
    return [...only === 'darcs' ? [] : await stacksOf(dirs, random), ...only === 'stacks' ? [] : await dependencies(dirs, random)];
  },
};
export default benchmark;
