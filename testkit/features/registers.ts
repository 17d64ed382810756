// Sources that meet in what a file is rather than in its lines: binaries, modes, links, submodules, types.
import { TEXT, together } from './frame.ts';
import type { Make } from './frame.ts';
import { binary, freshLine, uniqueText } from '../text.ts';

export const registers = {
  'binary': (w) => {
    const r = w.random;
    const path = `bin/image${r.below(8)}.png`;
    const shared = binary(r);
    together(w, ['binary'], path, 3, (draft) => draft.write(path, r.chance(0.4) ? shared : binary(r, r.between(50, 300))));
    // a text that becomes binary by one NUL
    if (r.chance(0.5)) {
      const { path: text, style, at } = w.place(TEXT);
      together(w, ['binary'], text, 2, (draft, i) => draft.splice(text, at + 5 * i, 1, i === 0 ? 'nul \0 here\n' : freshLine(r, style)));
    }
  },

  'mode': (w) => {
    const r = w.random;
    const path = `tools/run${r.below(6)}.sh`;
    const flipped = w.tip.tree.get(path)!.mode === '100644' ? '100755' : '100644';
    together(w, ['mode'], path, 4, (draft, i) => {
      if (i !== 1) draft.write(path, draft.text(path), flipped);
      if (i === 1 || i === 2) draft.splice(path, r.between(2, 10), 1, freshLine(r, 'data'));
      if (i === 3 && r.chance(0.5)) draft.drop(path);
    });
  },

  'symlink': (w) => {
    const path = `links/to${w.random.below(6)}`;
    const same = `../elsewhere/${w.random.hex(6)}`;
    together(w, ['symlink'], path, 3, (draft) => (w.random.chance(0.2) ? draft.drop(path) : draft.write(path, w.random.chance(0.4) ? same : `../src/${w.random.hex(8)}`)));
  },

  'submodule': (w) => {
    const r = w.random;
    const path = r.chance(0.8) ? `vendor/dep${r.below(5)}` : `vendor/new${r.below(3)}`;
    const same = r.hex(40);
    together(w, ['submodule'], path, 3, (draft) => draft.write(path, r.chance(0.4) ? same : r.hex(40), '160000'));
  },

  'type-change': (w) => {
    const r = w.random;
    const path = r.chance(0.5) ? `links/to${r.below(6)}` : `tools/run${r.below(6)}.sh`;
    const link = path.startsWith('links');
    together(w, ['type-change'], path, 3, (draft, i) => {
      if (i < 2) draft.write(path, link ? uniqueText(r, 8) : `../else/${r.hex(6)}`, link ? '100644' : '120000');
      else if (link) draft.write(path, `../src/${r.hex(8)}`);
      else draft.splice(path, 5, 1, freshLine(r, 'data'));
    });
  },
} satisfies Record<string, Make>;
