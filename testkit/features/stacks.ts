// Sources that stand on the base alone or on each other: stacks, stacks that take back what they did, commits that several share.
import { ANY, fresh, levels, together } from './frame.ts';
import type { Make } from './frame.ts';
import { freshLine, linesOf, mutate, newLine } from '../text.ts';

export const stacks = {
  'plain': (w) => {
    const draft = w.begin(w.fork());
    for (let n = w.random.between(1, 3); n > 0; n--) { w.plain(draft, w.random.between(1, 2)); draft.commit('Step'); }
    w.finish(draft, ['plain'], 'quiet');
  },

  'stack': (w) => {
    const { path, style, at } = w.place(ANY);
    const from = w.fork(path);
    const family = { integrable: true };
    let last = at;
    levels(w, ['stack'], from, family, w.random.between(2, 5), (draft) => {
      if (w.random.chance(0.6)) {
        last = Math.max(0, last + w.random.between(-2, 3));
        draft.edit(path, (lines) => mutate(w.random, style, lines, last));
      } else {
        w.plain(draft, 2);
      }
    });
    // somebody who does not know of the stack, in the same place
    together(w, ['plain'], path, 1, (draft) => draft.edit(path, (lines) => mutate(w.random, style, lines, at)));
  },

  'revert': (w) => {
    const r = w.random;
    const { path, style, at } = w.place(ANY, 8);
    const from = w.fork(path);
    const old = from.tree.get(path)!.data;
    const partly = r.chance(0.5);
    levels(w, ['revert', 'stack'], from, { integrable: true }, r.between(2, 4), (draft, i) => {
      if (i % 2 === 0) {
        draft.splice(path, at + 4, 1, ...fresh(w, style, 2));
        draft.splice(path, at, r.between(1, 2), newLine(r, style), freshLine(r, style));
      } else if (partly) {
        const was = linesOf(old);
        draft.edit(path, (lines) => [...was.slice(0, at + 3), ...lines.slice(at + 3)]);
      } else {
        draft.write(path, old);
      }
    });
    together(w, ['revert-bystander'], path, 2, (draft, i) => draft.splice(path, at + 4 * i, 1, freshLine(r, style)));
  },

  'shared-commits': (w) => {
    const r = w.random;
    const { path, style, at } = w.place(ANY);
    const family = { integrable: true };
    const lower = w.begin(w.fork(path), family);
    lower.splice(path, at, 1, ...fresh(w, style, 3));
    lower.commit('Shared');
    if (r.chance(0.5)) { w.plain(lower, 1); lower.commit('Shared too'); }
    const from = lower.head;
    for (let n = r.between(2, 3); n > 0; n--) {
      const draft = w.begin(from, family);
      draft.edit(path, (lines) => mutate(r, style, lines, at + r.between(-3, 5)));
      w.finish(draft, ['shared-commits']);
    }
  },
} satisfies Record<string, Make>;
