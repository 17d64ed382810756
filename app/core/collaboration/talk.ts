// Which two people should talk now: what their work in flight will make them settle, less what they are seen to settle already. The gap between
// the coordination that work requires and the one that happens is what goes wrong (socio-technical congruence: Cataldo, Wagstrom, Herbsleb and
// Carley, CSCW 2006; Cataldo, Herbsleb and Carley, ESEM 2008). Pairs come from places that two share, never from all pairs.
import type { PathBytes } from '../bytes.ts';
import { WRITTEN_BY_TOOLS } from './busFactor.ts';
import type { Crew } from './crew.ts';
import type { Expertise } from './expertise.ts';
import type { Flying, FlyingFile, InFlight } from './model.ts';
import type { Evidence, PredictedPair, TalkPair } from './report.ts';

const DAY = 86_400;
/**
 * How much each reason alone makes a talk needed, 0…1. Different ones add up as chances do, 1 − Π(1 − w), the k-th strongest counting one k-th, and
 * conflicts by the logarithm of how many: two who share a hundred places need one talk, not a hundred.
 */
const CONFLICT = 0.5, PREDICTED = 0.5, SAME_LINES = 0.3, SAME_FILE = 0.12, TOGETHER = 0.08;
/** Lines apart at which two changes of a file count half as much as touching ones. */
const NEAR = 20;
/** Work that lies about counts half after this many days: what nobody has touched for years needs no talk now. */
const LIES_DAYS = 60;
/** Who worked together this often lately has half the need left; "lately" halves in this many days. */
const OFTEN = 4, SEEN_DAYS = 90;
/** Of one file: each change is compared with so many that come next in it. Reasons that are kept of one pair. */
const NEIGHBOURS = 8, KEPT = 6, CONFLICTS = 3;
/** Less need is none. */
const LEAST = 0.005;
/** Files of an ACU whose partners are looked at, and changes that a partner is compared with. */
const PARTNERED = 16;

export interface TalkAsked {
  readonly crew: Crew;
  readonly inFlight: InFlight;
  /** at the moment that is asked for: what changes together is its to say */
  readonly expertise: Expertise;
  readonly predicted: readonly PredictedPair[];
}

/** Of one pair: conflicts, counted by how fresh they are, and other reasons, the strongest for each place. */
interface Gathered { conflicts: number; readonly shown: Reason[]; readonly reasons: Map<string, Reason> }
interface Reason { readonly weight: number; readonly of: Evidence }

/** The `most` needed talks, the most needed first. Bots and agents are left out: nobody can talk to them. */
export function talkPairs({ crew, inFlight, expertise, predicted }: TalkAsked, most: number): TalkPair[] {
  const { acus, conflicts, pairs } = inFlight, { author, people } = crew, n = people.length, { asOf } = expertise.experience;
  const found = new Map<number, Gathered>(), place = new Map(acus.map(({ id }, i) => [id, i]));
  const fresh = acus.map(({ time }) => 2 ** (-Math.max(0, asOf - time) / (LIES_DAYS * DAY)));
  const pairOf = (i: number, j: number): Gathered | null => {
    const a = author[i]!, b = author[j]!;
    if (a === b || people[a]!.kind !== 'person' || people[b]!.kind !== 'person') return null;
    let pair = found.get(key(a, b, n));
    if (pair === undefined) found.set(key(a, b, n), pair = { conflicts: 0, shown: [], reasons: new Map() });
    return pair;
  };
  const add: Add = (i, j, place, weight, of) => {
    const pair = pairOf(i, j), now = weight * Math.min(fresh[i]!, fresh[j]!);
    if (pair !== null && now > (pair.reasons.get(place)?.weight ?? 0)) pair.reasons.set(place, { weight: now, of });
  };

  for (let k = 0; k < pairs.a.length; k++) {
    const pair = pairOf(pairs.a[k]!, pairs.b[k]!);
    if (pair !== null) pair.conflicts += Math.min(fresh[pairs.a[k]!]!, fresh[pairs.b[k]!]!);
  }
  for (const { a, b, paths } of conflicts) {
    const i = place.get(a), j = b === 'base' ? undefined : place.get(b), path = paths[0];
    if (b === 'base' || i === undefined || j === undefined || path === undefined) continue;
    pairOf(i, j)?.shown.push({ weight: Math.min(fresh[i]!, fresh[j]!), of: { kind: 'conflict', a, b, path } });
  }
  for (const { a, b, probability } of predicted) {
    const i = place.get(a), j = place.get(b);
    if (i !== undefined && j !== undefined) add(i, j, `predicted ${a} ${b}`, PREDICTED * probability, { kind: 'predicted', a, b, probability });
  }
  const touching = byPath(acus);
  for (const [path, here] of touching) sameFile(path, here, acus, add);
  changesTogether(touching, acus, expertise, add);

  const seen = seenTogether(expertise, n), out: TalkPair[] = [];
  for (const [pair, { conflicts, shown, reasons }] of found) {
    const others = strongest([...reasons.values()]), known = seen.get(pair);
    let rest = (1 - CONFLICT) ** Math.log2(1 + conflicts);
    others.forEach(({ weight }, k) => { rest *= 1 - weight / (k + 1); });
    const need = (1 - rest) / (1 + (known?.lately ?? 0) / OFTEN);
    if (!(need > LEAST)) continue;
    const evidence = [...strongest(shown).slice(0, CONFLICTS), ...others].slice(0, KEPT).map(({ of }) => of);
    if (known !== undefined) evidence.push({ kind: 'seen', times: known.times, last: known.last });
    out.push({ a: Math.floor(pair / n), b: pair % n, need, evidence });
  }
  return out.sort((x, y) => y.need - x.need || x.a - y.a || x.b - y.b).slice(0, most);
}

const key = (x: number, y: number, n: number): number => Math.min(x, y) * n + Math.max(x, y);
const strongest = (reasons: Reason[]): Reason[] => reasons.sort((x, y) => y.weight - x.weight).slice(0, KEPT);

interface Touch { readonly acu: number; readonly file: FlyingFile }
/** `place`: what it is about; of the same place the strongest reason counts */
type Add = (i: number, j: number, place: string, weight: number, of: Evidence) => void;

function byPath(acus: readonly Flying[]): Map<PathBytes, Touch[]> {
  const out = new Map<PathBytes, Touch[]>();
  acus.forEach(({ files }, acu) => {
    for (const file of files) {
      if (WRITTEN_BY_TOOLS.test(file.path)) continue;
      const here = out.get(file.path);
      if (here === undefined) out.set(file.path, [{ acu, file }]); else here.push({ acu, file });
    }
  });
  return out;
}

/** A file that everybody touches (a change log, say) binds nobody: the weight falls with how many do. Neighbours by line, so that near ones meet. */
function sameFile(path: PathBytes, here: Touch[], acus: readonly Flying[], add: Add): void {
  if (here.length < 2) return;
  const crowd = Math.log2(here.length);
  here.sort((x, y) => (x.file.hunks[0] ?? Infinity) - (y.file.hunks[0] ?? Infinity) || x.acu - y.acu);
  for (let i = 0; i < here.length; i++) {
    for (let j = i + 1; j < Math.min(here.length, i + 1 + NEIGHBOURS); j++) {
      const x = here[i]!, y = here[j]!, lines = linesBetween(x.file.hunks, y.file.hunks);
      const weight = SAME_FILE + (lines === null ? 0 : (SAME_LINES - SAME_FILE) / (1 + lines / NEAR));
      add(x.acu, y.acu, path, weight / crowd, { kind: 'same file', path, a: acus[x.acu]!.id, b: acus[y.acu]!.id, lines });
    }
  }
}

/** Lines between the nearest of two lists of intervals, 0 where they meet; null where one is empty. Both rise, so one pass finds it. */
export function linesBetween(x: Uint32Array, y: Uint32Array): number | null {
  let least: number | null = null;
  for (let i = 0, j = 0; i < x.length && j < y.length;) {
    const apart = Math.max(0, y[j]! - x[i + 1]!, x[i]! - y[j + 1]!);
    if (least === null || apart < least) least = apart;
    if (x[i + 1]! < y[j + 1]!) i += 2; else j += 2;
  }
  return least;
}

/** A file of one change is known to change with a file of the other. */
function changesTogether(touching: ReadonlyMap<PathBytes, readonly Touch[]>, acus: readonly Flying[], expertise: Expertise, add: Add): void {
  const { experience } = expertise;
  acus.forEach(({ files }, acu) => {
    const own = new Set(files.map(({ path }) => path));
    for (const { path } of files.slice(0, PARTNERED)) {
      const file = experience.fileAt(path);
      if (file === undefined) continue;
      for (const partner of expertise.partners(file)) {
        const other = experience.history.files[partner.file]!.path, here = own.has(other) ? undefined : touching.get(other);
        // one commit together may be chance
        if (here === undefined || partner.commits < 2) continue;
        for (const { acu: second } of here.slice(0, PARTNERED)) {
          add(acu, second, path < other ? `${path}\0${other}` : `${other}\0${path}`, TOGETHER * Math.min(1, partner.weight / 2) / Math.log2(1 + here.length), { kind: 'changes together', path, with: other, commits: partner.commits });
        }
      }
    }
  });
}

/** Who was seen to work together, by pair; `lately` counts each time by how long ago the last was. */
function seenTogether({ experience }: Expertise, n: number): Map<number, { readonly times: number; readonly last: number; readonly lately: number }> {
  const { history: { seen }, asOf } = experience, out = new Map<number, { times: number; last: number; lately: number }>();
  for (let i = 0; i < seen.a.length; i++) {
    const age = asOf - seen.last[i]!;
    // after that moment: not known then
    if (age >= 0) out.set(key(seen.a[i]!, seen.b[i]!, n), { times: seen.times[i]!, last: seen.last[i]!, lately: seen.times[i]! * 2 ** (-age / (SEEN_DAYS * DAY)) });
  }
  return out;
}
