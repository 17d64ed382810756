// Small repositories with a working tree, written by hand in a test: for what is seen best in a few named branches.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { git, gitLine } from './git.ts';

/** path → text, or null to remove it */
export type Files = Readonly<Record<string, string | Uint8Array | null>>;

export interface SmallRepository {
  readonly path: string;
  /** commits on the branch that is checked out; answers the commit's id */
  commit(files: Files, message: string, author?: string): string;
  /** a new branch off `from`, or one more commit on it where it exists; main is checked out again afterwards */
  branch(name: string, files: Files, from?: string, author?: string): string;
  git(...args: string[]): string;
  /** the same repository at another place, with its working tree */
  copy(to: string): SmallRepository;
}

/** `line 1` … `line N`, some of them changed. */
export function numbered(n: number, changes: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: n }, (_, i) => `${changes[i + 1] ?? `line ${i + 1}`}\n`).join('');
}

export function smallRepository(at: string, first: Files = { 'a.txt': numbered(20), 'b.txt': numbered(20), 'src/c.txt': 'c\n' }): SmallRepository {
  mkdirSync(at, { recursive: true });
  git(at, ['init', '-q', '-b', 'main']);
  const repository = existingRepository(at);
  repository.commit(first, 'Begin');
  return repository;
}

function existingRepository(at: string): SmallRepository {
  const repository: SmallRepository = {
    path: at,
    git: (...args) => gitLine(at, args),
    copy(to) {
      cpSync(at, to, { recursive: true, preserveTimestamps: true });
      return existingRepository(to);
    },
    commit(files, message, author = 'Ada Lovelace <ada@example.invalid>') {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(at, name);
        if (content === null) { rmSync(file); continue; }
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
      git(at, ['add', '-A']);
      git(at, ['commit', '-q', '-m', message, '--author', author]);
      return gitLine(at, ['rev-parse', 'HEAD']);
    },
    branch(name, files, from = 'main', author) {
      const exists = gitLine(at, ['for-each-ref', `refs/heads/${name}`]) !== '';
      git(at, exists ? ['checkout', '-q', name] : ['checkout', '-q', '-b', name, from]);
      const oid = repository.commit(files, `Change ${name}`, author);
      git(at, ['checkout', '-q', 'main']);
      return oid;
    },
  };
  return repository;
}
