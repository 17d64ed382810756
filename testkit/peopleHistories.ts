// Histories as data, without a repository: written out commit by commit, or drawn, up to 10,000 people × 50,000 files with two million touches.
import type { ByteString, Oid, PathBytes } from '../app/core/bytes.ts';
import type { History, KnownFile, Person } from '../app/core/collaboration/model.ts';
import { Random } from './random.ts';

export interface Commit {
  readonly author: number;
  /** seconds since the epoch */
  readonly time: number;
  /** rising, none twice */
  readonly files: readonly { readonly file: number; readonly added: number; readonly deleted: number }[];
}

const personOf = (n: number): Person =>
  ({ key: n.toString(16).padStart(16, '0'), name: `Person ${n}` as ByteString, email: `p${n}@example.org` as ByteString, also: [], kind: 'person' });

/** Some sixteen files to a directory, directories three deep. */
const fileOf = (n: number): KnownFile => ({ path: `area${n % 7}/part${(n >> 8) % 97}/d${(n >> 4) % 16}/f${n}.ts` as PathBytes, alive: true });

const nothing = { survivors: { file: new Uint32Array(), person: new Uint32Array(), lines: new Uint32Array() }, seen: { a: new Uint32Array(), b: new Uint32Array(), times: new Uint32Array(), last: new Float64Array() } };
const around = (people: number, files: number): Omit<History, 'time' | 'author' | 'touch' | 'file' | 'added' | 'deleted'> => ({
  head: '0'.repeat(40) as Oid, people: Array.from({ length: people }, (_, n) => personOf(n)), files: Array.from({ length: files }, (_, n) => fileOf(n)),
  ...nothing, hasLines: true, shallow: false, notes: [],
});

export function historyOf(people: number, files: number, commits: readonly Commit[]): History {
  const touch = new Uint32Array(commits.length + 1);
  commits.forEach((commit, i) => { touch[i + 1] = touch[i]! + commit.files.length; });
  const all = commits.flatMap((commit) => commit.files);
  return {
    ...around(people, files), touch,
    time: Float64Array.from(commits, ({ time }) => time), author: Uint32Array.from(commits, ({ author }) => author),
    file: Uint32Array.from(all, ({ file }) => file), added: Uint32Array.from(all, ({ added }) => added), deleted: Uint32Array.from(all, ({ deleted }) => deleted),
  };
}

export interface Size { readonly people: number; readonly files: number; readonly touches: number }
/** 'zipf': the k-th busiest person, and the k-th busiest file, is drawn with chance 1/k; 'uniform': all alike. */
export type Spread = 'zipf' | 'uniform';

/** Ten years of commits of 1 to 7 files each, and every thousandth of up to 2,000: a file may be touched by anybody. */
export function drawnHistory({ people, files, touches }: Size, spread: Spread, seed = 1): History {
  const random = new Random(seed), drawPerson = drawer(random, people, spread), drawFile = drawer(random, files, spread);
  const file = new Uint32Array(touches), added = new Uint32Array(touches), deleted = new Uint32Array(touches);
  const touch = new Uint32Array(touches + 1), author = new Uint32Array(touches), marks = new Uint32Array(files);
  let count = 0;
  for (let at = 0, commit = 1; at < touches; commit++) {
    const sweeping = commit % 1000 === 0 ? Math.min(2000, files >> 2) : 0, many = Math.min(touches - at, files, Math.max(sweeping, random.between(1, 7)));
    const first = at;
    // a file is not drawn twice for one commit; where few are left of the busy ones, the next that is free is taken
    for (let n = 0; n < many; n++) {
      let next = drawFile();
      while (marks[next] === commit) next = next + 1 === files ? 0 : next + 1;
      marks[next] = commit;
      file[at++] = next;
    }
    file.subarray(first, at).sort();
    for (let i = first; i < at; i++) {
      added[i] = random.below(60);
      deleted[i] = random.below(30);
    }
    author[count++] = drawPerson();
    touch[count] = at;
  }
  const from = 1_400_000_000, length = 3650 * 86_400, time = new Float64Array(count);
  for (let i = 0; i < count; i++) time[i] = from + Math.floor((length * i) / count);
  return { ...around(people, files), touch: touch.slice(0, count + 1), author: author.slice(0, count), time, file, added, deleted };
}

/** Draws numbers below `count`; who is busy is spread over all numbers. */
function drawer(random: Random, count: number, spread: Spread): () => number {
  if (spread === 'uniform') return () => random.below(count);
  const sums = new Float64Array(count), place = Uint32Array.from(random.shuffle(Array.from({ length: count }, (_, i) => i)));
  let total = 0;
  for (let k = 0; k < count; k++) sums[k] = total += 1 / (k + 1);
  return () => {
    const at = (random.next() / 2 ** 32) * total;
    let low = 0, high = count - 1;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (sums[mid]! <= at) low = mid + 1;
      else high = mid;
    }
    return place[low]!;
  };
}
