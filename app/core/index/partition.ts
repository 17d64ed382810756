// The sweep cut into parts of about equal cost. A part is one buffer of numbers that can be moved to a worker and holds all that its
// lanes need; what comes back are pairs, and putting them together gives one set, whatever the order they arrive in.
import { BitRows } from '../bitRows.ts';
import { HunkColumn, Row } from '../tables.ts';
import type { ContextRows } from './contexts.ts';
import { PairSet } from './pairSet.ts';
import { isText, ownRows, sameHunk } from './rows.ts';
import { Sweep, type Sweepable } from './sweep.ts';

const W = HunkColumn.width;

/** Hunks of a lane that are looked at to guess how many touch. */
const SAMPLE = 24;

/** Guessed cost of sweeping each lane, in exact checks: of some tens of nanoseconds each. */
export function laneCosts({ numbers: d, lanes }: Sweepable): Float64Array {
  const costs = new Float64Array(lanes.path.length), sample = new Int32Array(SAMPLE);
  for (let lane = 0; lane < costs.length; lane++) {
    const from = lanes.first[lane]!, to = lanes.first[lane + 1]!;
    if (to - from < 2) continue;
    let texts = 0, hunks = 0;
    for (let i = from; i < to; i++) if (isText(d, lanes.rows[i]!)) { texts++; hunks += d.rows[lanes.rows[i]! + Row.hunks]!; }
    const stride = Math.max(1, hunks / SAMPLE);
    let taken = 0, at = 0;
    for (let i = from; i < to && taken < SAMPLE; i++) {
      const r = lanes.rows[i]!;
      if (!isText(d, r)) continue;
      const first = d.rows[r + Row.hunk]!, count = d.rows[r + Row.hunks]!;
      while (taken < SAMPLE && Math.floor(taken * stride) < at + count) { sample[taken] = first + Math.floor(taken * stride) - at; taken++; }
      at += count;
    }
    let touching = 0;
    for (let i = 0; i < taken; i++) {
      for (let j = 0; j < i; j++) {
        const x = sample[i]!, y = sample[j]!;
        if (d.hunks[x * W]! <= d.hunks[y * W + 1]! && d.hunks[y * W]! <= d.hunks[x * W + 1]! && !sameHunk(d, x, y)) touching++;
      }
    }
    const pairs = taken < 2 ? 0 : touching / (taken * (taken - 1) / 2);
    costs[lane] = hunks * 2 + pairs * hunks * (hunks - 1) / 2 + (to - from - texts) * (to - from);
  }
  return costs;
}

interface Piece { readonly lane: number; readonly share: number; readonly shares: number; readonly cost: number }

/** At most `n` parts, the costliest pieces first to whoever has least; a lane that is much of the whole is shared out. */
export function partition(sweepable: Sweepable, segments: number, n: number): ArrayBuffer[] {
  const costs = laneCosts(sweepable);
  let total = 0;
  for (const cost of costs) total += cost;
  const most = Math.max(1, total / (2 * n));
  const pieces: Piece[] = [];
  costs.forEach((cost, lane) => {
    const shares = Math.min(4 * n, Math.ceil(cost / most));
    for (let share = 0; share < shares; share++) pieces.push({ lane, share, shares, cost: cost / shares });
  });
  pieces.sort((x, y) => y.cost - x.cost || x.lane - y.lane || x.share - y.share);
  const parts = Array.from({ length: n }, () => ({ cost: 0, pieces: [] as Piece[] }));
  for (const piece of pieces) {
    let least = parts[0]!;
    for (const part of parts) if (part.cost < least.cost) least = part;
    least.cost += piece.cost;
    least.pieces.push(piece);
  }
  return parts.filter((part) => part.pieces.length > 0).map((part) => pack(sweepable, segments, part.pieces));
}

/** Lengths of a part's sections, in this order, at its beginning. */
const sections = [
  'family', 'at', 'closureBits', 'contextAt', 'contextBits', 'laneContext', 'laneFirst', 'laneRows', 'rows', 'hunks', 'lines', 'modes', 'objects', 'pieces',
] as const;
type Section = (typeof sections)[number];
/** And before them: segments. */
const HEAD = 1;

function pack({ numbers: d, lanes, contexts }: Sweepable, segments: number, pieces: readonly Piece[]): ArrayBuffer {
  const mine = [...new Set(pieces.map((p) => p.lane))].sort((x, y) => x - y);
  const { closures } = contexts, contextNumbers = new Map<number, number>(), entryNumbers = new Map<number, number>([[-1, -1]]);
  const numberIn = (map: Map<number, number>, key: number, next: number): number => { let n = map.get(key); if (n === undefined) map.set(key, n = next); return n; };
  let rowCount = 0, hunkCount = 0, lineCount = 0;
  const eachRow = (visit: (row: number, lane: number) => void): void => {
    mine.forEach((lane, at) => { for (let i = lanes.first[lane]!; i < lanes.first[lane + 1]!; i++) visit(lanes.rows[i]!, at); });
  };
  eachRow((r) => {
    rowCount++;
    const count = Math.max(0, d.rows[r + Row.hunks]!), first = d.rows[r + Row.hunk]!;
    hunkCount += count;
    for (let h = first; h < first + count; h++) lineCount += d.hunks[h * W + HunkColumn.removedLength]! + d.hunks[h * W + HunkColumn.insertedLength]!;
    for (const column of [Row.before, Row.after]) numberIn(entryNumbers, d.rows[r + column]!, entryNumbers.size - 1);
  });
  for (const lane of mine) numberIn(contextNumbers, lanes.context[lane]!, contextNumbers.size);
  const contextRows = new BitRows(), contextAt = Int32Array.from(contextNumbers.keys(), (context) => {
    const at = contexts.contextAt[context]!;
    return at < 0 ? at : contextRows.add([{ words: contexts.contextBits, at, number: -1 }]);
  });
  const lengths: Record<Section, number> = {
    family: segments, at: segments, closureBits: closures.bits.length, contextAt: contextAt.length, contextBits: contextRows.words.length,
    laneContext: mine.length, laneFirst: mine.length + 1, laneRows: rowCount, rows: rowCount * Row.width, hunks: hunkCount * W, lines: lineCount,
    modes: entryNumbers.size - 1, objects: entryNumbers.size - 1, pieces: 3 * pieces.length,
  };
  const buffer = new ArrayBuffer(4 * (HEAD + sections.length + sections.reduce((n, s) => n + lengths[s], 0)));
  const head = new Int32Array(buffer, 0, HEAD + sections.length);
  head.set([segments, ...sections.map((s) => lengths[s])]);
  const part = read(buffer);
  part.family.set(closures.family.subarray(0, segments));
  part.at.set(closures.at.subarray(0, segments));
  part.closureBits.set(closures.bits);
  part.contextAt.set(contextAt);
  part.contextBits.set(contextRows.words);
  for (const [entry, n] of entryNumbers) if (entry >= 0) { part.modes[n] = d.modes[entry]!; part.objects[n] = d.objects[entry]!; }
  mine.forEach((lane, at) => { part.laneContext[at] = contextNumbers.get(lanes.context[lane]!)!; });
  let row = 0, hunk = 0, line = 0;
  const take = (from: number, length: number): number => { part.lines.set(d.lines.subarray(from, from + length), line); line += length; return line - length; };
  eachRow((r, lane) => {
    const to = row * Row.width, count = d.rows[r + Row.hunks]!, first = d.rows[r + Row.hunk]!;
    part.laneRows[row++] = to;
    part.laneFirst[lane + 1] = row;
    part.rows[to + Row.segment] = d.rows[r + Row.segment]!;
    part.rows[to + Row.context] = part.laneContext[lane]!;
    part.rows[to + Row.path] = lane;
    part.rows[to + Row.before] = entryNumbers.get(d.rows[r + Row.before]!)!;
    part.rows[to + Row.after] = entryNumbers.get(d.rows[r + Row.after]!)!;
    part.rows[to + Row.hunk] = hunk;
    part.rows[to + Row.hunks] = count;
    for (let h = first * W; h < (first + count) * W; h += W, hunk++) {
      const at = hunk * W, removed = d.hunks[h + HunkColumn.removedLength]!, inserted = d.hunks[h + HunkColumn.insertedLength]!;
      part.hunks[at] = d.hunks[h]!;
      part.hunks[at + 1] = d.hunks[h + 1]!;
      part.hunks[at + HunkColumn.removed] = take(d.hunks[h + HunkColumn.removed]!, removed);
      part.hunks[at + HunkColumn.removedLength] = removed;
      part.hunks[at + HunkColumn.inserted] = take(d.hunks[h + HunkColumn.inserted]!, inserted);
      part.hunks[at + HunkColumn.insertedLength] = inserted;
    }
  });
  const lanePlace = new Map(mine.map((lane, at) => [lane, at]));
  pieces.forEach(({ lane, share, shares }, i) => part.pieces.set([lanePlace.get(lane)!, share, shares], 3 * i));
  return buffer;
}

type Part = Readonly<Record<Exclude<Section, 'closureBits' | 'contextBits' | 'lines'>, Int32Array>> & Readonly<Record<'closureBits' | 'contextBits' | 'lines', Uint32Array>>
  & { readonly segments: number };

function read(buffer: ArrayBuffer): Part {
  const head = new Int32Array(buffer, 0, HEAD + sections.length);
  let at = 4 * head.length;
  const part: Record<string, Int32Array | Uint32Array | number> = { segments: head[0]! };
  sections.forEach((name, i) => {
    const unsigned = name === 'closureBits' || name === 'contextBits' || name === 'lines';
    part[name] = unsigned ? new Uint32Array(buffer, at, head[HEAD + i]) : new Int32Array(buffer, at, head[HEAD + i]);
    at += 4 * head[HEAD + i]!;
  });
  return part as Part;
}

/** The pairs of one part: as `PairSet` packs them. */
export function sweepPart(buffer: ArrayBuffer): ArrayBuffer {
  const part = read(buffer), { family, at } = part;
  const rowOf = new Int32Array(part.hunks.length / W), segmentOf = new Int32Array(rowOf.length);
  ownRows(part.rows, 0, rowOf, segmentOf);
  const contexts: ContextRows = { closures: { family, at, bits: part.closureBits }, contextAt: part.contextAt, contextBits: part.contextBits };
  const found = new PairSet(part.segments);
  const sweep = new Sweep({
    numbers: { rows: part.rows, hunks: part.hunks, lines: part.lines, rowOf, segmentOf, modes: part.modes, objects: part.objects },
    lanes: { path: part.laneContext, context: part.laneContext, first: part.laneFirst, rows: part.laneRows }, contexts,
  }, found);
  for (let i = 0; i < part.pieces.length; i += 3) sweep.lane(part.pieces[i]!, part.pieces[i + 1]!, part.pieces[i + 2]!);
  return found.pack();
}
