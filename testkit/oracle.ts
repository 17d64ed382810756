// The judge: git's own answer to "do these two sources conflict, and what is the merged tree?", asked as design.md §2 ("The oracle")
// defines the question. Slow and obvious on purpose, written from the definitions alone, and sharing no code with the engine.
import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fastImport, git, gitDate, gitFields, gitLine, initBare, requireGit, tempDir, tryGit } from './git.ts';

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
  readonly clean: boolean;
  /** the merged tree; with conflict markers in it where not clean */
  readonly tree: string;
  readonly paths: readonly string[];
  /** the best common ancestors of the two commits */
  readonly mergeBases: readonly string[];
  /** both changed one same path relative to their merge base (false where there are several) */
  readonly sharesPath: boolean;
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
}

interface MergeAnswer { readonly clean: boolean; readonly tree: string; readonly paths: readonly string[] }

const shortName = (ref: string): string => ref.replace(/^refs\/(heads\/|remotes\/)?/, '');

function commonDir(repository: string): string {
  const dir = gitLine(repository, ['rev-parse', '--git-common-dir']);
  return realpathSync(isAbsolute(dir) ? dir : join(repository, dir));
}

/** Runs merges in one process; each pair is two commit ids. Results come in the order of the input. */
async function* mergeTrees(dir: string, pairs: Iterable<readonly [string, string]>, version: { major: number; minor: number }): AsyncGenerator<MergeAnswer> {
  const options = ['merge-tree', '--write-tree', '--no-messages', '--name-only', '--allow-unrelated-histories'];
  if (version.major === 2 && version.minor < 39) {
    for (const [a, b] of pairs) yield mergeOne(dir, a, b);
    return;
  }
  function* lines(): Generator<string> { for (const [a, b] of pairs) yield `${a} ${b}\n`; }
  // One answer is: status, tree, conflicting paths …, empty field. Status 1 is clean (git-merge-tree, INPUT FORMAT).
  let fields: string[] = [];
  for await (const field of gitFields(dir, [...options, '--stdin'], lines())) {
    if (field !== '' || fields.length < 2) { fields.push(field); continue; }
    const [status, tree = '', ...paths] = fields;
    if (status !== '0' && status !== '1') throw new Error(`git merge-tree failed with ${status}`);
    yield { clean: status === '1', tree, paths };
    fields = [];
  }
}

/** The same by one process for one pair: status 0 is clean, 1 is conflict. */
export function mergeOne(dir: string, a: string, b: string): MergeAnswer {
  const result = tryGit(dir, ['merge-tree', '--write-tree', '--no-messages', '--name-only', '--allow-unrelated-histories', '-z', a, b]);
  if (result.status !== 0 && result.status !== 1) throw new Error(`git merge-tree exited with ${result.status}: ${result.stderr}`);
  const [tree = '', ...paths] = result.stdout.split('\0').filter((field) => field !== '');
  return { clean: result.status === 0, tree, paths };
}

/**
 * Segments by definition: group commits by the sources that reach them; where a group has several heads, group again by the heads that reach each
 * commit, until each group has one.
 */
function cut(parents: ReadonlyMap<string, readonly string[]>, tips: ReadonlyMap<string, string>): { commits: Set<string>; tip: string; sources: string[] }[] {
  const below = new Map<string, Set<string>>();
  const reachable = (from: string): Set<string> => {
    let set = below.get(from);
    if (set !== undefined) return set;
    set = new Set([from]);
    const queue = [from];
    for (let c = queue.pop(); c !== undefined; c = queue.pop()) {
      for (const p of parents.get(c) ?? []) if (parents.has(p) && !set.has(p)) { set.add(p); queue.push(p); }
    }
    below.set(from, set);
    return set;
  };
  const split = (commits: Iterable<string>, key: (c: string) => string): Set<string>[] => {
    const groups = new Map<string, Set<string>>();
    for (const c of commits) {
      const k = key(c);
      groups.set(k, (groups.get(k) ?? new Set()).add(c));
    }
    return [...groups.values()];
  };

  const reachedBy = new Map<string, string[]>();
  for (const [name, tip] of tips) for (const c of parents.has(tip) ? reachable(tip) : []) reachedBy.set(c, [...(reachedBy.get(c) ?? []), name]);

  const done: { commits: Set<string>; tip: string; sources: string[] }[] = [];
  const open = split(reachedBy.keys(), (c) => reachedBy.get(c)!.join('\n'));
  for (let group = open.pop(); group !== undefined; group = open.pop()) {
    // Whatever lies between two members is a member, so a member that another reaches is some member's parent.
    const beneath = new Set([...group].flatMap((c) => parents.get(c)!));
    const heads = [...group].filter((c) => !beneath.has(c));
    if (heads.length === 1) done.push({ commits: group, tip: heads[0]!, sources: reachedBy.get(heads[0]!)! });
    else open.push(...split(group, (c) => heads.filter((h) => reachable(h).has(c)).join('\n')));
  }
  return done;
}

export class Oracle {
  readonly git: string;
  readonly base: string;
  readonly baseTree: string;
  readonly segments: ReadonlyMap<string, OracleSegment>;
  readonly sources: readonly OracleSource[];
  readonly dir: string;
  readonly #version: { major: number; minor: number };
  readonly #close: () => void;
  /** commit standing for a segment or an unsplit source → its closure among such commits, itself included */
  readonly #closures: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #trees: Map<string, string>;

  private constructor(fields: {
    git: string; base: string; baseTree: string; segments: ReadonlyMap<string, OracleSegment>; sources: readonly OracleSource[]; dir: string;
    version: { major: number; minor: number }; close: () => void; closures: ReadonlyMap<string, ReadonlySet<string>>; trees: Map<string, string>;
  }) {
    this.git = fields.git;
    this.base = fields.base;
    this.baseTree = fields.baseTree;
    this.segments = fields.segments;
    this.sources = fields.sources;
    this.dir = fields.dir;
    this.#version = fields.version;
    this.#close = fields.close;
    this.#closures = fields.closures;
    this.#trees = fields.trees;
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
    for await (const answer of mergeTrees(dir, pieces.map(({ tip }) => [base, tip] as const), version)) carried.set(pieces[at++]!.tip, answer);

    const segments = new Map<string, OracleSegment>(pieces.map(({ tip, commits, sources }) => {
      const under = closure(tip);
      const answer = carried.get(tip)!;
      return [tip, {
        tip, commits: [...commits], sources, closure: under,
        lower: [...under].filter((t) => ![...under].some((other) => closure(other).has(t))).sort(),
        carried: answer.clean ? answer.tree : null,
        // exit status 1: no common ancestor
        forks: tryGit(dir, ['merge-base', '--all', base, tip]).stdout.split('\n').filter((oid) => oid !== ''),
      }];
    }));

    // One commit per segment that carries and stands on segments that carry; one commit on the base per unsplit source.
    const order = [...segments.values()].sort((a, b) => a.closure.size - b.closure.size);
    const clean = (s: OracleSegment): boolean => s.carried !== null;
    const whole = order.filter((s) => clean(s) && [...s.closure].every((t) => clean(segments.get(t)!)));
    const unsplit = order.filter((s) => clean(s) && !whole.includes(s));
    const marks = new Map([...whole, ...unsplit].map((s, i) => [s.tip, `:${i + 1}`]));
    const stream = [...whole, ...unsplit].map((s) => {
      const [first, ...more] = whole.includes(s) && s.lower.length > 0 ? s.lower.map((t) => marks.get(t)!) : [base];
      // `M 040000 TREE` with an empty path sets the whole root tree (git-fast-import, filemodify).
      return `commit refs/oracle/segment\nmark ${marks.get(s.tip)}\ncommitter Oracle <oracle@example.invalid> ${gitDate}\ndata <<E\n${s.tip}\nE\nfrom ${first}\n`
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
      const standing: OracleStanding = !related ? 'inexact' : s.carried === null ? 'stale' : 'exact';
      return {
        name, ref, tip, standing, tree: s.carried, unsplit: unsplit.includes(s), commit: standing === 'exact' ? commitOf.get(tip)! : null,
        stalePaths: s.carried === null ? carried.get(tip)!.paths : [],
      };
    });
    return new Oracle({ git: version.text, base, baseTree, segments, sources, dir, version, close: () => own.remove(), closures, trees });
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

  /** Every pair of exact sources, through one git process. */
  async* pairs(): AsyncGenerator<OraclePair> {
    const taking = this.sources.filter((s) => s.commit !== null);
    const pairs: { a: OracleSource; b: OracleSource; mergeBases: string[] }[] = [];
    taking.forEach((a, i) => { for (const b of taking.slice(i + 1)) pairs.push({ a, b, mergeBases: this.mergeBases(a.commit!, b.commit!) }); });
    const changed = await this.#changedPaths(pairs);
    let at = 0;
    for await (const answer of mergeTrees(this.dir, pairs.map(({ a, b }) => [a.commit!, b.commit!] as const), this.#version)) {
      const { a, b, mergeBases } = pairs[at++]!;
      const one = mergeBases.length === 1 ? mergeBases[0]! : null;
      const left = one === null ? undefined : changed.get(`${one} ${a.commit}`);
      const right = one === null ? undefined : changed.get(`${one} ${b.commit}`);
      const sharesPath = left !== undefined && right !== undefined && [...left].some((path) => right.has(path));
      yield { a, b, clean: answer.clean, tree: answer.tree, paths: answer.paths, mergeBases, sharesPath };
    }
    if (at !== pairs.length) throw new Error(`git merge-tree answered ${at} of ${pairs.length} pairs`);
  }

  /** "mergeBase commit" → paths changed between them. */
  async #changedPaths(pairs: readonly { a: OracleSource; b: OracleSource; mergeBases: readonly string[] }[]): Promise<Map<string, ReadonlySet<string>>> {
    const out = new Map<string, Set<string>>();
    for (const { a, b, mergeBases } of pairs) {
      if (mergeBases.length !== 1) continue;
      out.set(`${mergeBases[0]} ${a.commit}`, new Set()).set(`${mergeBases[0]} ${b.commit}`, new Set());
    }
    const byTrees = new Map<string, string[]>();
    for (const key of out.keys()) {
      const trees = key.split(' ').map((c) => this.#trees.get(c)!).join(' ');
      byTrees.set(trees, [...(byTrees.get(trees) ?? []), key]);
    }
    const lines = [...byTrees.keys()].filter((trees) => new Set(trees.split(' ')).size === 2).map((trees) => `${trees}\n`);
    // For two trees git prints the line "TREE TREE", then each changed name and NUL.
    let current: string[] = [];
    for await (const field of gitFields(this.dir, ['diff-tree', '--stdin', '-r', '-z', '--no-renames', '--name-only'], lines)) {
      const header = /^([0-9a-f]{40,64} [0-9a-f]{40,64})\n/.exec(field);
      if (header !== null) current = byTrees.get(header[1]!)!;
      const path = header === null ? field : field.slice(header[0].length);
      for (const key of current) out.get(key)!.add(path);
    }
    return out;
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
      const answers: MergeAnswer[] = [];
      for await (const answer of mergeTrees(this.dir, going.map((c) => [c.head, c.order[step]!.commit!] as const), this.#version)) answers.push(answer);
      const marks = new Map<string, string>();
      let stream = '';
      going.forEach((chain, i) => {
        chain.clean = answers[i]!.clean;
        chain.tree = answers[i]!.tree;
        if (!chain.clean) return;
        marks.set(String(i), `:${i + 1}`);
        stream += `commit refs/oracle/chain\nmark :${i + 1}\ncommitter Oracle <oracle@example.invalid> ${gitDate}\ndata 0\n`
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

function readMarks(file: string, marks: ReadonlyMap<string, string>): Map<string, string> {
  const oids = new Map(readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => line.split(' ') as [string, string]));
  return new Map([...marks].flatMap(([key, mark]) => (oids.has(mark) ? [[key, oids.get(mark)!] as const] : [])));
}
