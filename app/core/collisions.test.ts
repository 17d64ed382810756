// The danger: two files that git keeps apart and a checkout makes one of, seen by nobody; or a warning where there is nothing to warn of.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PathBytes, fromUtf8 } from './bytes.ts';
import { type FolderNames, FoldedTree, collisionsAmong, folded, whyOne } from './collisions.ts';

const p = (text: string): PathBytes => fromUtf8(text);

describe('folding', () => {
  test.each([
    ['README.md', 'readme.MD', true, 'ASCII letters'],
    ['straße', 'STRASSE', true, 'full case folding'],
    ['ẞ', 'ß', true, 'capital sharp s'],
    ['\u00e9', 'e\u0301', true, 'composed and decomposed'],
    ['\u00c9', 'e\u0301', true, 'both at once'],
    ['ΑΣ', 'ας', true, 'final sigma'],
    ['ſ', 's', true, 'long s'],
    ['Ꭰ', 'ꭰ', true, 'Cherokee'],
    ['\u212a', 'k', true, 'the Kelvin sign'],
    ['\ufb01', 'fi', true, 'a ligature, by full folding'],
    ['.g\u200cit', '.git', true, 'what HFS+ ignores'],
    ['name.', 'name', true, 'dots at the end'],
    ['a /b', 'a/b', true, 'spaces at the end of a folder'],
    ['..', '.', false, 'nothing but dots stays'],
    ['ı', 'i', false, 'dotless i'],
    ['a.b', 'a', false, 'a dot within'],
    ['ä', 'a', false, 'an accent'],
    ['½', '1⁄2', false, 'compatibility is no canonical equivalence'],
    ['PROGRA~1', 'Program Files', false, 'short names'],
  ])('%s and %s: %s (%s)', (a, b, are) => {
    expect(folded(p(a)) === folded(p(b))).toBe(are);
  });

  test('bytes that are no text fold as ASCII', () => {
    expect(folded('A\xe9\xff' as PathBytes)).toBe('a\xe9\xff');
  });

  test('every pair that a regular expression ignores the case of is one', () => {
    for (let code = 0x41; code < 0x20000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const c = String.fromCodePoint(code);
      for (const other of new Set([c.toLowerCase(), c.toUpperCase()])) {
        if (other === c || [...other].length > 1 || c === 'ı' || !new RegExp(`^\\u{${code.toString(16)}}$`, 'iu').test(other)) continue;
        expect(folded(p(other)), `${code.toString(16)} ${c} ${other}`).toBe(folded(p(c)));
      }
    }
  });

  test('is its own folding', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => { const once = folded(p(text.replaceAll('\0', ''))); expect(folded(once)).toBe(once); }));
  });

  test('says why', () => {
    expect(whyOne(p('A'), p('a'))).toBe('where case does not count');
    expect(whyOne(p('A.'), p('a'))).toBe('where dots and spaces at the end of a name do not count');
    expect(whyOne(p('É'), p('é'))).toBe('where case or the composition of characters does not count');
  });
});

/** Few names that fold alike, deep enough for folders to meet files. */
const name = fc.constantFrom('a', 'A', 'b', 'B', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/') as PathBytes);

/** The rule as it is told: the same folded name, or a file where the other has a folder; never a path with itself. */
function collide(x: PathBytes, y: PathBytes): boolean {
  if (x === y || x.startsWith(`${y}/`) || y.startsWith(`${x}/`)) return false;
  const a = folded(x), b = folded(y);
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

test('against a tree: what a file there would meet, by looking at every path of it', () => {
  fc.assert(fc.property(fc.uniqueArray(path, { maxLength: 8 }), path, (all, added) => {
    const files = all.filter((f) => !all.some((o) => o !== f && f.startsWith(`${o}/`)));
    const at = (q: string): 'file' | 'folder' | null => (files.includes(q as PathBytes) ? 'file' : files.some((f) => f.startsWith(`${q}/`)) ? 'folder' : null);
    const namesIn = (folder: string): FolderNames[] => [...new Set(files.filter((f) => folder === '' || f.startsWith(`${folder}/`)).map((f) => f.slice(folder === '' ? 0 : folder.length + 1).split('/')[0]!))]
      .map((one) => ({ name: one, isFolder: at(folder === '' ? one : `${folder}/${one}`) === 'folder' }));
    const found = new FoldedTree(at, namesIn).against(added);
    // a folder stands for all that is below it
    const met = files.filter((f) => collide(f, added) || (f !== added && found.some((q) => f.startsWith(`${q}/`))));
    expect(new Set(files.filter((f) => found.some((q) => f === q || f.startsWith(`${q}/`))))).toEqual(new Set(met.filter((f) => collide(f, added))));
  }), { numRuns: 500 });
});

test('among segments: what two add that stand in one tree, by looking at every pair', () => {
  const world = fc.array(fc.record({ on: fc.option(fc.nat(20)), add: fc.uniqueArray(path, { maxLength: 3 }), drop: fc.boolean() }), { maxLength: 6 });
  fc.assert(fc.property(world, (wanted) => {
    const trees: Set<PathBytes>[] = [], lower: number[][] = [], own: Set<PathBytes>[] = [];
    wanted.forEach(({ on, add, drop }, i) => {
      const below = on === null || i === 0 ? null : on % i;
      const tree = new Set(below === null ? [] : trees[below]);
      if (drop) for (const one of [...tree].slice(0, 1)) tree.delete(one);
      for (const one of add) if (![...tree].some((t) => t.startsWith(`${one}/`) || one.startsWith(`${t}/`))) tree.add(one);
      trees.push(tree);
      lower.push(below === null ? [] : [below]);
      own.push(new Set([...tree].filter((one) => below === null || !trees[below]!.has(one))));
    });
    const includes = (upper: number, of: number): boolean => upper === of || lower[upper]!.some((l) => includes(l, of));
    const found = new Set([...collisionsAmong(trees.keys(), { adds: (s) => trees[s]!, lower: (s) => lower[s]!, includes })].map(({ a, b }) => `${a} ${b}`));
    const expected = new Set<string>();
    for (let b = 0; b < trees.length; b++) for (let a = 0; a <= b; a++) {
      const together = (x: PathBytes, y: PathBytes): boolean => (a === b ? true : !includes(b, a) || trees[b]!.has(x)) && collide(x, y);
      if ([...own[a]!].some((x) => [...own[b]!].some((y) => together(x, y)))) expected.add(`${a} ${b}`);
    }
    expect([...found].sort()).toEqual([...expected].sort());
  }), { numRuns: 500 });
});

