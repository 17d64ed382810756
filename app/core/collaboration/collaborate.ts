// All that is said of collaboration, from one history and the work in flight: what each answer needs is worked out once and held. Pure but for the
// multiplier and the clock it is given; the same in the screen's worker, in the service and in tests.
import type { AcuId, PathBytes } from '../bytes.ts';
import { AcumenError } from '../errors.ts';
import type { Sparse, Stop } from '../matrix/model.ts';
import { mergeColumns, transpose } from '../matrix/sparse.ts';
import { busRisks } from './busFactor.ts';
import { coChangesOf } from './coChange.ts';
import { type Crew, crewOf } from './crew.ts';
import { Experience } from './experience.ts';
import { Expertise } from './expertise.ts';
import { type HeatWays, type Multiply, heatOf } from './heat.ts';
import { knowledgeOf, newestTime } from './knowledge.ts';
import { type Places, peopleLines, placesOf, rolesOf } from './lines.ts';
import { HALF_LIFE_DAYS, type History, type InFlight } from './model.ts';
import { predictSteps } from './prediction/predict.ts';
import type { Asked, Assignment, AssignmentAsked, BusRisk, Evidence, Expert, Heat, HeatKind, Overview, PersonLine, PredictedPair, Report, ReportAsked, TalkPair } from './report.ts';
import { talkPairs } from './talk.ts';
import { assignmentOf } from './workItems.ts';

export interface Means {
  readonly multiply: Multiply;
  /** lets whoever else waits for this thread go first, so that `stop` can be heard */
  turn(): Promise<void>;
  /** milliseconds, monotonic */
  now(): number;
  /** arrays that can be shared with who shows them */
  readonly numbers?: HeatWays['numbers'];
}

/** Moments whose knowledge is held: those a person goes back and forth between. */
const MOMENTS = 3;

/** The work in flight as it was known at one moment. */
interface Flown { readonly inFlight: InFlight; readonly crew: Crew; predicted: { readonly most: number; readonly pairs: readonly PredictedPair[] } | null }

export class Collaboration {
  readonly history: History;
  readonly #means: Means;
  readonly #expertise: Expertise;
  readonly #places: Places;
  readonly #newest: number;
  readonly #knowledge = new Map<string, Sparse>();
  #together: { readonly asOf: number | null; readonly of: Sparse } | null = null;
  #crew: Crew;
  #inFlight: InFlight = nothing;
  #flown = new Map<string, Flown>();
  #roles: readonly string[] | null = null;

  constructor(history: History, means: Means) {
    this.history = history;
    this.#means = means;
    this.#expertise = new Expertise(new Experience(history));
    this.#places = placesOf(history.files);
    this.#newest = newestTime(history);
    this.#crew = crewOf(history, nothing);
  }

  /** Replaces the work in flight. */
  fly(inFlight: InFlight): void {
    this.#inFlight = inFlight;
    this.#crew = crewOf(this.history, inFlight);
    this.#flown = new Map();
    this.#roles = null;
  }

  async overview(asked: Asked, stop?: Stop): Promise<Overview> {
    await this.#begin(stop);
    const { inFlight, crew } = this.#at(asked);
    const there = asked.asOf === null ? undefined : this.#thereBy(asked.asOf, crew);
    return { ...this.#counted(asked, inFlight), people: this.#lines(asked, crew, there) };
  }

  async heat(kind: HeatKind, asked: Asked, by: 'files' | 'directories', most: number, stop?: Stop): Promise<Heat> {
    await this.#begin(stop);
    const { inFlight, crew } = this.#at(asked), { multiply, numbers } = this.#means;
    return heatOf(kind, { inFlight, crew, files: this.history.files, knowledge: this.#knows(asked), coChange: () => this.#coChange(asked) }, by, most, {
      multiply, ...numbers !== undefined && { numbers }, ...stop !== undefined && { stop },
    });
  }

  async talk(asked: Asked, most: number, stop?: Stop): Promise<readonly TalkPair[]> {
    const predicted = await this.#predicted(asked, PREDICTED, stop), { inFlight, crew } = this.#at(asked);
    return talkPairs({ crew, inFlight, expertise: this.#expertAt(asked, stop), predicted }, most);
  }

  async busFactor(asked: Asked, most: number, stop?: Stop): Promise<readonly BusRisk[]> {
    await this.#begin(stop);
    return busRisks(this.history, this.#knows(asked), this.#moment(asked), most);
  }

  async predictions(asked: Asked, most: number, stop?: Stop): Promise<readonly PredictedPair[]> {
    return (await this.#predicted(asked, most, stop)).slice(0, most);
  }

  async experts(asked: Asked, a: AcuId, b: AcuId | 'base' | null, path: PathBytes | null, most: number, stop?: Stop): Promise<readonly Expert[]> {
    await this.#begin(stop);
    const { inFlight, crew } = this.#at(asked);
    const author = b === null ? inFlight.acus.findIndex(({ id }) => id === a) : -1;
    // nobody reviews their own change
    return this.#expertAt(asked, stop).experts(path === null ? pathsOf(inFlight, a, b) : [path], most, new Set(author < 0 ? [] : [crew.author[author]!]));
  }

  async assign(asked: Asked, assignment: AssignmentAsked, stop?: Stop): Promise<Assignment> {
    await this.#begin(stop);
    const { inFlight, crew } = this.#at(asked), { now } = this.#means;
    return assignmentOf({ crew, inFlight, expertise: this.#expertAt(asked, stop) }, assignment, stop, now);
  }

  /** Everything at once. */
  async report(asked: ReportAsked, stop?: Stop): Promise<Report> {
    const { most, rows, by } = asked;
    await this.#begin(stop);
    const { inFlight, crew } = this.#at(asked);
    const matrices: Heat[] = [];
    for (const kind of asked.matrices) matrices.push(await this.heat(kind, asked, by, rows, stop));
    const talk = await this.talk(asked, most, stop), predictions = await this.predictions(asked, most, stop);
    // those between changes first: one with the base is its author's to carry along
    const open = inFlight.conflicts.toSorted((x, y) => Number(x.b === 'base') - Number(y.b === 'base')).slice(0, most), conflicts: Report['conflicts'][number][] = [];
    for (const { a, b, paths } of open) conflicts.push({ a, b, paths, experts: await this.experts(asked, a, b, null, EXPERTS, stop) });
    const assignment = await this.assign(asked, asked.assignment, stop), busFactor = await this.busFactor(asked, most, stop);
    const named = new Named(inFlight, crew);
    named.take({ matrices, talk, predictions, conflicts, assignment, busFactor });
    return {
      head: this.history.head, halfLifeDays: asked.halfLifeDays, overview: this.#counted(asked, inFlight), people: this.#lines(asked, crew, named.people),
      matrices, talk, predictions, conflicts, conflictCount: inFlight.pairs.a.length + inFlight.conflicts.reduce((n, { b }) => n + Number(b === 'base'), 0), assignment, busFactor,
      acus: [...named.acus].sort((x, y) => x - y).map((acu) => ({ acu, id: inFlight.acus[acu]!.id, name: inFlight.acus[acu]!.name, author: crew.author[acu]! })),
      files: [...named.files].sort((x, y) => x - y).map((file) => ({ file, path: this.history.files[file]!.path })),
    };
  }

  async #begin(stop?: Stop): Promise<void> {
    await this.#means.turn();
    if (stop?.aborted === true) throw new AcumenError('cancelled', 'Working out who should talk to whom was cancelled.', 'Ask again when you want it.');
  }

  #moment({ asOf }: Asked): number { return asOf ?? this.#newest; }

  /** What was in flight by then. */
  #at({ asOf }: Asked): Flown {
    const key = String(asOf);
    let flown = this.#flown.get(key);
    if (flown === undefined) {
      if (this.#flown.size >= MOMENTS) this.#flown.delete(this.#flown.keys().next().value!);
      this.#flown.set(key, flown = { ...asOf === null ? { inFlight: this.#inFlight, crew: this.#crew } : flownBy(this.#inFlight, this.#crew, asOf), predicted: null });
    }
    return flown;
  }

  /** People × files that are still there: nobody can be asked about the others. */
  #knows({ asOf, halfLifeDays }: Asked): Sparse {
    const key = `${asOf} ${halfLifeDays}`;
    let knowledge = this.#knowledge.get(key);
    if (knowledge === undefined) {
      if (this.#knowledge.size >= MOMENTS) this.#knowledge.delete(this.#knowledge.keys().next().value!);
      this.#knowledge.set(key, knowledge = this.#ofLiving(knowledgeOf(this.history, { asOf, halfLifeDays })));
    }
    return knowledge;
  }

  /** For the synchronous work that follows: the next question may be of another moment. */
  #expertAt(asked: Asked, stop?: Stop): Expertise {
    this.#expertise.experience.to(this.#moment(asked), stop);
    return this.#expertise;
  }

  /** The likeliest, `most` of them at least where there are as many. */
  async #predicted(asked: Asked, most: number, stop?: Stop): Promise<readonly PredictedPair[]> {
    await this.#begin(stop);
    const flown = this.#at(asked);
    if (flown.predicted === null || flown.predicted.most < most) {
      const wanted = Math.max(most, PREDICTED);
      const steps = predictSteps(this.history, flown.inFlight, { asOf: this.#moment(asked), author: flown.crew.author }, wanted);
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) await this.#begin(stop);
      flown.predicted = { most: wanted, pairs: step.value };
    }
    return flown.predicted.pairs;
  }

  #counted(asked: Asked, { acus }: InFlight): Report['overview'] {
    const { time, author, touch, file, files, shallow, notes } = this.history, moment = this.#moment(asked);
    const people = new Set<number>(), touched = new Uint8Array(files.length);
    let from = Infinity, to = -Infinity, commits = 0, touches = 0;
    for (const [commit, t] of time.entries()) {
      from = Math.min(from, t);
      to = Math.max(to, t);
      if (t > moment) continue;
      commits++;
      people.add(author[commit]!);
      touches += touch[commit + 1]! - touch[commit]!;
      for (let i = touch[commit]!; i < touch[commit + 1]!; i++) touched[file[i]!] = 1;
    }
    const alive = files.reduce((n, one, i) => n + Number(one.alive && touched[i] === 1), 0);
    return { asOf: moment, from: commits === 0 && from === Infinity ? 0 : from, to: to === -Infinity ? 0 : to, counts: { people: people.size, files: alive, commits, touches, flying: acus.length }, shallow, notes };
  }

  #lines(asked: Asked, crew: Crew, which?: Iterable<number>): PersonLine[] {
    this.#roles ??= rolesOf(this.#crew, this.#knows({ asOf: null, halfLifeDays: HALF_LIFE_DAYS }), this.#places);
    return peopleLines(crew, this.#knows(asked), this.#places, this.#roles, which);
  }

  /** Who had committed by then, or had work in flight. */
  #thereBy(moment: number, { author }: Crew): Set<number> {
    const there = new Set<number>(author);
    for (const [commit, time] of this.history.time.entries()) if (time <= moment) there.add(this.history.author[commit]!);
    return there;
  }

  /** Of files that are still there; the last one is held. */
  #coChange({ asOf }: Asked): Sparse {
    if (this.#together?.asOf !== asOf) this.#together = { asOf, of: this.#ofLiving(transpose(this.#ofLiving(coChangesOf(this.history, { asOf }).of))) };
    return this.#together.of;
  }

  #ofLiving(matrix: Sparse): Sparse {
    const { files } = this.history;
    return mergeColumns(matrix, Uint32Array.from(files, ({ alive }, i) => (alive ? i : files.length)), files.length);
  }
}

/** Predicted pairs that talks are told from. */
const PREDICTED = 500;
/** Who is named for each conflict of a report. */
const EXPERTS = 3;
const nothing: InFlight = { acus: [], conflicts: [], pairs: { a: new Uint32Array(0), b: new Uint32Array(0) } };

/** What its authors had written by then; ACUs keep their order. */
function flownBy({ acus, conflicts, pairs }: InFlight, crew: Crew, moment: number): Pick<Flown, 'inFlight' | 'crew'> {
  const place = new Int32Array(acus.length).fill(-1), kept: number[] = [];
  for (const [i, { time }] of acus.entries()) if (time <= moment) place[i] = kept.push(i) - 1;
  const ids = new Set<AcuId | 'base'>(kept.map((i) => acus[i]!.id)).add('base');
  const both = Uint32Array.from(pairs.a.keys()).filter((i) => place[pairs.a[i]!]! >= 0 && place[pairs.b[i]!]! >= 0);
  return {
    inFlight: {
      acus: kept.map((i) => acus[i]!), conflicts: conflicts.filter(({ a, b }) => ids.has(a) && ids.has(b)),
      pairs: { a: both.map((i) => place[pairs.a[i]!]!), b: both.map((i) => place[pairs.b[i]!]!) },
    },
    crew: { ...crew, author: Uint32Array.from(kept, (i) => crew.author[i]!) },
  };
}

/** Where two ACUs conflict, as far as it is listed; else what both touch; of one, and of one with the base, what it touches. */
function pathsOf({ acus, conflicts }: InFlight, a: AcuId, b: AcuId | 'base' | null): readonly PathBytes[] {
  const listed = b === null ? undefined : conflicts.find((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a));
  if (listed !== undefined && listed.paths.length > 0) return listed.paths;
  const of = (id: AcuId): PathBytes[] => acus.find((acu) => acu.id === id)?.files.map(({ path }) => path) ?? [];
  if (b === null || b === 'base') return of(a);
  const theirs = new Set(of(b));
  return of(a).filter((path) => theirs.has(path));
}

/** Gathers what a report names by its place. */
class Named {
  readonly people = new Set<number>();
  readonly acus = new Set<number>();
  readonly files = new Set<number>();
  readonly #place: ReadonlyMap<AcuId, number>;
  readonly #crew: Crew;

  constructor({ acus }: InFlight, crew: Crew) {
    this.#place = new Map(acus.map(({ id }, i) => [id, i]));
    this.#crew = crew;
  }

  take({ matrices, talk, predictions, conflicts, assignment, busFactor }: Pick<Report, 'matrices' | 'talk' | 'predictions' | 'conflicts' | 'assignment' | 'busFactor'>): void {
    for (const { of, rows, cols } of matrices) for (const [side, which] of [[of[0], rows], [of[1], cols]] as const) {
      for (const i of which) if (side === 'person') this.people.add(i); else if (side === 'file') this.files.add(i); else if (side === 'acu') this.#acuAt(i);
    }
    for (const { a, b, evidence } of talk) { this.#person(a); this.#person(b); this.#evidence(evidence); }
    for (const { a, b } of predictions) { this.#acu(a); this.#acu(b); }
    for (const { a, b, experts } of conflicts) { this.#acu(a); this.#acu(b); for (const { person, evidence } of experts) { this.#person(person); this.#evidence(evidence); } }
    for (const { item: { a, b }, person, evidence } of assignment.items) { this.#acu(a); this.#acu(b); this.#person(person); this.#evidence(evidence); }
    for (const { from, to } of assignment.second?.changes ?? []) { this.#person(from); this.#person(to); }
    for (const { person } of assignment.people) this.#person(person);
    for (const { holders } of busFactor) for (const { person } of holders) this.#person(person);
  }

  #person(person: number | null): void { if (person !== null) this.people.add(person); }
  #acuAt(acu: number): void { this.acus.add(acu); this.people.add(this.#crew.author[acu]!); }
  #acu(id: AcuId | 'base' | null): void {
    const at = id === null || id === 'base' ? undefined : this.#place.get(id);
    if (at !== undefined) this.#acuAt(at);
  }
  #evidence(all: readonly Evidence[]): void {
    for (const one of all) {
      if ('person' in one) this.#person(one.person);
      if ('a' in one) { this.#acu(one.a); this.#acu(one.b); }
    }
  }
}
