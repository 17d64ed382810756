// How well a commit comes apart, on real ones. (1) Commits drawn by seed: their atoms compose back, each subset composes or says what it
// lacks, how many atoms there are. (2) Tangles: two neighbouring commits of one author as one, each of at most 15 pieces: how far
// untangling tells them apart, beside two plain answers, everything one atom and one atom a file. (3) What it takes.
// ACUMEN_BENCH_REPOS: git directories, separated by spaces: three or more. ACUMEN_BENCH_LIST: how many commits of each are listed with their
// atoms on stderr (docs/ATOMS.md lists six of each of five).
import type { Atom, Commit } from '../app/core/atoms/model.ts';
import { untangle } from '../app/core/atoms/untangle.ts';
import { commitOfTexts } from '../testkit/atoms.ts';
import { Random } from '../testkit/random.ts';
import { FEWEST, MOST, RealCommits, type Tangle, shownTitle } from './atomsCases.ts';
import { type Agreement, agreement } from './atomsJudge.ts';
import { subsetsOf } from './atomsSubsets.ts';
import { nameOfRepository } from './expertiseCases.ts';
import type { Benchmark, Row } from './report.ts';

const COMMITS = 300, TANGLES = 300, SEED = 41;
/** Tangles that weights were never chosen by. */
const TANGLE_SEED = 2;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
const say = (text: string): void => { process.stderr.write(`${text}\n`); };

interface Taken { readonly atoms: number; readonly pieces: number; readonly ms: number; readonly isWhole: boolean; readonly composed: number; readonly lacking: number; readonly wrong: number }

function timed(commit: Commit): { readonly atoms: Atom[]; readonly ms: number } {
  const began = performance.now(), atoms = untangle(commit);
  return { atoms, ms: performance.now() - began };
}

async function taken(real: RealCommits, count: number): Promise<Taken[]> {
  const random = new Random(SEED), contents = real.contents(), out: Taken[] = [], listed = Number(process.env['ACUMEN_BENCH_LIST'] ?? 0);
  for (const one of await real.drawn(count, SEED)) {
    const { atoms, ms } = timed(one.commit), subsets = await subsetsOf(contents, one, atoms, random);
    if (out.length < listed) say(`${one.oid.slice(0, 10)} ${shownTitle(one.commit.title)} (${one.pieces.length} pieces)${atoms.map(({ name, pieces }) => `\n  ${name} (${pieces.length})`).join('')}`);
    if (!subsets.isWhole || subsets.wrong > 0) say(`${real.dir} ${one.oid}: ${subsets.isWhole ? '' : 'not composed back; '}${subsets.wrong} subsets wrong`);
    out.push({ atoms: atoms.length, pieces: one.pieces.length, ms, ...subsets });
    contents.release();
  }
  return out;
}

/** Parts as numbers, by piece: ours, a part a file, one for all. */
function answers({ commit, pieces, of }: Tangle): Record<'ours' | 'files' | 'one', Agreement> {
  const atom = new Map(untangle(commit).flatMap(({ pieces }, i) => pieces.map(({ path, hunk }) => [`${path}\0${hunk}`, i] as const))), paths = [...new Set(pieces.map(({ path }) => path))];
  return {
    ours: agreement(pieces.map(({ path, hunk }) => atom.get(`${path}\0${hunk}`)!), of),
    files: agreement(pieces.map(({ path }) => paths.indexOf(path)), of), one: agreement(pieces.map(() => 0), of),
  };
}

/** A rename of one name in 1000 files of 10 hunks each, and as many hunks that have nothing in common, in one file. */
function large(): readonly (readonly [string, Commit])[] {
  const text = (lines: number, line: (i: number) => string): string => Array.from({ length: lines }, (_, i) => `${i % 2 === 0 ? line(i) : `keep${i}`}\n`).join('');
  return [
    ['rename', commitOfTexts(Array.from({ length: 1000 }, (_, i) => [`part${i}/file.ts`, text(20, (k) => `call(oldName, ${k})`), text(20, (k) => `call(newName, ${k})`)] as const))],
    ['unrelated', commitOfTexts([['file.ts', text(20_000, (k) => `  before${k}(x)`), text(20_000, (k) => `  after${k}(y)`)]])],
  ];
}

const benchmark: Benchmark = {
  what: `commits untangled: ${COMMITS} real ones of ${FEWEST}–${MOST} pieces put together again, whole and by subsets; ${TANGLES} tangles of two told apart, beside one atom a file`,
  async run() {
    const dirs = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((dir) => dir !== ''), rows: Row[] = [], all: Taken[] = [], tangles: ReturnType<typeof answers>[] = [];
    if (dirs.length === 0) say('Real commits are left out: ACUMEN_BENCH_REPOS names no repositories.');
    for (const [i, dir] of dirs.entries()) {
      const share = (of: number): number => Math.floor(of * (i + 1) / dirs.length) - Math.floor(of * i / dirs.length);
      const real = await RealCommits.open(dir), name = nameOfRepository(dir), commits = await taken(real, share(COMMITS)), tangled = (await real.tangled(share(TANGLES), TANGLE_SEED)).map(answers);
      await real.close();
      all.push(...commits);
      tangles.push(...tangled);
      say(`${name}: ${commits.length} commits, median ${median(commits.map(({ atoms }) => atoms))} atoms; ${tangled.length} tangles`);
      rows.push(
        { metric: `${name}/atoms_median`, value: median(commits.map(({ atoms }) => atoms)), unit: `atoms of ${median(commits.map(({ pieces }) => pieces))} pieces; at most ${Math.max(0, ...commits.map(({ atoms }) => atoms))}` },
        { metric: `${name}/ari`, value: mean(tangled.map(({ ours }) => ours.ari)), unit: `adjusted Rand index of ${tangled.length} tangles`, peer: 'one atom a file', peerValue: mean(tangled.map(({ files }) => files.ari)) },
      );
    }
    if (all.length > 0) {
      const total = (of: (one: Taken) => number): number => all.reduce((sum, one) => sum + of(one), 0), counts = all.map(({ atoms }) => atoms);
      const share = (of: keyof Agreement, what: 'ours' | 'files' | 'one'): number => mean(tangles.map((one) => one[what][of]));
      rows.push(
        { metric: 'commits', value: all.length, unit: `commits of ${dirs.length} repositories` },
        { metric: 'composed_back', value: total(({ isWhole }) => Number(isWhole)), unit: `of ${all.length}, byte for byte` },
        { metric: 'subsets_composed', value: total(({ composed }) => composed), unit: 'subsets that lack nothing' },
        { metric: 'subsets_lacking', value: total(({ lacking }) => lacking), unit: 'subsets that name what they lack' },
        { metric: 'subsets_wrong', value: total(({ wrong }) => wrong), unit: 'subsets other than their pieces applied' },
        { metric: 'atoms_median', value: median(counts), unit: 'atoms a commit' }, { metric: 'atoms_mean', value: mean(counts), unit: 'atoms a commit' }, { metric: 'atoms_most', value: Math.max(...counts), unit: 'atoms a commit' },
        { metric: 'whole', value: 100 * mean(counts.map((n) => Number(n === 1))), unit: '% of commits are one atom' },
        { metric: 'untangle_ms', value: median(all.map(({ ms }) => ms)), unit: `ms a commit, at most ${Math.max(...all.map(({ ms }) => ms)).toFixed(0)}` },
        { metric: 'ari', value: share('ari', 'ours'), unit: `adjusted Rand index of ${tangles.length} tangles`, peer: 'one atom a file', peerValue: share('ari', 'files') },
        { metric: 'pairs_right', value: 100 * share('pairs', 'ours'), unit: '% of pairs of pieces', peer: 'one atom a file', peerValue: 100 * share('pairs', 'files') },
        { metric: 'pairs_right_one', value: 100 * share('pairs', 'ours'), unit: '% of pairs of pieces', peer: 'one atom for all', peerValue: 100 * share('pairs', 'one') },
        { metric: 'apart', value: 100 * share('apart', 'ours'), unit: '% of pairs of two commits', peer: 'one atom a file', peerValue: 100 * share('apart', 'files') },
        { metric: 'together', value: 100 * share('together', 'ours'), unit: '% of pairs of one commit', peer: 'one atom a file', peerValue: 100 * share('together', 'files') },
        { metric: 'bar_met', value: Number(all.length >= COMMITS && dirs.length >= 3 && total(({ wrong, isWhole }) => wrong + Number(!isWhole)) === 0), unit: `(${COMMITS} commits of three repositories, each put together again, no subset wrong)` },
      );
    }
    for (const [name, commit] of large()) {
      const times = Array.from({ length: 3 }, () => timed(commit));
      rows.push({ metric: `large/${name}_ms`, value: median(times.map(({ ms }) => ms)), unit: `ms for 10,000 hunks: ${times[0]!.atoms.length} atoms` });
    }
    return rows;
  },
};
export default benchmark;
