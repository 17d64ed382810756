// A process that imports a repository with the real service and answers pairs of its branches: DIR STORE READER, the pairs as JSON on
// stdin. stdout: one JSON document (limitsJudge.ts, Figures). stderr: where it is, for whoever must kill it.
import { text } from 'node:stream/consumers';
import { display } from '../app/core/bytes.ts';
import type { ReaderChoice } from '../app/main/git/open.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import type { NamedPair } from './limits.ts';
import type { Answer, Figures } from './limitsJudge.ts';

const [dir, store, reader] = process.argv.slice(2);
const pairs = JSON.parse(await text(process.stdin)) as NamedPair[];
const cpuMs = (since: NodeJS.CpuUsage): number => { const { user, system } = process.cpuUsage(since); return (user + system) / 1000; };
const phase = (name: string): NodeJS.CpuUsage => { process.stderr.write(`${name}\n`); return process.cpuUsage(); };

const workspace = await Workspace.open(store!, { env: process.env, git: reader as ReaderChoice });
let said = '';
workspace.subscribe((push) => { if (push.push === 'progress' && push.phase !== said) { said = push.phase; process.stderr.write(`${said}\n`); } });
const importing = phase('import');
await workspace.call('import', { path: dir!, base: 'main', refs: [], grain: 'branch', ticket: 'import' });
const importMs = cpuMs(importing);

const counting = phase('conflicts');
const { engine } = workspace;
const { blocking, partial } = engine.pairCounts();
const conflictsMs = cpuMs(counting);

const composing = phase('pairs');
const answers: Answer[] = [];
for (const [a, b] of pairs) answers.push(await answerOf(a, b));
const composeMs = cpuMs(composing);

async function answerOf(a: string, b: string): Promise<Answer> {
  const left = engine.tables.skipped.find(({ name }) => name === a || name === b);
  if (left !== undefined) return { kind: 'unable', reason: `${display(left.name)}: ${left.reason}` };
  const ids = [...engine.closed([...engine.named(a), ...engine.named(b)])];
  const composed = await workspace.reading.composed(await workspace.moment(), ids);
  if ('delta' in composed) return { kind: 'clean', tree: composed.tree };
  const partly = composed.conflicts.filter((c) => c.verdict === 'partial');
  if (partly.length > 0) return { kind: 'unable', reason: partly[0]!.detail };
  return { kind: 'conflicts', detail: composed.conflicts.map((c) => c.detail).join('; ').slice(0, 500) };
}

const notes = new Set<string>([...engine.tables.skipped.map(({ name, reason }) => `${display(name)}: ${reason}`), ...engine.acus.flatMap((acu) => acu.reason ?? [])]);
const figures: Figures = {
  importMs, conflictsMs, composeMs, peakMB: process.resourceUsage().maxRSS / 1000, acus: engine.acus.length, blocking, partial, notes: [...notes].slice(0, 5), answers,
};
await workspace.close();
process.stdout.write(JSON.stringify(figures));
