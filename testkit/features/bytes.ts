// Sources that meet in files of odd bytes: CRLF, no final newline, nothing at all, no UTF-8.
import { TEXT, together } from './frame.ts';
import type { Make } from './frame.ts';
import { freshLine, mutate, uniqueText } from '../text.ts';

export const bytes = {
  'crlf': (w) => {
    const r = w.random;
    const { path, at } = w.place(['crlf'], 6);
    together(w, ['crlf'], path, 3, (draft, i) => {
      if (i === 0 && r.chance(0.7)) draft.write(path, draft.text(path).replaceAll('\r\n', '\n'));
      else if (i === 1) draft.splice(path, at, 1, freshLine(r, r.pick(['crlf', 'code'])));
      else draft.splice(path, r.between(1, 8), 0, freshLine(r, 'crlf'));
    });
    const { path: unix, at: spot } = w.place(['code'], 6);
    if (r.chance(0.4)) together(w, ['crlf'], unix, 1, (draft) => draft.edit(unix, (lines) => lines.map((l, i) => (Math.abs(i - spot) < 5 ? l.replace(/\r?\n/, '\r\n') : l))));
  },

  'no-final-newline': (w) => {
    const r = w.random;
    const { path } = w.place(['open'], 3);
    together(w, ['no-final-newline'], path, 3, (draft) => draft.edit(path, (lines) => {
      const end = lines.length - 1;
      switch (r.below(5)) {
        case 0: return [...lines.slice(0, end), `${lines[end]}\n`];
        case 1: return [...lines, freshLine(r, 'open')];
        case 2: return [...lines, freshLine(r, 'open').slice(0, -1)];
        case 3: return [...lines.slice(0, end), freshLine(r, 'open').slice(0, -1)];
        default: return mutate(r, 'open', lines, r.below(lines.length));
      }
    }));
  },

  'empty-file': (w) => {
    const r = w.random;
    const path = r.chance(0.5) ? `empty/none${r.below(4)}` : `empty/new${r.below(4)}`;
    const { path: text, style } = w.place(TEXT);
    together(w, ['empty-file'], path, 3, (draft) => {
      if (draft.get(path) !== undefined && r.chance(0.2)) draft.drop(path);
      else draft.write(path, r.chance(0.3) ? '' : uniqueText(r, r.between(1, 4)), r.chance(0.2) ? '100755' : '100644');
    });
    if (r.chance(0.3)) together(w, ['empty-file'], text, 2, (draft, i) => (i === 0 ? draft.write(text, '') : draft.splice(text, 3, 1, freshLine(r, style))));
  },

  'invalid-utf8': (w) => {
    const r = w.random;
    const { path, at } = w.place(['latin1'], 4);
    const added = `data/\xff\xc0${r.below(3)}`;
    together(w, ['invalid-utf8'], path, 3, (draft) => {
      draft.splice(path, at + r.between(-2, 2), r.below(2), `\xfe\x80 ${r.hex(4)}\n`);
      if (r.chance(0.3)) draft.write(added, uniqueText(r, 5));
    });
  },
} satisfies Record<string, Make>;
