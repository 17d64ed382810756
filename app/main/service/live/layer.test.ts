// Danger: a passing layer that is not what importing everything gives, because it looked only at what moved; one that loses what is composed; a store that
// hears of it. Random saves, pushes, deletions, compositions and imports, with edits made up; after each, the layer that followed all of them is the one that
// was laid from scratch. ACUMEN_RUNS asks for more steps, ACUMEN_SEED for others.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gitLine, tempDir } from '../../../../testkit/git.ts';
import { Random } from '../../../../testkit/random.ts';
import { START, Tiny, withLines } from '../../../../testkit/tiny.ts';
import type { Commit } from '../../../../testkit/world.ts';
import { type AcuId, type ByteString, type Oid, type PathBytes, fromUtf8 } from '../../../core/bytes.ts';
import type { KeptSnapshot } from '../../../core/events.ts';
import { type Entry, Mode } from '../../../core/repository.ts';
import type { Overlay } from '../../git/overlay.ts';
import { buildTree } from '../../git/trees.ts';
import { digest } from '../engines.ts';
import { Workspace } from '../workspace.ts';
import type { Taken } from './beside.ts';
import { Layer } from './layer.ts';

const temp = tempDir('layer');
afterAll(() => temp.remove());

const STEPS = Number(process.env['ACUMEN_RUNS'] ?? 25);

/** Made-up edits of a working tree at `head`. */
function edits(name: string, head: Oid, files: ReadonlyMap<PathBytes, string | null>): Taken {
  return {
    ref: `worktree:${name}` as ByteString, bytes: 0,
    async into(overlay: Overlay): Promise<KeptSnapshot> {
      const { tree, committer } = await overlay.commit(head);
      const changes = [...files].map(([path, text]): [PathBytes, Entry | null] => [path, text === null ? null : { mode: Mode.file, oid: overlay.addBlob(new TextEncoder().encode(text)) }]);
      const grown = await buildTree(overlay, tree, new Map(changes), { writeTree: async (entries) => overlay.addTree(entries) });
      const commit = { parents: [head], author: committer, committer, message: fromUtf8(`Edits in ${name}\n`) };
      return { name: `worktree ${name}` as ByteString, ref: `worktree:${name}` as ByteString, oid: overlay.addCommit({ ...commit, tree: grown }), commit, changes };
    },
  };
}

test('a layer that follows what moves is one laid from scratch, over whatever is published and composed', async () => {
  const random = new Random(Number(process.env['ACUMEN_SEED'] ?? 1)), tiny = new Tiny();
  const base = tiny.commit([], { 'a.txt': START, 'b.txt': START, 'c.txt': START, 'dir/d.txt': START });
  const file = (): string => random.pick(['a.txt', 'b.txt', 'c.txt', 'dir/d.txt']);
  const text = (): readonly string[] => withLines(START, { [random.below(12)]: `changed ${random.below(5)}\n` });
  const change = (on: readonly Commit[]): Commit => tiny.commit(on, random.chance(0.15) ? { [file()]: null, [`moved${random.below(3)}.txt`]: START } : { [file()]: text() });
  const heads = new Map<string, Commit>([['main', base]]);
  for (let n = 0; n < 10; n++) heads.set(`b${n}`, change([random.chance(0.3) && heads.size > 1 ? random.pick([...heads.values()]) : base]));
  tiny.refs(Object.fromEntries(heads));
  const workspace = await Workspace.open(join(temp.path, 'store'), { env: {}, git: 'embedded' });
  const ground = { store: workspace.store, digest, repository: () => workspace.repository() }, signal = new AbortController().signal;
  const layer = new Layer(ground), trees = new Map<string, Taken>();
  let laidAs = 0, refused = 0, composed = 0;
  try {
    const again = (): Promise<unknown> => workspace.call('import', { ticket: 'again', path: tiny.dir, base: null, refs: [], grain: 'branch' });
    await again();
    for (let step = 0; step < STEPS; step++) {
      const names = [...heads.keys()].filter((name) => name !== 'main'), kind = random.below(10);
      if (kind < 5) {
        const files = new Map<PathBytes, string | null>([[file() as PathBytes, random.chance(0.1) ? null : text().join('')], ...random.chance(0.3) ? [['new.txt' as PathBytes, 'new\n'] as const] : []]);
        const tree = `t${random.below(4)}`, at = gitLine(tiny.dir, ['rev-parse', `refs/heads/${random.chance(0.5) ? 'main' : random.pick(names)}`]) as Oid;
        if (random.chance(0.15)) trees.delete(tree); else trees.set(tree, edits(tree, at, files));
      } else if (kind < 7) heads.set(random.pick(names), change([heads.get(random.pick(names))!]));
      else if (kind < 8) { if (names.length > 5) { const name = random.pick(names); tiny.drop(name); heads.delete(name); } }
      else if (kind < 9) {
        const acus: readonly AcuId[] = workspace.engine.acus.filter((acu) => acu.standing === 'exact' && acu.requires.length === 0).map((acu) => acu.id);
        if (acus.length > 0) { await workspace.call('compose', { ticket: 'compose', acus: [random.pick(acus)] }); composed++; }
      } else await again();
      tiny.refs(Object.fromEntries(heads));
      layer.forgetRefs();
      const written = workspace.view.head.written, taken = [...trees.values()];
      const followed = await layer.lay(workspace.view, taken, signal), anew = await new Layer(ground).lay(workspace.view, taken, signal);
      if (followed === null || typeof followed === 'string' || anew === null || typeof anew === 'string') { expect(followed, `step ${step}`).toEqual(anew); if (typeof followed === 'string') refused++; continue; }
      expect(followed.published, `step ${step}`).toEqual(anew.published);
      expect(followed.engine.digest, `step ${step}`).toBe(anew.engine.digest);
      for (const id of workspace.view.state.composition.acus) expect(followed.engine.acu(id), `step ${step}`).toBeDefined();
      expect(workspace.view.head.written).toBe(written);
      laidAs++;
    }
    expect(laidAs).toBeGreaterThan(STEPS / 2);
  } finally {
    await workspace.close();
    tiny.remove();
  }
  console.log(`${laidAs} layers of ${STEPS} steps with ${composed} compositions, ${refused} not laid over what is composed`);
}, 600_000);
