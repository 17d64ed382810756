// Danger: a name that looks like another, moves the words beside it, or steers the terminal it is printed on; and a person's
// own language shown as escapes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowedStrings, hostileTexts, loneSurrogates, UNSEEN } from '../../testkit/hostile/strings.ts';
import { type ByteString, display, fromUtf8 } from './bytes.ts';
import { escaped, escapedSentence, inWords, shortened, visible, visibleName, visibleSentence } from './visible.ts';

describe('text for eyes', () => {
  test.each(hostileTexts)('$name is shown without what could steer, reorder or hide', ({ text }) => {
    expect(escaped(text)).not.toMatch(UNSEEN);
    expect(escaped(text)).not.toMatch(/\p{M}{9}/u);
    expect(visible(text).length).toBeLessThan(12_000);
  });

  test.each(allowedStrings)('%j comes through letter for letter', (text) => {
    expect(escaped(text)).toBe(text);
    expect(visible(text).replace(/^\u2068(.*)\u2069$/s, '$1')).toBe(text);
  });

  test('halves of characters are shown as such, and no cut makes one', () => {
    for (const half of loneSurrogates) expect(escaped(half).isWellFormed()).toBe(true);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(60), (text, most) => {
      const shown = visible(text, most);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown).not.toMatch(UNSEEN);
      expect(escaped(text)).toBe(escaped(escaped(text)));
    }), { numRuns: 3000 });
  });

  test('what is cut says how much, keeps its end, and is no longer than was asked for', () => {
    expect(visible('w'.repeat(1_000_000) + 'end', 200)).toBe(`${'w'.repeat(160)}…(999,803 more letters)…${'w'.repeat(37)}end`);
    expect(visible('w'.repeat(81), 80)).toBe(`${'w'.repeat(80)}…`);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 600 }), fc.nat(500), (text, most) => {
      const cut = shortened(text, most), [head, said, tail] = cut.split(/…\(([\d,]+) more letters\)…/);
      if (text.length <= most) expect(cut).toBe(text);
      else if (said === undefined) { expect(cut.endsWith('…') && text.startsWith(cut.slice(0, -1))).toBe(true); expect(cut.length).toBeLessThanOrEqual(most + 1); }
      else { expect(text.startsWith(head!) && text.endsWith(tail!)).toBe(true); expect(head!.length + tail!.length + Number(said.replaceAll(',', ''))).toBe(text.length); expect(head!.length + tail!.length).toBeLessThanOrEqual(most); }
    }), { numRuns: 1000 });
  });

  test('two names stay two, however long they are and wherever they differ', () => {
    const long = 'n'.repeat(5000) as ByteString, names = [long, `${long}a`, `${long}b`, `${'n'.repeat(2500)}x${'n'.repeat(2499)}`, fromUtf8('ע'.repeat(300)), fromUtf8('ע'.repeat(5000)), fromUtf8('\u202e'.repeat(5000))] as ByteString[];
    const shown = names.map((name) => visibleName(name));
    expect(new Set(shown).size).toBe(names.length);
    for (const one of shown) { expect(one.length).toBeLessThan(5000); expect(one).not.toMatch(UNSEEN); }
    // whole where a person can mean it
    for (const text of [...allowedStrings, 'x'.repeat(400), 'ע'.repeat(300)]) expect(visibleName(fromUtf8(text))).toBe(visible(text, Infinity));
    expect(inWords(long)).toBe(shortened(display(long), 400));
  });

  test('what runs right to left is isolated, and cannot end its own isolation', () => {
    expect(visible('עברית')).toBe('\u2068עברית\u2069');
    expect(visible('\u2069עברית')).toBe('\u2068\\u{2069}עברית\u2069');
    expect(visible('plain')).toBe('plain');
  });

  test('a sentence keeps the isolation of the names it quotes, and nothing else', () => {
    for (const { text } of hostileTexts.filter(({ text }) => text.length < 5000)) {
      const said = `Composed ${visible(text)}, one`;
      expect(visibleSentence(said, Infinity)).toBe(said);
      expect(visibleSentence(`Composed ${text}, one`, Infinity)).not.toMatch(UNSEEN);
      expect(visibleSentence(said)).not.toMatch(UNSEEN);
      expect(escapedSentence(said)).not.toMatch(/[\u2066-\u2069]/);
      expect(visibleSentence(visibleSentence(said))).toBe(visibleSentence(said));
    }
    expect(visibleSentence('a \u2068b')).toBe('a \\u{2068}b');
  });

  test('of two names that look alike one shows that it is the other', () => {
    expect(visible('ma\u200bin')).toBe('ma\\u{200b}in');
    expect(visible('ma\u200din')).toBe('ma\\u{200d}in');
    expect(visible('safe\u202egnp.exe')).toBe('safe\\u{202e}gnp.exe');
  });
});
