// One `rev-list --parents`: the ids of a history, without reading any of its commits here.
import type { Oid } from '../../../core/bytes.ts';
import type { Ancestry } from '../../../core/repository.ts';
import { ID_DIGITS, type ObjectFormat, isOid } from '../oids.ts';
import { gitFailed, timedOut } from './git.ts';
import type { GitHome } from './git.ts';

export interface Asked {
  readonly head: Oid;
  readonly without: readonly Oid[];
  readonly most: number;
  /** commits whose parents the repository does not hold */
  readonly cut: readonly Oid[];
  /** how long it may stay silent: with `without` it walks all before it says a word */
  readonly timeoutMs: number;
}

const KEPT_COMPLAINTS = 4096;

/** Rejects with what git says where it cannot walk: somebody else may (git/reader.ts). */
export function descent(home: GitHome, format: ObjectFormat, { head, without, most, cut, timeoutMs }: Asked): Promise<Ancestry> {
  home.cutAt(cut);
  return new Promise((resolve, reject) => {
    const child = home.converse('ancestry');
    const commits: { readonly oid: Oid; readonly parents: readonly Oid[] }[] = [];
    let rest = '', complaint = '', timer: NodeJS.Timeout | null = null, isCut = cut.length > 0;
    const wait = (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => { end(() => reject(timedOut(timeoutMs))); }, timeoutMs).unref();
    };
    const end = (how: () => void): void => {
      if (timer !== null) clearTimeout(timer);
      child.removeAllListeners('close').removeAllListeners('error').on('error', () => {});
      child.stdout.removeAllListeners('data');
      if (child.exitCode === null) child.kill('SIGKILL');
      how();
    };
    const isId = (text: string): text is Oid => text.length === ID_DIGITS[format] && isOid(text);
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      wait();
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const ids = line.split(' ');
        if (!ids.every(isId)) return end(() => reject(gitFailed('git answered something that was not asked.')));
        if (commits.length === most) {
          isCut = true;
          return end(() => resolve({ commits, isCut }));
        }
        const [oid, ...parents] = ids as [Oid, ...Oid[]];
        commits.push({ oid, parents });
      }
    });
    child.stderr.setEncoding('latin1').on('data', (text: string) => { complaint = (complaint + text).slice(-KEPT_COMPLAINTS); });
    child.once('error', (error) => { end(() => reject(gitFailed('git could not be started.', {}, error))); });
    child.once('close', (code, signal) => {
      if (code === 0 && rest === '') return end(() => resolve({ commits, isCut }));
      end(() => reject(gitFailed(`git ended while it was needed (${signal === null ? `status ${code}` : `signal ${signal}`}).`, { code, signal, complaint })));
    });
    child.stdin.on('error', () => {}); // its end is told by 'close'
    child.stdin.end([head, ...without.map((oid) => `^${oid}`)].map((line) => `${line}\n`).join(''));
    wait();
  });
}
