// One measurement of bench collaborate, in a process of its own so that its memory is its own: says on stdout, as JSON, what it took.
// What is counted as growth: the most the process ever held (ru_maxrss) less what it held before the history was made or read: the history's columns,
// knowledge, lists, the triangle, and all garbage between.
import { readFileSync } from 'node:fs';
import { knowledgeOf, sharesOf } from '../app/core/collaboration/knowledge.ts';
import { unpackHistory } from '../app/core/collaboration/packed.ts';
import { shapeOf } from '../app/core/matrix/planner.ts';
import { denseMultiplier, sparseMultiplier } from '../app/core/matrix/processor.ts';
import { nonzeros } from '../app/core/matrix/sparse.ts';
import { type Size, type Spread, drawnHistory } from '../testkit/peopleHistories.ts';

export type RunAsked = { readonly by: 'sparse' | 'dense' } & ({ readonly drawn: Size & { readonly spread: Spread } } | { readonly packed: string });
export interface RunTook {
  readonly people: number; readonly files: number; readonly commits: number; readonly touches: number; readonly stored: number; readonly multiplyAdds: number;
  readonly knowledgeMs: number; readonly productMs: number;
  /** of all threads, the compiler's too: on a machine that does nothing else about the same */
  readonly productCpuMs: number;
  /** MB (10⁶ bytes): of growth, and of the whole process */
  readonly grownMB: number; readonly wholeMB: number;
  /** that of the result, so that it is not skipped */
  readonly sum: number;
}

const asked = JSON.parse(process.argv[2]!) as RunAsked, before = process.memoryUsage.rss();
const history = 'drawn' in asked ? drawnHistory(asked.drawn, asked.drawn.spread) : unpackHistory(readFileSync(asked.packed));
const began = performance.now(), shares = sharesOf(knowledgeOf(history, { asOf: null, halfLifeDays: 180 })), known = performance.now(), cpu = process.cpuUsage();
const product = await (asked.by === 'sparse' ? sparseMultiplier() : denseMultiplier()).gram(shares), done = performance.now(), { user, system } = process.cpuUsage(cpu);
// kilobytes of 1024 (getrusage(2), Linux)
const most = process.resourceUsage().maxRSS * 1024, shape = shapeOf(shares, null);
let sum = 0;
for (let i = 0; i < product.value.length; i += 997) sum += product.value[i]!;
const took: RunTook = {
  people: history.people.length, files: history.files.length, commits: history.time.length, touches: history.file.length, stored: nonzeros(shares), multiplyAdds: shape[asked.by],
  knowledgeMs: known - began, productMs: done - known, productCpuMs: (user + system) / 1000, grownMB: (most - before) / 1e6, wholeMB: most / 1e6, sum,
};
process.stdout.write(JSON.stringify(took));
