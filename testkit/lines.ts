// Small files that are hard on a line diff, and git's own answers about them: thousands of files in one tree, one git
// process for all. Contents are byte strings: one character per byte.
import { fastImport, git, initBare, tempDir, tryGit } from './git.ts';
import { Random } from './random.ts';

const BRACES = ['{\n', '}\n', '\n', '  return;\n', '  next();\n', '  }\n'];

function alphabet(random: Random, letters: number): string[] {
  return Array.from({ length: letters }, (_, i) => (random.chance(0.3) ? BRACES[i % BRACES.length]! : `${String.fromCharCode(97 + (i % 26))}${i > 25 ? i : ''}\n`));
}

function some(random: Random, letters: readonly string[], count: number): string[] {
  return Array.from({ length: count }, () => random.pick(letters));
}

/** Few to many edits: replaced, inserted, deleted, repeated, moved and swapped blocks. */
function edited(random: Random, lines: readonly string[], letters: readonly string[], edits: number): string[] {
  const out = [...lines];
  for (let n = 0; n < edits; n++) {
    const at = random.below(out.length + 1);
    const long = random.chance(0.15) ? random.between(4, 12) : random.between(1, 3);
    switch (random.below(7)) {
      case 0: case 1: out.splice(at, long, ...some(random, letters, random.between(1, 4))); break;
      case 2: out.splice(at, 0, ...some(random, letters, long)); break;
      case 3: out.splice(at, long); break;
      case 4: out.splice(at, 0, ...out.slice(at, at + long)); break;
      case 5: { const block = out.splice(at, long); out.splice(random.below(out.length + 1), 0, ...block); break; }
      default: out.splice(at, 0, `new ${random.below(1000)}\n`);
    }
  }
  return out;
}

/** Every second, third … line replaced: many runs of equal length, as when each record of a data file changes. */
function inStep(random: Random, lines: readonly string[]): string[] {
  const step = random.between(2, 9);
  const record = random.chance(0.3) ? some(random, BRACES, 3) : [];
  return lines.flatMap((line, i) => (i % step === 0 ? [`at ${random.chance(0.5) ? i : random.below(9)}\n`, ...record.slice(0, i % 4)] : [line]));
}

function text(random: Random, lines: readonly string[]): string {
  let out = lines.join('');
  if (random.chance(0.08)) out = out.replaceAll('\n', '\r\n');
  if (random.chance(0.12)) out = out.replace(/\r?\n$/, '');
  return out;
}

/**
 * What the file is like. `tiny`: up to 30 lines of 2 to 6 kinds. `code`: braces and blanks among mostly distinct lines.
 * `frequent`: every line far more than 64 times, or nearly every line. `large`: hundreds of lines differ, so that Myers
 * gives up on the shortest path. `huge`: tens of thousands of lines, thousands of edits between long equal runs, so that
 * it settles for a good path.
 */
export type Hardness = 'tiny' | 'code' | 'frequent' | 'large' | 'huge';

function start(random: Random, hardness: Hardness): { lines: string[]; letters: string[]; edits: number } {
  switch (hardness) {
    case 'tiny': {
      const letters = alphabet(random, random.between(2, 6));
      return { letters, lines: some(random, letters, random.below(31)), edits: random.between(1, 6) };
    }
    case 'code': {
      const letters = [...BRACES, ...alphabet(random, random.between(10, 60))];
      const lines = some(random, letters, random.between(20, 200));
      return { letters, lines, edits: random.between(1, 12) };
    }
    case 'frequent': {
      const letters = alphabet(random, random.between(1, 5));
      const lines = some(random, letters, random.between(150, 600));
      if (random.chance(0.6)) for (let n = random.between(1, 12); n > 0; n--) lines.splice(random.below(lines.length), 0, `rare ${random.below(20)}\n`);
      return { letters, lines, edits: random.between(1, 40) };
    }
    case 'large': {
      const size = random.between(600, 3000);
      const letters = Array.from({ length: Math.ceil(size / random.pick([1.2, 3, 10, 60])) }, (_, i) => `${i}\n`);
      const lines = some(random, letters, size);
      if (random.chance(0.5)) for (let i = 0; i < size; i += random.between(1, 9)) lines[i] = random.pick(BRACES);
      return { letters: [...letters, ...BRACES], lines, edits: random.between(40, 400) };
    }
    case 'huge': {
      const letters = Array.from({ length: random.pick([50, 2000, 30_000]) }, (_, i) => `${i}\n`);
      return { letters, lines: some(random, letters, random.between(34_000, 45_000)), edits: random.between(500, 2500) };
    }
  }
}

/** Two versions of a file. */
export function filePair(random: Random, hardness: Hardness): readonly [string, string] {
  const { lines, letters, edits } = start(random, hardness);
  let other: string[];
  if (hardness === 'huge') other = edited(random, lines, letters, edits);
  else if (random.chance(0.12)) other = random.shuffle(lines);
  else if (random.chance(0.1)) other = inStep(random, lines);
  else if (random.chance(0.12)) other = some(random, letters, Math.ceil(lines.length * (0.5 + random.below(100) / 100)));
  else other = edited(random, lines, letters, edits);
  return [text(random, lines), text(random, other)];
}

/** A base and two sides: sometimes they edit the same place, sometimes one side takes over a part of the other's edits. */
export function fileTriple(random: Random, hardness: Hardness): readonly [string, string, string] {
  const { lines, letters, edits } = start(random, hardness);
  const few = random.chance(0.6) ? random.between(1, 3) : Math.ceil(edits / 2);
  const shared = random.chance(0.35) ? edited(random, lines, letters, random.between(1, 3)) : lines;
  const a = edited(random, shared, letters, random.chance(0.1) ? 0 : few);
  const b = edited(random, random.chance(0.8) ? shared : lines, letters, random.chance(0.1) ? 0 : few);
  const seed = random.next();
  return random.chance(0.8)
    ? [text(new Random(seed), lines), text(new Random(seed), a), text(new Random(seed), b)]
    : [text(random, lines), text(random, a), text(random, b)];
}

const nameOf = (i: number): string => `f${i}`;

function commit(branch: string, parent: string | null, files: readonly string[]): string {
  const parts = [`commit refs/heads/${branch}\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 0\n${parent === null ? '' : `from refs/heads/${parent}\n`}`];
  files.forEach((content, i) => parts.push(`M 100644 inline ${nameOf(i)}\ndata ${content.length}\n${content}\n`));
  return parts.join('');
}

/** git's change scripts for many pairs: flat [aStart, aEnd, bStart, bEnd]*, as diffLines gives them. */
export function gitScripts(pairs: readonly (readonly [string, string])[], algorithm: 'histogram' | 'myers'): Int32Array[] {
  const dir = tempDir('scripts');
  try {
    initBare(dir.path);
    fastImport(dir.path, commit('a', null, pairs.map((p) => p[0])) + commit('b', 'a', pairs.map((p) => p[1])));
    // With no context at all git would trim the common tail first and can find other hunks.
    const out = git(dir.path, ['diff-tree', '-r', '-p', '--no-renames', '--text', '-U1', '--no-indent-heuristic', `--diff-algorithm=${algorithm}`, 'a', 'b']);
    const scripts: number[][] = pairs.map(() => []);
    let script: number[] = [];
    let aLine = 0, bLine = 0, aLeft = 0, bLeft = 0;
    let inside = false; // the last line was a changed one
    for (const line of out.split('\n')) {
      if (aLeft === 0 && bLeft === 0) {
        const file = /^diff --git a\/f(\d+) /.exec(line);
        if (file) script = scripts[Number(file[1])]!;
        const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
        if (!hunk) continue;
        aLeft = Number(hunk[2] ?? 1);
        bLeft = Number(hunk[4] ?? 1);
        aLine = Number(hunk[1]) - (aLeft > 0 ? 1 : 0);
        bLine = Number(hunk[3]) - (bLeft > 0 ? 1 : 0);
        inside = false;
        continue;
      }
      if (line[0] === '\\') continue;
      if (line[0] === ' ') {
        aLine++; bLine++; aLeft--; bLeft--;
        inside = false;
        continue;
      }
      if (!inside) script.push(aLine, aLine, bLine, bLine);
      inside = true;
      if (line[0] === '-') { aLine++; aLeft--; script[script.length - 3] = aLine; }
      else { bLine++; bLeft--; script[script.length - 1] = bLine; }
    }
    return scripts.map((s) => Int32Array.from(s));
  } finally {
    dir.remove();
  }
}

export interface GitMerge { readonly conflict: boolean; readonly text: string }

/** git's merges (merge-ort) of many triples; texts carry markers labelled `a` and `b` where they conflict. */
export function gitMerges(triples: readonly (readonly [string, string, string])[]): GitMerge[] {
  const dir = tempDir('merges');
  try {
    initBare(dir.path);
    fastImport(dir.path, commit('base', null, triples.map((t) => t[0])) + commit('a', 'base', triples.map((t) => t[1])) + commit('b', 'base', triples.map((t) => t[2])));
    const run = tryGit(dir.path, ['merge-tree', '--write-tree', '-z', '--no-messages', '--name-only', 'a', 'b']);
    if (run.status !== 0 && run.status !== 1) throw new Error(`git merge-tree: ${run.stderr}`);
    const [tree, ...names] = run.stdout.split('\0');
    const conflicted = new Set(names);
    const blobs = git(dir.path, ['cat-file', '--batch'], { input: triples.map((_, i) => `${tree}:${nameOf(i)}\n`).join('') });
    let at = 0;
    return triples.map((_, i) => {
      const end = blobs.indexOf('\n', at);
      const size = Number(blobs.slice(at, end).split(' ')[2]);
      const content = blobs.slice(end + 1, end + 1 + size);
      at = end + 2 + size;
      return { conflict: conflicted.has(nameOf(i)), text: content };
    });
  } finally {
    dir.remove();
  }
}
