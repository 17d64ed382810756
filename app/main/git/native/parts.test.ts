// Danger: a large wave is read and checked in parts, and an answer, or what stands in its place, falls into the place of another.
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initBare, tempDir } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { writePack } from '../../../../testkit/hostile/packs.ts';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { HistoryReader } from '../../../core/repository.ts';
import { EMPTY_TREE, objectId } from '../oids.ts';
import { openRepository } from '../open.ts';

const TREE = 2, BLOB = 3;

let dir: TempDir;
let reader: HistoryReader;
/** each is another case: plain, a folder in place of a text, under another's id, absent, no id at all */
const oids: Oid[] = [];

/** As a pack holds it. */
function entry(type: number, content: Buffer): Buffer {
  const head = [(type << 4) | (content.length % 16)];
  for (let rest = content.length >> 4; rest > 0; rest >>= 7) { head[head.length - 1]! |= 128; head.push(rest % 128); }
  return Buffer.concat([Buffer.from(head), deflateSync(content)]);
}

beforeAll(async () => {
  dir = tempDir('parts');
  const path = join(dir.path, 'r');
  initBare(path);
  const entries: { oid: Oid; bytes: Buffer }[] = [];
  for (let n = 0; n < 200; n++) {
    const content = Buffer.from(n % 7 === 0 ? '' : `${n}\n`.repeat(n === 123 ? 900 : n * n % 90));
    const oid = objectId('blob', n % 50 === 17 ? Buffer.from(`not ${n}`) : content);
    entries.push({ oid, bytes: entry(BLOB, content) });
  }
  const tree = Buffer.concat([Buffer.from('100644 a\0'), Buffer.from(entries[1]!.oid, 'hex')]);
  entries.push({ oid: objectId('tree', tree), bytes: entry(TREE, tree) });
  const unlike = [...new Map(entries.map((one) => [one.oid, one])).values()];
  writePack(path, { name: 'parts', entries: unlike });
  oids.push(...unlike.map(({ oid }) => oid), EMPTY_TREE, 'f'.repeat(40) as Oid, '0123'.repeat(10) as Oid, 'main~1' as Oid);
  reader = await openRepository(path, { reader: 'native' });
});
afterAll(async () => { await reader.close(); dir.remove(); });

const said = (answer: Uint8Array | AcumenError): unknown => (answer instanceof AcumenError ? { code: answer.code, data: answer.data } : Buffer.from(answer).toString('latin1'));

test('every object of a large wave is answered as it is by itself, in its place', async () => {
  const alone = new Map<Oid, unknown>();
  for (const oid of oids) alone.set(oid, said((await reader.contents('blob', [oid], 2_000))[0]!));
  expect(new Set([...alone.values()].map((one) => (typeof one === 'string' ? 'text' : (one as { code: string }).code)))).toEqual(new Set(['text', 'corrupt-object', 'missing-object', 'too-large']));
  await fc.assert(fc.asyncProperty(fc.array(fc.array(fc.integer({ min: 0, max: oids.length - 1 }), { maxLength: 400, size: 'max' }), { minLength: 1, maxLength: 4 }), async (waves) => {
    const asked = waves.map((wave) => wave.map((i) => oids[i]!));
    const answers = await Promise.all(asked.map((wave) => reader.contents('blob', wave, 2_000)));
    expect(answers.map((wave) => wave.map(said))).toEqual(asked.map((wave) => wave.map((oid) => alone.get(oid))));
  }), { numRuns: 8 });
});
