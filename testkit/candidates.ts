// What a pair of sources is a question about: for each kind of conflict, whether both sides touch what the kind is about (a *candidate*),
// and which kinds git itself names. All from git's own differences and messages, so that the counts owe nothing to the engine.
import type { TextualKind } from '../app/core/model.ts';
import { gitFields } from './git.ts';
import type { MergeAnswer } from './gitMerges.ts';

export const kinds = [
  'content', 'add/add', 'modify/delete', 'rename/rename', 'rename/delete', 'rename/add', 'directory rename', 'directory/file',
  'mode', 'type', 'binary', 'symlink', 'submodule',
] as const satisfies readonly TextualKind[];
export type Kind = (typeof kinds)[number];
/** a set of kinds, one bit each */
export type Kinds = number;
const bit = Object.fromEntries(kinds.map((kind, i) => [kind, 1 << i])) as Readonly<Record<Kind, number>>;
export const kindsIn = (set: Kinds): Kind[] => kinds.filter((kind) => (set & bit[kind]) !== 0);

interface Touch {
  readonly before: string;
  readonly after: string;
  readonly binary: boolean;
  /** the other end of a rename that `git diff -M` sees */
  to?: string;
  from?: string;
}

/** What a commit changes since a context, as `git diff-tree -M --raw --numstat` tells it; renames are a deletion and an addition as well. */
export interface Doing {
  readonly touched: ReadonlyMap<string, Touch>;
  readonly renames: boolean;
  /** directories, and those above, that an added file lies in */
  readonly addedIn: ReadonlySet<string>;
  /** directories, and those above, that a renamed file left */
  readonly left: ReadonlySet<string>;
}

const ABSENT = '000000';
const isRegular = (mode: string): boolean => mode.startsWith('100');
const above = function* (path: string): Generator<string> {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) yield path.slice(0, at);
};

/** "TREE TREE" → what lies between them. */
export async function doingsOf(dir: string, treePairs: Iterable<string>): Promise<Map<string, Doing>> {
  const lines = [...treePairs];
  const out = new Map<string, Doing>();
  const raw = new Map<string, { touched: Map<string, Touch>; binary: Set<string> }>();
  for (const line of lines) raw.set(line, { touched: new Map(), binary: new Set() });
  let now: { touched: Map<string, Touch>; binary: Set<string> } = { touched: new Map(), binary: new Set() };
  const fields: string[] = [];
  const ask = lines.filter((line) => line.slice(0, line.indexOf(' ')) !== line.slice(line.indexOf(' ') + 1));
  for await (const field of gitFields(dir, ['diff-tree', '--stdin', '-r', '-z', '-M', '-l0', '--raw', '--numstat'], ask.map((line) => `${line}\n`))) fields.push(field);
  for (let i = 0; i < fields.length;) {
    // for two trees git prints the line "TREE TREE", and the first field on the next
    const header = /^([0-9a-f]{40,64} [0-9a-f]{40,64})\n/.exec(fields[i]!);
    if (header !== null) {
      now = raw.get(header[1]!)!;
      fields[i] = fields[i]!.slice(header[0].length);
    }
    const field = fields[i]!;
    if (field.startsWith(':')) {
      const [before, after, , , status] = field.slice(1).split(' ') as [string, string, string, string, string];
      const path = fields[i + 1]!;
      if (status.startsWith('R')) {
        const to = fields[i + 2]!;
        now.touched.set(path, { before, after: ABSENT, binary: false, to });
        now.touched.set(to, { before: ABSENT, after, binary: false, from: path });
        i += 3;
      } else {
        now.touched.set(path, { before, after, binary: false });
        i += 2;
      }
      continue;
    }
    const [added, , path] = field.split('\t');
    const names = path === '' ? [fields[i + 1]!, fields[i + 2]!] : [path!];
    if (added === '-') for (const name of names) now.binary.add(name);
    i += path === '' ? 3 : 1;
  }
  for (const [line, { touched, binary }] of raw) {
    for (const path of binary) { const touch = touched.get(path); if (touch !== undefined) touched.set(path, { ...touch, binary: true }); }
    const addedIn = new Set<string>(), left = new Set<string>();
    let renames = false;
    for (const [path, { before, to }] of touched) {
      if (before === ABSENT) for (const dir of above(path)) addedIn.add(dir);
      if (to === undefined) continue;
      renames = true;
      for (const dir of above(path)) if (!to.startsWith(`${dir}/`)) left.add(dir);
    }
    out.set(line, { touched, renames, addedIn, left });
  }
  return out;
}

const meet = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean => {
  if (some.size > others.size) return meet(others, some);
  for (const one of some) if (others.has(one)) return true;
  return false;
};

/**
 * The kinds that a pair is a candidate of. One path: content, both change it as text; add/add, both add it; mode, type, binary, symlink,
 * submodule, both touch it and one is of the kind; modify/delete, both touch it and one deletes it. Renames: rename/rename, both rename one
 * file; rename/delete, one renames what is gone on the other; rename/add, one renames to what the other adds or renames to; directory rename,
 * a file leaves a directory by a rename and the other adds one there, or moves it too. directory/file: one adds a path, the other touches one below it.
 */
export function candidates(a: Doing, b: Doing): Kinds {
  let out = 0;
  const [few, many] = a.touched.size <= b.touched.size ? [a, b] : [b, a];
  for (const [path, x] of few.touched) {
    const y = many.touched.get(path);
    if (y === undefined) continue;
    const modes = [x.before, x.after, y.before, y.after];
    const [gone, other] = x.after === ABSENT ? [x, y] : [y, x];
    if (gone.after === ABSENT) {
      if (gone.to === undefined && other.to === undefined) out |= bit['modify/delete'];
      if ((gone.to !== undefined && other.after === ABSENT) || (other.to !== undefined && gone.after === ABSENT)) out |= bit['rename/delete'];
      if (gone.to !== undefined && other.to !== undefined) out |= bit['rename/rename'];
    } else if (x.before === ABSENT) {
      out |= bit['add/add'];
      if (x.from !== undefined || y.from !== undefined) out |= bit['rename/add'];
      if (x.from !== undefined && y.from !== undefined) out |= bit['rename/rename'];
    } else if (x.binary || y.binary) {
      out |= bit.binary;
    } else if (modes.every(isRegular)) {
      out |= bit.content;
    }
    if (modes.includes('120000')) out |= bit.symlink;
    if (modes.includes('160000')) out |= bit.submodule;
    if ((x.binary || y.binary) && x.after !== ABSENT && y.after !== ABSENT) out |= bit.binary;
    const regular = modes.filter(isRegular);
    if (regular.length >= 2 && new Set(regular).size > 1 && x.after !== ABSENT && y.after !== ABSENT) out |= bit.mode;
    if (new Set([x.before, x.after, y.after].filter((mode) => mode !== ABSENT).map((mode) => mode.slice(0, 3))).size > 1) out |= bit.type;
  }
  for (const [one, two] of [[a, b], [b, a]] as const) {
    if (one.addedIn.size === 0) continue;
    for (const [path, { before, after }] of two.touched) if ((before === ABSENT) !== (after === ABSENT) && one.addedIn.has(path)) { out |= bit['directory/file']; break; }
    if (two.renames && meet(two.left, one.addedIn)) out |= bit['directory rename'];
  }
  if (a.renames && b.renames && meet(a.left, b.left)) out |= bit['directory rename'];
  return out;
}

/** The kinds that git names in a merge that conflicts. */
export function kindsNamed({ staged, messages }: MergeAnswer): Kinds {
  let out = 0;
  const modesAt = (path: string): Map<number, string> => new Map(staged.filter((s) => s.path === path).map((s) => [s.stage, s.mode]));
  for (const { kind, text, paths } of messages) {
    if (!kind.startsWith('CONFLICT')) continue;
    const what = kind.slice('CONFLICT'.length).replace(/^ ?\(/, '').replace(/\)$/, '');
    if (what === 'binary') out |= bit.binary;
    else if (what === 'file/directory') out |= bit['directory/file'];
    else if (what === 'distinct modes') out |= bit.type;
    else if (what === 'rename involved in collision') out |= bit['rename/add'];
    else if (what.includes('directory rename')) out |= bit['directory rename'];
    else if (what.startsWith('submodule')) out |= bit.submodule;
    else if (what === 'contents') {
      const modes = modesAt(paths[0]!);
      const [base, left, right] = [modes.get(1), modes.get(2), modes.get(3)];
      if (left === '120000' && right === '120000') out |= bit.symlink;
      else if (left === '160000' && right === '160000') out |= bit.submodule;
      else {
        if (left !== undefined && right !== undefined && left !== right && left !== base && right !== base) out |= bit.mode;
        out |= text.startsWith('CONFLICT (add/add)') ? bit['add/add'] : bit.content;
      }
    } else if (what in bit) out |= bit[what as Kind];
    else throw new Error(`git names a conflict of an unknown kind: ${kind}`);
  }
  return out;
}

/** Without what git appends to the name of a file that it puts aside: `~`, the commit it is from as it was named, and `_0` where that is taken. */
const named = (path: string): string => path.replace(/~(?:[0-9a-f]{40}|[0-9a-f]{64}|refs_heads_m\d+)(?:_\d+)?(?=\/|$)/, '');

/** The conflicted paths of a merge, under their own names: `unmerged`, those that git leaves so; `named`, also those that its conflicts are mainly about (a directory that has gone to two places is unmerged nowhere). */
export function pathsOf({ staged, messages }: MergeAnswer): { readonly unmerged: ReadonlySet<string>; readonly named: ReadonlySet<string> } {
  const unmerged = new Set(staged.map(({ path }) => named(path)));
  const all = new Set(unmerged);
  for (const { kind, paths } of messages) if (kind.startsWith('CONFLICT') && paths[0] !== undefined) all.add(named(paths[0]));
  return { unmerged, named: all };
}

/**
 * Are these the conflicted places of a merge? All paths that git leaves unmerged, and none that it does not name; but for a rename onto what both
 * add alike, which is a conflict to us and none to git (docs/decisions/0014).
 */
export function samePaths(answer: MergeAnswer, places: readonly { readonly path: string; readonly kind: string }[]): boolean {
  const git = pathsOf(answer), mine = new Set(places.map(({ path }) => path));
  return mine.size > 0 && [...git.unmerged].every((path) => mine.has(path)) && places.every(({ path, kind }) => git.named.has(path) || kind === 'rename/add');
}
