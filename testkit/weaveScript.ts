// Random histories of one file for tests of the weave: stacks, forks, merges, reverts, partial reverts and cherry-picks over
// few different lines, so that equal lines, equal edits and touching edits are common. A script is plain data that
// shrinks well; playing it asks a weave for the text that each ACU is made on.
import fc from 'fast-check';
import { diffLines } from '../app/core/diff/diff.ts';
import type { WeaveHunk } from '../app/core/weave/weave.ts';

export interface Step {
  /** which earlier ACUs it stands on, modulo their number; none: on the base */
  readonly on: readonly number[];
  /** takes over, from line `from` on, the text of an earlier ACU (modulo; beyond them: the base): a revert or a cherry-pick */
  readonly take: { readonly of: number; readonly from: number } | null;
  readonly edits: readonly { readonly at: number; readonly remove: number; readonly insert: readonly number[] }[];
  /** hunks cut by the diff, or as edited, however badly that is trimmed */
  readonly cut: 'diff' | 'raw';
}

export interface Script { readonly base: readonly number[]; readonly names: readonly string[]; readonly steps: readonly Step[] }

export interface Played { readonly id: string; readonly requires: ReadonlySet<string>; readonly hunks: readonly WeaveHunk[]; readonly text: Uint32Array }

export function scripts({ lines = 4, acus = 7, baseLines = 7, parents = 2 } = {}): fc.Arbitrary<Script> {
  const line = fc.nat(lines - 1);
  const edit = fc.record({ at: fc.nat(9), remove: fc.nat(2), insert: fc.array(line, { maxLength: 2 }) });
  const step: fc.Arbitrary<Step> = fc.record({
    on: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 5, arbitrary: fc.array(fc.nat(99), { minLength: 1, maxLength: parents }) }),
    take: fc.option(fc.record({ of: fc.nat(99), from: fc.oneof(fc.constant(0), fc.nat(9)) }), { freq: 2 }),
    edits: fc.array(edit, { maxLength: 2 }),
    cut: fc.oneof({ weight: 4, arbitrary: fc.constant('diff' as const) }, { weight: 1, arbitrary: fc.constant('raw' as const) }),
  });
  return fc.record({
    base: fc.array(line, { maxLength: baseLines }),
    steps: fc.array(step, { minLength: 1, maxLength: acus }),
    names: fc.shuffledSubarray([...'abcdefghijkl'], { minLength: 12 }),
  });
}

interface Reads { add(id: string, requires: ReadonlySet<string>, hunks: readonly WeaveHunk[]): void; visible(set: ReadonlySet<string>): ArrayLike<number> }

/** Adds every step to `weave` and returns what was added, in that order. */
export function play(script: Script, weave: Reads): Played[] {
  const played: Played[] = [];
  const closure = (k: number): Set<string> => new Set([...played[k]!.requires, played[k]!.id]);
  script.steps.forEach((step, k) => {
    const requires = new Set<string>();
    if (k > 0) for (const p of step.on) for (const id of closure(p % k)) requires.add(id);
    const before = Uint32Array.from(weave.visible(requires));
    const id = script.names[k]!;
    const { text, hunks } = edited(step, before, (of) => (k > 0 && of % (k + 1) < k ? [...played[of % (k + 1)]!.text] : script.base));
    weave.add(id, requires, hunks);
    played.push({ id, requires, hunks, text });
  });
  return played;
}

function edited(step: Step, before: Uint32Array, textOf: (acu: number) => readonly number[]): { text: Uint32Array; hunks: WeaveHunk[] } {
  if (step.take === null && step.cut === 'raw') {
    const hunks: WeaveHunk[] = [];
    for (const { at, remove, insert } of [...step.edits].sort((a, b) => a.at - b.at)) {
      const start = Math.max(Math.min(at, before.length), hunks.at(-1)?.end ?? 0);
      hunks.push({ start, end: Math.min(start + remove, before.length), inserted: Uint32Array.from(insert) });
    }
    return { text: patched(before, hunks), hunks };
  }
  let text = [...before];
  if (step.take) {
    const from = step.take.from % (before.length + 1);
    text = [...text.slice(0, from), ...textOf(step.take.of).slice(from)];
  }
  for (const { at, remove, insert } of step.edits) text.splice(at % (text.length + 1), remove, ...insert);
  return { text: Uint32Array.from(text), hunks: hunksOf(before, Uint32Array.from(text)) };
}

export function hunksOf(before: Uint32Array, after: Uint32Array): WeaveHunk[] {
  const changes = diffLines(before, after);
  return Array.from({ length: changes.length / 4 }, (_, i) => {
    const [start, end, from, to] = changes.subarray(4 * i, 4 * i + 4);
    return { start: start!, end: end!, inserted: after.slice(from, to) };
  });
}

/** The text with the hunks applied. */
export function patched(text: ArrayLike<number>, hunks: readonly WeaveHunk[]): Uint32Array {
  const out = Array.from(text);
  for (const { start, end, inserted } of [...hunks].reverse()) out.splice(start, end - start, ...inserted);
  return Uint32Array.from(out);
}

/** Every set closed under dependency, smallest first; of a long history a deterministic part of them. */
export function closedSets(played: readonly Played[], most = 300): ReadonlySet<string>[] {
  let sets: ReadonlySet<string>[] = [new Set()];
  for (const { id, requires } of played) {
    const more = sets.filter((s) => [...requires].every((r) => s.has(r))).map((s) => new Set([...s, id]));
    sets = [...sets, ...more];
    if (sets.length > most) sets = sets.filter((_, i) => i % 2 === 0 || i > sets.length - most / 2).slice(-most);
  }
  return sets;
}
