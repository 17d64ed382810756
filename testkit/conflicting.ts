// Repositories with as many branches and as many conflicts as one wishes, by fast-import, in seconds: each pair that conflicts has a place of its own, and
// nothing else meets. Branches come in communities, most conflicts between neighbours, as teams have them; a tenth conflicts with nobody.
import { join } from 'node:path';
import { crowdName } from './crowd.ts';
import { fastImport, initBare, tempDir } from './git.ts';
import { Random } from './random.ts';

export interface Conflicting { readonly dir: string; /** pairs of branches that conflict, by number */ readonly pairs: readonly (readonly [number, number])[]; remove(): void }

/** Places in a shared file, and lines from one to the next: what lies between keeps them apart. */
const PLACES = 10, APART = 4;

/** Branch n is `team-t/work-n`. */
export function conflicting({ seed, branches, conflicts }: { readonly seed: number; readonly branches: number; readonly conflicts: number }): Conflicting {
  const random = new Random(seed), temp = tempDir(`conflicting-${seed}`), dir = join(temp.path, 'repository.git');
  initBare(dir);
  const teams = teamsOf(branches), pairs = pairsOf(random, teams, conflicts);
  /** by branch: path → its text as the branch has it; null: deleted */
  const edits = Array.from({ length: branches }, () => new Map<string, string[] | string | null>());
  const base = new Map<string, string[] | string>();
  const file = (f: number): string => `src/part${Math.floor(f / 50)}/file${f}.ts`;
  pairs.forEach(([x, y], k) => {
    if (k % 24 === 7) { // changed and deleted
      const path = `src/old${Math.floor(k / 1200)}/old${k}.ts`;
      base.set(path, `export const old${k} = ${k};\n`);
      edits[x]!.set(path, null);
      edits[y]!.set(path, `export const old${k} = '${y}';\n`);
    } else if (k % 24 === 13) { // added by both
      const path = `src/new${Math.floor(k / 1200)}/new${k}.ts`;
      for (const b of [x, y]) edits[b]!.set(path, `export const by${b} = ${b};\n`);
    } else {
      const f = Math.floor(k / PLACES), path = file(f), at = (k % PLACES) * APART + 1;
      const text = base.get(path) as string[] | undefined ?? Array.from({ length: PLACES * APART }, (_, n) => `const line${n} = ${f * 1000 + n};\n`);
      base.set(path, text);
      for (const b of [x, y]) {
        const own = edits[b]!.get(path) as string[] | undefined ?? [...text];
        own[at] = `const line${at} = work(${b});\n`;
        edits[b]!.set(path, own);
      }
    }
  });
  const write = (path: string, text: string[] | string | null): string => {
    if (text === null) return `D ${path}\n`;
    const whole = typeof text === 'string' ? text : text.join('');
    return `M 100644 inline ${path}\ndata ${whole.length}\n${whole}\n`;
  };
  const head = (mark: number, ref: string, who: number, title: string): string => {
    const time = 1_760_000_000 + mark * 60, person = `${crowdName(who)} <${who}@team.invalid> ${time} +0000`;
    return `commit ${ref}\nmark :${mark}\nauthor ${person}\ncommitter ${person}\ndata ${title.length}\n${title}\n`;
  };
  const stream = [head(1, 'refs/heads/main', 0, 'Begin'), ...[...base].map(([path, text]) => write(path, text)), '\n'];
  let team = 0;
  for (let b = 0; b < branches; b++) {
    while (team + 1 < teams.length && b >= teams[team + 1]!.from) team++;
    stream.push(head(b + 2, `refs/heads/team-${team}/work-${b}`, team * 7 + b % 5, `Work ${b}`), 'from :1\n', write(`notes/${Math.floor(b / 100)}/note${b}.md`, `note ${b}\n`), ...[...edits[b]!].map(([path, text]) => write(path, text)), '\n');
  }
  fastImport(dir, stream.join(''));
  return { dir, pairs, remove: () => temp.remove() };
}

interface Team { readonly from: number; readonly size: number }

/** A fifth in the first team, each next a sixth of what is left, down to pairs; the last tenth is of no team. */
function teamsOf(branches: number): readonly Team[] {
  const teams: Team[] = [];
  let from = 0, left = Math.floor(branches * 0.9), share = 0.2;
  while (left > 1) {
    const size = Math.max(2, Math.min(left, Math.round(left * share)));
    teams.push({ from, size });
    from += size;
    left -= size;
    share = 1 / 6;
  }
  return teams;
}

/** Distinct pairs within teams, near one another for the most part; each team has as many as its share of branches. */
function pairsOf(random: Random, teams: readonly Team[], conflicts: number): readonly (readonly [number, number])[] {
  const seen = new Set<string>(), out: (readonly [number, number])[] = [], all = teams.reduce((sum, { size }) => sum + size, 0);
  const take = (x: number, y: number): void => {
    const key = x < y ? `${x} ${y}` : `${y} ${x}`;
    if (x === y || seen.has(key)) return;
    seen.add(key);
    out.push([x, y]);
  };
  // whoever is in a team conflicts with somebody there
  for (const { from, size } of teams) for (let i = 1; i < size; i++) if (out.length < conflicts) take(from + i, from + Math.max(0, i - 1 - random.below(Math.min(i, 3))));
  for (let tries = 0; out.length < conflicts && tries < conflicts * 50; tries++) {
    let at = random.below(all), team = teams[0]!;
    for (const one of teams) { if (at < one.size) { team = one; break; } at -= one.size; }
    const x = random.below(team.size), reach = random.below(10) === 0 ? team.size : Math.min(team.size, 12);
    take(team.from + x, team.from + (x + 1 + random.below(reach)) % team.size);
  }
  if (out.length < conflicts) throw new Error(`there are not so many pairs: ${out.length} of ${conflicts}`);
  return out;
}
