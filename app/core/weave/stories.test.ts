// The danger: a line that goes with the wrong ACU, or comes back when another is left out. Small histories told by hand, each with the text one expects: whose
// copy a line is, what is put back, edits that are the same however cut, where conflicts lie.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedSets, hunksOf } from '../../../testkit/weaveScript.ts';
import { commonLines } from './common.ts';
import { Weave, type WeavePlace } from './weave.ts';

const set = (...ids: string[]): ReadonlySet<string> => new Set(ids);

/** ACUs by name, texts given as words: each is made on the composed text of what it requires. */
class Story {
  readonly weave: Weave;
  readonly #words: string[] = [];
  readonly #closures = new Map<string, ReadonlySet<string>>();

  constructor(base: string) { this.weave = new Weave(this.lines(base)); }

  lines(text: string): Uint32Array {
    return Uint32Array.from(text.split(' ').filter(Boolean), (word) => {
      if (!this.#words.includes(word)) this.#words.push(word);
      return this.#words.indexOf(word);
    });
  }

  text(of: ArrayLike<number>): string { return Array.from(of, (line) => this.#words[line]!).join(' '); }

  closed(...tops: string[]): ReadonlySet<string> { return new Set(tops.flatMap((top) => [...this.#closures.get(top)!])); }

  acu(id: string, on: readonly string[], text: string): this {
    const requires = this.closed(...on);
    this.weave.add(id, requires, hunksOf(this.weave.visible(requires), this.lines(text)));
    this.#closures.set(id, new Set([...requires, id]));
    return this;
  }

  /** The composed text, or the places: [start, end) of the context: text of each side. */
  compose(...tops: string[]): string | string[] {
    const composed = this.weave.composeSet(this.closed(...tops));
    if ('lines' in composed) return this.text(composed.lines);
    const sides = (place: WeavePlace): string => place.sides.map((side) => `${side.tops.join('+')} ${this.text(side.lines)}`).join(' | ');
    return composed.conflict.map((place) => `[${place.start},${place.end}) ${this.text(place.base)}: ${sides(place)}`);
  }
}

describe('whose copy it is', () => {
  it('a line that a and b both insert stays when c, which knew a only, takes it out', () => {
    const story = new Story('x y').acu('a', [], 'x new y').acu('b', [], 'x new y').acu('c', ['a'], 'x y');
    expect(story.compose('a', 'b')).toBe('x new y');
    expect(story.compose('c')).toBe('x y');
    expect(story.compose('c', 'b')).toBe('x new y');
    story.acu('d', ['a', 'b'], 'x y');
    expect(story.compose('d')).toBe('x y');
    expect(story.compose('d', 'c')).toBe('x y');
  });

  it('a line that a and b both delete stays away when c, which knew a only, puts it back', () => {
    const story = new Story('x old y').acu('a', [], 'x y').acu('b', [], 'x y').acu('c', ['a'], 'x old y');
    expect(story.compose('c')).toBe('x old y');
    expect(story.compose('c', 'b')).toBe('x y');
    story.acu('d', ['c', 'b'], 'x old y');
    expect(story.compose('d')).toBe('x old y');
  });

  it('a line that c1 and c2 both restore stays when d, which knew c1 only, deletes it again', () => {
    const story = new Story('x old y').acu('a', [], 'x y').acu('c1', ['a'], 'x old y').acu('c2', ['a'], 'x old y').acu('d', ['c1'], 'x y');
    expect(story.compose('d')).toBe('x y');
    expect(story.compose('d', 'c2')).toBe('x old y');
  });

  it('a restoration is not undone by an independent deletion that others restored too often (adding up would)', () => {
    const story = new Story('x old y').acu('a', [], 'x y').acu('b', [], 'x y').acu('r1', ['a'], 'x old y').acu('r2', ['a'], 'x old y');
    expect(story.compose('r1', 'r2', 'b')).toBe('x y');
  });

  it('two inserters are both named, and one of them left out leaves the line', () => {
    const story = new Story('x y').acu('a', [], 'x new y').acu('b', [], 'x new y');
    const inserters = (...tops: string[]): unknown[] =>
      story.weave.provenance(story.closed(...tops)).map((span) => [story.text(span.lines), span.inserters]);
    expect(inserters('a', 'b')).toEqual([['x', null], ['new', ['a', 'b']], ['y', null]]);
    expect(inserters('b')).toEqual([['x', null], ['new', ['b']], ['y', null]]);
  });
});

describe('one line under many tops', () => {
  type Ids = ReadonlySet<string>;

  /** What a chain of git's merges may make of one line in a set: every value that some order of the tops gives. */
  function chains(of: Ids, closures: ReadonlyMap<string, Ids>, own: ReadonlyMap<string, boolean>): ReadonlySet<boolean> {
    const tops = [...of].filter((x) => ![...of].some((y) => y !== x && closures.get(y)!.has(x)));
    if (tops.length === 0) return new Set([true]);
    if (tops.length === 1) return new Set([own.get(tops[0]!)!]);
    const results = new Set<boolean>();
    const fold = (merged: Ids, value: boolean, rest: readonly string[]): void => {
      if (rest.length === 0) results.add(value);
      for (const top of rest) {
        const closure = closures.get(top)!, theirs = own.get(top)!;
        for (const base of chains(new Set([...merged].filter((x) => closure.has(x))), closures, own)) {
          fold(new Set([...merged, ...closure]), value === theirs ? value : !base, rest.filter((t) => t !== top));
        }
      }
    };
    for (const top of tops) fold(closures.get(top)!, own.get(top)!, tops.filter((t) => t !== top));
    return results;
  }

  it('is what every order of merging gives, where all give the same', () => {
    let agreed = 0, disputed = 0;
    const step = fc.record({ on: fc.array(fc.nat(99), { maxLength: 2 }), has: fc.boolean() });
    fc.assert(fc.property(fc.array(step, { minLength: 2, maxLength: 7 }), (steps) => {
      const weave = new Weave(Uint32Array.of(1, 2, 3));
      const closures = new Map<string, Ids>(), own = new Map<string, boolean>(), requires: Ids[] = [];
      steps.forEach(({ on, has }, k) => {
        const past = new Set(k === 0 ? [] : on.flatMap((p) => [...closures.get(`s${p % k}`)!]));
        weave.add(`s${k}`, past, hunksOf(weave.visible(past), Uint32Array.from(has ? [1, 2, 3] : [1, 3])));
        requires.push(past);
        closures.set(`s${k}`, new Set([...past, `s${k}`]));
        own.set(`s${k}`, has);
      });
      for (const of of closedSets(requires.map((past, k) => ({ id: `s${k}`, requires: past, hunks: [], text: Uint32Array.of() })), 60)) {
        const values = chains(of, closures, own);
        if (values.size > 1) { disputed++; continue; }
        agreed++;
        expect([of, weave.visible(of).includes(2)]).toEqual([of, values.has(true)]);
      }
    }), { numRuns: 1500 });
    console.log(`one line: ${agreed} sets on which all orders agree, ${disputed} on which they do not`);
    expect(disputed).toBeGreaterThan(0);
  });
});

describe('putting back', () => {
  it('restores the lines themselves, it inserts no copies', () => {
    const story = new Story('x p q r y').acu('a', [], 'x y').acu('c', ['a'], 'x p new r y');
    expect(story.weave.spans(story.closed('c')).map((span) => [story.text(span.lines), span.inserters, span.shows])).toEqual([
      ['x', null, true], ['p', null, true], ['new', ['c'], true], ['q', null, false], ['r', null, true], ['y', null, true]]);
  });

  it('lets a third edit the line: a stack that changes a line and changes it back does not conflict', () => {
    const story = new Story('x y z').acu('a', [], 'x Y z').acu('b', ['a'], 'x y z').acu('c', [], 'x third z');
    expect(story.compose('b', 'c')).toBe('x third z');
    expect(story.compose('a', 'c')).toEqual(['[1,2) y: a Y | c third']);
  });

  it('matches as many lines as there can be', () => {
    const length = (a: readonly number[], b: readonly number[]): number => {
      if (a.length === 0 || b.length === 0) return 0;
      return a[0] === b[0] ? 1 + length(a.slice(1), b.slice(1)) : Math.max(length(a.slice(1), b), length(a, b.slice(1)));
    };
    const list = fc.array(fc.nat(3), { maxLength: 9 });
    fc.assert(fc.property(list, list, (a, b) => {
      const found = commonLines(Uint32Array.from(a), Uint32Array.from(b));
      let total = 0, lastA = 0, lastB = 0;
      for (let k = 0; k < found.length; k += 3) {
        const [i, j, lines] = [found[k]!, found[k + 1]!, found[k + 2]!];
        expect(i >= lastA && j >= lastB && lines > 0).toBe(true);
        expect(a.slice(i, i + lines)).toEqual(b.slice(j, j + lines));
        [lastA, lastB] = [i + lines, j + lines];
        total += lines;
      }
      expect(lastA <= a.length && lastB <= b.length).toBe(true);
      expect(total).toBe(length(a, b));
    }), { numRuns: 2000 });
  });

  it('of a hundred thousand lines too, which is beyond the exact table', () => {
    const base = Uint32Array.from({ length: 100_000 }, (_, i) => i);
    const weave = new Weave(base);
    weave.add('a', set(), [{ start: 10, end: 99_990, inserted: Uint32Array.of() }]);
    const back = base.slice(10, 99_990).map((line) => (line % 1000 === 0 ? 7 : line));
    weave.add('c', set('a'), [{ start: 10, end: 10, inserted: back }]);
    expect(weave.visible(set('a', 'c'))).toEqual(base.map((line, i) => (i >= 10 && i < 99_990 && line % 1000 === 0 ? 7 : line)));
    const copied = weave.provenance(set('a', 'c')).filter((span) => span.inserters !== null).reduce((sum, span) => sum + span.lines.length, 0);
    expect(copied).toBe(99);
  });
});

describe('identical edits, however cut', () => {
  // Of two like pairs of lines, i's diff takes out the first, j's the second: the text is the same.
  const story = (): Story => {
    const s = new Story('A B A B');
    s.weave.add('i', set(), [{ start: 0, end: 2, inserted: Uint32Array.of() }]);
    s.weave.add('j', set(), [{ start: 2, end: 4, inserted: Uint32Array.of() }]);
    return s;
  };

  it('give their text once', () => {
    const { weave } = story(), s = story();
    expect(s.text(weave.visible(set('i', 'j')))).toBe('A B');
    expect(weave.composeSet(set('i', 'j'))).toEqual({ lines: s.lines('A B') });
  });

  it('stay one for what stands on both, and stay apart for what stands on one', () => {
    const s = story();
    const { weave } = s;
    weave.add('c', set('i', 'j'), [{ start: 2, end: 2, inserted: s.lines('C') }]);
    expect(s.text(weave.visible(set('i', 'j', 'c')))).toBe('A B C');
    weave.add('d', set('i', 'j'), [{ start: 0, end: 0, inserted: s.lines('D') }]);
    expect(weave.composeSet(set('i', 'j', 'c', 'd'))).toEqual({ lines: s.lines('D A B C') });
    weave.add('k', set(), [{ start: 3, end: 4, inserted: s.lines('K') }]);
    // i alone does not touch line 3, j does: one canonical cut for both, whichever, would change one of these answers.
    expect(weave.composeSet(set('i', 'k'))).toEqual({ lines: s.lines('A K') });
    expect('conflict' in weave.composeSet(set('j', 'k'))).toBe(true);
    expect('conflict' in weave.composeSet(set('i', 'j', 'k'))).toBe(true);
  });

  it('yield to a side that changed something, where a settled text changed nothing', () => {
    const s = story();
    const { weave } = s;
    weave.add('c', set('i', 'j'), []);
    weave.add('e', set('j'), [{ start: 0, end: 1, inserted: s.lines('E') }]);
    weave.add('f', set('i'), [{ start: 0, end: 1, inserted: s.lines('E') }]);
    expect(weave.composeSet(set('i', 'j', 'c', 'e'))).toEqual({ lines: s.lines('E B') });
    expect(weave.composeSet(set('i', 'j', 'c', 'f'))).toEqual({ lines: s.lines('E B') });
  });
});

describe('conflict places', () => {
  it('three inserts in one gap are one place with three sides, equal ones together', () => {
    const story = new Story('x y').acu('a', [], 'x 1 y').acu('b', [], 'x 2 y').acu('c', [], 'x 3 y').acu('d', [], 'x 1 y');
    expect(story.compose('a', 'b', 'c', 'd')).toEqual(['[1,1) : a+d 1 | b 2 | c 3']);
  });

  it('edits that touch conflict, one line between them keeps them apart', () => {
    const story = new Story('1 2 3 4 5').acu('a', [], 'A 2 3 4 5').acu('b', [], '1 B 3 4 5').acu('c', [], '1 2 C 4 5').acu('d', [], '1 2 3 4 D 5');
    expect(story.compose('a', 'b')).toEqual(['[0,2) 1 2: a A 2 | b 1 B']);
    expect(story.compose('a', 'c')).toBe('A 2 C 4 5');
    expect(story.compose('c', 'd')).toBe('1 2 C 4 D 5');
    expect(story.compose('a', 'b', 'c', 'd')).toEqual(['[0,3) 1 2 3: a A 2 3 | b 1 B 3 | c 1 2 C']);
  });

  it('are counted in lines of what the sides have in common', () => {
    const story = new Story('1 2 3').acu('a', [], '0 00 1 2 3').acu('b', ['a'], '0 00 1 B 3').acu('c', ['a'], '0 00 1 C 3').acu('d', [], '1 2 D');
    expect(story.compose('b', 'c')).toEqual(['[3,4) 2: b B | c C']);
    expect(story.compose('b', 'd')).toEqual(['[1,3) 2 3: b B 3 | d 2 D']);
  });

  it('are looked for over what two sides share, though a third shares less with them', () => {
    const story = new Story('1 2 3').acu('a', [], '1 A 2 3').acu('b', ['a'], '1 A B 2 3').acu('c', ['a'], '1 A 2 C').acu('d', [], '1 2 3 D');
    expect(story.compose('b', 'c')).toBe('1 A B 2 C');
    expect(story.compose('b', 'c', 'd')).toEqual(['[2,3) 3: c C | d 3 D']);
    expect(story.compose('b', 'd')).toBe('1 A B 2 3 D');
  });

  it('a resolution above all sides answers them', () => {
    const story = new Story('x y').acu('a', [], 'x 1 y').acu('b', [], 'x 2 y').acu('r', ['a', 'b'], 'x 1 2 y').acu('c', [], 'x y C');
    expect(story.compose('r', 'c')).toEqual('x 1 2 y C');
  });
});

describe('anchors', () => {
  it('name who inserted the neighbours and removed lines, and who hid what lay between', () => {
    const story = new Story('1 2 3').acu('a', [], '1 A AA 2 3').acu('b', ['a'], '1 A AA 3').acu('c', ['b'], '1 A AA C 3').acu('d', ['c'], '1 A AA 3');
    expect(story.weave.anchorsOf('a')).toEqual([{ inserters: [], hiders: [] }]);
    expect(story.weave.anchorsOf('b')).toEqual([{ inserters: ['a'], hiders: [] }]);
    expect(story.weave.anchorsOf('c')).toEqual([{ inserters: ['a'], hiders: ['b'] }]);
    expect(story.weave.anchorsOf('d')).toEqual([{ inserters: ['a', 'c'], hiders: ['b'] }]);
    const inserts = [0, 1, 4].map((at) => ({ start: at, end: at, inserted: Uint32Array.of(9) }));
    expect(story.weave.anchors(story.closed('b'), inserts).map((anchor) => anchor.inserters)).toEqual([[], ['a'], []]);
  });
});
