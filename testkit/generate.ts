// Deterministic repositories for the agreement tests: a seed and a mix name one repository, on every machine.
import { join } from 'node:path';
import { crowds } from './features/crowds.ts';
import { features, still, wild } from './features/features.ts';
import type { Feature } from './features/features.ts';
import { git, initBare, tempDir } from './git.ts';
import { Oracle } from './oracle.ts';
import { World } from './world.ts';
import type { Source } from './world.ts';

interface Preset {
  readonly baseCommits: number;
  /** how often a source forks from an older base commit */
  readonly older: number;
  /** number of repetitive files among the text files */
  readonly repetitive: number;
  /** what most of the rest is, once every feature has come */
  readonly often: readonly Feature[];
  /**
   * With renames, and without the promise that every feature comes: how often a feature is drawn from all there are, those that rename and cross
   * among them, and how often a source has everyday edits as well.
   */
  readonly dense?: number;
  readonly noise?: number;
}

const DAILY: readonly Feature[] = ['plain', 'plain', 'plain', 'plain', 'stack', 'stack', 'shared-commits', 'touching', 'same-gap', 'cherry-pick'];

/**
 * Characters of repositories. In the first six is every feature of `still`, and git sees no rename; in the others are renames, `torture` four times
 * as dense in all that is not everyday work, `crowd` with most of its sources at ten spots.
 */
export const mixes = {
  team: { baseCommits: 9, older: 0.2, repetitive: 3, often: ['plain', 'plain', 'plain', 'stack', 'shared-commits', 'touching', 'same-gap'] },
  stacks: { baseCommits: 7, older: 0.15, repetitive: 3, often: ['stack', 'stack', 'revert', 'revert', 'shared-commits', 'plain'] },
  fleet: { baseCommits: 6, older: 0.1, repetitive: 3, often: ['cherry-pick', 'same-text-other-cut', 'same-line-twice', 'same-gap', 'touching', 'one-apart', 'plain'] },
  repetitive: { baseCommits: 6, older: 0.1, repetitive: 9, often: ['repetitive', 'equal-lines', 'same-text-other-cut', 'plain', 'cherry-pick', 'same-line-twice'] },
  kinds: { baseCommits: 8, older: 0.2, repetitive: 3, often: ['add/add', 'modify/delete', 'mode', 'symlink', 'file-to-directory', 'crlf', 'no-final-newline', 'empty-file', 'binary', 'plain'] },
  moving: { baseCommits: 20, older: 0.6, repetitive: 3, often: ['staggered', 'base-merged-in', 'plain', 'plain', 'stack', 'stale-inner', 'revert'] },
  realistic: { baseCommits: 12, older: 0.3, repetitive: 3, often: DAILY, dense: 0.2, noise: 0.5 },
  crowd: { baseCommits: 6, older: 0.1, repetitive: 3, often: Object.keys(crowds) as (keyof typeof crowds)[], dense: 0.1, noise: 0.2 },
  torture: { baseCommits: 16, older: 0.3, repetitive: 4, often: DAILY, dense: 0.8, noise: 0.2 },
} as const satisfies Record<string, Preset>;
export type Mix = keyof typeof mixes;

export interface Generated {
  readonly seed: number;
  readonly mix: Mix;
  /** a bare repository, HEAD on main */
  readonly dir: string;
  /** source refs, full names */
  readonly refs: readonly string[];
  /** feature → refs of the sources that have it */
  readonly features: Readonly<Record<string, readonly string[]>>;
  /** sources dropped because git saw a rename in them */
  readonly dropped: number;
  remove(): void;
}

const EARLY: readonly Feature[] = ['merged'];
const LATE: readonly Feature[] = ['integration-clean', 'integration-resolved'];
/** twice as often as the rest */
const RENAMING = Object.keys(wild) as Feature[];
/** more than asked for, to drop the ones with renames */
const SPARE = 10;

/** `asIs`: sources in which git sees a rename stay: looking for them takes most of the time, some minutes for thousands of sources. */
export async function generate(options: { readonly seed: number; readonly sources?: number; readonly mix: Mix; readonly asIs?: boolean }): Promise<Generated> {
  const { seed, mix, sources: wanted = 200, asIs = false } = options;
  const preset: Preset = mixes[mix];
  const temp = tempDir(`generated-${mix}-${seed}`);
  const dir = join(temp.path, 'repository.git');
  initBare(dir);
  const { dense } = preset;
  const world = new World(dir, seed, { ...preset, renames: dense !== undefined });
  const total = wanted + SPARE;

  // merges into the base come first, integration merges last: they need what they merge
  for (const feature of EARLY) for (let n = 0; n < 3; n++) features[feature](world);
  const middle = (Object.keys(dense === undefined ? still : features) as Feature[]).filter((f) => !EARLY.includes(f) && !LATE.includes(f));
  const late = Math.max(2, Math.floor(total / 25));
  const full = total - Math.ceil(late * 1.8);
  const plan = dense === undefined ? world.random.shuffle(middle) : [];
  const others = dense === undefined ? middle : [...RENAMING, ...middle];
  for (let i = 0; world.sources.length < full; i++) features[plan[i] ?? world.random.pick(world.random.chance(1 - (dense ?? 0.2)) ? preset.often : others)](world);
  for (let i = 0; i < late; i++) features[LATE[i % LATE.length]!](world);

  world.forge.ref('refs/heads/main', world.tip);
  world.forge.flush();
  git(dir, ['update-ref', '-d', 'refs/scratch']);

  // Sources in which git sees a rename are dropped until none is left, then some of the others, down to the number asked for.
  let refs = world.sources.map((s) => s.ref);
  let dropped = 0;
  const drop = (leaving: ReadonlySet<string>): void => {
    git(dir, ['update-ref', '--stdin'], { input: [...leaving].map((ref) => `delete ${ref}\n`).join('') });
    refs = refs.filter((ref) => !leaving.has(ref));
  };
  const mayRename = dense !== undefined || asIs;
  if (mayRename) drop(new Set(spare(world.sources, refs.length - wanted)));
  while (!mayRename) {
    const oracle = await Oracle.open(dir, { refs });
    const bad = new Set(oracle.renames().map((found) => `refs/${found.source.startsWith('pull/') ? '' : 'heads/'}${found.source}`));
    oracle.close();
    if (bad.size === 0 && refs.length <= wanted) break;
    if (bad.size > refs.length / 3) throw new Error(`seed ${seed}, mix ${mix}: git sees renames in ${bad.size} sources`);
    drop(new Set([...bad, ...spare(world.sources.filter((s) => refs.includes(s.ref) && !bad.has(s.ref)), refs.length - bad.size - wanted)]));
    dropped += bad.size;
  }

  const having: Record<string, string[]> = {};
  for (const source of world.sources) if (refs.includes(source.ref)) for (const f of source.features) (having[f] ??= []).push(source.ref);
  return { seed, mix, dir, refs, features: having, dropped, remove: () => temp.remove() };
}

/** The last `n` sources that can be missed: first those whose every feature others have too. */
function spare(sources: readonly Source[], n: number): string[] {
  const count = new Map<string, number>();
  for (const s of sources) for (const f of s.features) count.set(f, (count.get(f) ?? 0) + 1);
  const out: Source[] = [];
  for (const enough of [2, 0]) {
    for (const s of [...sources].reverse()) {
      if (out.length >= n || out.includes(s) || [...s.features].some((f) => count.get(f)! <= enough)) continue;
      out.push(s);
      for (const f of s.features) count.set(f, count.get(f)! - 1);
    }
  }
  return out.map((s) => s.ref);
}
