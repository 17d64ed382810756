// Reads a repository's own config file as data (git-config(1), Syntax). Nothing in it is obeyed: no include is followed, no
// command is run. The reader asks it for the format of the repository and for which branch follows which.
import type { ByteString } from '../../../core/bytes.ts';
import { fromBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { unsupported } from '../failures.ts';

export interface ConfigEntry {
  /** lower case; empty before the first header */
  readonly section: string;
  /** case kept; null for a section without one */
  readonly subsection: ByteString | null;
  /** lower case */
  readonly name: string;
  /** a name without '=' stands for true */
  readonly value: ByteString;
}

/** Three for each of a hundred thousand branches that follow another. */
const MOST_ENTRIES = 300_000;
const HEADER = /^\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?[ \t]*\]/;
const NAME = /^([A-Za-z][A-Za-z0-9-]*)[ \t]*(=?)/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\\': '\\', '"': '"' };

export function parseConfig(bytes: Uint8Array): ConfigEntry[] {
  const text: string = fromBytes(bytes).replace(/^\xef\xbb\xbf/, '').replace(/\r\n/g, '\n');
  const entries: ConfigEntry[] = [];
  let section = '';
  let subsection: ByteString | null = null;
  let at = 0;
  // Found once for each line: thousands of headers may stand on one.
  let end = -1;
  const damaged = (): Error => {
    const line = text.slice(0, at).split('\n').length;
    return unsupported(`Line ${line} of the repository's config file cannot be read.`, 'Correct that line; `git config --list` shows what git makes of the file.', { line });
  };
  while (at < text.length) {
    const char = text[at]!;
    if (end < at) end = lineEnd(text, at);
    if (char === ' ' || char === '\t' || char === '\n') {
      at++;
    } else if (char === '#' || char === ';') {
      at = end;
    } else if (char === '[') {
      const header = HEADER.exec(text.slice(at, end));
      if (header === null) throw damaged();
      const [whole, name, quoted] = header;
      // The older form [section.Subsection] has no case.
      const dot = name!.indexOf('.');
      section = (dot < 0 ? name! : name!.slice(0, dot)).toLowerCase();
      subsection = (quoted !== undefined ? quoted.replace(/\\(.)/g, '$1') : dot < 0 ? null : name!.slice(dot + 1).toLowerCase()) as ByteString | null;
      at += whole.length;
    } else {
      const found = NAME.exec(text.slice(at, end));
      if (found === null) throw damaged();
      at += found[0].length;
      let value = 'true';
      if (found[2] === '=') {
        const read = readValue(text, at);
        if (read === null) throw damaged();
        value = read.value;
        at = read.end;
      } else if (at < end) {
        throw damaged();
      }
      if (entries.length === MOST_ENTRIES) {
        throw new AcumenError('too-large', `The repository's config file has more than ${MOST_ENTRIES} settings.`, 'That file does not look like one that git wrote.', { most: MOST_ENTRIES });
      }
      entries.push({ section, subsection, name: found[1]!.toLowerCase(), value: value as ByteString });
    }
  }
  return entries;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Quotes may open and close anywhere; a backslash before the end of the line continues it; space outside quotes is trimmed. */
function readValue(text: string, from: number): { readonly value: string; readonly end: number } | null {
  let value = '';
  let kept = 0;
  let quoted = false;
  let at = from;
  for (; at < text.length && text[at] !== '\n'; at++) {
    const char = text[at]!;
    if (char === '\\') {
      const next = text[++at];
      if (next === '\n') continue;
      const plain = next === undefined ? undefined : ESCAPES[next];
      if (plain === undefined) return null;
      value += plain;
      kept = value.length;
    } else if (char === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (!quoted && (char === '#' || char === ';')) {
      at = lineEnd(text, at);
      break;
    } else if (!quoted && (char === ' ' || char === '\t')) {
      if (value !== '') value += char;
    } else {
      value += char;
      kept = value.length;
    }
  }
  return quoted ? null : { value: value.slice(0, kept), end: at };
}

/** The last value of `section.name`, as git lets later lines win. */
export function lastValue(entries: readonly ConfigEntry[], section: string, name: string): ByteString | null {
  return entries.findLast((entry) => entry.section === section && entry.subsection === null && entry.name === name)?.value ?? null;
}

export function isTrue(value: string | null): boolean {
  return value !== null && /^(?:true|yes|on|[1-9][0-9]*)$/i.test(value);
}

/**
 * Which remote-tracking ref each local branch follows: branch.NAME.remote and .merge through the remote's fetch refspecs.
 * Full names on both sides. A branch that follows another local branch (remote '.') is left out.
 */
export function upstreamsOf(entries: readonly ConfigEntry[]): Map<ByteString, ByteString> {
  const remotes = new Map<ByteString, ByteString>();
  const merges = new Map<ByteString, ByteString>();
  const fetches = new Map<ByteString, string[]>();
  for (const { section, subsection, name, value } of entries) {
    if (subsection === null) continue;
    if (section === 'branch' && name === 'remote') remotes.set(subsection, value);
    if (section === 'branch' && name === 'merge') merges.set(subsection, value);
    if (section === 'remote' && name === 'fetch') fetches.set(subsection, [...(fetches.get(subsection) ?? []), value]);
  }
  const found = new Map<ByteString, ByteString>();
  for (const [branch, remote] of remotes) {
    const merge = merges.get(branch);
    if (remote === '.' || merge === undefined) continue;
    for (const refspec of fetches.get(remote) ?? []) {
      const tracking = mapped(refspec, merge);
      if (tracking !== null) {
        found.set(`refs/heads/${branch}` as ByteString, tracking);
        break;
      }
    }
  }
  return found;
}

/** `+refs/heads/*:refs/remotes/origin/*` applied to one name. */
function mapped(refspec: string, name: ByteString): ByteString | null {
  const [source, target] = refspec.replace(/^\+/, '').split(':');
  if (source === undefined || target === undefined || target === '') return null;
  const star = source.indexOf('*');
  if (star < 0) return source === name ? (target as ByteString) : null;
  const [before, after] = [source.slice(0, star), source.slice(star + 1)];
  if (name.length < source.length - 1 || !name.startsWith(before) || !name.endsWith(after)) return null;
  return target.replace('*', () => name.slice(star, name.length - after.length)) as ByteString;
}
