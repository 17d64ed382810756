// Danger: an answer that stays for a place that is another now, a recorded one taken for a person's, or a text with other line ends than its file.
import { beforeEach, describe, expect, test } from 'vitest';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import type { EarlierAnswer, PlaceToDecide, ToDecide } from '../../contract/resolving.ts';
import { type DecidingState, bytesOf, givenAnswers, leftIn, nextLeft, nothingDecided, placeId, placesOf, textOf, unfit, useDeciding, withAsked } from './deciding.ts';

const acu = 'a'.repeat(64) as AcuId, path = 'a.txt' as PathBytes;
const shown = (text: string, binary = false) => ({ text, binary, bytes: text.length, truncated: false });
const place = (key: string, earlier: EarlierAnswer | null = null, more: Partial<PlaceToDecide> = {}): PlaceToDecide => ({
  key, kind: 'content', shape: 'lines', base: shown('base\n'), ours: shown('ours\n'), theirs: shown('theirs\n'), lead: '', tail: '', at: [0, 0, 0], ends: 'lf', paths: [], both: true, writable: true, earlier, ...more,
});
const asked = (...places: PlaceToDecide[]): ToDecide => ({ acu, state: 'conflicts', reason: '', against: [], files: [{ path, kind: 'content', ours: [], theirs: [], places }] });
const before = (here: boolean): EarlierAnswer => ({ answer: { take: 'theirs' }, here, path, time: 0 });
const state = (): DecidingState => useDeciding.getState();

beforeEach(() => useDeciding.setState({ ...nothingDecided, acu }));

describe('what is asked', () => {
  test('is filled in by what was recorded for the same file, and begins at what is left', () => {
    useDeciding.setState(withAsked(state(), asked(place('1', before(true)), place('2', before(false)), place('3'))));
    expect([...state().answers.values()]).toEqual([{ answer: { take: 'theirs' }, from: 'earlier' }]);
    expect([leftIn(state()), state().at, givenAnswers(state())]).toEqual([2, 1, null]);
  });

  test('asked again keeps answers of places that are still there, and the place that one looks at', () => {
    useDeciding.setState(withAsked(state(), asked(place('1'), place('2'))));
    useDeciding.setState({ at: 1, answers: new Map([[placeId(path, 0, '1'), { answer: { take: 'ours' }, from: 'person' }], [placeId(path, 1, '2'), { answer: { take: 'both' }, from: 'person' }]]) });
    expect(givenAnswers(state())).toEqual([{ path, nth: 0, key: '1', answer: { take: 'ours' } }, { path, nth: 1, key: '2', answer: { take: 'both' } }]);
    useDeciding.setState(withAsked(state(), asked(place('other'), place('2'))));
    expect([state().at, [...state().answers.values()]]).toEqual([1, [{ answer: { take: 'both' }, from: 'person' }]]);
    expect(nextLeft(state())).toBe(0);
    // of another ACU nothing is kept
    useDeciding.setState(withAsked({ ...state(), acu: null }, asked(place('other'), place('2'))));
    expect(state().answers.size).toBe(0);
    expect(placesOf(null)).toEqual([]);
  });
});

test('a result is shown as the answer makes it', () => {
  const one = place('1'), last = place('1', null, { ours: shown('a'), theirs: shown('b'), ends: 'crlf' });
  expect((['ours', 'theirs', 'both', 'reversed'] as const).map((take) => textOf(one, { take }))).toEqual(['ours\n', 'theirs\n', 'ours\ntheirs\n', 'theirs\nours\n']);
  expect(textOf(last, { take: 'both' })).toBe('a\r\nb');
  expect(textOf(place('1', null, { ours: null }), { take: 'ours' })).toBeNull();
  expect(textOf(one, { take: 'text', text: new TextEncoder().encode('é') })).toBe('é');
});

test('what is written has the line ends of its place', () => {
  const written = (ends: PlaceToDecide['ends']): string => new TextDecoder().decode(bytesOf('a\nb\n', ends));
  expect([written('lf'), written('none'), written('mixed'), written('crlf')]).toEqual(['a\nb\n', 'a\nb\n', 'a\nb\n', 'a\r\nb\r\n']);
});

test('what cannot be answered so says why', () => {
  const binary = place('1', null, { shape: 'files', both: false, writable: false, ours: shown('', true) });
  expect([unfit(binary, 'both'), unfit(binary, 'text'), unfit(binary, 'ours'), unfit(place('1', null, { writable: false }), 'text')]).toEqual(['Both cannot stand: take ours or theirs.', 'It is no text: take ours or theirs.', null, 'It could not be kept byte by byte in an editor: take ours, theirs or both.']);
});
