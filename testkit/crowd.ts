// A repository in which thousands have worked: teams with directories of their own, a few people who go everywhere, many who came once. By
// fast-import, in seconds; the same seed gives the same commits.
import { Random } from './random.ts';
import { git } from './git.ts';

export interface CrowdOptions {
  readonly seed: number;
  readonly authors: number;
  /** of each author; default 2 */
  readonly commits?: number;
  readonly teams?: number;
  readonly filesPerTeam?: number;
}

const firstNames = ['Ada', 'Grace', 'Barbara', 'Margaret', 'Edsger', 'Donald', 'Radia', 'Ken', 'Frances', 'Tony', 'Hedy', 'Alan', 'Katherine', 'Dennis', 'Adele', 'Niklaus'];
const lastNames = ['Lovelace', 'Hopper', 'Liskov', 'Hamilton', 'Dijkstra', 'Knuth', 'Perlman', 'Thompson', 'Allen', 'Hoare', 'Lamarr', 'Turing', 'Johnson', 'Ritchie', 'Goldberg', 'Wirth'];
/** No two have the same: the number is theirs, and the words are for those who look. */
export const crowdName = (i: number): string => `${firstNames[i % 16]!} ${lastNames[(i >> 4) % 16]!} ${i}`;

/** Makes `dir`, a bare repository with the branch `main`. */
export function crowd(dir: string, { seed, authors, commits = 2, teams = Math.max(1, Math.round(Math.sqrt(authors))), filesPerTeam = 12 }: CrowdOptions): void {
  const random = new Random(seed), out: string[] = [], lines = new Map<string, number>();
  const order = Array.from({ length: authors * commits }, (_, i) => i % authors);
  // everybody once, then in any order
  for (let i = order.length - 1; i > authors; i--) { const j = authors + random.below(i - authors + 1); [order[i], order[j]] = [order[j]!, order[i]!]; }
  const begin = 1_600_000_000, step = 7 * 3600;
  order.forEach((author, i) => {
    // the larger teams come first: half of all people are in an eighth of the teams
    const home = Math.floor(teams * (((author * 7919) % authors) / authors) ** 2), time = begin + Math.floor((i * step * 10_000) / order.length), who = `${crowdName(author)} <${author}@crowd.invalid>`;
    const touched = new Set(Array.from({ length: 1 + random.below(3) }, () => {
      const team = random.below(100) < 92 ? home : random.below(teams), file = Math.floor(filesPerTeam * (random.below(1000) / 1000) ** 2);
      return `src/team-${team}/part-${file}.ts`;
    }));
    out.push(`commit refs/heads/main\nauthor ${who} ${time} +0000\ncommitter ${who} ${time} +0000\ndata 4\nWork\n`);
    for (const path of touched) {
      const n = (lines.get(path) ?? 0) + 1 + random.below(4);
      lines.set(path, n);
      // what one writes lies above what was there: it stands, and so do the last few of the others
      const text = Array.from({ length: Math.min(n, 40) }, (_, k) => `line ${n - k}\n`).join('');
      out.push(`M 100644 inline ${path}\ndata ${text.length}\n${text}\n`);
    }
  });
  git('.', ['init', '-q', '--bare', '-b', 'main', dir]);
  git(dir, ['fast-import', '--quiet', '--done'], { input: `${out.join('')}done\n` });
}
