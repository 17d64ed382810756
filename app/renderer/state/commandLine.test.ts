// Danger: a line that is copied and does something else; a branch name that git refuses only after everything was written.
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import { tempDir, tryGit } from '../../../testkit/git.ts';
import type { AcuRow } from '../../workers/client.ts';
import { branchNameProblem, composeLine, importLine, namesOfSet, quote, shortestId } from './commandLine.ts';

const id = (text: string): AcuId => text.padEnd(64, '0') as AcuId;

describe('names of branches', () => {
  test('git and we agree on every name of a hostile table', () => {
    const dir = tempDir('names');
    const names = ['a', 'feature/x', 'ü/ß', 'a.b', '@a', 'a@', '', '-a', 'a b', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', '/a', 'a/', 'a//b', 'a..b', 'a@{b', 'HEAD', 'a.', 'a.lock', 'a.lock/b', '.a', 'a/.b', 'a\u0001', 'a\u007f', '{', '}', '!', '#', '$(x)', "'", '"'];
    const disagree = names.filter((name) => (tryGit(dir.path, ['check-ref-format', '--branch', name]).status === 0) !== (branchNameProblem(name) === null));
    dir.remove();
    expect(disagree).toEqual([]);
    // git takes this one for HEAD before it looks at it
    expect(branchNameProblem('@')).not.toBe(null);
  });

  test('git and we agree on names made of what git minds', () => {
    const dir = tempDir('names');
    const part = fc.constantFrom('a', 'b', '.', '..', '/', '@', '{', '@{', '-', '.lock', '~', ' ', 'HEAD');
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const name = parts.join('');
      // `--branch @{-1}` and the like ask for a branch by its history: the name after refs/heads/ is what is meant here
      const status = tryGit(dir.path, ['check-ref-format', `refs/heads/${name}`]).status;
      const ours = branchNameProblem(name) === null;
      if (ours) expect(status, name).toBe(0);
      else expect(status !== 0 || name.startsWith('-') || name === 'HEAD' || name === '@', name).toBe(true);
    }), { numRuns: 150 });
    dir.remove();
  });
});

describe('lines', () => {
  test('a shell reads back exactly the words that were quoted', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '$', '`', '\\', '!', '*', '\t', 'é', ';', '#') }), { minLength: 1, maxLength: 4 }), (words) => {
      const out = spawnSync('sh', ['-c', `printf '%s\\0' ${words.map(quote).join(' ')}`]).stdout.toString('utf8');
      expect(out.split('\0').slice(0, -1)).toEqual(words);
    }), { numRuns: 60 });
  });

  test('whole sources are named, a stack by its top alone, the rest by ids that are long enough', () => {
    const ids = ['aaaaaaaa1', 'aaaaaaaa2', 'bbbb', 'cccc'].map(id);
    const rows = ids.map((one) => ({ id: one }) as AcuRow);
    const sources = [{ name: 'bottom', acus: [ids[0]!] }, { name: 'top', acus: [ids[0]!, ids[1]!] }, { name: 'two', acus: [ids[2]!, ids[3]!] }, { name: 'empty', acus: [] }];
    expect(namesOfSet([ids[0]!, ids[1]!], rows, sources)).toEqual(['top']);
    expect(namesOfSet([ids[0]!, ids[2]!], rows, sources)).toEqual(['bottom', 'bbbb0000']);
    expect(namesOfSet([ids[1]!], rows, [])).toEqual(['aaaaaaaa2']);
    expect(shortestId(ids[2]!, ids)).toBe('bbbb0000');
  });

  test('a name that is shown with escapes, or that begins like an option, is never written into a line: its ids are', () => {
    for (const name of ['a\\u{202e}b', '\u2068עברית\u2069', '-x', '\\xff']) {
      expect(namesOfSet([id('aaaa')], [{ id: id('aaaa') } as AcuRow], [{ name, acus: [id('aaaa')] }])).toEqual(['aaaa0000']);
    }
  });

  test('the whole line', () => {
    expect(composeLine('/my repos/x', ['feature/a', 'b'], 'integration')).toBe("acumen compose feature/a b --repo '/my repos/x' --branch integration");
    // what a system takes as one argument, each letter at its longest
    const longest = '€'.repeat(40_000);
    expect(spawnSync('true', [longest]).status).toBe(0);
    expect(composeLine('/r', ['a'], 'b', longest)).toContain(longest);
    expect(composeLine('/r', ['a'], 'b', `${longest}€`)).toBeNull();
    expect(importLine('/r', 'main', ['refs/heads/*'])).toBe("acumen import /r --base main --refs 'refs/heads/*'");
  });
});
