// What the operation log says: a sentence for a person, and the command line that does the same.
import { display } from '../../core/bytes.ts';
import type { AcuId } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import { escaped, visible } from '../../core/visible.ts';

export function plural(n: number, one: string, many = `${one}s`): string { return `${n} ${n === 1 ? one : many}`; }

/** Longer lines nobody copies. */
const LONGEST_COMMAND = 8192;

/** For a POSIX shell. */
export function commandLine(...args: readonly string[]): string | null {
  const line = ['acumen', ...args].map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)).join(' ');
  return line.length > LONGEST_COMMAND ? null : line;
}

export function composeCommand(engine: Engine, acus: readonly AcuId[], branch?: string): string | null {
  if (acus.length === 0) return null;
  return commandLine('compose', ...acus.map((id) => nameFor(engine, id)), ...branch === undefined ? [] : ['--branch', branch]);
}

/** A name that means this ACU alone on the command line, else the beginning of its id. */
function nameFor(engine: Engine, id: AcuId): string {
  const acu = engine.acu(id);
  if (acu?.sources.length === 1) {
    const source = engine.sources.find((s) => s.name === acu.sources[0]);
    const name = display(acu.sources[0]!);
    // a line to copy holds nothing that nobody sees
    if (source?.segments.length === 1 && !name.startsWith('-') && name.length < 200 && escaped(name) === name) return name;
  }
  return id.slice(0, 16);
}

/** What changed between two sets, by name where that is short. */
export function composeDescription(engine: Engine, before: readonly AcuId[], after: readonly AcuId[]): string {
  if (after.length === 0) return 'Emptied the composition';
  const old = new Set(before), next = new Set(after);
  const added = after.filter((id) => !old.has(id)), gone = before.filter((id) => !next.has(id));
  const say = (ids: readonly AcuId[]): string => (ids.length > 3
    ? plural(ids.length, 'change')
    : ids.map((id) => { const acu = engine.acu(id); return acu === undefined ? id.slice(0, 12) : visible(display(acu.name), 80); }).join(', '));
  if (old.size === 0 || (added.length > 0 && gone.length === before.length)) return `Composed ${say(after)}`;
  const parts = [...added.length > 0 ? [`added ${say(added)}`] : [], ...gone.length > 0 ? [`took out ${say(gone)}`] : []];
  const sentence = parts.join(', ') || `composed ${say(after)} on another base`;
  return sentence[0]!.toUpperCase() + sentence.slice(1);
}
