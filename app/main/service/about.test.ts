// Danger: a settings page that promises other refs than the import would then take.
import { expect, test } from 'vitest';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../../../testkit/folder.ts';
import { smallRepository } from '../../../testkit/small.ts';
import { Workspace } from './workspace.ts';

test('what globs would take is what an import with them takes, and asking changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'acumen-about-')), store = join(folder, 'store.acumen');
  const repository = smallRepository(join(folder, 'r'), { 'a.txt': 'a\n' });
  for (const name of ['one', 'agent/two', 'agent/three']) repository.branch(name, { [`${name}.txt`]: name });
  const workspace = await Workspace.open(store, { env: { PATH: process.env['PATH'] } });
  try {
    await workspace.call('import', { ticket: 'i', path: repository.path, base: null, refs: [], grain: 'branch' });
    const before = workspace.log.length;
    // the base is a branch like others; it has nothing of its own
    expect(await workspace.call('workspace', { globs: null })).toMatchObject({ store, globs: [], patches: 0, refs: 4, matched: 4 });
    const asked = await workspace.call('workspace', { globs: ['refs/heads/agent/*'] });
    expect(asked).toMatchObject({ globs: [], matched: 2, first: ['agent/three', 'agent/two'] });
    expect(workspace.log.length).toBe(before);
    const { sources } = await workspace.call('import', { ticket: 'j', path: null, base: null, refs: ['refs/heads/agent/*'], grain: 'branch' });
    expect(sources).toBe(asked.matched);
    expect((await workspace.call('workspace', { globs: null })).globs).toEqual(['refs/heads/agent/*']);
  } finally {
    await workspace.close();
    removeFolder(folder);
  }
});
