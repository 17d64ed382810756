// Large sets of branches that go together two by two: Acumen's tree in many orders of choice beside git's chain of merges in many
// orders. Where git's chain is clean in all of them and the same, the trees must be equal; everywhere else it is found out which merge
// of git's leaves the path and why, from git's own diffs. What is not explained is a disagreement.
import type { AcuId, PathBytes } from '../app/core/bytes.ts';
import { diffLines } from '../app/core/diff/diff.ts';
import { Interner } from '../app/core/lines.ts';
import type { Delta } from '../app/core/repository.ts';
import { composeSet } from '../app/main/service/composer.ts';
import { Warm } from '../app/main/service/warm.ts';
import { fastImport, git, gitLine, tryGit } from './git.ts';
import { type MergeAnswer, mergeAll } from './gitMerges.ts';
import { type Loaded, load } from './loaded.ts';
import { Oracle, type OracleSource } from './oracle.ts';
import { Random } from './random.ts';

/** Why a merge of git's chain is not what the members' own changes say. */
export const causes = {
  'rename lost': 'others changed the file so much that git does not see the rename any more',
  'rename seen together': 'git takes a deletion of one and an addition of another for a rename',
  'double insertion': 'git inserts lines twice that two members insert',
  'realigned': 'git cuts the joint text otherwise than the members cut their own',
  'order': 'git itself ends otherwise, or conflicts, in another order of a few of them',
  'assertion': 'git fails an assertion',
} as const;
export type Cause = keyof typeof causes;

export interface Explanation { readonly cause: Cause; readonly at: string; readonly path: string; readonly detail: string }

export interface SetResult {
  readonly members: number;
  /** orders of choice that were composed; they gave one answer */
  readonly ourOrders: number;
  readonly answer: { readonly tree: string } | { readonly refused: readonly string[] };
  /** of git's orders: clean ones, and the different trees of these */
  readonly git: { readonly orders: number; readonly clean: number; readonly trees: number };
  readonly verdict: 'equal' | 'explained' | 'unexplained';
  readonly explanations: readonly Explanation[];
  /** what stays unexplained */
  readonly wrong: readonly string[];
}

export interface MaximalOptions {
  readonly base?: string; readonly refs?: readonly string[];
  readonly sets: number; readonly orders: number; readonly seed: number;
  /** the most members of a set; all that go together if not given */
  readonly most?: number;
  readonly progress?: (done: number, result: SetResult) => void;
  /** a planted error: another tree for a set of so many */
  readonly planted?: (tree: string, members: number) => string;
}

/** One order of git's chain: its head after each of the members that it took, and the paths at which it refused the next. */
interface Chain { readonly order: readonly OracleSource[]; readonly steps: { commit: string; readonly tree: string }[]; refused: readonly string[] | 'assertion' | null }
/** after every segment's */
const chainDate = '1800000000 +0000';

interface Entry { readonly mode: string; readonly oid: string }
type Tree = ReadonlyMap<string, Entry>;

export async function maximalSets(dir: string, options: MaximalOptions): Promise<SetResult[]> {
  const where = { ...options.base !== undefined && { base: options.base }, ...options.refs !== undefined && { refs: options.refs } };
  const oracle = await Oracle.open(dir, where);
  const loaded = await load(dir, where);
  try {
    const random = new Random(options.seed), asking = new Asking(oracle, loaded, new Composing(loaded, options.planted));
    const out: SetResult[] = [];
    for (let n = 0; n < options.sets; n++) {
      const set = asking.choose(random, options.most ?? Infinity);
      if (set.length < 3) throw new Error('hardly anything goes together here');
      const orders = Array.from({ length: options.orders }, () => random.shuffle(set.map((_, i) => i)));
      const result = await asking.compare(set, orders);
      out.push(result);
      options.progress?.(n + 1, result);
    }
    return out;
  } finally {
    oracle.close();
    await loaded.close();
  }
}

/** The composed tree of the same sources where half of them were imported first, by chance, and the others on top of that. */
export async function importedInParts(dir: string, where: { readonly base?: string; readonly refs: readonly string[] }, names: readonly string[], random: Random): Promise<string> {
  const first = await load(dir, { ...where, refs: random.shuffle([...where.refs]).slice(0, where.refs.length >> 1) });
  const second = await load(dir, { ...where, onTopOf: first });
  try {
    const answer = await new Composing(second).compose(names);
    return shownAnswer(answer);
  } finally {
    await first.close();
    await second.close();
  }
}

class Composing {
  readonly #loaded: Loaded;
  readonly #warm: Warm;

  readonly #planted: (tree: string, members: number) => string;

  constructor(loaded: Loaded, planted: (tree: string, members: number) => string = (tree) => tree) {
    this.#loaded = loaded;
    this.#planted = planted;
    this.#warm = new Warm(loaded.reader);
  }

  /** In this order of choice, by a composer that remembers no set. */
  async compose(names: readonly string[]): Promise<{ readonly tree: string; readonly delta: Delta } | { readonly refused: readonly string[]; readonly sides: readonly (readonly AcuId[])[] }> {
    const { engine, reader, stored, published } = this.#loaded;
    const ids = [...new Set(names.flatMap((name) => engine.named(name)))];
    const answer = await composeSet(engine, reader, ids, stored, undefined, this.#warm);
    if ('delta' in answer) return { tree: this.#planted((await this.#warm.grow(published.baseTree, answer.delta)).tree, names.length), delta: answer.delta };
    return { refused: [...new Set([...answer.conflicts.map((c) => c.path), ...answer.missing])], sides: answer.conflicts.map((c) => c.sides ?? [c.a, ...c.b === 'base' ? [] : [c.b]]) };
  }
}

const shownAnswer = (answer: { readonly tree: string } | { readonly refused: readonly string[] }): string => ('tree' in answer ? answer.tree : `refused ${answer.refused.join(' ')}`);

class Asking {
  readonly #oracle: Oracle;
  readonly #loaded: Loaded;
  readonly #composing: Composing;
  readonly #against = new Map<string, Set<string>>();
  readonly #trees = new Map<string, Tree>();
  readonly #renames = new Map<string, ReadonlyMap<string, string>>();
  readonly #blobs = new Map<string, Uint8Array>();

  constructor(oracle: Oracle, loaded: Loaded, composing: Composing) {
    this.#oracle = oracle;
    this.#loaded = loaded;
    this.#composing = composing;
    const note = (a: string, b: string): void => { const set = this.#against.get(a); if (set) set.add(b); else this.#against.set(a, new Set([b])); };
    for (const { a, b } of loaded.engine.sourceConflicts()) { note(a, b); note(b, a); }
  }

  /** A maximal set by Acumen's verdicts, none of it below another. */
  choose(random: Random, most: number): OracleSource[] {
    const { segments, sources } = this.#oracle;
    const exact = sources.filter((s) => s.commit !== null && this.#loaded.engine.named(s.name).length > 0 && !this.#against.get(s.name)?.has('base'));
    const set: OracleSource[] = [];
    for (const one of random.shuffle([...exact])) {
      if (set.length >= most) break;
      const bad = this.#against.get(one.name), below = segments.get(one.tip)!.closure;
      if (set.every((other) => !bad?.has(other.name) && other.tip !== one.tip && !below.has(other.tip) && !segments.get(other.tip)!.closure.has(one.tip))) set.push(one);
    }
    return set;
  }

  async compare(set: readonly OracleSource[], orders: readonly (readonly number[])[]): Promise<SetResult> {
    const names = set.map((s) => s.name);
    const ours = await this.#composing.compose(names);
    const wrong: string[] = [];
    for (const order of orders) {
      const again = await this.#composing.compose(order.map((i) => names[i]!));
      if (shownAnswer(again) !== shownAnswer(ours)) wrong.push('Acumen answers otherwise in another order of choice');
    }
    const { engine } = this.#loaded;
    // one after the other, as a person chooses them: each must fit
    if ('tree' in ours) {
      let chosen: AcuId[] = [];
      for (const i of orders[0]!) {
        const next = engine.named(names[i]!), verdict = engine.verdict(chosen, next);
        if (verdict.kind !== 'fits' && verdict.kind !== 'needs') wrong.push(`${names[i]} does not fit a set in which it is composed`);
        chosen = [...new Set([...chosen, ...next])];
      }
    }
    const chains = await this.#trace(orders.map((order) => order.map((i) => set[i]!)));
    const clean = chains.filter((c) => c.steps.length === set.length), trees = new Set(clean.map((c) => c.steps.at(-1)!.tree));
    const result = { members: set.length, ourOrders: orders.length + 1, answer: 'tree' in ours ? { tree: ours.tree } : { refused: ours.refused }, git: { orders: orders.length, clean: clean.length, trees: trees.size } };
    const gitAgrees = clean.length === chains.length && trees.size === 1;
    if (gitAgrees && 'tree' in ours && trees.has(ours.tree)) return { ...result, verdict: wrong.length === 0 ? 'equal' : 'unexplained', explanations: [], wrong };
    const explanations: Explanation[] = [];
    if (gitAgrees) wrong.push(`git's chain gives ${[...trees][0]} in every order, Acumen ${'tree' in ours ? ours.tree : `refuses ${ours.refused.join(' ')}`}`);
    if ('refused' in ours) {
      for (const sides of ours.sides) {
        const explained = await this.#core(set, sides);
        if (typeof explained === 'string') wrong.push(explained);
        else explanations.push(explained);
      }
    } else {
      for (const chain of chains) {
        if (chain.steps.length === set.length && chain.steps.at(-1)!.tree === ours.tree) continue;
        for (const one of await this.#explain(chain)) {
          if (typeof one === 'string') wrong.push(one);
          else if (!explanations.some((e) => e.path === one.path && e.cause === one.cause && e.at === one.at)) explanations.push(one);
        }
      }
    }
    return { ...result, verdict: wrong.length === 0 ? 'explained' : 'unexplained', explanations, wrong: [...new Set(wrong)] };
  }

  /** A core that Acumen refuses: does git's chain of it conflict, or end otherwise, in some order? */
  async #core(set: readonly OracleSource[], sides: readonly AcuId[]): Promise<Explanation | string> {
    const { engine } = this.#loaded;
    const core = set.filter((s) => engine.named(s.name).some((id) => sides.includes(id)));
    const orders = permutations(core.length);
    const [answer] = await this.#oracle.chains([{ set: core, orders }]);
    const names = core.map((s) => s.name).join(' ');
    if (!answer!.same) return { cause: 'order', at: names, path: '', detail: `of ${orders.length} orders of these ${core.length} git's chain is not clean in all, or not the same` };
    return `Acumen refuses ${names}, git's chain is clean and the same in ${orders.length} orders of them`;
  }

  /** git's chain in each order, step by step, all of them together; it ends where it conflicts. */
  async #trace(orders: readonly (readonly OracleSource[])[]): Promise<Chain[]> {
    const { dir } = this.#oracle;
    const chains = orders.map((order): Chain => ({ order, steps: [{ commit: order[0]!.commit!, tree: order[0]!.tree! }], refused: null }));
    for (let n = 1; n < orders[0]!.length; n++) {
      const going = chains.filter((c) => c.steps.length === n);
      const answers: (MergeAnswer | null)[] = [];
      for await (const answer of mergeAll(dir, going.map((c) => [c.steps.at(-1)!.commit, c.order[n]!.commit!] as const), { keep: true })) answers.push(answer);
      let stream = '';
      for (const [i, chain] of going.entries()) {
        const answer = answers[i] ?? null;
        if (answer?.clean !== true) { chain.refused = answer === null ? 'assertion' : answer.paths; continue; }
        stream += `commit refs/oracle/order-${i}\ncommitter Oracle <oracle@example.invalid> ${chainDate}\ndata 0\nfrom ${chain.steps.at(-1)!.commit}\nmerge ${chain.order[n]!.commit}\nM 040000 ${answer.tree} \n\n`;
        chain.steps.push({ commit: `refs/oracle/order-${i}`, tree: answer.tree });
      }
      if (stream === '') break;
      fastImport(dir, stream);
      const heads = git(dir, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/oracle']).trimEnd().split('\n').map((line) => line.split(' ') as [string, string]);
      const oids = new Map(heads);
      for (const chain of going) { const last = chain.steps.at(-1)!; last.commit = oids.get(last.commit) ?? last.commit; }
    }
    return chains;
  }

  /** A merge of this chain before which its tree is Acumen's and of which it makes something else. */
  async #explain({ order, steps, refused }: Chain): Promise<(Explanation | string)[]> {
    const ours = (n: number) => this.#composing.compose(order.slice(0, n).map((s) => s.name));
    const isOurs = async (n: number): Promise<boolean> => { const answer = await ours(n); return 'tree' in answer && answer.tree === steps[n - 1]!.tree; };
    let same = 1, other = steps.length;
    if (await isOurs(other)) { same = other; other++; }
    while (other - same > 1) { const middle = (same + other) >> 1; if (await isOurs(middle)) same = middle; else other = middle; }
    if (other > order.length) return ["git's chain ends at Acumen's tree and was taken for another"];
    const prefix = order.slice(0, same), source = order[same]!, head = steps[same - 1]!.commit;
    const answer = await ours(other);
    if ('refused' in answer) return Promise.all(answer.sides.map((sides) => this.#core(order.slice(0, other), sides)));
    const { delta } = answer;
    const base = gitLine(this.#oracle.dir, ['merge-base', '--all', head, source.commit!]).split('\n');
    if (base.length > 1) return [`${source.name}: several merge bases`];
    if (other <= steps.length) {
      const made = steps[other - 1]!.tree;
      return this.#differing(made, delta).map((path) => this.#why(base[0]!, head, prefix, source, path, { git: made }, delta.get(path as PathBytes)?.oid));
    }
    if (refused === 'assertion') return [{ cause: 'assertion', at: source.name, path: '', detail: 'git ended without an answer' }];
    return refused!.map((path) => this.#why(base[0]!, head, prefix, source, path, null, delta.get(path as PathBytes)?.oid));
  }

  /** What git's merge of `head`, the union of `prefix`, with `source` does not know of the members at `path`. */
  #why(base: string, head: string, prefix: readonly OracleSource[], source: OracleSource, path: string, made: { readonly git: string } | null, ours: string | undefined): Explanation | string {
    const at = source.name;
    const seen = this.#renamesOf(base, head), own = new Map<string, string>();
    for (const { name, commit } of prefix) for (const [from, to] of this.#renamesOf(this.#baseFor(base, commit!), commit!)) own.set(`${from}\0${to}`, name);
    const theirs = this.#renamesOf(base, source.commit!);
    // Around the path: itself, and where renames of either side take it or come from.
    const near = new Set([path]);
    for (let grew = true; grew;) {
      grew = false;
      for (const [from, to] of [...seen, ...theirs, ...[...own.keys()].map((key) => key.split('\0') as [string, string])]) {
        if (near.has(from) === near.has(to)) continue;
        near.add(from).add(to);
        grew = true;
      }
    }
    const folders = new Set([...near].flatMap(foldersOf));
    const isNear = (p: string): boolean => near.has(p) || folders.has(folderOf(p));
    const own_ = [...own].map(([key, name]) => [...key.split('\0'), name] as [string, string, string]);
    const lost = own_.find(([from, to]) => seen.get(from) !== to && (isNear(from) || isNear(to)));
    if (lost !== undefined) return { cause: 'rename lost', at, path, detail: `${lost[2]} renames ${lost[0]} to ${lost[1]}; between the merge base and the chain's head git sees ${seen.has(lost[0]) ? `a rename to ${seen.get(lost[0])}` : 'none'}` };
    const found = [...seen].find(([from, to]) => !own.has(`${from}\0${to}`) && (isNear(from) || isNear(to)));
    if (found !== undefined) return { cause: 'rename seen together', at, path, detail: `no member renames ${found[0]} to ${found[1]}; between the merge base and the chain's head git sees that` };
    const baseEntry = this.#tree(base).get(path), headEntry = this.#tree(head).get(path);
    if (baseEntry !== undefined && headEntry !== undefined && baseEntry.mode.startsWith('100') && headEntry.mode.startsWith('100')) {
      const text = new Texts((oid) => this.#blob(oid));
      const joint = text.changes(baseEntry.oid, headEntry.oid);
      const apart = new Map<string, string>();
      for (const { name, commit } of prefix) {
        const entry = this.#tree(commit!).get(path);
        if (entry !== undefined && entry.oid !== baseEntry.oid) for (const change of text.changes(baseEntry.oid, entry.oid)) apart.set(change, name);
      }
      const odd = joint.filter((change) => !apart.has(change)), gone = [...apart.keys()].filter((change) => !joint.includes(change));
      if (odd.length > 0 || gone.length > 0) {
        // then ours must be what the members changed, each put where it was made
        const mine = this.#tree(source.commit!).get(path);
        if (ours !== undefined && mine !== undefined && mine.oid !== baseEntry.oid) {
          const expected = text.applied(baseEntry.oid, [...apart.keys(), ...text.changes(baseEntry.oid, mine.oid)]);
          if (expected !== null && gitLine(this.#oracle.dir, ['hash-object', '--stdin', '--no-filters'], { input: expected }) !== ours) return `${at}: Acumen's ${path} is not what its members changed`;
        }
        const detail = `git's diff of the joint text has ${odd.length} changes that no member has, and lacks ${gone.length} that members have`;
        if (made !== null) {
          const git = this.#tree(made.git).get(path);
          if (git !== undefined && mine !== undefined && text.length(git.oid) > text.length(headEntry.oid) + text.length(mine.oid) - text.length(baseEntry.oid)) return { cause: 'double insertion', at, path, detail };
        }
        return { cause: 'realigned', at, path, detail };
      }
    }
    return `${at}: ${path} ${made === null ? 'conflicts' : 'ends otherwise'} in git's chain, though git sees of it what its members changed`;
  }

  /** Where a member stands on more than the merge base, what it changed is counted from there. */
  #baseFor(base: string, commit: string): string {
    return tryGit(this.#oracle.dir, ['merge-base', '--is-ancestor', base, commit]).status === 0 ? base : this.#oracle.base;
  }

  /** Where git's tree is not the composed one. */
  #differing(gitTree: string, delta: Delta): string[] {
    const base = this.#tree(this.#oracle.base), theirs = this.#tree(gitTree);
    const shown = (e: Entry | undefined): string => (e === undefined ? '' : `${e.mode} ${e.oid}`);
    return [...new Set<string>([...theirs.keys(), ...base.keys(), ...delta.keys()])].filter((path) => {
      const own = delta.get(path as PathBytes);
      const mine = own === undefined ? shown(base.get(path)) : own === null ? '' : `${own.mode.toString(8).padStart(6, '0')} ${own.oid}`;
      return mine !== shown(theirs.get(path));
    });
  }

  #tree(treeish: string): Tree {
    let tree = this.#trees.get(treeish);
    if (tree === undefined) {
      tree = new Map(git(this.#oracle.dir, ['ls-tree', '-r', '-z', treeish]).split('\0').filter((line) => line !== '').map((line) => {
        const [, mode, oid, path] = /^(\d+) \w+ (\w+)\t([^]*)$/.exec(line)!;
        return [path!, { mode: mode!, oid: oid! }];
      }));
      if (this.#trees.size > 400) this.#trees.clear();
      this.#trees.set(treeish, tree);
    }
    return tree;
  }

  /** from → to, as git's own detection has it. */
  #renamesOf(from: string, to: string): ReadonlyMap<string, string> {
    const key = `${from} ${to}`;
    let found = this.#renames.get(key);
    if (found === undefined) {
      const fields = git(this.#oracle.dir, ['diff-tree', '-r', '-M', '-l0', '--no-rename-empty', '--diff-filter=R', '--raw', '-z', from, to]).split('\0');
      const renames = new Map<string, string>();
      for (let i = 0; i + 2 < fields.length; i += 3) renames.set(fields[i + 1]!, fields[i + 2]!);
      this.#renames.set(key, found = renames);
    }
    return found;
  }

  #blob(oid: string): Uint8Array {
    let bytes = this.#blobs.get(oid);
    if (bytes === undefined) this.#blobs.set(oid, bytes = Buffer.from(git(this.#oracle.dir, ['cat-file', 'blob', oid]), 'latin1'));
    return bytes;
  }
}

/** Changes of texts as strings, so that sets of them can be compared. */
class Texts {
  readonly #interner = new Interner();
  readonly #blob: (oid: string) => Uint8Array;
  constructor(blob: (oid: string) => Uint8Array) { this.#blob = blob; }
  #lines(oid: string): Uint32Array { return this.#interner.internLines(this.#blob(oid)); }
  length(oid: string): number { return this.#lines(oid).length; }
  changes(from: string, to: string): string[] {
    const a = this.#lines(from), b = this.#lines(to), script = diffLines(a, b);
    return Array.from({ length: script.length / 4 }, (_, i) => `${script[4 * i]} ${script[4 * i + 1]} ${b.subarray(script[4 * i + 2], script[4 * i + 3]).join()}`);
  }
  /** The text with each of these changes once; null where two of them touch, which no naive way decides. */
  applied(of: string, changes: readonly string[]): Uint8Array | null {
    const lines = this.#lines(of), out: number[] = [];
    let at = 0, last = -1;
    for (const change of [...new Set(changes)].map((c) => c.split(' ')).sort((x, y) => Number(x[0]) - Number(y[0]) || Number(x[1]) - Number(y[1]))) {
      const [start, end] = [Number(change[0]), Number(change[1])];
      if (start <= last) return null;
      while (at < start) out.push(lines[at++]!);
      for (const line of change[2]!.split(',')) if (line !== '') out.push(Number(line));
      at = last = end;
    }
    while (at < lines.length) out.push(lines[at++]!);
    return this.#interner.join(Uint32Array.from(out));
  }
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
function foldersOf(path: string): string[] {
  const out: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) out.push(path.slice(0, at));
  return out;
}

/** All orders of up to five, else 120 of them, the same ones always. */
function permutations(size: number): number[][] {
  const all = Array.from({ length: size }, (_, i) => i);
  if (size <= 5) return orders(all);
  const random = new Random(size);
  return Array.from({ length: 120 }, () => random.shuffle([...all]));
}
function orders(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
