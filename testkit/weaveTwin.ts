// The slow, obvious twin of the weave: one object per line in a tree, plain sets of ids, every definition spelled out and
// nothing skipped. For tests; exponential where the weave is not.

export interface TwinHunk { readonly start: number; readonly end: number; readonly inserted: ArrayLike<number> }
export interface TwinLine { readonly line: number; readonly inserters: readonly string[] | null; readonly shows: boolean }

interface Node {
  readonly line: number;
  /** text of the run that it came with, and its place in that run */
  readonly run: readonly number[];
  readonly left: Node[];
  readonly right: Node[];
  /** who brings it; null: the base */
  readonly bringers: Set<string> | null;
  /** who hides it (false) or restores it (true) */
  readonly acts: Map<string, boolean>;
}

const node = (line: number, run: readonly number[], base: boolean): Node => (
  { line, run, left: [], right: [], bringers: base ? null : new Set(), acts: new Map() });

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

const same = (a: readonly number[], b: readonly number[]): boolean => compare(a, b) === 0;

export class WeaveTwin {
  /** stands for the start of the file */
  readonly #root = node(-1, [], true);
  readonly #closures = new Map<string, ReadonlySet<string>>();

  constructor(base: ArrayLike<number>) {
    let last = this.#root;
    for (const line of Array.from(base)) {
      const next = node(line, [], true);
      last.right.push(next);
      last = next;
    }
  }

  add(id: string, requires: ReadonlySet<string>, hunks: readonly TwinHunk[]): void {
    const past = new Set([...requires].filter((r) => this.#closures.has(r)));
    const order = this.#known(past);
    const shown = order.filter((n) => this.#shows(n, past));
    const acts: [Node, boolean][] = [];
    const placings: (() => void)[] = [];
    // Hunks that touch are one.
    const whole: { start: number; end: number; inserted: number[] }[] = [];
    for (const h of hunks) {
      const last = whole.at(-1);
      if (last && last.end === h.start) { last.end = h.end; last.inserted.push(...Array.from(h.inserted)); }
      else whole.push({ start: h.start, end: h.end, inserted: Array.from(h.inserted) });
    }
    for (const { start, end, inserted } of whole) {
      const before = start === 0 ? this.#root : shown[start - 1]!;
      const after = shown[end] ?? null;
      const between = order.slice(start === 0 ? 0 : order.indexOf(before) + 1, after ? order.indexOf(after) : order.length);
      const hidden = between.filter((n) => !this.#shows(n, past));
      for (const n of between) if (this.#shows(n, past)) acts.push([n, false]);
      const put = longestCommon(hidden.map((n) => n.line), inserted);
      let left = before, done = 0;
      for (const [i, j] of [...put, [hidden.length, inserted.length] as const]) {
        const text = inserted.slice(done, j), at = left;
        if (text.length > 0) placings.push(() => this.#hang(id, at, text, order));
        if (i < hidden.length) { acts.push([hidden[i]!, true]); left = hidden[i]!; }
        done = j + 1;
      }
    }
    const chosen = new Map(acts);
    for (const [n, shows] of this.#settledIn(past)) if (!chosen.has(n)) chosen.set(n, shows);
    for (const place of placings) place();
    for (const [n, shows] of chosen) n.acts.set(id, shows);
    this.#closures.set(id, new Set([...past, id]));
  }

  visible(set: ReadonlySet<string>): number[] { return this.order(set).filter((l) => l.shows).map((l) => l.line); }

  order(set: ReadonlySet<string>): TwinLine[] {
    return this.#known(set).map((n) => ({
      line: n.line, shows: this.#shows(n, set), inserters: n.bringers && [...n.bringers].filter((b) => set.has(b)).sort(),
    }));
  }

  /** Whether every two tops get along, by comparing their whole texts region by region. */
  clashes(set: ReadonlySet<string>): boolean { return this.#settle(set).clash; }

  tops(set: ReadonlySet<string>): string[] {
    return [...set].filter((x) => this.#closures.has(x) && ![...set].some((y) => y !== x && this.#closures.get(y)?.has(x))).sort();
  }

  #hang(id: string, left: Node, text: readonly number[], past: readonly Node[]): void {
    const next = left === this.#root ? past[0] : past[past.indexOf(left) + 1];
    const list = next && left.right.some((n) => past.includes(n)) ? next.left : left.right;
    let found = list.find((n) => same(n.run, text));
    if (!found) {
      found = text.map((line) => node(line, text, false)).reduceRight((tail, head) => { head.right.push(tail); return head; });
      list.push(found);
      list.sort((a, b) => compare(a.run, b.run));
    }
    for (let i = 0, n = found; i < text.length; n = n.right.find((r) => r.run === n.run)!, i++) n.bringers!.add(id);
  }

  /** All lines in order. */
  *#walk(at: Node): Generator<Node> {
    for (const child of at.left) yield* this.#walk(child);
    if (at !== this.#root) yield at;
    for (const child of at.right) yield* this.#walk(child);
  }

  #known(set: ReadonlySet<string>): Node[] {
    return [...this.#walk(this.#root)].filter((n) => n.bringers === null || [...n.bringers].some((b) => set.has(b)));
  }

  #shows(n: Node, set: ReadonlySet<string>): boolean { return this.#settledIn(set).get(n) ?? this.#ruled(n, set); }

  #ruled(n: Node, set: ReadonlySet<string>): boolean {
    const acts = [...n.acts, ...[...n.bringers ?? []].map((b) => [b, true] as const)].filter(([who]) => set.has(who));
    const latest = acts.filter(([who]) => !acts.some(([later]) => later !== who && this.#closures.get(later)!.has(who)));
    if (latest.length === 0) return n.bringers === null;
    if (latest.every(([, shows]) => shows === latest[0]![1])) return latest[0]![1];
    const tops = this.tops(set).filter((t) => acts.some(([who]) => this.#closures.get(t)!.has(who)));
    if (tops.length === 1) {
      const closure = new Set(this.#closures.get(tops[0]!)!);
      if (this.tops(set).length === 1) closure.delete(tops[0]!);
      return this.#shows(n, closure);
    }
    const has = tops.filter((t) => this.#shows(n, this.#closures.get(t)!));
    const lacks = tops.filter((t) => !has.includes(t));
    return has.some((h) => lacks.every((l) => !this.#shows(n, this.#common(h, l))));
  }

  #common(a: string, b: string): Set<string> { return new Set([...this.#closures.get(a)!].filter((x) => this.#closures.get(b)!.has(x))); }

  #settledIn(set: ReadonlySet<string>): ReadonlyMap<Node, boolean> { return this.tops(set).length < 2 ? new Map() : this.#settle(set).settled; }

  readonly #results = new Map<string, { settled: Map<Node, boolean>; clash: boolean }>();

  #settle(set: ReadonlySet<string>): { settled: Map<Node, boolean>; clash: boolean } {
    const key = [...set].filter((x) => this.#closures.has(x)).sort().join();
    const done = this.#results.get(key);
    if (done) return done;
    const result = { settled: new Map<Node, boolean>(), clash: false };
    const tops = this.tops(set), lines = this.#known(set);
    const textIn = (from: number, to: number, s: ReadonlySet<string>): number[] => lines.slice(from, to).filter((n) => this.#shows(n, s)).map((n) => n.line);
    const changed = (a: string, b: string, n: Node): boolean => this.#shows(n, this.#closures.get(a)!) !== this.#shows(n, this.#common(a, b));
    let regions: { from: number; to: number; tops: string[] }[] = [];
    for (const a of tops) for (const b of tops) {
      if (a >= b) continue;
      const kept = (n: Node | undefined): boolean => n === undefined || (this.#shows(n, this.#common(a, b)) && !changed(a, b, n) && !changed(b, a, n));
      for (let from = 0; from < lines.length; from++) {
        if (from > 0 && !kept(lines[from - 1])) continue;
        let to = from;
        while (!kept(lines[to])) to++;
        const region = lines.slice(from, to);
        const differ = region.some((n) => this.#shows(n, this.#closures.get(a)!) !== this.#shows(n, this.#closures.get(b)!));
        if (differ && region.some((n) => changed(a, b, n)) && region.some((n) => changed(b, a, n))) regions.push({ from, to, tops: [a, b] });
      }
    }
    // Join what overlaps until nothing does.
    for (let again = true; again;) {
      again = false;
      for (const x of regions) for (const y of regions) {
        if (x === y || again || x.to <= y.from || y.to <= x.from) continue;
        regions = regions.filter((r) => r !== x && r !== y);
        regions.push({ from: Math.min(x.from, y.from), to: Math.max(x.to, y.to), tops: [...new Set([...x.tops, ...y.tops])] });
        again = true;
      }
    }
    for (const { from, to, tops: sides } of regions) {
      const all = [...sides, ...tops.filter((t) => !sides.includes(t)
        && sides.some((s) => lines.slice(from, to).some((n) => changed(t, s, n))))];
      const text = (t: string): number[] => textIn(from, to, this.#closures.get(t)!);
      const deciding = all.filter((a) => !all.some((b) => a !== b && !same(text(a), text(b)) && same(text(a), textIn(from, to, this.#common(a, b)))));
      if (deciding.length === 0 || deciding.some((d) => !same(text(d), text(deciding[0]!)))) { result.clash = true; continue; }
      const chosen = [...deciding].sort()[0]!;
      for (const n of lines.slice(from, to)) {
        const shows = this.#shows(n, this.#closures.get(chosen)!);
        if (shows !== this.#ruled(n, set)) result.settled.set(n, shows);
      }
    }
    this.#results.set(key, result);
    return result;
  }
}

/**
 * Of all longest common subsequences the one that is earliest in `a`, then in `b`; by the textbook recursion, over what is left of both once what
 * they begin with in common is matched and lines of one side only are gone.
 */
function longestCommon(allOfA: readonly number[], allOfB: readonly number[]): [number, number][] {
  let from = 0;
  while (from < allOfA.length && from < allOfB.length && allOfA[from] === allOfB[from]) from++;
  const rest = (of: readonly number[], other: readonly number[]): number[] => [...of.keys()].filter((i) => i >= from && other.indexOf(of[i]!, from) >= 0);
  const atA = rest(allOfA, allOfB), atB = rest(allOfB, allOfA);
  const inCommon = Array.from({ length: from }, (_, i): [number, number] => [i, i]);
  return [...inCommon, ...longest(atA.map((i) => allOfA[i]!), atB.map((i) => allOfB[i]!)).map(([i, j]): [number, number] => [atA[i]!, atB[j]!])];
}

function longest(a: readonly number[], b: readonly number[]): [number, number][] {
  const memo = new Map<string, number>();
  const length = (i: number, j: number): number => {
    if (i === a.length || j === b.length) return 0;
    const key = `${i} ${j}`;
    let found = memo.get(key);
    if (found === undefined) {
      found = a[i] === b[j] ? 1 + length(i + 1, j + 1) : Math.max(length(i + 1, j), length(i, j + 1));
      memo.set(key, found);
    }
    return found;
  };
  const out: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) out.push([i++, j++]);
    else if (length(i, j + 1) >= length(i + 1, j)) j++;
    else i++;
  }
  return out;
}
