// Danger: a list of refs that is changed by what differs from the last one keeps a branch that is gone, or an id it no longer has. A reader that
// stays open while refs move, are packed, deleted, written oddly and written again lists what one that was just opened lists.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { gitLine, initBare, tempDir } from '../../../../testkit/git.ts';
import { Random } from '../../../../testkit/random.ts';
import { locate } from './locate.ts';
import { FileRefs } from './refs.ts';

const NAMES = ['refs/heads/a', 'refs/heads/b', 'refs/heads/dir/c', 'refs/heads/dir/deeper/d', 'refs/tags/e', 'refs/remotes/origin/HEAD', 'refs/heads/gr\u00f6\u00dfe'];
const file = (dir: string, name: string): Buffer => Buffer.from(join(dir, name), 'latin1');

test('a list that is changed is the one made anew, whatever was written, packed and deleted between', async () => {
  const dir = tempDir('refs-list'), random = new Random(5);
  try {
    initBare(dir.path);
    const tree = gitLine(dir.path, ['mktree'], { input: '' }), ids = [0, 1, 2].map((n) => gitLine(dir.path, ['commit-tree', tree, '-m', `${n}`]));
    const kinds = new Set<string>();
    let packed = new Map<string, string>();
    const kept = new FileRefs(locate(dir.path));
    const write = (name: string, text: string): void => { mkdirSync(dirname(join(dir.path, name)), { recursive: true }); writeFileSync(file(dir.path, name), text, 'latin1'); };
    for (let step = 0; step < 400; step++) {
      const name = random.pick(NAMES), id = random.pick(ids);
      switch (random.below(8)) {
        case 0: case 1: write(name, `${id}\n`); break;
        case 2: write(name, random.pick([id, `${id.toUpperCase()}\n`, `${id} and more\n`, `${id}\n\n`])); break;
        case 3: write(name, random.pick(['ref: refs/heads/a\n', 'ref:refs/heads/b', 'ref: nowhere\n', 'garbage\n', `${'0'.repeat(40)}\n`, '', `${id.slice(1)}\n`, `${'x'.repeat(300)}\n`])); break;
        case 4: case 5: rmSync(file(dir.path, name), { force: true }); break;
        default:
          packed = random.chance(0.3) ? new Map() : new Map(NAMES.filter(() => random.chance(0.5)).map((one) => [one, random.pick(ids)]));
          writeFileSync(join(dir.path, 'packed-refs'), `# pack-refs with: peeled fully-peeled sorted \n${[...packed].sort(([x], [y]) => (x < y ? -1 : 1)).map(([one, oid]) => `${oid} ${one}\n`).join('')}`, 'latin1');
      }
      if (random.chance(0.3)) continue;
      const fresh = await new FileRefs(locate(dir.path)).all(() => undefined), listed = new Map(await kept.all(() => undefined));
      expect([...listed].sort(([x], [y]) => (x < y ? -1 : 1))).toEqual([...fresh].sort(([x], [y]) => (x < y ? -1 : 1)));
      for (const { kind } of listed.values()) kinds.add(kind);
    }
    expect(kinds).toEqual(new Set(['id', 'symbolic', 'broken']));
  } finally {
    dir.remove();
  }
});
