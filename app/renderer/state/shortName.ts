// What ACUs and sources are called on the screen: requests by number and what they are about ("#23330 fix(css): no gap"), for the path of their ref
// tells a person nothing; everything else by its name. Pure, and for eyes alone: what is sent, compared and copied is the name itself.
import { visibleSentence } from '../../core/visible.ts';

/** A row of the replica, or a source with the title of what it is about: made safe to look at already (core/visible.ts). */
export interface Named { readonly name: string; readonly title: string; /** a resolution: its name holds those of its sides */ readonly decided?: true }

export interface Called {
  /** "#23330" or "!7", quiet before the words; null: it is no request */
  readonly number: string | null;
  readonly words: string;
  /** what it is about, where there is room for more than the words; '' where they say it */
  readonly about: string;
}

const REQUEST = /^(?:.*\/)?(?:pull|pull-requests|(merge-requests))\/(\d{1,10})\/(?:head|merge|from)$/;
const WITHIN = /(?<=^|[\s"'“(\u2068])(?:[^\s/"'“(\u2068\u2069]+\/)*(?:pull|pull-requests|(merge-requests))\/(\d{1,10})\/(?:head|merge|from)(?=$|[\s"'”),.:;\u2069])/g;
/** What git and its hosts call merges: it says what came in, not what the branch is for. */
const MERGE = /^Merge (?:branch(?:es)?|pull request|merge request|remote-tracking|tag|commit|[0-9a-f]{7,64} into)\b/;
const MERGED_INTO = /^Merge (?:remote-tracking )?branch '([^']*)' into (\S+)$/;

const sign = (isMerge: string | undefined, number: string): string => `${isMerge === undefined ? '#' : '!'}${number}`;

/** Number of a request with its sign, null of anything else. */
export function numberOf(name: string): string | null {
  const found = REQUEST.exec(name);
  return found === null ? null : sign(found[1], found[2]!);
}

/** The name of its own branch, where a title says it: that of a branch into which another was merged. */
function branchIn(title: string): string | null {
  const [, from, into] = MERGED_INTO.exec(title) ?? [];
  return into === undefined || from!.split(/[/:]/).at(-1) === into.split('/').at(-1) ? null : into;
}

export function calledOf({ name, title, decided }: Named): Called {
  if (decided === true) return { number: null, words: withNumbers(name), about: '' };
  const number = numberOf(name), says = title !== '' && !MERGE.test(title);
  const about = says ? title : branchIn(title);
  if (number === null) return { number, words: name, about: about === name ? '' : about ?? '' };
  return { number, words: about ?? name, about: '' };
}

/** In one text of at most `most` characters where it is a request's; names of branches are never cut. */
export function shortName(row: Named, most = Infinity): string {
  const { number, words } = calledOf(row);
  return number === null ? words : visibleSentence(`${number} ${words}`, most);
}

/** A sentence or a name that holds names of requests, with their numbers for them. */
export function withNumbers(text: string): string {
  return text.replaceAll(WITHIN, (_, isMerge: string | undefined, number: string) => sign(isMerge, number));
}
