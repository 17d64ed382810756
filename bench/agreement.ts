// `npm run agreement -- [REPO…] [--newest N] [--generated N] [--mix MIX] [--seed S] [--sources 200] [--sets 200] [--sample-trees N] [--out DIR] [--answers DIR] [--trees] [--cli] [--json]`
// Compares Acumen with git over all pairs of sources of each repository (law 5): REPOs, or else generated ones, by default one of each
// mix; in this process, with --trees by core/treeMerge alone, or with --cli through the built command line. Exit 1 on any disagreement,
// each printed so that `--mix M --seed S --pair A B` shows its texts. With --out each repository's result is kept in DIR, one that is there
// is not asked again, and `--report --out DIR` adds up what is there; --answers keeps git's answers, for when only Acumen has changed.
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { agreement } from '../testkit/agreement.ts';
import type { Agreement, Count, Decided } from '../testkit/agreement.ts';
import { type Kind, kinds } from '../testkit/candidates.ts';
import { commandLineAnswer } from '../testkit/commandline.ts';
import { engineAnswer, treeMergeAnswer } from '../testkit/engineAnswer.ts';
import { generate, mixes } from '../testkit/generate.ts';
import type { Generated, Mix } from '../testkit/generate.ts';
import { git, requireGit } from '../testkit/git.ts';
import { mergeOne } from '../testkit/gitMerges.ts';
import { Oracle } from '../testkit/oracle.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    generated: { type: 'string' }, mix: { type: 'string' }, seed: { type: 'string', default: '1' }, sources: { type: 'string', default: '200' },
    sets: { type: 'string', default: '200' }, 'sample-trees': { type: 'string', default: '1' }, base: { type: 'string' }, newest: { type: 'string' },
    out: { type: 'string' }, answers: { type: 'string' }, report: { type: 'boolean', default: false }, trees: { type: 'boolean', default: false },
    cli: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, pair: { type: 'boolean', default: false },
  },
});

interface Line { readonly repository: string; readonly result: Agreement }

const show = (count: Count): string => `${count.conflicting} conflicting, ${count.clean} clean`;
/** What the whole run must have of each kind for its zero disagreements to mean something. */
const ENOUGH = 500;

function print({ repository, result: r }: Line): void {
  const out = [
    `${repository}`,
    `  sources: ${Object.entries(r.sources).map(([k, n]) => `${n} ${k === 'leftOut' ? 'left out by Acumen' : k}`).join(', ')}`,
    `  pairs: ${show(r.pairs)}; sharing a path: ${show(r.sharing)}; without a verdict: ${r.partial}; several merge bases: ${r.severalBases}; git fails an assertion: ${r.unanswered}; by decision: ${r.decided.order} order, ${r.decided.lost} lost, ${r.decided.shared} shared`,
    `  paths: the same in ${r.paths.same} of ${r.paths.compared} conflicting pairs; ${r.trees} trees compared`,
    ...r.paths.examples.slice(0, 5).map((e) => `    paths of ${e.sources.map((n) => JSON.stringify(n)).join(' ')}: git ${JSON.stringify(e.git)}, Acumen ${JSON.stringify(e.engine)}`),
    `  sets: ${r.sets.asked} asked, ${r.sets.gitClean} where git's chain is clean and the same in ${r.sets.orders} orders (${(r.sets.tops / Math.max(1, r.sets.gitClean)).toFixed(1)} tops), ${r.sets.agreed} agreed${r.sets.retracted > 0 ? `; ${r.sets.retracted} more where only further orders show that git disagrees with itself` : ''}`,
    `  time: git ${(r.ms.oracle / 1000).toFixed(1)} s, engine ${(r.ms.engine / 1000).toFixed(1)} s`,
    `  disagreements: ${r.wrong}`,
    ...r.disagreements.slice(0, 20).map((d) => `    ${d.what}: ${d.sources.map((n) => JSON.stringify(n)).join(' ')}: git ${d.oracle}, Acumen ${d.engine}; ${d.paths.map((p) => JSON.stringify(p)).join(' ')}`),
  ];
  console.log(out.join('\n'));
}

interface Sum {
  readonly pairs: Count; wrong: number; partial: number; unanswered: number; severalBases: number; trees: number;
  readonly decided: Record<Decided, number>; readonly paths: { compared: number; same: number }; readonly kinds: Record<Kind, Agreement['kinds'][Kind]>;
}

function added(lines: readonly Line[]): Sum {
  const sum: Sum = {
    pairs: { conflicting: 0, clean: 0 }, wrong: 0, partial: 0, unanswered: 0, severalBases: 0, trees: 0, decided: { order: 0, lost: 0, shared: 0 }, paths: { compared: 0, same: 0 },
    kinds: Object.fromEntries(kinds.map((kind) => [kind, { conflicting: 0, clean: 0, wrong: 0, named: 0 }])) as Sum['kinds'],
  };
  for (const { result: r } of lines) {
    for (const key of ['wrong', 'partial', 'unanswered', 'severalBases', 'trees'] as const) sum[key] += r[key];
    for (const key of ['conflicting', 'clean'] as const) sum.pairs[key] += r.pairs[key];
    for (const key of ['order', 'lost', 'shared'] as const) sum.decided[key] += r.decided[key] ?? 0;
    for (const key of ['compared', 'same'] as const) sum.paths[key] += r.paths[key];
    for (const kind of kinds) for (const key of ['conflicting', 'clean', 'wrong', 'named'] as const) sum.kinds[kind][key] += r.kinds[kind][key];
  }
  return sum;
}

function printSum(lines: readonly Line[]): void {
  const sum = added(lines);
  const share = (part: number, of: number): string => (of === 0 ? 'none' : `${(100 * part / of).toFixed(3)} %`);
  console.log([
    '', '| kind | conflicting candidates | of them named so by git | clean candidates | disagreements |', '|---|---|---|---|---|',
    ...kinds.map((kind) => { const k = sum.kinds[kind]; return `| ${kind} | ${k.conflicting} | ${k.named} | ${k.clean} | ${k.wrong} |`; }), '',
    `${lines.length} repositories, ${sum.pairs.clean + sum.pairs.conflicting} pairs (${show(sum.pairs)}; ${sum.severalBases} with several merge bases), ${sum.wrong} disagreements`,
    `without a verdict ${sum.partial}; git fails an assertion on ${sum.unanswered}; decided otherwise than git: ${sum.decided.order} that depend on the order of the sides and ${sum.decided.lost} in which git loses a file (0014), ${sum.decided.shared} that are one set of ACUs (0004)`,
    `conflicted paths the same in ${sum.paths.same} of ${sum.paths.compared} pairs (${share(sum.paths.same, sum.paths.compared)}); tree ids compared on ${sum.trees} clean pairs`,
  ].join('\n'));
}

/** The three texts and both answers of a pair, path by path, where git or Acumen sees more than one side. */
async function showPair(dir: string, refs: readonly string[] | undefined, names: readonly string[]): Promise<void> {
  const oracle = await Oracle.open(dir, refs === undefined ? {} : { refs });
  const answer = await engine(dir, refs === undefined ? {} : { refs });
  const [a, b] = names.map((name) => oracle.sources.find((s) => s.name === name));
  if (a?.commit == null || b?.commit == null) throw new Error(`both must be exact sources: ${names.join(', ')}`);
  const mergeBases = oracle.mergeBases(a.commit, b.commit);
  const { clean, tree, staged, messages } = mergeOne(oracle.dir, a.commit, b.commit);
  console.log(`git: ${clean ? 'clean' : 'conflict'} ${tree}; Acumen: ${JSON.stringify(await answer.verdict(a.name, b.name))} ${JSON.stringify(await answer.treeOf([a.name, b.name]).then((t) => ('tree' in t ? t.tree : t)))}`);
  for (const { mode, stage, path } of staged) console.log(`  ${mode} ${stage} ${path}`);
  for (const { text } of messages) console.log(`  ${text.trimEnd()}`);
  for (const base of mergeBases) for (const [label, commit] of [['a', a.commit], ['b', b.commit]] as const) {
    console.log(`--- ${label} since ${base === oracle.base ? 'the base' : base}`);
    console.log(git(oracle.dir, ['diff-tree', '-r', '-M', '--raw', '--abbrev=8', base, commit]));
    console.log(git(oracle.dir, ['diff', '--no-ext-diff', '-M', '--diff-algorithm=histogram', '--no-indent-heuristic', base, commit]));
  }
  oracle.close();
  await answer.close();
}

/** Branches and pull-request heads with the newest commits, where all would be too many. */
const newest = (dir: string, count: number): string[] =>
  git(dir, ['for-each-ref', '--sort=-committerdate', `--count=${count}`, '--format=%(refname)', 'refs/heads', 'refs/pull/*/head']).trimEnd().split('\n');

const seed = Number(values.seed);
const sets = Number(values.sets);
const everyTree = Number(values['sample-trees']);
const engine = values.cli ? commandLineAnswer : values.trees ? treeMergeAnswer : engineAnswer;
const names = Object.keys(mixes) as Mix[];
if (values.mix !== undefined && !names.includes(values.mix as Mix)) throw new Error(`There is no mix ${values.mix}: there are ${names.join(', ')}.`);

/** The n-th made repository: the mixes in turn, then the next seed. */
const nth = (n: number): { seed: number; mix: Mix; sources: number } => ({
  sources: Number(values.sources),
  ...(values.mix === undefined ? { seed: seed + Math.floor(n / names.length), mix: names[n % names.length]! } : { seed: seed + n, mix: values.mix as Mix }),
});

function kept(): Line[] {
  if (values.out === undefined) return [];
  mkdirSync(values.out, { recursive: true });
  return readdirSync(values.out).filter((name) => name.endsWith('.json')).sort().map((name) => JSON.parse(readFileSync(join(values.out!, name), 'utf8')) as Line);
}

function keep(line: Line): void {
  if (values.out === undefined) return;
  const file = join(values.out, `${line.repository.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.json`);
  writeFileSync(`${file}.part`, JSON.stringify(line, null, 1));
  renameSync(`${file}.part`, file);
}

if (values.pair) {
  const made: Generated | null = values.mix === undefined ? null : await generate(nth(0));
  await showPair(made?.dir ?? resolve(positionals[0]!), made?.refs ?? (values.newest === undefined ? undefined : newest(resolve(positionals[0]!), Number(values.newest))), positionals.slice(-2));
  made?.remove();
} else {
  const lines = kept();
  if (!values.json) console.log(`oracle: git ${requireGit().text}`);
  const done = new Set(lines.map(({ repository }) => repository));
  const began = performance.now();
  const progress = (pairs: number): void => { if (pairs % 20_000 === 0) process.stderr.write(`  ${pairs} pairs, ${((performance.now() - began) / 1000).toFixed(0)} s\n`); };
  const one = async (repository: string, ask: () => Promise<Agreement>): Promise<void> => {
    if (done.has(repository) || values.report) return;
    const line = { repository, result: await ask() };
    lines.push(line);
    keep(line);
    if (!values.json) print(line);
  };
  const common = { sets, everyTree, engine, progress, ...(values.answers === undefined ? {} : { answers: resolve(values.answers) }) };
  for (const repository of positionals) {
    const dir = resolve(repository);
    const refs = values.newest === undefined ? undefined : newest(dir, Number(values.newest));
    // Two parts of the path: of several folders called alike one would pass for all.
    await one(`${basename(dirname(dir))}/${basename(dir)} ${values.newest === undefined ? 'all' : `newest ${values.newest}`}`,
      () => agreement(dir, { ...common, seed, ...(values.base === undefined ? {} : { base: values.base }), ...(refs === undefined ? {} : { refs }) }));
  }
  const count = Number(values.generated ?? (positionals.length > 0 ? 0 : values.mix === undefined ? names.length : 1));
  for (let n = 0; n < count; n++) {
    const which = nth(n);
    await one(`${which.mix} seed ${which.seed} of ${which.sources}`, async () => {
      const made = await generate(which);
      try {
        return await agreement(made.dir, { ...common, refs: made.refs, features: made.features, seed: made.seed, strict: true });
      } finally {
        made.remove();
      }
    });
  }
  const sum = added(lines);
  if (values.json) console.log(JSON.stringify({ name: 'agreement', git: requireGit().text, repositories: lines, sum }));
  else {
    if (values.report) for (const line of lines) print(line);
    printSum(lines);
    if (sum.pairs.clean + sum.pairs.conflicting >= 1_000_000) {
      for (const kind of kinds) if (Math.min(sum.kinds[kind].conflicting, sum.kinds[kind].clean) < ENOUGH) console.error(`${kind}: fewer than ${ENOUGH} conflicting or clean candidates`);
    }
  }
  if (sum.wrong > 0) process.exitCode = 1;
}
