// The danger: a tsconfig that has drifted from the import table. The real tsconfigs are copied beside planted files, one for each
// import and each kind of global, and the real compiler says which of them compile.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { table } from './rooms.ts';
import { at, tools } from './steps.ts';

/** Under dist/, so that node_modules/@types is found from it as from the rooms. */
const folder = at('dist/.tests/rooms');
const rooms = Object.keys(table).filter((room) => existsSync(at(`${room}tsconfig.json`)));
const name = (room: string): string => room.replaceAll('/', '-');
let refused: ReadonlySet<string>;

/** What the compiler lets in: it sees through references, so also what an importable room may import. The lint rule does not. */
function visible(room: string, seen = new Set<string>()): Set<string> {
  for (const row of table[room]!.rooms) {
    const other = row.endsWith('/') ? row : `${posix.dirname(row)}/`;
    if (!seen.has(other)) visible(other, seen.add(other));
  }
  return seen;
}

const globals = {
  'node': { source: 'export const x = process.cwd();\n', seen: (room: string) => table[room]!.node },
  'dom': { source: 'export const x = document.title;\n', seen: (room: string) => ['app/renderer/', 'app/main/doors/electron/preload/'].includes(room) },
  'timers': { source: 'export const x = setTimeout(() => {}, 1);\n', seen: (room: string) => !['app/core/', 'app/contract/'].includes(room) },
};

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  const plant = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  plant('package.json', '{ "type": "module" }\n');
  cpSync(at('tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  for (const room of rooms) {
    // The workers' client is the one file of its room that the renderer may import; a tsconfig knows rooms, not files.
    plant(`${room}client.ts`, 'export const x = 1;\n');
    cpSync(at(`${room}tsconfig.json`), join(folder, `${room}tsconfig.json`));
    for (const other of rooms) if (other !== room) plant(`${room}imports${name(other)}.ts`, `export { x } from '${posix.relative(room, other)}/client.ts';\n`);
    for (const [kind, { source }] of Object.entries(globals)) plant(`${room}global-${kind}.ts`, source);
  }
  plant('tsconfig.json', JSON.stringify({ files: [], references: rooms.map((path) => ({ path })) }));
  const done = spawnSync(process.execPath, [at(tools.tsc), '-b', '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
  refused = new Set([...done.stdout.matchAll(/^(\S+?)\(\d+,\d+\): error TS/gm)].map((found) => found[1]!.replaceAll('\\', '/')));
});

describe.each(rooms)('%s', (room) => {
  test('compiles exactly the imports of its row', () => {
    const may = visible(room);
    for (const other of rooms.filter((one) => one !== room)) {
      expect(refused.has(`${room}imports${name(other)}.ts`), `${room} imports ${other}`).toBe(!may.has(other));
    }
  });

  test.each(Object.entries(globals))('sees %s globals only if it may', (kind, { seen }) => {
    expect(refused.has(`${room}global-${kind}.ts`)).toBe(!seen(room));
  });
});
