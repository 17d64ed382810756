// Saves files of many working trees at once, as editors and agents do: in place, by a rename, new ones, deleted ones. Prints how many. For live.bench.ts.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../testkit/random.ts';

const { trees, seconds, seed } = JSON.parse(process.argv[2]!) as { trees: readonly string[]; seconds: number; seed: number };
/** Milliseconds between saves in one working tree. */
const APART = 200;

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.name === '.git' ? [] : entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)]));
}

let saves = 0;
async function edit(tree: string, random: Random, until: number): Promise<void> {
  const files = filesOf(tree).filter((file) => file.endsWith('.ts'));
  while (Date.now() < until) {
    const file = random.pick(files), kind = random.below(10);
    const extra = join(tree, `made/${random.below(4)}/file${random.below(6)}.ts`);
    if (kind === 0) { mkdirSync(dirname(extra), { recursive: true }); writeFileSync(extra, `made(${saves});\n`); }
    else if (kind === 1 && existsSync(extra)) rmSync(extra);
    else if (kind === 2) rmSync(join(tree, 'made'), { recursive: true, force: true });
    else {
      const lines = readFileSync(file, 'utf8').split('\n');
      lines[random.below(lines.length - 1)] = `saved(${saves});`;
      if (kind < 6) writeFileSync(file, lines.join('\n'));
      else { writeFileSync(`${file}~`, lines.join('\n')); renameSync(`${file}~`, file); }
    }
    saves++;
    await sleep(random.below(2 * APART));
  }
}

const until = Date.now() + 1000 * seconds;
await Promise.all(trees.map((tree, n) => edit(tree, new Random(seed + n), until)));
process.stdout.write(`${saves}\n`);
