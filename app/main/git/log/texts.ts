// Which lines differ between pairs of contents, worked out here: for readers without git's plumbing. Texts are held for one wave alone.
import type { Oid } from '../../../core/bytes.ts';
import { diffLinesMyers } from '../../../core/diff/diff.ts';
import { AcumenError } from '../../../core/errors.ts';
import { Interner, isBinary } from '../../../core/lines.ts';
import { type Entry, Mode, type RepositoryReader } from '../../../core/repository.ts';
import { LARGEST_TEXT } from '../reader.ts';
import type { Turns } from '../turns.ts';

export interface EntryPair { readonly before: Entry | null; readonly after: Entry | null }

/** pairs whose contents are asked for at once */
const WAVE = 64;
const EMPTY = new Uint32Array(0);

/** As PathChange has them: null for submodules and what is binary or too large; the error where a content cannot be had. */
export async function hunksOf(reader: Pick<RepositoryReader, 'contents'>, pairs: readonly EntryPair[], turns: Turns): Promise<(Uint32Array | AcumenError | null)[]> {
  const out: (Uint32Array | AcumenError | null)[] = [];
  for (let at = 0; at < pairs.length; at += WAVE) {
    const wave = pairs.slice(at, at + WAVE), interner = new Interner(), texts = new Map<Oid, Uint32Array | AcumenError | null>();
    const oids = [...new Set(wave.filter((pair) => !isWhole(pair)).flatMap(({ before, after }) => [before, after]).flatMap((entry) => (entry === null ? [] : [entry.oid])))];
    for (const [i, bytes] of (await reader.contents('blob', oids, LARGEST_TEXT)).entries()) {
      const isLarge = bytes instanceof AcumenError && bytes.code === 'too-large';
      texts.set(oids[i]!, isLarge ? null : bytes instanceof AcumenError ? bytes : isBinary(bytes) ? null : interner.internLines(bytes));
    }
    for (const pair of wave) {
      const wait = turns.turn();
      if (wait !== undefined) await wait;
      out.push(isWhole(pair) ? (isModule(pair) ? null : EMPTY) : hunks(pair, texts));
    }
  }
  return out;
}

const isModule = ({ before, after }: EntryPair): boolean => before?.mode === Mode.submodule || after?.mode === Mode.submodule;
/** Nothing of it needs to be read. */
const isWhole = (pair: EntryPair): boolean => isModule(pair) || pair.before?.oid === pair.after?.oid;

function hunks({ before, after }: EntryPair, texts: ReadonlyMap<Oid, Uint32Array | AcumenError | null>): Uint32Array | AcumenError | null {
  const a = before === null ? EMPTY : texts.get(before.oid)!, b = after === null ? EMPTY : texts.get(after.oid)!;
  if (a instanceof AcumenError) return a;
  if (b instanceof AcumenError) return b;
  if (a === null || b === null) return null;
  // a file that became a link, or the other way round: nothing of it is left
  const isOther = before !== null && after !== null && (before.mode === Mode.symlink) !== (after.mode === Mode.symlink);
  const script = isOther ? Int32Array.of(0, a.length, 0, b.length) : diffLinesMyers(a, b), out = new Uint32Array(script.length);
  for (let i = 0; i < script.length; i += 4) {
    out[i] = script[i]!;
    out[i + 1] = script[i + 1]! - script[i]!;
    out[i + 2] = script[i + 2]!;
    out[i + 3] = script[i + 3]! - script[i + 2]!;
  }
  return out;
}
