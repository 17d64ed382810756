// Danger: a command line that opens something else than was asked for, and a second process that sends the first what it likes.
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAsked, ownArguments, parseArguments } from './arguments.ts';

const cwd = path.resolve('/work/here');
const at = (...parts: string[]): string => path.resolve(cwd, ...parts);
const parse = (...args: string[]) => parseArguments(args, cwd);

describe('the command line', () => {
  test.each<[string, string[], object]>([
    ['nothing', [], { asked: null, git: 'auto', left: [] }],
    ['a repository', ['repo'], { asked: { repo: at('repo'), store: null, git: 'auto' }, git: 'auto', left: [] }],
    ['by option', ['--repo', 'repo'], { asked: { repo: at('repo'), store: null, git: 'auto' } }],
    ['with an equals sign, which a path may have too', ['--repo=a=b'], { asked: { repo: at('a=b'), store: null, git: 'auto' } }],
    ['a store alone', ['--store', '../s.acumen'], { asked: { repo: null, store: at('..', 's.acumen'), git: 'auto' } }],
    ['both, and a reader', ['x', '--store=s', '--git', 'embedded'], { asked: { repo: at('x'), store: at('s'), git: 'embedded' } }],
    ['the reader alone names no window', ['--git=native'], { asked: null, git: 'native' }],
    ['switches of Chromium', ['--no-sandbox', 'repo', '--ozone-platform=wayland'], { asked: { repo: at('repo') }, left: ['--no-sandbox', '--ozone-platform=wayland'] }],
    ['an absolute path stays', [at('elsewhere')], { asked: { repo: at('elsewhere') } }],
  ])('%s', (_name, args, expected) => {
    expect(parse(...args)).toMatchObject(expected);
  });

  test.each([['--repo'], ['--repo='], ['--store'], ['--git'], ['--git', 'magic'], ['one', 'two']])('%s %s is refused with what to write instead', (...args) => {
    expect(() => parse(...args.filter((arg) => arg !== undefined))).toThrow(expect.objectContaining({ code: 'usage', hint: expect.stringContaining('--git') as string }) as Error);
  });

  test('ours begin after the app\'s path, and after the program where it is packaged', () => {
    expect(ownArguments(['/dist/electron', '/app', 'repo', '--store', 's'], false)).toEqual(['repo', '--store', 's']);
    expect(ownArguments(['/dist/electron', '--no-sandbox', '--inspect=0', '/app/main.js', '--repo', 'r'], false)).toEqual(['--repo', 'r']);
    expect(ownArguments(['/dist/electron'], false)).toEqual([]);
    expect(ownArguments(['/opt/Acumen/acumen', '--no-sandbox', 'repo'], true)).toEqual(['--no-sandbox', 'repo']);
  });
});

describe('what a second start sends', () => {
  test('comes back as it was parsed', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z/.]{1,12}$/), { maxLength: 1 }), fc.constantFrom('auto', 'embedded', 'native'), (repo, git) => {
      const { asked } = parse(...repo, '--git', git);
      expect(decodeAsked(JSON.parse(JSON.stringify({ asked })))).toEqual({ asked });
    }));
  });

  test('and nothing else is taken', () => {
    const good = { repo: at('r'), store: null, git: 'auto' };
    expect(decodeAsked({ asked: good })).toEqual({ asked: good });
    for (const asked of [undefined, 1, 'x', [], {}, { ...good, repo: 'relative' }, { ...good, repo: 1 }, { ...good, store: undefined }, { ...good, git: 'magic' }, { ...good, repo: `${at('r')}\0` }, { ...good, repo: at('r'.repeat(5000)) }]) {
      expect(decodeAsked({ asked }), JSON.stringify(asked)).toBeNull();
    }
    for (const value of [null, undefined, 1, 'x', [], {}]) expect(decodeAsked(value)).toBeNull();
    fc.assert(fc.property(fc.anything(), (asked) => { expect(decodeAsked({ asked })?.asked ?? null).toBeNull(); }));
  });
});
