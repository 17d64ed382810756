// The danger: what was found out about the refs of the last import is taken for those of this one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString, Oid } from '../../core/bytes.ts';
import type { Ref, RepositoryReader } from '../../core/repository.ts';
import { chooseSources } from './sources.ts';

const names = ['refs/heads/a', 'refs/heads/b/c', 'refs/remotes/origin/a', 'refs/remotes/origin/HEAD', 'refs/tags/a', 'refs/pull/7/head', 'refs/heads/gr\xc3\xbcn'] as ByteString[];
const listing = fc.subarray(names).chain((list) => fc.tuple(...list.map((name) => fc.constantFrom('1', '2').map((digit): Ref => ({ name, oid: digit.repeat(40) as Oid })))));
const globs = fc.constantFrom([], ['refs/heads/*'], ['refs/heads/a', 'refs/pull/7/head'], ['refs/remotes/origin', 'refs/heads/grün'], ['*']);

test('asked again with the same globs, whatever has moved, come or gone since, it answers as if asked for the first time', async () => {
  const reader = { upstreams: async () => new Map([['a', 'refs/remotes/origin/a']]) } as unknown as RepositoryReader;
  await fc.assert(fc.asyncProperty(globs, fc.array(listing, { minLength: 1, maxLength: 6 }), async (asked, listings) => {
    for (const refs of listings) {
      const written = new Set(['2'.repeat(40) as Oid]);
      expect(await chooseSources(reader, refs, asked, written)).toEqual(await chooseSources(reader, refs, [...asked], written));
    }
  }));
});
