// Ties as they are found without parsers: each kind reads names, lines, indentation or paths and says how sure it is (0…1) that
// two pieces belong together. From CERTAIN on a tie is a fact (the one uses what the other brings), below it is a likeness.
import type { PathBytes } from '../bytes.ts';
import { display } from '../bytes.ts';
import type { Tie, Tying } from './model.ts';
import { isLockOf } from './paths.ts';
import { type Reading, type Readings, readingsOf } from './reading.ts';
import { LINE_READ, shapeOf, tokensOf } from './words.ts';

/** What is tied so surely is one thing, through however many hands. */
export const CERTAIN = 0.9;

/** Pieces on which a name may be and still say that they belong together; and one that the commit is about. */
const MOST_SHARING = 12, MOST_ABOUT = 60;
/** Pairs that names may be asked about in one commit, the rarest first. */
const MOST_PAIRS = 200_000;
/** Pieces of a file, or of two, that are compared each with each. */
const MOST_BESIDE = 40;

const shown = (name: string): string => display(name as PathBytes);

function* pairs(members: readonly number[]): Generator<readonly [number, number]> {
  for (let i = 0; i < members.length; i++) for (let j = i + 1; j < members.length; j++) yield [members[i]!, members[j]!];
}

/** Each with the next: enough for what is certain, of which there may be thousands. */
function* inARow(members: readonly number[]): Generator<readonly [number, number]> {
  for (let i = 1; i < members.length; i++) yield [members[i - 1]!, members[i]!];
}

function grouped<K>(readings: readonly Reading[], keysOf: (reading: Reading, i: number) => Iterable<K>): Map<K, number[]> {
  const out = new Map<K, number[]>();
  for (const [i, reading] of readings.entries()) {
    for (const key of keysOf(reading, i)) {
      const group = out.get(key);
      if (group === undefined) out.set(key, [i]); else group.push(i);
    }
  }
  return out;
}

/** Whether the commit is about a name: it comes or goes with it, or the title says it. */
function isTopic({ counts, title }: Readings, name: string): boolean {
  const { isBefore, isAfter } = counts.get(name)!;
  return !isBefore || !isAfter || title.has(name);
}

/** 0…1: 1 where a name is on a few lines of a few pieces and nowhere else; less the more of the texts is full of it. */
function rarityOf({ counts, title }: Readings, name: string): number {
  const { lines, pieces, isBefore, isAfter } = counts.get(name)!;
  if (!isBefore || !isAfter) return 1;
  const isSaid = title.has(name), extra = Math.max(0, lines - pieces) / (isSaid ? 4 : 1);
  const rarity = 1 / (1 + Math.log2(1 + extra / 3));
  return isSaid ? Math.max(0.5, rarity) : rarity * Math.sqrt(2 / pieces);
}

/** How sure one name makes it that two pieces belong together, on which it is so much more put in than taken out. */
export function sharingWeight(readings: Readings, name: string, x: number, y: number): number {
  const { isBefore, isAfter } = readings.counts.get(name)!, own = Math.min(0.85, shapeOf(name) * rarityOf(readings, name) * (!isBefore || !isAfter ? 1.9 : 1.25));
  const worth = readings.title.has(name) ? Math.max(0.55, own) : own;
  // changed in both, in one, or merely on lines that change
  return worth * (x !== 0 && y !== 0 ? (x > 0) === (y > 0) ? 1 : 0.7 : x !== 0 || y !== 0 ? 0.6 : 0.45);
}

/** Names that both have, the rarer the surer. Those that the commit brings or takes away tell more than those that stay. */
export const byNames: Tying = {
  name: 'shared names',
  ties(commit, pieces) {
    const readings = readingsOf(commit, pieces), { all } = readings, on = grouped(all, ({ names }) => names.keys());
    const shared = [...on].filter(([name, group]) => group.length > 1 && group.length <= (isTopic(readings, name) ? MOST_ABOUT : MOST_SHARING)).sort(([a, x], [b, y]) => x.length - y.length || (a < b ? -1 : 1));
    // what is left of doubt for each pair, and the name that took most of it
    const doubts = new Map<number, { doubt: number; best: number; name: string }>();
    let left = MOST_PAIRS;
    for (const [name, group] of shared) {
      if ((left -= group.length * (group.length - 1) / 2) < 0) break;
      for (const [a, b] of pairs(group)) {
        const weight = sharingWeight(readings, name, all[a]!.names.get(name)!, all[b]!.names.get(name)!), pair = a * all.length + b, known = doubts.get(pair);
        if (known === undefined) doubts.set(pair, { doubt: 1 - weight, best: weight, name });
        else {
          known.doubt *= 1 - weight;
          if (weight > known.best) { known.best = weight; known.name = name; }
        }
      }
    }
    return doubts.entries().map(([pair, { doubt, name }]): Tie => ({ a: Math.floor(pair / all.length), b: pair % all.length, why: `both are about ${shown(name)}`, weight: Math.min(0.89, 1 - doubt) }));
  },
};

/** What one brings or takes away and the other begins or ceases to use: definitions, imports, and blocks that have a name. */
const byDefinitions: Tying = {
  name: 'definition and use',
  * ties(commit, pieces) {
    const { all, counts, title } = readingsOf(commit, pieces), on = grouped(all, ({ names }) => names.keys()), inFile = grouped(all, ({ piece }) => [piece.path]);
    const isProse = ({ place: { role } }: Reading): boolean => role === 'docs' || role === 'changelog';
    for (const isNew of [true, false]) {
      for (const [name, definers] of grouped(all, (reading) => (isNew ? reading.defined : reading.undefined))) {
        const { isBefore, isAfter } = counts.get(name)!, shape = shapeOf(name);
        // a word that was there before, or stays, may be another thing of the same name
        const isSure = !(isNew ? isBefore : isAfter);
        if (definers.length > 4 || (!isSure && on.get(name)!.length > MOST_SHARING)) continue;
        for (const user of on.get(name)!) {
          if (definers.includes(user) || (all[user]!.names.get(name)! > 0) !== isNew) continue;
          const isKey = all[definers[0]!]!.place.role === 'manifest' || all[definers[0]!]!.place.extension === 'json';
          const weight = (isSure ? shape >= 0.55 ? 0.95 : 0.6 : 0.5) * (definers.length > 1 ? 0.7 : 1) * (isKey ? 0.7 : isProse(all[user]!) && shape < 0.7 ? 0.6 : 1);
          for (const definer of definers) yield { a: definer, b: user, why: isNew ? `it uses ${shown(name)}, which the other defines` : `it no longer uses ${shown(name)}, which the other takes out`, weight };
        }
      }
      for (const [key, importers] of grouped(all, (reading) => [...(isNew ? reading.imported : reading.unimported)].map((name) => `${reading.piece.path}\0${name}`))) {
        const name = key.slice(key.lastIndexOf('\0') + 1), beside = inFile.get(all[importers[0]!]!.piece.path)!;
        if (beside.length > MOST_BESIDE) continue;
        const users = beside.filter((user) => !all[user]!.imported.has(name) && !all[user]!.unimported.has(name) && usesMore(all[user]!, name, isNew));
        if (users.length === 0 || users.length > 6 || importers.length > 1) continue;
        for (const user of users) yield { a: importers[0]!, b: user, why: isNew ? `it uses ${shown(name)}, which the other imports` : `it no longer uses ${shown(name)}, which the other imported`, weight: users.length === 1 ? 0.92 : 0.8 / users.length };
      }
    }
    for (const [name, definers] of grouped(all, ({ redefined }) => redefined)) {
      const users = on.get(name)!.filter((user) => !definers.includes(user));
      if (definers.length > 2 || users.length > MOST_ABOUT) continue;
      for (const a of definers) for (const b of users) yield { a, b, why: `the one changes ${shown(name)}, the other where it is used`, weight: shapeOf(name) * (all[b]!.names.get(name) === 0 ? 0.6 : 0.75) };
    }
    for (const [name, inside] of grouped(all, ({ within }) => within)) {
      if (title.has(name) && shapeOf(name) >= 0.6 && inside.length <= MOST_ABOUT) for (const [a, b] of pairs(inside)) yield { a, b, why: `both are in ${shown(name)}, which the title is about`, weight: 0.5 };
    }
    for (const [name, inside] of grouped(all, ({ within }) => within.slice(0, 2))) {
      const users = (on.get(name) ?? []).filter((user) => !inside.includes(user));
      if (inside.length > 8 || users.length > (title.has(name) ? MOST_ABOUT : MOST_SHARING)) continue;
      for (const a of inside) for (const b of users) yield { a, b, why: `the one is in ${shown(name)}, the other about it`, weight: (all[b]!.names.get(name) === 0 ? 0.4 : 0.55) * Math.max(0.6, shapeOf(name)) };
    }
  },
};

/** Whether a piece begins, or ceases, to use a name, however common a word it is. */
function usesMore({ names, inserted, removed }: Reading, name: string, isNew: boolean): boolean {
  const times = names.get(name);
  if (times !== undefined) return times !== 0 && (times > 0) === isNew;
  const uses = (lines: readonly string[]): boolean => lines.some((line) => line.includes(name) && tokensOf(line).includes(name));
  return isNew ? uses(inserted) && !uses(removed) : uses(removed) && !uses(inserted);
}

const MOVED_TEXT = 30;

/** Lines that one takes out and the other puts in. */
const byMoves: Tying = {
  name: 'moves',
  * ties(commit, pieces) {
    const { all } = readingsOf(commit, pieces);
    // a line says something where it has a name and is not everywhere
    const tellingLines = (lines: readonly string[]): string[] => lines.map((line) => line.slice(0, LINE_READ).trim()).filter((line) => line.length >= 10 && tokensOf(line).some((token) => shapeOf(token) > 0));
    const out = all.map(({ removed }) => tellingLines(removed)), into = all.map(({ inserted }) => tellingLines(inserted));
    const gone = grouped(all, (_, i) => new Set(out[i]!)), moved = new Map<number, number>();
    for (const [b, lines] of into.entries()) {
      for (const line of new Set(lines)) {
        const from = gone.get(line);
        if (from === undefined || from.length > 3) continue;
        for (const a of from) if (a !== b && !out[b]!.includes(line) && !into[a]!.includes(line)) moved.set(a * all.length + b, (moved.get(a * all.length + b) ?? 0) + line.length);
      }
    }
    const size = (lines: readonly string[]): number => [...new Set(lines)].reduce((sum, line) => sum + line.length, 0);
    for (const [pair, text] of moved) {
      const a = Math.floor(pair / all.length), b = pair % all.length, share = text / Math.min(size(out[a]!), size(into[b]!));
      if (text >= MOVED_TEXT) yield { a, b, why: 'lines moved from one to the other', weight: share >= 0.5 ? 0.95 : 0.4 + share };
    }
  },
};

/** The same thing done in many places: a name become another, the same lines in and out, nothing but blanks. */
const byEdits: Tying = {
  name: 'the same edit',
  * ties(commit, pieces) {
    const { all } = readingsOf(commit, pieces);
    for (const [key, group] of grouped(all, ({ substitutions }) => substitutions)) {
      if (group.length < 2) continue;
      const [from, to] = key.split(' → ') as [string, string];
      const tells = [...tokensOf(from, true), ...tokensOf(to, true)].some((token) => shapeOf(token) > 0 || token.includes('.') && token.length > 3);
      const weightOf = (a: number, b: number): number => {
        const isAll = all[a]!.isSubstitution && all[b]!.isSubstitution;
        return tells ? isAll ? 0.95 : 0.6 : group.length > 2 && isAll ? CERTAIN : 0.4;
      };
      for (const [a, b] of group.length <= MOST_BESIDE ? pairs(group) : inARow(group)) yield { a, b, why: `the same edit: ${shown(key)}`, weight: weightOf(a, b) };
    }
    const text = (lines: readonly string[]): string => lines.slice(0, 50).map((line) => tokensOf(line).join(' ')).join('\n');
    for (const [key, group] of grouped(all, ({ removed, inserted, whole, isBlank }) => (whole === 'other' || removed.length + inserted.length > 50 ? [] : isBlank ? ['blank'] : [`${text(removed)}\0${text(inserted)}`]))) {
      for (const [a, b] of inARow(group)) {
        yield { a, b, why: key === 'blank' ? 'both change nothing but blanks' : 'the same edit', weight: key === 'blank' || (key.length > 20 && tokensOf(key).some((token) => shapeOf(token) > 0)) ? 0.92 : 0.5 };
      }
    }
    const modes = all.flatMap(({ kind }, i) => (kind === 'mode' ? [i] : []));
    for (const [a, b] of inARow(modes)) yield { a, b, why: 'both change nothing but the mode', weight: 0.7 };
  },
};

/** Lines between two pieces of a file, and lines of the smallest block that has both, as ties. */
const byPlace: Tying = {
  name: 'place',
  * ties(commit, pieces) {
    const { all, blocks } = readingsOf(commit, pieces);
    for (const [path, group] of grouped(all, ({ piece }) => (piece.hunk < 0 ? [] : [piece.path]))) {
      const { end } = blocks.get(path)!;
      for (const [i, a] of group.entries()) {
        const reach = group.length <= MOST_BESIDE ? group.length : Math.min(group.length, i + 5);
        const around = new Set(all[a]!.blocks);
        for (let k = i + 1; k < reach; k++) {
          const b = group[k]!, gap = all[b]!.start - all[a]!.end, common = all[b]!.blocks.find((line) => around.has(line));
          const size = common === undefined ? Infinity : end[common]! - common;
          const near = gap <= 2 ? 0.89 : gap <= 6 ? 0.85 : gap <= 15 ? 0.75 : gap <= 30 ? 0.6 : gap <= 60 ? 0.45 : all[b]!.place.role === 'docs' ? 0.45 : gap <= 150 ? 0.3 : 0.2;
          const inside = size <= 60 ? 0.85 : size <= 120 ? 0.75 : size <= 250 ? 0.4 : 0;
          yield { a, b, why: inside > near ? `both are in the block at line ${common! + 1}` : `${gap} lines lie between them`, weight: Math.max(near, inside) };
        }
      }
    }
  },
};

/** Files that go together by their names: a test and what it tests, a lock and its manifest, a new file and who takes it in. */
const byFiles: Tying = {
  name: 'files',
  * ties(commit, pieces) {
    const { all } = readingsOf(commit, pieces), on = grouped(all, ({ names }) => names.keys());
    const byPath = grouped(all, ({ piece }) => [piece.path]), places = new Map([...byPath].map(([path, group]) => [path, all[group[0]!]!.place]));
    for (const [path, group] of byPath) {
      const { role, stem } = places.get(path)!, first = all[group[0]!]!;
      if (role === 'lock') {
        for (const [a, b] of inARow(group)) yield { a, b, why: 'parts of one lock file', weight: 0.95 };
        for (const [manifest, others] of byPath) {
          if (!isLockOf(places.get(path)!, places.get(manifest)!)) continue;
          for (const b of others) {
            const isNamed = group.some((a) => all[a]!.names.keys().some((name) => all[b]!.names.has(name)));
            yield { a: group[0]!, b, why: 'a lock file and its manifest', weight: isNamed ? 0.92 : 0.6 };
          }
        }
      }
      if ((first.whole === 'add' || first.whole === 'delete') && shapeOf(stem) > 0) {
        const isNew = first.whole === 'add', users = (on.get(stem) ?? []).filter((user) => user !== group[0] && (all[user]!.names.get(stem)! > 0) === isNew && all[user]!.names.get(stem) !== 0);
        if (users.length > MOST_SHARING) continue;
        for (const b of users) {
          const lines = isNew ? all[b]!.inserted : all[b]!.removed, isPath = lines.some((line) => line.slice(0, LINE_READ).includes(`/${stem}`));
          yield { a: group[0]!, b, why: `it names the file ${shown(stem)}, which the other ${isNew ? 'adds' : 'deletes'}`, weight: isPath || shapeOf(stem) >= 0.55 ? 0.92 : 0.65 };
        }
      }
    }
    const wholes = commit.edits.filter(({ edit: { kind } }) => kind === 'add' || kind === 'delete');
    for (const group of groupedBy(new Map(wholes.map(({ edit }) => [edit.path, edit])), ({ before, after }) => (after ?? before)!.oid).values()) {
      for (const [a, b] of inARow(group.map((path) => byPath.get(path)![0]!))) yield { a, b, why: 'the same content', weight: 0.95 };
    }
    for (const group of groupedBy(new Map(wholes.map(({ edit }) => [edit.path, edit])), ({ kind, path }) => `${kind} ${places.get(path)!.folders.join('/')}`).values()) {
      if (group.length <= MOST_BESIDE) for (const [a, b] of pairs(group.map((path) => byPath.get(path)![0]!))) yield { a, b, why: 'files of one folder that come or go together', weight: 0.5 };
    }
    const tests = all.flatMap(({ place: { role } }, i) => (role === 'test' ? [i] : [])), code = all.flatMap(({ place: { role } }, i) => (role === 'code' ? [i] : []));
    if (tests.length * code.length <= MOST_BESIDE * MOST_BESIDE) for (const a of tests) for (const b of code) yield { a, b, why: 'tests, and code beside them', weight: 0.25 };
    for (const [subject, paths] of groupedBy(places, ({ subject }) => subject)) {
      if (subject.length < 3 || paths.length > 6) continue;
      for (let i = 0; i < paths.length; i++) {
        for (let k = i + 1; k < paths.length; k++) {
          const left = byPath.get(paths[i]!)!, right = byPath.get(paths[k]!)!;
          if (left.length * right.length > MOST_BESIDE * MOST_BESIDE) continue;
          const isRare = shapeOf(places.get(paths[i]!)!.stem) >= 0.55, isWhole = all[left[0]!]!.whole !== null && all[left[0]!]!.whole === all[right[0]!]!.whole;
          for (const a of left) for (const b of right) yield { a, b, why: `both files are about ${shown(subject)}`, weight: isWhole ? 0.92 : isRare ? 0.8 : 0.5 };
        }
      }
    }
  },
};

function groupedBy<T>(of: ReadonlyMap<PathBytes, T>, keyOf: (one: T) => string): Map<string, PathBytes[]> {
  const out = new Map<string, PathBytes[]>();
  for (const [path, one] of of) {
    const group = out.get(keyOf(one));
    if (group === undefined) out.set(keyOf(one), [path]); else group.push(path);
  }
  return out;
}

export const lineTyings: readonly Tying[] = [byNames, byDefinitions, byMoves, byEdits, byPlace, byFiles];
