// `npm run agreement -- [REPO…] [--newest N] [--generated N] [--mix MIX] [--seed S] [--sources 200] [--sets 200] [--sample-trees N] [--cli] [--json]`
// Compares Acumen with git over all pairs of sources of each repository (law 5): REPOs, or else generated ones, by default one of each of
// the six mixes; in this process, or with --cli through the built command line. Exit 1 on any disagreement, each printed so that `--mix M --seed S --pair A B` shows its texts.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { agreement, engineAnswer } from '../testkit/agreement.ts';
import type { Agreement, Count } from '../testkit/agreement.ts';
import { commandLineAnswer } from '../testkit/commandline.ts';
import { generate, mixes } from '../testkit/generate.ts';
import type { Generated, Mix } from '../testkit/generate.ts';
import { git, requireGit, tryGit } from '../testkit/git.ts';
import { Oracle } from '../testkit/oracle.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    generated: { type: 'string' }, mix: { type: 'string' }, seed: { type: 'string', default: '1' }, sources: { type: 'string', default: '200' },
    sets: { type: 'string', default: '200' }, 'sample-trees': { type: 'string', default: '1' }, base: { type: 'string' }, newest: { type: 'string' }, cli: { type: 'boolean', default: false }, json: { type: 'boolean', default: false },
    pair: { type: 'boolean', default: false },
  },
});

interface Line { readonly repository: string; readonly result: Agreement }

const show = (count: Count): string => `${count.conflicting} conflicting, ${count.clean} clean`;
/** What each made repository must have for its zero disagreements to mean something. */
const ENOUGH = 500;

function print({ repository, result: r }: Line): void {
  const out = [
    `${repository}`,
    `  sources: ${Object.entries(r.sources).map(([k, n]) => `${n} ${k === 'leftOut' ? 'left out by Acumen' : k}`).join(', ')}`,
    `  pairs: ${show(r.pairs)}; sharing a path: ${show(r.sharing)}; without a verdict: ${r.partial}; several merge bases: ${r.severalBases}`,
    ...Object.entries(r.features).sort(([a], [b]) => (a < b ? -1 : 1)).map(([f, c]) => `    ${f.padEnd(24)} ${show(c)}`),
    `  sets: ${r.sets.asked} asked, ${r.sets.gitClean} where git's chain is clean and the same in ${r.sets.orders} orders (${(r.sets.tops / Math.max(1, r.sets.gitClean)).toFixed(1)} tops), ${r.sets.agreed} agreed${r.sets.retracted > 0 ? `; ${r.sets.retracted} more where only further orders show that git disagrees with itself` : ''}`,
    `  time: git ${(r.ms.oracle / 1000).toFixed(1)} s, engine ${(r.ms.engine / 1000).toFixed(1)} s`,
    `  disagreements: ${r.disagreements.length}`,
    ...r.disagreements.slice(0, 20).map((d) => `    ${d.what}: ${d.sources.map((n) => JSON.stringify(n)).join(' ')}: git ${d.oracle}, Acumen ${d.engine}; ${d.paths.map((p) => JSON.stringify(p)).join(' ')}`),
  ];
  console.log(out.join('\n'));
}

/** The three texts and both answers of a pair, path by path, where git or Acumen sees more than one side. */
async function showPair(dir: string, refs: readonly string[] | undefined, names: readonly string[]): Promise<void> {
  const oracle = await Oracle.open(dir, refs === undefined ? {} : { refs });
  const engine = await engineAnswer(dir, refs === undefined ? {} : { refs });
  const [a, b] = names.map((name) => oracle.sources.find((s) => s.name === name));
  if (a?.commit == null || b?.commit == null) throw new Error(`both must be exact sources: ${names.join(', ')}`);
  const [base] = oracle.mergeBases(a.commit, b.commit);
  const result = tryGit(oracle.dir, ['merge-tree', '--write-tree', a.commit, b.commit]);
  console.log(`git: ${result.status === 0 ? 'clean' : 'conflict'}; Acumen: ${engine.verdict(a.name, b.name)}\n${result.stdout}`);
  const changed = (c: string): string[] => git(oracle.dir, ['diff-tree', '-r', '-z', '--no-renames', '--name-only', base!, c]).split('\0').filter((p) => p !== '');
  for (const path of changed(a.commit).filter((p) => changed(b.commit!).includes(p))) {
    for (const [label, commit] of [['a', a.commit], ['b', b.commit]] as const) {
      console.log(`--- ${label} ${JSON.stringify(path)}`);
      console.log(git(oracle.dir, ['diff', '--no-ext-diff', '--diff-algorithm=histogram', '--no-indent-heuristic', base!, commit, '--', `:(literal)${path}`]));
    }
  }
  oracle.close();
  await engine.close();
}

/** Branches and pull-request heads with the newest commits, where all would be too many. */
const newest = (dir: string, count: number): string[] =>
  git(dir, ['for-each-ref', '--sort=-committerdate', `--count=${count}`, '--format=%(refname)', 'refs/heads', 'refs/pull/*/head']).trimEnd().split('\n');

const seed = Number(values.seed);
const sets = Number(values.sets);
const everyTree = Number(values['sample-trees']);
const engine = values.cli ? commandLineAnswer : engineAnswer;
const names = Object.keys(mixes) as Mix[];
if (values.mix !== undefined && !names.includes(values.mix as Mix)) throw new Error(`There is no mix ${values.mix}: there are ${names.join(', ')}.`);

/** The n-th made repository: the mixes in turn, then the next seed. */
const make = (n: number): Promise<Generated> => (values.mix === undefined
  ? generate({ seed: seed + Math.floor(n / names.length), mix: names[n % names.length]!, sources: Number(values.sources) })
  : generate({ seed: seed + n, mix: values.mix as Mix, sources: Number(values.sources) }));

if (values.pair) {
  const made = values.mix === undefined ? null : await make(0);
  await showPair(made?.dir ?? resolve(positionals[0]!), made?.refs, positionals.slice(-2));
  made?.remove();
} else {
  const lines: Line[] = [];
  let thin = 0;
  if (!values.json) console.log(`oracle: git ${requireGit().text}`);
  const add = (line: Line): void => {
    lines.push(line);
    if (!values.json) print(line);
  };
  for (const repository of positionals) {
    const dir = resolve(repository);
    const refs = values.newest === undefined ? undefined : newest(dir, Number(values.newest));
    add({ repository: dir, result: await agreement(dir, { sets, seed, everyTree, engine, ...(values.base === undefined ? {} : { base: values.base }), ...(refs === undefined ? {} : { refs }) }) });
  }
  const count = Number(values.generated ?? (positionals.length > 0 ? 0 : values.mix === undefined ? names.length : 1));
  for (let n = 0; n < count; n++) {
    const made = await make(n);
    const result = await agreement(made.dir, { refs: made.refs, features: made.features, sets, seed: made.seed, everyTree, engine, strict: true });
    add({ repository: `--mix ${made.mix} --seed ${made.seed} --sources ${made.refs.length}`, result });
    if (made.refs.length >= 200 && Math.min(result.sharing.clean, result.sharing.conflicting) < ENOUGH) {
      thin++;
      console.error(`${made.mix} ${made.seed}: fewer than ${ENOUGH} clean or conflicting pairs share a path`);
    }
    made.remove();
  }
  const wrong = lines.reduce((sum, { result }) => sum + result.disagreements.length, 0);
  if (values.json) console.log(JSON.stringify({ name: 'agreement', git: requireGit().text, repositories: lines, disagreements: wrong }));
  else console.log(`${lines.length} repositories, ${lines.reduce((sum, { result }) => sum + result.pairs.clean + result.pairs.conflicting, 0)} pairs, ${wrong} disagreements`);
  if (wrong > 0 || thin > 0) process.exitCode = 1;
}
