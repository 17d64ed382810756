// Which commit of several says what a branch is about: the first. Of 1,997 merged requests of seven projects the title that people gave the request shares
// 72 % of its words with this one, 13 % with the last, 78 % with whichever comes closest (docs/decisions/0060, bench/headlines.bench.ts).
import type { ByteString, Oid } from './bytes.ts';
import type { Commit } from './repository.ts';

/** A title of these words alone says that somebody began, or went on, and not with what. */
const HOUSEKEEPING = new Set(('a add added case cases chore ci cleanup commit draft failing first fixup for format initial lint more plan retrigger snapshot snapshots squash style '
  + 'test tests trigger typo update wip').split(' '));
/** What git melts into the commit that it names (git-rebase(1), `--autosquash`). */
const AUTOSQUASH = /^(?:fixup|squash|amend)!/;

/** First line of a message. */
export function titleOf({ message }: Pick<Commit, 'message'>): ByteString {
  const end = message.indexOf('\n');
  return (end < 0 ? message : message.slice(0, end)) as ByteString;
}

/** Bytes beyond ASCII are letters of some language, and say something. */
function saysSomething(commit: Commit): boolean {
  const title = titleOf(commit);
  return !AUTOSQUASH.test(title) && (title.toLowerCase().match(/[\da-z\x80-\xff]+/g) ?? []).some((word) => !/^\d+$/.test(word) && !HOUSEKEEPING.has(word));
}

/**
 * Of commits with one head: on the line of first parents from it the oldest that is no merge and says something; else the oldest that is no merge; else the head.
 * `own`: which they are, the head among them.
 */
export function speaker(head: Commit, own: readonly Oid[], commits: ReadonlyMap<Oid, Commit>): Commit {
  if (own.length === 1) return head;
  const inside = new Set(own), line: Commit[] = [];
  for (let at: Commit | undefined = head; at !== undefined;) {
    if (at.parents.length < 2) line.push(at);
    const first: Oid | undefined = at.parents[0];
    at = first !== undefined && inside.has(first) ? commits.get(first) : undefined;
  }
  return line.findLast(saysSomething) ?? line.at(-1) ?? head;
}
