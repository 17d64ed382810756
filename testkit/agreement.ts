// Law 5, asked of one repository: over all pairs of sources, and over sets, does Acumen say what git says? The judge is oracle.ts;
// the engine is reached only through an `EngineAnswer`.
import { composeSet } from '../app/main/service/composer.ts';
import { treeIdOf } from '../app/main/git/trees.ts';
import type { AcuId } from '../app/core/bytes.ts';
import { git } from './git.ts';
import { load } from './loaded.ts';
import { Oracle } from './oracle.ts';
import type { OracleSource } from './oracle.ts';
import { Random } from './random.ts';

export interface EngineTree { readonly tree: string; readonly entries: ReadonlyMap<string, { readonly mode: number; readonly oid: string } | null> }

/** All that is asked of the engine; names are sources' short names as byte strings. */
export interface EngineAnswer {
  standing(name: string): 'exact' | 'stale' | 'inexact' | 'merged' | 'absent';
  verdict(a: string, b: string): 'clean' | 'conflict' | 'partial';
  /** the composed tree of some sources, or the paths it was refused for */
  treeOf(names: readonly string[]): Promise<EngineTree | { readonly refused: readonly string[] }>;
  close(): Promise<void>;
}

/** The engine as the service runs it: the same reader, importer, engine and composer, without a store. */
export async function engineAnswer(dir: string, options: { readonly base?: string; readonly refs?: readonly string[] } = {}): Promise<EngineAnswer> {
  const loaded = await load(dir, options);
  const { engine, reader, published, segments } = loaded;
  const bySource = new Map<string, AcuId[]>();
  const standings = new Map(segments.map((s) => [s.tip, s.standing.kind]));
  for (const s of published.sources) bySource.set(s.name, [...engine.named(s.name)]);
  const verdicts = new Map<string, 'conflict' | 'partial'>();
  for (const { a, b, verdict } of engine.sourceConflicts()) verdicts.set(pairKey(a, b), verdict === 'partial' ? 'partial' : 'conflict');
  return {
    standing(name) {
      const source = published.sources.find((s) => s.name === name);
      if (source === undefined) return 'absent';
      const tip = source.segments.at(-1);
      return tip === undefined ? 'merged' : standings.get(tip)!;
    },
    verdict: (a, b) => verdicts.get(pairKey(a, b)) ?? 'clean',
    async treeOf(names) {
      const ids = [...new Set(names.flatMap((name) => bySource.get(name) ?? []))];
      const composed = await composeSet(engine, reader, ids, loaded.stored);
      if (!('delta' in composed)) return { refused: [...new Set([...composed.conflicts.map((c) => c.path), ...composed.missing])] };
      return { tree: await treeIdOf(reader, published.baseTree, composed.delta), entries: composed.delta };
    },
    close: () => loaded.close(),
  };
}

const pairKey = (a: string, b: string): string => (a < b ? `${a}\0${b}` : `${b}\0${a}`);

export interface Disagreement {
  readonly what: 'standing' | 'verdict' | 'source tree' | 'pair tree' | 'set tree';
  readonly sources: readonly string[];
  readonly oracle: string;
  readonly engine: string;
  /** the paths where they differ, as far as known */
  readonly paths: readonly string[];
}

export interface Count { conflicting: number; clean: number }

export interface Agreement {
  readonly git: string;
  /** as git has them; `leftOut`: exact ones that the engine lists as not yet exact */
  readonly sources: { exact: number; stale: number; merged: number; inexact: number; unsplit: number; leftOut: number };
  readonly pairs: Count;
  readonly sharing: Count;
  /** pairs whose commits have several merge bases: counted apart, compared only where the engine answers */
  readonly severalBases: number;
  /** pairs of exact sources that the engine gives no verdict on */
  readonly partial: number;
  /** feature → pairs that share a path and in which a source has the feature */
  readonly features: Readonly<Record<string, Count>>;
  /** `retracted`: clean and the same in the first orders, not in more of them */
  readonly sets: { asked: number; gitClean: number; agreed: number; retracted: number; tops: number; orders: number };
  readonly disagreements: readonly Disagreement[];
  readonly ms: { oracle: number; engine: number };
}

export interface AgreementOptions {
  readonly base?: string;
  readonly refs?: readonly string[];
  /** feature → full ref names */
  readonly features?: Readonly<Record<string, readonly string[]>>;
  readonly sets?: number;
  readonly seed?: number;
  /** whether a pair without a verdict is a disagreement: true for repositories made to have none */
  readonly strict?: boolean;
  /** compare composed trees of every source and clean pair; or of every n-th */
  readonly everyTree?: number;
  /** default: `engineAnswer` */
  readonly engine?: typeof engineAnswer;
}

const ORDERS = 4;
const MORE_ORDERS = 60;

export async function agreement(dir: string, options: AgreementOptions = {}): Promise<Agreement> {
  const where = { ...(options.base === undefined ? {} : { base: options.base }), ...(options.refs === undefined ? {} : { refs: options.refs }) };
  const begin = performance.now();
  let engineMs = 0;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    try { return await work(); } finally { engineMs += performance.now() - start; }
  };
  const oracle = await Oracle.open(dir, where);
  const engine = await timed(() => (options.engine ?? engineAnswer)(dir, where));
  try {
    const disagreements: Disagreement[] = [];
    const sources = { exact: 0, stale: 0, merged: 0, inexact: 0, unsplit: 0, leftOut: 0 };
    const featuresOf = new Map<string, string[]>();
    for (const [feature, refs] of Object.entries(options.features ?? {})) for (const ref of refs) featuresOf.set(ref, [...(featuresOf.get(ref) ?? []), feature]);

    const compareTree = async (what: Disagreement['what'], names: readonly string[], tree: string): Promise<boolean> => {
      const answer = await timed(() => engine.treeOf(names));
      if ('refused' in answer) disagreements.push({ what, sources: names, oracle: tree, engine: 'refused', paths: answer.refused });
      else if (answer.tree !== tree) disagreements.push({ what, sources: names, oracle: tree, engine: answer.tree, paths: differingPaths(oracle, tree, answer) });
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
        if (options.strict === true || !silent) disagreements.push({ what: 'standing', sources: [source.name], oracle: source.standing, engine: standing, paths: source.stalePaths });
      } else if (source.standing === 'exact' && sources.exact % (options.everyTree ?? 1) === 0) {
        await compareTree('source tree', [source.name], source.tree!);
      }
    }

    const pairs: Count = { conflicting: 0, clean: 0 };
    const sharing: Count = { conflicting: 0, clean: 0 };
    const features: Record<string, Count> = {};
    const cleanPairs = new Set<string>();
    let severalBases = 0;
    let partial = 0;
    for await (const { a, b, clean, tree, paths, mergeBases, sharesPath } of oracle.pairs()) {
      if (engine.standing(a.name) !== 'exact' || engine.standing(b.name) !== 'exact') continue;
      const verdict = engine.verdict(a.name, b.name);
      const several = mergeBases.length > 1;
      if (several) severalBases++;
      else {
        pairs[clean ? 'clean' : 'conflicting']++;
        if (sharesPath) {
          sharing[clean ? 'clean' : 'conflicting']++;
          for (const f of new Set([...(featuresOf.get(a.ref) ?? []), ...(featuresOf.get(b.ref) ?? [])])) {
            (features[f] ??= { conflicting: 0, clean: 0 })[clean ? 'clean' : 'conflicting']++;
          }
        }
      }
      if (verdict === 'partial') {
        partial++;
        if (options.strict === true && !several) disagreements.push({ what: 'verdict', sources: [a.name, b.name], oracle: clean ? 'clean' : 'conflict', engine: verdict, paths });
        continue;
      }
      if ((verdict === 'clean') !== clean) {
        disagreements.push({ what: 'verdict', sources: [a.name, b.name], oracle: clean ? 'clean' : 'conflict', engine: verdict, paths });
        continue;
      }
      if (!clean) continue;
      cleanPairs.add(pairKey(a.name, b.name));
      if (cleanPairs.size % (options.everyTree ?? 1) === 0) await compareTree('pair tree', [a.name, b.name], tree);
    }

    const sets = { asked: 0, gitClean: 0, agreed: 0, retracted: 0, tops: 0, orders: ORDERS };
    const random = new Random(options.seed ?? 1);
    const chosen = chooseSets(oracle, cleanPairs, options.sets ?? 0, random);
    for (const [i, answer] of (await oracle.chains(chosen)).entries()) {
      sets.asked++;
      if (!answer.same) continue;
      if (await compareTree('set tree', answer.set, answer.tree!)) {
        sets.agreed++;
      } else {
        // git is no judge of a set on which it disagrees with itself: ask it again, in many more orders
        const { set } = chosen[i]!;
        const [again] = await oracle.chains([{ set, orders: Array.from({ length: MORE_ORDERS }, () => random.shuffle(set.map((_, n) => n))) }]);
        if (!again!.same || again!.tree !== answer.tree) {
          disagreements.pop();
          sets.retracted++;
          continue;
        }
      }
      sets.gitClean++;
      sets.tops += answer.set.length;
    }
    const ms = { engine: engineMs, oracle: performance.now() - begin - engineMs };
    return { git: oracle.git, sources, pairs, sharing, severalBases, partial, features, sets, disagreements, ms };
  } finally {
    oracle.close();
    await engine.close();
  }
}

/** Sets of 3–20 sources, none below another, pairwise clean; each with a few orders. */
function chooseSets(oracle: Oracle, cleanPairs: ReadonlySet<string>, count: number, random: Random): { set: OracleSource[]; orders: number[][] }[] {
  const exact = oracle.sources.filter((s) => s.commit !== null);
  const out: { set: OracleSource[]; orders: number[][] }[] = [];
  for (let attempt = 0; out.length < count && attempt < count * 20; attempt++) {
    const size = random.between(3, 20);
    const set: OracleSource[] = [];
    for (const s of random.shuffle(exact)) {
      if (set.length === size) break;
      const below = oracle.segments.get(s.tip)!.closure;
      const fits = (other: OracleSource): boolean => other.tip !== s.tip && cleanPairs.has(pairKey(s.name, other.name)) && !below.has(other.tip)
        && !oracle.segments.get(other.tip)!.closure.has(s.tip);
      if (set.every(fits)) set.push(s);
    }
    if (set.length < 3) continue;
    out.push({ set, orders: Array.from({ length: ORDERS }, () => random.shuffle(set.map((_, i) => i))) });
  }
  return out;
}

/** Paths at which a tree of git's and an answer of the engine's differ, both seen from the base. */
function differingPaths(oracle: Oracle, tree: string, answer: EngineTree): string[] {
  if (answer.entries.size === 0) return [];
  const fields = git(oracle.dir, ['diff-tree', '-r', '-z', '--no-renames', '--raw', oracle.baseTree, tree]).split('\0').filter((f) => f !== '');
  const theirs = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode, , oid] = fields[i]!.split(' ');
    theirs.set(fields[i + 1]!, /^0+$/.test(oid!) ? 'gone' : `${Number.parseInt(mode!, 8)} ${oid}`);
  }
  const ours = new Map([...answer.entries].map(([path, e]) => [path as string, e === null ? 'gone' : `${e.mode} ${e.oid}`]));
  return [...new Set([...theirs.keys(), ...ours.keys()])].filter((path) => theirs.get(path) !== ours.get(path)).sort();
}
