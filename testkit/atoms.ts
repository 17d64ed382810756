// Commits for untangling, made of texts before and after as byte strings; random ones with much in common; and the slow twin: every pair
// of pieces asked about every name, parts compared anew each time.
import { type Oid, type PathBytes, toBytes, type ByteString } from '../app/core/bytes.ts';
import type { Commit, Piece, Tie } from '../app/core/atoms/model.ts';
import { type Readings, readingsOf } from '../app/core/atoms/reading.ts';
import { diffLines } from '../app/core/diff/diff.ts';
import { Interner } from '../app/core/lines.ts';
import type { Edit, Hunk } from '../app/core/model.ts';
import { Mode } from '../app/core/repository.ts';
import type { Random } from './random.ts';

export type Texts = readonly (readonly [path: string, before: string | null, after: string | null])[];

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** An id that says what the content is and no more: nobody asks for the object. */
function oidOf(text: string): Oid {
  let hash = 5381;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 33) ^ text.charCodeAt(i)) >>> 0;
  return hash.toString(16).padStart(40, '0') as Oid;
}

export function commitOfTexts(texts: Texts, title = ''): Commit {
  return { title, edits: texts.map(([path, before, after]) => ({ edit: editOf(path as PathBytes, before, after), before: before === null ? null : linesOf(before), after: after === null ? null : linesOf(after) })) };
}

function editOf(path: PathBytes, before: string | null, after: string | null): Edit {
  const entry = (text: string | null) => (text === null ? null : { mode: Mode.file, oid: oidOf(text) });
  const interner = new Interner(), bytes = (text: string | null): Uint8Array => toBytes((text ?? '') as ByteString), [a, b] = [interner.internLines(bytes(before)), interner.internLines(bytes(after))];
  const script = diffLines(a, b), hunks: Hunk[] = [];
  for (let i = 0; i < script.length; i += 4) hunks.push({ start: script[i]!, end: script[i + 1]!, removed: interner.join(a, script[i]!, script[i + 1]!), inserted: interner.join(b, script[i + 2]!, script[i + 3]!) });
  return { path, kind: before === null ? 'add' : after === null ? 'delete' : 'modify', before: entry(before), after: entry(after), hunks: after === null ? null : hunks, added: 0, deleted: 0 };
}

const WORDS = ['parseDate', 'readAll', 'limit', 'cache', 'value', 'x', 'openFile', 'logger', 'no-unused-vars', 'Server', 'max_size', '4.2.0', '4.3.0'];
const PATHS = ['lib/dates.ts', 'lib/files.ts', 'test/dates.test.ts', 'docs/dates.md', 'CHANGELOG.md', 'package.json', 'package-lock.json', 'src/a.py', 'src/b.c', 'lib/server/index.ts'];

function drawnLine(random: Random): string {
  const word = (): string => random.pick(WORDS), indent = '  '.repeat(random.below(4));
  return indent + random.pick([
    () => `function ${word()}(${word()}) {`, () => `const ${word()} = ${word()}(${word()});`, () => `import { ${word()} } from './${word()}.ts';`, () => '}', () => '', () => `return ${word()};`,
    () => `# ${word()} ${word()}`, () => `"${word()}": "${word()}",`, () => `def ${word()}(self):`, () => `${word()} ${word()} ${word()}`,
  ])();
}

export function drawnCommit(random: Random): Commit {
  const files = random.shuffle(PATHS).slice(0, random.between(1, 6));
  return commitOfTexts(files.map((path) => {
    const before = Array.from({ length: random.below(30) }, () => drawnLine(random)), after: string[] = [];
    for (const line of before) {
      if (random.chance(0.15)) continue;
      after.push(random.chance(0.1) ? line.replaceAll('parseDate', 'readDate') : line);
      if (random.chance(0.15)) after.push(drawnLine(random));
    }
    const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
    return random.chance(0.1) ? [path, null, text(before)] as const : random.chance(0.1) ? [path, text(before), null] as const : [path, text(before), `${text(after)}end\n`] as const;
  }), random.pick(['', 'Rename parseDate', 'Release 4.3.0']));
}

/** Every pair of pieces, every name of both: what `byNames` finds by an index, as long as no name is on too many pieces. */
export function namesTwin(commit: Commit, pieces: readonly Piece[], weigh: (readings: Readings, name: string, x: number, y: number) => number): Tie[] {
  const readings = readingsOf(commit, pieces), out: Tie[] = [];
  for (let a = 0; a < pieces.length; a++) {
    for (let b = a + 1; b < pieces.length; b++) {
      let doubt = 1;
      for (const [name, x] of readings.all[a]!.names) {
        const y = readings.all[b]!.names.get(name);
        if (y !== undefined) doubt *= 1 - weigh(readings, name, x, y);
      }
      if (doubt < 1) out.push({ a, b, why: '', weight: Math.min(0.89, 1 - doubt) });
    }
  }
  return out;
}

/** Parts as sets: certain ties close over, then the two parts most alike join, all averages taken anew. `alike`, in the clustering's own thousandths. */
export function clusterTwin(pieces: number, kinds: readonly (readonly Tie[])[], certain: number, alike: number): number[][] {
  const weightOf = (a: number, b: number): number => {
    let doubt = 1;
    for (const ties of kinds) doubt *= 1 - Math.max(0, ...ties.filter((tie) => (tie.a === a && tie.b === b) || (tie.a === b && tie.b === a)).map(({ weight }) => Math.min(1, weight)));
    return Math.round(1000 * (1 - doubt));
  };
  let cores: number[][] = Array.from({ length: pieces }, (_, i) => [i]);
  for (const { a, b, weight } of kinds.flat()) {
    const [x, y] = [a, b].map((i) => cores.find((core) => core.includes(i))!) as [number[], number[]];
    if (weight >= certain && x !== y) cores = [...cores.filter((core) => core !== x && core !== y), [...x, ...y]];
  }
  const first = (list: readonly number[][]): number => Math.min(...list.flat());
  const between = (x: readonly number[], y: readonly number[]): number => Math.max(...x.flatMap((a) => y.map((b) => weightOf(a, b))));
  const parts = cores.map((core) => [core]);
  for (;;) {
    parts.sort((x, y) => first(x) - first(y));
    let best: { x: number; y: number; sum: number; of: number } | null = null;
    for (let x = 0; x < parts.length; x++) {
      for (let y = x + 1; y < parts.length; y++) {
        const sum = parts[x]!.flatMap((a) => parts[y]!.map((b) => between(a, b))).reduce((p, q) => p + q, 0), of = parts[x]!.length * parts[y]!.length;
        if (sum >= alike * of && sum > 0 && (best === null || sum * best.of > best.sum * of)) best = { x, y, sum, of };
      }
    }
    if (best === null) return parts.map((part) => part.flat().sort((a, b) => a - b));
    parts[best.x] = [...parts[best.x]!, ...parts[best.y]!];
    parts.splice(best.y, 1);
  }
}
