// Repositories in which many branches go together: each changes places of its own, in shared files, so that a thousand of them
// compose. And one hot file that every branch changes. For benches and tests of composing; generate.ts makes those that conflict.
import { join } from 'node:path';
import { fastImport, initBare, tempDir } from './git.ts';
import { Random } from './random.ts';

export interface Wide { readonly dir: string; readonly refs: readonly string[]; remove(): void }

export interface WideOptions {
  readonly seed: number;
  readonly branches: number;
  readonly files: number;
  /** lines of each file */
  readonly lines: number;
  /** files that one branch changes */
  readonly touches: number;
  /** every so many branches one makes the same change as the one before, besides one of its own; 0: none */
  readonly same?: number;
}

/** Lines between the places of two branches: what lies between keeps them apart. */
const APART = 4;

export function wide({ seed, branches, files, lines, touches, same = 0 }: WideOptions): Wide {
  if (branches * touches * APART > files * lines) throw new Error('there are not so many places');
  const temp = tempDir(`wide-${seed}`);
  const dir = join(temp.path, 'repository.git');
  initBare(dir);
  const random = new Random(seed);
  const word = (): string => random.next().toString(36);
  const pathOf = (f: number): string => `src/part${f % 20}/deep${f % 3}/file${f}.ts`;
  const texts = Array.from({ length: files }, () => Array.from({ length: lines }, (_, n) => `const ${word()} = ${n};\n`));
  const places = random.shuffle(Array.from({ length: Math.floor(lines / APART) * files }, (_, n) => n));
  const file = (f: number, text: readonly string[]): string => `M 100644 inline ${pathOf(f)}\ndata ${text.reduce((sum, line) => sum + line.length, 0)}\n${text.join('')}\n`;
  const head = (mark: number, ref: string): string => `commit ${ref}\nmark :${mark}\ncommitter W <w@example.invalid> ${1_700_000_000 + mark} +0000\ndata 1\n.\n`;
  const stream = [head(1, 'refs/heads/main'), ...texts.map((text, f) => file(f, text)), '\n'];
  const refs: string[] = [];
  let next = 0, before: { f: number; at: number; line: string } | null = null;
  for (let b = 0; b < branches; b++) {
    const ref = `refs/heads/wide/${b}`;
    refs.push(ref);
    const changes = Array.from({ length: touches }, () => {
      const place = places[next++]!;
      return { f: place % files, at: APART * Math.floor(place / files) + 1, line: `set(${b}, '${word()}');\n` };
    });
    const own = changes[0]!;
    if (same > 0 && b % same === same - 1 && before !== null) changes.push(before);
    before = own;
    const touched = new Map<number, string[]>();
    for (const { f, at, line } of changes) {
      const text = touched.get(f) ?? [...texts[f]!];
      touched.set(f, text);
      // one line for one: places stay where they are
      text[at] = line;
    }
    stream.push(head(b + 2, ref), 'from :1\n', ...[...touched].map(([f, text]) => file(f, text)), '\n');
  }
  fastImport(dir, stream.join(''));
  return { dir, refs, remove: () => temp.remove() };
}
