// Danger: one set is 93 changes in its commit, 92 ACUs on the screen and 94 in the log.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuId, ByteString, Oid } from './bytes.ts';
import { acusInWords, composedMessage, countedAcus, decisionsAmong } from './counted.ts';
import { RESOLUTION_REF } from './events.ts';
import type { Tables } from './tables.ts';

const id = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId, oid = (n: number): Oid => n.toString(16).padStart(40, '0') as Oid;

test('in words', () => {
  expect([acusInWords(0, 0), acusInWords(1, 0), acusInWords(93, 1), acusInWords(1234, 2), acusInWords(1, 1)]).toEqual(['0 ACUs', '1 ACU', '92 ACUs and 1 decision', '1,232 ACUs and 2 decisions', '1 decision']);
});

test('what words count is what there is: ACUs and decisions add up to the set, and decisions are the tips of what made them', () => {
  fc.assert(fc.property(fc.array(fc.record({ below: fc.nat(3), isDecision: fc.boolean() }), { minLength: 1, maxLength: 12 }), fc.nat(), (drafts, chosen) => {
    const segments = drafts.map((_, n) => ({ tip: oid(n), acu: id(n) }));
    // each source reaches some of those before it
    const sources = drafts.map(({ below, isDecision }, n) => ({ ref: `${isDecision ? RESOLUTION_REF : 'refs/heads/'}${n}` as ByteString, oid: oid(n), segments: Array.from({ length: Math.min(below, n) + 1 }, (_, i) => n - Math.min(below, n) + i) }));
    const tables = { segments, sources } as unknown as Pick<Tables, 'segments' | 'sources'>, decided = new Set(drafts.flatMap(({ isDecision }, n) => (isDecision ? [id(n)] : [])));
    expect(decisionsAmong(tables)).toEqual(decided);
    const set = drafts.flatMap((_, n) => ((chosen >> n) % 2 === 0 ? [id(n)] : [])), said = countedAcus(tables, set), numbers = [...said.matchAll(/\d+/g)].map(Number);
    expect(numbers.reduce((sum, n) => sum + n, 0)).toBe(set.length);
    expect(/(\d+) decision/.exec(said)?.[1] ?? '0').toBe(String(set.filter((one) => decided.has(one)).length));
    const message = composedMessage('main', set.map((one) => ({ id: one, name: 'a\nb', title: 'c' })), set.filter((one) => decided.has(one)).length).split('\n');
    expect(message[0]).toBe(`Compose ${said} onto main`);
    expect(message.length).toBe(set.length === 0 ? 1 : 2 + set.length);
  }));
});
