// What generated sources do to each other, one function per feature. Each makes a handful of sources that meet in the way its name says;
// everyday edits around them (World.finish) mix the features with each other.
import { mergeOne } from './gitMerges.ts';
import { binary, freshLine, linesOf, mutate, newLine, uniqueText } from './text.ts';
import type { Style } from './text.ts';
import type { Commit, Draft, Family, File, Source, World } from './world.ts';

const TEXT: readonly Style[] = ['code', 'code', 'data', 'crlf'];
const ANY: readonly Style[] = ['code', 'repetitive', 'equal', 'data', 'crlf', 'latin1'];

/** Drafts for `count` sources that meet in one file, and what each does there. */
function together(w: World, features: readonly string[], path: string, count: number, act: (draft: Draft, i: number) => void): Source[] {
  return Array.from({ length: count }, (_, i) => {
    const draft = w.begin(w.fork(path));
    act(draft, i);
    return w.finish(draft, features);
  });
}

const fresh = (w: World, style: Style, n: number): string[] => Array.from({ length: n }, () => freshLine(w.random, style));

/** Levels above `from`, each a source; `act` edits level i. */
function levels(w: World, features: readonly string[], from: Commit, family: Family, depth: number, act: (draft: Draft, i: number) => void): Source[] {
  const out: Source[] = [];
  let at = from;
  for (let i = 0; i < depth; i++) {
    const draft = w.begin(at, family);
    act(draft, i);
    const source = w.finish(draft, features);
    out.push(source);
    at = source.commit;
  }
  return out;
}

/** A merge that git makes, with the paths left to a hand; null where that is not what was wanted, or needs more than lines resolved. */
function gitMerge(w: World, a: Commit, b: Commit, oids: ReadonlyMap<number, string>, wanted: 'clean' | 'resolved'): { tree: Map<string, File>; conflicts: readonly string[] } | null {
  const answer = mergeOne(w.forge.dir, oids.get(a.mark)!, oids.get(b.mark)!);
  if (answer.clean !== (wanted === 'clean')) return null;
  const tree = w.forge.load(answer.tree);
  const marked = (path: string): boolean => /^<{7} /m.test(tree.get(path)?.data ?? '') && tree.get(path)!.mode.startsWith('100');
  return answer.paths.every(marked) && [...tree.keys()].every((path) => !path.includes('~')) ? { tree, conflicts: answer.paths } : null;
}

/** A person's answer to conflict markers: one side, both, or something new. */
function resolveByHand(w: World, text: string): string {
  return text.replace(/^<{7} [^\n]*\n([^]*?)^={7}\r?\n([^]*?)^>{7} [^\n]*\n/gm, (_, ours: string, theirs: string) =>
    w.random.pick([ours, theirs, ours + theirs, theirs + ours, `${ours}${freshLine(w.random, 'code')}`]));
}

function integrate(w: World, feature: string, wanted: 'clean' | 'resolved'): void {
  w.forge.flush();
  const oids = w.forge.oids();
  const free = w.random.shuffle(w.sources.filter((s) => s.family.integrable));
  for (const a of free) {
    for (const b of free) {
      if (a.family === b.family) continue;
      const merged = gitMerge(w, a.commit, b.commit, oids, wanted);
      if (merged === null) continue;
      a.family.integrable = false;
      b.family.integrable = false;
      const draft = w.begin(a.commit, { integrable: false });
      draft.tree = merged.tree;
      for (const path of merged.conflicts) draft.write(path, resolveByHand(w, draft.text(path)));
      draft.commit(`Merge ${b.ref}`, [b.commit]);
      if (w.random.chance(0.5)) w.plain(draft, 1);
      const top = w.finish(draft, [feature], 'quiet');
      if (w.random.chance(0.6)) levels(w, ['on-integration', 'stack'], top.commit, top.family, w.random.between(1, 2), (d) => w.plain(d, 2));
      return;
    }
  }
}

export const features = {
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
} satisfies Record<string, (w: World) => void>;

export type Feature = keyof typeof features;
