// The danger: three or more changes of which any two go together, and which together git merges in one order and not in another, or to
// two trees. One small repository for each way in which that happens; git's chain of merges in every order is the judge.
import { beforeAll, describe, expect, test } from 'vitest';
import type { File, Files } from '../../../testkit/treeMerges.ts';
import { type Answer, type SmallSet, composed, composerOf, goTogether, judgeSets } from '../../../testkit/sets.ts';

const file = (content: string, mode: File['mode'] = '100644'): File => ({ mode, content });
const tree = (files: Readonly<Record<string, File>>): Files => new Map(Object.entries(files));
/** Ten lines; those of `changes` are other ones. */
const text = (word: string, changes: Readonly<Record<number, string>> = {}): File =>
  file(Array.from({ length: 10 }, (_, i) => `${changes[i] ?? `${word} ${i} and some more of it`}\n`).join(''));
const lines = (...all: readonly string[]): File => file(all.map((line) => `${line}\n`).join(''));
const other = { other: text('other') };

/** Tops on the base. */
const set = (base: Files, ...tops: readonly Files[]): SmallSet => ({ base, pieces: tops.map((files) => ({ files, lower: [] })), tops: tops.map((_, i) => i) });

interface Planted { readonly name: string; readonly set: SmallSet; readonly git: Answer['state']; readonly core?: readonly number[]; readonly path?: string; /** where git is no judge */ readonly ours?: Answer['state'] }

const D = { 'D/1': text('one'), 'D/2': text('two'), ...other };
const f = tree({ f: text('f'), ...other });
const g = { 5: 'rewritten by the one who renames', 6: 'rewritten, too', 7: 'and this', 8: 'and this one' };

const planted: readonly Planted[] = [
  {
    name: 'a rename that falls below half by what others change in it',
    set: set(f, tree({ g: text('f', g), ...other }), tree({ f: text('f', { 0: 'x', 1: 'y' }), ...other }), tree({ f: text('f', { 3: 'z' }), ...other })),
    git: 'order-sensitive', core: [0, 1, 2], path: 'f',
  },
  {
    name: 'the same, while it stays above: the changes follow the file whatever the order',
    set: set(f, tree({ g: text('f', { 9: 'last' }), ...other }), tree({ f: text('f', { 0: 'x' }), ...other }), tree({ f: text('f', { 4: 'z' }), ...other })),
    git: 'clean',
  },
  {
    name: 'one deletes what is in a directory, one adds the like elsewhere, one adds to the directory',
    set: set(tree(D), tree(other), tree({ ...D, 'E/1': text('one'), 'E/2': text('two') }), tree({ ...D, 'D/new': text('new') })),
    git: 'order-sensitive', core: [0, 1, 2], path: 'E/new',
  },
  {
    name: 'one renames half of a directory, one deletes the rest, one adds to it',
    set: set(tree(D), tree({ 'E/1': text('one'), 'D/2': text('two'), ...other }), tree({ 'D/1': text('one'), ...other }), tree({ ...D, 'D/new': text('new') })),
    git: 'order-sensitive', core: [0, 1, 2], path: 'E/new',
  },
  {
    name: 'two move a directory together, and where a third adds to it a fourth has put a file in the way',
    set: set(tree(D), tree({ 'E/1': text('one'), 'D/2': text('two'), ...other }), tree({ 'D/1': text('one'), 'E/2': text('two'), ...other }),
      tree({ ...D, 'D/new': text('new') }), tree({ ...D, 'E/new': text('in the way') })),
    git: 'order-sensitive', core: [0, 1, 2],
  },
  {
    name: 'one deletes, another adds the like under another name, a third changes the deleted one no more than by deleting it',
    set: set(f, tree(other), tree({ ...other, f: text('f'), n: text('f', { 2: 'mine' }) }), tree({ ...other, h: text('h') })),
    git: 'order-sensitive', core: [0, 1, 2],
  },
  {
    name: 'a file becomes a directory of its name by two, and a third deletes it as well',
    set: set(tree({ p: text('p'), ...other }), tree({ 'p/x': text('else'), ...other }), tree({ ...other, p: text('p'), q: text('p', { 1: 'copied' }) }), tree({ ...other, third: text('third') })),
    git: 'order-sensitive', core: [0, 1, 2],
  },
  {
    name: 'a link in the place of a file that two others delete and copy',
    set: set(tree({ 'd/l': file('target', '120000'), 'd/m': text('m'), ...other }), tree({ 'd/m': text('m'), ...other }), tree({ 'd/l': file('target', '120000'), 'd/m': text('m'), e: file('target', '120000'), ...other }),
      tree({ 'd/m': text('m'), ...other, k: text('k') })),
    git: 'order-sensitive', core: [0, 1, 2],
  },
  {
    name: 'what two delete and one adds alike is of no concern to one who is elsewhere',
    set: set(tree({ ...D, 'e/x': text('x') }), tree({ ...other, 'e/x': text('x') }), tree({ ...D, 'E/1': text('one'), 'e/x': text('x') }), tree({ ...D, 'e/x': text('x'), 'e/new': text('new') })),
    git: 'clean',
  },
  {
    name: 'a file copied twice, one of which takes the change: which, another decides by what he deletes beside it',
    set: set(tree({ 'g/w': text('w'), 'a/f/x': text('x'), ...other }), tree({ 'a/f/x': text('x'), 'a/f/z': text('w'), 'new/z': text('w'), ...other }),
      tree({ 'g/w': text('w', { 4: 'changed' }), 'a/f/x': text('x'), ...other }), tree({ 'g/w': text('w'), ...other })),
    git: 'order-sensitive', core: [0, 1, 2],
  },
  {
    name: 'on a common segment: one renames half of what it added, one deletes the rest, one adds beside it',
    set: {
      base: tree(other),
      pieces: [{ files: tree(D), lower: [] }, { files: tree({ 'E/1': text('one'), 'D/2': text('two'), ...other }), lower: [0] }, { files: tree({ 'D/1': text('one'), ...other }), lower: [0] }, { files: tree({ ...D, 'D/new': text('new') }), lower: [0] }],
      tops: [1, 2, 3],
    },
    git: 'order-sensitive', core: [1, 2, 3], path: 'E/new',
  },
  {
    name: 'one moves all of a folder away, one adds in a new folder below it, one beside it: then the new folder counts as well',
    set: set(tree({ 'a/c/1': text('one'), ...other }), tree({ 'a/c/1': text('one'), 'a/x': text('x'), ...other }), tree({ 'a/c/1': text('one'), 'a/c/f/new': text('new'), ...other }), tree({ 'b/1': text('one'), ...other })),
    git: 'order-sensitive', core: [0, 1, 2],
  },
  {
    name: 'the same without the one beside it: a new folder stays where it is',
    set: set(tree({ 'a/c/1': text('one'), ...other }), tree({ 'a/c/1': text('one'), ...other, x: text('x') }), tree({ 'a/c/1': text('one'), 'a/c/f/new': text('new'), ...other }), tree({ 'b/1': text('one'), ...other })),
    git: 'clean',
  },
  {
    name: 'a mode that a stack sets and takes back, and that another sets: what the stack leaves alone is the other one\'s, whatever git\'s order makes of it',
    set: {
      base: f,
      pieces: [
        { files: tree({ f: file(text('f').content, '100755'), ...other }), lower: [] }, { files: tree({ f: text('f'), ...other, upper: text('upper') }), lower: [0] },
        { files: tree({ f: file(text('f').content, '100755'), ...other, low: text('low') }), lower: [0] }, { files: tree({ f: file(text('f').content, '100755'), ...other, third: text('third') }), lower: [] },
      ],
      tops: [1, 2, 3],
    },
    git: 'order-sensitive', ours: 'clean',
  },
  {
    name: 'three who stand on two that conflict, and answered alike: over git\'s virtual ancestor',
    set: {
      base: f,
      pieces: [
        { files: tree({ f: text('f', { 4: 'one' }), ...other }), lower: [] }, { files: tree({ f: text('f', { 4: 'other' }), ...other }), lower: [] },
        { files: tree({ f: text('f', { 4: 'agreed', 0: 'left' }), ...other }), lower: [0, 1] }, { files: tree({ f: text('f', { 4: 'agreed', 9: 'right' }), ...other }), lower: [0, 1] },
        { files: tree({ f: text('f', { 4: 'agreed' }), ...other, third: text('third') }), lower: [0, 1] },
      ],
      tops: [2, 3, 4],
    },
    git: 'clean',
  },
  {
    // facts.md, "Pairs and sets": git's chain has it twice in two orders of three, silently
    name: 'a function picked by two, and a third who deletes another beside it: it is there once, whatever git makes of it',
    set: set(tree({ f: lines('fn0', '}', '', 'fn1', '}', '', 'fn2', '}', '}', '}', '', 'fn3', '', 'return', '}', '') }),
      tree({ f: lines('fn0', '}', '', 'fn1', '}', '', 'fn2', '}', '}', '}', '', 'picked', '}', '', 'fn3', '', 'return', '}', '') }),
      tree({ f: lines('fn0', '}', '', 'fn1', '}', '', 'fn2', '}', '}', '}', '', 'picked', '}', '', 'fn3', '', 'return', '}', '', 'tail') }),
      tree({ f: lines('fn0', '}', '', 'fn1', '}', '}', '}', '', 'fn3', '', 'return', '}', '') })),
    git: 'order-sensitive', ours: 'clean',
  },
];

let answers: readonly (Answer | null)[];
beforeAll(async () => { answers = await judgeSets(planted.map((p) => p.set)); }, 60_000);

describe('planted', () => {
  test.each(planted.map((p, i) => [p.name, i] as const))('%s', async (_name, i) => {
    const { set: given, git, core, path, ours = git } = planted[i]!;
    expect(await goTogether(given), 'two by two').toBe(true);
    expect(answers[i]?.state, 'git').toBe(git);
    const said = await composed(composerOf(given), given.tops);
    expect(said.state).toBe(ours);
    if (core !== undefined) for (const { sides } of said.conflicts) expect(sides).toEqual(core);
    if (path !== undefined) expect(said.conflicts.map((c) => c.path)).toContain(path);
    if (git === 'clean') expect([...said.files].sort()).toEqual([...answers[i]!.files].sort());
  });

  test('the picked function is there once', async () => {
    const { set: given } = planted.at(-1)!;
    const ours = composerOf(given);
    const { changes } = await composed(ours, given.tops);
    const made = new TextDecoder().decode(ours.contents.bytes(changes.get('f' as never)!.after!.oid));
    expect(made.split('picked').length - 1).toBe(1);
  });
});
