// What a person may see of a text that a stranger wrote: characters that steer a terminal, reorder or hide are shown as
// escapes, what runs right to left stays among its own, and what is longer than anybody reads is cut in its middle, which is said. For eyes
// alone: names are compared, copied and sent as they are.
import { sha256 } from '@noble/hashes/sha2.js';
import { type ByteString, display, toBytes, toHex } from './bytes.ts';

/**
 * C0 and C1 controls, direction marks, overrides and isolates, separators, joiners and fillers that nobody sees, tag
 * characters (Unicode TR 36 and 39; CVE-2021-42574), and halves of characters.
 */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Surrogate}|(?<=^|[\u0000-\u02ff])[\u200c\u200d]|[\u200c\u200d](?=$|[\u0000-\u02ff])/gu;
/** More marks on one letter than any script puts there paint over the rows above and below. */
const FLOOD = /(\p{M}{8})\p{M}+/gu;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const SUSPECT = /[^\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2190-\u27bf\u3001-\u3029\u3041-\u3098\u309b-\u312f\u3400-\u9fff\uac00-\ud7a3]/u;

/** With escapes for what could steer, reorder or hide; everything else letter for letter. */
export function escaped(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text.replace(UNSEEN, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`).replace(FLOOD, '$1…');
}

/** Letters of the end that stay where a text is cut, for names are told apart by their ends as well. */
const END = 40;
/** A text of which fewer letters stay is cut at its end, and says it by its last one alone: there is no room for more. */
const ROOM = 160;

/** At most `most` letters of a text and the words that say how many were left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most < ROOM ? 0 : END;
  // never within a pair
  const head = text.slice(0, most - end).replace(/[\ud800-\udbff]$/, ''), tail = text.slice(text.length - end).replace(/^[\udc00-\udfff]/, '');
  return end === 0 ? `${head}…` : `${head}…(${(text.length - head.length - tail.length).toLocaleString('en')} more letters)…${tail}`;
}

const ISOLATED = /\u2068([^\u2066-\u2069]*)\u2069/g;

/** A sentence that quotes names which are `visible` already, or may not be: their isolation stays, everything else as in `escaped`. */
export function visibleSentence(text: string, most = 2000): string {
  if (text.length > most || !SUSPECT.test(text)) return visible(text.replace(ISOLATED, '$1'), most);
  let out = '', at = 0;
  for (const found of text.matchAll(ISOLATED)) {
    out += escaped(text.slice(at, found.index)) + `\u2068${escaped(found[1]!)}\u2069`;
    at = found.index + found[0].length;
  }
  out += escaped(text.slice(at));
  return out.length <= most ? out : visible(out.replace(ISOLATED, '$1'), most);
}

/** For a terminal, which has no use for isolation: a sentence without it, of at most `most` letters. */
export function escapedSentence(text: string, most = Infinity): string { return escaped(shortened(text.replace(ISOLATED, '$1'), most)); }

/** The same for one name among others on a screen: at most `most` characters, and what runs right to left isolated. */
export function visible(text: string, most = 1000): string {
  // cut before escaping, for an escape is longer than what it stands for
  const cut = shortened(text, most);
  if (!SUSPECT.test(cut)) return cut;
  const safe = escaped(cut);
  return RIGHT_TO_LEFT.test(safe) ? `\u2068${safe}\u2069` : safe;
}

/** Bytes of a name that is shown whole: more than a file system lets one part of a path have. */
const MOST_OF_A_NAME = 400;

/** A name that stands for its bytes on a screen, as a key as well: one that is cut has a sum of the whole in it, so that two stay two. */
export function visibleName(name: ByteString, most = MOST_OF_A_NAME): string {
  if (name.length <= most) return visible(display(name), Infinity);
  const text = display(name);
  return visible(text.length <= most ? text : `${shortened(text, most)} ${toHex(sha256(toBytes(name))).slice(0, 12)}`, Infinity);
}

/** A name as a sentence has it, whoever reads that: not escaped yet, and no longer than can be meant. */
export function inWords(name: ByteString): string { return shortened(display(name), MOST_OF_A_NAME); }
