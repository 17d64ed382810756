// The errors that reading or writing a repository can end in: one place for their words (core/errors.ts has the codes).
import { AcumenError } from '../../core/errors.ts';

export function notARepository(path: string, why: string): AcumenError {
  return new AcumenError('not-a-repository', `${path} is not a git repository: ${why}.`, 'Give the folder of a git repository, or make one there with `git init`.', { path });
}

export function unsupported(what: string, hint: string, data: Readonly<Record<string, unknown>> = {}): AcumenError {
  return new AcumenError('unsupported-repository', what, hint, data);
}

export function corruptObject(what: string, why: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown): AcumenError {
  return new AcumenError('corrupt-object', `${what} is damaged: ${why}.`, 'Run `git fsck` in the repository; a fresh clone or a copy of the object from another clone repairs it.', data, { cause });
}

/** Node's system errors carry `code`. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Nothing is there: neither a file nor the folders on the way to it. */
export function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

export function ioFailure(doing: string, path: string, error: unknown): AcumenError {
  if (error instanceof AcumenError) return error;
  const code = systemCode(error);
  const hint = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'Check the permissions of that file and its folder.'
    : code === 'ENOSPC' || code === 'EDQUOT' ? 'Free some disk space and try again.'
    : code === 'EMFILE' || code === 'ENFILE' ? 'Close other programs or raise the limit of open files, and try again.'
    : 'Check that the disk is reachable, and try again.';
  return new AcumenError('io', `Could not ${doing} ${path}${code === '' ? '' : ` (${code})`}.`, hint, { path, code }, { cause: error });
}
