// Sources that meet in whether a path is there, and whether it is a file or a directory.
import { together } from './frame.ts';
import type { Make } from './frame.ts';
import { freshLine, linesOf, uniqueText } from '../text.ts';

export const paths = {
  'file-to-directory': (w) => {
    const r = w.random;
    const path = `node/knot${r.below(8)}`;
    together(w, ['file-to-directory'], path, 3, (draft, i) => {
      if (i === 0) draft.splice(path, 4, 1, freshLine(r, 'data'));
      else { draft.drop(path); draft.write(`${path}/${r.pick(['index', 'main'])}.txt`, uniqueText(r, 14)); }
    });
  },

  'directory-to-file': (w) => {
    const r = w.random;
    const path = `pack/p${r.below(6)}`;
    together(w, ['directory-to-file'], `${path}/a`, 3, (draft, i) => {
      if (i === 0) {
        for (const name of ['a', 'b', 'sub/c']) draft.drop(`${path}/${name}`);
        draft.write(path, uniqueText(r, 14));
      } else if (i === 1) {
        draft.splice(`${path}/${r.pick(['a', 'sub/c'])}`, 3, 1, freshLine(r, 'data'));
      } else {
        draft.write(`${path}/${r.pick(['d', 'sub/e'])}`, uniqueText(r, 9));
      }
    });
  },

  'file-against-directory': (w) => {
    const r = w.random;
    const path = `fresh/spot${r.below(4)}`;
    together(w, ['file-against-directory'], path, 3, (draft, i) => draft.write(i === 0 ? path : `${path}/${r.pick(['one', 'two', 'in/three'])}`, uniqueText(r, 8)));
  },

  'add/add': (w) => {
    const r = w.random;
    const path = `new/file${r.hex(3)}.txt`;
    const body = uniqueText(r, 20);
    together(w, ['add/add'], path, 4, (draft, i) => {
      const text = [body, body, '', linesOf(body).map((line, at) => (at === 7 ? freshLine(r, 'data') : line)).join('')];
      draft.write(path, i === 0 ? body : r.pick(text), r.chance(0.15) ? '100755' : '100644');
    });
  },

  'modify/delete': (w) => {
    const r = w.random;
    const path = `old/doomed${r.below(10)}.txt`;
    together(w, ['modify/delete'], path, 3, (draft, i) => {
      if (i === 0) draft.drop(path);
      else if (i === 1) draft.splice(path, r.below(18), 1, freshLine(r, 'data'));
      else if (r.chance(0.5)) draft.write(path, draft.text(path), '100755');
      else draft.splice(path, 20, 0, freshLine(r, 'data'));
    });
  },

  'delete/delete': (w) => {
    const path = `old/doomed${w.random.below(10)}.txt`;
    together(w, ['delete/delete'], path, 2, (draft) => draft.drop(path));
  },
} satisfies Record<string, Make>;
