// Danger: a search by symbol that misses the function in which a line was changed, or names a local of it as if it were one.
import { expect, test } from 'vitest';
import type { Oid, PathBytes } from './bytes.ts';
import type { Edit, Hunk } from './model.ts';
import { outlineOf, symbolsOf, wantsOutline } from './symbols.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The edit that makes `after` of `before`: the lines between their common beginning and end. */
function edit(path: string, before: string | null, after: string | null): Edit {
  const lines = (text: string | null): string[] => (text === null ? [] : text.split(/(?<=\n)/)), a = lines(before), b = lines(after);
  let head = 0, tail = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const hunk: Hunk = { start: head, end: a.length - tail, removed: bytes(a.slice(head, a.length - tail).join('')), inserted: bytes(b.slice(head, b.length - tail).join('')) };
  const entry = (text: string | null) => (text === null ? null : { mode: 0o100644, oid: '0'.repeat(40) as Oid });
  return { path: path as PathBytes, kind: before === null ? 'add' : after === null ? 'delete' : 'modify', before: entry(before), after: entry(after), hunks: [hunk], added: 0, deleted: 0 };
}
const symbols = (path: string, before: string | null, after: string | null): readonly string[] => symbolsOf([edit(path, before, after)], () => (before === null ? null : outlineOf(path, bytes(before))));

test('a change is named by what it stands within, innermost first, and by what its lines define', () => {
  const typescript = 'export class History {\n  readonly entries = 1;\n\n  undoLast(at: number) {\n    const local = 1;\n    return local;\n  }\n}\n';
  expect(symbols('src/history.ts', typescript, typescript.replace('return local', 'return local + at'))).toEqual(['undoLast', 'History']);
  expect(symbols('src/history.ts', typescript, typescript.replace('  undoLast(', '  redoLast(at: number) {\n    return at;\n  }\n\n  undoLast('))).toEqual(['History', 'redoLast']);
  const python = 'class Parser:\n    def parse_date(self, text):\n        year = text[:4]\n        return year\n\n\ndef main_entry():\n    pass\n';
  expect(symbols('parser.py', python, python.replace('text[:4]', 'text[0:4]'))).toEqual(['parse_date', 'Parser']);
  expect(symbols('parser.py', python, python.replace('    pass', '    return 1'))).toEqual(['main_entry']);
  const rust = 'impl Server {\n    pub fn open_port(&self) -> u16 {\n        let port = 80;\n        port\n    }\n}\n\npub struct ServerState;\n';
  expect(symbols('src/server.rs', rust, rust.replace('= 80', '= 8080'))).toContain('open_port');
  expect(symbols('src/server.rs', rust, rust.replace('ServerState', 'ServerStatus'))).toEqual(['ServerStatus', 'ServerState']);
  const go = 'package main\n\nfunc (s *Server) CloseAll() error {\n\treturn nil\n}\n';
  expect(symbols('main.go', go, go.replace('return nil', 'return err'))).toEqual(['CloseAll']);
  const c = 'static int\nread_all(struct file *f)\n{\n\tint n = 0;\n\treturn n;\n}\n\nint write_all(struct file *f)\n{\n\treturn 1;\n}\n';
  expect(symbols('io.c', c, c.replace('return 1;', 'return 2;'))).toEqual(['write_all']);
  const ruby = 'module Shop\n  class Cart\n    def add_item(item)\n      items << item\n    end\n  end\nend\n';
  expect(symbols('cart.rb', ruby, ruby.replace('items << item', 'items.push(item)'))).toEqual(['add_item', 'Cart', 'Shop']);
  const java = 'public class Account {\n    public int totalBalance() {\n        return 1;\n    }\n}\n';
  expect(symbols('Account.java', java, java.replace('return 1', 'return 2'))).toEqual(['totalBalance', 'Account']);
  const json = '{\n  "compilerOptions": {\n    "strict": true\n  }\n}\n';
  expect(symbols('tsconfig.json', json, json.replace('true', 'false'))).toContain('compilerOptions');
});

test('files that come and go are named by what they define; prose, locks and what is not text by nothing', () => {
  expect(symbols('src/new.ts', null, 'export function openDoor() {\n  const inside = 1;\n}\nexport const LIMIT = 3;\n')).toEqual(['openDoor', 'LIMIT']);
  expect(symbols('src/old.py', 'def close_door():\n    pass\n', null)).toEqual(['close_door']);
  expect(symbols('README.md', '# One\n', '# Two\n')).toEqual([]);
  expect(symbols('package-lock.json', '{ "a": 1 }\n', '{ "a": 2 }\n')).toEqual([]);
  expect(outlineOf('a.ts', Uint8Array.of(0, 1, 2))).toBe(null);
  expect(wantsOutline(edit('README.md', 'a\n', 'b\n'))).toBe(false);
  expect(symbols('src/umlaut.ts', null, 'export function größeÄndern() {}\n')).toEqual(['größeÄndern']);
});

test('a change of any size costs no more than its bound, and names no more', () => {
  const long = Array.from({ length: 20_000 }, (_, i) => `export function makeThing${i}() {}\n`).join('');
  expect(symbols('a.ts', null, long)).toHaveLength(200);
  expect(symbols('a.ts', null, 'x'.repeat(1 << 20))).toEqual([]);
});
