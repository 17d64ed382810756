// `node bench/predictionWeights.ts REPO…`: fits the weights of predictions to the pull requests of bare repositories that have them (refs/pull/*/head), and
// writes app/core/collaboration/prediction/weights.ts. Minutes for each. How good such weights are is not told by what they were fitted to: see
// bench/prediction.bench.ts, which fits its own and leaves the repository out that it judges.
import { writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Fitted } from '../app/core/collaboration/prediction/fitted.ts';
import { at } from '../scripts/steps.ts';
import { type Case, casesOf } from './predictionCases.ts';
import { fit } from './predictionFit.ts';

export const RIDGE = 20;
/** A look every so many days at what was open for at most so many; the newest looks. */
export const LOOKS = { every: 56, within: 120, days: 60 } as const;

/** `owner+name/repo` and `name.git` are names of mirrors. */
export const nameOf = (dir: string): string => (/^(repo|\.git)$/.test(basename(resolve(dir))) ? basename(dirname(resolve(dir))) : basename(resolve(dir), '.git')).replace('+', '/');

export function written(cases: ReadonlyMap<string, readonly Case[]>): string {
  const day = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);
  const fitted: Fitted = {
    ...fit(cases, RIDGE),
    provenance: {
      ridge: RIDGE,
      repositories: [...cases].map(([name, all]) => {
        const sharing = all.filter(({ sharedAtEnd }) => sharedAtEnd > 0);
        return { name, from: day(Math.min(...all.map(({ time }) => time))), to: day(Math.max(...all.map(({ time }) => time))), pairs: sharing.length, conflicts: sharing.filter(({ conflict }) => conflict).length };
      }),
    },
  };
  return `// Written by bench/predictionWeights.ts, from public repositories' pull requests: not to be changed by hand. What the names mean: features.ts, fitted.ts.
import type { Fitted } from './fitted.ts';

export const weights: Fitted = ${literal(fitted, '')};
`;
}

/** As one writes it here: short objects in a line. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const items = Array.isArray(value) ? value.map((item) => literal(item, `${indent}  `)) : Object.entries(value).map(([key, item]) => `${key}: ${literal(item, `${indent}  `)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'], line = `${open}${items.join(', ')}${close}`;
  return line.length <= 150 ? line : `${open.trim()}\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}${close.trim()}`;
}

if (process.argv[1] === import.meta.filename) {
  const repositories = process.argv.slice(2);
  if (repositories.length === 0) throw new Error('Name bare repositories with refs/pull/*/head.');
  const cases = new Map<string, readonly Case[]>();
  for (const dir of repositories) cases.set(nameOf(dir), await casesOf(dir, { ...LOOKS, told: (line) => process.stderr.write(`${nameOf(dir)} ${line}\n`) }));
  writeFileSync(at('app/core/collaboration/prediction/weights.ts'), written(cases));
}
