// Danger: hundreds of branches, each told by what somebody pushed last; and a store that keeps what an older version called them.
import { expect, test } from 'vitest';
import { START, Tiny, withLines } from '../../../testkit/tiny.ts';
import type { ByteString } from '../../core/bytes.ts';
import type { Segment } from '../../core/model.ts';
import { segmentKey } from '../../core/segmentKey.ts';
import { openRepository } from '../git/open.ts';
import { importRepository } from './importer.ts';

/** The segments of an import where these are stored already. */
async function imported(dir: string, before: readonly Segment[]): Promise<readonly Segment[]> {
  const reader = await openRepository(dir), found: Segment[] = [];
  try {
    await importRepository(reader, { base: null, refs: [], grain: 'branch' }, {
      written: async () => new Set(), begin: async () => {}, keyOf: segmentKey, earlier: async () => null, blob: async () => null,
      known: async (tip) => before.filter((segment) => segment.tip === tip), stage: async (segments) => { found.push(...segments); },
    }, () => {}, new AbortController().signal);
  } finally {
    await reader.close();
  }
  return found;
}

test('a segment is called by the commit of it that says most, also where an older version stored it under another', async () => {
  const tiny = new Tiny();
  try {
    const change = (n: number, message: string, ...on: Parameters<Tiny['commit']>[0]) => tiny.commit(on, { 'a.txt': withLines(START, { [n]: `${message}\n` }) }, message);
    const main = tiny.commit([], { 'a.txt': START }, 'Start'), lower = change(4, 'address review', change(3, 'feat: layers', change(2, 'Initial plan', main)));
    tiny.refs({ main, lower, upper: change(12, 'retrigger ci', change(11, 'fix: a gap above', lower)), alone: change(20, 'wip', main) });
    const now = await imported(tiny.dir, []), titles = (segments: readonly Segment[]): readonly string[] => segments.map(({ title }) => title).sort();
    expect(titles(now)).toEqual(['feat: layers', 'fix: a gap above', 'wip']);
    const older = now.map((segment) => ({ ...segment, title: 'address review' as ByteString }));
    expect((await imported(tiny.dir, older)).map(segmentKey).sort()).toEqual(now.map(segmentKey).sort());
  } finally {
    tiny.remove();
  }
});
