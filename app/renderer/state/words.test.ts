// Danger: a verdict that is right and says it wrongly.
import { describe, expect, test } from 'vitest';
import { type AcuId, type PathBytes, fromUtf8 } from '../../core/bytes.ts';
import { namedPath, pathKey } from '../../core/pathKey.ts';
import type { PreviewConflict } from '../../contract/methods.ts';
import type { ConflictView, VerdictView } from '../../workers/client.ts';
import { ago, bytesWords, conflictsInWords, duration, exactTime, hueOf, initials, listed, machineTime, pairsInWords, plural, saidOf, sentence, setConflictWords, verdictWords } from './words.ts';

const id = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;
const nameOf = (one: AcuId): string => `acu-${Number.parseInt(one, 16)}`;
const none: VerdictView = { kind: 'fits', acus: [], reason: '', conflicts: [], total: 0, against: [], risks: [], look: false };
const conflict = (a: number, b: number | 'base', shown = 'src/a.ts'): ConflictView => ({ a: id(a), b: b === 'base' ? 'base' : id(b), kind: 'content', verdict: 'blocking', path: pathKey(shown as PathBytes), shown, detail: '', inherited: false });
const said = (verdict: VerdictView, asked: number[]): string => sentence(verdictWords(verdict, asked.map(id), nameOf));

test('a verdict goes on after the names of those it is of', () => {
  expect(['They conflict', 'Conflicts', 'Depends on the order'].map(saidOf)).toEqual(['conflict', 'conflicts', 'depends on the order']);
});

describe('a verdict in words', () => {
  test('fits', () => {
    expect(said(none, [1])).toBe('Fits.');
    expect(said(none, [1, 2])).toBe('They fit.');
    expect(said({ ...none, look: true }, [1])).toBe('Fits two by two; composing decides about renames among them.');
  });
  test('needs names what is missing, and counts the rest', () => {
    expect(said({ ...none, kind: 'needs', acus: [id(1), id(2)] }, [3])).toBe('Needs acu-1 and acu-2.');
    expect(said({ ...none, kind: 'needs', acus: [id(1), id(2), id(3), id(4)] }, [5])).toBe('Needs acu-1, acu-2 and 2 more.');
  });
  test('conflicts say with whom, where and of what kind', () => {
    expect(said({ ...none, kind: 'conflicts', conflicts: [conflict(1, 2)], total: 1, against: [id(1)] }, [2])).toBe('Conflicts with acu-1 in src/a.ts (content).');
    expect(said({ ...none, kind: 'conflicts', conflicts: [conflict(1, 2)], total: 4, against: [id(1), id(7)] }, [2])).toBe('Conflicts with acu-1 and acu-7 in src/a.ts (content), and 3 more conflicts.');
    expect(said({ ...none, kind: 'conflicts', conflicts: [conflict(2, 'base')], total: 1 }, [2])).toBe('Conflicts with the base in src/a.ts (content).');
    expect(said({ ...none, kind: 'conflicts', conflicts: [conflict(2, 3)], total: 1 }, [2, 3])).toBe('They conflict with each other in src/a.ts (content).');
  });
  test('what depends on the order says with whom, and what ends otherwise', () => {
    const view: VerdictView = { ...none, kind: 'order-sensitive', conflicts: [{ ...conflict(1, 2), detail: 'src/a.ts ends otherwise when these 3 are merged in another order' }], total: 1, against: [id(1), id(2)] };
    expect(said(view, [3])).toBe('Depends on the order of merging, with acu-1 and acu-2: src/a.ts ends otherwise when these 3 are merged in another order.');
    expect(verdictWords(view, [id(3)], nameOf).mark).toBe('order');
  });
  test('what cannot be composed says why', () => {
    expect(said({ ...none, kind: 'unable', acus: [id(1)], reason: 'not yet exact: two merge bases' }, [1])).toBe('Cannot be composed – not yet exact: two merge bases.');
    expect(said({ ...none, kind: 'unable', acus: [id(1)], reason: 'a rename' }, [1, 2])).toBe('Cannot be composed – acu-1: a rename.');
  });
});

describe('small words', () => {
  test('lists and plurals', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c']), listed(['a', 'b', 'c'], 3)]).toEqual(['', 'a', 'a and b', 'a, b and 1 more', 'a, b and c']);
    expect([plural(0, 'ACU'), plural(1, 'ACU'), plural(1234, 'ACU'), plural(2, 'ACU was', 'ACUs were')]).toEqual(['0 ACUs', '1 ACU', '1,234 ACUs', '2 ACUs were']);
  });
  test('times, durations, bytes', () => {
    const now = 1_700_000_000;
    expect([0, 59, 60, 3599, 3600, 86_400, 40 * 86_400, 800 * 86_400, -5].map((s) => ago(now - s, now))).toEqual(['now', 'now', '1 m', '59 m', '1 h', '1 d', '1 mo', '2 y', 'now']);
    expect([0.25, 12.4, 1540, 125_000].map(duration)).toEqual(['0.3 ms', '12 ms', '1.5 s', '2 min 5 s']);
    expect([1, 999, 2048, 3.2e6].map(bytesWords)).toEqual(['1 byte', '999 bytes', '2.0 kB', '3.2 MB']);
  });
  test('a time that no date can hold is said, not thrown', () => {
    for (const time of [8_640_000_000_001, 999_999_999_999_999, -8_640_000_000_001]) {
      expect(ago(time, 1_700_000_000)).toBe('—');
      expect(exactTime(time)).toBe(`no such date: ${time} seconds`);
      expect(machineTime(time)).toBeUndefined();
    }
    for (const time of [0, 8_640_000_000_000, -8_640_000_000_000]) expect(machineTime(time)).toMatch(/Z$/);
  });
  test('an author keeps a hue and initials, whatever the name is made of', () => {
    expect(hueOf('Ada')).toBe(hueOf('Ada'));
    for (const name of ['Ada Lovelace', 'agent-2', '', 'Ñandú', '李 小龙', '🙂']) { expect(hueOf(name)).toBeGreaterThanOrEqual(0); expect(hueOf(name)).toBeLessThan(360); }
    expect([initials('Ada Lovelace'), initials('agent-2'), initials('李 小龙'), initials('ada'), initials('Heron (agent)'), initials('')]).toEqual(['AL', 'A2', '李小', 'AD', 'HA', '?']);
  });
});

test('conflicts between ACUs are counted apart from those with the base: thousands of old branches are no thousands of conflicts', () => {
  const said = (conflicts: number, withBase: number): string => conflictsInWords({ conflicts, withBase });
  expect([said(0, 0), said(1, 0), said(2657, 2640), said(4, 4)]).toEqual(['no conflicts', '1 conflict between ACUs', '17 conflicts between ACUs, 2,640 with the base', '4 conflicts with the base']);
  const pairs = (n: number, conflicts: number, withBase: number, inherited: number): string => pairsInWords({ pairs: n, conflicts, withBase, inherited }).join('');
  expect([pairs(0, 4, 4, 0), pairs(1, 1, 0, 0), pairs(15, 485, 458, 0), pairs(2, 1, 0, 1)])
    .toEqual(['no ACUs conflict with each other', '1 pair of ACUs: 1 conflict', '15 pairs of ACUs: 27 conflicts', '2 pairs of ACUs: 1 conflict + 1 inherited']);
});

test('what is safe to look at already is shown as it is, and long names are cut', () => {
  const place = (path: string): PreviewConflict => ({ a: id(1), b: id(2), ...namedPath(fromUtf8(path)), kind: 'content', verdict: 'blocking', detail: '', sides: [] });
  expect(setConflictWords(place('src/עברית.ts'), nameOf)).toBe('acu-1 × acu-2: \u2068src/עברית.ts\u2069 (content)');
  expect(setConflictWords(place('a\u202eb'), nameOf)).toBe('acu-1 × acu-2: a\\u{202e}b (content)');
  expect(setConflictWords(place('d'.repeat(1_000_000)), nameOf).length).toBeLessThan(300);
});
