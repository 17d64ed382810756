// What the operation log says: a sentence for a person, and the command line that does the same. The command line counts in the same words.
import { display } from '../../core/bytes.ts';
import type { AcuId, ByteString } from '../../core/bytes.ts';
import { countedAcus } from '../../core/counted.ts';
import type { Engine } from '../../core/engine.ts';
import { escaped, visible } from '../../core/visible.ts';
import { Piece, piecesOf, textOf } from '../storage/piece.ts';

export { acusInWords, countedAcus, plural } from '../../core/counted.ts';

const acumen = new Piece('acumen'), compose = new Piece('compose');
const said = {
  emptied: new Piece('Emptied the composition'), composed: new Piece('Composed '), rebased: new Piece(' on another base'),
  added: new Piece('Added '), tookOut: new Piece('Took out '), alsoOut: new Piece(', took out '), comma: new Piece(', '),
};

/** Longer lines nobody copies. */
const LONGEST_COMMAND = 8192;

/** For a POSIX shell. */
export function commandLine(...args: readonly string[]): string | null {
  const words = lineOf(piecesOf(args.map(quoted)));
  return words === null ? null : textOf(words, ' ');
}

/** The words of the line. */
function lineOf(args: readonly Piece[]): readonly Piece[] | null {
  const words = [acumen, ...args];
  let length = -1;
  for (const { text } of words) length += 1 + text.length;
  return length > LONGEST_COMMAND ? null : words;
}

function quoted(arg: string): string { return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`; }

/** Its words: of two sets that differ in little they are mostly the same. */
export function composeCommand(engine: Engine, acus: readonly AcuId[], branch?: string, message?: string): readonly Piece[] | null {
  if (acus.length === 0) return null;
  const names: Piece[] = [];
  let length = 0;
  for (const id of acus) {
    const { name } = calledIn(engine, id);
    names.push(name);
    if ((length += name.text.length + 1) > LONGEST_COMMAND) return null;
  }
  return lineOf([compose, ...names, ...piecesOf([...branch === undefined ? [] : ['--branch', quoted(branch)], ...message === undefined ? [] : ['--message', quoted(message)]])]);
}

/** What an ACU is called in a command, as it is written there, and in a sentence: the same piece where it is the same text. */
interface Called { readonly name: Piece; readonly title: Piece }
/** Of each engine: how many ACUs a source's name means, and what those are called that were asked for. */
interface Names { readonly sources: ReadonlyMap<ByteString, number>; readonly called: Map<AcuId, Called> }
const namesOf = new WeakMap<Engine, Names>();

function calledIn(engine: Engine, id: AcuId): Called {
  let known = namesOf.get(engine);
  if (known === undefined) namesOf.set(engine, known = { sources: new Map(engine.sources.map(({ name, segments }) => [name, segments.length])), called: new Map() });
  let called = known.called.get(id);
  if (called === undefined) {
    const acu = engine.acu(id), name = new Piece(quoted(findName(engine, id, known.sources))), title = acu === undefined ? id.slice(0, 12) : visible(display(acu.name), 80);
    known.called.set(id, called = { name, title: title === name.text ? name : new Piece(title) });
  }
  return called;
}

/** A name that means this ACU alone on the command line, else the beginning of its id. */
function findName(engine: Engine, id: AcuId, sources: ReadonlyMap<ByteString, number>): string {
  const acu = engine.acu(id);
  if (acu?.sources.length === 1 && sources.get(acu.sources[0]!) === 1) {
    const name = display(acu.sources[0]!);
    // a line to copy holds nothing that nobody sees
    if (!name.startsWith('-') && name.length < 200 && escaped(name) === name) return name;
  }
  return id.slice(0, 16);
}

/** What changed between two sets, by name where that is short: a sentence in pieces. `before`: how many there were. */
export function describeChange(engine: Engine, { added, gone, before, after }: { readonly added: readonly AcuId[]; readonly gone: readonly AcuId[]; readonly before: number; readonly after: readonly AcuId[] }): readonly Piece[] {
  if (after.length === 0) return [said.emptied];
  const say = (what: Piece, ids: readonly AcuId[]): Piece[] => (ids.length > 3 ? [what, new Piece(countedAcus(engine.tables, ids))] : ids.flatMap((id, i) => [i === 0 ? what : said.comma, calledIn(engine, id).title]));
  if (before === 0 || (added.length > 0 && gone.length === before)) return say(said.composed, after);
  if (added.length === 0 && gone.length === 0) return [...say(said.composed, after), said.rebased];
  return [...say(said.added, added), ...say(added.length === 0 ? said.tookOut : said.alsoOut, gone)];
}
