// An outline told without a parser: a line that defines something begins an entity, what is indented below it and the line that closes
// it are of it, and so are the comments and decorators directly above. It errs on the side of not seeing one.
import { type ByteString, display, fromUtf8 } from '../bytes.ts';
import { definedBy, isImport } from '../atoms/definitions.ts';
import { indentOf, tokensOf } from '../atoms/words.ts';
import { type Entities, type EntityKind, LONGEST_NAME } from './model.ts';

/** Lines that are outlined; what is behind them belongs to whatever is open there. */
export const MOST_LINES = 100_000;
/** How deep keys are told apart: below that they are their parent's contents. */
const KEY_DEPTH = 3;

const PROSE: ReadonlySet<string> = new Set(['md', 'mdx', 'markdown']);
const KEYED: ReadonlySet<string> = new Set(['json', 'json5', 'jsonc', 'yaml', 'yml', 'toml', 'ini', 'cfg', 'properties', 'env']);
const STYLED: ReadonlySet<string> = new Set(['css', 'scss', 'less', 'sass']);
const C_LIKE: ReadonlySet<string> = new Set(['c', 'h', 'cc', 'cpp', 'hpp', 'cxx', 'hh']);
const CLASSES: ReadonlySet<string> = new Set(['class', 'interface', 'trait', 'impl', 'protocol', 'object', 'module', 'namespace', 'mod', 'record', 'struct', 'enum', 'union']);
const TYPES: ReadonlySet<string> = new Set(['type', 'typedef']);
const VALUES: ReadonlySet<string> = new Set(['let', 'var', 'const', 'val', 'static']);
/** What is defined in one of these is seen there alone. */
const WHOLE: ReadonlySet<EntityKind> = new Set(['function', 'value', 'type', 'imports']);
const TESTS: ReadonlySet<string> = new Set(['describe', 'it', 'test', 'context', 'suite', 'bench', 'specify']);

/** What a line begins, before it is known where that ends. */
interface Beginning { readonly name: string; readonly kind: EntityKind; readonly depth: number }

const isAscii = (line: string): boolean => { for (let i = 0; i < line.length; i++) if (line.charCodeAt(i) > 127) return false; return true; };
/** Words read bytes. */
const bytesOf = (line: string): string => (isAscii(line) ? line : fromUtf8(line.slice(0, 1000)));
const shown = (name: string): string => {
  const text = display(name as ByteString);
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME - 1)}…`;
};

function extensionOf(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1), dot = file.lastIndexOf('.');
  return dot < 0 ? '' : file.slice(dot + 1).toLowerCase();
}

/** 1…6 of a heading of prose, 0 where it is none. */
function headingOf(line: string): number {
  let marks = 0;
  while (marks < 7 && line[marks] === '#') marks++;
  return marks > 0 && marks < 7 && line[marks] === ' ' ? marks : 0;
}

function kindOf(tokens: readonly string[], name: string): EntityKind {
  const at = tokens.indexOf(name), words = tokens.slice(0, at < 0 ? 6 : at);
  // `export default async function f`, `const f = (x) => {`
  if (words.some((word) => word === 'function' || word === 'fn' || word === 'def' || word === 'func' || word === 'fun' || word === 'sub')) return 'function';
  if (words.some((word) => CLASSES.has(word))) return 'class';
  if (words.some((word) => TYPES.has(word))) return 'type';
  if (tokens[at + 1] === '(') return 'function';
  if (words.some((word) => VALUES.has(word))) return isFunctionValue(tokens, at) ? 'function' : 'value';
  return tokens.includes('(') ? 'function' : 'value';
}

function isFunctionValue(tokens: readonly string[], at: number): boolean {
  const assign = tokens.indexOf('=', at);
  if (assign < 0) return false;
  const after = tokens.slice(assign + 1);
  return after[0] === 'function' || (after[0] === 'async' && after[1] !== undefined) || after.some((token, i) => token === '=' && after[i + 1] === '>');
}

/** What a test is called: the string it begins with. */
function testName(line: string, tokens: readonly string[]): string | null {
  if (!TESTS.has(tokens[0]!)) return null;
  const found = /^[^'"`(]*\(\s*(['"`])(.*?)\1/.exec(line);
  return found === null || found[2] === '' ? null : found[2]!;
}

function ruleOf(line: string): string | null {
  const text = line.trim();
  if (!text.endsWith('{') || text.length < 2) return null;
  return text.slice(0, -1).trim() || null;
}

function begins(line: string, extension: string): Beginning | null {
  if (PROSE.has(extension)) {
    const level = headingOf(line);
    return level === 0 ? null : { name: line.slice(level).trim() || '#'.repeat(level), kind: 'section', depth: level };
  }
  const depth = indentOf(line);
  if (depth < 0) return null;
  if (STYLED.has(extension)) {
    const rule = ruleOf(line);
    return rule === null ? null : { name: rule, kind: 'rule', depth };
  }
  const bytes = bytesOf(line), tokens = tokensOf(bytes);
  if (tokens.length === 0) return null;
  if (KEYED.has(extension)) {
    const section = /^\s*\[+([^[\]]+)\]+\s*$/.exec(line);
    if (section !== null && (extension === 'toml' || extension === 'ini' || extension === 'cfg')) return { name: section[1]!.trim(), kind: 'section', depth: -1 };
    const key = /^\s*(?:- )?(?:"([^"]{1,300})"|'([^']{1,300})'|([\w$./@-]{1,300}))\s*[:=]/.exec(line);
    const name = key === null ? null : key[1] ?? key[2] ?? key[3]!;
    return name === null ? null : { name, kind: 'key', depth };
  }
  const test = testName(line, tokens);
  if (test !== null) return { name: test, kind: 'test', depth };
  const isC = C_LIKE.has(extension), from = isC && tokens[0] === 'static' ? 1 : 0;
  // of C the word before says nothing of what is defined: `static int f(…)`; and what ends at once is only declared
  const found = isC && CLASSES.has(tokens[from]!) && tokens.at(-1) === ';' && !tokens.includes('{') ? null : definedBy(from === 0 ? bytes : bytes.replace(/^(\s*)static\s+/, '$1'), tokens.slice(from), extension);
  // `impl Type`, `impl Trait for Type`: of Rust, which defines nothing by it
  if (found === null && tokens[0] === 'impl' && tokens.at(-1) === '{') return { name: shown(bytes.trim().slice(0, -1).trim()), kind: 'class', depth };
  if (found === null || found.isLocal) return null;
  return { name: shown(found.name), kind: kindOf(tokens, found.name), depth };
}

/** A line that closes what is open at its depth; one that opens again goes on with it: `) {` of a long header. */
const CLOSING = /^\s*(?:[)\]}]|end\b|fi\b|esac\b|done\b|<\/)/;
const GOES_ON = /(?:[{(:[]|=>|\bdo|\bthen)\s*$/;
/** Comments, decorators and attributes stand directly above what they are about. */
const ABOVE = /^\s*(?:\/\/|\/\*|\*|#(?!include\b)|--|;|@|\[[A-Z])/;

interface Open { readonly at: number; readonly depth: number; /** what is defined within is a part of it, and not told apart */ readonly isWhole: boolean; readonly keys: number }

/** Read from lines alone, for every language alike. */
export const byLines: Entities = {
  outline(lines, path) {
    const extension = extensionOf(path), isProse = PROSE.has(extension), isKeyed = KEYED.has(extension), isStyled = STYLED.has(extension);
    const out: { readonly name: string; readonly kind: EntityKind; readonly start: number; end: number; readonly parent: number }[] = [], open: Open[] = [];
    const n = Math.min(lines.length, MOST_LINES);
    /** one past the last line with more than a comment on it; first line of the comments directly above, and their depth */
    let filled = 0, above = -1, aboveDepth = 0, fence = '';
    const close = (end: number): void => { out[open.pop()!.at]!.end = end; };
    for (let i = 0; i < n; i++) {
      const line = lines[i]!, depth = indentOf(line);
      if (depth < 0) { above = -1; continue; }
      if (isProse) {
        const mark = /^\s*(```|~~~)/.exec(line)?.[1] ?? '';
        if (mark !== '' && (fence === '' || fence === mark)) fence = fence === '' ? mark : '';
        if (fence !== '' || mark !== '' || headingOf(line) === 0) { filled = i + 1; continue; }
      } else if (!isStyled && !isKeyed && ABOVE.test(line)) {
        if (above < 0 || aboveDepth !== depth) { above = i; aboveDepth = depth; }
        continue;
      }
      const begun = begins(line, extension) ?? (depth === 0 && !isKeyed && !isStyled && isImport(tokensOf(bytesOf(line))) ? { name: 'imports', kind: 'imports' as const, depth: 0 } : null);
      const isClosing = begun === null && CLOSING.test(line), opensOnly = line.trim() === '{' || (isClosing && GOES_ON.test(line));
      const level = begun?.depth ?? (opensOnly ? depth + 1 : depth);
      while (open.length > 0 && open.at(-1)!.depth >= level) {
        const closes = isClosing && open.at(-1)!.depth === level;
        close(closes ? i + 1 : filled);
        if (closes) break;
      }
      const around = open.at(-1);
      if (begun !== null && around?.isWhole !== true) {
        const keys = (around?.keys ?? 0) + (begun.kind === 'key' ? 1 : 0), last = out.at(-1);
        if (begun.kind === 'imports' && last?.kind === 'imports' && last.end === filled) open.push({ at: out.length - 1, depth: 0, isWhole: true, keys });
        else if (keys <= KEY_DEPTH) {
          const name = begun.name.length <= LONGEST_NAME ? begun.name : `${begun.name.slice(0, LONGEST_NAME - 1)}…`;
          out.push({ name, kind: begun.kind, start: above >= 0 && aboveDepth === depth ? above : i, end: i + 1, parent: around?.at ?? -1 });
          open.push({ at: out.length - 1, depth: begun.depth, isWhole: WHOLE.has(begun.kind), keys });
        }
      }
      above = -1;
      filled = i + 1;
    }
    while (open.length > 0) close(n === lines.length ? filled : lines.length);
    return out;
  },
};
