// The danger: a conflict that no group has, or that two have; and numbers on one screen that do not add up. Groups are held to sorting and cutting by hand, counts to counting.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuId, ByteString, PathBytes } from '../core/bytes.ts';
import type { Acu, Conflict } from '../core/model.ts';
import { ConflictTable } from './conflictTable.ts';

const id = (n: number): AcuId => String(n).padStart(64, '0') as AcuId;
const acu = (n: number): Acu => ({ id: id(n), name: `acu ${n}` as ByteString, sources: [], segments: [], requires: [], author: { name: '' as ByteString, email: '' as ByteString }, time: 0, title: '' as ByteString, paths: [], hunks: 0, added: 0, deleted: 0, standing: 'exact' });

const conflict = fc.record({ a: fc.nat(5), b: fc.nat(6), path: fc.constantFrom('a', 'b', 'c/d'), verdict: fc.constantFrom('blocking' as const, 'risk' as const), inherited: fc.boolean() });
const acus = Array.from({ length: 6 }, (_, n) => acu(n));
// 6 stands for the base
const conflictsOf = (given: readonly (typeof conflict extends fc.Arbitrary<infer T> ? T : never)[]): Conflict[] => given.filter(({ a, b }) => a !== b)
  .map(({ a, b, path, verdict, inherited }): Conflict => ({ a: id(a), b: b === 6 ? 'base' : id(b), kind: b === 6 ? 'modify/delete' : 'content', verdict, path: path as PathBytes, detail: '', inherited }));
const tableOf = (conflicts: readonly Conflict[]): ConflictTable => new ConflictTable(acus, new Map(acus.map((one, i) => [one.id, i])), conflicts);

test('each conflict is in the group of its path, its pair or its partition, and in no other; the largest group comes first', () => {
  fc.assert(fc.property(fc.array(conflict, { maxLength: 30 }), fc.constantFrom('path' as const, 'pair' as const, 'partition' as const), (given, by) => {
    const partitionOf = [0, 0, 1, 1, 2, 2], table = tableOf(conflictsOf(given)), selected = table.select({ verdict: null, kind: null, acus: null, text: '', inherited: true });
    const { rows, starts } = table.grouped(selected, by, partitionOf);
    expect([...rows].sort((x, y) => x - y)).toEqual([...selected].sort((x, y) => x - y));
    const keyOf = (row: number): string => { const { a, b, path } = table.row(row); return by === 'path' ? path : by === 'partition' ? String(partitionOf[Number(a)]) : [a, b].sort().join(); };
    const groups = [...starts].map((start, i) => [...rows.subarray(start, starts[i + 1] ?? rows.length)]);
    for (const group of groups) expect(new Set(group.map(keyOf)).size).toBe(1);
    expect(new Set(groups.map((group) => keyOf(group[0]!))).size).toBe(groups.length);
    for (let i = 1; i < groups.length; i++) expect(groups[i]!.length).toBeLessThanOrEqual(groups[i - 1]!.length);
    for (const group of groups) expect(group).toEqual([...selected].filter((row) => group.includes(row)));
  }));
});

test('what is counted adds up: by verdict, by kind, between ACUs and with the base; and pairs are the lines that are drawn', () => {
  fc.assert(fc.property(fc.array(conflict, { maxLength: 30 }), (given) => {
    const conflicts = conflictsOf(given), table = tableOf(conflicts), { counts, pairs } = table, own = conflicts.filter(({ inherited }) => !inherited);
    expect(counts).toMatchObject({ conflicts: own.length, inherited: conflicts.length - own.length, withBase: own.filter(({ b }) => b === 'base').length });
    expect(Object.values(counts.byVerdict).reduce((sum, n) => sum + n, 0)).toBe(counts.conflicts);
    expect(counts.byKind.reduce((sum, { count }) => sum + count, 0)).toBe(counts.conflicts);
    expect(counts.pairs).toBe(new Set(conflicts.flatMap(({ a, b }) => (b === 'base' ? [] : [[a, b].sort().join()]))).size);
    expect(pairs.a.length).toBe(counts.pairs);
  }));
});
