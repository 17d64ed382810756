// One repository's pairs, away from the others': reading them is minutes of work.
import { parentPort, workerData } from 'node:worker_threads';
import { casesOf } from './predictionCases.ts';
import { LOOKS, nameOf } from './predictionWeights.ts';

const { dir } = workerData as { readonly dir: string };
const days = Number(process.env['ACUMEN_LOOKS'] ?? LOOKS.days);
parentPort!.postMessage(await casesOf(dir, { ...LOOKS, days, told: (line) => process.stderr.write(`${nameOf(dir)} ${line}\n`) }));
