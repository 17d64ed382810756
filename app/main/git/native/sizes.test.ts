// Danger: one object whose pack claims an absurd size makes git's answer unreadable, and with it every other object.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initBare, tempDir } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { writePack } from '../../../../testkit/hostile/packs.ts';
import type { Oid } from '../../../core/bytes.ts';
import { openRepository } from '../open.ts';

let dir: TempDir;
beforeAll(() => { dir = tempDir('sizes'); });
afterAll(() => { dir.remove(); });

/** A blob as a pack holds it, its size as claimed. */
function blob(content: string, claim: number): { oid: Oid; bytes: Buffer } {
  const head = [(3 << 4) | (claim % 16)];
  for (let rest = Math.floor(claim / 16); rest > 0; rest = Math.floor(rest / 128)) { head[head.length - 1]! |= 128; head.push(rest % 128); }
  return { oid: createHash('sha1').update(`blob ${content.length}\0${content}`).digest('hex') as Oid, bytes: Buffer.concat([Buffer.from(head), deflateSync(content)]) };
}

test.each([2 ** 50, 2 ** 53, 2 ** 60])('an object that claims %d bytes is refused, and the others are read', async (claim) => {
  const path = join(dir.path, String(claim));
  initBare(path);
  const bad = blob('bad', claim), good = blob('good', 4);
  writePack(path, { name: 'claims', entries: [bad, good] });
  for (const kind of ['embedded', 'native'] as const) {
    const reader = await openRepository(path, { reader: kind });
    for (let n = 0; n < 4; n++) {
      await expect(reader.blob(bad.oid)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:corrupt-object|too-large|missing-object)$/) }); // git calls missing what it cannot unpack
      await reader.blobSize(bad.oid).catch((error: unknown) => expect(error).toMatchObject({ code: expect.stringMatching(/^(?:corrupt|missing)-object$/) }));
    }
    expect(Buffer.from(await reader.blob(good.oid)).toString()).toBe('good');
    await reader.close();
  }
});
