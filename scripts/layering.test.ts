// The danger: a rule that looks at imports and lets some through. Each row of the table gets breaches planted in every form
// an import can take, and what the row allows must stay allowed.
import { describe, expect, test } from 'vitest';
import { breaches, read, sources } from './layering.ts';
import { lines, table } from './rooms.ts';

const of = (file: string, source: string) => breaches(new Map([[file, source]]));

/** Ways to ask for a module. Type-only ones count: a type from a forbidden room is a dependency on it. */
const forms: Readonly<Record<string, (from: string) => string>> = {
  'import': (from) => `import { x } from '${from}';`,
  'side effect': (from) => `import '${from}';`,
  'import type': (from) => `import type { X } from '${from}';`,
  're-export': (from) => `export { x } from '${from}';`,
  'type re-export': (from) => `export type { X } from '${from}';`,
  'export all': (from) => `export * from '${from}';`,
  'dynamic': (from) => `const x = async () => (await import('${from}')).x;`,
  'template': (from) => `const x = import(\`${from}\`);`,
  'type query': (from) => `type X = import('${from}').X;`,
  'import = require': (from) => `import x = require('${from}');`,
  'require': (from) => `const x = require('${from}');`,
};

const rooms = Object.keys(table);
const fileIn = (prefix: string): string => (prefix.endsWith('.ts') ? prefix : `${prefix}thing.ts`);
const relative = (from: string, to: string): string => `${'../'.repeat(from.split('/').length - 1)}${to}`;

describe('every row', () => {
  for (const room of rooms) {
    const file = fileIn(room);
    const row = table[room]!;
    const allowed = (other: string): boolean => other === room || row.rooms.includes(other);
    const refused = [
      ...rooms.filter((other) => !allowed(other)).map((other) => relative(file, fileIn(other))),
      relative(file, 'testkit/generate.ts'), relative(file, 'scripts/steps.ts'), relative(file, `${room}thing.test.ts`), './thing',
      ...(row.node ? [] : ['node:fs', 'node:path', 'node:crypto', 'fs']),
      ...(row.packages.includes('electron') ? [] : ['electron', 'electron/main']),
      'left-pad', '@scope/other/deep', 'vitest',
    ];
    const kept = [
      ...rooms.filter(allowed).map((other) => relative(file, fileIn(other))),
      ...row.rooms.map((other) => relative(file, fileIn(other))),
      ...row.packages, ...row.packages.map((name) => `${name}/deep.js`),
      ...(row.node ? ['node:fs', 'node:worker_threads'] : []),
    ];
    for (const [form, write] of Object.entries(forms)) {
      test(`${room} refuses ${refused.length} and keeps ${kept.length} imports written as ${form}`, () => {
        for (const from of refused) {
          // A computed name is refused for another reason, but refused.
          expect(of(file, `\n${write(from)}\n`), `${file} ← ${from}`).toMatchObject([{ file, line: 2 }]);
        }
        if (form === 'template') return;
        for (const from of kept) expect(of(file, `${write(from)}\n`), `${file} ← ${from}`).toEqual([]);
      });
    }
  }
});

test('the rows say what design.md §5 says', () => {
  const may = (room: string) => table[room]!.rooms;
  expect(may('app/core/')).toEqual([]);
  expect(may('app/contract/')).toEqual(['app/core/']);
  expect(may('app/workers/')).toEqual(['app/core/']);
  expect(may('app/renderer/')).toEqual(['app/core/', 'app/contract/', 'app/workers/client.ts']);
  expect(may('app/main/storage/')).toEqual(['app/core/']);
  expect(may('app/main/git/')).toEqual(['app/core/']);
  expect([...may('app/main/service/')].sort()).toEqual(['app/contract/', 'app/core/', 'app/main/git/', 'app/main/storage/', 'app/workers/']);
  for (const door of rooms.filter((room) => /^app\/main\/doors\/\w+\/$/.test(room))) {
    expect(may(door)).toEqual(expect.arrayContaining(['app/main/service/', 'app/contract/']));
    expect(table[door]!.packages.includes('electron')).toBe(door === 'app/main/doors/electron/');
  }
  expect(may('app/main/doors/electron/preload/')).toEqual(['app/contract/']);
  expect(rooms.filter((room) => !table[room]!.node)).toEqual(['app/core/', 'app/contract/', 'app/workers/', 'app/renderer/', 'app/main/doors/electron/preload/']);
});

test('a file outside every room, and electron outside its door, are breaches; tests and tools are free otherwise', () => {
  expect(of('app/elsewhere/x.ts', 'export {};\n')).toHaveLength(1);
  expect(of('app/main/x.ts', 'export {};\n')).toHaveLength(1);
  for (const file of ['app/core/x.test.ts', 'testkit/x.ts', 'e2e/x.ts', 'bench/x.ts', 'scripts/x.ts', 'vite.config.ts']) {
    expect(of(file, "import { app } from 'electron';\n"), file).toHaveLength(1);
    expect(of(file, "import 'node:fs';\nimport 'vitest';\nimport '../app/core/bytes.ts';\n"), file).toEqual([]);
  }
});

test('the address of a worker is free to the room that talks to it; its code is not', () => {
  const address = '../workers/graph.worker.ts?worker&url';
  expect(of('app/renderer/x.ts', `import url from '${address}';\n`)).toEqual([]);
  for (const from of ['../workers/graph.worker.ts', '../workers/layout.ts?worker&url', '../main/service/x.worker.ts?worker&url']) {
    expect(of('app/renderer/x.ts', `import url from '${from}';\n`), from).toHaveLength(1);
  }
  expect(of('app/contract/x.ts', `import url from '${address}';\n`)).toHaveLength(1);
});

test('pure rooms have no clock and no chance', () => {
  for (const use of ['new Date()', 'Date.now()', 'performance.now()', 'Math.random()', "Math['random']()", 'crypto.getRandomValues(x)']) {
    for (const room of rooms) expect(of(fileIn(room), `export const t = ${use};\n`), `${room}: ${use}`).toHaveLength(table[room]!.pure ? 1 : 0);
  }
  expect(of('app/core/x.ts', 'export const t = Math.floor(1.5);\n')).toEqual([]);
  expect(of('app/core/x.test.ts', 'export const t = Math.random();\n')).toEqual([]);
});

test('a name in a comment or a string is no import', () => {
  expect(read('a.ts', "// import 'a'\nconst s = \"import 'b'\";\n/* require('c') */\n").imports).toEqual([]);
});

test(`a file of more than ${lines.hard} lines fails`, () => {
  expect(of('app/core/long.ts', '\n'.repeat(lines.hard))).toEqual([]);
  expect(of('app/core/long.ts', '\n'.repeat(lines.hard + 1))).toMatchObject([{ line: lines.hard + 1 }]);
});

test('the project keeps its table', () => {
  const files = sources();
  expect(files.size).toBeGreaterThan(5);
  expect(breaches(files)).toEqual([]);
});
