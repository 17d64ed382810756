// What is asked and told of recipes, sets kept by name (core/recipes.ts). Names of ACUs are byte strings: whoever shows them decodes them.
import type { AcuId, ByteString, Oid, PathBytes } from '../core/bytes.ts';
import type { Grain, Rebinding } from '../core/model.ts';

/** One recipe in a list, and what it would be now. */
export interface RecipeLine {
  readonly name: string;
  /** when it was kept: milliseconds since the epoch */
  readonly time: number;
  readonly base: Oid;
  readonly grain: Grain;
  /** ACUs of it when it was kept, those left open and those that are decisions among them */
  readonly size: number;
  readonly decisions: number;
  /** how many of its ACUs became what; those that are zero are left out */
  readonly became: Readonly<Partial<Record<Rebinding['outcome'], number>>>;
  /** it is what is composed now */
  readonly isComposed: boolean;
}

/** One recipe as it is now. */
export interface RecipeNow {
  readonly line: RecipeLine;
  /** each of its ACUs in its order, then what they need besides */
  readonly answers: readonly Rebinding[];
  /** closed: what applying it composes */
  readonly acus: readonly AcuId[];
  readonly open: readonly AcuId[];
}

/** Of two recipes, or of one and the composition: an ACU as it is now, or as it was called where it is gone. */
export interface ComparedAcu { readonly id: AcuId; readonly name: ByteString; /** what became of it; null: it is composed */ readonly outcome: Rebinding['outcome'] | null }

/** What going from the tree of the first to that of the second does to a path. */
export interface ComparedFile { readonly path: PathBytes; readonly kind: 'add' | 'delete' | 'modify' }

export interface RecipeComparison {
  readonly both: readonly ComparedAcu[];
  readonly onlyA: readonly ComparedAcu[];
  readonly onlyB: readonly ComparedAcu[];
  /** null: that side does not compose now */
  readonly treeA: Oid | null; readonly treeB: Oid | null;
  /** null where one of them does not */
  readonly files: readonly ComparedFile[] | null;
}
