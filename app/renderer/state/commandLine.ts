// The command line that does what the screen does, to copy (design.md §6).
import type { AcuId } from '../../core/bytes.ts';
import { composedMessage } from '../../core/counted.ts';
import type { Grain } from '../../core/model.ts';
import type { AcuRow, SourceRow } from '../../workers/client.ts';
import { numberOf } from './shortName.ts';

/** For POSIX shells: bare where nothing needs quoting. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The shortest prefix of at least 8 digits that no other id shares. */
export function shortestId(id: AcuId, all: Iterable<AcuId>): string {
  let length = 8;
  for (const other of all) {
    if (other === id) continue;
    while (length < id.length && other.startsWith(id.slice(0, length))) length++;
  }
  return id.slice(0, length);
}

/** Whether a shown name is the name itself, and none that a shell or the command line takes for something else. */
const plainName = (name: string): boolean => !/^-|[\\\u2068…]/.test(name);

/** Names of a set: whole sources by name where that says exactly their ACUs, the rest by id. */
export function namesOfSet(ids: readonly AcuId[], rows: readonly AcuRow[], sources: readonly SourceRow[]): readonly string[] {
  const set = new Set(ids), covered = new Set<AcuId>(), names: string[] = [];
  const whole = sources.filter((source) => source.acus.length > 0 && plainName(source.name) && source.acus.every((id) => set.has(id)));
  // larger sources first: a stack's top names all below it
  for (const source of [...whole].sort((x, y) => y.acus.length - x.acus.length || (x.name < y.name ? -1 : 1))) {
    if (source.acus.every((id) => covered.has(id))) continue;
    for (const id of source.acus) covered.add(id);
    names.push(source.name);
  }
  const left = ids.filter((id) => !covered.has(id)).map((id) => shortestId(id, rows.map((row) => row.id)));
  return [...names.sort(), ...left.sort()];
}

/** Letters, of three bytes at most, of one argument: Linux takes 128 KiB. */
const LONGEST_ARGUMENT = 40_000;

/** Null where no shell could run it. */
export function lineOf(words: readonly string[]): string | null { return words.some((word) => word.length > LONGEST_ARGUMENT) ? null : words.map(quote).join(' '); }

export function composeLine(repository: string, names: readonly string[], branch: string | null, message: string | null = null): string | null {
  const words = ['acumen', 'compose', ...names, '--repo', repository, ...(branch === null ? [] : ['--branch', branch]), ...(message === null ? [] : ['--message', message])];
  return lineOf(words);
}

export function importLine(repository: string, base: string | null, refs: readonly string[], patches: readonly string[] = []): string {
  return ['acumen', 'import', repository, ...(base === null ? [] : ['--base', base]), ...refs.flatMap((ref) => ['--refs', ref]), ...patches.flatMap((patch) => ['--patch', patch])].map(quote).join(' ');
}

/** The same sources on the same base: what is remembered with the store. */
export function grainLine(repository: string, grain: Grain): string {
  return ['acumen', 'import', '--grain', grain, repository].map(quote).join(' ');
}

/** What would be written: the message of its one commit, as the service makes it, in display form. */
export function branchMessage(baseName: string, rows: readonly Pick<AcuRow, 'id' | 'name' | 'title' | 'decided'>[]): string {
  return composedMessage(baseName, rows, rows.reduce((n, { decided }) => n + (decided === true ? 1 : 0), 0));
}

/** A name for a branch of this set that no source has: after its first source (a request's number) and how many more ACUs there are, or just how many of the `count`. */
export function suggestedBranch(names: readonly string[], sources: readonly Pick<SourceRow, 'name'>[], count: number = names.length): string {
  const several = names.length > 1 && count > 1, taken = new Set(sources.map(({ name }) => name)), isUsable = (name: string): boolean => branchNameProblem(name) === null && !taken.has(name);
  const named = names.find((name) => plainName(name) && !/^[0-9a-f]{8,}$/.test(name)) ?? '', first = (numberOf(named)?.slice(1) ?? named.split('/').at(-1)!).replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  const stem = `composed/${first === '' || first.length > 40 ? several ? `set-of-${count}` : 'set' : `${first}${several ? `-and-${count - 1}-more` : ''}`}`;
  for (let n = 1; ; n++) { const name = n === 1 ? stem : `${stem}-${n}`; if (isUsable(name)) return name; }
}

/**
 * Why git would refuse `refs/heads/NAME`, or null (git-check-ref-format(1), and what `git branch` adds: no leading dash,
 * not "HEAD").
 */
export function branchNameProblem(name: string): string | null {
  if (name === '') return 'Give the branch a name.';
  if (!name.isWellFormed()) return 'A branch name cannot contain half a character.';
  // eslint-disable-next-line no-control-regex
  const bad = /[\u0000-\u0020\u007f~^:?*[\\]/.exec(name)?.[0];
  if (bad !== undefined) return bad === ' ' ? 'A branch name has no spaces.' : `A branch name cannot contain ${bad < ' ' || bad === '\u007f' ? 'control characters' : bad}.`;
  if (name.startsWith('-')) return 'A branch name cannot start with a dash.';
  if (name.startsWith('/') || name.endsWith('/') || name.includes('//')) return 'Slashes stand between words only.';
  if (name.includes('..')) return 'A branch name cannot contain two dots in a row.';
  if (name.includes('@{')) return 'A branch name cannot contain @{.';
  if (name === '@' || name === 'HEAD') return `${name} means something else to git.`;
  if (name.endsWith('.')) return 'A branch name cannot end with a dot.';
  for (const part of name.split('/')) {
    if (part.startsWith('.')) return 'No part of a branch name may start with a dot.';
    if (part.endsWith('.lock')) return 'No part of a branch name may end with .lock.';
  }
  if (new TextEncoder().encode(name).length > 200) return 'This name is too long.';
  return null;
}
