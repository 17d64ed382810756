// The words of a line of any language: names, numbers and marks, read without a parser. A line is read once from left to right
// and only as far as LINE_READ, so that no line, however long, costs more. Characters are bytes; what is not ASCII is of a name.

/** Characters of a line that are read; the rest says nothing about meaning that the beginning does not (minified code, data). */
export const LINE_READ = 500;

const DIGIT = 1, LETTER = 2, BLANK = 4, LOWER = 8;
const CLASS = new Uint8Array(256).map((_, c) => {
  if (c >= 48 && c <= 57) return DIGIT;
  if (c >= 97 && c <= 122) return LETTER | LOWER;
  if ((c >= 65 && c <= 90) || c === 95 || c === 36 || c >= 128) return LETTER;
  return c <= 32 ? BLANK : 0;
});
const classAt = (line: string, i: number): number => (i < line.length ? CLASS[line.charCodeAt(i) & 255]! : 0);

/** Of 'v4.2.0' the v is no part. */
function beginsVersion(line: string, from: number): boolean {
  let i = from;
  while (i < from + 6 && classAt(line, i) & DIGIT) i++;
  return i > from && line.charCodeAt(i) === 46 && (classAt(line, i + 1) & DIGIT) !== 0;
}

/**
 * Words, numbers ('4.2.0-beta.1' is one) and single marks, in order, without blanks. `glued`: names joined by hyphens are one word
 * ('no-unused-vars'), as they are in prose, styles, manifests and strings.
 */
export function tokensOf(line: string, glued = false): string[] {
  const out: string[] = [], end = Math.min(line.length, LINE_READ);
  for (let i = 0; i < end;) {
    const kind = classAt(line, i), from = i;
    if (kind & BLANK || (line.charCodeAt(i) === 118 && beginsVersion(line, i + 1))) { i++; continue; }
    if (kind & LETTER) {
      for (i++; i < end; i++) {
        if (classAt(line, i) & (LETTER | DIGIT)) continue;
        if (!glued || line.charCodeAt(i) !== 45 || (classAt(line, i + 1) & LETTER) === 0) break;
      }
    } else if (kind & DIGIT) {
      for (i++; i < end; i++) {
        if (classAt(line, i) & (LETTER | DIGIT)) continue;
        const c = line.charCodeAt(i);
        if ((c !== 46 && c !== 45) || (classAt(line, i + 1) & (LETTER | DIGIT)) === 0) break;
      }
    } else i++;
    out.push(line.slice(from, i));
  }
  return out;
}

export const isName = (token: string): boolean => (classAt(token, 0) & LETTER) !== 0;
/** '4.2.0', '21.11b1': as rare as a name. */
export const isVersion = (token: string): boolean => (classAt(token, 0) & DIGIT) !== 0 && token.includes('.');

/** How far in a line begins, a tab taken for four; -1 where there is nothing on it. */
export function indentOf(line: string): number {
  let width = 0;
  for (let i = 0; i < line.length; i++) {
    const c = line.charCodeAt(i);
    if (c === 32) width++;
    else if (c === 9) width += 4;
    else if (c > 32) return width;
    if (width > LINE_READ) return width;
  }
  return -1;
}

/** Words that languages and people use everywhere: sharing one says nothing. */
const COMMON: ReadonlySet<string> = new Set(`
  abstract and any array args as assert async auto await bool boolean break byte case catch char class const constructor continue crate cls
  def default define defined delete do double elif else elsif end ensure enum err error errors except exec export exports extends extern extra
  false False final finally float fn for foreach fprintf free from fun func function get global go goto if ifdef ifndef impl implements import in
  include inline instanceof int integer interface internal into is it let len list local long loop map match mod module mut namespace
  native new nil no None not null number object of ok on open operator option options or override package param params pass print private
  proc protected protocol pub public raise readonly ref register require require_relative rescue result return returns Self self sealed set
  short signed size_t sizeof static str string String struct sub super switch template test tests then this throw throws to trait
  true True try type typedef typename typeof u8 u16 u32 u64 i32 i64 usize undef undefined union unless unsafe unsigned until use using val value values
  var vec Vec virtual void volatile when where while with without yield Ok Err Some Option Result Object Array Error Boolean Number
  it describe expect toBe toEqual should before after beforeEach afterEach assertEqual assertTrue pytest eq assert_eq
  a an the be by at are was were has have had can could will would may might must than that these those there their them they which who what how why
  all also but each else even every first if into its just last like line lines more most only other our out over same see so some such
  up use used user uses using very was we you your i e g vs etc because been between both about add added adds fix fixed fixes
  data file files name names path key keys code item items index length size count true width height id url http https www com org html md js ts
  TODO FIXME NOTE XXX eslint lint noqa ignore disable next prev begin start stop node root main src lib dist docs doc
  dependencies devDependencies peerDependencies version versions description license author scripts
`.split(/\s+/).filter((word) => word !== ''));

/** 0…1: how much it looks like somebody's own name for something, by its shape alone. */
export function shapeOf(word: string): number {
  if (word.length < 3 || word.length > 100 || COMMON.has(word)) return 0;
  if (isVersion(word)) return word.length >= 5 ? 0.8 : 0;
  let lower = 0, upper = 0, joins = 0;
  for (let i = 0; i < word.length; i++) {
    const c = word.charCodeAt(i);
    if (CLASS[c & 255]! & LOWER) lower++;
    else if (c >= 65 && c <= 90) upper++;
    else if (i > 0 && i < word.length - 1) joins++;
  }
  if (joins > 0) return 1;
  // 'parseDate', 'HTTPServer'; a capital at the beginning alone begins a sentence
  if (lower > 0 && upper > 0) return upper > 1 || word.charCodeAt(0) > 90 ? 1 : 0.6;
  if (upper > 0) return 0.7;
  return word.length >= 10 ? 0.55 : 0.4;
}

/** Names and versions of a line that may mean something, once each; of 'no-unused-vars' nothing of its parts. */
export function namesOf(line: string): string[] {
  const out = new Set<string>();
  for (const token of tokensOf(line, true)) if ((isName(token) || isVersion(token)) && shapeOf(token) > 0) out.add(token);
  return [...out];
}
