// `node scripts/trial.ts --store FILE --workload FILE [--a CONFIGURATION] [--b CONFIGURATION] [--pairs N] [--json]`: a trial of two configurations on
// recorded requests (`acumen serve --record FILE`), kept for the console. A configuration is `caches=off` and knobs, `cache.L1.bytes=1000000`.
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toAcumenError } from '../app/contract/frames.ts';
import { AcumenError } from '../app/core/errors.ts';
import { type Configuration, runTrial } from '../app/main/service/monitor/trial.ts';
import { keepTrial } from '../app/main/service/monitor/trials.ts';
import { readWorkload } from '../app/main/service/monitor/workload.ts';
import { TelemetryFile, telemetryPath } from '../app/main/storage/telemetry/file.ts';

function configuration(text: string): Configuration {
  let caches = true;
  const knobs: Record<string, number> = {};
  for (const part of text.split(/\s+/).filter((one) => one !== '')) {
    const [name, value] = part.split('=');
    if (name === 'caches' && (value === 'on' || value === 'off')) caches = value === 'on';
    else if (name !== undefined && value !== undefined && value !== '' && Number.isFinite(Number(value))) knobs[name] = Number(value);
    else throw new AcumenError('usage', `${part} is no setting.`, 'Write caches=off, or a knob and a number: pool.diff.max=2.');
  }
  return { caches, knobs };
}

try {
  const { values } = parseArgs({ options: { store: { type: 'string' }, workload: { type: 'string' }, a: { type: 'string', default: '' }, b: { type: 'string', default: 'caches=off' }, pairs: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } } });
  const { store, workload } = values;
  if (store === undefined || workload === undefined) throw new AcumenError('usage', 'A trial needs a store and a workload.', 'Give --store FILE and --workload FILE.');
  const trial = await runTrial({
    store: resolve(store), workload: basename(workload), requests: readWorkload(workload), a: configuration(values.a), b: configuration(values.b),
    pairs: Number(values.pairs), now: Date.now, env: process.env, told: (pair) => { process.stderr.write(`pair ${pair} of ${values.pairs}\n`); },
  });
  const file = TelemetryFile.open(telemetryPath(resolve(store)), { writer: 'trial' });
  keepTrial(file, trial);
  file.close();
  if (values.json) process.stdout.write(`${JSON.stringify(trial)}\n`);
  else {
    process.stdout.write(`a: ${trial.a}\nb: ${trial.b}\n${trial.pairs} pairs of ${trial.requests} requests (${trial.workload})\n`);
    for (const { metric, unit, a, b, ratio, low, high, verdict } of trial.figures) {
      process.stdout.write(`${metric.padEnd(28)} a ${a.toPrecision(3)} ${unit}  b ${b.toPrecision(3)} ${unit}  b ÷ a ${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})  ${verdict}\n`);
    }
  }
} catch (error) {
  const known = toAcumenError(error);
  process.stderr.write(`error: ${known.message} (${known.code})\nhint: ${known.hint}\n`);
  process.exitCode = known.exitCode;
}
