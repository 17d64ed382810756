// git's answer to "these commits, in this order, on that base": what `git cherry-pick` makes of them. A pick is a three-way merge of trees over
// the commit's parent (git-cherry-pick(1); sequencer.c, do_pick_commit), which merge-tree does for thousands at once where both sides are
// given that parent as their one ancestor; `picked` asks git cherry-pick itself, to see that the two are one.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fastImport, git, gitLine, tempDir, tryGit, type TempDir } from '../testkit/git.ts';
import { mergeAll } from '../testkit/gitMerges.ts';

/** `tree`: null where a pick conflicts, and then which commit */
export interface Picked { readonly tree: string | null; readonly at: string | null }

interface Node { readonly tree: string | null; readonly at: string | null; readonly next: Map<string, Node> }
interface Asked { readonly base: string; readonly commits: readonly string[] }

const stampOf = (n: number): string => `${1_700_000_000 + n} +0000`;

export class Picks {
  readonly #dir: string;
  readonly #marks: TempDir;
  readonly #trees = new Map<string, string>();
  readonly #parents = new Map<string, string>();
  /** commit → [one of its parent's tree without parents, one of its own tree on that], in place of it */
  readonly #sides = new Map<string, readonly [string, string]>();
  #imports = 0;

  /** `dir`: a bare repository of its own with all objects at hand; many are added. */
  constructor(dir: string) {
    this.#dir = dir;
    this.#marks = tempDir('picks');
    // merge-tree in a bare repository reads no attributes, and `merge=union` would make another answer of cherry-pick (gitattributes(5))
    mkdirSync(join(dir, 'info'), { recursive: true });
    writeFileSync(join(dir, 'info', 'attributes'), '* !merge !text !eol !filter\n');
  }

  close(): void { this.#marks.remove(); }

  /** Makes commits of trees; answers their ids in order. */
  #commits(rows: readonly { readonly tree: string; readonly parent: string | null }[]): string[] {
    if (rows.length === 0) return [];
    const marks = `${this.#marks.path}/${this.#imports++}`;
    fastImport(this.#dir, rows.map(({ tree, parent }, i) =>
      `${parent === null ? 'reset refs/picks/made\n' : ''}commit refs/picks/made\nmark :${i + 1}\ncommitter Picks <picks@example.invalid> ${stampOf(0)}\ndata 0\n${parent === null ? '' : `from ${parent}\n`}M 040000 ${tree} \n\n`).join(''), marks);
    const oids = new Map(readFileSync(marks, 'utf8').split('\n').map((line) => line.split(' ') as [string, string]));
    return rows.map((_, i) => oids.get(`:${i + 1}`)!);
  }

  #know(commits: readonly string[]): void {
    const fresh = [...new Set(commits)].filter((oid) => !this.#sides.has(oid));
    if (fresh.length === 0) return;
    const asked = git(this.#dir, ['log', '--no-walk=unsorted', '--stdin', '--format=%H %T %P'], { input: fresh.join('\n') }).split('\n').filter((line) => line !== '').map((line) => line.split(' '));
    for (const [oid, tree, parent] of asked) { this.#trees.set(oid!, tree!); this.#parents.set(oid!, parent!); }
    const grounds = git(this.#dir, ['log', '--no-walk=unsorted', '--stdin', '--format=%H %T'], { input: [...new Set(asked.map(([, , parent]) => parent!))].join('\n') }).split('\n').filter((line) => line !== '');
    for (const row of grounds) { const [oid, tree] = row.split(' '); this.#trees.set(oid!, tree!); }
    const roots = this.#commits(fresh.map((oid) => ({ tree: this.#trees.get(this.#parents.get(oid)!)!, parent: null })));
    const own = this.#commits(fresh.map((oid, i) => ({ tree: this.#trees.get(oid)!, parent: roots[i]! })));
    fresh.forEach((oid, i) => this.#sides.set(oid, [roots[i]!, own[i]!]));
  }

  /** Of each list of commits, picked in order; what lists begin with in common is picked once. */
  async all(asked: readonly Asked[]): Promise<Picked[]> {
    this.#know(asked.flatMap(({ commits }) => commits));
    const roots = new Map<string, Node>();
    for (const { base } of asked) if (!roots.has(base)) roots.set(base, { tree: gitLine(this.#dir, ['rev-parse', `${base}^{tree}`]), at: null, next: new Map() });
    let open = asked.map(({ base, commits }) => ({ node: roots.get(base)!, commits, done: 0 }));
    const ends = open;
    for (;;) {
      const wanted = new Map<Node, Set<string>>();
      for (const one of open) {
        const commit = one.commits[one.done];
        if (commit === undefined || one.node.tree === null || one.node.next.has(commit)) continue;
        const known = wanted.get(one.node);
        if (known) known.add(commit); else wanted.set(one.node, new Set([commit]));
      }
      const work = [...wanted].flatMap(([node, commits]) => [...commits].map((commit) => ({ node, commit })));
      const heads = this.#commits(work.map(({ node, commit }) => ({ tree: node.tree!, parent: this.#sides.get(commit)![0] })));
      let i = 0;
      for await (const answer of mergeAll(this.#dir, work.map(({ commit }, n) => [heads[n]!, this.#sides.get(commit)![1]] as const), { keep: true })) {
        const { node, commit } = work[i++]!;
        node.next.set(commit, answer?.clean === true ? { tree: answer.tree, at: null, next: new Map() } : { tree: null, at: commit, next: new Map() });
      }
      for (const one of open) {
        const next = one.commits[one.done] === undefined ? undefined : one.node.next.get(one.commits[one.done]!);
        if (next !== undefined) { one.node = next; one.done++; }
      }
      open = open.filter(({ node, commits, done }) => node.tree !== null && done < commits.length);
      if (open.length === 0) return ends.map(({ node: { tree, at } }) => ({ tree, at }));
    }
  }

  /** One of them by `git cherry-pick`, in a working tree of its own. */
  picked({ base, commits }: Asked): Picked {
    const own = tempDir('cherry');
    try {
      git(this.#dir, ['worktree', 'add', '--quiet', '--no-checkout', '--detach', `${own.path}/tree`, base]);
      const at = `${own.path}/tree`;
      git(at, ['read-tree', 'HEAD']);
      git(at, ['checkout-index', '-a', '-q']);
      for (const commit of commits) {
        const run = tryGit(at, ['cherry-pick', '--allow-empty', '--keep-redundant-commits', commit]);
        if (run.status !== 0) return { tree: null, at: commit };
      }
      return { tree: gitLine(at, ['rev-parse', 'HEAD^{tree}']), at: null };
    } finally {
      tryGit(this.#dir, ['worktree', 'remove', '--force', `${own.path}/tree`]);
      own.remove();
    }
  }
}
