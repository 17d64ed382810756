// Branches that move while others stand: commits on top of given refs, each of which changes one line of one file, written ahead as one
// stream; and the ref's own move, as git push leaves it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Oid } from '../app/core/bytes.ts';
import { fastImport, git } from './git.ts';
import type { Random } from './random.ts';

export interface Pushed { readonly ref: string; readonly oid: Oid }

/** `count` commits on top of refs drawn from `refs`, whose objects are then there; refs stay where they are. A ref drawn again gets another commit on its tip of now. */
export function pushesOnto(dir: string, refs: readonly string[], count: number, random: Random): Pushed[] {
  const drawn = Array.from({ length: count }, () => random.pick(refs));
  const stream = drawn.map((ref, i) => {
    const files = git(dir, ['ls-tree', '-r', '-z', ref]).split('\0').filter((line) => line.startsWith('100644'));
    const [meta, path] = random.pick(files).split('\t') as [string, string];
    const lines = git(dir, ['cat-file', 'blob', meta.split(' ')[2]!]).split('\n');
    lines[random.below(Math.max(1, lines.length - 1))] = `pushed ${i}`;
    const data = lines.join('\n');
    return `commit refs/scratch/${i}\nmark :${i + 1}\ncommitter pusher <pusher@example.invalid> ${1_800_000_000 + i} +0000\ndata 5\npush\n\nfrom ${ref}\nM 100644 inline ${path}\ndata ${data.length}\n${data}\n\n`;
  });
  fastImport(dir, Buffer.from(stream.join(''), 'latin1'), join(dir, 'pushed-marks'));
  const oids = new Map(git(dir, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/scratch/']).trim().split('\n').map((line) => line.split(' ') as [string, Oid]));
  const pushed = drawn.map((ref, i) => ({ ref, oid: oids.get(`refs/scratch/${i}`)! }));
  git(dir, ['update-ref', '--stdin'], { input: [...oids.keys()].map((ref) => `delete ${ref}\n`).join('') });
  return pushed;
}

/** Where nobody holds it: as a loose ref, over a packed one if there is one. */
export function move(dir: string, { ref, oid }: Pushed): void {
  const file = join(dir, ref);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${oid}\n`);
}
