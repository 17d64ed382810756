// Sources that rename directories: whole, in parts, into each other, to the root, while others add, move and delete in them.
import { levels, together } from './frame.ts';
import type { Make } from './frame.ts';
import type { Draft, World } from '../world.ts';
import { mutate, uniqueText } from '../text.ts';

const packageOf = (w: World): string => w.random.zipf(Array.from({ length: 6 }, (_, i) => `pkg/p${i}`));
const add = (w: World, draft: Draft, path: string): void => draft.put(path, { mode: '100644', data: uniqueText(w.random, w.random.between(1, 9)) });
const editIn = (w: World, draft: Draft, directory: string): void => {
  const path = w.random.pick(draft.under(directory).concat(draft.under('src')));
  if (draft.get(path)!.mode.startsWith('100')) draft.edit(path, (lines) => mutate(w.random, 'code', lines, w.random.below(Math.max(1, lines.length))));
};
/** What somebody does in a directory who does not know that it moves. */
const unaware = (w: World, draft: Draft, from: string, to: string): void => {
  const r = w.random;
  switch (r.below(9)) {
    case 0: case 1: add(w, draft, `${from}/${r.pick(['added', 'added', 'extra'])}.ts`); break;
    case 2: add(w, draft, `${from}/deep/added.ts`); break;
    case 3: add(w, draft, `${from}/fresh/added.ts`); break;
    case 4: editIn(w, draft, from); break;
    case 5: draft.move(r.pick(['ren/a/file0.ts', 'ren/like0.txt', 'docs/note3.md']), `${from}/moved-here.ts`); break;
    case 6: add(w, draft, `${to === '' ? '' : `${to}/`}${r.pick(['added.ts', 'main.ts', 'util.ts'])}`); break;
    case 7: draft.drop(`${from}/${r.pick(['main.ts', 'deep/one.ts', 'LICENSE'])}`); break;
    default: draft.moveAll(from, r.pick([to, `${from}-else`, 'pkg/elsewhere']));
  }
};

export const directories = {
  'directory-whole': (w) => {
    const from = packageOf(w), to = w.random.pick(['lib/q', 'pkg/q', `pkg/q/${from.slice(4)}`]);
    together(w, ['directory-whole'], `${from}/main.ts`, 4, (draft, i) => {
      if (i === 0) { draft.moveAll(from, to); if (w.random.chance(0.4)) editIn(w, draft, to); }
      else unaware(w, draft, from, to);
    });
  },

  'directory-most': (w) => {
    const r = w.random;
    const from = packageOf(w), to = 'pkg/most';
    const stays = r.pick(['deep/', 'main.ts', 'LICENSE', 'util.ts']);
    together(w, ['directory-most'], `${from}/main.ts`, 4, (draft, i) => {
      if (i === 0) {
        draft.moveAll(from, to, (path) => !path.startsWith(`${from}/${stays}`));
        // a rename of a directory is one only where nothing of it is left
        if (r.chance(0.7)) draft.moveAll(from, r.pick(['pkg/rest', 'pkg/most/rest']));
      } else unaware(w, draft, from, to);
    });
  },

  'directory-split': (w) => {
    const from = packageOf(w);
    together(w, ['directory-split'], `${from}/main.ts`, 4, (draft, i) => {
      if (i === 0) {
        let n = 0;
        const half = (): boolean => n++ % 2 === 0;
        draft.moveAll(from, 'pkg/left', half);
        draft.moveAll(from, 'pkg/right');
      } else unaware(w, draft, from, w.random.pick(['pkg/left', 'pkg/right']));
    });
  },

  'directory-nested': (w) => {
    const from = packageOf(w);
    together(w, ['directory-nested'], `${from}/deep/one.ts`, 4, (draft, i) => {
      if (i === 0) { draft.moveAll(`${from}/deep`, `${from}/${w.random.pick(['shallow', 'deep/er'])}`); if (w.random.chance(0.5)) draft.moveAll(from, 'pkg/nest'); }
      else if (i === 1) add(w, draft, `${from}/deep/${w.random.pick(['added', 'in/added'])}.ts`);
      else unaware(w, draft, from, 'pkg/nest');
    });
  },

  'directory-to-root': (w) => {
    const from = packageOf(w);
    together(w, ['directory-to-root'], `${from}/main.ts`, 3, (draft, i) => {
      if (i === 0) draft.moveAll(from, ''); else unaware(w, draft, from, '');
    });
  },

  'directory-into-itself': (w) => {
    const from = packageOf(w);
    together(w, ['directory-into-itself'], `${from}/main.ts`, 3, (draft, i) => {
      if (i === 0) draft.moveAll(from, `${from}/${w.random.pick(['inner', 'deep'])}`, (path) => !path.includes('/deep/'));
      else if (i === 1) draft.moveAll(`${from}/deep`, from);
      else unaware(w, draft, from, `${from}/inner`);
    });
  },

  'directories-joined': (w) => {
    const [one, two] = w.random.shuffle([0, 1, 2, 3, 4, 5]).map((i) => `pkg/p${i}`) as [string, string];
    together(w, ['directories-joined'], `${one}/main.ts`, 4, (draft, i) => {
      if (i === 0) { draft.moveAll(one, 'pkg/joined/one'); draft.moveAll(two, 'pkg/joined/two'); }
      else if (i === 1) { draft.moveAll(two, one); }
      else unaware(w, draft, w.random.pick([one, two]), 'pkg/joined');
    });
  },

  'directory-stack': (w) => {
    const r = w.random;
    const from = packageOf(w), to = 'pkg/stacked';
    levels(w, ['directory-stack', 'stack'], w.fork(`${from}/main.ts`), { integrable: true }, r.between(2, 3), (draft, i) => {
      if (i === 0) draft.moveAll(from, to);
      else if (i === 1) { if (r.chance(0.5)) add(w, draft, `${to}/later.ts`); else editIn(w, draft, to); }
      else draft.moveAll(to, r.chance(0.5) ? from : 'pkg/restacked');
    });
    together(w, ['directory-bystander'], `${from}/main.ts`, 2, (draft) => unaware(w, draft, from, to));
  },

  'directory-against-file': (w) => {
    const from = packageOf(w);
    together(w, ['directory-against-file'], `${from}/main.ts`, 3, (draft, i) => {
      if (i === 0) { draft.moveAll(from, 'pkg/gone'); add(w, draft, from); }
      else if (i === 1) { const path = `${from}/main.ts`; if (draft.get(path) !== undefined) { draft.drop(path); add(w, draft, `${path}/${w.random.pick(['a', 'b'])}`); } }
      else unaware(w, draft, from, 'pkg/gone');
    });
  },
} satisfies Record<string, Make>;
