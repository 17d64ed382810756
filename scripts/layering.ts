// Holds every import to the table in rooms.ts, and every file to its length. Knows static and dynamic imports, re-exports,
// type imports (`import type`, `import('x').T`), `import x = require()` and `require()`; a computed import is refused.
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { lines, table, type Row } from './rooms.ts';
import { root } from './steps.ts';

export type Breach = { readonly file: string; readonly line: number; readonly what: string };

const test = /\.test\.tsx?$/;
const dev = /^(testkit|e2e|bench|scripts)\//;

/** Every module a file asks for, with its offset; null where it is computed. */
export function imports(file: string, source: string): { readonly from: string | null; readonly at: number }[] {
  const found: { from: string | null; at: number }[] = [];
  const parsed = parseSync(file, source);
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]!.message}`);
  const take = (node: { type: string; start: number; value?: unknown } | null | undefined): void => {
    if (node) found.push({ from: node.type === 'Literal' && typeof node.value === 'string' ? node.value : null, at: node.start });
  };
  new Visitor({
    ImportDeclaration: (node) => { take(node.source); },
    ExportNamedDeclaration: (node) => { take(node.source); },
    ExportAllDeclaration: (node) => { take(node.source); },
    ImportExpression: (node) => { take(node.source); },
    TSImportType: (node) => { take(node.source); },
    TSExternalModuleReference: (node) => { take(node.expression); },
    CallExpression: (node) => { if (node.callee.type === 'Identifier' && node.callee.name === 'require') take(node.arguments[0] as never); },
  }).visit(parsed.program);
  return found;
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
    for (const { from, at } of imports(file, source)) {
      const what = free ? (from === 'electron' && room !== 'app/main/doors/electron/' ? 'may not import electron: only app/main/doors/electron/ may' : null) : refusal(file, room!, row!, from);
      if (what !== null) found.push({ file, line: source.slice(0, at).split('\n').length, what });
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
