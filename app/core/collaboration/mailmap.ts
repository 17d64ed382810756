// git's mailmap (gitmailmap(5), mailmap.c of git 2.39): the names and addresses that people want to be known by, as the repository says
// them in `.mailmap` at its head. Bytes in, bytes out; letters are folded in ASCII alone, as git folds them.
import type { ByteString } from '../bytes.ts';
import type { Identity } from './log.ts';

interface Proper { name: ByteString | null; email: ByteString | null }
interface Entry extends Proper { readonly byName: Map<string, Proper> }

/** A larger file is none that people wrote. Bytes. */
export const LARGEST_MAILMAP: number = 8 << 20;

const folded = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export class Mailmap {
  readonly #entries = new Map<string, Entry>();

  constructor(text: ByteString) {
    for (const line of text.split('\n')) this.#line(line.replace(/\0[^]*$/, ''));
  }

  /** As git shows them. */
  proper(one: Identity): Identity {
    const entry = this.#entries.get(folded(one.email));
    if (entry === undefined) return one;
    const { name, email } = entry.byName.get(folded(one.name)) ?? entry;
    return name === null && email === null ? one : { name: name ?? one.name, email: email ?? one.email };
  }

  #line(line: string): void {
    if (line.startsWith('#')) return;
    const first = pair(line, false);
    if (first === null) return;
    const second = first.rest === '' ? null : pair(first.rest, true);
    const commit = second ?? { name: null, email: first.email };
    const key = folded(commit.email);
    let entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, entry = { name: null, email: null, byName: new Map() });
    const email = second === null ? null : first.email;
    if (commit.name !== null) {
      entry.byName.set(folded(commit.name), { name: first.name, email });
      return;
    }
    // a later line says more of the same address
    entry.name = first.name ?? entry.name;
    entry.email = email ?? entry.email;
  }
}

/** `Name <address>` at the start of a text, and what follows; null where there is none. */
function pair(text: string, mayBeEmpty: boolean): { readonly name: ByteString | null; readonly email: ByteString; readonly rest: string } | null {
  const open = text.indexOf('<'), close = open < 0 ? -1 : text.indexOf('>', open + 1);
  if (close < 0 || (!mayBeEmpty && close === open + 1)) return null;
  const name = text.slice(0, open).replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');
  return { name: name === '' ? null : name as ByteString, email: text.slice(open + 1, close) as ByteString, rest: text.slice(close + 1) };
}
