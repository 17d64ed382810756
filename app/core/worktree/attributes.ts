// What .gitattributes files say of a path (gitattributes(5)), as far as it changes what `git add` stores: text, crlf, eol, ident, filter,
// working-tree-encoding, and macros that set them. Nothing that an attribute names is run.
import { fromBytes } from '../bytes.ts';
import { type PathPattern, pathPattern } from './patterns.ts';

/** set, unset, or set to a text; undefined: unspecified */
export type AttributeValue = true | false | string;
/** `null`: said to be unspecified */
interface Assignment { readonly name: string; readonly value: AttributeValue | null }

interface Rule { readonly pattern: PathPattern; readonly assignments: readonly Assignment[] }
/** One file. `base`: as for ignore lists. */
export interface AttributeList { readonly base: string; readonly rules: readonly Rule[]; readonly macros: ReadonlyMap<string, readonly Assignment[]> }

/** as git reads them (CVE-2022-23521) */
const MOST_LINE = 2048;
const BLANK = /[ \t\r\n]/;
const MACRO = '[attr]';

/** What git knows without any file. */
export const BUILT_IN: AttributeList = { base: '', rules: [], macros: new Map([['binary', ['diff', 'merge', 'text'].map((name) => ({ name, value: false }))]]) };

/** `macros`: whether the file may define some (those of the root, of the repository and of the user). */
export function parseAttributes(bytes: Uint8Array, base: string, ignoreCase: boolean, macros: boolean): AttributeList {
  const rules: Rule[] = [];
  const defined = new Map<string, readonly Assignment[]>();
  for (const raw of fromBytes(bytes).replace(/^\xef\xbb\xbf/, '').split('\n')) {
    const line = raw.replace(/\0.*$/s, '');
    if (line.length >= MOST_LINE) continue;
    const start = line.search(/[^ \t\r\n]/);
    if (start < 0 || line[start] === '#') continue;
    const { name, rest } = firstField(line.slice(start));
    const isMacro = name.length > MACRO.length && name.startsWith(MACRO);
    if (isMacro && !macros) continue;
    const assignments = readAssignments(rest);
    if (assignments === null) continue;
    if (isMacro) {
      const macro = name.slice(MACRO.length);
      if (isName(macro)) defined.set(macro, assignments);
    } else if (!name.startsWith('!')) {
      rules.push({ pattern: pathPattern(name, ignoreCase), assignments });
    }
  }
  return { base, rules, macros: defined };
}

/** The pattern, which may stand in quotes as C writes them, and what is after it. */
function firstField(line: string): { readonly name: string; readonly rest: string } {
  const quoted = line.startsWith('"') ? unquoted(line) : null;
  if (quoted !== null) return quoted;
  const end = line.search(BLANK);
  return end < 0 ? { name: line, rest: '' } : { name: line.slice(0, end), rest: line.slice(end) };
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"' };

function unquoted(line: string): { readonly name: string; readonly rest: string } | null {
  let name = '';
  for (let i = 1; i < line.length; i++) {
    const c = line[i]!;
    if (c === '"') return { name, rest: line.slice(i + 1) };
    if (c !== '\\') {
      name += c;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(line.slice(i + 1, i + 4))?.[0];
    const plain = ESCAPES[line[i + 1] ?? ''];
    if (octal === undefined && plain === undefined) return null;
    name += octal === undefined ? plain! : String.fromCharCode(Number.parseInt(octal, 8));
    i += octal === undefined ? 1 : 3;
  }
  return null;
}

function isName(text: string): boolean { return /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/.test(text); }

/** null: one of them has no valid name, and git leaves out the whole line */
function readAssignments(text: string): Assignment[] | null {
  const out: Assignment[] = [];
  for (const word of text.split(/[ \t\r\n]+/)) {
    if (word === '') continue;
    const sign = word[0] === '-' || word[0] === '!' ? word[0] : '';
    const equals = word.indexOf('=');
    const name = word.slice(sign.length, equals < 0 ? word.length : equals);
    if (!isName(name)) return null;
    out.push({ name, value: sign === '-' ? false : sign === '!' ? null : equals < 0 ? true : word.slice(equals + 1) });
  }
  return out;
}

/** `lists`: the one that wins first; `BUILT_IN` goes last. */
export function attributesOf(lists: readonly AttributeList[], path: string): ReadonlyMap<string, AttributeValue | null> {
  const found = new Map<string, AttributeValue | null>();
  const take = (assignments: readonly Assignment[]): void => {
    for (let i = assignments.length - 1; i >= 0; i--) {
      const { name, value } = assignments[i]!;
      if (found.has(name)) continue;
      found.set(name, value);
      // a macro counts where it is set, as the list that wins defines it
      const macro = value === true ? lists.find((list) => list.macros.has(name))?.macros.get(name) : undefined;
      if (macro !== undefined) take(macro);
    }
  };
  for (const { base, rules } of lists) {
    const name = path.slice(base.length);
    for (let i = rules.length - 1; i >= 0; i--) {
      const { pattern, assignments } = rules[i]!;
      if (!pattern.folderOnly && pattern.matches(name)) take(assignments);
    }
  }
  return found;
}
