// Danger: a name, a title or a path of somebody's repository that steers the terminal it is listed on, forges a line of
// output, or breaks the JSON document that a script reads.
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longScreen } from '../../../../testkit/hostile/long.ts';
import { hostileScreen } from '../../../../testkit/hostile/screen.ts';
import type { HostileScreen } from '../../../../testkit/hostile/screen.ts';
import { tempDir } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { hostileTexts, UNSEEN } from '../../../../testkit/hostile/strings.ts';
import { run } from './program.ts';
import type { Terminal } from './output.ts';

let dir: TempDir;
let repository: HostileScreen;
beforeAll(() => { dir = tempDir('cli-hostile'); repository = hostileScreen(dir.path); });
afterAll(() => { dir.remove(); });

async function acumen(terminal: boolean, ...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const streams = [new PassThrough(), new PassThrough()].map((stream) => Object.assign(stream, terminal ? { isTTY: true, columns: 120 } : {}));
  const said = ['', ''];
  streams.forEach((stream, i) => { stream.setEncoding('utf8').on('data', (text: string) => { said[i] += text; }); });
  const status = await run(args, { out: streams[0] as Terminal, err: streams[1] as Terminal, env: { ...process.env, ACUMEN_DATA: dir.path }, cwd: dir.path, interrupt: new AbortController().signal });
  await new Promise((resolve) => { setImmediate(resolve); });
  return { status, out: said[0]!, err: said[1]! };
}

/** Our own colours and the line that progress overwrites; nothing else may be in what a terminal gets. */
const ours = (text: string): string => text.replace(/\x1b\[(?:\d+m|K)|\r/g, '').replaceAll('\n', ' ');

describe('on a terminal nothing steers, reorders or hides', () => {
  const verbs = (): string[][] => [
    ['import', repository.path, '--git', 'embedded'], ['list', '--repo', repository.path], ['conflicts', '--repo', repository.path], ['compose', '05', '--repo', repository.path],
    ['collaborate', '--repo', repository.path, '--matrix', 'knowledge', '--by', 'files', '--top', '40'], ['collaborate', '--repo', repository.path, '--matrix', 'flying', '--roles'],
    ['log', '--repo', repository.path], ['undo', '--repo', repository.path], ['redo', '--repo', repository.path], ['fsck', '--repo', repository.path],
    ['compose', '02', '--branch', 'safe\u202egnp\u200b', '--repo', repository.path],
    // each text in one place, and in each place many texts
    ...hostileTexts.filter(({ text }) => !text.startsWith('-') && text.length < 9000).map(({ text }, i) => [['check', text, '--repo', repository.path], ['compose', '02', '--branch', `${text} `, '--repo', repository.path], ['import', text], ['list', '--store', text], [text]][i % 5]!),
    ['import', repository.path, '--base', '\u202eno\x1b[31m'], ['list', '--git', '\x1b]0;x\x07'], ['conflicts', '--kind', '\u202e\x1b[2J', '--repo', repository.path],
    ['collaborate', '--away', '\u202egnp\x1b[2J', '--repo', repository.path], ['collaborate', '--as-of', '\u202e\x1b[2J', '--repo', repository.path], ['collaborate', '--matrix', '\x1b[2J\u202e', '--repo', repository.path],
  ];

  test('in plain words', async () => {
    let lines = 0;
    for (const args of verbs()) {
      // The number of a branch stands for its name.
      const named = await Promise.all(args.map((arg) => (/^\d\d$/.test(arg) ? nameOf(arg) : arg)));
      const { status, out, err } = await acumen(true, ...named);
      expect([0, 1, 2, 3]).toContain(status);
      for (const text of [out, err]) expect(ours(text), `${args.join(' ').slice(0, 200)}`).not.toMatch(UNSEEN);
      for (const text of [out, err]) expect(text).not.toMatch(/[\u2068\u2069]/);
      expect(err).not.toContain('(bug)');
      lines += out.split('\n').length;
    }
    expect(lines).toBeGreaterThan(200);
  });

  test('as one JSON document each, whole', async () => {
    for (const args of [['list'], ['conflicts'], ['log'], ['check', '05'], ['collaborate', '--matrix', 'knowledge']]) {
      const named = await Promise.all(args.map((arg) => (/^\d\d$/.test(arg) ? nameOf(arg) : arg)));
      const { out, err } = await acumen(false, ...named, '--repo', repository.path, '--json');
      expect(err).toBe('');
      expect(out.trimEnd()).not.toContain('\n');
      expect(typeof JSON.parse(out)).toBe('object');
    }
    const { out } = await acumen(false, 'list', '--repo', repository.path, '--json');
    const acus = (JSON.parse(out) as { acus: { name: string }[] }).acus;
    expect(acus.length).toBe(repository.branches.length);
  });
});

test('of names that nobody can mean a person is told a part, and a script all', async () => {
  // more than a path may have where files are
  const { path } = longScreen(dir.path, 10_000), at = ['--repo', path];
  const verbs = [['import', path], ['list', '--search', 'path:f', ...at], ['conflicts', ...at], ['compose', 'fits', 'stack/top', ...at], ['suggest', ...at], ['blame', 'new.txt', ...at], ['collaborate', '--matrix', 'knowledge', '--by', 'files', ...at]];
  for (const args of verbs) {
    const { status, out, err } = await acumen(false, ...args);
    expect([0, 1], `${args[0]!}: ${err.slice(0, 300)}`).toContain(status);
    expect(Math.max(...`${out}\n${err}`.split('\n').map(({ length }) => length)), args.slice(0, 2).join(' ')).toBeLessThan(5000);
  }
  const all = JSON.parse((await acumen(false, 'list', ...at, '--json')).out) as { acus: { name: string; paths: string[] }[] };
  expect(all.acus.some(({ name }) => name === `${'n'.repeat(10_000)}a`) && all.acus.some(({ paths }) => paths.includes('f'.repeat(10_000)))).toBe(true);
});

async function nameOf(number: string): Promise<string> {
  const { out } = await acumen(false, 'list', '--repo', repository.path, '--json');
  return (JSON.parse(out) as { acus: { id: string; name: string; sources: string[] }[] }).acus.find(({ sources }) => sources.some((source) => source.startsWith(number)))!.id;
}
