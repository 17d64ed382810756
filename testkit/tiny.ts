// Repositories of a few commits, written by hand in a test, whose right answers a person can see.
import { join } from 'node:path';
import { git, initBare, tempDir } from './git.ts';
import { Forge } from './world.ts';
import type { Commit, File } from './world.ts';

/** Thirty distinct lines. */
export const START: readonly string[] = Array.from({ length: 30 }, (_, i) => `line ${i}\n`);

export const withLines = (lines: readonly string[], changes: Readonly<Record<number, string>>): string[] => lines.map((line, i) => changes[i] ?? line);

export class Tiny {
  readonly dir: string;
  readonly #forge: Forge;
  readonly remove: () => void;

  constructor() {
    const temp = tempDir('tiny');
    this.remove = () => temp.remove();
    this.dir = join(temp.path, 'tiny.git');
    initBare(this.dir);
    this.#forge = new Forge(this.dir);
  }

  /** The first parent's tree with these files, as lines; null deletes one. */
  commit(parents: readonly Commit[], files: Readonly<Record<string, readonly string[] | null>>, message = 'A commit'): Commit {
    const tree = new Map<string, File>(parents[0]?.tree);
    for (const [path, lines] of Object.entries(files)) {
      if (lines === null) tree.delete(path);
      else tree.set(path, { mode: '100644', data: lines.join('') });
    }
    return this.#forge.commit(parents, tree, message, 'tiny');
  }

  /** A branch that is gone. */
  drop(name: string): void { git(this.dir, ['update-ref', '-d', `refs/heads/${name}`]); }

  /** Branches; `main` is the base. */
  refs(refs: Readonly<Record<string, Commit>>): void {
    for (const [name, commit] of Object.entries(refs)) this.#forge.ref(`refs/heads/${name}`, commit);
    this.#forge.flush();
    git(this.dir, ['update-ref', '-d', 'refs/scratch']);
  }
}
