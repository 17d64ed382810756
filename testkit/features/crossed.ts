// Sources that stand on several others at once, which conflict or not, and on bases that renamed things since.
import { fresh } from './frame.ts';
import type { Make } from './frame.ts';
import type { Commit, Draft, World } from '../world.ts';
import { freshLine, mutate, uniqueText } from '../text.ts';

/** Two lower sources, and merges of them that each resolve in their own way: what those have in common has several tops. */
function crossed(w: World, features: readonly string[], one: (draft: Draft) => void, other: (draft: Draft) => void, resolve: (draft: Draft, n: number) => void): void {
  const r = w.random;
  const family = { integrable: false };
  const lower = [one, other].map((act) => { const draft = w.begin(w.tip, family); act(draft); return w.finish(draft, features, 'quiet').commit; }) as [Commit, Commit];
  for (let n = 0; n < 3; n++) {
    const [first, second] = n === 1 ? [lower[1], lower[0]] : lower;
    const draft = w.begin(first, family);
    // what only the second did is taken over as it is
    for (const path of new Set([...w.tip.tree.keys(), ...second.tree.keys()])) {
      const was = w.tip.tree.get(path), mine = first.tree.get(path), theirs = second.tree.get(path);
      const same = was?.mode === mine?.mode && was?.data === mine?.data;
      if (same && theirs === undefined) draft.drop(path); else if (same && mine !== theirs) draft.put(path, theirs!);
    }
    resolve(draft, n);
    draft.commit('Merge both', [second]);
    if (r.chance(0.6)) w.plain(draft, 1);
    w.finish(draft, features, 'quiet');
  }
}

export const crossings = {
  'crossed-content': (w) => {
    const { path, style, at } = w.place(['code', 'data', 'repetitive']);
    const line = freshLine(w.random, style), agreed = freshLine(w.random, style);
    crossed(w, ['crossed-content'], (draft) => draft.splice(path, at, 1, line), (draft) => draft.splice(path, at, 1, freshLine(w.random, style)), (draft, n) => {
      if (n === 2 || w.random.chance(0.5)) draft.splice(path, at, 1, agreed);
      if (w.random.chance(0.5)) draft.splice(path, at + 4, 1, freshLine(w.random, style));
    });
  },

  'crossed-clean': (w) => {
    const { path, style, at } = w.place(['code', 'data']);
    crossed(w, ['crossed-clean'], (draft) => draft.splice(path, at, 1, freshLine(w.random, style)), (draft) => draft.put(`new/crossed${w.random.below(3)}.txt`, { mode: '100644', data: uniqueText(w.random, 5) }),
      (draft) => { if (w.random.chance(0.6)) draft.edit(path, (lines) => mutate(w.random, style, lines, at + w.random.between(-2, 2))); });
  },

  'crossed-delete': (w) => {
    const path = `old/doomed${w.random.below(8)}.txt`;
    crossed(w, ['crossed-delete'], (draft) => draft.drop(path), (draft) => draft.splice(path, 4, 1, freshLine(w.random, 'data')), (draft, n) => {
      if (n === 0) draft.drop(path); else if (n === 2 && draft.get(path) !== undefined) draft.splice(path, 9, 1, freshLine(w.random, 'data'));
    });
  },

  'crossed-rename': (w) => {
    const r = w.random;
    const path = `ren/${r.pick(['a/file0', 'b/file1', 'c/file2', 'a/file3'])}.ts`;
    crossed(w, ['crossed-rename'], (draft) => draft.move(path, 'moved/crossed.ts'), (draft) => (r.chance(0.5) ? draft.move(path, 'moved/otherwise.ts') : draft.splice(path, 3, 1, freshLine(r, 'code'))), (draft, n) => {
      for (const one of [path, 'moved/crossed.ts', 'moved/otherwise.ts']) if (n !== 1 && draft.get(one) !== undefined && r.chance(0.4)) draft.splice(one, 8, 1, freshLine(r, 'code'));
      if (n === 2) draft.drop('moved/otherwise.ts');
    });
  },

  'crossed-add': (w) => {
    const path = `new/both${w.random.below(3)}.txt`;
    const text = uniqueText(w.random, 8);
    crossed(w, ['crossed-add'], (draft) => draft.put(path, { mode: '100644', data: text }), (draft) => draft.put(path, { mode: '100644', data: text + uniqueText(w.random, 1) }),
      (draft, n) => { if (n > 0) draft.splice(path, 2, 1, ...fresh(w, 'data', n)); });
  },

  'staggered-rename': (w) => {
    // forks where the base had its files elsewhere
    const r = w.random;
    for (let n = 3; n > 0; n--) {
      const draft = w.begin(r.pick(w.bases.slice(0, -1)));
      const own = draft.under('own');
      for (const path of r.shuffle(own).slice(0, r.between(1, 2))) {
        switch (r.below(5)) {
          case 0: draft.move(path, `own/mine${r.below(3)}.ts`); break;
          case 1: draft.put(path.replace(/[^/]*$/, `added${r.below(2)}.ts`), { mode: '100644', data: uniqueText(r, 5) }); break;
          case 2: draft.drop(path); break;
          default: draft.edit(path, (lines) => mutate(r, 'code', lines, r.below(lines.length)));
        }
      }
      w.finish(draft, ['staggered-rename']);
    }
  },

  'renamed-again': (w) => {
    // at the tip of the base, under the names that it gave
    const r = w.random;
    const path = r.pick([...w.tip.tree.keys()].filter((p) => p.startsWith('own/')));
    for (let n = 0; n < 3; n++) {
      const draft = w.begin(w.tip);
      if (n === 0) draft.move(path, `own/again${r.below(3)}.ts`);
      else if (n === 1) draft.edit(path, (lines) => mutate(r, 'code', lines, r.below(lines.length)));
      else draft.moveAll(path.slice(0, path.lastIndexOf('/')), 'own/all');
      w.finish(draft, ['renamed-again']);
    }
  },
} satisfies Record<string, Make>;
