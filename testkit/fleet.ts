// A repository of many small branches, as agents leave them: most go together, some stand on another, some change the same place of a hot file
// and conflict. For benches of the service under many clients, where what counts is how many ACUs there are; generate.ts makes the hard ones.
import { join } from 'node:path';
import { fastImport, initBare, tempDir } from './git.ts';
import { Random } from './random.ts';

export interface Fleet { readonly dir: string; remove(): void }

/** Lines of a file, and lines between two branches' places in it: what lies between keeps them apart. */
const LINES = 48, APART = 4;
/** Files that any branch may change, beside its own places. */
const HOT = 20;
/** Branches in one stream to git: each names its files whole. */
const BATCH = 5000;

export function fleet({ seed, branches }: { readonly seed: number; readonly branches: number }): Fleet {
  const temp = tempDir(`fleet-${seed}`), dir = join(temp.path, 'repository.git'), random = new Random(seed);
  initBare(dir);
  const inFile = LINES / APART, files = Math.ceil(2 * branches / inFile) + HOT;
  const pathOf = (f: number): string => (f < HOT ? `hot/file${f}.ts` : `src/part${f % 97}/deep${f % 7}/file${f}.ts`);
  const lineOf = (f: number, n: number): string => `const v${f}x${n} = ${(f * 31 + n * 17) % 1000};\n`;
  const textOf = (f: number, changes: ReadonlyMap<number, string>): string => {
    let text = '';
    for (let n = 0; n < LINES; n++) text += changes.get(n) ?? lineOf(f, n);
    return text;
  };
  const file = (path: string, text: string): string => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`;
  const head = (mark: number, ref: string): string => `commit ${ref}\nmark :${mark}\nauthor A${mark % 40} <a${mark % 40}@example.invalid> ${1_700_000_000 + mark} +0000\ncommitter W <w@example.invalid> ${1_700_000_000 + mark} +0000\ndata 7\nChange\n\n`;
  const marks = join(temp.path, 'marks');
  const none = new Map<number, string>();
  let stream = head(1, 'refs/heads/main');
  for (let f = 0; f < files; f++) stream += file(pathOf(f), textOf(f, none));
  fastImport(dir, `${stream}\n`, marks);
  stream = '';
  let lower: { mark: number; changes: Map<number, Map<number, string>> } | null = null;
  for (let b = 0; b < branches; b++) {
    const mark = b + 2;
    // of ten, one stands on the one before it
    const on: { readonly mark: number; readonly changes: ReadonlyMap<number, ReadonlyMap<number, string>> } | null = b % 10 === 9 ? lower : null;
    const changes: Map<number, Map<number, string>> = new Map([...on?.changes ?? []].map(([f, lines]) => [f, new Map(lines)]));
    const put = (f: number, n: number, line: string): void => { const lines = changes.get(f) ?? new Map<number, string>(); changes.set(f, lines.set(n, line)); };
    for (let k = 0; k < 2; k++) {
      const place = 2 * b + k;
      put(HOT + place % (files - HOT), APART * Math.floor(place / (files - HOT)) + 1, `set(${b}, ${k});\n`);
    }
    if (random.chance(0.05)) put(random.below(HOT), 1 + APART * random.below(inFile), `hot(${b});\n`);
    stream += head(mark, `refs/heads/agent/${b}`) + `from :${on?.mark ?? 1}\n`;
    for (const [f, lines] of changes) stream += file(pathOf(f), textOf(f, lines));
    if (random.chance(0.2)) stream += file(`new/part${b % 50}/agent${b}.ts`, `export const n${b} = ${b};\n`);
    stream += '\n';
    lower = { mark, changes };
    if (b % BATCH === BATCH - 1) { fastImport(dir, stream, marks); stream = ''; }
  }
  if (stream !== '') fastImport(dir, stream, marks);
  return { dir, remove: () => temp.remove() };
}
