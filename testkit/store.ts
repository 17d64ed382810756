// Content for stores in tests: segments, compositions and whole histories from a seed. They are well-formed values of the
// model, not results of the engine: storage must keep whatever it is given.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcuId, ByteString, Oid, PathBytes } from '../app/core/bytes.ts';
import { type PackedPairs, packPairs } from '../app/core/decided.ts';
import type { Published } from '../app/core/events.ts';
import type { Composition, ConflictEdge, Edit, Hunk, Segment } from '../app/core/model.ts';
import type { Recipe } from '../app/core/recipes.ts';
import type { Random } from './random.ts';
import { removeFolder } from './folder.ts';

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

export function randomOid(random: Random): Oid {
  return random.hex(40) as Oid;
}

export function randomAcuId(random: Random): AcuId {
  return random.hex(64) as AcuId;
}

/** Bytes of every value, as a path or a name in some old encoding may hold. */
function randomName(random: Random): ByteString {
  return String.fromCharCode(...randomBytes(random, 1 + random.below(12)).map((b) => b || 1)) as ByteString;
}

function randomHunk(random: Random, n: number): Hunk {
  return { start: 10 * n, end: 10 * n + random.below(3), removed: randomBytes(random, random.below(20)), inserted: randomBytes(random, random.below(20)) };
}

function randomEdit(random: Random, n: number): Edit {
  const path = `${n}/${randomName(random)}` as PathBytes;
  const entry = () => ({ mode: random.chance(0.8) ? 0o100644 : 0o100755, oid: randomOid(random) });
  const lines = { added: random.below(9), deleted: random.below(9) };
  switch (random.below(4)) {
    case 0: return { path, kind: 'add', before: null, after: entry(), hunks: [randomHunk(random, 0)], ...lines };
    case 1: return { path, kind: 'delete', before: entry(), after: null, hunks: [randomHunk(random, 0)], ...lines };
    case 2: return { path, kind: 'binary', before: entry(), after: entry(), hunks: null, added: 0, deleted: 0, note: 'too large, treated as binary' };
    default: return { path, kind: 'modify', before: entry(), after: entry(), hunks: Array.from({ length: 1 + random.below(3) }, (_, h) => randomHunk(random, h)), ...lines };
  }
}

/** Sometimes with the ACU of an earlier segment: one ACU may have many provenances. */
export function randomSegment(random: Random, known: readonly AcuId[] = []): Segment {
  const edits = Array.from({ length: random.below(4) }, (_, n) => randomEdit(random, n));
  const acu = random.chance(0.1) ? null : known.length > 0 && random.chance(0.2) ? random.pick(known) : randomAcuId(random);
  return {
    tip: randomOid(random), lower: random.chance(0.3) ? [randomOid(random)] : [], acu,
    standing: random.chance(0.8) ? { kind: 'exact' } : { kind: 'inexact', reason: 'two merge bases' },
    title: randomName(random), author: { name: randomName(random), email: randomName(random) }, time: random.below(2 ** 31), commits: 1 + random.below(5),
    edits, contexts: [{ context: 'base', edits }], needs: [], renames: [],
  };
}

export function publishedOf(random: Random, segments: readonly Segment[], keys: readonly string[]): Published {
  return {
    base: randomOid(random), baseTree: randomOid(random), baseName: 'main', grain: 'branch', globs: [],
    sources: segments.map((segment) => {
      const name = randomName(random);
      return { name, ref: `refs/heads/${name}` as ByteString, oid: segment.tip, segments: [segment.tip] };
    }),
    segments: [...keys], ...segments.length > 1 && random.chance(0.7) && { decided: randomAnswers(random, segments.length) }, skipped: random.chance(0.5) ? [] : [{ name: randomName(random), reason: 'not a commit' }],
  };
}

/** Of some pairs: clean, in conflict at a place, or without an answer. */
function randomAnswers(random: Random, segments: number): PackedPairs {
  const numbers: number[] = [];
  for (let a = 0; a + 1 < segments; a++) if (random.chance(0.5)) numbers.push(a, random.between(a + 1, segments - 1), ...random.pick([[0], [~0], [1, 0, random.below(13), 2, 3, 5]]));
  return packPairs(Int32Array.from(numbers), [randomName(random) as PathBytes], ['it cannot be read']);
}

export function compositionOf(acus: readonly AcuId[], base: Oid): Composition {
  return { id: 'main', name: 'Composition', base, acus };
}

export function conflictOf(random: Random, acus: readonly AcuId[]): ConflictEdge {
  return { a: random.pick(acus), b: random.chance(0.1) ? 'base' : random.pick(acus), verdict: random.chance(0.7) ? 'blocking' : 'resolvable' };
}

/** A new folder, and what removes it. */
export function scratchFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `acumen-${name}-`));
  return { path, remove: () => removeFolder(path) };
}

/** A recipe of some ACUs, as they were found in some state. */
export function recipeWith(random: Random, acus: readonly AcuId[]): Recipe {
  const entries = [...new Set(acus)].sort().map((id, n) => ({ id, name: `n${n}` as ByteString, sources: [`b${random.below(5)}` as ByteString], title: 't' as ByteString, author: 'a@b' as ByteString, commits: [randomOid(random)] }));
  return { name: `recipe ${random.below(4)}`, base: randomOid(random), grain: 'branch', time: random.below(1e9), entries };
}
