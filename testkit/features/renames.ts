// Sources that rename files: purely, with edits, to one name and to two, onto others, in chains and circles, as links, submodules, binaries.
import { levels, together } from './frame.ts';
import type { Make } from './frame.ts';
import type { Draft, World } from '../world.ts';
import { binary, freshLine, linesOf, mutate, textOf, uniqueText } from '../text.ts';

const files = (w: World): string[] => [...w.tip.tree.keys()].filter((path) => /^ren\/[abc]\//.test(path));
const file = (w: World): string => w.random.zipf(files(w));
/** where it might go: its name elsewhere, another name beside it, or something new */
const away = (w: World, path: string): string => {
  const name = path.slice(path.lastIndexOf('/') + 1), dir = path.slice(0, path.lastIndexOf('/'));
  return w.random.pick([`ren/${w.random.pick(['a', 'b', 'c', 'new', 'new/deep'])}/${name}`, `${dir}/${w.random.pick(['other', 'next'])}${w.random.below(2)}.ts`, `moved/${name}`]);
};
const edit = (w: World, draft: Draft, path: string, times = 1): void => {
  for (let n = times; n > 0; n--) if (draft.get(path)?.mode.startsWith('100') === true) draft.edit(path, (lines) => mutate(w.random, 'code', lines, w.random.below(Math.max(1, lines.length))));
};

export const renames = {
  'rename-pure': (w) => {
    const from = file(w), to = away(w, from);
    together(w, ['rename-pure'], from, 4, (draft, i) => {
      if (i === 0 || (i === 3 && w.random.chance(0.5))) draft.move(from, to);
      else if (i === 1) edit(w, draft, from, 2);
      else if (i === 2) { draft.move(from, w.random.chance(0.4) ? to : away(w, from)); }
      else draft.write(from, draft.text(from), '100755');
    });
  },

  'rename-edited': (w) => {
    const from = file(w), to = away(w, from);
    const at = w.random.below(12);
    together(w, ['rename-edited'], from, 4, (draft, i) => {
      if (i === 0) { edit(w, draft, from, w.random.between(1, 5)); draft.move(from, to); }
      else if (i === 1) draft.splice(from, at, 1, freshLine(w.random, 'code'));
      else if (i === 2) { draft.splice(from, at, 1, freshLine(w.random, 'code')); draft.move(from, w.random.chance(0.7) ? to : away(w, from)); }
      else edit(w, draft, from, w.random.pick([1, 8]));
    });
  },

  'rename-hot': (w) => {
    const { path } = w.place(['code', 'data', 'crlf', 'repetitive']);
    const to = path.replace(/\/([^/]*)$/, `/${w.random.pick(['core/$1', 'x-$1', 'y-$1'])}`);
    together(w, ['rename-hot'], path, 2, (draft, i) => {
      if (w.random.chance(0.5)) edit(w, draft, path, 2);
      draft.move(path, i === 0 || w.random.chance(0.6) ? to : `${to}.bak`);
    });
  },

  'rename/rename': (w) => {
    const from = file(w);
    const targets = [away(w, from), away(w, from)];
    together(w, ['rename/rename'], from, 4, (draft, i) => {
      if (w.random.chance(0.4)) edit(w, draft, from, 2);
      draft.move(from, targets[i % 2]!);
      if (i === 3) draft.put(from, { mode: '100644', data: uniqueText(w.random, 6) });
    });
  },

  'rename/rename-to-one': (w) => {
    const [one, two] = w.random.shuffle(files(w)) as [string, string];
    const to = `moved/one${w.random.below(2)}.ts`;
    together(w, ['rename/rename-to-one'], one, 4, (draft, i) => {
      if (i === 0 || i === 3) draft.move(one, to);
      else if (i === 1) draft.move(two, to);
      else edit(w, draft, w.random.pick([one, two]), 2);
    });
  },

  'rename/delete': (w) => {
    const from = file(w), to = away(w, from);
    together(w, ['rename/delete'], from, 4, (draft, i) => {
      if (i === 0) { if (w.random.chance(0.5)) edit(w, draft, from); draft.move(from, to); }
      else if (i === 1) draft.drop(from);
      else if (i === 2) { draft.drop(from); draft.put(to, { mode: '100644', data: uniqueText(w.random, 8) }); }
      else draft.move(from, to);
    });
  },

  'rename/add': (w) => {
    const from = file(w), to = away(w, from);
    const text = w.tip.tree.get(from)!.data;
    together(w, ['rename/add'], from, 4, (draft, i) => {
      if (i === 0) draft.move(from, to);
      else if (i === 1) draft.put(to, { mode: '100644', data: w.random.pick([text, uniqueText(w.random, 9), '', text.replace(/\n/, ' changed\n')]) });
      else if (i === 2) { edit(w, draft, from, 2); if (w.random.chance(0.3)) draft.put(to, { mode: '100644', data: uniqueText(w.random, 5) }); }
      else draft.put(to, { mode: w.random.pick(['100644', '100755']), data: text });
    });
  },

  'rename-chain': (w) => {
    const [a, b, c] = w.random.shuffle(files(w)) as [string, string, string];
    together(w, ['rename-chain'], a, 4, (draft, i) => {
      if (i === 0) { draft.drop(c); draft.move(b, c); draft.move(a, b); }
      else if (i === 1) { edit(w, draft, a); edit(w, draft, b); }
      else if (i === 2) { const was = draft.get(a)!; draft.move(b, a); draft.put(b, was); }
      else { draft.move(a, `moved/chain${w.random.below(2)}.ts`); draft.move(b, a); }
    });
  },

  'rename-alike': (w) => {
    const r = w.random;
    const pool = [...w.tip.tree.keys()].filter((path) => /^ren\/(same|like)/.test(path));
    together(w, ['rename-alike'], pool[0]!, 4, (draft, i) => {
      for (const path of r.shuffle(pool).slice(0, r.between(1, 3))) {
        if (i === 1) { edit(w, draft, path, r.between(1, 3)); continue; }
        if (r.chance(0.4)) edit(w, draft, path, r.between(1, 4));
        draft.move(path, r.pick([`alike/${path.slice(4)}`, `alike/n${r.below(4)}.txt`, `ren/n${r.below(3)}.txt`]));
      }
    });
  },

  'rename-below-half': (w) => {
    const from = file(w), to = away(w, from);
    together(w, ['rename-below-half'], from, 3, (draft, i) => {
      const keep = w.random.between(5, 12);
      if (i === 0) { draft.edit(from, (lines) => [...lines.slice(0, keep), ...linesOf(uniqueText(w.random, 8))]); draft.move(from, to); }
      else edit(w, draft, from, i);
    });
  },

  'rename-type': (w) => {
    const r = w.random;
    const from = file(w), to = away(w, from);
    together(w, ['rename-type'], from, 4, (draft, i) => {
      if (i === 0) { draft.move(from, to); draft.write(to, draft.text(to), '100755'); }
      else if (i === 1) draft.put(from, { mode: '120000', data: r.hex(8) });
      else if (i === 2) { draft.move(from, to); draft.put(from, r.chance(0.5) ? { mode: '120000', data: to } : { mode: '160000', data: r.hex(40) }); }
      else edit(w, draft, from);
    });
  },

  'rename-register': (w) => {
    const r = w.random;
    const n = r.below(3);
    const from = r.pick([`ren/link${n}`, `ren/dep${n}`, `ren/blob${n}.bin`]), to = `moved/${r.pick(['reg0', 'reg1'])}`;
    together(w, ['rename-register'], from, 4, (draft, i) => {
      const was = draft.get(from)!;
      const changed = { mode: was.mode, data: was.mode === '160000' ? r.hex(40) : was.mode === '120000' ? r.hex(9) : r.chance(0.5) ? binary(r) : `${was.data}more` };
      if (i === 0) draft.move(from, to);
      else if (i === 1) draft.put(from, changed);
      else if (i === 2) { draft.drop(from); draft.put(r.chance(0.5) ? to : 'moved/reg2', r.chance(0.5) ? was : changed); }
      else draft.drop(from);
    });
  },

  'rename-empty': (w) => {
    const from = `empty/none${w.random.below(4)}`;
    together(w, ['rename-empty'], from, 3, (draft, i) => {
      if (i === 0) draft.move(from, 'moved/empty');
      else if (i === 1) draft.write(from, uniqueText(w.random, 3));
      else draft.put('moved/empty', { mode: '100644', data: w.random.chance(0.5) ? '' : 'x\n' });
    });
  },

  'rename-into-place': (w) => {
    // the old name is taken at once by something else, or the new one lies below the old
    const r = w.random;
    const from = file(w);
    together(w, ['rename-into-place'], from, 3, (draft, i) => {
      if (i === 0) draft.move(from, r.pick([`${from}/inside.ts`, from.replace(/\/[^/]*$/, '')]));
      else if (i === 1) edit(w, draft, from, 2);
      else { draft.move(from, away(w, from)); draft.put(from, { mode: '100644', data: textOf(linesOf(uniqueText(r, 7))) }); }
    });
  },

  'rename-stack': (w) => {
    const r = w.random;
    const from = file(w), to = away(w, from);
    levels(w, ['rename-stack', 'stack'], w.fork(from), { integrable: true }, r.between(2, 4), (draft, i) => {
      if (i === 0) draft.move(from, to);
      else if (i === 1) edit(w, draft, to, 2);
      else if (i === 2) draft.move(to, r.chance(0.5) ? from : `${to}.again`);
      else w.plain(draft, 2);
    });
    together(w, ['rename-bystander'], from, 2, (draft, i) => (i === 0 ? edit(w, draft, from, 2) : draft.move(from, r.chance(0.4) ? to : away(w, from))));
  },

  'rename-shared': (w) => {
    // two who stand on one commit that renames, and one who does the same renaming beside them
    const from = file(w), to = away(w, from);
    const family = { integrable: true };
    const lower = w.begin(w.fork(from), family);
    lower.move(from, to);
    if (w.random.chance(0.5)) edit(w, lower, to);
    lower.commit('Shared');
    const at = lower.head;
    for (let n = 0; n < 2; n++) {
      const draft = w.begin(at, family);
      if (w.random.chance(0.4)) draft.move(to, away(w, from)); else edit(w, draft, to, 2);
      w.finish(draft, ['rename-shared']);
    }
    together(w, ['rename-shared'], from, 1, (draft) => { draft.move(from, to); edit(w, draft, to); });
  },

  'rename-revert': (w) => {
    const from = file(w), to = away(w, from);
    const old = w.tip.tree.get(from)!;
    levels(w, ['rename-revert', 'revert', 'stack'], w.tip, { integrable: true }, 3, (draft, i) => {
      if (i === 0) { draft.move(from, to); edit(w, draft, to, 2); }
      else if (i === 1) { draft.drop(to); draft.put(from, old); }
      else edit(w, draft, from);
    });
    together(w, ['rename-revert-bystander'], from, 1, (draft) => edit(w, draft, from, 2));
  },
} satisfies Record<string, Make>;
