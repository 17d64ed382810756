// Texts that strangers may put wherever a repository or a message holds text: names of branches and files, authors, titles,
// contents. One table for core, git, command line and screen, with what looks odd and must come through as it is.
import { display, fromUtf8 } from '../../app/core/bytes.ts';
import type { ByteString } from '../../app/core/bytes.ts';

export interface HostileString {
  readonly name: string;
  /** as a repository holds it */
  readonly bytes: ByteString;
  readonly because: string;
}

const text = (name: string, value: string, because: string): HostileString => ({ name, bytes: fromUtf8(value), because });
const raw = (name: string, value: string, because: string): HostileString => ({ name, bytes: value as ByteString, because });

/** Set by whatever of these texts is executed: nobody may ever see it. */
export const CANARY = '__acumenPwned';
/** Where a text that is taken for an address leads: nothing may be asked of it. */
export const ELSEWHERE = 'https://elsewhere.invalid';

const run = `globalThis.${CANARY}=1`;

/** What must never steer, run, fetch, reorder or hide. None holds a NUL (see `withNul`) unless it says so. */
export const hostileStrings: readonly HostileString[] = [
  text('a right-to-left override', 'safe\u202egnp.exe', 'CVE-2021-42574: shows as safeexe.png'),
  text('a left-to-right override', 'safe\u202dgnp.exe', 'CVE-2021-42574'),
  text('an embedding that never ends', '\u202babc', 'reorders whatever stands after it'),
  text('isolates that never end', '\u2066\u2067\u2068abc', 'reorders whatever stands after it'),
  text('closing what it never opened', 'abc\u202c\u2069\u2069\u2069', 'ends the isolation that someone else put round it'),
  text('direction marks', 'a\u200eb\u200fc\u061cd', 'two names that look alike'),
  text('zero-width characters', 'ma\u200bin\u2060\ufeff', 'two names that look alike'),
  text('a joiner within a word', 'ma\u200din\u200c', 'two names that look alike'),
  text('soft hyphens and fillers', 'ma\u00adin\u3164\u115f\uffa0\u180e', 'two names that look alike'),
  text('tag characters', 'main\u{e0041}\u{e0042}\u{e007f}', 'text that nobody sees'),
  text('annotation and object characters', 'a\ufff9b\ufffac\ufffb', 'text that nobody sees'),
  text('line and paragraph separators', 'one\u2028two\u2029three', 'a line break that is no newline'),
  text('a combining flood', `Z${'\u0300\u0301\u0316\u0323\u0489'.repeat(60)}algo`, 'paints over the rows above and below'),
  text('newlines', 'one\ntwo\r\nthree\rfour', 'a second row, a forged line of output'),
  text('tabs and vertical moves', 'a\tb\vc\fd\be', 'steers a terminal'),
  text('every control character', String.fromCharCode(...Array.from({ length: 31 }, (_, i) => i + 1), 127), 'steers a terminal'),
  text('every C1 control', String.fromCharCode(...Array.from({ length: 32 }, (_, i) => 128 + i)), 'steers a terminal that takes 8-bit controls'),
  text('ANSI colours and moves', '\x1b[31mred\x1b[2J\x1b[1;1H\x1b[8mhidden', 'steers a terminal'),
  text('an OSC title and a link', '\x1b]0;owned\x07\x1b]8;;https://elsewhere.invalid\x1b\\click\x1b]8;;\x1b\\', 'steers a terminal'),
  text('an OSC 52 clipboard', '\x1b]52;c;cm0gLXJm\x07', 'writes the clipboard'),
  text('a device report', '\x1b[6n\x1bP$q"p\x1b\\\x9b6n', 'makes a terminal type'),
  text('a script', `<script>${run}</script>`, 'markup'),
  text('an image that fails', `<img src=x onerror="${run}">`, 'markup'),
  text('an image of elsewhere', `<img src="${ELSEWHERE}/i.png"><link rel=stylesheet href=${ELSEWHERE}/s.css>`, 'a request'),
  text('a vector image', `<svg/onload=${run}><foreignObject><iframe src="${ELSEWHERE}">`, 'markup'),
  text('the end of an attribute', `" onmouseover="${run}" autofocus onfocus='${run}' x="`, 'markup'),
  text('the end of an element', `</title></style></textarea></script><script>${run}</script>`, 'markup'),
  text('a script as an address', `javascript:${run}`, 'an address that runs'),
  text('a data address', `data:text/html,<script>${run}</script>`, 'an address that runs'),
  text('an address', `${ELSEWHERE}/?q=1`, 'must not become a link or a request'),
  text('an address of another protocol', '//elsewhere.invalid/x', 'must not become a link or a request'),
  text('entities', '&lt;b&gt;&amp;&#x3c;script&#62;&nbsp;', 'decoded once too often'),
  text('the end of a style', `}*{background:url(${ELSEWHERE}/c)}a:after{content:"`, 'style'),
  text('an expression of style', `var(--x);background-image:url(${ELSEWHERE}/d);--y:`, 'style'),
  text('a formula', `=HYPERLINK("${ELSEWHERE}","x")`, 'a spreadsheet runs it'),
  text('a command formula', "@SUM(1+1)*cmd|' /C calc'!A0", 'a spreadsheet runs it'),
  text('a plus formula', '+1+1', 'a spreadsheet runs it'),
  text('template markers', `{{constructor.constructor("${run}")()}}\${${run}}#{7*7}<%= 7*7 %>`, 'a template runs it'),
  text('shell substitution', '$(touch PWNED)`touch PWNED`;touch PWNED|touch PWNED&&touch PWNED', 'a shell runs it'),
  text('quotes of every shell', `'";\`'"'"'$'\\'"'`, 'a copied command line ends early'),
  text('an option', '--upload-pack=touch PWNED', 'an argument taken for an option'),
  text('__proto__', '__proto__', 'a name that every object has'),
  text('constructor', 'constructor', 'a name that every object has'),
  text('toString', 'toString', 'a name that every object has'),
  text('a format', '%s%n%x%d%p', 'a formatter reads it'),
  text('marked text', `# h\n[x](javascript:${run}) ![](${ELSEWHERE}/m.png)`, 'a renderer of Markdown reads it'),
  text('a line of a hundred thousand', 'long '.repeat(20_000), 'holds whoever lays it out'),
  text('a word of a hundred thousand', 'w'.repeat(100_000), 'holds whoever breaks it'),
  text('right to left with numbers', 'עברית 123 abc (ב) 4/5', 'moves the words beside it'),
  raw('bytes that are no UTF-8', '\xff\xfe\x80caf\xe9', 'no text at all'),
  raw('overlong UTF-8', '\xc0\xaf\xe0\x80\xaf', 'a slash to a lax decoder'),
  raw('surrogates in UTF-8', '\xed\xa0\x80\xed\xb0\x80', 'half characters to a lax decoder'),
  raw('UTF-8 that ends early', 'abc\xf0\x9f\x92', 'swallows what stands after it'),
];

/** Only where a NUL can be: contents and messages of the contract, never names. */
export const withNul: HostileString = raw('a NUL', 'one\0two', 'ends a string for whoever speaks C');

/** Half characters: no bytes are them, but a string of ours can be. */
export const loneSurrogates: readonly string[] = ['\ud800', 'a\udc00b', '\udc00\ud800', '\u{1f600}'.slice(0, 1)];

/** Odd, harmless, somebody's own language: every one comes through letter for letter. */
export const allowedStrings: readonly string[] = [
  'main', 'feature/x', 'Ada Lovelace', 'O\'Brien "Bob"', 'a <b> & c', '100% $HOME', 'C:\\x\\y', 'é', 'e\u0301', 'Nguyễn Văn Ốc', 'Ελληνικά', 'Русский',
  '日本語', '한국어', '中文（简体）', 'हिन्दी क्षत्रिय', 'தமிழ்', 'ไทยก็ได้', 'བོད་སྐད', 'ﷺ', 'नि\u200dष', 'می\u200cخواهم', 'العربية', 'עברית',
  '😀', '👩‍👩‍👧‍👦', '👍🏽', '🏳️‍🌈', '🇳🇴', '❤️', '1️⃣', '∑∞≠', 'ﬁ', '—…«»', 'constructor', '{{x}}', '=1+1', '-x', '\u00a0', ' ', '',
];

/** Each as text, as the screen and the command line get it. */
export const hostileTexts: readonly { readonly name: string; readonly text: string }[] =
  hostileStrings.map(({ name, bytes }) => ({ name, text: display(bytes) }));

/** Characters that steer, reorder or hide: none of them may reach a person's eyes unmarked. Isolates and joiners have their uses. */
// eslint-disable-next-line no-control-regex
export const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;

/** What git would refuse in the name of a branch is left out; the rest as one part of a name. */
export function asRefPart(bytes: ByteString): ByteString {
  const kept = bytes.replace(/[\x00-\x20\x7f~^:?*[\\/]|@\{|\.{2,}/g, '').replace(/^[-.]+|\.lock$|\.+$/g, '');
  return kept.slice(0, 180) as ByteString;
}

/** Without what no tree can hold, and short enough for a file name. */
export function asFileName(bytes: ByteString): ByteString {
  return bytes.replace(/[\0/]/g, '').slice(0, 200) as ByteString;
}
