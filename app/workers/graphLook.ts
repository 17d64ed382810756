// How a conflict looks in the picture and in its legend, and what is shown from how far away. Pure: painter and window decide by the same rules.
import { conflictKinds } from '../core/model.ts';
import type { ConflictKind, Verdict } from '../core/model.ts';
import type { Mark } from './marks.ts';
import { gravity, verdictOrder } from './conflictTable.ts';
import { edgeAt } from './graphSources.ts';
import type { Edges } from './graphSources.ts';

/** screen = graph × scale + offset, in CSS pixels */
export interface View { readonly scale: number; readonly x: number; readonly y: number }

/** What a node stands for. */
export type Level = 'acus' | 'sources';
export type LevelChoice = 'auto' | Level;

/** Nodes are sources where an ACU would have fewer pixels around it than this; and ACUs again a little nearer, so that no zoom flickers between them. */
const FAR = 0.4, NEAR = 0.52;
/** With fewer nodes than this everything is seen at once from any distance. */
const FEW = 150;

/** `scale`: of the view; `acus`, `sources`: how many nodes each level would have. */
export function levelFor(choice: LevelChoice, now: Level, scale: number, acus: number, sources: number): Level {
  if (choice !== 'auto') return choice;
  if (acus < FEW || sources > acus * 0.95) return 'acus';
  return scale < (now === 'sources' ? NEAR : FAR) ? 'sources' : 'acus';
}

/** Kinds of conflicts that look alike: by what they are about. */
export const families = ['text', 'added', 'deleted', 'names', 'file'] as const;
export type Family = (typeof families)[number];
export const familyNames: Readonly<Record<Family, string>> = { text: 'text', added: 'added by both', deleted: 'changed and deleted', names: 'renames and names', file: 'whole file' };
const familyOfKind: Readonly<Record<ConflictKind, Family>> = {
  content: 'text', placement: 'text', 'add/add': 'added', 'modify/delete': 'deleted', 'rename/delete': 'deleted', 'rename/rename': 'names', 'rename/add': 'names',
  'directory rename': 'names', 'directory/file': 'names', 'case collision': 'names', mode: 'file', binary: 'file', symlink: 'file', submodule: 'file', type: 'file',
};
/** By family, the bits of its kinds in `Edges.kinds`. */
export const familyBits: readonly number[] = families.map((family) => conflictKinds.reduce((bits, kind, k) => (familyOfKind[kind] === family ? bits | (1 << k) : bits), 0));

/** A family's mark amid an edge that is long enough, in a 12 × 12 box; text, the most common, has none. */
export const familyShapes: Readonly<Record<Family, string | null>> = {
  text: null,
  added: 'M5 2h2v3h3v2H7v3H5V7H2V5h3Z',
  deleted: 'M2 5h8v2H2Z',
  names: 'M1.5 5h5V2.5L11 6l-4.5 3.5V7h-5Z',
  file: 'M2.5 2.5h7v7h-7ZM4.3 4.3v3.4h3.4V4.3Z',
};

/** What a pair looks like: its verdict, until a person has decided it. */
export type EdgeLook = Verdict | 'decided';
/** Edges name theirs by its place here; verdicts have the place that they have in `verdictOrder`. */
export const edgeLooks: readonly EdgeLook[] = [...verdictOrder, 'decided'];
/** The gravest first. */
export const lookGravity: readonly EdgeLook[] = [...gravity, 'decided'];
export const edgeNames: Readonly<Record<EdgeLook, string>> = { blocking: 'blocking', resolvable: 'resolvable', risk: 'risk', partial: 'needs a rebase', decided: 'decided' };

/** Lines and gaps of edges in CSS pixels, so that none hangs on its colour alone; nothing for an unbroken line. */
export const dashes: Readonly<Record<EdgeLook, readonly number[]>> = { blocking: [], resolvable: [7, 3], risk: [2, 3], partial: [7, 3, 2, 3], decided: [2, 6] };
/** What colours it: as its glyph. */
export const edgeMark: Readonly<Record<EdgeLook, Mark>> = { blocking: 'conflicts', resolvable: 'resolvable', risk: 'risk', partial: 'stale', decided: 'decided' };

/** The looks of edges, with `decided` where one decision requires both ends. `decisions`: what each requires, by index. */
export function withDecisions(edges: Edges, decisions: readonly (readonly number[])[]): Uint8Array {
  const looks = edges.verdict.slice(), decided = edgeLooks.indexOf('decided');
  for (const sides of decisions) {
    for (const [k, i] of sides.entries()) for (const j of sides.slice(k + 1)) { const edge = edgeAt(edges, i, j); if (edge >= 0) looks[edge] = decided; }
  }
  return looks;
}

/** Which edges are drawn: bit v for `edgeLooks[v]`, bit f for `families[f]`. */
export interface EdgeFilter { readonly verdicts: number; readonly families: number }
export const everyEdge: EdgeFilter = { verdicts: (1 << edgeLooks.length) - 1, families: (1 << families.length) - 1 };

/** The bits of `Edges.kinds` that a filter lets through. */
export const kindBits = (filter: EdgeFilter): number => familyBits.reduce((bits, own, f) => ((filter.families >> f & 1) === 1 ? bits | own : bits), 0);

/** How many edges have each look and each family; an edge of several families counts in each. */
export function countEdges({ verdict, kinds }: { readonly verdict: Uint8Array; readonly kinds: Uint16Array }): { readonly verdicts: readonly number[]; readonly families: readonly number[] } {
  const verdicts = edgeLooks.map(() => 0), each = families.map(() => 0);
  for (let e = 0; e < verdict.length; e++) {
    verdicts[verdict[e]!]!++;
    for (let f = 0; f < families.length; f++) if ((kinds[e]! & familyBits[f]!) !== 0) each[f]!++;
  }
  return { verdicts, families: each };
}

/** More edges than this are not drawn one by one: of the rest an even part, gravest first, and always those of what is pointed at. */
export const MAX_EDGES = 30_000;

const nodeRadius = (scale: number): number => Math.max(2.5, Math.min(8, 2.6 + scale * 3.2));
/** A node of several ACUs is larger, by steps. */
export const groupSteps = 4;
export const groupStep = (members: number): number => Math.min(groupSteps - 1, Math.floor(Math.log2(members)));
export const stepRadius = (scale: number, step: number): number => nodeRadius(scale) * (1 + 0.35 * step);

/** Partitions of more than one ACU by number, from 1: the largest first. `partition`: of each ACU, −1 where it conflicts with nothing. */
export function partitionNumbers(partition: Int32Array): ReadonlyMap<number, { readonly number: number; readonly members: readonly number[] }> {
  const members = new Map<number, number[]>();
  partition.forEach((p, i) => { if (p !== -1) { const list = members.get(p); if (list === undefined) members.set(p, [i]); else list.push(i); } });
  return new Map([...members].sort(([p, x], [q, y]) => y.length - x.length || p - q).map(([p, list], k) => [p, { number: k + 1, members: list }]));
}

/** What of an older layout holds for a graph that took its place: who was in a partition and is, or was in none and is in none. `was`: the older index of each node, −1 where it is new. */
export function carryOver(positions: Float32Array, partitionBefore: Int32Array, partition: Int32Array, was: Int32Array): Float32Array {
  const known = new Float32Array(2 * was.length).fill(Number.NaN);
  was.forEach((old, i) => {
    if (old === -1 || 2 * old >= positions.length || (partitionBefore[old] === -1) !== (partition[i] === -1)) return;
    known[2 * i] = positions[2 * old]!;
    known[2 * i + 1] = positions[2 * old + 1]!;
  });
  return known;
}
