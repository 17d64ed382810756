// Sources that meet in the lines of a file: in one gap, beside each other, with the same text otherwise cut.
import { ANY, fresh, together } from './frame.ts';
import type { Make } from './frame.ts';
import { freshLine, linesOf, mutate, newLine } from '../text.ts';

export const lines = {
  'cherry-pick': (w) => {
    const r = w.random;
    const { path, style, at } = w.place(ANY, 8);
    const count = r.below(3);
    const lines = Array.from({ length: r.between(1, 3) }, () => (r.chance(0.3) ? newLine(r, style) : freshLine(r, style)));
    together(w, ['cherry-pick'], path, r.between(2, 3), (draft, i) => {
      const near = r.between(1, 4);
      draft.splice(path, at, count, ...lines);
      draft.commit('Fix');
      if (i > 0 && r.chance(0.6)) draft.splice(path, at + lines.length + near, 1, freshLine(r, style));
      if (i > 0 && r.chance(0.3)) draft.splice(path, at - near, 1, freshLine(r, style));
    });
  },

  'same-text-other-cut': (w) => {
    const r = w.random;
    const { path, style, at } = w.place(['repetitive', 'equal', 'code'], 9);
    const region = linesOf(w.tip.tree.get(path)!.data).slice(at, at + 6);
    const text = [...r.shuffle(region).slice(0, r.between(3, 6)), ...region.slice(0, r.below(3))];
    together(w, ['same-text-other-cut'], path, 3, (draft, i) => {
      draft.splice(path, at, 6, ...text);
      if (i === 0) return;
      // the same text, but something nearby changes how a diff cuts it
      const where = r.pick([at - 1, at - 2, at + text.length, at + text.length + 1]);
      draft.splice(path, where, r.below(2), ...(r.chance(0.5) ? region.slice(0, r.between(1, 3)) : [newLine(r, style)]));
    });
  },

  'same-line-twice': (w) => {
    const r = w.random;
    const { path, style, at } = w.place(ANY);
    const line = r.chance(0.5) ? freshLine(r, style) : linesOf(w.tip.tree.get(path)!.data)[at]!;
    const other = freshLine(r, style);
    const ways: string[][] = [[line], [line, line], [line, other], [other, line], [line, other, line]];
    together(w, ['same-line-twice'], path, 3, (draft, i) => {
      draft.splice(path, at, 0, ...(i === 0 ? [line] : r.pick(ways)));
      if (r.chance(0.3)) draft.splice(path, at + 4, 0, line);
    });
  },

  'same-gap': (w) => {
    const { path, style, at } = w.place(ANY);
    together(w, ['same-gap'], path, w.random.between(2, 3), (draft) => draft.splice(path, at, 0, ...fresh(w, style, w.random.between(1, 2))));
  },

  'touching': (w) => {
    const { path, style, at } = w.place(ANY);
    together(w, ['touching'], path, 3, (draft, i) => {
      if (i === 0) draft.splice(path, at, 2, freshLine(w.random, style));
      else if (i === 1) draft.splice(path, at + 2, 1, freshLine(w.random, style), freshLine(w.random, style));
      else draft.splice(path, at + 2, 0, newLine(w.random, style));
    });
  },

  'one-apart': (w) => {
    const { path, style, at } = w.place(ANY);
    together(w, ['one-apart'], path, 3, (draft, i) => {
      if (i === 0) draft.splice(path, at, 2, freshLine(w.random, style));
      else if (i === 1) draft.splice(path, at + 3, 1, freshLine(w.random, style), freshLine(w.random, style));
      else draft.splice(path, at - 1, 0, newLine(w.random, style));
    });
  },

  'repetitive': (w) => {
    const r = w.random;
    const { path, style, at } = w.place(['repetitive'], 8);
    together(w, ['repetitive'], path, r.between(3, 4), (draft) => {
      for (let n = r.between(1, 3); n > 0; n--) draft.edit(path, (lines) => mutate(r, style, lines, at + r.between(-6, 6)));
    });
  },

  'equal-lines': (w) => {
    const r = w.random;
    const { path, style, at } = w.place(['equal'], 12);
    together(w, ['equal-lines'], path, 3, (draft) => {
      for (let n = r.between(1, 3); n > 0; n--) draft.edit(path, (lines) => mutate(r, style, lines, at + r.between(-8, 8)));
    });
  },
} satisfies Record<string, Make>;
