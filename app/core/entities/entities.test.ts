// Outlines of hostile and ordinary texts, and differences by entity: a line that falls between two entities, or into both, would be a change that
// nobody is shown, or shown twice.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffLines } from '../diff/diff.ts';
import { entityDifference } from './difference.ts';
import type { Entity } from './model.ts';
import { byLines } from './outline.ts';

const outlineOf = (text: string, path: string): string[] => byLines.outline(text.split('\n'), path).map(({ kind, name, start, end }) => `${kind} ${name} ${start}-${end}`);

/** Whether ranges nest as `parent` says, each line looked at. */
function nests(outline: readonly Entity[], lines: number): boolean {
  const around = (i: number): number[] => (outline[i]!.parent < 0 ? [] : [outline[i]!.parent, ...around(outline[i]!.parent)]);
  return outline.every((entity, i) => {
    if (entity.start < 0 || entity.end > lines || entity.start >= entity.end || entity.parent >= i) return false;
    return outline.every((other, k) => {
      if (k === i || around(i).includes(k) || around(k).includes(i)) return true;
      return other.end <= entity.start || entity.end <= other.start;
    }) && around(i).every((k) => outline[k]!.start <= entity.start && entity.end <= outline[k]!.end);
  });
}

describe('outlines', () => {
  test('functions and classes of TypeScript, with what stands above them', () => {
    const text = ['import a from "a";', 'import {', '  b,', '} from "b";', '', '/** Says. */', 'export function say(', '  word: string,', '): void {', '  const inner = () => {', '  };', '}', '', 'class Box {', '  @once', '  open() {', '    return 1;', '  }', '}', '', 'const LIMIT = 3;'].join('\n');
    expect(outlineOf(text, 'src/say.ts')).toEqual(['imports imports 0-4', 'function say 5-12', 'class Box 13-19', 'function open 14-18', 'value LIMIT 20-21']);
  });
  test('Python, where indentation alone ends a function', () => {
    expect(outlineOf(['class A:', '    def f(self):', '        return 1', '', '    def g(self):', '        pass', '', 'def h():', '    pass'].join('\n'), 'a.py')).toEqual(['class A 0-6', 'function f 1-3', 'function g 4-6', 'function h 7-9']);
  });
  test('C, with the brace on a line of its own', () => {
    expect(outlineOf(['#include <stdio.h>', '', 'static int add(int a, int b)', '{', '\treturn a + b;', '}', '', 'struct pair { int a; };'].join('\n'), 'a.c')).toEqual(['imports imports 0-1', 'function add 2-6', 'class pair 7-8']);
  });
  test('keys of JSON and YAML three deep, sections of TOML and of prose, rules of CSS', () => {
    expect(outlineOf('{\n  "a": {\n    "b": {\n      "c": {\n        "d": 1\n      }\n    }\n  }\n}', 'a.json')).toEqual(['key a 1-8', 'key b 2-7', 'key c 3-6']);
    expect(outlineOf('on:\n  push:\n    branches: x\njobs:\n  - name: y', 'a.yml')).toEqual(['key on 0-3', 'key push 1-3', 'key branches 2-3', 'key jobs 3-5', 'key name 4-5']);
    expect(outlineOf('[one]\na = 1\n[two]\nb = 2', 'a.toml')).toEqual(['section one 0-2', 'key a 1-2', 'section two 2-4', 'key b 3-4']);
    expect(outlineOf('# A\n\ntext\n\n## B\n\n```\n# not one\n```\n# C', 'a.md')).toEqual(['section A 0-9', 'section B 4-9', 'section C 9-10']);
    expect(outlineOf('a {\n  color: red;\n}\n@media print {\n  b {\n    top: 0;\n  }\n}', 'a.css')).toEqual(['rule a 0-3', 'rule @media print 3-8', 'rule b 4-7']);
  });
  test('tests are called what they say', () => {
    expect(outlineOf('describe("boxes", () => {\n  it(\'opens\', () => {\n    open();\n  });\n});', 'a.test.ts')).toEqual(['test boxes 0-5', 'test opens 1-4']);
  });
  test('any text: ranges are within it, nest, and are the same each time', () => {
    const line = fc.tuple(fc.constantFrom(0, 0, 1, 2, 3), fc.constantFrom('function f() {', 'class A {', '}', 'def g():', '"k": {', '# h', '## i', 'x = 1', '', '// c', '@d', '.r {', ') {', 'import z', '});', 'it("t", () => {', 'const v = () => {', 'é', '```', '{'));
    fc.assert(fc.property(fc.array(line.map(([deep, text]) => '  '.repeat(deep) + text), { maxLength: 40 }), fc.constantFrom('a.ts', 'a.py', 'a.json', 'a.md', 'a.css', 'a.c', 'a.toml', 'noname'), (lines, path) => {
      const outline = byLines.outline(lines, path);
      expect(nests(outline, lines.length), JSON.stringify(outline)).toBe(true);
      expect(byLines.outline(lines, path)).toEqual(outline);
    }));
  });
  test('a line of a million characters costs no more than a long one', () => {
    expect(byLines.outline([`function f() {${'x'.repeat(1_000_000)}`, '}'], 'a.js').length).toBeLessThan(2);
  });
});

describe('differences by entity', () => {
  const ts = (text: string): string[] => text.split('\n');
  const told = (before: string, after: string, path = 'a.ts'): string[] => entityDifference(ts(before), ts(after), path, byLines).changes.map(({ fate, kind, name, was, removed, inserted }) => `${fate} ${kind} ${name}${was === null ? '' : ` was ${[...was.within, was.name].join('.')}`} -${removed.length} +${inserted.length}`);
  test('what is changed, added and removed is named', () => {
    expect(told('function a() {\n  one();\n}\n\nfunction b() {\n  two();\n}', 'function a() {\n  ONE();\n}\n\nfunction c() {\n  three();\n}')).toEqual(['changed function a -1 +1', 'added function c -0 +2', 'removed function b -2 +0']);
  });
  test('what only has another name is the same thing', () => {
    const body = '\n  return somethingThatIsLongEnough(to, tell, it, apart);\n}';
    expect(told(`function old() {${body}`, `function young() {${body}`)).toEqual(['moved function young was old -1 +1']);
  });
  test('what stands elsewhere has moved', () => {
    const f = 'function f() {\n  first();\n}', g = 'function g() {\n  second();\n  third();\n}';
    expect(told(`${f}\n${g}`, `${g}\n${f}`)).toEqual(['moved function f -3 +3']);
  });
  test('the pieces together are the difference of the texts, each line once', () => {
    const line = fc.tuple(fc.constantFrom(0, 1, 2), fc.constantFrom('function f() {', 'function g() {', 'class A {', '}', 'x = 1', 'y = 2', '', '// c', 'import z')).map(([deep, text]) => '  '.repeat(deep) + text);
    fc.assert(fc.property(fc.array(line, { maxLength: 30 }), fc.array(line, { maxLength: 30 }), (before, after) => {
      const { changes, script } = entityDifference(before, after, 'a.ts', byLines), removed: number[] = [], inserted: number[] = [];
      for (const change of changes) { removed.push(...change.removed); inserted.push(...change.inserted); }
      const kept = before.filter((_, i) => !removed.includes(i)), ascending = (x: number, y: number): number => x - y;
      expect(new Set(removed).size).toBe(removed.length);
      expect(new Set(inserted).size).toBe(inserted.length);
      // put together again by hand
      const again: string[] = [];
      for (let i = 0, next = 0; i < after.length; i++) again.push(inserted.includes(i) ? after[i]! : kept[next++]!);
      expect(again).toEqual(after);
      const ids = new Map<string, number>(), idsOf = (lines: readonly string[]): Uint32Array => Uint32Array.from(lines, (text) => ids.get(text) ?? (ids.set(text, ids.size), ids.size - 1));
      const [x, y] = [idsOf(before), idsOf(after)];
      expect(script).toEqual(diffLines(x, y));
      expect(removed.sort(ascending).length).toBe(before.length - kept.length);
    }));
  });
});
