// The judge: git's own answer to "do these two sources conflict, and what is the merged tree?", asked as design.md §2 ("The oracle")
// defines the question. Slow and obvious on purpose, written from the definitions alone, and sharing no code with the engine.
import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { doingsOf } from './candidates.ts';
import type { Doing } from './candidates.ts';
import { fastImport, git, gitLine, initBare, requireGit, tempDir, tryGit } from './git.ts';
import { mergeAll } from './gitMerges.ts';
import type { MergeAnswer } from './gitMerges.ts';
import { cut } from './oracleCut.ts';

/** A set of commits outside the base that the same sources reach through the same heads. `tip` is its one head. */
export interface OracleSegment {
  readonly tip: string;
  readonly commits: readonly string[];
  readonly sources: readonly string[];
  /** tips of the segments directly or indirectly below */
  readonly closure: ReadonlySet<string>;
  /** tips of those in `closure` that are below no other of them */
  readonly lower: readonly string[];
  /** tree of `git merge-tree BASE tip`; null where that conflicts: stale */
  readonly carried: string | null;
  /** git merge-base --all BASE tip */
  readonly forks: readonly string[];
}

/**
 * `exact`: takes part in pairs. `stale`: does not carry onto the base. `merged`: all its commits are in the base.
 * `inexact`: it, or a segment below it, shares no history with the base.
 */
export type OracleStanding = 'exact' | 'stale' | 'merged' | 'inexact';

export interface OracleSource {
  readonly name: string;
  readonly ref: string;
  readonly tip: string;
  readonly standing: OracleStanding;
  /** the commit that stands for it in pairs, null unless exact */
  readonly commit: string | null;
  /** tree carried(tip), null where stale or merged */
  readonly tree: string | null;
  /** an inner tip is stale but the source is not: it is one commit on the base */
  readonly unsplit: boolean;
  /** paths where a stale source conflicts with the base */
  readonly stalePaths: readonly string[];
}

export interface OraclePair {
  readonly a: OracleSource;
  readonly b: OracleSource;
  /** null where git fails an assertion */
  readonly answer: MergeAnswer | null;
  /** the best common ancestors of the two commits */
  readonly mergeBases: readonly string[];
  /** since their merge base; since the base where they have several */
  readonly doings: readonly [Doing, Doing];
}

export interface ChainAnswer {
  readonly set: readonly string[];
  /** every merge of every order was clean */
  readonly clean: boolean;
  /** all orders gave the same tree */
  readonly same: boolean;
  readonly tree: string | null;
  readonly orders: number;
}

export interface RenameFound { readonly source: string; readonly from: string; readonly to: string; readonly detail: string }

export interface OracleOptions {
  /** default: origin/HEAD, main, master, HEAD */
  readonly base?: string;
  /** full ref names; default: local branches and pull-request heads */
  readonly refs?: readonly string[];
  /** a folder for git's answers, which are the same for ever */
  readonly answers?: string;
}

const shortName = (ref: string): string => ref.replace(/^refs\/(heads\/|remotes\/)?/, '');

function commonDir(repository: string): string {
  const dir = gitLine(repository, ['rev-parse', '--git-common-dir']);
  return realpathSync(isAbsolute(dir) ? dir : join(repository, dir));
}

/** Merge bases are merged oldest first, so that which comes first is a function of the set: a segment's date is its place in the order. */
const dated = (place: number): string => `${1_700_000_000 + place} +0000`;
/** segments whose trees may lie about as loose objects */
const LOOSE = 300;
/** after every segment's */
const chainDate = '1800000000 +0000';

export class Oracle {
  readonly git: string;
  readonly base: string;
  readonly baseTree: string;
  readonly segments: ReadonlyMap<string, OracleSegment>;
  readonly sources: readonly OracleSource[];
  readonly dir: string;
  readonly #close: () => void;
  /** commit standing for a segment or an unsplit source → its closure among such commits, itself included */
  readonly #closures: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #trees: Map<string, string>;
  readonly #answers: string | undefined;

  private constructor(fields: {
    git: string; base: string; baseTree: string; segments: ReadonlyMap<string, OracleSegment>; sources: readonly OracleSource[]; dir: string;
    close: () => void; closures: ReadonlyMap<string, ReadonlySet<string>>; trees: Map<string, string>; answers: string | undefined;
  }) {
    this.git = fields.git;
    this.base = fields.base;
    this.baseTree = fields.baseTree;
    this.segments = fields.segments;
    this.sources = fields.sources;
    this.dir = fields.dir;
    this.#close = fields.close;
    this.#closures = fields.closures;
    this.#trees = fields.trees;
    this.#answers = fields.answers;
  }

  /** Reads the repository, cuts it, carries every tip and writes one commit per segment, all into a repository of its own beside it. */
  static async open(repository: string, options: OracleOptions = {}): Promise<Oracle> {
    const version = requireGit();
    const source = commonDir(repository);
    const own = tempDir('oracle');
    const dir = join(own.path, 'oracle.git');
    const objectFormat = gitLine(source, ['rev-parse', '--show-object-format']);
    initBare(dir, { alternate: join(source, 'objects'), objectFormat });

    const revision = options.base ?? ['refs/remotes/origin/HEAD', 'refs/heads/main', 'refs/heads/master', 'HEAD']
      .find((rev) => tryGit(source, ['rev-parse', '--verify', '--quiet', `${rev}^{commit}`]).status === 0);
    if (revision === undefined) throw new Error('the repository has no commit to compose onto');
    const base = gitLine(source, ['rev-parse', '--verify', `${revision}^{commit}`]);
    const baseTree = gitLine(dir, ['rev-parse', `${base}^{tree}`]);

    const refs = git(source, ['for-each-ref', '--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)'])
      .split('\n').filter((line) => line !== '').map((line) => line.split('\0') as [string, string, string, string])
      .filter(([ref]) => options.refs?.includes(ref) ?? (ref.startsWith('refs/heads/') || /^refs\/pull\/[^/]+\/head$/.test(ref)))
      .map(([ref, oid, type, peeled]) => ({ ref, name: shortName(ref), tip: type === 'tag' ? peeled : oid }));
    const tips = new Map(refs.map(({ name, tip }) => [name, tip]));

    const parents = new Map(git(dir, ['rev-list', '--parents', '--stdin'], { input: [...new Set(tips.values()), `^${base}`, ''].join('\n') })
      .split('\n').filter((line) => line !== '').map((line) => {
        const [commit, ...rest] = line.split(' ');
        return [commit!, rest] as const;
      }));
    const pieces = cut(parents, tips);
    const pieceOf = new Map(pieces.flatMap((piece) => [...piece.commits].map((c) => [c, piece.tip] as const)));
    const byTip = new Map(pieces.map((piece) => [piece.tip, piece]));

    const closureOf = new Map<string, Set<string>>();
    const closure = (tip: string): Set<string> => {
      const known = closureOf.get(tip);
      if (known !== undefined) return known;
      const out = new Set<string>();
      for (const c of byTip.get(tip)!.commits) {
        for (const p of parents.get(c)!) {
          const under = pieceOf.get(p);
          if (under === undefined || under === tip || out.has(under)) continue;
          out.add(under);
          for (const deeper of closure(under)) out.add(deeper);
        }
      }
      closureOf.set(tip, out);
      return out;
    };

    const carried = new Map<string, MergeAnswer>();
    let at = 0;
    for await (const answer of mergeAll(dir, pieces.map(({ tip }) => [base, tip] as const), { keep: true })) {
      const { tip } = pieces[at++]!;
      if (answer !== null) carried.set(tip, answer);
    }

    const segments = new Map<string, OracleSegment>(pieces.map(({ tip, commits, sources }) => {
      const under = closure(tip);
      const answer = carried.get(tip);
      return [tip, {
        tip, commits: [...commits], sources, closure: under,
        lower: [...under].filter((t) => ![...under].some((other) => closure(other).has(t))).sort(),
        carried: answer?.clean === true ? answer.tree : null,
        // exit status 1: no common ancestor
        forks: tryGit(dir, ['merge-base', '--all', base, tip]).stdout.split('\n').filter((oid) => oid !== ''),
      }];
    }));

    // One commit per segment that carries and stands on segments that carry; one commit on the base per unsplit source.
    const order = [...segments.values()].sort((a, b) => a.closure.size - b.closure.size || (a.tip < b.tip ? -1 : 1));
    const clean = (s: OracleSegment): boolean => s.carried !== null;
    const whole = order.filter((s) => clean(s) && [...s.closure].every((t) => clean(segments.get(t)!)));
    const unsplit = order.filter((s) => clean(s) && !whole.includes(s));
    const marks = new Map([...whole, ...unsplit].map((s, i) => [s.tip, `:${i + 1}`]));
    const stream = [...whole, ...unsplit].map((s, place) => {
      const [first, ...more] = whole.includes(s) && s.lower.length > 0 ? s.lower.map((t) => marks.get(t)!) : [base];
      // `M 040000 TREE` with an empty path sets the whole root tree (git-fast-import, filemodify).
      return `commit refs/oracle/segment\nmark ${marks.get(s.tip)}\ncommitter Oracle <oracle@example.invalid> ${dated(place)}\ndata <<E\n${s.tip}\nE\nfrom ${first}\n`
        + `${more.map((m) => `merge ${m}\n`).join('')}M 040000 ${s.carried} \n\n`;
    }).join('');
    const marksFile = join(own.path, 'marks');
    fastImport(dir, stream, marksFile);
    const commitOf = readMarks(marksFile, marks);

    const closures = new Map<string, ReadonlySet<string>>();
    const trees = new Map<string, string>([[base, baseTree]]);
    for (const s of [...whole, ...unsplit]) {
      const commit = commitOf.get(s.tip)!;
      closures.set(commit, new Set([commit, ...(whole.includes(s) ? [...s.closure].map((t) => commitOf.get(t)!) : [])]));
      trees.set(commit, s.carried!);
    }

    const sources = refs.map(({ name, ref, tip }): OracleSource => {
      const s = segments.get(tip);
      if (s === undefined) return { name, ref, tip, standing: 'merged', commit: null, tree: null, unsplit: false, stalePaths: [] };
      const related = [s, ...[...s.closure].map((t) => segments.get(t)!)].every((part) => part.forks.length > 0);
      // where git fails an assertion nothing is known
      const standing: OracleStanding = !related || !carried.has(tip) ? 'inexact' : s.carried === null ? 'stale' : 'exact';
      return {
        name, ref, tip, standing, tree: s.carried, unsplit: unsplit.includes(s), commit: standing === 'exact' ? commitOf.get(tip)! : null,
        stalePaths: s.carried === null ? (carried.get(tip)?.paths ?? []) : [],
      };
    });
    // all in one pack: every pair reads from it
    if (segments.size > LOOSE) git(dir, ['repack', '-a', '-d', '-l', '-k', '-q']);
    return new Oracle({ git: version.text, base, baseTree, segments, sources, dir, close: () => own.remove(), closures, trees, answers: options.answers });
  }

  close(): void { this.#close(); }

  /** The best common ancestors of two of the oracle's commits: BASE where they share no segment. */
  mergeBases(a: string, b: string): string[] {
    const mine = this.#closures.get(a)!;
    const theirs = this.#closures.get(b)!;
    const common = [...mine].filter((c) => theirs.has(c));
    if (common.length === 0) return [this.base];
    return common.filter((c) => !common.some((other) => other !== c && this.#closures.get(other)!.has(c)));
  }

  /** Every pair of exact sources, one source after another; nothing is held of all pairs. */
  async* pairs(): AsyncGenerator<OraclePair> {
    const taking = this.sources.filter((s) => s.commit !== null);
    const context = (mergeBases: readonly string[]): string => this.#trees.get(mergeBases.length === 1 ? mergeBases[0]! : this.base)!;
    const between = (mergeBases: readonly string[], s: OracleSource): string => `${context(mergeBases)} ${s.tree!}`;
    const wanted = new Set<string>();
    for (const [i, a] of taking.entries()) for (const b of taking.slice(i + 1)) {
      const mergeBases = this.mergeBases(a.commit!, b.commit!);
      wanted.add(between(mergeBases, a)).add(between(mergeBases, b));
    }
    const doings = await doingsOf(this.dir, wanted);
    wanted.clear();
    function* every(): Generator<readonly [OracleSource, OracleSource]> {
      for (const [i, a] of taking.entries()) for (let j = i + 1; j < taking.length; j++) yield [a, taking[j]!];
    }
    const asked = every(), inStep = every();
    for await (const answer of mergeAll(this.dir, commitsOf(asked), { answers: this.#answers })) {
      const [a, b] = inStep.next().value as readonly [OracleSource, OracleSource];
      const mergeBases = this.mergeBases(a.commit!, b.commit!);
      yield { a, b, answer, mergeBases, doings: [doings.get(between(mergeBases, a))!, doings.get(between(mergeBases, b))!] };
    }
  }

  /**
   * git's chain of merges over sets of sources, each in the given orders (permutations of its members' indices). All chains advance together, one
   * git process per step.
   */
  async chains(sets: readonly { readonly set: readonly OracleSource[]; readonly orders: readonly (readonly number[])[] }[]): Promise<ChainAnswer[]> {
    interface Chain { readonly of: number; readonly order: readonly OracleSource[]; head: string; tree: string; clean: boolean }
    const chains: Chain[] = sets.flatMap(({ set, orders }, of) => orders.map((order) => {
      const members = order.map((i) => set[i]!);
      return { of, order: members, head: members[0]!.commit!, tree: members[0]!.tree!, clean: true };
    }));
    const longest = Math.max(0, ...chains.map((c) => c.order.length));
    for (let step = 1; step < longest; step++) {
      const going = chains.filter((c) => c.clean && c.order.length > step);
      const answers: (MergeAnswer | null)[] = [];
      for await (const answer of mergeAll(this.dir, going.map((c) => [c.head, c.order[step]!.commit!] as const), { keep: true })) answers.push(answer);
      const marks = new Map<string, string>();
      let stream = '';
      going.forEach((chain, i) => {
        chain.clean = answers[i]?.clean === true;
        chain.tree = answers[i]?.tree ?? '';
        if (!chain.clean) return;
        marks.set(String(i), `:${i + 1}`);
        stream += `commit refs/oracle/chain\nmark :${i + 1}\ncommitter Oracle <oracle@example.invalid> ${chainDate}\ndata 0\n`
          + `from ${chain.head}\nmerge ${chain.order[step]!.commit}\nM 040000 ${chain.tree} \n\n`;
      });
      const file = tempDir('marks');
      fastImport(this.dir, stream, join(file.path, 'marks'));
      const written = readMarks(join(file.path, 'marks'), marks);
      file.remove();
      going.forEach((chain, i) => { chain.head = written.get(String(i)) ?? chain.head; });
    }
    return sets.map(({ set }, i) => {
      const mine = chains.filter((c) => c.of === i);
      const clean = mine.every((c) => c.clean);
      const same = clean && mine.every((c) => c.tree === mine[0]!.tree);
      return { set: set.map((s) => s.name), clean, same, tree: same ? mine[0]!.tree : null, orders: mine.length };
    });
  }

  /**
   * Where git's rename detection finds something between any two trees it would compare for these sources. Empty for repositories meant to have no
   * renames; git 2.39 offers no way to switch the detection off.
   */
  renames(): RenameFound[] {
    const questions: { source: string; from: string; to: string }[] = [];
    const ask = (source: string, from: string, to: string): void => { questions.push({ source, from, to }); };
    for (const source of this.sources) {
      const top = this.segments.get(source.tip);
      if (top === undefined) continue;
      const parts = [top, ...[...top.closure].map((t) => this.segments.get(t)!)];
      for (const part of parts) for (const fork of part.forks) { ask(source.name, fork, part.tip); ask(source.name, fork, this.base); }
      if (source.commit === null) continue;
      for (const context of [this.base, ...this.#closures.get(source.commit)!]) ask(source.name, context, source.commit);
    }
    const found: RenameFound[] = [];
    const known = new Map<string, string>();
    const distinct = [...new Set(questions.flatMap(({ from, to }) => [from, to]))];
    const treeOf = new Map<string, string>();
    git(this.dir, ['cat-file', '--batch-check=%(objectname)'], { input: distinct.map((c) => `${c}^{tree}\n`).join('') })
      .trimEnd().split('\n').forEach((tree, i) => treeOf.set(distinct[i]!, tree));
    const lines = [...new Set(questions.map(({ from, to }) => `${treeOf.get(from)} ${treeOf.get(to)}`))];
    const output = git(this.dir, ['diff-tree', '--stdin', '-r', '-M', '-l0', '--no-rename-empty', '--diff-filter=R', '--raw', '--abbrev=8'], { input: `${lines.join('\n')}\n` });
    let current = '';
    for (const line of output.split('\n')) {
      if (/^[0-9a-f]{40,64} [0-9a-f]{40,64}$/.test(line)) current = line;
      else if (line.startsWith(':')) known.set(current, line);
    }
    for (const { source, from, to } of questions) {
      const detail = known.get(`${treeOf.get(from)} ${treeOf.get(to)}`);
      if (detail !== undefined) found.push({ source, from, to, detail });
    }
    return found;
  }
}

function* commitsOf(pairs: Iterable<readonly [OracleSource, OracleSource]>): Generator<readonly [string, string]> {
  for (const [a, b] of pairs) yield [a.commit!, b.commit!];
}

function readMarks(file: string, marks: ReadonlyMap<string, string>): Map<string, string> {
  const oids = new Map(readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => line.split(' ') as [string, string]));
  return new Map([...marks].flatMap(([key, mark]) => (oids.has(mark) ? [[key, oids.get(mark)!] as const] : [])));
}
