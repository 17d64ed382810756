// Small repositories dense in renames, moved directories, deletions, additions and odd kinds, whose branches stand on the base, on each
// other and on merges, also crosswise; and what git says of all their pairs: verdicts, conflicted paths and trees. The long run:
// `node testkit/meetings.ts FIRST COUNT`.
import { join } from 'node:path';
import { type Agreement, agreement } from './agreement.ts';
import { fastImport, initBare, tempDir } from './git.ts';
import { Random } from './random.ts';
import { type File, type Files, change, directories, names, place, some } from './treeMerges.ts';

interface Branch { readonly mark: number; readonly files: Files }

/** Two or more branches as one: each path as the last that changed it has it. Whoever merges makes something of conflicts. */
function joined(base: Files, branches: readonly Branch[]): Map<string, File> {
  const out = new Map(base);
  for (const { files } of branches) {
    for (const path of base.keys()) if (!files.has(path)) out.delete(path);
    for (const [path, file] of files) {
      const was = base.get(path);
      if (was?.content === file.content && was.mode === file.mode) continue;
      for (const other of [...out.keys()]) if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) out.delete(other);
      out.set(path, file);
    }
  }
  return out;
}

/** A bare repository of `count` branches. */
export function meetingRepository(dir: string, seed: number, count = 14): void {
  const random = new Random(seed);
  const base = new Map<string, File>();
  const copies: File[] = [];
  for (let n = random.between(4, 18); n > 0; n--) {
    const file = copies.length > 0 && random.chance(0.2) ? random.pick(copies) : some(random);
    copies.push(file);
    place(base, random.pick(directories) + random.pick(names), file);
  }
  initBare(dir);
  const out: string[] = [];
  let marks = 0;
  const commit = (ref: string, parents: readonly Branch[], files: Files): Branch => {
    const mark = ++marks;
    out.push(`commit ${ref}\nmark :${mark}\ncommitter T <t@example.invalid> ${1_700_000_000 + mark} +0000\ndata 0\n`);
    parents.forEach((parent, i) => out.push(`${i === 0 ? 'from' : 'merge'} :${parent.mark}\n`));
    out.push('deleteall\n');
    for (const [path, { mode, content }] of files) {
      out.push(mode === '160000' ? `M 160000 ${content} ${path}\n` : `M ${mode} inline ${path}\ndata ${Buffer.byteLength(content, 'latin1')}\n${content}\n`);
    }
    return { mark, files };
  };
  const main = commit('refs/heads/main', [], base);
  const branches: Branch[] = [];
  const merging = random.chance(0.6);
  // most merges of the same few: what these have in common are several branches
  const few = random.chance(0.5) ? random.between(2, 4) : count;
  for (let n = 0; n < count; n++) {
    const ref = `refs/heads/b${n}`;
    if (branches.length > 1 && merging && (few < count ? branches.length >= few && random.chance(0.8) : random.chance(0.45))) {
      const parents = random.shuffle(branches.slice(0, few)).slice(0, random.chance(0.2) ? 3 : 2);
      const files = joined(base, parents);
      branches.push(commit(ref, parents, random.chance(0.6) ? change(random, files, 2) : files));
    } else {
      const from = branches.length > 0 && random.chance(0.4) ? random.pick(branches) : main;
      branches.push(commit(ref, [from], change(random, from.files, random.pick([1, 2, 6]))));
    }
  }
  fastImport(dir, Buffer.from(out.join(''), 'latin1'));
}

export async function judged(seed: number, count?: number): Promise<Agreement> {
  const temp = tempDir('meetings');
  try {
    const dir = join(temp.path, 'repository.git');
    meetingRepository(dir, seed, count);
    return await agreement(dir, { strict: true, everyTree: 1 });
  } finally {
    temp.remove();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [first = 1, count = 100] = process.argv.slice(2).map(Number);
  const total = { pairs: 0, conflicting: 0, severalBases: 0, partial: 0, wrong: 0, paths: 0, same: 0, unanswered: 0, order: 0, lost: 0 };
  for (let seed = first; seed < first + count; seed++) {
    const found = await judged(seed);
    const wrong = found.disagreements;
    total.pairs += found.pairs.clean + found.pairs.conflicting;
    total.conflicting += found.pairs.conflicting;
    total.severalBases += found.severalBases;
    total.partial += found.partial;
    total.wrong += wrong.length;
    total.paths += found.paths.compared;
    total.same += found.paths.same;
    total.unanswered += found.unanswered;
    total.order += found.decided.order;
    total.lost += found.decided.lost;
    for (const { sources, oracle, engine } of wrong) console.log(`seed ${seed} ${sources.join(' ')}: git ${oracle}; ours ${engine}`);
    for (const { sources, git, engine } of found.paths.examples) console.log(`seed ${seed} ${sources.join(' ')} paths: git ${git.join(', ')}; ours ${engine.join(', ')}`);
  }
  console.log(JSON.stringify(total));
  if (total.wrong > 0) process.exitCode = 1;
}
