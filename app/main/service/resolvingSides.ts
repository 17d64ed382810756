// What meets where an ACU is to be composed and conflicts: the composed ACUs that stand against it, both sides as trees over what they have in
// common, and the disputes that merging those leaves (core/resolution). Of a stale ACU the other side is the base itself.
import type { AcuId, Oid, PathBytes } from '../../core/bytes.ts';
import type { Change, Changes } from '../../core/changes.ts';
import { Contents } from '../../core/contents.ts';
import { type Disputed, type Opened, type Sides, disputesOf, opened } from '../../core/resolution/disputes.ts';
import type { Entry } from '../../core/repository.ts';
import { overlaidTree } from '../../core/treeMerge/ancestor.ts';
import { mergeBases } from '../git/mergeBases.ts';
import { treeDiff } from '../git/trees.ts';
import { changesOfSegment, composerFor } from './composer.ts';
import { Lookup } from './lookup.ts';
import type { Moment, Reading } from './reading.ts';

/** `disputed`: merged as far as it goes. `parents`: of the commit that decides it, behind the base. */
export interface Meeting {
  readonly acu: AcuId;
  readonly state: 'conflicts' | 'stale';
  /** composed ACUs that stand against it, sorted; of a stale one none */
  readonly against: readonly AcuId[];
  /** base → our side */
  readonly ours: Changes;
  readonly disputed: Disputed;
  readonly opened: readonly Opened[];
  readonly parents: readonly Oid[];
  readonly contents: Contents;
  /** what the base has at a path in dispute */
  was(path: PathBytes): Entry | null;
  /** who of either side changes a path */
  writers(paths: readonly PathBytes[]): { readonly ours: readonly AcuId[]; readonly theirs: readonly AcuId[] };
}

/** Nothing to decide, or nothing that can be: why. */
export interface NoMeeting { readonly acu: AcuId; readonly state: 'fits' | 'unable'; readonly reason: string; readonly against: readonly AcuId[] }

const AT_GRAIN = 'conflicts are decided between whole branches, and this workspace is cut finer: change the grain to branch to decide it';

/** `chosen`: what is composed. */
export async function meet(reading: Reading, moment: Moment, chosen: readonly AcuId[], acu: AcuId): Promise<Meeting | NoMeeting> {
  const { engine } = moment, unable = (reason: string, against: readonly AcuId[] = []): NoMeeting => ({ acu, state: 'unable', reason, against });
  const it = engine.acu(acu);
  if (it === undefined) return unable('it is not there any more');
  if (chosen.includes(acu)) return { acu, state: 'fits', reason: '', against: [] };
  if (engine.tables.grain !== 'branch') return unable(AT_GRAIN);
  if (it.standing === 'inexact') return unable(it.reason ?? 'it is not compared exactly yet');
  if (it.standing === 'stale') return meetBase(reading, moment, acu);
  const below = engine.closed([acu]), stale = [...below].find((id) => engine.acu(id)!.standing !== 'exact');
  if (stale !== undefined) return unable('it needs a change that does not carry onto the base: decide that one first', [stale]);
  const here = engine.closed(chosen), all = [...new Set([...here, ...below])];
  const against = new Set<AcuId>();
  const { conflicts } = engine.check(all);
  const blocking = conflicts.filter(({ verdict }) => verdict !== 'risk');
  for (const { a, b } of blocking) {
    if (b === 'base' || (a !== acu && b !== acu)) return unable('what is composed does not stand by itself: take out one side of its conflicts first', b === 'base' ? [a] : [a, b]);
    against.add(a === acu ? b : a);
  }
  if (blocking.length === 0) {
    const composed = await reading.composed(moment, all);
    if ('delta' in composed) return { acu, state: 'fits', reason: '', against: [] };
    for (const { a, b, sides } of composed.conflicts) for (const id of sides ?? [a, ...b === 'base' ? [] : [b]]) if (!below.has(id)) against.add(id);
    if (against.size === 0) return unable('it does not stand by itself: decide in git between the branches that it is made of');
  }
  return meetAll(reading, moment, acu, [...against].sort());
}

async function meetAll(reading: Reading, moment: Moment, acu: AcuId, against: readonly AcuId[]): Promise<Meeting> {
  const { engine } = moment, warm = reading.warm(moment.reader);
  const ours = engine.closed(against), theirs = engine.closed([acu]);
  const tops = (ids: Iterable<AcuId>): number[] => engine.tops([...ids]);
  const contents = new Contents(warm.source((oid) => moment.stored(oid))), composer = composerFor(engine, contents, warm);
  const graph = warm.segments(engine, (segment) => changesOfSegment(engine, segment));
  const ourTops = tops(ours), theirTops = tops(theirs), commonTops = tops([...ours].filter((id) => theirs.has(id)));
  const trees = { isDirectory: (_: unknown, path: PathBytes) => graph.base.isDirectory(path), filesUnder: (_: unknown, path: PathBytes) => graph.base.filesUnder(path) };
  const made = await warm.settle(contents, () => {
    const common = composer.compose(commonTops).changes;
    const sides: Sides = { base: common.size === 0 ? graph.base : overlaidTree(trees, { root: '' as never, changes: common }), common, ours: composer.compose(ourTops).changes, theirs: composer.compose(theirTops).changes };
    const disputed = disputesOf(contents, sides);
    return { sides, disputed, opened: disputed.disputes.map((dispute) => opened(contents, dispute)) };
  });
  const only = (ids: ReadonlySet<AcuId>, others: ReadonlySet<AcuId>): AcuId[] => [...ids].filter((id) => !others.has(id));
  const touching = (ids: readonly AcuId[], paths: readonly PathBytes[]): AcuId[] => {
    const some = ids.filter((id) => engine.acu(id)!.paths.some((path) => paths.includes(path)));
    return (some.length > 0 ? some : ids).toSorted();
  };
  const was = await basesOf(moment, made.disputed, [made.sides.ours, made.sides.theirs]);
  const tip = (segment: number): Oid => engine.tables.segments[segment]!.tip;
  return {
    acu, state: 'conflicts', against, ours: made.sides.ours, disputed: made.disputed, opened: made.opened, contents, was: (path) => was.get(path) ?? null,
    parents: [...ourTops.map(tip), ...theirTops.map(tip)],
    writers: (paths) => ({ ours: touching(only(ours, theirs), paths), theirs: touching(only(theirs, ours), paths) }),
  };
}

/** A tip that does not carry: merged with the base as it is, over the newest commit that both come from. */
async function meetBase(reading: Reading, moment: Moment, acu: AcuId): Promise<Meeting | NoMeeting> {
  const { engine, reader } = moment, { tables } = engine, warm = reading.warm(reader);
  const { tip } = tables.segments[engine.segmentOf(acu)]!;
  if (!await reader.has(tip)) return { acu, state: 'unable', reason: 'a patch or a working tree made it, and no commit of the repository has it: make it anew on the base', against: [] };
  const [from] = await mergeBases(reader, tables.base, tip), origin = from === undefined ? null : (await reader.commit(from)).tree;
  const common = await treeDiff(reader, tables.baseTree, origin), theirs = await treeDiff(reader, tables.baseTree, (await reader.commit(tip)).tree);
  const contents = new Contents(warm.source((oid) => moment.stored(oid)));
  const graph = warm.segments(engine, (segment) => changesOfSegment(engine, segment));
  const trees = { isDirectory: (_: unknown, path: PathBytes) => graph.base.isDirectory(path), filesUnder: (_: unknown, path: PathBytes) => graph.base.filesUnder(path) };
  const made = await warm.settle(contents, () => {
    const disputed = disputesOf(contents, { base: overlaidTree(trees, { root: '' as never, changes: common }), common, ours: NOTHING, theirs });
    return { disputed, opened: disputed.disputes.map((dispute) => opened(contents, dispute)) };
  });
  const was = await basesOf(moment, made.disputed, [theirs, common]);
  return {
    acu, state: 'stale', against: [], ours: NOTHING, disputed: made.disputed, opened: made.opened, contents, was: (path) => was.get(path) ?? null,
    parents: [tip], writers: () => ({ ours: [], theirs: [acu] }),
  };
}

const NOTHING: Changes = new Map<PathBytes, Change>();

/** What the base has at the paths in dispute, from whoever says so, else from its tree. */
async function basesOf(moment: Moment, { changes, disputes }: Disputed, told: readonly Changes[]): Promise<Map<PathBytes, Entry | null>> {
  const out = new Map<PathBytes, Entry | null>(), lookup = new Lookup(moment.reader);
  for (const dispute of disputes) for (const path of dispute.shape === 'lines' ? [dispute.path] : dispute.place.paths.map((p) => p.path)) {
    const known = [changes, ...told].find((one) => one.has(path))?.get(path);
    out.set(path, known === undefined ? await lookup.file(moment.engine.tables.baseTree, path) : known.before);
  }
  return out;
}
