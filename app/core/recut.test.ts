// Danger: a change of grain, or refs that come and go with it, takes along what nobody chose, or loses what could be kept. What becomes of
// each ACU is held against sets of commits, on random trees of commits cut by two sets of refs at two grains; then what commits do not tell.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AcuId, ByteString, Oid, PathBytes } from './bytes.ts';
import { packPairs } from './decided.ts';
import { Engine } from './engine.ts';
import type { Published } from './events.ts';
import type { Edit, Grain, Segment } from './model.ts';
import { partTitle } from './partTitle.ts';
import { type Landed, rebind } from './rebind.ts';
import { segmentKey } from './segmentKey.ts';

/** A part of history: which commits, and of one commit which of how many parts. */
interface Piece { readonly commits: readonly number[]; readonly part: number; readonly parts: number }

interface History { readonly parents: readonly number[]; /** into how many atoms a commit comes apart */ readonly atoms: readonly number[]; readonly name?: (commit: number) => string; readonly title?: (commit: number) => string }

const named = (what: string): string => Array.from(what, (c) => c.charCodeAt(0).toString(16)).join('').padStart(40, '0');

/** `refs`: their commits. One ACU is the same at each grain that has it. */
function cut({ parents, atoms, name = String, title = (c) => `change ${c}` }: History, refs: readonly number[], grain: Grain): { readonly engine: Engine; readonly pieces: ReadonlyMap<AcuId, Piece>; readonly acuOf: (piece: Piece) => AcuId } {
  const reached = (tip: number): number[] => (tip < 0 ? [] : [...reached(parents[tip]!), tip]);
  const byRefs = (c: number): string => refs.flatMap((ref, i) => (reached(ref).includes(c) ? [i] : [])).join();
  const inFlight = [...new Set(refs.flatMap(reached))].sort((x, y) => x - y);
  const wholes = inFlight.filter((c) => !inFlight.some((o) => parents[o] === c && byRefs(o) === byRefs(c)))
    .map((tip) => reached(tip).filter((c) => byRefs(c) === byRefs(tip)));
  const wholeOf = (c: number): readonly number[] => wholes.find((commits) => commits.includes(c))!;
  const pieces = grain === 'branch' ? wholes.map((commits): Piece => ({ commits, part: 0, parts: 1 }))
    : inFlight.flatMap((c) => Array.from({ length: grain === 'atom' ? atoms[c]! : 1 }, (_, part): Piece => ({ commits: [c], part, parts: grain === 'atom' ? atoms[c]! : 1 })));
  const oid = (c: number): Oid => named(`c${name(c)}`) as Oid;
  const tipOf = ({ commits, part, parts }: Piece): Oid => (parts === 1 ? oid(commits.at(-1)!) : named(`p${name(commits.at(-1)!)}.${part}`) as Oid);
  const acuOf = ({ commits, part, parts }: Piece): AcuId => named(`a${commits.map(name).join('-')}${parts === 1 ? '' : `.${part}`}`).padStart(64, 'f') as AcuId;
  const under = ({ commits }: Piece): Oid[] => pieces.filter((other) => other.commits.at(-1) === parents[commits[0]!]).map(tipOf);
  const segments = pieces.map((piece): Segment => {
    const last = piece.commits.at(-1)!;
    const edits: Edit[] = [{ path: `${tipOf(piece)}.txt` as PathBytes, kind: 'add', before: null, after: { mode: 0o100644, oid: tipOf(piece) }, hunks: [], added: 1, deleted: 0 }];
    return {
      tip: tipOf(piece), lower: grain === 'branch' ? under(piece) : [], standing: { kind: 'exact' }, acu: acuOf(piece), title: piece.parts > 1 ? partTitle(`part ${piece.part}`, title(last) as ByteString) : title(last) as ByteString, author: { name: 'A' as ByteString, email: 'a@b' as ByteString },
      time: last, commits: piece.commits.length, edits, contexts: [{ context: 'base', edits }], needs: [], renames: [],
      ...grain !== 'branch' && { within: oid(wholeOf(last).at(-1)!), after: under(piece) }, ...piece.parts > 1 && { commit: oid(last) },
    };
  });
  const published: Published = {
    base: named('base') as Oid, baseTree: named('tree') as Oid, baseName: 'main', grain, globs: [], skipped: [], segments: segments.map(segmentKey), decided: packPairs(new Int32Array(0), [], []),
    sources: refs.map((ref) => ({ name: `b${ref}` as ByteString, ref: `refs/heads/b${ref}` as ByteString, oid: oid(ref), segments: pieces.filter(({ commits }) => reached(ref).includes(commits[0]!)).map(tipOf) })),
  };
  return { engine: Engine.from(published, segments), pieces: new Map(pieces.map((piece) => [acuOf(piece), piece])), acuOf };
}

/** Do they have something of a commit in common? */
const meets = (x: Piece, y: Piece): boolean => x.commits.some((c) => y.commits.includes(c)) && (x.parts !== y.parts || x.part === y.part || x.commits.length > 1 || y.commits.length > 1);

const grain = fc.constantFrom<Grain>('branch', 'commit', 'atom');
const worlds = fc.record({
  commits: fc.array(fc.record({ on: fc.nat(9), atoms: fc.constantFrom(1, 1, 2, 3) }), { minLength: 2, maxLength: 12 }),
  before: fc.array(fc.nat(11), { minLength: 1, maxLength: 4 }), after: fc.array(fc.nat(11), { minLength: 0, maxLength: 4 }), grains: fc.tuple(grain, grain), chosen: fc.array(fc.boolean(), { minLength: 36, maxLength: 36 }),
});

test('what becomes of each is what its commits say', () => {
  const seen = new Map<string, number>();
  fc.assert(fc.property(worlds, ({ commits, before, after, grains, chosen }) => {
    fc.pre(grains[0] !== 'branch' || grains[1] !== 'branch');
    const parents = commits.map(({ on }, c) => (on % 5 === 0 && c % 3 === 0 ? -1 : c === 0 ? -1 : Math.max(0, c - 1 - (on > 5 ? on - 5 : 0))));
    const history = { parents, atoms: commits.map(({ atoms }) => atoms) };
    const tips = (refs: readonly number[]): number[] => [...new Set(refs.map((ref) => ref % commits.length))];
    // a ref that stays is where it was; some come, some go
    const old = cut(history, tips(before), grains[0]), now = cut(history, tips([...before.slice(0, before.length % 2 === 0 ? 4 : 2), ...after]), grains[1]);
    const inFlight = new Set([...old.pieces.values()].flatMap((piece) => piece.commits)), left = new Set([...now.pieces.values()].flatMap((piece) => piece.commits));
    const set = new Set([...old.pieces.keys()].filter((_, i) => chosen[i]));
    const { acus, answers } = rebind(old.engine, now.engine, [...set]);
    expect(answers.filter((a) => a.outcome !== 'taken along').map((a) => a.id).sort()).toEqual([...set].sort());
    const kept = new Set<AcuId>();
    for (const { id, outcome, to, why } of answers) {
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (outcome === 'taken along') continue;
      const piece = old.pieces.get(id)!, targets = [...now.pieces].filter(([, other]) => meets(piece, other));
      // commits that were not there before, or a branch whose end is not there any more: told by who has them
      if (!left.has(piece.commits.at(-1)!) || targets.some(([, other]) => !other.commits.every((c) => inFlight.has(c)))) { for (const target of to) kept.add(target); continue; }
      const whole = targets.filter(([, other]) => [...old.pieces].every(([fellow, p]) => set.has(fellow) || !meets(p, other))).map(([target]) => target).sort();
      expect([outcome, to], why).toEqual([whole.length === 0 ? 'lost' : whole.length === 1 && whole[0] === id ? 'kept' : 'rebound', whole]);
      if (whole.length === 0 && targets.length > 0) {
        expect(why).toMatch(/^\d+ of the \d+ (parts|commits|branches) of .* in the composition; /);
        seen.set('in part', (seen.get('in part') ?? 0) + 1);
      }
      for (const target of whole) kept.add(target);
    }
    expect(acus.filter((id) => !answers.some((a) => a.outcome === 'taken along' && a.id === id))).toEqual([...kept].sort());
  }), { numRuns: Number(process.env['ACUMEN_RUNS'] ?? 150) });
  for (const outcome of ['kept', 'rebound', 'lost', 'in part']) expect(seen.get(outcome) ?? 0, outcome).toBeGreaterThan(20);
});

describe('what commits do not tell', () => {
  const line: History = { parents: [-1, 0, 1, 2, 3], atoms: [1, 2, 1, 1, 1] };
  const anew = (change: Partial<History>): History => ({ ...line, name: (c) => `${c} anew`, ...change });
  const told = (before: Engine, after: Engine, set: readonly AcuId[], landed?: Landed) => rebind(before, after, set, landed).answers.map(({ outcome, to, why }) => [outcome, to.length, why] as const);
  const all = (of: { readonly pieces: ReadonlyMap<AcuId, Piece> }): AcuId[] => [...of.pieces.keys()];

  test('pushed anew: a commit is followed by the one of its title, a branch by what it is now, and parts of either by neither', () => {
    const branch = cut(line, [4], 'branch'), commits = cut(line, [4], 'commit'), atoms = cut(line, [4], 'atom');
    const later = { branch: cut(anew({}), [4], 'branch'), commit: cut(anew({}), [4], 'commit'), atom: cut(anew({}), [4], 'atom') };
    expect(told(commits.engine, later.commit.engine, all(commits).slice(1, 2))).toEqual([['rebound', 1, 'it has changed, or what it stands on has']]);
    expect(told(commits.engine, later.atom.engine, all(commits).slice(1, 2))).toEqual([['rebound', 2, 'it is part 0 · change 1, part 1 · change 1 now']]);
    expect(told(atoms.engine, later.atom.engine, all(atoms).slice(2, 3))).toEqual([['rebound', 1, 'it has changed, or what it stands on has']]);
    expect(told(atoms.engine, later.commit.engine, all(atoms).slice(2, 3))).toEqual([['lost', 0, '1 of the 2 parts of change 1 is in the composition; the commit is all of them']]);
    expect(told(atoms.engine, later.commit.engine, all(atoms).slice(1, 3))).toEqual([['rebound', 1, 'it is change 1 now'], ['rebound', 1, 'it is change 1 now']]);
    expect(told(commits.engine, later.branch.engine, all(commits)).map(([outcome, n]) => `${outcome} ${n}`)).toEqual(['rebound 1', 'rebound 1', 'rebound 1', 'rebound 1', 'rebound 1']);
    expect(told(commits.engine, later.branch.engine, all(commits).slice(0, 3))[0]).toEqual(['lost', 0, '3 of the 5 commits of b4 are in the composition; the branch is all of them']);
    expect(told(branch.engine, later.commit.engine, all(branch))).toEqual([['rebound', 5, 'it is 5 ACUs now']]);
    // another title, or two of one: nobody can tell
    expect(told(commits.engine, cut(anew({ title: (c) => `other ${c}` }), [4], 'commit').engine, all(commits).slice(1, 2))[0]![0]).toBe('lost');
    expect(told(commits.engine, cut(anew({ title: () => 'change 1' }), [4], 'commit').engine, all(commits).slice(1, 2))[0]![0]).toBe('lost');
  });

  test('what has landed is absorbed, and is not missed in the rest of its branch', () => {
    const commits = cut(line, [4], 'commit'), tip = (n: number): Oid => commits.engine.tables.segments[n]!.tip;
    // the base took the first two in; the branch is the other three
    const after = cut({ ...line, parents: [-1, 0, -1, 2, 3] }, [4], 'branch');
    const landed: Landed = new Map([[tip(0), 'here'], [tip(1), 'here']]);
    expect(told(commits.engine, after.engine, all(commits), landed).map(([outcome]) => outcome)).toEqual(['absorbed', 'absorbed', 'rebound', 'rebound', 'rebound']);
    expect(told(commits.engine, after.engine, all(commits).slice(2), landed).map(([outcome]) => outcome)).toEqual(['rebound', 'rebound', 'rebound']);
    expect(told(commits.engine, after.engine, all(commits).slice(3), landed)[0]).toEqual(['lost', 0, '4 of the 5 commits of b4 are in the composition; the branch is all of them']);
  });
});
