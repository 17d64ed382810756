// Adversarial sizes (testkit/limits.ts): each repository imported, its conflicts counted and pairs of its branches judged by the real
// service in a process of its own, held to a limit of memory and of processor time; and what git says of the same pairs. A verdict that
// git contradicts, or a limit that is passed, ends the run. ACUMEN_LIMITS names some cases, ACUMEN_LIMITS_SMALL=1 takes the sizes of the tests.
import { tempDir } from '../testkit/git.ts';
import { limitCases } from '../testkit/limits.ts';
import { type Bounds, compared, judgedByAcumen, judgedByGit } from '../testkit/limitsJudge.ts';
import type { Benchmark, Row } from './report.ts';

/** Of the process that imports, answers and composes. Its own texts, git's and the operating system's caches are not in it. */
const BOUNDS: Bounds = { memoryMB: 2000, cpuSeconds: 120 };
/** How long git is asked for one case. */
const GIT_SECONDS = 60;

const benchmark: Benchmark = {
  what: `Adversarial sizes: processor time and peak memory of import, conflicts and pairs, within ${BOUNDS.memoryMB} MB and ${BOUNDS.cpuSeconds} s each, judged by git.`,
  async run() {
    const wanted = process.env['ACUMEN_LIMITS']?.split(',') ?? null, small = process.env['ACUMEN_LIMITS_SMALL'] === '1';
    const rows: Row[] = [], failures: string[] = [];
    for (const one of limitCases.filter(({ name }) => wanted?.includes(name) ?? true)) {
      const dir = tempDir(`limits-${one.name}`), size = small ? one.small : one.full;
      try {
        const pairs = one.build(dir.path, size);
        const figures = await judgedByAcumen(dir.path, pairs, BOUNDS);
        const git = judgedByGit(dir.path, pairs, GIT_SECONDS);
        const { agreed, unable, unjudged, wrong } = compared(pairs, figures.answers, git.answers);
        process.stderr.write(`${one.name}: ${size} ${one.what}: ${agreed} of ${pairs.length} pairs as git${unable > 0 ? `, ${unable} without a verdict` : ''}${unjudged > 0 ? `, ${unjudged} that git did not answer` : ''}; import ${figures.importMs.toFixed(0)} ms, conflicts ${figures.conflictsMs.toFixed(0)} ms, pairs ${figures.composeMs.toFixed(0)} ms (git ${git.ms.toFixed(0)}), ${figures.peakMB.toFixed(0)} MB; ${figures.acus} ACUs, ${figures.blocking} blocking, ${figures.partial} partial${figures.notes.map((note) => `\n    said: ${note}`).join('')}\n`);
        failures.push(...wrong.map((w) => `${one.name}: WRONG ${w}`));
        rows.push(
          { metric: `${one.name}: processor time`, value: (figures.importMs + figures.conflictsMs + figures.composeMs) / 1000, unit: 's' },
          { metric: `${one.name}: peak memory`, value: figures.peakMB, unit: 'MB' },
          { metric: `${one.name}: pairs judged as git`, value: agreed, unit: `of ${pairs.length}` },
        );
      } catch (error) {
        failures.push(`${one.name}: ${error instanceof Error ? error.message : String(error)}`);
        process.stderr.write(`${failures.at(-1)}\n`);
      } finally {
        dir.remove();
      }
    }
    if (failures.length > 0) throw new Error(`Beyond the limits, or wrong:\n${failures.join('\n')}`);
    return rows;
  },
};
export default benchmark;
