// `node testkit/quiet/pack.ts IN.jsonl OUT.br`: makes a recording of record.ts the small file that recording.ts reads.
import { readFileSync, writeFileSync } from 'node:fs';
import { pack } from './recording.ts';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('Usage: node testkit/quiet/pack.ts IN.jsonl OUT.br');
writeFileSync(to, pack(readFileSync(from, 'utf8')));
