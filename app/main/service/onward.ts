// What is likely to be asked next after each question, for the prefetch (cache/prefetch.ts): files beside the one that is open, the ACU after the one that
// is looked at, the set that it may join, the conflicts that it has, why the next one is not in the set.
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import type { FileChange, Shown } from '../../contract/methods.ts';
import { importedFrom } from './cache/imports.ts';
import type { Offer, Prefetch } from './cache/prefetch.ts';
import { setKey } from './keys.ts';
import type { Moment } from './reading.ts';

/** Conflicts of an ACU that is looked at which may be read next. */
const FIRST_CONFLICTS = 6;

/** The same questions, asked by nobody: answers are kept, and nothing is foreseen from them. */
export interface Questions {
  preview(moment: Moment, ids: readonly AcuId[]): Promise<unknown>;
  composedFile(moment: Moment, ids: readonly AcuId[], path: PathBytes): Promise<unknown>;
  acuFile(moment: Moment, acu: AcuId, path: PathBytes): Promise<unknown>;
  conflict(moment: Moment, a: AcuId, b: AcuId | 'base', path: PathBytes): Promise<unknown>;
}
type WhyNot = (acus: readonly AcuId[], within: readonly AcuId[]) => Promise<unknown>;

export class Onward {
  readonly #prefetch: Prefetch;
  readonly #questions: Questions;
  /** asks why an ACU is not in a set, as it was asked last; null while nobody asks */
  #whyNot: WhyNot | null = null;
  /** the ACU that was looked at last */
  #looked: AcuId | null = null;

  constructor(prefetch: Prefetch, questions: Questions) {
    this.#prefetch = prefetch;
    this.#questions = questions;
  }

  preview(moment: Moment, ids: readonly AcuId[], set: string, files: readonly FileChange[]): void {
    this.#prefetch.saw(`preview ${set}`, () => [...files.slice(0, 1).map(({ path }) => this.#fileOf(moment, ids, set, path, 'first file')), ...this.#whyLooked(moment, set)]);
  }

  /** `paths`: of the set's files, in order. */
  composedFile(moment: Moment, ids: readonly AcuId[], path: PathBytes, shown: Shown | null, paths: () => readonly PathBytes[]): void {
    const set = setKey(ids);
    this.#prefetch.saw(`composedFile ${set} ${path}`, () => [...besides(paths(), path, shown).map(([step, other]) => this.#fileOf(moment, ids, set, other, step)), ...this.#whyLooked(moment, set)]);
  }

  acuFiles(moment: Moment, acu: AcuId, files: readonly FileChange[]): void {
    this.#looked = acu;
    this.#prefetch.saw(`acuFiles ${acu}`, () => [...files.slice(0, 1).map(({ path }) => this.#acuFileOf(moment, acu, path, 'first file')), ...this.#around(moment, acu)]);
  }

  /** `paths`: of the ACU's files, in order. */
  acuFile(moment: Moment, acu: AcuId, path: PathBytes, shown: Shown | null, paths: () => readonly PathBytes[]): void {
    this.#looked = acu;
    this.#prefetch.saw(`acuFile ${acu} ${path}`, () => [...besides(paths(), path, shown).map(([step, other]) => this.#acuFileOf(moment, acu, other, step)), ...this.#around(moment, acu)]);
  }

  conflictFile(moment: Moment, a: AcuId, b: AcuId | 'base', path: PathBytes): void {
    this.#prefetch.saw(`conflictFile ${a} ${b} ${path}`, () => {
      const { engine } = moment;
      if (!engine.hasIndex) return [];
      const of = engine.segmentOf(a), pair = b === 'base' ? null : engine.index.get(of, engine.segmentOf(b));
      const paths = pair?.places.map((p) => engine.tables.paths[p.path]!) ?? engine.tables.segments[of]!.stale.map((c) => c.path);
      return [...besides([...new Set(paths)], path, null).map(([step, other]) => this.#conflictOf(moment, a, b, other, step)), ...this.#nextConflict(moment, a, b, path)];
    });
  }

  /** It is asked beside each ACU that is opened, and leads nowhere. `ask`: the same of others. */
  whyNot(acus: readonly AcuId[], within: readonly AcuId[], ask: WhyNot): void {
    this.#whyNot = ask;
    this.#prefetch.sawBeside(`whyNot ${acus.join(' ')} ${setKey(within)}`);
  }

  #fileOf(moment: Moment, ids: readonly AcuId[], set: string, path: PathBytes, step: string): Offer {
    return { step, request: `composedFile ${set} ${path}`, run: () => this.#questions.composedFile(moment, ids, path) };
  }
  #acuFileOf(moment: Moment, acu: AcuId, path: PathBytes, step: string): Offer {
    return { step, request: `acuFile ${acu} ${path}`, run: () => this.#questions.acuFile(moment, acu, path) };
  }
  #conflictOf(moment: Moment, a: AcuId, b: AcuId | 'base', path: PathBytes, step: string): Offer {
    return { step, request: `conflictFile ${a} ${b} ${path}`, run: () => this.#questions.conflict(moment, a, b, path) };
  }

  /** What one does with the ACU that one looks at: goes on to those beside it in the list, lays it to what is composed, reads what it conflicts with. */
  #around(moment: Moment, acu: AcuId): Offer[] {
    const { engine } = moment, { acus } = engine, at = acus.findIndex(({ id }) => id === acu);
    const beside = ([['next change', acus[at + 1]], ['previous change', acus[at - 1]]] as const).flatMap(([step, other]): Offer[] => {
      if (other === undefined) return [];
      const { id, paths: [first] } = other;
      // whoever opens an ACU is shown the first of its files with it
      return [{ step, request: `acuFiles ${id}`, run: () => (first === undefined ? moment.edits(engine.segmentOf(id)) : this.#questions.acuFile(moment, id, first)) }];
    });
    beside.push(...this.#whyNext(moment, acu));
    // what would have to be worked out to be offered is not
    return engine.hasIndex ? [...beside, ...this.#joining(moment, acu), ...this.#conflictsOf(moment, acu)] : beside;
  }

  /** Why the next ACU is not composed: the window asks for it beside each that it opens. */
  #whyNext({ engine: { acus }, chosen = [] }: Moment, acu: AcuId): Offer[] {
    const ask = this.#whyNot, next = acus[acus.findIndex(({ id }) => id === acu) + 1]?.id;
    if (ask === null || next === undefined || chosen.length === 0 || chosen.includes(next)) return [];
    return [{ step: 'why next', request: `whyNot ${next} ${setKey(chosen)}`, run: () => ask([next], chosen) }];
  }

  /** Once a set is composed one goes on from the ACU that one looked at last; what is asked beside the next one is of this set. */
  #whyLooked(moment: Moment, set: string): Offer[] {
    return this.#looked === null || set !== setKey(moment.chosen ?? []) ? [] : this.#whyNext(moment, this.#looked);
  }

  /** The set with an ACU and all that it needs, where it fits, as it is asked about when one takes the ACU up. */
  #joining(moment: Moment, acu: AcuId): Offer[] {
    const { engine, chosen = [] } = moment;
    if (chosen.includes(acu) || !chosen.every((id) => engine.acu(id) !== undefined)) return [];
    const verdict = engine.verdict(chosen, [acu]);
    if (verdict.kind !== 'fits' && verdict.kind !== 'needs') return [];
    const ids = [...chosen, ...verdict.kind === 'needs' ? verdict.missing : [], acu];
    return [{ step: 'joining', request: `preview ${setKey(ids)}`, run: () => this.#questions.preview(moment, ids) }];
  }

  /** The first of its conflicts, as they are listed with it. */
  #conflictsOf(moment: Moment, acu: AcuId): Offer[] {
    return [...Iterator.from(moment.engine.conflicts({ acu })).filter(({ inherited }) => !inherited).take(FIRST_CONFLICTS)]
      .map(({ a, b, path }, n) => this.#conflictOf(moment, a, b, path, `conflict ${n + 1}`));
  }

  /** The one after it among those of its ACU. */
  #nextConflict(moment: Moment, acu: AcuId, other: AcuId | 'base', path: PathBytes): Offer[] {
    let isNext = false;
    for (const one of moment.engine.conflicts({ acu })) {
      if (one.inherited) continue;
      if (isNext) return [this.#conflictOf(moment, one.a, one.b, one.path, 'next conflict')];
      isNext = one.a === acu && one.b === other && one.path === path;
    }
    return [];
  }
}

/** Files beside the one that is open: before and after it in its list, and those of the list that it imports. */
function besides(paths: readonly PathBytes[], path: PathBytes, shown: Shown | null): (readonly [step: string, path: PathBytes])[] {
  const at = paths.indexOf(path), out: [string, PathBytes][] = [];
  if (at + 1 < paths.length) out.push(['next file', paths[at + 1]!]);
  if (at > 0) out.push(['previous file', paths[at - 1]!]);
  for (const other of shown === null || shown.binary ? [] : importedFrom(shown.text, path, paths)) out.push(['import', other]);
  return out;
}
