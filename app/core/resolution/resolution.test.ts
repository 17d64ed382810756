// Danger: a decided file with bytes that nobody chose, or an answer that comes back for another conflict. The places and what answers make of
// them are held to git's own regions (merge-file), and keys to what may not be in them.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { fromBytes, toBytes, type ByteString, type Oid, type PathBytes } from '../bytes.ts';
import { Interner } from '../lines.ts';
import { answerOf, decidedBy, takeFiles, unfit } from './disputes.ts';
import { resolutionKey } from './key.ts';
import { type Piece, answerFor, decideLines, lineEndsOf, piecesOf, placesIn, takeLines } from './lines.ts';
import type { Answer, FilesPlace, LinesPlace } from './model.ts';

const bytes = (text: string): Uint8Array => toBytes(text as ByteString);
const text = (of: Uint8Array): string => fromBytes(of);

function pieces(base: string | null, ours: string, theirs: string): Piece[] {
  const interner = new Interner(), lines = (t: string): Uint32Array => interner.internLines(bytes(t));
  return piecesOf(interner, base === null ? 'add/add' : 'content', base === null ? null : lines(base), lines(ours), lines(theirs));
}
const decide = (of: readonly Piece[], answers: readonly Answer[]): string => text(decideLines(of, answers));
const all = (of: readonly Piece[], answer: Answer): Answer[] => placesIn(of).map(() => answer);

const folder = mkdtempSync(join(tmpdir(), 'resolution-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** git's merge of three texts: with the base between markers, or decided. */
function git(base: string, ours: string, theirs: string, ...options: string[]): string {
  for (const [name, of] of Object.entries({ base, ours, theirs })) writeFileSync(join(folder, name), bytes(of));
  const { stdout, error } = spawnSync('git', ['merge-file', '-p', '--marker-size=30', ...options, 'ours', 'base', 'theirs'], { cwd: folder });
  if (error !== undefined) throw error;
  return text(stdout);
}

/** The slow and obvious twin: git's text with markers, read line by line, answers put in their places. */
function twin(marked: string, answers: readonly Answer[]): string {
  const sign = (c: string): string => c.repeat(30);
  let out = '', n = 0, part: 'clean' | 'ours' | 'base' | 'theirs' = 'clean';
  let place = { ours: '', base: '', theirs: '' };
  for (const line of marked.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line.startsWith(sign('<'))) { part = 'ours'; place = { ours: '', base: '', theirs: '' }; } else if (line.startsWith(sign('|'))) part = 'base';
    else if (line.startsWith(sign('='))) part = 'theirs';
    else if (line.startsWith(sign('>'))) {
      const answer = answers[n++]!;
      out += answer.take === 'text' ? text(answer.text) : answer.take === 'both' ? place.ours + place.theirs : answer.take === 'reversed' ? place.theirs + place.ours : place[answer.take];
      part = 'clean';
    } else if (part === 'clean') out += line;
    else place[part] += line;
  }
  return out;
}

/**
 * Texts whose places touch, join and repeat, with line ends of both kinds and bytes that are no UTF-8. No line of the base is there twice: merge-file
 * compares as Myers does and merge-ort by histogram, and only of such texts do both make the same of it.
 */
const line = fc.constantFrom('x\n', 'y\n', '\n', 'z\r\n', '\xff\xfe\n');
const lines = fc.uniqueArray(fc.constantFrom(...'abcdefghijkl'), { maxLength: 12 }).map((of) => of.map((c, i) => `${c}${i % 5 === 4 ? '\r' : ''}\n`));
const edited = (of: readonly string[]): fc.Arbitrary<string[]> => fc.array(fc.record({ at: fc.nat(of.length), out: fc.nat(2), put: fc.array(line, { maxLength: 2 }) }), { maxLength: 3 })
  .map((edits) => edits.reduce((now, { at, out, put }) => now.toSpliced(Math.min(at, now.length), out, ...put), [...of]));
const merge = lines.chain((base) => fc.tuple(fc.constant(base), edited(base), edited(base))).map(([base, ours, theirs]) => [base.join(''), ours.join(''), theirs.join('')] as const);
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer>({ take: 'ours' }, { take: 'theirs' }, { take: 'both' }, { take: 'reversed' }),
  fc.array(line, { maxLength: 3 }).map((put): Answer => ({ take: 'text', text: bytes(put.join('')) })),
);

describe('places of lines', () => {
  test('are git\'s, and answers make of them what its markers, read one by one, say', () => {
    fc.assert(fc.property(merge, fc.array(answer, { minLength: 20, maxLength: 20 }), ([base, ours, theirs], given) => {
      const found = pieces(base, ours, theirs), answers = given.slice(0, placesIn(found).length);
      expect(decide(found, answers)).toBe(twin(git(base, ours, theirs, '--diff3'), answers));
    }), { numRuns: 80 });
  });

  test('all ours is git merge-file --ours, all theirs --theirs, also without a last line end', () => {
    const cut = fc.tuple(merge, fc.constantFrom(0, 1), fc.constantFrom(0, 1)).map(([[base, ours, theirs], a, b]) => [base, ours.slice(0, ours.length - a), theirs.slice(0, theirs.length - b)] as const);
    fc.assert(fc.property(cut, ([base, ours, theirs]) => {
      const found = pieces(base, ours, theirs);
      expect(decide(found, all(found, { take: 'ours' }))).toBe(git(base, ours, theirs, '--ours'));
      expect(decide(found, all(found, { take: 'theirs' }))).toBe(git(base, ours, theirs, '--theirs'));
    }), { numRuns: 40 });
  });

  test('where nothing else differs, all ours is our file and all theirs is theirs', () => {
    fc.assert(fc.property(lines, lines, (a, b) => {
      const ours = a.join(''), theirs = b.join(''), found = pieces(null, ours, theirs);
      expect(decide(found, all(found, { take: 'ours' }))).toBe(ours);
      expect(decide(found, all(found, { take: 'theirs' }))).toBe(theirs);
    }), { numRuns: 300 });
  });

  test('both is git merge-file --union, with a line end where the first has none', () => {
    for (const end of ['\n', '\r\n']) for (const [ours, theirs] of [['x', 'y'], [`x${end}`, 'y'], ['x', `y${end}`]] as const) {
      const [base, a, b] = [`one${end}two`, `one${end}${ours}`, `one${end}${theirs}`], found = pieces(base, a, b);
      expect(decide(found, all(found, { take: 'both' }))).toBe(git(base, a, b, '--union'));
    }
  });

  test('written text gets a line end only where a line follows, as the file has them', () => {
    const found = pieces('a\r\nb\r\nc\r\n', 'a\r\nB\r\nc\r\n', 'a\r\nX\r\nc\r\n');
    expect(decide(found, [{ take: 'text', text: bytes('mine') }])).toBe('a\r\nmine\r\nc\r\n');
    expect(lineEndsOf(placesIn(found)[0]!)).toBe('crlf');
    const last = pieces('a\nb\n', 'a\nB\n', 'a\nX\n');
    expect(decide(last, [{ take: 'text', text: bytes('mine') }])).toBe('a\nmine');
    expect(decide(last, [{ take: 'text', text: bytes('') }])).toBe('a\n');
  });

  test('a decided text is said as the side that it is', () => {
    fc.assert(fc.property(merge, answer, ([base, ours, theirs], given) => {
      for (const place of placesIn(pieces(base, ours, theirs))) expect(takeLines(place, answerFor(place, takeLines(place, given)))).toEqual(takeLines(place, given));
    }), { numRuns: 100 });
  });
});

const place = (of: Partial<LinesPlace>): LinesPlace => ({ shape: 'lines', kind: 'content', base: bytes('b\n'), ours: bytes('x\n'), theirs: bytes('y\n'), before: bytes('k\n'), after: null, at: [0, 0, 0], ...of });
const oid = (n: number): Oid => createHash('sha1').update(String(n)).digest('hex') as Oid;
const entry = (n: number, mode = 0o100644): { mode: number; oid: Oid } => ({ mode, oid: oid(n) });
const files = (of: Partial<FilesPlace> & Pick<FilesPlace, 'paths'>): FilesPlace => ({ shape: 'files', kind: 'binary', bothStand: false, writable: false, ...of });

describe('the resolution key', () => {
  test('is SHA-256 over what design.md says, each part with its length', () => {
    const hash = createHash('sha256').update('acumen resolution 1\nlines content\n');
    for (const part of ['b\n', 'k\n', null, 'x\n', 'y\n']) if (part === null) hash.update('none\n'); else hash.update(`${part.length}\n`).update(part);
    expect(resolutionKey(place({}))).toBe(hash.digest('hex'));
  });

  test('does not know which side is which, nor where the place is', () => {
    fc.assert(fc.property(merge, ([base, ours, theirs]) => {
      const one = placesIn(pieces(base, ours, theirs)), other = placesIn(pieces(base, theirs, ours)), moved = placesIn(pieces(`far\n${base}`, `far\n${ours}`, `far\n${theirs}`));
      expect(other.map(resolutionKey)).toEqual(one.map(resolutionKey));
      // but where it begins the file, the line before is another
      expect(moved.map(resolutionKey).filter((_, i) => one[i]!.before !== null)).toEqual(one.filter(({ before }) => before !== null).map(resolutionKey));
    }), { numRuns: 100 });
  });

  test('is another for another kind, base, side, or line around it, and sides that are alike count once', () => {
    const keys = [{}, { kind: 'add/add' as const }, { base: bytes('') }, { ours: bytes('z\n') }, { before: null }, { before: bytes('') }, { after: bytes('') }, { theirs: bytes('x\n') }, { base: bytes('b\nk\n'), before: bytes('') }].map((of) => resolutionKey(place(of)));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('of files is of their registers, and not of their paths', () => {
    const sides = (path: string, ours = entry(1)): FilesPlace['paths'] => [{ path: path as PathBytes, base: null, ours, theirs: entry(2) }];
    expect(resolutionKey(files({ paths: sides('a') }))).toBe(resolutionKey(files({ paths: sides('b') })));
    expect(resolutionKey(files({ paths: sides('a') }))).not.toBe(resolutionKey(files({ paths: sides('a', entry(1, 0o100755)) })));
  });
});

describe('files', () => {
  const at = (path: string, base: number | null, ours: number | null, theirs: number | null): FilesPlace['paths'][number] => {
    const of = (n: number | null) => (n === null ? null : entry(n));
    return { path: path as PathBytes, base: of(base), ours: of(ours), theirs: of(theirs) };
  };

  test('are ours or theirs at all their paths, and both where each path is changed by one', () => {
    const renamed = files({ kind: 'rename/rename', bothStand: true, paths: [at('f', 1, null, null), at('g', null, 1, null), at('h', null, null, 1)] });
    expect(takeFiles(renamed, 'ours')).toEqual([null, entry(1), null]);
    expect(takeFiles(renamed, 'theirs')).toEqual([null, null, entry(1)]);
    expect(takeFiles(renamed, 'both')).toEqual([null, entry(1), entry(1)]);
    expect(unfit(files({ paths: [at('f', 1, 2, 3)] }), { take: 'both' })).toContain('ours or theirs');
    expect(unfit(files({ paths: [at('f', 1, 2, 3)] }), { take: 'text', text: bytes('') })).toContain('ours or theirs');
  });

  test('an answer comes back as the side that has it, also when the sides changed places', () => {
    const paths = [at('f', 1, 2, null)], swapped = [at('f', 1, null, 2)];
    const decided = decidedBy(files({ kind: 'modify/delete', paths }), { take: 'ours' });
    expect(answerOf(files({ kind: 'modify/delete', paths }), decided)).toEqual({ take: 'ours' });
    expect(answerOf(files({ kind: 'modify/delete', paths: swapped }), decided)).toEqual({ take: 'theirs' });
    expect(answerOf(files({ kind: 'modify/delete', paths: [at('f', 1, 3, null)] }), decided)).toBeNull();
    const written = decidedBy(files({ kind: 'modify/delete', writable: true, paths }), { take: 'text', text: bytes('new') });
    expect(answerOf(files({ kind: 'modify/delete', writable: true, paths }), written)).toEqual({ take: 'text', text: bytes('new') });
    expect(answerOf(files({ kind: 'binary', paths }), written)).toBeNull();
  });
});
