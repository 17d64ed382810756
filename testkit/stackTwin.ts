// The slow, obvious twin of a stack taken apart: every line that a file ever had as an object, in one list; each unit, in the order of
// history, puts its lines in and crosses lines out. A set shows what its own units put in and did not cross out, nothing is ever merged.
// What a unit stands on it finds by looking at who had a hand in the lines around its own. Files written as a whole begin a new list.
import type { PathBytes } from '../app/core/bytes.ts';
import type { Changes } from '../app/core/changes.ts';
import { isRegular } from '../app/core/changes.ts';
import type { Contents } from '../app/core/contents.ts';
import type { Entry } from '../app/core/repository.ts';

interface TwinLine { readonly line: number; /** in the order of history: who shows it (true) or crosses it out; the base's line begins as shown */ readonly acts: (readonly [unit: number, shows: boolean])[]; readonly base: boolean }
interface TwinLife { readonly entry: Entry | null; readonly began: number | null; readonly lines: TwinLine[]; readonly modes: (readonly [unit: number, mode: number])[]; readonly writers: Set<number> }

const shownIn = ({ acts, base }: TwinLine, set: ReadonlySet<number>): boolean => acts.findLast(([unit]) => set.has(unit))?.[1] ?? base;

export class StackTwin {
  readonly #contents: Contents;
  readonly #paths = new Map<PathBytes, TwinLife[]>();
  /** by unit: whom it stands on, itself not */
  readonly closures: ReadonlySet<number>[] = [];
  readonly #all = new Set<number>();

  constructor(contents: Contents) { this.#contents = contents; }

  #lives(path: PathBytes, base: Entry | null): TwinLife[] {
    let lives = this.#paths.get(path);
    if (lives === undefined) this.#paths.set(path, lives = [this.#life(base, null)]);
    return lives;
  }

  #life(entry: Entry | null, began: number | null): TwinLife {
    const text = isRegular(entry) ? this.#contents.text(entry!.oid) ?? [] : [];
    return { entry, began, lines: Array.from(text, (line) => ({ line, acts: [], base: true })), modes: [], writers: new Set() };
  }

  /** The next unit of the stack, by its own difference from the tree before it. */
  add(own: Changes, baseOf: (path: PathBytes) => Entry | null): void {
    const unit = this.closures.length, direct = new Set<number>();
    for (const [path, { before, after }] of own) {
      const lives = this.#lives(path, baseOf(path)), life = lives.at(-1)!;
      if (life.began !== null) direct.add(life.began);
      const script = isRegular(before) && isRegular(after) ? this.#contents.script(before!.oid, after!.oid) : null;
      if (script === null) {
        for (const writer of life.writers) direct.add(writer);
        // who cleared the way: a file where a directory was, a directory where a file was
        if (before === null) for (const [other, others] of this.#paths) {
          const last = others.at(-1)!;
          if (last.entry === null && last.began !== null && (other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) direct.add(last.began);
        }
        continue;
      }
      if (before!.mode !== after!.mode) { const last = life.modes.at(-1); if (last !== undefined) direct.add(last[0]); }
      const shown = life.lines.filter((line) => shownIn(line, this.#all));
      for (let h = 0; h < script.length; h += 4) {
        const from = script[h]! === 0 ? 0 : life.lines.indexOf(shown[script[h]! - 1]!), to = script[h + 1]! >= shown.length ? life.lines.length - 1 : life.lines.indexOf(shown[script[h + 1]!]!);
        for (const line of life.lines.slice(from, to + 1)) for (const [other] of line.acts) direct.add(other);
      }
    }
    this.closures.push(new Set([...direct].flatMap((other) => [other, ...this.closures[other]!])));
    for (const [path, { before, after }] of own) {
      const lives = this.#lives(path, baseOf(path)), life = lives.at(-1)!;
      const script = isRegular(before) && isRegular(after) ? this.#contents.script(before!.oid, after!.oid) : null;
      if (script === null) { lives.push(this.#life(after, unit)); continue; }
      life.writers.add(unit);
      if (before!.mode !== after!.mode) life.modes.push([unit, after!.mode]);
      const text = this.#contents.text(after!.oid)!, shown = life.lines.filter((line) => shownIn(line, this.#all));
      for (let h = script.length - 4; h >= 0; h -= 4) {
        const [start, end, first, stop] = script.subarray(h, h + 4) as unknown as [number, number, number, number];
        for (const line of shown.slice(start, end)) line.acts.push([unit, false]);
        const at = start === 0 ? 0 : life.lines.indexOf(shown[start - 1]!) + 1;
        life.lines.splice(at, 0, ...Array.from(text.subarray(first, stop), (line): TwinLine => ({ line, acts: [[unit, true]], base: false })));
      }
    }
    this.#all.add(unit);
  }

  /** What a set that is closed under dependency makes of every path that anybody writes: its mode and lines, or its content where it has none. */
  tree(set: ReadonlySet<number>): Map<PathBytes, string> {
    const out = new Map<PathBytes, string>();
    for (const [path, lives] of this.#paths) {
      const { entry, lines, modes } = lives.findLast(({ began }) => began === null || set.has(began))!;
      if (entry === null) continue;
      const mode = modes.findLast(([unit]) => set.has(unit))?.[1] ?? entry.mode;
      const isText = isRegular(entry) && this.#contents.text(entry.oid) !== null;
      out.set(path, `${mode} ${isText ? lines.filter((line) => shownIn(line, set)).map(({ line }) => line).join() : entry.oid}`);
    }
    return out;
  }

  /** The same of a tree that somebody else made. */
  shown(base: (path: PathBytes) => Entry | null, changes: Changes): Map<PathBytes, string> {
    const out = new Map<PathBytes, string>();
    for (const path of this.#paths.keys()) {
      const entry = changes.has(path) ? changes.get(path)!.after : base(path);
      if (entry === null) continue;
      const text = isRegular(entry) ? this.#contents.text(entry.oid) : null;
      out.set(path, `${entry.mode} ${text === null ? entry.oid : text.join()}`);
    }
    return out;
  }
}
