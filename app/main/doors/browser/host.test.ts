// Dangers: another site's page, another name for our address (DNS rebinding), another user of the machine, requests that try
// to leave the folder of built files, frames meant to exhaust or confuse the service.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { decodeRequest } from '../../../contract/decode.ts';
import { decodeFrame, encodeFrame, toWireError } from '../../../contract/frames.ts';
import { limits } from '../../../contract/methods.ts';
import { startHost } from './host.ts';
import type { Transport } from '../../../contract/methods.ts';
import type { Host } from './host.ts';
import { hasDisplay } from './open.ts';

let root: string, host: Host;
let served = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'acumen-host-'));
  await mkdir(path.join(root, 'renderer/assets'), { recursive: true });
  await writeFile(path.join(root, 'secret.js'), 'secret');
  await writeFile(path.join(root, 'renderer/index.html'), '<!doctype html><html><head><title>A</title></head><body></body></html>');
  await writeFile(path.join(root, 'renderer/assets/main-1a2b.js'), 'export {};');
  await writeFile(path.join(root, 'renderer/notes.txt'), 'no known type');
  await symlink(path.join(root, 'secret.js'), path.join(root, 'renderer/link.js'));
  host = await startHost({
    root: path.join(root, 'renderer'),
    attach(transport) {
      transport.onFrame((frame) => {
        try {
          transport.send(encodeFrame({ id: decodeRequest(decodeFrame(frame, limits.requestBytes)).id, ok: {} }));
          served++;
        } catch (error) {
          transport.send(encodeFrame({ id: 0, error: toWireError(error) }));
        }
      });
    },
  });
});
afterAll(async () => {
  await host.close();
  await rm(root, { recursive: true });
});

interface Answer { readonly status: number; readonly headers: Record<string, string | string[] | undefined>; readonly body: string }

/** Node's own client sends exactly the path and headers it is given; fetch would tidy them up. */
function ask(target: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: host.port, path: target, method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => { body += part; }).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}
const tokenOf = (url: string): string => url.split('#token=')[1]!;
const origin = (): string => `http://127.0.0.1:${host.port}`;
async function enter(token: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask('/session', { method: 'POST', headers: { authorization: `Bearer ${token}`, origin: origin(), ...headers } });
}
async function cookie(): Promise<string> {
  return String((await enter(tokenOf(host.url))).headers['set-cookie']).split(';')[0]!;
}
/** The status of a refused handshake, or 101 and the open socket. */
function socket(headers: Record<string, string>, at = '/socket'): Promise<{ status: number; ws?: WebSocket }> {
  return new Promise((resolve) => {
    const ws = new WebSocket(`ws://127.0.0.1:${host.port}${at}`, { headers });
    ws.on('unexpected-response', (_request, response) => { resolve({ status: response.statusCode! }); ws.terminate(); });
    ws.on('open', () => resolve({ status: 101, ws }));
    ws.on('error', () => undefined);
  });
}

describe('files', () => {
  test('the page is isolated, and its policy names its own nonce, new for each load', async () => {
    const [first, second] = [await ask('/'), await ask('/index.html')];
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store',
    });
    const nonce = /<meta name="csp-nonce" content="([^"]+)">/.exec(first.body)?.[1];
    const policy = String(first.headers['content-security-policy']);
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${host.port};`);
    expect(policy).not.toContain('unsafe');
    expect(second.body).not.toContain(nonce);
  });

  test('built files are served by exact name, hashed ones for ever, and known ones not again', async () => {
    const file = await ask('/assets/main-1a2b.js');
    expect(file).toMatchObject({ status: 200, body: 'export {};' });
    expect(file.headers['cache-control']).toContain('immutable');
    expect(file.headers['content-type']).toContain('text/javascript');
    expect((await ask('/assets/main-1a2b.js', { headers: { 'if-none-match': String(file.headers['etag']) } })).status).toBe(304);
    expect(await ask('/assets/main-1a2b.js', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  const outside = ['/../secret.js', '/assets/../../secret.js', '/%2e%2e/secret.js', '/..%2fsecret.js', '/assets/..%5c..%5csecret.js', '//secret.js',
    '/link.js', '/notes.txt', '/assets', '/assets/', '/unknown.js', '/assets/main-1a2b.js%00.html', '/INDEX.HTML', '/etc/passwd', '/session.js', 'http://evil.example/secret.js', '*'];
  test.each(outside)('%s is not found', async (target) => {
    const answer = await ask(target);
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('secret');
  });

  test('nothing is written', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) expect((await ask('/', { method })).status).toBe(405);
  });

  test.each(['evil.example', '127.0.0.1', 'localhost:1', '127.0.0.1:80'])('Host %s is refused', async (name) => {
    expect((await ask('/', { headers: { host: name } })).status).toBe(403);
    expect((await ask('/assets/main-1a2b.js', { headers: { host: name } })).status).toBe(403);
  });

  test('a request of another origin is refused', async () => {
    expect((await ask('/', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await ask('/', { headers: { origin: 'null' } })).status).toBe(403);
  });

  test('it listens on loopback alone', async () => {
    const { networkInterfaces } = await import('node:os');
    const others = Object.values(networkInterfaces()).flat().filter((n) => n !== undefined && !n.internal && n.family === 'IPv4').map((n) => n!.address);
    for (const address of others) {
      await expect(new Promise((resolve, reject) => { net.connect(host.port, address, () => resolve('open')).on('error', reject); })).rejects.toThrow();
    }
    if (others.length === 0) console.log('no other interface on this machine: only the loopback address was tried');
  });
});

describe('figures', () => {
  let measured: Host;
  beforeAll(async () => { measured = await startHost({ root: path.join(root, 'renderer'), attach: () => undefined, metrics: () => '# figures\n' }); });
  afterAll(async () => { await measured.close(); });
  const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(`http://127.0.0.1:${measured.port}/metrics`, { method, headers });
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

  test('are for who shows the token, or has a session', async () => {
    const shown = await get(bearer(tokenOf(measured.url)));
    expect([shown.status, shown.headers.get('content-type'), shown.headers.get('cache-control'), await shown.text()]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8', 'no-store', '# figures\n']);
    const from = `http://127.0.0.1:${measured.port}`;
    const session = await fetch(`${from}/session`, { method: 'POST', headers: { origin: from, ...bearer(tokenOf(measured.url)) } });
    expect((await get({ cookie: session.headers.get('set-cookie')!.split(';')[0]! })).status).toBe(200);
    expect((await get(bearer(tokenOf(measured.url)), 'HEAD')).headers.get('content-length')).toBe('10');
  });

  test('are nobody else\'s', async () => {
    const others: Record<string, string>[] = [{}, bearer('guess'), bearer(tokenOf(host.url)), bearer(tokenOf(measured.launchUrl())), { authorization: `Basic ${tokenOf(measured.url)}` }, { cookie: `acumen-${measured.port}=guess` }, { cookie: await cookie() }];
    for (const headers of others) {
      const answer = await get(headers);
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain('# figures');
    }
    expect((await get({ ...bearer(tokenOf(measured.url)), origin: 'https://evil.example' })).status).toBe(403);
    const named = await new Promise<number>((resolve, reject) => { httpRequest({ host: '127.0.0.1', port: measured.port, path: '/metrics', headers: { ...bearer(tokenOf(measured.url)), host: 'evil.example' } }, (response) => { response.resume(); resolve(response.statusCode!); }).on('error', reject).end(); });
    expect(named).toBe(403);
    expect((await get(bearer(tokenOf(measured.url)), 'POST')).status).toBe(405);
    // a host that measures nothing has no such address
    expect((await ask('/metrics', { headers: bearer(tokenOf(host.url)) })).status).toBe(404);
  });
});

describe('session', () => {
  test('the token gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await enter(tokenOf(host.url));
    expect(answer.status).toBe(204);
    const set = String(answer.headers['set-cookie']);
    expect(set).toMatch(new RegExp(`^acumen-${host.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
    expect(set).not.toContain(tokenOf(host.url));
  });

  test('a launch address works once', async () => {
    const token = tokenOf(host.launchUrl());
    expect((await enter(token)).status).toBe(204);
    expect((await enter(token)).status).toBe(403);
  });

  test('a wrong token, none, or one from another origin or name is refused', async () => {
    const right = tokenOf(host.url);
    for (const wrong of ['', 'x', right.slice(1), `${right}x`, right.toUpperCase()]) expect((await enter(wrong)).status).toBe(403);
    expect((await ask('/session', { method: 'POST', headers: { origin: origin() } })).status).toBe(403);
    expect((await ask('/session', { method: 'POST', headers: { authorization: `Bearer ${right}` } })).status).toBe(403);
    expect((await enter(right, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await enter(right, { host: 'evil.example' })).status).toBe(403);
    expect((await ask(`/session?token=${right}`)).status).toBe(405);
  });
});

describe('socket', () => {
  test('opens with cookie, origin and host, and answers', async () => {
    const { status, ws } = await socket({ cookie: await cookie(), origin: origin() });
    expect(status).toBe(101);
    const answered = new Promise((resolve) => { ws!.once('message', (data: Buffer) => resolve(decodeFrame(data))); });
    ws!.send(encodeFrame({ id: 4, method: 'hello', params: {} }));
    expect(await answered).toEqual({ id: 4, ok: {} });
    ws!.terminate();
  });

  test('is refused without any one of them, and elsewhere', async () => {
    const good = { cookie: await cookie(), origin: origin() };
    expect((await socket({ origin: good.origin })).status).toBe(403);
    expect((await socket({ cookie: good.cookie })).status).toBe(403);
    expect((await socket({ ...good, cookie: `acumen-${host.port}=wrong` })).status).toBe(403);
    expect((await socket({ ...good, cookie: `acumen-${host.port}=${tokenOf(host.url)}` })).status).toBe(403);
    expect((await socket({ ...good, origin: 'https://evil.example' })).status).toBe(403);
    expect((await socket({ ...good, origin: `http://localhost:${host.port}` })).status).toBe(403);
    expect((await socket({ ...good, host: 'evil.example' })).status).toBe(403);
    expect((await socket(good, '/other')).status).toBe(403);
  });

  test('a frame over the limit and a text frame end the connection', async () => {
    const headers = { cookie: await cookie(), origin: origin() };
    const code = (ws: WebSocket) => new Promise<number>((resolve) => { ws.on('close', resolve); });
    const large = (await socket(headers)).ws!;
    large.send(new Uint8Array(limits.requestBytes + 1));
    expect(await code(large)).toBe(1009);
    const text = (await socket(headers)).ws!;
    text.send('{"id":1}');
    expect(await code(text)).toBe(1003);
  });

  test('thousands of fuzzed frames: each is answered, as a bad message or as what it still says', async () => {
    const { ws } = await socket({ cookie: await cookie(), origin: origin() });
    const valid = encodeFrame({ id: 1, method: 'conflictFile', params: { a: 'a'.repeat(64), b: 'base', path: 'a/b' } });
    const frames = fc.sample(fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => { const f = valid.slice(); f[at] = byte; return f; }),
      fc.nat(valid.length - 1).map((n) => valid.slice(0, n)),
      fc.anything({ maxDepth: 3 }).map((x) => { try { return encodeFrame(x); } catch { return new Uint8Array(); } }),
    ), 4000);
    const before = served;
    let answers = 0;
    const all = new Promise<void>((resolve) => {
      ws!.on('message', (data: Buffer) => {
        const answer = decodeFrame(data) as { error?: { code: string } };
        if (answer.error !== undefined) expect(answer.error.code).toBe('bad-message');
        if (++answers === frames.length) resolve();
      });
    });
    for (const frame of frames) ws!.send(frame);
    await all;
    expect(answers).toBe(frames.length);
    expect(served - before).toBeLessThan(frames.length / 2);
    expect(ws!.readyState).toBe(WebSocket.OPEN);
    ws!.terminate();
  });
});

test('without a port it is one of the same few, so that a browser finds what it kept; several at once have one each', async () => {
  const hosts = [];
  try {
    for (let i = 0; i < 3; i++) hosts.push(await startHost({ root: path.join(root, 'renderer'), attach: () => undefined }));
    const ports = hosts.map(({ port }) => port);
    expect(new Set(ports).size).toBe(3);
    expect(ports.every((port) => port >= 42_610 && port < 42_620), ports.join()).toBe(true);
  } finally {
    for (const host of hosts) await host.close();
  }
});

describe('a page that is there before the workspace is', () => {
  /** A host whose `attach` is called and does nothing yet, and one page on it. */
  async function early(): Promise<{ readonly other: Host; readonly ws: WebSocket; readonly arrived: Promise<Transport> }> {
    const came = Promise.withResolvers<Transport>();
    const other = await startHost({ root: path.join(root, 'renderer'), port: 0, attach: came.resolve }), origin = `http://127.0.0.1:${other.port}`;
    const session = await fetch(`${origin}/session`, { method: 'POST', headers: { origin, authorization: `Bearer ${tokenOf(other.url)}` } });
    const ws = new WebSocket(`ws://127.0.0.1:${other.port}/socket`, { origin, headers: { cookie: session.headers.get('set-cookie')!.split(';')[0]! } });
    await new Promise((resolve, reject) => { ws.once('open', resolve).once('error', reject); });
    return { other, ws, arrived: came.promise };
  }

  test('is heard from its first frame on, in order', async () => {
    const { other, ws, arrived } = await early();
    for (const n of [1, 2, 3]) ws.send(new Uint8Array([n]));
    const transport = await arrived;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    const heard: number[] = [];
    transport.onFrame((frame) => heard.push(frame[0]!));
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]));
    await other.close();
  });

  test('is told why there will be none, in as many bytes as a socket may be closed with', async () => {
    const { other, ws } = await early();
    const closed = new Promise<string>((resolve) => { ws.once('close', (_, reason: Buffer) => resolve(reason.toString())); });
    const sentence = `The store is damaged (${'ä'.repeat(100)}).`;
    await other.close(sentence);
    expect(await closed).toBe(`The store is damaged (${'ä'.repeat(49)}\uFFFD`);
  });
});

test('closing ends open connections and frees the port', async () => {
  const other = await startHost({ root: path.join(root, 'renderer'), port: 0, attach: () => undefined });
  await other.close();
  const again = await startHost({ root: path.join(root, 'renderer'), port: other.port, attach: () => undefined });
  await expect(startHost({ root: path.join(root, 'renderer'), port: again.port, attach: () => undefined })).rejects.toMatchObject({ code: 'io', message: `Port ${again.port} is in use.` });
  await again.close();
});

describe('whoever holds a connection', () => {
  const open = (port: number): Promise<net.Socket> => new Promise((resolve, reject) => {
    const one = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => resolve(one));
    one.on('error', reject);
  });
  const said = (one: net.Socket): Promise<string> => new Promise((resolve) => {
    let text = '';
    one.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('end', () => resolve(text)).on('error', () => resolve(text));
  });

  test('and does not close it after being refused, or never finishes a request, or says nothing, does not keep Acumen from stopping', async () => {
    const other = await startHost({ root: path.join(root, 'renderer'), attach: () => undefined });
    const refused = await open(other.port);
    refused.write(`GET /socket HTTP/1.1\r\nHost: 127.0.0.1:${other.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    expect(await said(refused)).toContain('403');
    const slow = await open(other.port);
    slow.write('GET / HTTP/1.1\r\nHost: ');
    const silent = await open(other.port);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    slow.on('error', () => undefined);
    silent.on('error', () => undefined);
    refused.on('error', () => undefined);
    await other.close();
    for (const one of [refused, slow, silent]) one.destroy();
  }, 15_000);

  test('is let go where there are too many, and those who come later are served again', async () => {
    const other = await startHost({ root: path.join(root, 'renderer'), attach: () => undefined });
    const held = await Promise.all(Array.from({ length: 400 }, () => open(other.port)));
    let gone = 0;
    for (const one of held) one.on('error', () => undefined).on('end', () => { gone++; one.destroy(); }).on('close', () => undefined).resume();
    await vi.waitFor(() => expect(gone).toBeGreaterThan(100), { timeout: 10_000 });
    for (const one of held) one.destroy();
    await vi.waitFor(async () => {
      const one = await open(other.port);
      one.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${other.port}\r\nConnection: close\r\n\r\n`);
      expect(await said(one)).toContain('200 OK');
      one.destroy();
    }, { timeout: 10_000 });
    await other.close();
  }, 30_000);
});

test('without a build it says what to do', async () => {
  await expect(startHost({ root: path.join(root, 'nowhere'), attach: () => undefined })).rejects.toMatchObject({ code: 'io', hint: expect.stringContaining('npm run build') });
});

test('a browser is opened only where there is a display', () => {
  expect(hasDisplay({}, 'linux')).toBe(false);
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
  expect(hasDisplay({ SSH_CONNECTION: '1 2 3 4' }, 'darwin')).toBe(false);
  expect(hasDisplay({}, 'darwin')).toBe(true);
});
