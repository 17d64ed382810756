// Names that a line defines, imports or takes in, told without a parser: by the words it begins with, or by a shape that the common
// languages share. It errs on the side of not seeing one: what it misses is still tied by shared names, only less surely.
import { indentOf, isName } from './words.ts';

const MODIFIERS: ReadonlySet<string> = new Set(`export default pub async public private protected internal static abstract final declare unsafe extern inline readonly override
  virtual sealed partial get set crate const suspend open data volatile constexpr local`.split(/\s+/));
const DEFINING: ReadonlySet<string> = new Set(`function class interface type enum struct trait def fn func fun let var const module namespace record macro_rules define sub val object
  protocol mod union typedef static`.split(/\s+/));
/** What these define is seen within a block: outside it the same name is another thing. */
const LOCAL: ReadonlySet<string> = new Set(['let', 'var', 'const', 'val', 'static', 'type']);
const CONTROL: ReadonlySet<string> = new Set('if for while switch catch return function else match when until unless with do try sizeof elif foreach super typeof await yield throw new print assert describe it test'.split(' '));
const IMPORTING: ReadonlySet<string> = new Set(['import', 'from', 'use', 'require', 'require_relative', 'include', 'using', 'extern']);
const C_LIKE: ReadonlySet<string> = new Set(['c', 'h', 'cc', 'cpp', 'hpp', 'cxx', 'hh', 'm', 'mm', 'java', 'cs']);
const KEYED: ReadonlySet<string> = new Set(['json', 'json5', 'jsonc', 'yaml', 'yml', 'toml', 'ini', 'cfg', 'properties', 'env']);
const ASSIGNED: ReadonlySet<string> = new Set(['py', 'rb', 'sh', 'pyi', 'jl', 'r', 'mk', 'cmake']);

/** What brings names into a file from elsewhere. `tokens`: of the line. */
export function isImport(tokens: readonly string[]): boolean {
  const [first, second] = tokens;
  if (first === undefined) return false;
  if (first === '#' && second === 'include') return true;
  const from = first === 'pub' || first === 'export' ? 1 : 0, word = tokens[from]!;
  // 'import(' and 'from(' are calls; 'export *' and 'export {' take from elsewhere where a 'from' follows
  if (IMPORTING.has(word)) return word === 'from' ? tokens.includes('import') : tokens[from + 1] !== undefined && tokens[from + 1] !== '(' && tokens[from + 1] !== ':' && tokens[from + 1] !== '=' && (from === 0 || word === 'use');
  if (first === 'export' && (second === '{' || second === '*')) return tokens.includes('from');
  return (first === 'const' || first === 'let' || first === 'var') && tokens.includes('require') && tokens.includes('=');
}

/** Names that an import brings in: every name on it that is not in quotes. */
export function importedBy(tokens: readonly string[]): string[] {
  const out: string[] = [];
  let quote = '';
  for (const [i, token] of tokens.entries()) {
    if (quote !== '') { if (token === quote) quote = ''; continue; }
    if (token === '"' || token === '\'' || token === '`') quote = token;
    // `a as b` brings in b, `from x import y` brings in y
    else if (isName(token) && !MODIFIERS.has(token) && !DEFINING.has(token) && !IMPORTING.has(token) && token !== 'as' && tokens[i + 1] !== 'as' && tokens[i - 1] !== 'from') out.push(token);
  }
  return out;
}

/** The name that a line defines, or null. `isLocal`: within its block only. */
export function definedBy(line: string, tokens: readonly string[], extension: string): { readonly name: string; readonly isLocal: boolean } | null {
  if (tokens.length === 0) return null;
  const indent = indentOf(line);
  if (KEYED.has(extension)) {
    const from = tokens[0] === '"' || tokens[0] === '\'' ? 1 : 0, key = tokens[from]!;
    const mark = tokens.slice(from + 1, from + 3).find((token) => token === ':' || token === '=');
    return key !== undefined && isName(key) && mark !== undefined ? { name: key, isLocal: false } : null;
  }
  let i = 0;
  while (i < tokens.length && (MODIFIERS.has(tokens[i]!) && !(DEFINING.has(tokens[i]!) && isName(tokens[i + 1] ?? '') && !DEFINING.has(tokens[i + 1]!)) || tokens[i] === '#' || (tokens[i] === '(' && tokens[i + 1] === 'crate') || (tokens[i] === ')' && i > 0))) i++;
  const word = tokens[i];
  if (word !== undefined && DEFINING.has(word)) {
    let at = i + 1;
    while (tokens[at] === '*' || tokens[at] === '!' || tokens[at] === 'mut' || tokens[at] === '&' || (DEFINING.has(tokens[at] ?? '') && isName(tokens[at + 1] ?? ''))) at++;
    // a receiver: func (s *Server) Close, def self.open
    if (word === 'func' && tokens[at] === '(') at = tokens.indexOf(')', at) + 1;
    if (tokens[at] === 'self' && tokens[at + 1] === '.') at += 2;
    const name = tokens[at];
    return name !== undefined && isName(name) && !CONTROL.has(name) ? { name, isLocal: indent > 0 && LOCAL.has(word) } : null;
  }
  // name: (…) => {, name = async function (…) {: members that are functions
  if (word !== undefined && isName(word) && !CONTROL.has(word) && tokens.at(-1) === '{' && (tokens[i + 1] === ':' || tokens[i + 1] === '=') && (tokens[i + 2] === '(' || tokens[i + 2] === 'async' || tokens[i + 2] === 'function')) return { name: word, isLocal: false };
  const open = tokens.indexOf('('), assign = tokens.indexOf('=');
  // exports.name = …, Server.prototype.close = …, NAME = … at the margin of a script
  if (assign > 0 && (open < 0 || assign < open) && isName(tokens[assign - 1]!) && tokens[assign + 1] !== '=') {
    const isShared = tokens[assign - 2] === '.' && (tokens[0] === 'exports' || tokens.includes('prototype') || tokens[2] === 'exports');
    if (isShared || (assign === 1 && indent === 0 && ASSIGNED.has(extension))) return { name: tokens[assign - 1]!, isLocal: false };
  }
  if (open <= 0) return null;
  // name(…) { of a method, type name(…) at the margin of a file of C
  const name = tokens[open - 1]!;
  if (!isName(name) || CONTROL.has(name) || tokens.slice(0, open - 1).some((token) => CONTROL.has(token) || (!isName(token) && !'*<>[]:,&~#'.includes(token)))) return null;
  const last = tokens.at(-1)!, isC = C_LIKE.has(extension);
  if (last === '{' && (isC || !tokens.includes('=>')) && (open === 1 || isC || tokens.slice(0, open - 1).every((token) => MODIFIERS.has(token) || token === '*' || token === '#'))) return { name, isLocal: false };
  return isC && indent === 0 && open >= 2 && last !== ';' ? { name, isLocal: false } : null;
}
