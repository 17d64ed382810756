// What the operation log says: a sentence for a person, and the command line that does the same. The command line counts in the same words.
import { display } from '../../core/bytes.ts';
import type { AcuId, ByteString } from '../../core/bytes.ts';
import { countedAcus } from '../../core/counted.ts';
import type { Engine } from '../../core/engine.ts';
import { escaped, visible } from '../../core/visible.ts';

export { acusInWords, countedAcus, plural } from '../../core/counted.ts';

/** Longer lines nobody copies. */
const LONGEST_COMMAND = 8192;

/** For a POSIX shell. */
export function commandLine(...args: readonly string[]): string | null { return lineOf(args.map(quoted))?.join(' ') ?? null; }

/** The words of the line. */
function lineOf(args: readonly string[]): readonly string[] | null {
  const words = ['acumen', ...args];
  let length = -1;
  for (const word of words) length += 1 + word.length;
  return length > LONGEST_COMMAND ? null : words;
}

function quoted(arg: string): string { return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`; }

/** Its words: of two sets that differ in little they are mostly the same. */
export function composeCommand(engine: Engine, acus: readonly AcuId[], branch?: string, message?: string): readonly string[] | null {
  if (acus.length === 0) return null;
  const names: string[] = [];
  let length = 0;
  for (const id of acus) {
    const name = nameFor(engine, id);
    names.push(name);
    if ((length += name.length + 1) > LONGEST_COMMAND) return null;
  }
  return lineOf(['compose', ...names, ...branch === undefined ? [] : ['--branch', quoted(branch)], ...message === undefined ? [] : ['--message', quoted(message)]]);
}

/** Of each engine: how many ACUs a source's name means, and what an ACU is called in a command and in a sentence. */
interface Called { readonly sources: ReadonlyMap<ByteString, number>; readonly names: Map<AcuId, string>; readonly titles: Map<AcuId, string> }
const called = new WeakMap<Engine, Called>();

function calledIn(engine: Engine): Called {
  let known = called.get(engine);
  if (known === undefined) called.set(engine, known = { sources: new Map(engine.sources.map(({ name, segments }) => [name, segments.length])), names: new Map(), titles: new Map() });
  return known;
}

/** A name that means this ACU alone on the command line, as it is written there, else the beginning of its id. */
function nameFor(engine: Engine, id: AcuId): string {
  const { names, sources } = calledIn(engine);
  let name = names.get(id);
  if (name === undefined) names.set(id, name = quoted(findName(engine, id, sources)));
  return name;
}

function titleFor(engine: Engine, id: AcuId): string {
  const { titles } = calledIn(engine);
  let title = titles.get(id);
  if (title === undefined) {
    const acu = engine.acu(id);
    titles.set(id, title = acu === undefined ? id.slice(0, 12) : visible(display(acu.name), 80));
  }
  return title;
}

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
export function describeChange(engine: Engine, { added, gone, before, after }: { readonly added: readonly AcuId[]; readonly gone: readonly AcuId[]; readonly before: number; readonly after: readonly AcuId[] }): readonly string[] {
  if (after.length === 0) return ['Emptied the composition'];
  const say = (what: string, ids: readonly AcuId[]): string[] => (ids.length > 3 ? [what, countedAcus(engine.tables, ids)] : ids.flatMap((id, i) => [i === 0 ? what : ', ', titleFor(engine, id)]));
  if (before === 0 || (added.length > 0 && gone.length === before)) return say('Composed ', after);
  if (added.length === 0 && gone.length === 0) return [...say('Composed ', after), ' on another base'];
  return [...say('Added ', added), ...say(added.length === 0 ? 'Took out ' : ', took out ', gone)];
}
