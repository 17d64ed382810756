// Danger: a stored view that is not what the events say. The fold is the twin the store is compared with, so it must itself
// be plain: the last word of each kind holds, and folding in parts is folding whole.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../testkit/random.ts';
import { compositionOf, publishedOf, randomAcuId, randomOid, randomSegment } from '../../testkit/store.ts';
import type { DomainEvent } from './events.ts';
import { emptyState, foldState } from './fold.ts';
import { segmentKey } from './segmentKey.ts';

function randomEvent(random: Random): DomainEvent {
  const segment = randomSegment(random);
  switch (random.below(7)) {
    case 0: return { kind: 'repository-opened', gitDir: `/r${random.below(9)}`, objectFormat: random.chance(0.5) ? 'sha1' : 'sha256' };
    case 1: return { kind: 'import-started', base: randomOid(random), grain: 'branch', globs: [] };
    case 2: return { kind: 'segment-added', key: segmentKey(segment), segment };
    case 3: return { kind: 'published', published: publishedOf(random, [segment], [segmentKey(segment)]) };
    case 4: return { kind: 'published', published: null };
    case 5: return { kind: 'composition-changed', composition: compositionOf([randomAcuId(random)], randomOid(random)) };
    default: return { kind: 'branch-written', ref: 'refs/heads/x', before: null, after: randomOid(random), tree: randomOid(random), acus: [] };
  }
}

const history = fc.tuple(fc.integer(), fc.nat({ max: 30 })).map(([seed, length]) => {
  const random = new Random(seed);
  return Array.from({ length }, () => randomEvent(random));
});

describe('the fold of events', () => {
  it('is the last word of each kind', () => {
    fc.assert(fc.property(history, (events) => {
      const last = <K extends DomainEvent['kind']>(kind: K) => events.findLast((e): e is Extract<DomainEvent, { kind: K }> => e.kind === kind);
      expect(foldState(events)).toEqual({
        gitDir: last('repository-opened')?.gitDir ?? null,
        objectFormat: last('repository-opened')?.objectFormat ?? null,
        published: last('published')?.published ?? null,
        composition: last('composition-changed')?.composition ?? emptyState.composition,
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
        { kind: 'composition-changed', composition: earlier.composition },
      ];
      expect(foldState([...after, ...back], earlier)).toEqual(earlier);
    }));
  });
});
