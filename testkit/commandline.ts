// The engine as a user reaches it: the built command line, its JSON documents and its store, for `npm run agreement -- --cli`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineAnswer } from './engineAnswer.ts';
import { tempDir } from './git.ts';

const acumen = fileURLToPath(new URL('../bin/acumen.js', import.meta.url));

interface SourceConflict { readonly a: string; readonly b: string; readonly verdict: string; readonly paths: readonly string[] }
interface Listed { readonly name: string; readonly sources: readonly string[]; readonly stale?: boolean; readonly inexact?: boolean }

export async function commandLineAnswer(dir: string, options: { readonly base?: string; readonly refs?: readonly string[] } = {}): Promise<EngineAnswer> {
  const temp = tempDir('store');
  const store = join(temp.path, 'store.acumen');
  const run = (allowed: readonly number[], ...args: readonly string[]): unknown => {
    const done = spawnSync(process.execPath, [acumen, ...args, '--store', store, '--json'], { maxBuffer: 1 << 30, encoding: 'utf8' });
    if (!allowed.includes(done.status ?? -1)) throw new Error(`acumen ${args.join(' ')} ended with ${done.status}: ${done.stderr}`);
    return JSON.parse(done.stdout);
  };
  run([0], 'import', dir, ...(options.base === undefined ? [] : ['--base', options.base]), ...(options.refs ?? []).flatMap((ref) => ['--refs', ref]));
  const { sourceConflicts } = run([0, 1], 'conflicts') as { sourceConflicts: SourceConflict[] };
  const { acus } = run([0], 'list') as { acus: Listed[] };
  const verdicts = new Map(sourceConflicts.map((c) => [[c.a, c.b].sort().join('\0'), c]));
  const known = new Set(acus.flatMap((acu) => acu.sources));
  const stale = new Set(acus.filter((acu) => acu.stale === true).flatMap((acu) => acu.sources));
  return {
    standing(name) {
      const against = verdicts.get([name, 'base'].sort().join('\0'));
      if (against !== undefined) return stale.has(name) ? 'stale' : 'inexact';
      return known.has(name) ? 'exact' : 'merged';
    },
    verdict(a, b) {
      const found = verdicts.get([a, b].sort().join('\0'));
      return { verdict: found === undefined ? 'clean' : found.verdict === 'partial' ? 'partial' : 'conflict', places: (found?.paths ?? []).map((path) => ({ path, kind: '' })) };
    },
    async treeOf(names) {
      const answer = run([0, 1], 'compose', ...names) as { tree: string | null; missing: string[]; conflicts: { path: string }[] };
      return answer.tree === null ? { refused: [...answer.missing, ...answer.conflicts.map((c) => c.path)] } : { tree: answer.tree, entries: new Map() };
    },
    close: async () => temp.remove(),
  };
}
