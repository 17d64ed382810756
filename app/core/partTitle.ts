// What a part of a commit is called: its own name first, for a list shows what a title begins with, then the commit's title. Made and read here alone.
import { type ByteString, fromUtf8 } from './bytes.ts';

const BETWEEN = fromUtf8(' · ');

export const partTitle = (name: string, title: ByteString): ByteString => `${fromUtf8(name)}${BETWEEN}${title}` as ByteString;

/** Of one commit, as far as titles tell: one title, or of one of them the title of a part. */
export const mayBeOfOneCommit = (a: ByteString, b: ByteString): boolean => a === b || a.endsWith(`${BETWEEN}${b}`) || b.endsWith(`${BETWEEN}${a}`);

/** The title of the commit that has these parts, at least one: what all of theirs end with. Of a whole commit its own. */
export function titleOfParts(titles: readonly ByteString[]): ByteString {
  const [first] = titles as readonly [ByteString];
  let from = 0;
  for (const title of titles) while (!title.endsWith(first.slice(from))) from++;
  const at = first.indexOf(BETWEEN, from);
  return titles.length > 1 && at >= 0 ? first.slice(at + BETWEEN.length) as ByteString : first;
}
