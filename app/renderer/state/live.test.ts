// Danger: a save that nobody notices, a mark that stays for ever or goes unseen, a notice for what was there all along, a selection lost with each save.
import { expect, test } from 'vitest';
import type { AcuId } from '../../core/bytes.ts';
import type { LiveState } from '../../contract/live.ts';
import type { AcuRow } from '../../workers/client.ts';
import { changedSince, clashNews, liveHint, liveWords, savedAgain } from './live.ts';
import { retain } from './selection.ts';

const id = (n: number): AcuId => `${n}`.padStart(64, '0') as AcuId;
const row = (n: number, name: string, worktree = true): AcuRow => ({ id: id(n), name, ...worktree && { worktree: true } }) as AcuRow;

test('what is edited anew is marked until one looks; what was there, and branches, are not', () => {
  const first = [row(1, 'worktree a'), row(2, 'branch', false)];
  const marked = changedSince(first, [row(3, 'worktree a'), row(4, 'branch', false), row(5, 'worktree b')], new Map(), 7);
  expect([...marked]).toEqual([[id(3), 7], [id(5), 7]]);
  expect([...changedSince([row(3, 'worktree a')], [row(3, 'worktree a')], marked, 9)]).toEqual([[id(3), 7]]);
});

test('the selection follows a working tree from save to save', () => {
  const heir = savedAgain([row(1, 'worktree a'), row(2, 'branch', false)], [row(3, 'worktree a'), row(4, 'branch', false)]);
  const kept = retain({ selected: new Set([id(1), id(2)]), cursor: id(1), anchor: id(2) }, (one) => one === id(3) || one === id(4), heir);
  expect(kept).toEqual({ selected: new Set([id(3)]), cursor: id(3), anchor: null });
});

test('what begins to conflict is news, and what ends; not what one finds, and not in twenty sentences', () => {
  const first = clashNews(null, [['worktree a', 'worktree b']]);
  expect([...first.begun, ...first.ended]).toEqual([]);
  const then = clashNews(first.clashes, [['worktree a', 'worktree c']]);
  expect(then.begun).toEqual(['Edits in worktree a and worktree c conflict now.']);
  expect(then.ended).toEqual(['Edits in worktree a and worktree b conflict no more.']);
  expect(clashNews(new Set(), Array.from({ length: 20 }, (_, n) => [`a${n}`, `b${n}`] as const)).begun).toEqual(['Edits of 20 pairs of working trees conflict now.']);
});

test('the status line says how it looks, at what, and what to do', () => {
  const tree = { name: 'worktree a', how: 'watching', reason: '', files: 2, left: [], notCompared: 0 } as const;
  const state: LiveState = { on: true, polling: '', every: 2000, note: '', watches: 3, trees: [tree, { ...tree, how: 'unusable', files: 0 }] };
  expect(liveWords(state)).toBe('watching 1 working tree, 2 files edited');
  expect(liveHint(state)).toBe('');
  const polled = { ...state, polling: 'out of watches' };
  expect(liveWords(polled)).toBe('looking every 2 s at 1 working tree, 2 files edited: out of watches');
  expect(liveHint(polled)).toContain('fs.inotify.max_user_watches');
  expect(liveWords({ ...state, on: false })).toBe('working trees not looked at');
});
