// Where every path stands in each strand of a family while it is taken apart: what its lower strands left, joined where several meet, and
// what it wrote since. Units are numbers of the family.
import type { PathBytes } from '../bytes.ts';
import { ancestors } from '../changes.ts';
import type { Contents } from '../contents.ts';
import type { Entry } from '../repository.ts';
import { type Bits, has, none, union } from '../weave/bits.ts';
import { type Knows, type Life, type Line, joinedLine, lifeAfter, lifeOf, writersOf } from './line.ts';
import type { Strand } from './model.ts';

export class Paths {
  readonly #contents: Contents;
  readonly #strands: readonly Strand[];
  /** by strand: all units of it and below */
  readonly #all: readonly Bits[];
  readonly #knows: Knows;
  readonly #lines: Map<PathBytes, Line | null>[];
  readonly #written: Set<PathBytes>[];
  readonly #first = new Map<PathBytes, Life>();
  /** by directory: paths under it that somebody deleted */
  readonly #gone = new Map<PathBytes, Set<PathBytes>>();

  /** `all` is filled as strands come. */
  constructor(contents: Contents, strands: readonly Strand[], all: readonly Bits[], knows: Knows) {
    this.#contents = contents;
    this.#strands = strands;
    this.#all = all;
    this.#knows = knows;
    this.#lines = strands.map(() => new Map());
    this.#written = strands.map(() => new Set());
  }

  /** Where a path stands at the end of what a strand has so far; undefined where nobody wrote it, null where those below conflict. */
  at(s: number, path: PathBytes): Line | null | undefined {
    let at = s;
    for (; !this.#lines[at]!.has(path) && this.#strands[at]!.lower.length === 1;) at = this.#strands[at]!.lower[0]!;
    const known = this.#lines[at]!.get(path);
    const found = known !== undefined ? known : this.#strands[at]!.lower.length > 0 ? this.#joined(at, path) : undefined;
    if (found !== undefined) { this.#lines[s]!.set(path, found); this.#lines[at]!.set(path, found); }
    return found;
  }

  #joined(s: number, path: PathBytes): Line | null | undefined {
    const { lower, below } = this.#strands[s]!;
    const from = new Map<Line, Bits>();
    for (const l of lower) {
      const line = this.at(l, path);
      if (line === null) return null;
      if (line !== undefined) from.set(line, union(from.get(line) ?? none, this.#all[l]!));
    }
    const lines = [...from.keys()];
    const latest = lines.filter((line) => !lines.some((other) => other !== line && writersOf(line).every((unit) => has(from.get(other)!, unit))));
    if (latest.length < 2) return latest[0] ?? lines[0];
    return joinedLine(this.#contents, latest, below.has(path) ? below.get(path)!.after : latest[0]!.base,
      lower.reduce((sum, l) => union(sum, this.#all[l]!), none), this.#knows);
  }

  /** The same, where nobody wrote it the base's. */
  line(s: number, path: PathBytes, base: Entry | null): Line {
    const known = this.at(s, path);
    if (known) return known;
    let life = this.#first.get(path);
    if (life === undefined) this.#first.set(path, life = lifeOf(base));
    return { path, base, entry: base, life, began: [], history: null, modes: [], earlier: null };
  }

  /** Paths that a strand writes. */
  written(s: number): ReadonlySet<PathBytes> { return this.#written[s]!; }

  /** All paths that a strand's lower ones write. */
  below(s: number): Set<PathBytes> {
    const out = new Set<PathBytes>(), seen = new Set<number>(), open = [...this.#strands[s]!.lower];
    for (let l = open.pop(); l !== undefined; l = open.pop()) {
      if (seen.has(l)) continue;
      seen.add(l);
      for (const path of this.#written[l]!) out.add(path);
      open.push(...this.#strands[l]!.lower);
    }
    return out;
  }

  /** Who took away the file where a directory is to be, or all that was in a directory where a file is to be. */
  clearedFor(s: number, path: PathBytes): number[] {
    return [...ancestors(path), ...this.#gone.get(path) ?? []].flatMap((other) => {
      const line = this.at(s, other);
      return line && line.entry === null ? line.began : [];
    });
  }

  put(s: number, line: Line): void {
    this.#lines[s]!.set(line.path, line);
    this.#written[s]!.add(line.path);
  }

  /** A path's next life. */
  begin(s: number, path: PathBytes, base: Entry | null, after: Entry | null, unit: number): void {
    const line = this.line(s, path, base);
    // an answer to a conflict is like no other: there is no one life that it comes after
    const life = this.at(s, path) === null ? lifeOf(after) : lifeAfter(line.life, after);
    this.put(s, { path, base: line.base, entry: after, life, began: [unit], history: null, modes: [], earlier: line });
    if (after === null) for (const dir of ancestors(path)) {
      const gone = this.#gone.get(dir);
      if (gone === undefined) this.#gone.set(dir, new Set([path])); else gone.add(path);
    }
  }
}
