// What is said of collaboration, as data: the same for the screen's worker, the service and the command line. People and files are named by
// their index in the history; whoever shows them turns an index into a name, or into a role where names are not to be shown.
import type { AcuId, ByteString, Oid, PathBytes } from '../bytes.ts';
import type { By } from '../matrix/model.ts';
import type { PersonKind } from './model.ts';

export interface Asked {
  /** seconds since the epoch: only what was known by then; null: the newest commit's time */
  readonly asOf: number | null;
  readonly halfLifeDays: number;
}

/** A person as lists show them. Nothing here says how much they did. */
export interface PersonLine {
  readonly person: number;
  readonly key: string;
  /** text, safe to look at; the address where there is no name; never empty */
  readonly name: string; readonly email: string;
  /** in place of the name: where they work, and a letter ("src/node · B"); never says who */
  readonly role: string;
  readonly kind: PersonKind;
  /** ACUs of theirs in flight */
  readonly flying: number;
  /** where most of what they know is, at most three, with shares of their knowledge in 0…1 */
  readonly places: readonly { readonly path: PathBytes; readonly share: number }[];
}

export interface Overview {
  readonly asOf: number;
  /** first and last commit, seconds since the epoch */
  readonly from: number; readonly to: number;
  readonly counts: { readonly people: number; readonly files: number; readonly commits: number; readonly touches: number; readonly flying: number };
  readonly shallow: boolean;
  readonly notes: readonly string[];
  /** by name; first those of the history, then authors of work in flight whom the history does not know */
  readonly people: readonly PersonLine[];
}

/** What was multiplied, by whom, and why. */
export interface Computed { readonly by: By; readonly why: string; readonly fallen: boolean; readonly ms: number; readonly multiplyAdds: number }

export const heatKinds = ['knowledge', 'interaction', 'overlap', 'flying', 'coChange'] as const;
/**
 * knowledge: people × files or directories; interaction: people × people, K·Kᵀ; overlap: people × people, by work in flight; flying: ACUs × people,
 * how much each person has to do with each ACU; coChange: files × files.
 */
export type HeatKind = typeof heatKinds[number];

/** A matrix to look at: rows and columns are indices of people, files (or directories), or ACUs of the work in flight. */
export interface Heat {
  readonly kind: HeatKind;
  /** what a row and a column is */
  readonly of: readonly [rows: 'person' | 'file' | 'directory' | 'acu', cols: 'person' | 'file' | 'directory' | 'acu'];
  readonly rows: Uint32Array; readonly cols: Uint32Array;
  /** names of directories, where a side is of them: its indices are into this */
  readonly directories: readonly PathBytes[];
  /** row after row, rows.length × cols.length, each 0 or more */
  readonly value: Float32Array;
  readonly max: number;
  /** what a value is, in words and its unit */
  readonly unit: string;
  /** of how many it was cut to these; the same on both sides where nothing was cut */
  readonly total: readonly [rows: number, cols: number];
  /** places of rows and columns, so that what is alike stands together */
  readonly clustered: readonly [rows: Uint32Array, cols: Uint32Array];
  readonly computed: Computed;
}

/** Why something is said, to be put in words: the number is the one that counted, in the unit that the kind says. */
export type Evidence =
  | { readonly kind: 'conflict'; readonly a: AcuId; readonly b: AcuId; readonly path: PathBytes }
  | { readonly kind: 'predicted'; readonly a: AcuId; readonly b: AcuId; readonly probability: number }
  /** both have work in flight there */
  | { readonly kind: 'same file'; readonly path: PathBytes; readonly a: AcuId; readonly b: AcuId; /** lines between them; null where not known */ readonly lines: number | null }
  /** share of the knowledge of this path, 0…1 */
  | { readonly kind: 'knows'; readonly person: number; readonly path: PathBytes; readonly share: number; /** seconds since the epoch */ readonly last: number }
  | { readonly kind: 'wrote'; readonly person: number; readonly path: PathBytes; /** lines that stand */ readonly lines: number }
  | { readonly kind: 'changes together'; readonly path: PathBytes; readonly with: PathBytes; readonly commits: number }
  /** how often, and when last (seconds since the epoch), they were seen to work together */
  | { readonly kind: 'seen'; readonly times: number; readonly last: number };

/** Two people who should talk: `need` in 0…1; what they were seen to do together is taken off it. */
export interface TalkPair { readonly a: number; readonly b: number; readonly need: number; readonly evidence: readonly Evidence[] }

export interface Expert { readonly person: number; /** 0…1, comparable within one answer */ readonly score: number; readonly evidence: readonly Evidence[] }

/** How few people hold most of what is known of a place. */
export interface BusRisk {
  readonly path: PathBytes;
  /** the fewest people with whom more than half of what is known of it would go; 0: nobody who is still here knows it */
  readonly factor: number;
  /** who, with shares in 0…1 */
  readonly holders: readonly { readonly person: number; readonly share: number }[];
  readonly files: number;
}

/** One reason of a prediction: `weight` in log-odds, positive speaks for a conflict. */
export interface Reason { readonly kind: string; readonly text: string; readonly weight: number; readonly path: PathBytes | null }
export interface PredictedPair { readonly a: AcuId; readonly b: AcuId; /** calibrated, 0…1 */ readonly probability: number; readonly reasons: readonly Reason[] }

/** What somebody must do: answer a conflict, or review an ACU. */
export interface WorkItem { readonly id: string; readonly kind: 'conflict' | 'review'; readonly a: AcuId; readonly b: AcuId | 'base' | null; readonly paths: readonly PathBytes[] }

export interface AssignmentAsked {
  /** people (keys) who are away */
  readonly away: readonly string[];
  /** at most so many items for one person, by key; `most` for everybody else */
  readonly limits: readonly { readonly key: string; readonly most: number }[];
  readonly most: number;
  /** decided by hand */
  readonly pinned: readonly { readonly item: string; readonly key: string }[];
}
export interface Assignment {
  readonly items: readonly { readonly item: WorkItem; /** null: nobody who is there may take it */ readonly person: number | null; readonly cost: number; readonly pinned: boolean; readonly evidence: readonly Evidence[] }[];
  /** the sum, and a proof that none is cheaper: cost = bound where the answer is exact */
  readonly cost: number; readonly bound: number;
  /** the cheapest that differs in at least one item; null where there is none */
  readonly second: { readonly cost: number; readonly changes: readonly { readonly item: string; readonly from: number | null; readonly to: number | null }[] } | null;
  readonly people: readonly { readonly person: number; readonly items: number; readonly most: number; readonly away: boolean }[];
  readonly ms: number;
}

/** At most so many rows and columns of a matrix, pairs of people, predictions and places in one answer. */
export const MOST_ROWS = 5_000;

/** Days. */
export const LONGEST_HALF_LIFE = 36_500;
/** Items for one person where nobody says otherwise. */
export const MOST_ITEMS = 5;

/** Everything at once, as the command line prints it. `most`: of each list at most; `rows`: of a matrix, and columns. */
export interface ReportAsked extends Asked {
  readonly matrices: readonly HeatKind[];
  readonly by: 'files' | 'directories';
  readonly most: number;
  readonly rows: number;
  readonly assignment: AssignmentAsked;
}

export interface Report {
  /** the commit whose history it is of */
  readonly head: Oid;
  readonly halfLifeDays: number;
  /** without its people */
  readonly overview: Omit<Overview, 'people'>;
  /** those whom anything below names; by name */
  readonly people: readonly PersonLine[];
  readonly matrices: readonly Heat[];
  readonly talk: readonly TalkPair[];
  readonly predictions: readonly PredictedPair[];
  /** who knows most of each open conflict */
  readonly conflicts: readonly { readonly a: AcuId; readonly b: AcuId | 'base'; readonly paths: readonly PathBytes[]; readonly experts: readonly Expert[] }[];
  /** conflicts there are, of which `conflicts` has the first */
  readonly conflictCount: number;
  readonly assignment: Assignment;
  readonly busFactor: readonly BusRisk[];
  /** the ACUs that anything above names, as their authors called them; `acu`: its place in the work in flight, which matrices name it by */
  readonly acus: readonly { readonly acu: number; readonly id: AcuId; readonly name: ByteString; readonly author: number }[];
  /** the files that matrices name by their place in the history */
  readonly files: readonly { readonly file: number; readonly path: PathBytes }[];
}
