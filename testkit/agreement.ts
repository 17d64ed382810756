// Law 5, asked of one repository: over all pairs of sources, and over sets, does Acumen say what git says? The judge is oracle.ts, what is
// asked of the engine is engineAnswer.ts, and what a pair is a question about is candidates.ts.
import { type Kind, candidates, kinds, kindsIn, kindsNamed, pathsOf, samePaths } from './candidates.ts';
import { type EngineAnswer, type EngineTree, type PairVerdict, engineAnswer } from './engineAnswer.ts';
import { git } from './git.ts';
import { type MergeAnswer, mergeOne } from './gitMerges.ts';
import { Oracle } from './oracle.ts';
import type { OraclePair, OracleSource } from './oracle.ts';
import { Random } from './random.ts';

export { engineAnswer };
export type { EngineAnswer };

export interface Disagreement {
  readonly what: 'standing' | 'verdict' | 'source tree' | 'pair tree' | 'set tree';
  readonly sources: readonly string[];
  readonly oracle: string;
  readonly engine: string;
  /** the paths where they differ, as far as known */
  readonly paths: readonly string[];
}

export interface Count { conflicting: number; clean: number }
export interface KindCount extends Count { wrong: number }

export interface Agreement {
  readonly git: string;
  /** as git has them; `leftOut`: exact ones that the engine lists as not yet exact */
  readonly sources: { exact: number; stale: number; merged: number; inexact: number; unsplit: number; leftOut: number };
  /** compared, by git's verdict; not among them: `partial`, `unanswered` */
  readonly pairs: Count;
  readonly sharing: Count;
  /** of `pairs`, those whose commits have several merge bases */
  readonly severalBases: number;
  /** pairs of exact sources that the engine gives no verdict on */
  readonly partial: number;
  /** pairs on which git fails an assertion */
  readonly unanswered: number;
  /** `named`: of the conflicting ones, those of which git itself says that they are of the kind. Candidates: see candidates.ts */
  readonly kinds: Readonly<Record<Kind, KindCount & { named: number }>>;
  /** pairs on which both say conflict, and of these those with the same conflicted paths (`samePaths`); `examples` of others */
  readonly paths: { compared: number; same: number; readonly examples: { readonly sources: readonly string[]; readonly git: readonly string[]; readonly engine: readonly string[] }[] };
  /** clean pairs whose tree ids were compared */
  readonly trees: number;
  /** pairs and sets that a decision answers otherwise than git, by its case */
  readonly decided: Record<Decided, number>;
  /** feature → pairs that share a path and in which a source has the feature */
  readonly features: Readonly<Record<string, Count>>;
  /** `retracted`: clean and the same in the first orders, not in more of them */
  readonly sets: { asked: number; gitClean: number; agreed: number; retracted: number; tops: number; orders: number };
  /** the first of them; `wrong`: how many */
  readonly disagreements: readonly Disagreement[];
  readonly wrong: number;
  readonly ms: { oracle: number; engine: number };
}

/**
 * `order`: git answers otherwise when the sides change places; `lost`: it calls clean a tree that lacks what both sides have (docs/decisions/0014).
 * `shared`: a source's change is an ACU that also lies below the other, so that the two are one set of ACUs with one tree; composed of their own
 * segments they give git's tree (docs/decisions/0004).
 */
export type Decided = 'order' | 'lost' | 'shared';

export interface AgreementOptions {
  readonly base?: string;
  readonly refs?: readonly string[];
  /** feature → full ref names */
  readonly features?: Readonly<Record<string, readonly string[]>>;
  readonly sets?: number;
  readonly seed?: number;
  /** whether a pair without a verdict is a disagreement: true for repositories made to have none */
  readonly strict?: boolean;
  /** compare composed trees of every clean pair; or of every n-th */
  readonly everyTree?: number;
  /** default: `engineAnswer` */
  readonly engine?: typeof engineAnswer;
  /** a folder for git's answers, so that asking again takes the engine's time alone */
  readonly answers?: string;
  readonly progress?: (pairs: number) => void;
}

const ORDERS = 4;
const MORE_ORDERS = 60;
/** disagreements kept, with all that is known of them, and pairs whose paths differ */
const KEPT = 300;
/** the way a person's request takes to a tree is tried on every so manieth clean pair; on the others the composer alone */
const WHOLE_WAY = 1_000;

export async function agreement(dir: string, options: AgreementOptions = {}): Promise<Agreement> {
  const where = { ...(options.base === undefined ? {} : { base: options.base }), ...(options.refs === undefined ? {} : { refs: options.refs }) };
  const begin = performance.now();
  let engineMs = 0;
  const timed = async <T>(work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    try { return await work(); } finally { engineMs += performance.now() - start; }
  };
  const oracle = await Oracle.open(dir, { ...where, ...(options.answers === undefined ? {} : { answers: options.answers }) });
  const engine = await timed(() => (options.engine ?? engineAnswer)(dir, where));
  try {
    const disagreements: Disagreement[] = [];
    let wrong = 0;
    const decided: Record<Decided, number> = { order: 0, lost: 0, shared: 0 };
    const disagree = (one: Disagreement): void => { if (++wrong <= KEPT) disagreements.push(one); };
    const sources = { exact: 0, stale: 0, merged: 0, inexact: 0, unsplit: 0, leftOut: 0 };
    const featuresOf = new Map<string, string[]>();
    for (const [feature, refs] of Object.entries(options.features ?? {})) for (const ref of refs) featuresOf.set(ref, [...(featuresOf.get(ref) ?? []), feature]);

    const compareTree = async (what: Disagreement['what'], names: readonly string[], tree: string, often = false): Promise<boolean> => {
      const answer = await timed(() => (often && engine.pairTree !== undefined ? engine.pairTree(names[0]!, names[1]!) : engine.treeOf(names)));
      if (!('tree' in answer) || answer.tree !== tree) {
        const own = await timed(() => engine.ownTree?.(names));
        if (own !== undefined && 'tree' in own && own.tree === tree) { decided.shared++; return true; }
      }
      if ('refused' in answer) disagree({ what, sources: names, oracle: tree, engine: 'refused', paths: answer.refused });
      else if (answer.tree !== tree) disagree({ what, sources: names, oracle: tree, engine: answer.tree, paths: wrong < KEPT ? differingPaths(oracle, names, tree, answer) : [] });
      else return true;
      return false;
    };

    for (const source of oracle.sources) {
      sources[source.standing]++;
      if (source.unsplit) sources.unsplit++;
      const standing = engine.standing(source.name);
      if (source.standing === 'merged' && standing === 'absent') continue;
      if (standing !== source.standing) {
        if (source.standing === 'exact' && standing === 'inexact') sources.leftOut++;
        // a source without one merge base may be listed or left out with its reason; neither is a verdict
        const silent = standing === 'inexact' || (standing === 'absent' && source.standing === 'inexact');
        if (options.strict === true || !silent) disagree({ what: 'standing', sources: [source.name], oracle: source.standing, engine: standing, paths: source.stalePaths });
      } else if (source.standing === 'exact') {
        await compareTree('source tree', [source.name], source.tree!);
      }
    }

    const pairs: Count = { conflicting: 0, clean: 0 };
    const sharing: Count = { conflicting: 0, clean: 0 };
    const perKind = Object.fromEntries(kinds.map((kind) => [kind, { conflicting: 0, clean: 0, wrong: 0, named: 0 }])) as Record<Kind, KindCount & { named: number }>;
    const paths: Agreement['paths'] = { compared: 0, same: 0, examples: [] };
    const features: Record<string, Count> = {};
    const cleanPairs = new CleanPairs(oracle.sources, (options.sets ?? 0) > 0);
    let severalBases = 0, partial = 0, unanswered = 0, trees = 0, seen = 0;
    for await (const pair of oracle.pairs()) {
      const { a, b, answer, mergeBases, doings } = pair;
      if (++seen % 1_000 === 0) options.progress?.(seen);
      if (engine.standing(a.name) !== 'exact' || engine.standing(b.name) !== 'exact') continue;
      if (answer === null) { unanswered++; continue; }
      const ours = await timed(() => engine.verdict(a.name, b.name));
      const which = answer.clean ? 'clean' : 'conflicting';
      if (ours.verdict === 'partial') {
        partial++;
        if (options.strict === true) disagree({ what: 'verdict', sources: [a.name, b.name], oracle: which, engine: 'partial', paths: [...pathsOf(answer).named] });
        continue;
      }
      pairs[which]++;
      if (mergeBases.length > 1) severalBases++;
      if ([...doings[0].touched.keys()].some((path) => doings[1].touched.has(path))) {
        sharing[which]++;
        for (const f of new Set([...(featuresOf.get(a.ref) ?? []), ...(featuresOf.get(b.ref) ?? [])])) (features[f] ??= { conflicting: 0, clean: 0 })[which]++;
      }
      const named = kindsNamed(answer);
      const asked = kindsIn(candidates(...doings) | named);
      for (const kind of asked) perKind[kind][which]++;
      for (const kind of kindsIn(named)) perKind[kind].named++;

      const before = wrong;
      if ((ours.verdict === 'clean') !== answer.clean) {
        const why = answer.clean ? decidedOtherwise(oracle, pair, ours) : null;
        if (why !== null) decided[why]++;
        else disagree({ what: 'verdict', sources: [a.name, b.name], oracle: told(answer), engine: toldOurs(ours), paths: [...pathsOf(answer).named] });
      } else if (!answer.clean) {
        paths.compared++;
        if (samePaths(answer, ours.places)) paths.same++;
        else if (paths.examples.length < KEPT) paths.examples.push({ sources: [a.name, b.name], git: [told(answer), ...pathsOf(answer).named], engine: ours.places.map(({ path, kind }) => `${kind} ${path}`).sort() });
      } else {
        cleanPairs.add(a, b);
        if ((pairs.clean - 1) % (options.everyTree ?? 1) === 0) {
          trees++;
          await compareTree('pair tree', [a.name, b.name], answer.tree, true);
          if (trees % WHOLE_WAY === 0) await compareTree('pair tree', [a.name, b.name], answer.tree);
        }
      }
      if (wrong > before) for (const kind of asked) perKind[kind].wrong++;
    }

    const sets = { asked: 0, gitClean: 0, agreed: 0, retracted: 0, tops: 0, orders: ORDERS };
    const random = new Random(options.seed ?? 1);
    const chosen = chooseSets(oracle, cleanPairs, options.sets ?? 0, random);
    for (const [i, answer] of (await oracle.chains(chosen)).entries()) {
      sets.asked++;
      if (!answer.same) continue;
      const before = wrong;
      if (await compareTree('set tree', answer.set, answer.tree!)) {
        sets.agreed++;
      } else {
        // git is no judge of a set on which it disagrees with itself: ask it again, in many more orders
        const { set } = chosen[i]!;
        const [again] = await oracle.chains([{ set, orders: Array.from({ length: MORE_ORDERS }, () => random.shuffle(set.map((_, n) => n))) }]);
        if (!again!.same || again!.tree !== answer.tree) {
          wrong = before;
          disagreements.length = Math.min(disagreements.length, wrong);
          sets.retracted++;
          continue;
        }
      }
      sets.gitClean++;
      sets.tops += answer.set.length;
    }
    const ms = { engine: engineMs, oracle: performance.now() - begin - engineMs };
    return { git: oracle.git, sources, pairs, sharing, severalBases, partial, unanswered, kinds: perKind, paths, trees, decided, features, sets, disagreements, wrong, ms };
  } finally {
    oracle.close();
    await engine.close();
  }
}

const told = ({ clean, messages }: MergeAnswer): string =>
  (clean ? 'clean' : messages.filter(({ kind }) => kind.startsWith('CONFLICT')).map(({ kind, paths }) => `${kind.replace(/^CONFLICT ?/, '')} ${paths.join(' ')}`).join('; '));
const toldOurs = ({ verdict, places }: PairVerdict): string => (verdict === 'conflict' ? places.map(({ kind, path }) => `${kind} ${path}`).join('; ') : verdict);

/** Does docs/decisions/0014 say conflict where git says clean? */
function decidedOtherwise(oracle: Oracle, { a, b, answer, mergeBases }: OraclePair, { places }: PairVerdict): Decided | null {
  const only = (...some: string[]): boolean => places.every(({ kind }) => some.includes(kind));
  if (only('directory rename', 'rename/delete') && places.some(({ kind }) => kind === 'directory rename')) {
    const has = (tree: string, path: string): boolean => git(oracle.dir, ['ls-tree', '-z', tree, '--', path]) !== '';
    const [base] = mergeBases;
    // the merged tree was let go of: it is made again, to be looked at
    const { tree } = mergeOne(oracle.dir, a.commit!, b.commit!);
    if (places.some(({ kind, path }) => kind === 'directory rename' && has(base!, path) && !has(tree, path))) return 'lost';
  }
  if (!only('rename/add')) return null;
  const swapped = mergeOne(oracle.dir, b.commit!, a.commit!);
  return swapped.clean && swapped.tree === answer!.tree ? null : 'order';
}

/** Which pairs are clean, a bit each. */
class CleanPairs {
  readonly #at: ReadonlyMap<string, number>;
  readonly #bits: Uint8Array;
  constructor(sources: readonly OracleSource[], wanted: boolean) {
    this.#at = new Map(sources.map((s, i) => [s.name, i]));
    this.#bits = new Uint8Array(wanted ? sources.length ** 2 : 0);
  }
  add(a: OracleSource, b: OracleSource): void {
    const x = this.#at.get(a.name)!, y = this.#at.get(b.name)!;
    this.#bits[x * this.#at.size + y] = this.#bits[y * this.#at.size + x] = 1;
  }
  has(a: OracleSource, b: OracleSource): boolean { return this.#bits[this.#at.get(a.name)! * this.#at.size + this.#at.get(b.name)!] === 1; }
}

/** Sets of 3–20 sources, none below another, pairwise clean; each with a few orders. */
function chooseSets(oracle: Oracle, cleanPairs: CleanPairs, count: number, random: Random): { set: OracleSource[]; orders: number[][] }[] {
  const exact = oracle.sources.filter((s) => s.commit !== null);
  const out: { set: OracleSource[]; orders: number[][] }[] = [];
  for (let attempt = 0; out.length < count && attempt < count * 20; attempt++) {
    const size = random.between(3, 20);
    const set: OracleSource[] = [];
    for (const s of random.shuffle(exact)) {
      if (set.length === size) break;
      const below = oracle.segments.get(s.tip)!.closure;
      const fits = (other: OracleSource): boolean => other.tip !== s.tip && cleanPairs.has(s, other) && !below.has(other.tip)
        && !oracle.segments.get(other.tip)!.closure.has(s.tip);
      if (set.every(fits)) set.push(s);
    }
    if (set.length < 3) continue;
    out.push({ set, orders: Array.from({ length: ORDERS }, () => random.shuffle(set.map((_, i) => i))) });
  }
  return out;
}

/** Paths at which a tree of git's and an answer of the engine's differ, both seen from the base. */
function differingPaths(oracle: Oracle, names: readonly string[], tree: string, answer: EngineTree): string[] {
  if (answer.entries.size === 0) return [];
  // a pair's merged tree was let go of: it is made again
  const [a, b, third] = names.map((name) => oracle.sources.find((s) => s.name === name)!.commit!);
  if (b !== undefined && third === undefined) mergeOne(oracle.dir, a!, b);
  const fields = git(oracle.dir, ['diff-tree', '-r', '-z', '--no-renames', '--raw', oracle.baseTree, tree]).split('\0').filter((f) => f !== '');
  const theirs = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode, , oid] = fields[i]!.split(' ');
    theirs.set(fields[i + 1]!, /^0+$/.test(oid!) ? 'gone' : `${Number.parseInt(mode!, 8)} ${oid}`);
  }
  const ours = new Map([...answer.entries].map(([path, e]) => [path as string, e === null ? 'gone' : `${e.mode} ${e.oid}`]));
  return [...new Set([...theirs.keys(), ...ours.keys()])].filter((path) => theirs.get(path) !== ours.get(path)).sort();
}
