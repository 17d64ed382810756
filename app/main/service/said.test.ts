// Dangers: a command line to copy that does something else than what was done; an ACU that is said again by another piece, which the log must look for.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IndexWorld } from '../../../testkit/indexWorld.ts';
import type { AcuId, ByteString } from '../../core/bytes.ts';
import { Engine } from '../../core/engine.ts';
import { encodeTables } from '../../core/tables.ts';
import { textOf } from '../storage/piece.ts';
import { commandLine, composeCommand, describeChange } from './said.ts';

test('a shell reads back exactly the arguments that were written', () => {
  const odd = fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.stringMatching(/^[ '"$`\\!*?~#;&|<>(){}[\]\n\t-]{1,8}$/)).filter((s) => !s.includes('\0') && s.isWellFormed()), { minLength: 1, maxLength: 4 });
  const lists = fc.sample(odd, 200);
  const script = lists.map((args) => `acumen() { printf '%s\\0' "$@"; printf '\\0'; }\n${commandLine(...args)}`).join('\n');
  const shell = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' });
  expect(shell.stderr).toBe('');
  expect(shell.stdout).toBe(lists.map((args) => `${args.map((a) => `${a}\0`).join('')}\0`).join(''));
});

test('plain arguments stay plain, and what nobody would copy is left out', () => {
  expect(commandLine('compose', 'feature/x', '--branch', 'a-b')).toBe('acumen compose feature/x --branch a-b');
  expect(commandLine('compose', 'x'.repeat(10_000))).toBeNull();
});

test('ACUs that are said again are said by the same pieces, a title that is the name too', () => {
  const tables = new IndexWorld(1, 6).tables(), segments = tables.segments.map((segment, n) => ({ ...segment, standing: 'exact' as const, acu: (n + 1).toString(16).padStart(64, '0') as AcuId, title: `of ${n}` as ByteString }));
  const engine = Engine.decode(encodeTables({ ...tables, segments, sources: segments.slice(0, 3).map(({ tip }, n) => ({ name: `source-${n}` as ByteString, ref: `refs/heads/source-${n}` as ByteString, oid: tip, segments: [n] })) }));
  const ids = segments.slice(0, 4).map(({ acu }) => acu), line = composeCommand(engine, ids)!, said = describeChange(engine, { added: ids.slice(0, 2), gone: ids.slice(3), before: 2, after: ids.slice(0, 3) });
  expect(textOf(line, ' ')).toBe(`acumen compose source-0 source-1 source-2 ${ids[3]!.slice(0, 16)}`);
  expect(textOf(said, '')).toBe('Added source-0, source-1, took out of 3');
  composeCommand(engine, ids)!.forEach((piece, n) => expect(piece).toBe(line[n]));
  describeChange(engine, { added: ids.slice(0, 2), gone: ids.slice(3), before: 2, after: ids.slice(0, 3) }).forEach((piece, n) => expect(piece).toBe(said[n]));
  for (const [title, name] of [[said[1], line[2]], [said[3], line[3]]]) expect(title).toBe(name);
});
