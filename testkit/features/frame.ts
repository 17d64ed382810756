// What features are made of: several sources that meet in one place, levels of a stack, and merges made by git and by hand.
import { type MergeAnswer, mergeSome } from '../gitMerges.ts';
import { freshLine } from '../text.ts';
import type { Style } from '../text.ts';
import type { Commit, Draft, Family, File, Source, World } from '../world.ts';

/** Adds a handful of sources to the world. */
export type Make = (w: World) => void;

export const TEXT: readonly Style[] = ['code', 'code', 'data', 'crlf'];
export const ANY: readonly Style[] = ['code', 'repetitive', 'equal', 'data', 'crlf', 'latin1'];

/** Drafts for `count` sources that meet in one file, and what each does there. */
export function together(w: World, features: readonly string[], path: string, count: number, act: (draft: Draft, i: number) => void): Source[] {
  return Array.from({ length: count }, (_, i) => {
    const draft = w.begin(w.fork(path));
    act(draft, i);
    return w.finish(draft, features);
  });
}

export const fresh = (w: World, style: Style, n: number): string[] => Array.from({ length: n }, () => freshLine(w.random, style));

/** Levels above `from`, each a source; `act` edits level i. */
export function levels(w: World, features: readonly string[], from: Commit, family: Family, depth: number, act: (draft: Draft, i: number) => void): Source[] {
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

/** A merge that git made, with the paths left to a hand; null where that is not what was wanted, or needs more than lines resolved. */
function usable(w: World, answer: MergeAnswer, wanted: 'clean' | 'resolved'): { tree: Map<string, File>; conflicts: readonly string[] } | null {
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

/** merges tried in one process */
const AT_ONCE = 16;

export function integrate(w: World, feature: string, wanted: 'clean' | 'resolved'): void {
  w.forge.flush();
  const oids = w.forge.oids();
  const free = w.random.shuffle(w.sources.filter((s) => s.family.integrable));
  const oid = (s: Source): string => oids.get(s.commit.mark)!;
  for (const a of free) {
    const others = free.filter((b) => b.family !== a.family);
    let answers: MergeAnswer[] = [];
    for (const [i, b] of others.entries()) {
      if (i % AT_ONCE === 0) answers = mergeSome(w.forge.dir, others.slice(i, i + AT_ONCE).map((other) => [oid(a), oid(other)]));
      const merged = usable(w, answers[i % AT_ONCE]!, wanted);
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
