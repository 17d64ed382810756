// The danger: knowledge credited to the wrong file, person or year: a rename that loses a file, a clock in 1970 or 2100 that drags everything
// with it, people seen together who never were; and bytes from elsewhere that are taken for a history.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteString, type Oid, type PathBytes, fromUtf8 } from '../bytes.ts';
import { AcumenError } from '../errors.ts';
import { historyFrom, isBeforeItsTime } from './history.ts';
import { Fate, type Identity, Log, type LoggedCommit, type Touched } from './log.ts';
import { Mailmap } from './mailmap.ts';
import type { History } from './model.ts';
import { packHistory, unpackHistory } from './packed.ts';
import { mentionedIn } from './trailers.ts';

const NOW = 1_700_000_000, DAY = 86_400;
const id = (n: number): Oid => n.toString(16).padStart(40, '0') as Oid;
/** of which the first digits differ, as those of contents do */
const blob = (n: number): Oid => (n + 1).toString(16).padEnd(40, '7') as Oid;
const who = (name: string, email: string): Identity => ({ name: fromUtf8(name), email: fromUtf8(email) });
const ada = who('Ada Lovelace', 'ada@x.org'), grace = who('Grace Hopper', 'grace@y.mil'), alan = who('Alan Turing', 'alan@z.uk'), bot = who('dependabot[bot]', '49699333+dependabot[bot]@users.noreply.github.com');

let contents = 0;
type Step = readonly [fate: keyof typeof Fate, path: string, from?: string];
const touch = ([fate, path, from]: Step): Touched => ({
  path: path as PathBytes, from: from === undefined ? null : from as PathBytes, fate: Fate[fate], before: fate === 'added' ? null : blob(contents++), after: fate === 'deleted' ? null : blob(contents++),
  hunks: fate === 'deleted' ? Uint32Array.of(0, 3, 0, 0) : fate === 'added' ? Uint32Array.of(0, 0, 0, 5) : Uint32Array.of(1, 1, 1, 2),
});
const commit = (n: number, parents: readonly number[], steps: readonly Step[], more: Partial<LoggedCommit> = {}): LoggedCommit => ({
  oid: id(n), parents: parents.map(id), author: ada, committer: more.author ?? ada, authored: NOW - 1000 * DAY + n * DAY, committed: NOW - 1000 * DAY + n * DAY, mentioned: [],
  touched: parents.length > 1 ? [] : steps.map(touch), lined: true, merged: [], ...more,
});
function history(commits: readonly LoggedCommit[], alive: readonly string[] = [], { mailmap = null as string | null, now = NOW } = {}): History {
  const log = new Log(40);
  for (const one of commits) log.add(one);
  return historyFrom({ log, head: commits.at(-1)!.oid, files: alive.map((path) => ({ path: path as PathBytes, content: null })), mailmap: mailmap === null ? null : new Mailmap(fromUtf8(mailmap)), now });
}
const pathsOf = (h: History, i: number): string[] => [...h.file.subarray(h.touch[i], h.touch[i + 1])].map((f) => h.files[f]!.path);
const named = (h: History): string[] => h.people.map(({ name }) => name);
const seen = (h: History): string[] => [...h.seen.a].map((a, i) => `${named(h)[a]!} + ${named(h)[h.seen.b[i]!]!}: ${h.seen.times[i]!}`);

describe('files', () => {
  test('one file, whatever it was called', () => {
    const h = history([commit(1, [], [['added', 'a']]), commit(2, [1], [['renamed', 'b', 'a']]), commit(3, [2], [['changed', 'b']]), commit(4, [3], [['renamed', 'dir/c', 'b']])], ['dir/c']);
    expect(h.files).toEqual([{ path: 'dir/c', alive: true }]);
    expect([...h.touch]).toEqual([0, 1, 2, 3, 4]);
  });
  test('two that change places stay who they are', () => {
    const h = history([commit(1, [], [['added', 'a'], ['added', 'b']]), commit(2, [1], [['renamed', 'a', 'b'], ['renamed', 'b', 'a']]), commit(3, [2], [['changed', 'a']])], ['a', 'b']);
    expect(h.files.map(({ path }) => path)).toEqual(['b', 'a']);
    expect(pathsOf(h, 2)).toEqual(['a']);
    expect([...h.file.subarray(h.touch[2])]).toEqual([1]);
  });
  test('a change by a branch that has not heard of the rename is of the same file; what is new at the old place is another', () => {
    const h = history([commit(1, [], [['added', 'old']]), commit(2, [1], [['renamed', 'new', 'old']]), commit(3, [1], [['changed', 'old']]), commit(4, [2, 3], []), commit(5, [4], [['added', 'old']]), commit(6, [5], [['changed', 'old']])], ['new', 'old']);
    expect(h.files).toEqual([{ path: 'new', alive: true }, { path: 'old', alive: true }]);
    expect([0, 1, 2, 3, 4, 5].map((i) => pathsOf(h, i))).toEqual([['new'], ['new'], ['new'], [], ['old'], ['old']]);
  });
  test('deleted and put back, it is the same; a rename that was reverted as well', () => {
    expect(history([commit(1, [], [['added', 'a']]), commit(2, [1], [['deleted', 'a']]), commit(3, [2], [['added', 'a']])], ['a']).files).toEqual([{ path: 'a', alive: true }]);
    expect(history([commit(1, [], [['added', 'a']]), commit(2, [1], [['renamed', 'b', 'a']]), commit(3, [2], [['renamed', 'a', 'b']])], ['a']).files).toEqual([{ path: 'a', alive: true }]);
  });
  test('what is at the head and was never touched is there all the same; two paths of one file are two', () => {
    const h = history([commit(1, [], [['added', 'a']]), commit(2, [1], [['renamed', 'b', 'a']])], ['a', 'b', 'z']);
    expect(h.files).toEqual([{ path: 'b', alive: true }, { path: 'a', alive: true }, { path: 'z', alive: true }]);
  });
  test('touched twice in one commit, it is one touch with the lines of both', () => {
    const h = history([commit(1, [], [['added', 'a']]), commit(2, [1], [['renamed', 'b', 'a'], ['changed', 'a']])], ['b']);
    expect([[...h.touch], [...h.added], [...h.deleted]]).toEqual([[0, 1, 2], [5, 4], [0, 2]]);
  });
});

describe('dates', () => {
  const at = (authored: number, committed = authored): Partial<LoggedCommit> => ({ authored, committed });
  const times = (...dates: readonly Partial<LoggedCommit>[]): number[] => [...history(dates.map((d, i) => commit(i + 1, i === 0 ? [] : [i], [], d))).time];
  test('of 1970, of 2100 and of nowhere are replaced by what stands beside them, and that is said', () => {
    const good = NOW - 100 * DAY;
    expect(times(at(0), at(good), at(4_102_444_800), at(good + 5), at(-5))).toEqual([good, good, good, good + 5, good + 5]);
    expect(times(at(0, good + 7), at(good))).toEqual([good + 7, good]);
    expect(times(at(0), at(0))).toEqual([NOW, NOW]);
    // written long after it was committed: one of the clocks was off
    expect(times(at(good + 50 * DAY, good))).toEqual([good]);
    expect(times(at(good - 50 * DAY, good))).toEqual([good - 50 * DAY]);
    expect(history([commit(1, [], [], at(0))]).notes.join()).toContain('1 of 1 dates');
  });
  test('that are not yet believed may be later: such a history is not for keeping', () => {
    const log = new Log(40);
    log.add(commit(1, [], [], at(NOW + 10 * DAY)));
    expect([isBeforeItsTime(log, NOW), isBeforeItsTime(log, NOW + 10 * DAY)]).toEqual([true, false]);
  });
});

describe('who was seen with whom', () => {
  test('by trailers, as committer, by merging; not bots, not oneself, once for a commit', () => {
    const h = history([
      commit(1, [], [], { author: ada, committer: grace, mentioned: [grace, who('Ada L.', 'ADA@x.org')] }),
      commit(2, [1], [], { author: bot, committer: who('GitHub', 'noreply@github.com'), mentioned: [ada] }),
      commit(3, [2], [], { author: ada, committer: who('GitHub', 'noreply@github.com'), mentioned: [bot] }),
      commit(4, [1], [], { author: alan }),
      commit(5, [3, 4], [], { author: grace }),
    ]);
    expect(named(h)).toEqual(['Ada Lovelace', 'dependabot[bot]', 'Alan Turing', 'Grace Hopper']);
    expect(seen(h)).toEqual(['Ada Lovelace + Grace Hopper: 1', 'Alan Turing + Grace Hopper: 1']);
    expect(h.people.map(({ kind }) => kind)).toEqual(['person', 'bot', 'person', 'person']);
  });
  test('trailers are read wherever they stand; nothing else is one', () => {
    const text = (message: string): string[] => mentionedIn(fromUtf8(message)).map(({ name, email }) => `${name} <${email}>`);
    expect(text('x\n\nCo-authored-by: Ada Lovelace <ada@x.org>\nreviewed-by:Grace <g@y.mil>\n\n* part\n\nHelped-By: Alan\nSigned-off-by: No <n@o>\nCo-authored-by: Ada Lovelace <ada@x.org>')).toEqual(['Ada Lovelace <ada@x.org>', 'Grace <g@y.mil>', 'Alan <>']);
    expect(text('Acked-by: <a@b.c>\nTested-by: a@b.c\nReviewed-by:\nnot Reviewed-by: me <m@e>')).toEqual([' <a@b.c>']);
    expect(text(Array.from({ length: 500 }, (_, i) => `Co-authored-by: n${i} <n${i}@x>`).join('\n')).length).toBe(64);
  });
});

describe('people', () => {
  test('by mailmap where it names them, else as in their newest commit, with every other name kept', () => {
    const commits = [commit(1, [], [], { author: ada }), commit(2, [1], [], { author: who('Countess', 'ada@x.org') })];
    expect(history(commits).people).toMatchObject([{ name: 'Countess', also: [{ name: 'Ada Lovelace' }] }]);
    expect(history(commits, [], { mailmap: 'Augusta Ada King <king@x.org> <ada@x.org>' }).people[0]).toMatchObject({ name: 'Augusta Ada King', email: 'king@x.org' });
  });
  test('keep their key as history grows', () => {
    const first = commit(1, [], [], { author: ada });
    const key = history([first]).people[0]!.key;
    expect(history([first, commit(2, [1], [], { author: who('Ada Lovelace', 'new@home.net') }), commit(3, [2], [], { author: grace })]).people[0]!.key).toBe(key);
    expect(key).toMatch(/^[0-9a-f]{16}$/);
  });
  test('without a name, without an address, with markup in both: kept byte for byte', () => {
    const odd = [who('', ''), who('<img src=x onerror=alert(1)>', '"><script>@x.org'), { name: '\xff\xfe\x1b[31m' as ByteString, email: '\u00e2\u0080\u00ae' as ByteString }];
    const h = history(odd.map((author, i) => commit(i + 1, i === 0 ? [] : [i], [['changed', 'a']], { author })));
    expect(h.people.map(({ name, email }) => ({ name, email }))).toEqual(odd);
    expect(unpackHistory(packHistory(h))).toEqual(h);
  });
});

describe('packed', () => {
  const strings = fc.array(fc.nat(255), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes) as ByteString);
  const any = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), fc.array(fc.tuple(fc.nat(3), fc.array(fc.nat(5), { maxLength: 4 }), fc.integer({ min: -1, max: 5_000_000_000 })), { maxLength: 8 }), fc.array(strings, { minLength: 40, maxLength: 40 }), fc.boolean(), fc.boolean())
    .map(([people, files, commits, texts, hasLines, shallow]): History => {
      const touches = commits.map(([, list]) => [...new Set(list.map((f) => f % files))].sort((a, b) => a - b)), flat = touches.flat(), ends = touches.map((_, i) => touches.slice(0, i + 1).flat().length);
      const numbers = (salt: number): Uint32Array => Uint32Array.from(flat, (f, i) => (hasLines ? (f * 7919 + i * salt) * 104_729 >>> 0 : 0));
      const pairs = people > 1 ? 1 : 0;
      return {
        head: id(7), hasLines, shallow, notes: texts.slice(0, 2).map((t) => `note \u00e9 ${t.length}`), time: Float64Array.from(commits, ([, , t]) => t), author: Uint32Array.from(commits, ([a]) => a % people),
        people: Array.from({ length: people }, (_, i) => ({ key: i.toString(16).padStart(16, '0'), name: texts[i]!, email: texts[i + 4]!, also: [{ name: texts[i + 8]!, email: texts[i + 12]! }], kind: (['person', 'bot', 'agent'] as const)[i % 3]! })),
        files: Array.from({ length: files }, (_, i) => ({ path: `${texts[i % 2]!}${i}` as PathBytes, alive: i % 2 === 0 })), touch: Uint32Array.of(0, ...ends), file: Uint32Array.from(flat), added: numbers(31), deleted: numbers(37),
        survivors: { file: Uint32Array.of(0, 0), person: Uint32Array.of(0, people - 1), lines: Uint32Array.of(5, 4_294_967_295) },
        seen: { a: new Uint32Array(pairs), b: new Uint32Array(pairs).fill(1), times: new Uint32Array(pairs).fill(9), last: new Float64Array(pairs).fill(1e9) },
      };
    });

  test('comes back as it went, one form for one history', () => {
    fc.assert(fc.property(any, (h) => { const bytes = packHistory(h); expect(unpackHistory(bytes)).toEqual(h); expect(packHistory(unpackHistory(bytes))).toEqual(bytes); }), { numRuns: 200 });
  });

  test('damaged or made up, it is a history with everything in its place, or refused; nothing is allocated that the bytes cannot hold', () => {
    const isSound = (h: History): boolean => h.touch.length === h.time.length + 1 && h.author.every((a) => a < h.people.length) && h.file.every((f) => f < h.files.length) && h.touch.at(-1) === h.file.length
      && h.survivors.file.every((f) => f < h.files.length) && h.survivors.person.every((p) => p < h.people.length) && h.seen.b.every((b) => b < h.people.length) && h.time.every(Number.isSafeInteger);
    fc.assert(fc.property(any, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(), (h, flips, cut) => {
      const bytes = packHistory(h).slice();
      for (const [at, value] of flips) bytes[at % bytes.length] = value;
      for (const some of [bytes, bytes.subarray(0, cut % bytes.length)]) {
        try {
          expect(isSound(unpackHistory(some))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(AcumenError);
          expect((error as AcumenError).code).toBe('bad-message');
        }
      }
    }), { numRuns: 400 });
    expect(() => unpackHistory(Uint8Array.of(1, 20, ...new Uint8Array(20), 0, 255, 255, 255, 255, 15))).toThrow('announces');
    expect(() => unpackHistory(new Uint8Array(0))).toThrow('ends in a number');
  });

  test('a log comes back as it went too, and damaged it is refused or sound', () => {
    const log = new Log(40);
    for (const one of [commit(1, [], [['added', 'a']]), commit(2, [1], [['renamed', 'b', 'a']], { mentioned: [grace] }), commit(3, [1], []),
      commit(4, [2, 3], [], { merged: [{ path: 'b' as PathBytes, after: blob(99), sides: [{ before: blob(1), hunks: Uint32Array.of(0, 1, 0, 1) }, { before: null, hunks: Uint32Array.of(0, 0, 0, 4) }] }] })]) log.add(one);
    const bytes = log.pack();
    expect(Log.unpack(bytes).pack()).toEqual(bytes);
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, cut) => {
      const other = bytes.slice();
      other[at] = value;
      for (const some of [other, bytes.slice(0, cut)]) {
        try {
          const back = Log.unpack(some);
          historyFrom({ log: back, head: id(4), files: null, mailmap: null, now: NOW, survivors: true });
        } catch (error) {
          expect(error).toBeInstanceOf(AcumenError);
        }
      }
    }), { numRuns: 300 });
  });
});
