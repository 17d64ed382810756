// darcs beside us: which patches of a line of commits depend on which, by `darcs show dependencies`, and by an independent reading of git's own
// diffs, so that a pair on which the two disagree can be told by its kind.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { environment, fastImport, git } from '../testkit/git.ts';

/** Ordered pairs of 0 … count − 1: `below[i]` has all that i depends on, directly or not. */
export type Closed = readonly ReadonlySet<number>[];

export const darcsVersion = (): string | null => {
  const run = spawnSync('darcs', ['--version'], { encoding: 'utf8' });
  return run.error !== undefined || run.status !== 0 ? null : run.stdout.trim();
};

function darcs(dir: string, args: readonly string[], input: Uint8Array = Buffer.alloc(0)): string {
  const run = spawnSync('darcs', args, { cwd: dir, env: { ...environment(), HOME: dir, DARCS_EMAIL: 'bench@example.invalid' }, input, maxBuffer: 1 << 30 });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`darcs ${args.join(' ')} exited with ${run.status}: ${run.stderr.toString().slice(-400)}`);
  return run.stdout.toString('latin1');
}

/** Writes these trees as a line of commits on `branch` of a bare repository that has them; answers the commits, oldest first. */
export function lineOf(dir: string, branch: string, trees: readonly string[]): string[] {
  fastImport(dir, trees.map((tree, i) => `${i === 0 ? `reset refs/heads/${branch}\n` : ''}commit refs/heads/${branch}\nmark :${i + 1}\ncommitter Line <line@example.invalid> ${1_700_000_000 + i} +0000\ndata <<E\np${i}\nE\n`
    + `${i === 0 ? '' : `from :${i}\n`}M 040000 ${tree} \n\n`).join(''));
  return git(dir, ['rev-list', '--reverse', `refs/heads/${branch}`]).split('\n').filter((line) => line !== '');
}

/**
 * The stream without folders: darcs has patches that make them, which whatever lies in them depends on, and git has none. What lies in a folder is named so
 * that it lies in none.
 */
function withoutFolders(stream: Buffer): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const end = stream.indexOf(10, at), line = stream.toString('latin1', at, end);
    let next = end + 1;
    const data = /^data (\d+)$/.exec(line);
    if (data !== null) next += Number(data[1]);
    const file = /^(M \d+ \S+ |D )(.*)$/.exec(line);
    out.push(file === null ? stream.subarray(at, next) : Buffer.from(`${file[1]}${file[2]!.replaceAll('/', '%')}\n`, 'latin1'));
    at = next;
  }
  return Buffer.concat(out);
}

/** What darcs says of a line of commits, and how long `show dependencies` took, in milliseconds. `folder`: empty, for its repository. */
export function darcsDependencies(dir: string, branch: string, count: number, folder: string): { readonly closed: Closed; readonly ms: number } {
  const stream = withoutFolders(Buffer.from(git(dir, ['fast-export', `refs/heads/${branch}`]), 'latin1'));
  mkdirSync(folder, { recursive: true });
  darcs(folder, ['convert', 'import', '--quiet', 'repo'], stream);
  const began = performance.now();
  const dot = darcs(join(folder, 'repo'), ['show', 'dependencies', '--quiet']);
  const ms = performance.now() - began;
  const patchOf = new Map<string, number>();
  for (const [, node, label] of dot.matchAll(/^\s*"([^"]+)" \[label="p(\d+)"\]/gm)) patchOf.set(node!, Number(label));
  const direct: number[][] = Array.from({ length: count }, () => []);
  for (const [, from, to] of dot.matchAll(/^\s*"([^"]+)"\s*->\s*"([^"]+)"/gm)) direct[patchOf.get(from!)!]!.push(patchOf.get(to!)!);
  for (const [, from, several] of dot.matchAll(/^\s*"([^"]+)"\s*->\s*\{([^}]*)\}/gm)) for (const [, to] of several!.matchAll(/"([^"]+)"/g)) direct[patchOf.get(from!)!]!.push(patchOf.get(to!)!);
  return { closed: closure(direct), ms };
}

/** `direct[i]`: those i depends on, all below i. */
export function closure(direct: readonly (readonly number[])[]): Closed {
  const out: Set<number>[] = [];
  for (const below of direct) {
    const all = new Set<number>();
    for (const b of below) { all.add(b); for (const deeper of out[b]!) all.add(deeper); }
    out.push(all);
  }
  return out;
}

/** Why i depends on another by git's diffs: it takes lines of it away; a file that it made, or made nothing of; or its lines only touch. */
export interface Replayed {
  readonly overlap: Closed;
  /** with files that came, went, or have no lines */
  readonly files: Closed;
  readonly touch: Closed;
  /** all of these, and of a file that goes or comes again everybody who wrote it */
  readonly all: Closed;
}

interface FileDiff { readonly path: string; readonly status: 'A' | 'D' | 'M'; readonly hunks: readonly { readonly at: number; readonly gone: number; readonly come: number }[] | null }

/**
 * Owners of lines, commit by commit, from one `git log -p`. Deleted lines leave a mark in the gap where they were; whoever inserts or deletes next to a mark,
 * or next to a line, touches whoever it is of.
 */
export function replay(dir: string, branch: string, algorithm: 'histogram' | 'patience'): Replayed {
  const log = git(dir, ['log', '--reverse', '--format=%x01', '-p', '-U0', '--no-renames', `--diff-algorithm=${algorithm}`, '--no-indent-heuristic', '--no-ext-diff', '--no-textconv', '--root', '--src-prefix=a/', '--dst-prefix=b/', '--full-index', `refs/heads/${branch}`]);
  const overlap: number[][] = [], files: number[][] = [], touch: number[][] = [], all: number[][] = [];
  const owners = new Map<string, { lines: number[]; gaps: Set<number>[] }>(), madeBy = new Map<string, number>(), goneBy = new Map<string, number>(), wroteLast = new Map<string, number>(), writers = new Map<string, number[]>();
  log.split('\x01').slice(1).forEach((text, i) => {
    const [o, f, t, w] = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];
    for (const { path, status, hunks } of filesIn(text)) {
      const made = madeBy.get(path), gone = goneBy.get(path), last = wroteLast.get(path);
      if (made !== undefined) f.add(made);
      if (gone !== undefined) f.add(gone);
      if ((hunks === null || status === 'D') && last !== undefined) f.add(last);
      if (status === 'A') madeBy.set(path, i);
      if (status === 'D') goneBy.set(path, i);
      wroteLast.set(path, i);
      const before = writers.get(path) ?? [];
      if (status !== 'M') for (const by of before) w.add(by);
      writers.set(path, [...before, i]);
      if (hunks === null) { owners.delete(path); continue; }
      const file = owners.get(path) ?? { lines: [], gaps: [new Set<number>()] };
      owners.set(path, file);
      for (const { at, gone: taken, come } of [...hunks].reverse()) {
        const start = taken === 0 ? at : at - 1;
        for (let line = start; line < start + taken; line++) if (file.lines[line] !== undefined) o.add(file.lines[line]!);
        for (const line of [start - 1, start + taken]) if (file.lines[line] !== undefined) t.add(file.lines[line]!);
        for (let gap = start; gap <= start + taken; gap++) for (const by of file.gaps[gap] ?? []) t.add(by);
        const left = new Set<number>();
        for (let gap = start; gap <= start + taken; gap++) for (const by of file.gaps[gap] ?? []) left.add(by);
        if (taken > 0) left.add(i);
        file.lines.splice(start, taken, ...new Array<number>(come).fill(i));
        file.gaps.splice(start, taken + 1, ...Array.from({ length: come + 1 }, () => new Set(left)));
      }
    }
    for (const set of [o, f, t, w]) set.delete(i);
    overlap.push([...o]);
    files.push([...o, ...f]);
    touch.push([...o, ...f, ...t]);
    all.push([...o, ...f, ...t, ...w]);
  });
  return { overlap: closure(overlap), files: closure(files), touch: closure(touch), all: closure(all) };
}

function* filesIn(text: string): Generator<FileDiff> {
  for (const part of text.split(/^diff --git /m).slice(1)) {
    const head = /^a\/(.*) b\/\1$/m.exec(part);
    const path = head?.[1] ?? part.slice(0, part.indexOf('\n'));
    const status = /^new file mode /m.test(part) ? 'A' : /^deleted file mode /m.test(part) ? 'D' : 'M';
    const hunks = [...part.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(?:\d+)(?:,(\d+))? @@/gm)].map(([, at, gone = '1', come = '1']) => ({ at: Number(at), gone: Number(gone), come: Number(come) }));
    yield { path, status, hunks: /^Binary files /m.test(part) || /^(?:new file|deleted file|old) mode (?:120000|160000)/m.test(part) ? null : hunks };
  }
}

/** Of all ordered pairs: how many two answers share, and of those they do not, which. */
export function compared(a: Closed, b: Closed): { readonly pairs: number; readonly onlyA: readonly (readonly [number, number])[]; readonly onlyB: readonly (readonly [number, number])[] } {
  const onlyA: [number, number][] = [], onlyB: [number, number][] = [];
  a.forEach((below, i) => {
    for (const x of below) if (!b[i]!.has(x)) onlyA.push([i, x]);
    for (const x of b[i]!) if (!below.has(x)) onlyB.push([i, x]);
  });
  return { pairs: a.length * (a.length - 1) / 2, onlyA, onlyB };
}
