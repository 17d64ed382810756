// Dangers: a page that sends its service something else than frames, a service that works before it may, a store that is not closed
// when the window is, a refusal that nobody hears. Ports are Node's own, the store and the repository are real.
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../../contract/client.ts';
import type { Client } from '../../../contract/client.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import type { SmallRepository } from '../../../../testkit/small.ts';
import { decodeFromServiceProcess } from './messages.ts';
import type { FromService, ToService } from './messages.ts';
import { portTransport, serveWindow } from './serving.ts';
import type { Parent, Port } from './serving.ts';

let folder: string, repository: SmallRepository;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'acumen-window-'));
  repository = smallRepository(path.join(folder, 'repo'), { 'a.txt': numbered(20) });
  repository.branch('one', { 'a.txt': numbered(20, { 3: 'ONE' }) });
  repository.branch('two', { 'a.txt': numbered(20, { 3: 'TWO' }) });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Node's port in the shape of Electron's. */
function asPort(port: MessagePort): Port {
  return {
    on(event: 'message' | 'close', listener: (event: { readonly data: unknown }) => void) {
      if (event === 'message') port.on('message', (data: unknown) => listener({ data })); else port.on('close', () => listener({ data: null }));
    },
    postMessage: (message) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
  };
}

interface Running {
  tell(message: unknown, ...ports: Port[]): void;
  next<K extends FromService['kind']>(kind: K): Promise<Extract<FromService, { kind: K }>>;
  readonly heard: readonly FromService[];
  readonly complaints: readonly string[];
  readonly exit: Promise<number>;
  window(): { readonly client: Client; readonly port: MessagePort };
}

/** As main has it: a process's two ends, here in one. */
function start(data: string): Running {
  let deliver: (event: { readonly data: unknown; readonly ports: readonly Port[] }) => void = () => undefined;
  const heard: FromService[] = [], complaints: string[] = [];
  let woken: () => void = () => undefined;
  let exited: (code: number) => void = () => undefined;
  const exit = new Promise<number>((resolve) => { exited = resolve; });
  const parent: Parent = {
    on(_event, listener) { deliver = listener; },
    postMessage(message) { heard.push(decodeFromServiceProcess(structuredClone(message))!); woken(); },
  };
  serveWindow(parent, { env: { ...process.env, ACUMEN_DATA: path.join(folder, data) }, cwd: folder, exit: exited, complain: (sentence) => complaints.push(sentence) });
  const running: Running = {
    tell: (message, ...ports) => deliver({ data: structuredClone(message), ports }),
    async next<K extends FromService['kind']>(kind: K) {
      for (;;) {
        const found = heard.find((message): message is Extract<FromService, { kind: K }> => message.kind === kind);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => { woken = resolve; });
      }
    },
    heard, complaints, exit,
    window() {
      const { port1, port2 } = new MessageChannel();
      running.tell({ kind: 'connect' } satisfies ToService, asPort(port1));
      return { client: connect(portTransport(asPort(port2))), port: port2 };
    },
  };
  return running;
}
const asked = (repo: string | null, store: string | null = null): ToService => ({ kind: 'open', asked: { repo, store, git: 'embedded' } });

describe('the service of a window', () => {
  test('finds its store, waits to be let go, opens, imports, answers two windows alike, and ends with its store closed', async () => {
    const service = start('whole');
    service.tell(asked(repository.path));
    const { store } = await service.next('located');
    // A frame may come before there is a workspace: it waits.
    const first = service.window();
    const early = first.client.call('hello', {});
    expect(existsSync(store)).toBe(false);
    service.tell({ kind: 'go' });
    expect((await service.next('opened')).repository).toBe(repository.path);
    expect((await early).version).toMatch(/^\d/);
    const second = service.window();
    await expect.poll(async () => (await second.client.call('hello', {})).repository?.base ?? service.heard.find(({ kind }) => kind === 'failed') ?? null, { timeout: 30_000 }).toMatch(/^[0-9a-f]{40}$/);
    const [a, b] = await Promise.all([first, second].map(({ client }) => client.call('snapshot', {})));
    expect(a).toEqual(b);
    expect(a!.bytes).toBeInstanceOf(Uint8Array);
    const gone = new Promise((resolve) => { second.client.onClose(resolve); });
    first.port.close();
    await expect(second.client.call('hello', {})).resolves.toMatchObject({ epoch: a!.epoch });
    service.tell({ kind: 'stop' });
    expect(await service.exit).toBe(0);
    await gone;
    expect(existsSync(`${store}-wal`)).toBe(false);
    expect(service.complaints).toEqual([]);

    const again = start('whole');
    again.tell(asked(null, store));
    await again.next('located');
    again.tell({ kind: 'go' });
    expect((await again.next('opened')).repository).toBe(repository.path);
    const third = again.window();
    expect((await third.client.call('snapshot', {})).digest).toBe(a!.digest);
    again.tell({ kind: 'stop' });
    expect(await again.exit).toBe(0);
  });

  test('told to stop before it is let go, it opens nothing', async () => {
    const service = start('unwanted');
    service.tell(asked(repository.path));
    const { store } = await service.next('located');
    service.tell({ kind: 'stop' });
    expect(await service.exit).toBe(0);
    expect(existsSync(path.dirname(store))).toBe(false);
    expect(service.heard).toHaveLength(1);
  });

  test('a page that sends no bytes is let go; bytes that are no message are answered; the others go on', async () => {
    const service = start('hostile');
    service.tell(asked(repository.path));
    service.tell({ kind: 'go' });
    const kept = service.window();
    await kept.client.call('hello', {});
    for (const bad of ['text', 7, null, { id: 1, method: 'hello', params: {} }, new ArrayBuffer(8), [new Uint8Array(2)]]) {
      const { port } = service.window();
      const closed = once(port, 'close');
      port.postMessage(bad);
      await closed;
    }
    const { client, port } = service.window();
    port.postMessage(new Uint8Array([0xc1, 0xff]));
    expect((await client.call('hello', {})).repository).not.toBeNull();
    await expect(kept.client.call('hello', {})).resolves.toBeDefined();
    service.tell({ kind: 'stop' });
    expect(await service.exit).toBe(0);
  });

  test('what main would never send changes nothing', async () => {
    const service = start('odd');
    const { port1 } = new MessageChannel();
    const closed = once(port1, 'close');
    service.tell({ kind: 'go' }, asPort(port1)); // a port that nobody asked for is closed
    await closed;
    for (const odd of [{ kind: 'connect' }, null, { kind: 'explode' }, { kind: 'open', asked: { repo: 'relative', store: null, git: 'auto' } }]) service.tell(odd);
    expect(service.complaints).toHaveLength(5);
    expect(service.heard).toEqual([]);
    service.tell({ kind: 'stop' });
    expect(await service.exit).toBe(0);
  });

  test('a folder that is no repository is refused before a store is made; so is a store of nothing', async () => {
    mkdirSync(path.join(folder, 'plain'));
    for (const [message, code] of [[asked(path.join(folder, 'plain')), 'not-a-repository'], [asked(path.join(folder, 'nowhere')), 'not-a-repository'], [asked(null, path.join(folder, 'empty.acumen')), 'usage']] as const) {
      const service = start('refusals');
      service.tell(message);
      service.tell({ kind: 'go' });
      const { error } = await service.next('refused');
      expect(error.code).toBe(code);
      expect(error.hint).not.toBe('');
      const { client } = service.window();
      await expect(client.call('hello', {})).rejects.toMatchObject({ code: 'io' });
      service.tell({ kind: 'stop' });
      expect(await service.exit).toBe(0);
    }
    expect(existsSync(path.join(folder, 'refusals', 'stores'))).toBe(false);
  });

  test('a store of one repository is not opened on another', async () => {
    const file = path.join(folder, 'one.acumen'), other = smallRepository(path.join(folder, 'other')).path;
    for (const [repo, answer] of [[repository.path, 'opened'], [other, 'refused'], [null, 'opened']] as const) {
      const service = start('mixed');
      service.tell(asked(repo, file));
      service.tell({ kind: 'go' });
      const message = await service.next(answer);
      if (message.kind === 'refused') expect(message.error.code).toBe('store-other-repository');
      else expect(message.repository).toBe(repository.path);
      if (repo === repository.path) await expect.poll(async () => (await service.window().client.call('hello', {})).epoch, { timeout: 30_000 }).toBeGreaterThan(0);
      service.tell({ kind: 'stop' });
      expect(await service.exit).toBe(0);
    }
  });

  test('a first import that fails is told, and the window goes on', async () => {
    const unborn = path.join(folder, 'unborn');
    smallRepository(unborn).git('update-ref', '-d', 'refs/heads/main');
    const service = start('failing');
    service.tell(asked(unborn));
    service.tell({ kind: 'go' });
    expect((await service.next('failed')).error.message).toMatch(/\.$/);
    const { client } = service.window();
    await expect(client.call('hello', {})).resolves.toBeDefined();
    service.tell({ kind: 'stop' });
    expect(await service.exit).toBe(0);
  });
});
