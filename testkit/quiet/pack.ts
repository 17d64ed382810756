// `node testkit/quiet/pack.ts IN.jsonl OUT.br [SKIP]`: makes a recording of record.ts, but for its first SKIP seconds, the small file that recording.ts reads.
import { readFileSync, writeFileSync } from 'node:fs';
import { pack } from './recording.ts';

const [from, to, skip = '0'] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('Usage: node testkit/quiet/pack.ts IN.jsonl OUT.br [SKIP]');
writeFileSync(to, pack(readFileSync(from, 'utf8').split('\n').slice(Number(skip)).join('\n')));
