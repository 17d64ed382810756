// Danger: a stored view that is not what the events say. The fold is the twin the store is compared with, so it must itself
// be plain: the last word of each kind holds, and folding in parts is folding whole.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../testkit/random.ts';
import { compositionOf, publishedOf, randomAcuId, randomOid, randomSegment, recipeWith } from '../../testkit/store.ts';
import type { DomainEvent } from './events.ts';
import { emptyState, foldState } from './fold.ts';
import type { Recipe } from './recipes.ts';
import { recipesChanged } from './recipes.ts';
import { segmentKey } from './segmentKey.ts';

function randomEvent(random: Random): DomainEvent {
  const segment = randomSegment(random);
  switch (random.below(10)) {
    case 0: return { kind: 'repository-opened', gitDir: `/r${random.below(9)}`, objectFormat: random.chance(0.5) ? 'sha1' : 'sha256' };
    case 1: return { kind: 'import-started', base: randomOid(random), grain: 'branch', globs: [] };
    case 2: return { kind: 'segment-added', key: segmentKey(segment), segment };
    case 3: return { kind: 'published', published: publishedOf(random, [segment], [segmentKey(segment)]) };
    case 4: return { kind: 'published', published: null };
    case 5: return { kind: 'composition-changed', composition: compositionOf([randomAcuId(random)], randomOid(random)) };
    case 7: return { kind: 'open-changed', open: Array.from({ length: random.below(3) }, () => randomAcuId(random)) };
    case 8: return { kind: 'answers-recorded', answers: [] };
    case 6: return { kind: 'recipes-changed', kept: random.chance(0.7) ? [recipeWith(random, [randomAcuId(random)])] : [], dropped: random.chance(0.5) ? [`recipe ${random.below(4)}`] : [] };
    default: return { kind: 'branch-written', ref: 'refs/heads/x', before: null, after: randomOid(random), tree: randomOid(random), acus: [] };
  }
}

const history = fc.tuple(fc.integer(), fc.nat({ max: 30 })).map(([seed, length]) => {
  const random = new Random(seed);
  return Array.from({ length }, () => randomEvent(random));
});

/** By name: the last that was kept, unless it was dropped later. One event drops before it keeps. */
function recipesOf(events: readonly DomainEvent[]): readonly Recipe[] {
  const said = events.flatMap((event) => (event.kind === 'recipes-changed' ? [...event.dropped.map((name) => ({ name, recipe: null })), ...event.kept.map((recipe) => ({ name: recipe.name, recipe }))] : []));
  return [...new Set(said.map(({ name }) => name))].sort().flatMap((name) => said.findLast((one) => one.name === name)!.recipe ?? []);
}

describe('the fold of events', () => {
  it('is the last word of each kind', () => {
    fc.assert(fc.property(history, (events) => {
      const last = <K extends DomainEvent['kind']>(kind: K) => events.findLast((e): e is Extract<DomainEvent, { kind: K }> => e.kind === kind);
      expect(foldState(events)).toEqual({
        gitDir: last('repository-opened')?.gitDir ?? null,
        objectFormat: last('repository-opened')?.objectFormat ?? null,
        published: last('published')?.published ?? null,
        composition: { ...last('composition-changed')?.composition ?? emptyState.composition, ...(last('open-changed')?.open ?? []).length > 0 && { open: last('open-changed')!.open } },
        recipes: recipesOf(events),
      });
    }));
  });

  it('may be taken in parts', () => {
    fc.assert(fc.property(history, fc.nat(), (events, cut) => {
      const at = events.length === 0 ? 0 : cut % events.length;
      expect(foldState(events.slice(at), foldState(events.slice(0, at)))).toEqual(foldState(events));
    }));
  });

  it('returns to an earlier state by events that say so', () => {
    fc.assert(fc.property(history, history, (before, after) => {
      const earlier = foldState([{ kind: 'repository-opened', gitDir: '/r', objectFormat: 'sha1' }, ...before]);
      const back: DomainEvent[] = [
        { kind: 'repository-opened', gitDir: earlier.gitDir!, objectFormat: earlier.objectFormat! },
        { kind: 'published', published: earlier.published },
        { kind: 'composition-changed', composition: earlier.composition }, { kind: 'open-changed', open: earlier.composition.open ?? [] },
      ];
      const recipes = recipesChanged(foldState(after, earlier).recipes, earlier.recipes);
      expect(foldState([...after, ...back, ...recipes === null ? [] : [recipes]], earlier)).toEqual(earlier);
    }));
  });
});
