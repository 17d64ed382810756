// Danger: an overview whose counts are not those of its rows, that loses a row in a group, or says of a source what none of its ACUs is.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuId, PathBytes } from '../core/bytes.ts';
import { type Subject, columnsOf } from '../core/search/columns.ts';
import { Arranger, COUNTS, type Asked, groupings, line, lineIndex, lineKind, sorts, sourceMarksOf } from './arranging.ts';
import { type Mark, marks } from './marks.ts';
import { Search } from './search.ts';
import { packSymbols } from '../core/search/symbolPage.ts';

const id = (i: number): AcuId => i.toString(16).padStart(64, '0') as AcuId;
const clock = { now: 100 * 86_400, offset: 0 };
const row = (i: number, some: Partial<Subject> = {}): Subject => ({ id: id(i), name: `n${i}`, author: 'Ada', email: '', time: 0, sources: [`s${i}`], requires: [], added: 0, deleted: 0, standing: 'exact', text: `n${i}`, ...some });
const asked: Asked = { by: 'row', sort: 'name', group: 'none', closed: [], open: [], clock, oldDays: 30 };

const world = fc.array(fc.record({
  author: fc.constantFrom('Ada', 'Bo', 'heron (agent)'), time: fc.integer({ min: 0, max: 100 * 86_400 }), size: fc.nat(5), folder: fc.constantFrom('', 'a/', 'agents/x/'), standing: fc.constantFrom('exact' as const, 'stale' as const),
  mark: fc.nat(marks.length - 1), found: fc.boolean(),
}), { minLength: 1, maxLength: 20 });

test('every row that was found stands once, in order, in its group, and is counted there; closed groups keep their count', () => {
  fc.assert(fc.property(world, fc.constantFrom(...groupings), fc.constantFrom(...sorts), fc.boolean(), fc.nat(5), (all, group, sort, sources, shut) => {
    const rows = all.map(({ author, time, size, folder, standing }, i) => row(i, { author, time, added: size, standing, sources: [`${folder}s${i}`] }));
    const columns = columnsOf(rows, () => [], rows.map(({ sources: [name], id: one }) => ({ name: name!, acus: [one] }))), arranger = new Arranger(columns), now = Uint8Array.from(all, ({ mark }) => mark), how = Uint8Array.from(all, ({ found }) => Number(found));
    const facts = { marks: now, degree: null, risky: null }, by = sources ? 'source' as const : 'row' as const;
    const open = arranger.arrange(how, facts, { ...asked, by, group, sort }), wanted = all.flatMap(({ found }, i) => (found ? [i] : []));
    expect([...open.members].sort((x, y) => x - y)).toEqual(wanted);
    expect(open.found).toBe(wanted.length);
    const shown = [...open.lines].filter((code) => lineKind(code) !== line.group).map(lineIndex);
    expect(shown).toEqual([...open.members]);
    shown.forEach((item) => expect(lineIndex(open.lines[open.places[item]!]!)).toBe(item));
    for (let g = 0; g < open.groups.keys.length; g++) {
      const members = [...open.members.subarray(open.groups.starts[g], open.groups.starts[g + 1])], counts = open.groups.counts.subarray(g * COUNTS, (g + 1) * COUNTS);
      expect(counts.subarray(0, marks.length).reduce((sum, n) => sum + n, 0)).toBe(members.length);
      const value = (item: number): number => (sort === 'newest' ? -all[item]!.time : sort === 'size' ? -all[item]!.size : 0);
      for (let i = 1; i < members.length; i++) expect(value(members[i - 1]!)).toBeLessThanOrEqual(value(members[i]!));
      const groupOf = (item: number): unknown => (group === 'author' ? all[item]!.author : group === 'folder' ? all[item]!.folder : group === 'state' ? all[item]!.standing : null);
      expect(new Set(members.map(groupOf)).size).toBeLessThanOrEqual(1);
    }
    if (group === 'none') return;
    const key = open.groups.keys[shut % open.groups.keys.length]!, closed = arranger.arrange(how, facts, { ...asked, by, group, sort, closed: [key] });
    expect([...closed.groups.counts]).toEqual([...open.groups.counts]);
    expect([...closed.members]).toEqual([...open.members]);
    const size = open.groups.starts[open.groups.keys.indexOf(key) + 1]! - open.groups.starts[open.groups.keys.indexOf(key)]!;
    expect(closed.lines.length).toBe(open.lines.length - size);
  }));
});

test('a source is the worst of its ACUs, and what they need of each other it brings', () => {
  const rows = [row(0), row(1, { requires: [id(0)] }), row(2, { requires: [id(3)] }), row(3)];
  const columns = columnsOf(rows, () => [], [{ name: 'stack', acus: [id(0), id(1)] }, { name: 'needs', acus: [id(2)] }, { name: 'both', acus: [id(3), id(2)] }, { name: 'none', acus: [] }]);
  const of = (...now: Mark[]): (Mark | undefined)[] => [...sourceMarksOf(columns, Uint8Array.from(now, (mark) => marks.indexOf(mark)))].map((mark) => marks[mark]);
  expect(of('fits', 'needs', 'needs', 'fits')).toEqual(['fits', 'needs', 'fits', 'unknown']);
  expect(of('in', 'needs', 'conflicts', 'in')).toEqual(['fits', 'conflicts', 'conflicts', 'unknown']);
  expect(of('in', 'in', 'needs', 'in')).toEqual(['in', 'fits', 'fits', 'unknown']);
  expect(of('stale', 'fits', 'unknown', 'fits')).toEqual(['stale', 'unknown', 'unknown', 'unknown']);
});

test('sources open to their ACUs, those above first; working trees are newer than whatever was committed', () => {
  const rows = [row(0, { time: 5 }), row(1, { requires: [id(0)], time: 9 }), row(2, { time: 1, worktree: true })];
  const columns = columnsOf(rows, () => [], [{ name: 'stack', acus: [id(0), id(1)] }, { name: 'tree', acus: [id(2)] }]), arranger = new Arranger(columns), how = new Uint8Array(3).fill(1), facts = { marks: null, degree: null, risky: null };
  expect([...arranger.arrange(how, facts, { ...asked, sort: 'newest' }).members]).toEqual([2, 1, 0]);
  const { lines } = arranger.arrange(how, facts, { ...asked, by: 'source', sort: 'newest', open: ['stack'] });
  expect([...lines].map((code) => [lineKind(code), lineIndex(code)])).toEqual([[line.source, 1], [line.source, 0], [line.nested, 1], [line.nested, 0]]);
  const { groups } = arranger.arrange(how, facts, { ...asked, group: 'age' });
  expect(groups.titles).toEqual(['Being edited', 'Today', 'The last 7 days', 'Up to 30 days old', 'Older than 30 days']);
});

test('symbols stay with their ACUs from one generation to the next, and another generation is not answered', () => {
  const search = new Search(), rows = [row(0), row(1)], paths = [['src/a.ts'], ['src/b.ts']] as unknown as PathBytes[][];
  search.load(1, columnsOf(rows, (i) => paths[i]!, []));
  expect(search.unread(1)).toMatchObject({ known: 0 });
  search.symbols([id(1)], packSymbols([['parseDate']]));
  const found = (generation: number, text: string): number[] | undefined => { const made = search.arrange(generation, { ...asked, text, seen: { from: 0, to: 9 } }); return made === null ? undefined : [...made.arrangement.members]; };
  expect(found(1, 'parsedate')).toEqual([1]);
  search.load(2, columnsOf([row(1), row(2)], () => [], []));
  expect([...search.unread(2)!.rows]).toEqual([1]);
  expect(found(2, 'parsedate')).toEqual([0]);
  expect(found(1, '')).toBe(undefined);
  expect(search.reasons(2, 'parsedate', Int32Array.of(0), clock)).toEqual([[0, { by: 'symbol', text: 'parseDate', more: 0 }]]);
  // with the answer come the reasons of the lines that are on screen: of a list that got shorter, the last ones
  expect(search.arrange(2, { ...asked, text: 'parsedate', seen: { from: 5, to: 6 } })!.reasons).toEqual([[0, { by: 'symbol', text: 'parseDate', more: 0 }]]);
  expect(search.arrange(2, { ...asked, text: '', by: 'row', seen: { from: 1, to: 1 } })!.reasons.length).toBe(1);
  expect(search.suggest('is:st', 5)?.options.map(({ insert }) => insert)).toEqual(['stale ']);
  expect(search.suggest('', 0)?.options.map(({ insert }) => insert)).toContain('author:');
  expect(search.suggest('author:a', 8)?.options).toEqual([{ insert: 'Ada ', shown: 'Ada', note: '' }]);
  expect(search.suggest('word', 4)?.options).toEqual([]);
});
