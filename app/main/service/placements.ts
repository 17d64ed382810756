// Where a set of one history stands otherwise than git would merge it (design.md §3, law 5: line history wins): lines that several put in one
// place of a repetitive text, say. A risk, never a conflict; told of sets that were composed (docs/decisions/0045).
import type { AcuId } from '../../core/bytes.ts';
import { sameEntry } from '../../core/changes.ts';
import { Contents } from '../../core/contents.ts';
import { describe } from '../../core/describe.ts';
import type { SetConflict } from '../../core/model.ts';
import { changesOfSegment, composerFor } from './composer.ts';
import type { Moment } from './reading.ts';
import type { Warm } from './warm.ts';

/** Tops of one history beyond which git's merges are not made to compare: each is one more. */
const MOST_MERGES = 64;

const NO_REGIONS = new Int32Array(0);

/** Of a set that composes. */
export async function placements({ engine, stored, bodies }: Moment, ids: readonly AcuId[], warm: Warm, signal?: AbortSignal): Promise<SetConflict[]> {
  if (!engine.index.hasHistories) return [];
  const tops = engine.tops(ids), contents = new Contents(warm.source(stored)), composer = composerFor(engine, contents, warm);
  await warm.learnOwn(engine, tops, bodies);
  const out: SetConflict[] = [];
  for (const family of Map.groupBy(tops, (s) => engine.index.familyOf(s)).values()) {
    if (family.length < 2 || family.length > MOST_MERGES) continue;
    const [woven, merged] = await warm.settle(contents, () => [composer.compose(family), composer.chain(family)] as const, signal);
    const unclear = new Set(merged.conflicts.map(({ path }) => path));
    for (const path of new Set([...woven.changes.keys(), ...merged.changes.keys()])) {
      const ours = woven.changes.get(path), gits = merged.changes.get(path);
      if (unclear.has(path) || sameEntry((ours ?? { after: gits!.before }).after, (gits ?? { after: ours!.before }).after)) continue;
      const sides = [...new Set(family.filter((s) => changesOfSegment(engine, s).has(path)).map((s) => engine.tables.segments[s]!.acu!))].sort();
      const [a, b] = sides;
      if (a !== undefined && b !== undefined) out.push({ a, b, kind: 'placement', verdict: 'risk', path, detail: describe('placement', NO_REGIONS, path), inherited: false, ...sides.length > 2 && { sides } });
    }
  }
  return out.sort((x, y) => (x.path < y.path ? -1 : 1));
}
