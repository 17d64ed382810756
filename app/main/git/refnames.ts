// Which ref names git accepts (git-check-ref-format(1)), and the places where a short name is looked for (gitrevisions(7)).
import { fromUtf8 } from '../../core/bytes.ts';
import type { ByteString } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';

/** Controls, space, DEL and the characters that mean something in a revision or a refspec; '..', '@{', '//' and '\'. */
const FORBIDDEN = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\//;
const BAD_COMPONENT = /(?:^|\/)\.|\.lock(?:\/|$)/;

/** A full name such as refs/heads/main. Only names that pass may become paths on disk. */
export function isRefName(name: string): boolean {
  return name.includes('/') && !FORBIDDEN.test(name) && !BAD_COMPONENT.test(name)
    && !name.startsWith('/') && !name.endsWith('/') && !name.endsWith('.');
}

/** Names beside refs/: HEAD, FETCH_HEAD, ORIG_HEAD. */
export function isPseudoRef(name: string): boolean {
  return /^[A-Z][A-Z_]*$/.test(name);
}

/** Full names that `short` may stand for, in git's order of preference. */
export function candidates(short: ByteString): ByteString[] {
  const rules = ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/'].map((prefix) => prefix + short);
  return [...rules, `refs/remotes/${short}/HEAD`] as ByteString[];
}

/** The ref of a branch that a person named in Unicode; `bad-branch-name` with the reason where git would refuse it. */
export function branchRef(name: string): ByteString {
  const refuse = (why: string): AcumenError =>
    new AcumenError('bad-branch-name', `'${name}' cannot be the name of a branch: ${why}.`, 'Use letters, digits, dashes, dots and slashes, such as `acumen/release-2`.', { name });
  if (name === '') throw refuse('it is empty');
  if (!name.isWellFormed()) throw refuse('it is not valid Unicode');
  if (name.startsWith('-')) throw refuse('it begins with a dash');
  if (name === 'HEAD' || name === '@') throw refuse('git gives that name another meaning');
  const bytes = fromUtf8(name);
  const ref = `refs/heads/${bytes}` as ByteString;
  if (bytes.startsWith('/') || bytes.endsWith('/') || bytes.includes('//')) throw refuse('it has an empty part between slashes');
  if (/(?:^|\/)\./.test(bytes)) throw refuse('a part of it begins with a dot');
  if (/\.lock(?:\/|$)/.test(bytes)) throw refuse("a part of it ends with '.lock'");
  if (bytes.endsWith('.') || bytes.includes('..')) throw refuse('it ends with a dot or has two in a row');
  if (!isRefName(ref)) throw refuse('it has a space, a control character or one of ~ ^ : ? * [ \\ @{');
  return ref;
}
