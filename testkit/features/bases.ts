// Sources that stand on older bases, went stale, were merged, or merge others.
import { ANY, integrate, levels } from './frame.ts';
import type { Make } from './frame.ts';
import { freshLine, mutate, uniqueText } from '../text.ts';

export const bases = {
  'staggered': (w) => {
    const { path, style, at } = w.place(ANY);
    for (let n = 2; n > 0; n--) {
      const draft = w.begin(w.random.pick(w.bases.slice(0, -1)));
      if (draft.get(path) !== undefined) draft.edit(path, (lines) => mutate(w.random, style, lines, at + w.random.between(-3, 3)));
      w.finish(draft, ['staggered']);
    }
  },

  'base-merged-in': (w) => {
    const r = w.random;
    const from = r.below(w.bases.length - 1);
    const later = r.pick(w.bases.slice(from + 1));
    const still = w.hot.filter((path) => w.bases[from]!.tree.get(path)!.data === later.tree.get(path)?.data);
    const path = r.zipf(still);
    const draft = w.begin(w.bases[from]!);
    draft.edit(path, (lines) => mutate(r, w.styles.get(path)!, lines, r.below(lines.length)));
    draft.commit('Before the update');
    const mine = draft.get(path)!;
    draft.tree = new Map(later.tree);
    draft.tree.set(path, mine);
    draft.commit('Merge main', [later]);
    w.finish(draft, ['base-merged-in']);
  },

  'stale': (w) => {
    const { before, path, at } = w.random.pick(w.moved);
    const draft = w.begin(w.bases[before]!);
    draft.edit(path, (lines) => { lines.splice(Math.max(0, at - 1), 4, freshLine(w.random, 'code')); return lines; });
    w.finish(draft, ['stale'], 'quiet');
  },

  'stale-inner': (w) => {
    const { before, path, at } = w.random.pick(w.moved);
    const family = { integrable: false };
    const lower = w.begin(w.bases[before]!, family);
    lower.edit(path, (lines) => { lines.splice(Math.max(0, at - 1), 4, freshLine(w.random, 'code')); return lines; });
    const inner = w.random.chance(0.6) ? w.finish(lower, ['stale'], 'quiet').commit : lower.commit('Inner');
    // the next level takes the base's text, so the whole carries though its lower part does not
    levels(w, ['stale-inner'], inner, family, w.random.between(1, 2), (draft, i) => {
      if (i === 0) draft.write(path, w.tip.tree.get(path)!.data);
      w.plain(draft, 1);
    });
  },

  'merged': (w) => {
    const path = `docs/merged${w.random.hex(4)}.md`;
    const family = { integrable: false };
    const draft = w.begin(w.tip, family);
    draft.write(path, uniqueText(w.random, 12));
    const source = w.finish(draft, ['merged'], 'quiet');
    w.mergeIntoBase(source, [path]);
    // work that goes on from the merged branch
    if (w.random.chance(0.5)) levels(w, ['on-merged'], source.commit, family, 1, (d) => w.plain(d, 2));
  },

  'integration-clean': (w) => integrate(w, 'integration-clean', 'clean'),

  'integration-resolved': (w) => integrate(w, 'integration-resolved', 'resolved'),
} satisfies Record<string, Make>;
