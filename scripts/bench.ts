// `npm run bench [-- NAME] [--json]`: benchmarks of bench/, all or one. With --json, stdout is one JSON document for one NAME,
// a JSON line for each benchmark otherwise.
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { machine, table, type Benchmark, type Report } from '../bench/report.ts';
import { at } from './steps.ts';

const json = process.argv.includes('--json');
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const names = globSync('*.bench.ts', { cwd: at('bench') }).map((file) => basename(file, '.bench.ts')).sort();
const unknown = wanted.find((name) => !names.includes(name));

if (unknown !== undefined) {
  process.stderr.write(`There is no benchmark ${unknown}: there are ${names.join(', ') || 'none yet'}.\n`);
  process.exitCode = 2;
} else {
  for (const name of wanted.length > 0 ? wanted : names) {
    const { default: benchmark } = await import(pathToFileURL(at(`bench/${name}.bench.ts`)).href) as { default: Benchmark };
    if (!json) process.stdout.write(`${benchmark.what}\n`);
    const report: Report = { name, machine: machine(), rows: await benchmark.run() };
    process.stdout.write(`${json ? JSON.stringify(report) : table(report)}\n`);
  }
}
