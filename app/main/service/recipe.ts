// Reads the sample's recipes (resources/sample/README.md has the notation) into plain data, and makes one file or tree of another by
// them. No I/O; a recipe that does not fit what it edits is a bug of ours, named with file and line.
import { bug } from '../../core/errors.ts';

export type Change =
  | { readonly kind: 'write'; readonly path: string; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'edit'; readonly path: string; readonly hunks: readonly Hunk[]; readonly where: string }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'mode'; readonly path: string; readonly mode: number }
  | { readonly kind: 'submodule'; readonly path: string; readonly commit: string }
  | { readonly kind: 'merge'; readonly branch: string; readonly over: string };

/** What must stand there, line by line, and what stands there afterwards. */
export interface Hunk { readonly before: readonly string[]; readonly after: readonly string[] }

export interface RecipeCommit {
  readonly author: string;
  /** local time of the author, YYYY-MM-DDTHH:MM */
  readonly when: string;
  readonly message: string;
  readonly changes: readonly Change[];
}

export type Step =
  | { readonly kind: 'begin'; readonly branch: string | null; readonly on: string | null }
  | { readonly kind: 'commit'; readonly commit: RecipeCommit }
  | { readonly kind: 'pick'; readonly branch: string; readonly committer: string; readonly when: string }
  | { readonly kind: 'label'; readonly name: string };

const FILE = 0o100644;
const SYMLINK = 0o120000;
const encoder = new TextEncoder();

/** The steps of one recipe, in its order. `name` is for messages. */
export function readRecipe(name: string, text: string): Step[] {
  const steps: Step[] = [];
  const lines = text.split('\n');
  let changes: Change[] | null = null;
  for (let i = 0; i < lines.length;) {
    const where = `${name}:${i + 1}`;
    const line = lines[i++]!;
    if (line === '' || line.startsWith('#')) continue;
    const [directive, ...words] = line.split(' ');
    const body: string[] = [];
    while (i < lines.length && !/^[@#]/.test(lines[i]!)) body.push(lines[i++]!);
    while (body.at(-1) === '') body.pop();
    const rest = words.join(' ');
    const change = (c: Change): void => {
      if (changes === null) throw bug(`the sample recipe changes something outside a commit (${where})`);
      changes.push(c);
    };
    switch (directive) {
      case '@branch': steps.push({ kind: 'begin', branch: words[0]!, on: words[2] ?? null }); break;
      case '@part': steps.push({ kind: 'begin', branch: null, on: words[1]! }); break;
      case '@label': steps.push({ kind: 'label', name: rest }); break;
      case '@pick': steps.push({ kind: 'pick', branch: words[0]!, committer: words[1]!, when: words[2]! }); break;
      case '@commit': {
        changes = [];
        const [author = '', when = '', ...subject] = words;
        const message = `${subject.join(' ')}\n${body.length > 0 ? `\n${body.join('\n')}\n` : ''}`;
        steps.push({ kind: 'commit', commit: { author, when, message, changes } });
        break;
      }
      case '@add': change({ kind: 'write', path: words[0]!, mode: words[1] === undefined ? FILE : Number.parseInt(words[1], 8), bytes: encoder.encode(body.map((l) => `${marked(l, '+', where)}\n`).join('')) }); break;
      case '@binary': change({ kind: 'write', path: rest, mode: FILE, bytes: Uint8Array.from(atob(body.join('')), (c) => c.charCodeAt(0)) }); break;
      case '@link': change({ kind: 'write', path: words[0]!, mode: SYMLINK, bytes: encoder.encode(words[1]!) }); break;
      case '@edit': change({ kind: 'edit', path: rest, hunks: readHunks(body, where), where }); break;
      case '@delete': change({ kind: 'delete', path: rest }); break;
      case '@mode': change({ kind: 'mode', path: words[0]!, mode: Number.parseInt(words[1]!, 8) }); break;
      case '@submodule': change({ kind: 'submodule', path: words[0]!, commit: words[1]! }); break;
      case '@merge': change({ kind: 'merge', branch: words[0]!, over: words[2]! }); break;
      default: throw bug(`the sample recipe has an unknown directive ${directive} (${where})`);
    }
  }
  return steps;
}

function marked(line: string, mark: string, where: string): string {
  if (!line.startsWith(mark)) throw bug(`the sample recipe has a line without its mark (${where})`, { line });
  return line.slice(1);
}

function readHunks(body: readonly string[], where: string): Hunk[] {
  const hunks: { before: string[]; after: string[] }[] = [{ before: [], after: [] }];
  for (const line of body) {
    const { before, after } = hunks.at(-1)!;
    if (line === '...') hunks.push({ before: [], after: [] });
    else if (line.startsWith('=')) { before.push(line.slice(1)); after.push(line.slice(1)); }
    else if (line.startsWith('-')) before.push(line.slice(1));
    else after.push(marked(line, '+', where));
  }
  return hunks;
}

/** A text after its hunks; each must find its place exactly once. */
export function editText(text: string, hunks: readonly Hunk[], where: string): string {
  let lines = text.split('\n');
  for (const { before, after } of hunks) {
    const places: number[] = [];
    for (let at = 0; at + before.length <= lines.length; at++) {
      if (before.every((line, n) => lines[at + n] === line)) places.push(at);
    }
    if (places.length !== 1) throw bug(`the sample recipe finds its lines ${places.length} times, not once (${where})`, { before });
    lines = [...lines.slice(0, places[0]!), ...after, ...lines.slice(places[0]! + before.length)];
  }
  return lines.join('\n');
}
