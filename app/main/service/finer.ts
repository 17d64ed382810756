// Segments taken apart (design.md §1, grains `commit` and `atom`; docs/decisions/0044): the commits of each carried onto the base one by
// one, what each makes of the one before it unravelled into units (core/grain), and those as parts of the plan. Segments that are stale,
// or not exact, stay as they are. A few families of segments at a time: what is carried for them is let go of.
import type { Oid } from '../../core/bytes.ts';
import { commitOf } from '../../core/atoms/commit.ts';
import { untangle } from '../../core/atoms/untangle.ts';
import { type Changes, between, sameEntry } from '../../core/changes.ts';
import { Composer } from '../../core/compose.ts';
import { editsOf } from '../../core/edits.ts';
import type { Step, Strand, Unit } from '../../core/grain/model.ts';
import { unravel } from '../../core/grain/unravel.ts';
import { speaker, titleOf } from '../../core/headline.ts';
import type { Grain, Segment } from '../../core/model.ts';
import { partTitle } from '../../core/partTitle.ts';
import type { Commit } from '../../core/repository.ts';
import type { Outside } from '../git/history.ts';
import { isUnreadable } from './carry.ts';
import type { Carrying, Under } from './carrying.ts';
import { type Link, chainOf } from './chains.ts';
import { type Coarse, type Parts, changesOf, commitsIn } from './cutting.ts';
import type { ImportStore, Progress } from './importer.ts';
import type { Part } from './plan.ts';

/** Commits that are carried together: enough for waves to be worth their while, few enough for their trees to be held. */
const TOGETHER = 1024;

/** A part that is not yet in published order: its numbers are places in the list that it is made in. */
interface Made { readonly part: Part; readonly segment: number }

const NOTHING: Changes = new Map();

/** `seen`: segments that some source shows, lower ones first. */
export async function unitsOf(carrying: Carrying, grain: Exclude<Grain, 'branch'>, coarse: Coarse, seen: readonly number[], commits: ReadonlyMap<Oid, Commit>, store: Pick<ImportStore, 'known'>, outside: Outside | undefined, progress: Progress, signal: AbortSignal): Promise<Parts> {
  const taking = new TakingApart(carrying, grain, coarse, commits);
  const made: Made[] = seen.filter((s) => coarse.carried[s]!.kind !== 'exact').map((s) => taking.whole(s));
  const families = familiesOf(coarse, seen.filter((s) => coarse.carried[s]!.kind === 'exact'));
  for (let next = 0; next < families.length;) {
    const first = next;
    for (let size = 0; next < families.length && size < TOGETHER; next++) for (const s of families[next]!) size += taking.chain(s).length;
    const batch = families.slice(first, next), parts: (readonly Made[] | undefined)[] = [];
    await taking.carry(batch.flat(), outside, { report: () => progress('Carrying commits onto the base', first, families.length), signal });
    await carrying.inWaves(batch.map((_, i) => i), () => true, (i) => { parts[i] ??= taking.apart(batch[i]!); },
      { report: (done) => progress('Taking branches apart', first + done, families.length), signal });
    for (const family of parts) {
      const from = made.length;
      for (const { segment, part } of family!) made.push({ segment, part: shifted(part, from) });
    }
    taking.release();
  }
  for (const [n, { part, segment }] of made.entries()) {
    if (part.carried.kind !== 'exact') continue;
    const { changes } = part.carried;
    const reused = (await store.known(part.tip)).find((s) => s.standing.kind === 'exact' && isSame(changesOf(s), changes));
    if (reused !== undefined) made[n] = { segment, part: { ...part, reused } };
  }
  return inOrder(made);
}

/** Segments that stand on each other, each group with lower ones first. */
function familiesOf({ lower }: Coarse, seen: readonly number[]): number[][] {
  const family = new Map<number, number[]>();
  for (const s of seen) {
    const joined = new Set(lower[s]!.map((l) => family.get(l)!));
    const all = [...joined].flat().sort((x, y) => x - y);
    all.push(s);
    for (const member of all) family.set(member, all);
  }
  return [...new Set(family.values())];
}

function shifted(part: Part, by: number): Part {
  const { lower, unit } = part;
  return { ...part, lower: lower.map((l) => l + by), ...unit !== undefined && { unit: { ...unit, after: unit.after.map((a) => a + by) } } };
}

/** By how deep what a part stands on or comes after goes, then by tip: an order that every machine shares. */
function inOrder(made: readonly Made[]): Parts {
  const depths: number[] = [];
  for (const { part: { lower, unit } } of made) depths.push(Math.max(-1, ...[...lower, ...unit?.after ?? []].map((n) => depths[n]!)) + 1);
  const order = made.map((_, n) => n).sort((x, y) => depths[x]! - depths[y]! || (made[x]!.part.tip < made[y]!.part.tip ? -1 : 1));
  const place: number[] = [];
  order.forEach((n, i) => { place[n] = i; });
  const ascending = (list: readonly number[]): number[] => list.map((n) => place[n]!).sort((x, y) => x - y);
  const parts = order.map((n): Part => {
    const { part } = made[n]!, { unit } = part;
    return { ...part, lower: ascending(part.lower), ...unit !== undefined && { unit: { ...unit, after: ascending(unit.after) } } };
  });
  const bySegment = new Map<number, number[]>();
  // as they were made: in the order of their history
  made.forEach(({ segment }, n) => { const list = bySegment.get(segment); if (list) list.push(place[n]!); else bySegment.set(segment, [place[n]!]); });
  return { parts, of: (s) => bySegment.get(s) ?? [], depth: (i) => depths[order[i]!]! };
}

class TakingApart {
  readonly #carrying: Carrying;
  readonly #grain: Grain;
  readonly #coarse: Coarse;
  readonly #commits: ReadonlyMap<Oid, Commit>;
  readonly #composer: Composer;
  readonly #chains = new Map<number, readonly Link[]>();
  /** base → what a commit makes of it; null: it does not carry */
  readonly #carried = new Map<Oid, Changes | null>();
  /** by segment: its steps in parts, as far as they were told apart before something was lacking */
  readonly #untangled = new Map<number, Step[]>();

  constructor(carrying: Carrying, grain: Grain, coarse: Coarse, commits: ReadonlyMap<Oid, Commit>) {
    this.#carrying = carrying;
    this.#grain = grain;
    this.#coarse = coarse;
    this.#commits = commits;
    const closures: ReadonlySet<number>[] = [];
    for (const [s, lower] of coarse.lower.entries()) closures.push(new Set([s, ...lower.flatMap((l) => [...closures[l]!])]));
    this.#composer = new Composer(carrying.contents, {
      base: carrying.trees.under(carrying.base.tree),
      changes: (s) => this.#changes(s), closure: (s) => closures[s]!, tip: (s) => coarse.cut[s]!.tip,
    });
  }

  #changes(segment: number): Changes {
    const carried = this.#coarse.carried[segment]!;
    return carried.kind === 'exact' ? carried.changes : NOTHING;
  }

  #tip(segment: number): Oid { return this.#coarse.cut[segment]!.tip; }

  /** A segment as one part, on these. */
  whole(segment: number, lower: readonly number[] = [], note?: string): Made {
    const commit = this.#commits.get(this.#tip(segment))!;
    return {
      segment,
      part: {
        tip: commit.oid, commit, title: titleOf(speaker(commit, this.#coarse.cut[segment]!.commits, this.#commits)), lower, commits: this.#size(segment), carried: this.#coarse.carried[segment]!,
        unit: { within: commit.oid, family: segment, after: [], ...note !== undefined && { note } },
      },
    };
  }

  #size(segment: number): number { return commitsIn(this.#coarse.cut, this.#coarse.lower, segment); }

  /** Its commits as steps that might be taken. One that has swallowed what it stood on is one step. */
  chain(segment: number): readonly Link[] {
    let chain = this.#chains.get(segment);
    if (chain === undefined) {
      const { cut, lower } = this.#coarse, s = cut[segment]!;
      chain = lower[segment]!.length < s.lower.length ? [{ commit: s.tip, commits: this.#size(segment), note: 'a commit below it does not carry onto the base' }]
        : chainOf(s, s.lower.map((l) => cut[l]!.tip), this.#commits);
      this.#chains.set(segment, chain);
    }
    return chain;
  }

  async carry(segments: readonly number[], outside: Outside | undefined, under: Under): Promise<void> {
    const inner = segments.flatMap((s) => this.chain(s).slice(0, -1).map(({ commit }) => ({ commit, of: this.#tip(s) })));
    const carried = await this.#carrying.carry(inner.map(({ commit }) => this.#commits.get(commit)!), outside, () => {}, under, inner.map(({ of }) => of));
    inner.forEach(({ commit: oid }, i) => { const one = carried[i]!; this.#carried.set(oid, one.kind === 'exact' ? one.changes : null); });
    for (const s of segments) this.#carried.set(this.#tip(s), this.#changes(s));
  }

  /** What was carried for the segments that have been taken apart. */
  release(): void {
    this.#carried.clear();
    this.#chains.clear();
    this.#untangled.clear();
    this.#carrying.trees.trim();
    this.#carrying.contents.release();
  }

  /** A family's parts; numbers are places among them. Stops as waves.ts describes. */
  apart(family: readonly number[]): readonly Made[] {
    const place = new Map(family.map((s, i) => [s, i]));
    const lower = (s: number): number[] => this.#coarse.lower[s]!.map((l) => place.get(l)!);
    try {
      return this.#units(family, lower);
    } catch (error) {
      // a text that cannot be read, or is too much: it is one ACU, as at grain `branch`, and says there what it lacks
      if (!isUnreadable(error)) throw error;
      return family.map((s) => this.whole(s, lower(s), `it cannot be taken apart: ${error.message}`));
    }
  }

  #units(family: readonly number[], lower: (segment: number) => readonly number[]): readonly Made[] {
    const { contents, carrier } = this.#carrying;
    const drafts = family.map((s): Draft => {
      const below = this.#composer.compose(this.#coarse.lower[s]!), answers = below.conflicts.length > 0, links = this.#steps(s);
      const steps: Link[] = answers ? [{ commit: this.#tip(s), commits: this.#size(s), note: 'it is a merge of branches that conflict' }] : links;
      return { segment: s, notes: steps.map(({ note }) => note), strand: { lower: lower(s), below: below.changes, apart: !answers, steps: this.#withAtoms(s, below.changes, steps, !answers && this.#grain === 'atom') } };
    });
    const units = unravel(contents, drafts.map(({ strand }) => strand));
    const counts = new Map<number, number>();
    for (const { strand } of units) counts.set(strand, (counts.get(strand) ?? 0) + 1);
    return units.map((unit): Made => {
      const { segment, notes, strand: { steps } } = drafts[unit.strand]!, isAll = counts.get(unit.strand) === 1;
      const step = steps[unit.step]!, commit = this.#commits.get(step.commit)!, note = unit.note ?? notes[unit.step];
      return {
        segment,
        part: {
          tip: unit.key, commit, title: titleOfUnit(titleOf(commit), step, unit), lower: unit.requires, commits: isAll ? this.#size(segment) : step.commits,
          carried: { kind: 'exact', changes: unit.changes, renames: carrier.possibleRenames(unit.changes) },
          unit: { within: this.#tip(segment), family: family[0]!, after: unit.after, ...note !== undefined && { note } }, edits: unit.edits,
        },
      };
    });
  }

  /** The commits that carry, each with those before it that do not. */
  #steps(segment: number): Link[] {
    const steps: Link[] = [];
    let commits = 0;
    for (const link of this.chain(segment)) {
      commits += link.commits;
      if (this.#carried.get(link.commit) === null) continue;
      steps.push(commits === link.commits ? link : { commit: link.commit, commits, note: 'its earlier commits do not carry onto the base without its last' });
      commits = 0;
    }
    return steps;
  }

  #withAtoms(segment: number, below: Changes, links: readonly Link[], wanted: boolean): readonly Step[] {
    let done = this.#untangled.get(segment);
    if (done === undefined) this.#untangled.set(segment, done = []);
    for (const { commit, commits } of links.slice(done.length)) {
      const step = { commit, commits, changes: this.#carried.get(commit)! };
      const own = between(done.at(-1)?.changes ?? below, step.changes);
      if (!wanted || own.size === 0) { done.push(step); continue; }
      const { contents } = this.#carrying, title = titleOf(this.#commits.get(commit)!);
      done.push({ ...step, atoms: untangle(commitOf(contents, title, editsOf(contents, own))) });
    }
    return done;
  }
}

/** A segment on its way through unravelling. `notes`: by step. */
interface Draft { readonly segment: number; readonly notes: readonly (string | undefined)[]; readonly strand: Strand }

/** Of a part of a commit its own name first: it tells it from its neighbours in a list. */
function titleOfUnit(title: Segment['title'], { atoms = [] }: Step, { atom }: Unit): Segment['title'] {
  return atom < 0 || atoms.length < 2 ? title : partTitle(atoms[atom]!.name, title);
}

function isSame(a: Changes, b: Changes): boolean {
  if (a.size !== b.size) return false;
  for (const [path, { after }] of a) { const other = b.get(path); if (other === undefined || !sameEntry(after, other.after)) return false; }
  return true;
}
