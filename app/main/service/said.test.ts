// Danger: a command line to copy that does something else than what was done.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine } from './said.ts';

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
