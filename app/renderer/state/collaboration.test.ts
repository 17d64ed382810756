// Danger: a name on screen where roles were asked for, a moment before the first commit, choices of another window that break this one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Overview, PersonLine } from '../../core/collaboration/report.ts';
import { momentOf, nameOfLine, personNamer, rememberedChoices, tellingWords, withoutPerson } from './collaboration.ts';

const person = (index: number, name: string, email: string): PersonLine => ({ person: index, key: `k${index}`, name, email, role: `src · ${String.fromCharCode(65 + index)}`, kind: 'person', flying: 1, places: [] });
const ada = person(0, 'Ada Lovelace', 'ada@example.invalid'), grace = person(1, 'Grace Hopper', 'rear.admiral@example.invalid');
const overview = { people: [ada, grace] } as unknown as Overview;

describe('roles in place of names', () => {
  test('nobody is called by name, also not somebody who is not known yet', () => {
    const named = personNamer({ overview, names: 'names' }), roled = personNamer({ overview, names: 'roles' });
    expect([named(0), named(1), named(7)]).toEqual(['Ada Lovelace', 'Grace Hopper', 'somebody']);
    expect([roled(0), roled(1), roled(7)]).toEqual(['src · A', 'src · B', 'somebody']);
    expect(nameOfLine(undefined, 'names')).toBe('somebody');
  });

  test('a branch loses the part that says whose it is, by name or by address, and keeps the rest', () => {
    const telling = tellingWords([ada, grace]);
    expect(withoutPerson('ada/fix-login', telling)).toBe('…/fix-login');
    expect(withoutPerson('users/Grace.Hopper/fix', telling)).toBe('users/…/fix');
    expect(withoutPerson('work/admiral-42', telling)).toBe('work/…');
    expect(withoutPerson('agent/adapt-login', telling), 'a part of a word is no name').toBe('agent/adapt-login');
    expect(withoutPerson('fix', new Set())).toBe('fix');
  });

  test('no word of a name or of the local part of an address is left, whatever they are', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ maxLength: 20 }), fc.constantFrom('/', '-', '_', '.', ' '), (name, email, between) => {
      const telling = tellingWords([person(0, name, email)]);
      for (const word of telling) expect(withoutPerson(`x${between}${word}`, telling)).not.toContain(word);
    }));
  });
});

test('the slider moves within the history, and at its end means now', () => {
  const span = { from: 100, to: 200 };
  expect([momentOf(50, span), momentOf(150, span), momentOf(200, span), momentOf(900, span)]).toEqual([100, 150, null, null]);
});

test('what another window chose is taken where it is known, else left', () => {
  expect(rememberedChoices('{"halfLifeDays":30,"by":"files","names":"roles","whoKnows":true}')).toEqual({ halfLifeDays: 30, by: 'files', names: 'roles', whoKnows: true });
  for (const text of [null, '', '7', '{', '{"halfLifeDays":-1,"by":"x","names":7,"whoKnows":"yes"}']) expect(rememberedChoices(text), String(text)).toEqual({});
});
