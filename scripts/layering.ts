// Holds every import to the table in rooms.ts, and every file to its length. Knows static and dynamic imports, re-exports,
// type imports (`import type`, `import('x').T`), `import x = require()` and `require()`; a computed import is refused.
// In rooms that are pure it also refuses the clock and chance that ECMAScript itself brings.
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { lines, table, type Row } from './rooms.ts';
import { root } from './steps.ts';

export type Breach = { readonly file: string; readonly line: number; readonly what: string };

const test = /\.test\.tsx?$/;
const dev = /^(testkit|e2e|bench|scripts)\//;

export interface Reading {
  /** every module the file asks for, with its offset; null where it is computed */
  readonly imports: readonly { readonly from: string | null; readonly at: number }[];
  /** uses of clock and chance, with their offset */
  readonly impure: readonly { readonly what: string; readonly at: number }[];
}

export function read(file: string, source: string): Reading {
  const imports: { from: string | null; at: number }[] = [];
  const impure: { what: string; at: number }[] = [];
  const parsed = parseSync(file, source);
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]!.message}`);
  const take = (node: { type: string; start: number; value?: unknown } | null | undefined): void => {
    if (node) imports.push({ from: node.type === 'Literal' && typeof node.value === 'string' ? node.value : null, at: node.start });
  };
  new Visitor({
    ImportDeclaration: (node) => { take(node.source); },
    ExportNamedDeclaration: (node) => { take(node.source); },
    ExportAllDeclaration: (node) => { take(node.source); },
    ImportExpression: (node) => { take(node.source); },
    TSImportType: (node) => { take(node.source); },
    TSExternalModuleReference: (node) => { take(node.expression); },
    CallExpression: (node) => { if (node.callee.type === 'Identifier' && node.callee.name === 'require') take(node.arguments[0] as never); },
    Identifier: (node) => { if (['Date', 'performance', 'crypto'].includes(node.name)) impure.push({ what: node.name, at: node.start }); },
    MemberExpression: (node) => {
      if (node.object.type === 'Identifier' && node.object.name === 'Math' && !(node.property.type === 'Identifier' && !node.computed && node.property.name !== 'random')) {
        impure.push({ what: 'Math.random', at: node.start });
      }
    },
  }).visit(parsed.program);
  return { imports, impure };
}

function roomOf(file: string): string | null {
  return Object.keys(table).filter((room) => file.startsWith(room)).sort((a, b) => b.length - a.length)[0] ?? null;
}

/** Why `file`, in `room`, may not import `from`; null where it may. */
function refusal(file: string, room: string, row: Row, from: string | null): string | null {
  if (from === null) return 'imports a computed name, which no rule can check';
  if (from.startsWith('.')) {
    // The address of a worker's bundle, which is a string: whoever may import the workers' client may ask for it.
    const address = from.endsWith('.worker.ts?worker&url');
    from = from.replace(/\?worker&url$/, '');
    const to = posix.normalize(posix.join(posix.dirname(file), from));
    if (!/\.(tsx?|css|json)$/.test(to)) return `imports '${from}' without its ending`;
    if (test.test(to)) return `imports a test: ${to}`;
    if (roomOf(to) === room || row.rooms.some((other) => (other.endsWith('/') ? roomOf(to) === other : to === other))) return null;
    if (address && to.startsWith('app/workers/') && row.rooms.includes('app/workers/client.ts')) return null;
    return `may not import ${to}: ${room} may import ${row.rooms.join(', ') || 'nothing outside itself'}`;
  }
  if (from.startsWith('node:')) return row.node ? null : `may not import ${from}: no Node in ${room}`;
  const name = from.split('/').slice(0, from.startsWith('@') ? 2 : 1).join('/');
  return row.packages.includes(name) ? null : `may not import package ${name}: ${room} lists ${row.packages.join(', ') || 'none'}`;
}

/** Files by path from the root, '/'-separated. Tests and tools may import anything but electron, which only its door touches. */
export function breaches(files: ReadonlyMap<string, string>): Breach[] {
  const found: Breach[] = [];
  for (const [file, source] of files) {
    const length = source.split('\n').length - 1;
    if (length > lines.hard) found.push({ file, line: length, what: `has ${length} lines, the limit is ${lines.hard}` });
    const free = test.test(file) || dev.test(file) || !file.includes('/');
    const room = roomOf(file);
    const row = room === null ? undefined : table[room];
    if (!free && (room === null || row === undefined)) { found.push({ file, line: 1, what: 'is in no room of the import table' }); continue; }
    const { imports, impure } = read(file, source);
    const add = (what: string, at: number): void => { found.push({ file, line: source.slice(0, at).split('\n').length, what }); };
    if (!free && row!.pure === true) for (const { what, at } of impure) add(`uses ${what}: ${room} has no clock and no chance`, at);
    for (const { from, at } of imports) {
      const what = free ? (from === 'electron' && room !== 'app/main/doors/electron/' ? 'may not import electron: only app/main/doors/electron/ may' : null) : refusal(file, room!, row!, from);
      if (what !== null) add(what, at);
    }
  }
  return found;
}

/** The project's own sources. */
export function sources(folder: string = root): Map<string, string> {
  const names = globSync(['{app,testkit,e2e,bench,scripts,resources}/**/*.{ts,tsx}', '*.ts'], { cwd: folder, exclude: (name) => /(^|[\\/])(node_modules|out)$/.test(name) });
  return new Map(names.map((name) => name.replaceAll('\\', '/')).sort().map((name) => [name, readFileSync(posix.join(folder, name), 'utf8')]));
}

if (process.argv[1] === import.meta.filename) {
  const files = sources();
  for (const [file, source] of files) {
    const length = source.split('\n').length - 1;
    if (length > lines.soft && length <= lines.hard) console.log(`${file}: ${length} lines (soft limit ${lines.soft})`);
  }
  const found = breaches(files);
  for (const { file, line, what } of found) console.error(`${file}:${line}: ${what}`);
  console.log(`${files.size} files, ${found.length} breaches of the import table`);
  if (found.length > 0) process.exitCode = 1;
}
