// The danger: a line that says it came with one change and stays when that change is taken out, or goes when another is. Held to composing
// again without each of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Played, closedSets, play, scripts } from '../../../testkit/weaveScript.ts';
import { Weave } from './weave.ts';

/** By construction: whether `short` is `long` with some lines taken out. */
function isWithin(short: readonly number[], long: readonly number[]): boolean {
  let at = 0;
  for (const line of long) if (at < short.length && short[at] === line) at++;
  return at === short.length;
}

describe('who brings a line', () => {
  it('leaving an ACU out takes away the lines that it alone brings, leaves all others, and gives back what it alone took out', () => {
    let compared = 0;
    fc.assert(fc.property(scripts({ acus: 6 }), (script) => {
      const weave = new Weave(Uint32Array.from(script.base)), played = play(script, weave);
      const acting = new Set(played.filter(({ hunks }) => hunks.length > 0).map(({ id }) => id));
      for (const set of closedSets(played, 24)) {
        const composed = weave.composeSet(set);
        if ('conflict' in composed || ![...set].every((id) => acting.has(id))) continue;
        const { brought, taken, isExact } = weave.traced(set), lines = [...composed.lines];
        if (!isExact) continue;
        for (const top of topsOf(played, set)) {
          const rest = new Set([...set].filter((id) => id !== top)), without = weave.composeSet(rest);
          if ('conflict' in without) continue;
          compared++;
          const mine = new Set<number>();
          // of what several put back each may be needed, where each put it back from another who took it out
          const perhaps = brought.filter(({ by, isBack }) => isBack && by.length > 1 && by.includes(top)).reduce((n, { start, end }) => n + end - start, 0);
          if (perhaps > 0) continue;
          for (const { start, end, by } of brought) if (by.length === 1 && by[0] === top) for (let k = start; k < end; k++) mine.add(k);
          const kept = lines.filter((_, k) => !mine.has(k)), left = [...without.lines];
          expect(isWithin(kept, left), `${top} of ${[...set].join()}: ${lines.join(' ')} → ${left.join(' ')}, alone ${[...mine].join()}`).toBe(true);
          // what comes back was taken out: of the base by it alone, or of another by it
          const back = taken.filter(({ by }) => by.length === 1 && by[0] === top).reduce((n, { start, end }) => n + end - start, 0);
          if (played.find(({ id }) => id === top)!.requires.size === 0) expect(left.length - kept.length, `${top} of ${[...set].join()}`).toBe(back);
          else expect(left.length - kept.length).toBeGreaterThanOrEqual(back);
        }
      }
    }), { numRuns: 400 });
    expect(compared).toBeGreaterThan(500);
  });

  it('every line of the text is the base\'s or somebody\'s, every line of the base stays or was taken out by somebody', () => {
    fc.assert(fc.property(scripts({ acus: 6 }), (script) => {
      const weave = new Weave(Uint32Array.from(script.base)), played = play(script, weave);
      for (const set of closedSets(played, 16)) {
        const composed = weave.composeSet(set);
        if ('conflict' in composed) continue;
        const { brought, taken } = weave.traced(set), gone = new Set<number>(), came = new Set<number>();
        for (const { start, end, by, isBack } of brought) { expect(by.length).toBeGreaterThan(0); if (!isBack) for (let k = start; k < end; k++) came.add(k); }
        for (const { start, end, by } of taken) { expect(by.every((id) => set.has(id))).toBe(true); for (let k = start; k < end; k++) gone.add(k); }
        const stays = script.base.filter((_, k) => !gone.has(k)), others = [...composed.lines].filter((_, k) => !came.has(k));
        expect(isWithin(stays, [...composed.lines])).toBe(true);
        expect(others.length).toBeGreaterThanOrEqual(stays.length);
      }
    }), { numRuns: 300 });
  });
});

function topsOf(played: readonly Played[], set: ReadonlySet<string>): string[] {
  return [...set].filter((id) => !played.some((other) => set.has(other.id) && other.requires.has(id)));
}
