// Names of tree entries: what must be refused and why, and what looks alike and must stay allowed. One table for every layer
// that takes or writes names. Names are byte strings (one character per byte).
import { fromUtf8 } from '../../app/core/bytes.ts';
import type { ByteString } from '../../app/core/bytes.ts';

export interface HostileName { readonly name: ByteString; readonly because: string }

const bytes = (text: string): ByteString => text as ByteString;

export const hostileNames: readonly HostileName[] = [
  { name: bytes(''), because: 'an empty name is its own folder' },
  { name: bytes('.'), because: 'the folder itself' },
  { name: bytes('..'), because: 'the folder above' },
  { name: bytes('a/b'), because: 'a slash climbs into another folder past every check of that folder' },
  { name: bytes('/etc'), because: 'an absolute path' },
  { name: bytes('../x'), because: 'climbs out of the checkout' },
  { name: bytes('.git'), because: 'overwrites the repository: config and hooks run commands' },
  { name: bytes('.GIT'), because: 'CVE-2014-9390: file systems without case' },
  { name: bytes('.Git'), because: 'CVE-2014-9390' },
  { name: bytes('git~1'), because: 'CVE-2014-9390: the short name of .git on NTFS' },
  { name: bytes('GIT~1'), because: 'CVE-2014-9390' },
  { name: bytes('.git '), because: 'NTFS drops spaces at the end' },
  { name: bytes('.git.'), because: 'NTFS drops dots at the end' },
  { name: bytes('.git . .'), because: 'NTFS drops both' },
  { name: bytes('git~1 .'), because: 'NTFS drops both' },
  { name: bytes('.git::$INDEX_ALLOCATION'), because: 'CVE-2019-1352: the folder itself as a stream on NTFS' },
  { name: bytes('.git:x'), because: 'CVE-2019-1352: a stream of .git' },
  { name: bytes('.git . ::$INDEX_ALLOCATION'), because: 'CVE-2019-1352' },
  { name: bytes('.git\\config'), because: 'CVE-2019-1354: a backslash separates folders on Windows' },
  { name: bytes('a\\.git'), because: 'CVE-2019-1354' },
  { name: bytes('a\\..\\..\\x'), because: 'CVE-2019-1354: climbs out of the checkout on Windows' },
  { name: bytes('..\\x'), because: 'CVE-2019-1354' },
  { name: fromUtf8('.g\u200cit'), because: 'CVE-2014-9390: HFS+ ignores zero-width characters' },
  { name: fromUtf8('\u200d.git'), because: 'CVE-2014-9390' },
  { name: fromUtf8('.git\u200e'), because: 'CVE-2014-9390' },
  { name: fromUtf8('.\u202agit'), because: 'CVE-2014-9390' },
  { name: fromUtf8('.gi\u206ft'), because: 'CVE-2014-9390' },
  { name: fromUtf8('\ufeff.GIT'), because: 'CVE-2014-9390' },
];

export const allowedNames: readonly ByteString[] = [
  '.gitignore', '.gitattributes', '.gitmodules', '.github', '.gitlab-ci.yml', '.git-blame-ignore-revs', '.git2', '.gi', '.gitt', '.git~1', '.got',
  'git', 'git~', 'git~10', 'git~2', 'git~1x', 'GIT', 'a.git', '...', '..a', '.a', 'a..', 'a.', ' ', ' .git', 'a b', '-', '~', '~1', 'a:b', 'CON', 'aux.txt',
  'a\\b', '\\', 'line\nfeed', 'tab\t', '\x01', '\x7f', '\xff\xfe', '\x80', '.\xc3\xa9', '"', "'", '*', '?', '$(touch PWNED)', 'x'.repeat(4096),
].map(bytes).concat([fromUtf8('.gît'), fromUtf8('é'), fromUtf8('\u200ca'), fromUtf8('.git\u00a0'), fromUtf8('日本語')]);
