// What a person calls the parts of a commit. Deterministic, distinct within the commit, at most some 60 characters, and safe to
// show: names and paths are strangers' (core/visible.ts).
import { type ByteString, display } from '../bytes.ts';
import type { EditKind } from '../model.ts';
import { visible } from '../visible.ts';
import type { Reading, Readings } from './reading.ts';
import { isName, isVersion, shapeOf, tokensOf } from './words.ts';

/** Characters; of a name with escapes in it. */
const LONGEST = 60, LONGEST_ESCAPED = 80, LONGEST_PATH = 34, LONGEST_NAME = 32;

const VERBS: Partial<Record<EditKind, string>> = { add: 'add', delete: 'delete', mode: 'mode of', symlink: 'link', submodule: 'submodule', type: 'kind of' };

/** Cut in the middle, or at the end where `atEnd`, before it is escaped: an escape is longer than what it stands for. */
function cut(text: string, most: number, atEnd = false): string {
  const points = [...text.slice(0, 4000)];
  if (points.length <= most && text.length <= 4000) return text;
  const head = atEnd ? most - 1 : most >> 2;
  return `${points.slice(0, head).join('')}…${atEnd ? '' : [...text.slice(-most * 2)].slice(head + 1 - most).join('')}`;
}

const shownName = (name: string): string => cut(display(name as ByteString), LONGEST_NAME, true);

/** A path by as many of its last folders as there is room for. */
function shownPath(path: string): string {
  const parts = display(path as ByteString).split('/');
  let out = cut(parts.at(-1)!, LONGEST_PATH);
  for (let i = parts.length - 2; i >= 0; i--) {
    if (out.length + parts[i]!.length + 1 > LONGEST_PATH) return out.length + 2 > LONGEST_PATH ? out : `…/${out}`;
    out = `${parts[i]!}/${out}`;
  }
  return out;
}

function most<T>(counts: ReadonlyMap<T, number>): readonly [T, number] | null {
  let best: readonly [T, number] | null = null;
  for (const [key, count] of counts) if (best === null || count > best[1] || (count === best[1] && key < best[0])) best = [key, count];
  return best;
}

function tally<T>(lists: Iterable<Iterable<T>>): Map<T, number> {
  const out = new Map<T, number>();
  for (const list of lists) for (const one of list) out.set(one, (out.get(one) ?? 0) + 1);
  return out;
}

/** What is safe to show of a name, shorter where most of it is escapes. */
function fitted(name: string): string {
  let out = visible(cut(name, LONGEST, true));
  for (let most = LONGEST >> 1; out.length > LONGEST_ESCAPED && most > 4; most >>= 1) out = visible(cut(name, most, true));
  return out;
}

/** Names of all parts, in their order. `isByFile`: they are files. */
export function namesOfParts(parts: readonly (readonly number[])[], readings: Readings, isByFile: boolean): string[] {
  const taken = new Set<string>(), times = new Map<string, number>();
  return parts.map((members) => {
    const of = members.map((i) => readings.all[i]!), first = of[0]!, where = shownPath(first.piece.path), name = isByFile ? where : nameOf(of, readings);
    const wished = [name, name.includes(where) ? `${name}, line ${first.start + 1}` : `${name} (${where})`].map(fitted);
    let chosen = wished.find((one) => !taken.has(one));
    for (let k = (times.get(wished[0]!) ?? 1) + 1; chosen === undefined; k++) {
      times.set(wished[0]!, k);
      if (!taken.has(`${wished[0]!} (${k})`)) chosen = `${wished[0]!} (${k})`;
    }
    taken.add(chosen);
    return chosen;
  });
}

function nameOf(of: readonly Reading[], readings: Readings): string {
  const first = of[0]!, is = (test: (one: Reading) => boolean): boolean => of.every(test), paths = [...new Set(of.map(({ piece }) => piece.path))];
  const where = paths.length === 1 ? shownPath(paths[0]!) : `${paths.length} files`;
  const substitution = substituted(of) ?? released(of, readings.title);
  if (substitution !== null) return substitution;
  if (of.length === 2 && of.some(({ whole }) => whole === 'delete') && of.some(({ whole }) => whole === 'add')) {
    const [from, to] = [of.find(({ whole }) => whole === 'delete')!, of.find(({ whole }) => whole === 'add')!];
    return `move ${cut(shownPath(from.piece.path), 24)} to ${cut(shownPath(to.piece.path), 24)}`;
  }
  if (is(({ isBlank }) => isBlank)) return `blanks in ${where}`;
  if (of.length === 1 && first.piece.hunk < 0) return `${VERBS[first.kind] ?? 'change'} ${where}`;
  if (is(({ place: { role } }) => role === 'changelog')) return paths.length === 1 && of.length === 1 ? `changelog, ${where}` : `changelog in ${where}`;
  if (is(({ place: { role } }) => role === 'lock' || role === 'manifest')) return dependency(of) ?? manifestPart(of, where);
  const code = of.filter(({ place: { role } }) => role === 'code'), body = code.length > 0 ? code : of.filter(({ place: { role } }) => role === 'manifest');
  const tests = of.filter(({ place: { role } }) => role === 'test'), main = body.length > 0 ? body : tests.length > 0 ? tests : of;
  if (is(({ isImport }) => isImport)) {
    const name = most(tally<string>(of.map(({ imported, unimported }) => [...imported, ...unimported].filter((one) => shapeOf(one) > 0))));
    if (name !== null) return `the import of ${shownName(name[0])}${of.length === 1 ? ` in ${cut(where, 24)}` : ''}`;
  }
  const name = subjectOf(main, readings), mainPaths = [...new Set(main.map(({ piece }) => piece.path))];
  if (body.length === 0 && tests.length > 0) return `tests of ${name ?? shownName(tests[0]!.place.stem || tests[0]!.place.file)}`;
  const at = shownPath(mainPaths[0]!);
  if (name !== null) return mainPaths.length === 1 ? `${at}: ${name}` : `${name} in ${mainPaths.length} files`;
  if (mainPaths.length > 1) return `${main.every(({ whole }) => whole === 'add') ? 'add ' : ''}${at} and ${mainPaths.length - 1} more`;
  return main.length === 1 && main[0]!.piece.hunk >= 0 ? `${at}, line ${main[0]!.start + 1}` : at;
}

/** Where one substitution is on most of its pieces: a rename, a version, or what stands for what. */
function substituted(of: readonly Reading[]): string | null {
  const found = most(tally(of.map(({ substitutions }) => substitutions)));
  if (found === null || 2 * found[1] < of.length || (of.length > 1 && found[1] < 2)) return null;
  const [from, to] = found[0].split(' → ') as [string, string], [was, is] = [tokensOf(from, true), tokensOf(to, true)], isWhole = of.every(({ isSubstitution }) => isSubstitution);
  if (was.length !== 1 || is.length !== 1) return null;
  if (isVersion(to)) return of.some(({ inserted }) => inserted.some(tellsVersion)) ? `version ${shownName(to)}` : null;
  if (!isName(from) || !isName(to) || Math.max(from.length, to.length) < 3) return null;
  const [shownFrom, shownTo] = [from, to].map((name) => cut(shownName(name), 22, true));
  // in prose, and where the old name stays, a word merely stands for another
  const isRename = (shapeOf(from) === 1 && shapeOf(to) > 0) || of.some((one) => one.undefined.has(from) || one.redefined.has(to));
  if (isRename && (isWhole || found[1] > 1)) return `rename ${shownFrom!} to ${shownTo!}`;
  return isWhole ? `${shownFrom!} → ${shownTo!}${of.length === 1 ? '' : ` in ${of.length} places`}` : null;
}

const tellsVersion = (line: string): boolean => tokensOf(line).slice(0, 6).some((token) => token.toLowerCase() === 'version');

/** Where a manifest says the version that the title says. */
function released(of: readonly Reading[], title: ReadonlySet<string>): string | null {
  for (const { place: { role }, inserted } of of) {
    if (role !== 'manifest') continue;
    for (const line of inserted) {
      const version = tellsVersion(line) ? tokensOf(line).find((token) => isVersion(token) && title.has(token)) : undefined;
      if (version !== undefined) return `version ${shownName(version)}`;
    }
  }
  return null;
}

/** 'lodash 4.17.21', where the manifest's lines tell one dependency. */
function dependency(of: readonly Reading[]): string | null {
  const told = new Set<string>();
  for (const { place, inserted, removed } of of) {
    if (place.role !== 'manifest') continue;
    for (const line of inserted.length > 0 ? inserted : removed) {
      const tokens = tokensOf(line, true), name = tokens.find((token) => isName(token) && token.length > 1), version = tokens.find(isVersion);
      if (name !== undefined && version !== undefined) told.add(`${shownName(name)} ${cut(version, 20, true)}`);
    }
  }
  return told.size === 0 ? null : told.size === 1 ? [...told][0]! : `${[...told].sort()[0]!} and ${told.size - 1} more`;
}

function manifestPart(of: readonly Reading[], where: string): string {
  const key = most(tally<string>(of.map(({ defined, undefined: gone, redefined, within }) => [...defined, ...gone, ...redefined, ...within.slice(0, 1)])));
  if (key !== null) return new Set(of.map(({ piece }) => piece.path)).size === 1 ? `${where}: ${shownName(key[0])}` : `${shownName(key[0])} in ${where}`;
  return of.length === 1 && of[0]!.piece.hunk >= 0 ? `${where}, line ${of[0]!.start + 1}` : where;
}

/** The name that a part is most about: what the title says, what it defines, what it takes out, what it is in, else the rarest that it changes. */
function subjectOf(of: readonly Reading[], { counts, title, opening }: Readings): string | null {
  const best = (lists: readonly Iterable<string>[]): string | null => {
    const scores = new Map<string, number>();
    for (const list of lists) for (const name of list) if (shapeOf(name) > 0) scores.set(name, (scores.get(name) ?? 0) + shapeOf(name) * (isSaid(name) ? 10 : 1));
    return most(scores)?.[0] ?? null;
  };
  // a title's sentence begins with a capital, which makes no name of it
  const isSaid = (name: string): boolean => title.has(name) && (shapeOf(name) === 1 || (shapeOf(name) >= 0.55 && !opening.has(name)));
  const tells = ([name, times]: readonly [string, number]): boolean => times !== 0 && (shapeOf(name) === 1 || (shapeOf(name) >= 0.55 && /^[A-Za-z]+$/.test(name))) && counts.get(name)!.lines < 40;
  const name = best(of.map((one) => [...one.defined, ...one.undefined, ...one.within, ...one.names.keys()].filter(isSaid)))
    ?? best(of.map(({ defined }) => defined)) ?? best(of.map(({ undefined: gone }) => gone)) ?? best(of.map(({ redefined }) => redefined)) ?? best(of.map(({ within }) => within.slice(0, 1)))
    ?? best(of.map(({ imported, unimported }) => [...imported, ...unimported]))
    ?? (of.every(({ place: { role } }) => role === 'docs' || role === 'changelog') ? null : best(of.map(({ names }) => [...names].filter(tells).map(([one]) => one))));
  return name === null ? null : shownName(name);
}
