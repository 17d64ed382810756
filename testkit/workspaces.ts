// Workspaces for tests of the service: each test's in a folder of its own, called as a client calls them, on a small repository whose every verdict is known.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { AcuId, PathBytes } from '../app/core/bytes.ts';
import { decodeResult } from '../app/contract/decode.ts';
import { decodeFrame, encodeFrame } from '../app/contract/frames.ts';
import type { Method, Methods } from '../app/contract/methods.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import type { WorkspaceOptions } from '../app/main/service/workspace.ts';
import { tempDir } from './git.ts';
import { numbered, smallRepository } from './small.ts';
import type { SmallRepository } from './small.ts';

/** of the test that runs */
export let folder: string;
let template: SmallRepository | undefined;
let open: Workspace[] = [];
let tickets = 0;
let time = 1_750_000_000_000;
const clock = { now: () => (time += 1000), offset: () => 120 };

/** Each test has a folder of its own; what it opened is closed after it. */
export function inFreshFolders(): void {
  beforeEach(async () => { folder = await mkdtemp(path.join(tmpdir(), 'acumen-service-')); });
  afterEach(async () => {
    for (const workspace of open) await workspace.close();
    open = [];
    await rm(folder, { recursive: true, force: true });
  });
}

export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const workspace = await Workspace.open(path.join(folder, 'store.acumen'), { clock, env: {}, ...options });
  open.push(workspace);
  return workspace;
}
export async function close(workspace: Workspace): Promise<void> {
  open = open.filter((w) => w !== workspace);
  await workspace.close();
}

/** A call as a client makes it: what comes back also passes its decoder. */
export async function call<M extends Method>(workspace: Workspace, method: M, params: Omit<Methods[M]['params'], 'ticket'>): Promise<Methods[M]['result']> {
  const ticketed = ['import', 'compose', 'writeBranch', 'undo', 'redo', 'fsck'].includes(method) ? { ticket: `t${++tickets}` } : {};
  const result = await workspace.call(method, { ...ticketed, ...params } as Methods[M]['params']);
  return decodeResult(method, decodeFrame(encodeFrame(result)));
}

export const importAll = (workspace: Workspace, repo: SmallRepository | { path: string }, more: { base?: string; refs?: readonly string[] } = {}) =>
  call(workspace, 'import', { path: repo.path, base: more.base ?? null, refs: more.refs ?? [], grain: 'branch' });
export const idOf = (workspace: Workspace, name: string): AcuId => workspace.engine.named(name).at(-1)!;
export const p = (text: string) => text as PathBytes;

/** Three branches that go together, one that conflicts with `first`, a stack of two, and a stale one. Made once, then copied. */
export function inFlight(): SmallRepository {
  template ??= makeInFlight();
  return template.copy(path.join(folder, 'repo'));
}

function makeInFlight(): SmallRepository {
  const repo = smallRepository(tempDir('in-flight').path);
  repo.branch('stale', { 'b.txt': numbered(20, { 10: 'stale' }) });
  repo.commit({ 'b.txt': numbered(20, { 10: 'main' }) }, 'Move on');
  repo.branch('first', { 'a.txt': numbered(20, { 2: 'first' }) });
  repo.branch('second', { 'a.txt': numbered(20, { 12: 'second' }), 'new.txt': 'new\n' }, 'main', 'Brian Kernighan <bwk@example.invalid>');
  repo.branch('third', { 'src/c.txt': null });
  repo.branch('clash', { 'a.txt': numbered(20, { 2: 'clash' }) });
  repo.branch('lower', { 'd.txt': numbered(6) });
  repo.branch('upper', { 'd.txt': numbered(6, { 3: 'upper' }) }, 'lower');
  return repo;
}
