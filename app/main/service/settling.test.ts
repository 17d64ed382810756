// Danger: a process dies between moving a branch and recording that it did, and the log and the repository part for ever: the
// branch could neither be undone nor written again. Real processes that die at exactly that moment.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { imported, makeRepository, mustAgree, mustBeSound, serviceScript } from '../../../testkit/crash.ts';
import type { SmallRepository } from '../../../testkit/small.ts';
import { scratchFolder } from '../../../testkit/store.ts';
import { storeProcess } from '../../../testkit/storeProcess.ts';
import { Workspace } from './workspace.ts';

vi.setConfig({ testTimeout: 300_000 }); // processes start, on a machine that does other things, too
const scratch = scratchFolder('settling');
afterAll(() => scratch.remove());
let places = 0;

async function ready(): Promise<{ repository: SmallRepository; store: string; tip(): string }> {
  const folder = join(scratch.path, String(++places));
  mkdirSync(folder);
  const repository = makeRepository(join(folder, 'repository'), 3);
  const store = join(folder, 'store');
  await (await imported(store, repository.path)).close();
  return { repository, store, tip: () => repository.git('for-each-ref', '--format=%(objectname)', 'refs/heads/out/cut') };
}

/** A process writes the branch (or undoes having written it) and is gone before (or after) the branch is moved. */
async function cut(store: string, what: 'write' | 'undo', when: 'before' | 'after'): Promise<void> {
  const victim = storeProcess(['cut', store, what, when], { script: serviceScript });
  expect(await victim.ended).toBe('SIGKILL');
}

const open = (store: string): Promise<Workspace> => Workspace.open(store, { env: {} });
const said = ({ log }: Workspace): string[] => log.map(({ kind, description }) => `${kind}: ${description}`);

describe('a process killed amid a write-back', () => {
  it('after the move: the next opening records it, and it can be undone', async () => {
    const { repository, store, tip } = await ready();
    await cut(store, 'write', 'after');
    expect(tip()).not.toBe('');
    const workspace = await open(store);
    expect(said(workspace).at(-1)).toMatch(/^write-branch: Wrote 1 ACU to out\/cut \(recorded after an interruption\)$/);
    expect(mustAgree(store, repository, 'recorded')).toBe(1);
    await workspace.call('undo', { ticket: 'u' });
    expect(tip()).toBe('');
    await workspace.close();
    expect(mustAgree(store, repository, 'undone')).toBe(0);
    mustBeSound(store, 'undone');
  });

  it('before the move: nothing is recorded, and never will be', async () => {
    const { repository, store, tip } = await ready();
    await cut(store, 'write', 'before');
    expect(tip()).toBe('');
    for (let n = 0; n < 2; n++) {
      const workspace = await open(store);
      expect(said(workspace)).toHaveLength(1);
      await workspace.close();
    }
    expect(mustAgree(store, repository, 'dropped')).toBe(0);
    const again = await open(store);
    await again.call('writeBranch', { ticket: 'w', name: 'out/cut', acus: [again.engine.acus[0]!.id] });
    await again.close();
    expect(mustAgree(store, repository, 'written at last')).toBe(1);
  });

  it('amid an undo: the branch is gone, and the undo is recorded as one', async () => {
    const { repository, store, tip } = await ready();
    const first = await open(store);
    await first.call('writeBranch', { ticket: 'w', name: 'out/cut', acus: [first.engine.acus[0]!.id] });
    await first.close();
    await cut(store, 'undo', 'after');
    expect(tip()).toBe('');
    const workspace = await open(store);
    expect(said(workspace).at(-1)).toMatch(/^undo: Undid: Wrote 1 ACU to out\/cut/);
    await workspace.call('redo', { ticket: 'r' });
    await workspace.close();
    expect(mustAgree(store, repository, 'redone')).toBe(1);
  });

  it('and somebody moves the branch before anybody looks: left to them, and said so', async () => {
    const { repository, store } = await ready();
    await cut(store, 'write', 'after');
    repository.git('update-ref', 'refs/heads/out/cut', 'main');
    const workspace = await open(store);
    expect(said(workspace)).toHaveLength(1);
    const outcomes = [];
    for await (const { event } of workspace.store.events({ kinds: ['branch-settled'] })) outcomes.push(event);
    expect(outcomes).toMatchObject([{ outcome: 'overtaken' }]);
    await workspace.close();
  });

  it('while a window goes on with other things: its composition stays, the branch is recorded by itself', async () => {
    const { repository, store } = await ready();
    const window = await open(store);
    await cut(store, 'write', 'after');
    const { acus } = window.engine;
    await window.call('compose', { ticket: 'c', acus: [acus[1]!.id] });
    await window.close();
    const workspace = await open(store);
    expect(workspace.log.map(({ kind }) => kind)).toEqual(['import', 'compose', 'write-branch']);
    expect(workspace.view.state.composition.acus).toEqual([acus[1]!.id]);
    await workspace.close();
    expect(mustAgree(store, repository, 'beside a window')).toBe(1);
    mustBeSound(store, 'beside a window');
  });
});
