// Fuzz of the browser's door over real sockets: requests whose Host, Origin, cookie, path, method, upgrade or bytes are wrong,
// WebSocket frames that break the protocol, connections that never finish. Nobody gets in who should not, and nothing is given
// out but the built files.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { startHost } from '../app/main/doors/browser/host.ts';
import type { Host } from '../app/main/doors/browser/host.ts';
import { attachSession } from '../app/main/service/session.ts';
import { Workspace } from '../app/main/service/workspace.ts';
import { must, residentMB } from './fuzz.ts';
import { Frames } from './fuzzMessages.ts';
import { hostileTexts } from './hostile/strings.ts';
import { Random } from './random.ts';
import { numbered, smallRepository } from './small.ts';

const SECRET = 'secret-of-another-folder';
const PAGE = '<!doctype html><html><head><title>Built</title></head></html>';
const SCRIPT = 'export const built = 1;';

export interface Door { readonly host: Host; readonly workspace: Workspace; readonly attached: () => number; cookie(): Promise<string>; close(): Promise<void> }

/** A door with a workspace behind it and built files before a secret. */
export async function openDoor(folder: string): Promise<Door> {
  mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.js'), SECRET);
  writeFileSync(join(folder, 'renderer', 'index.html'), PAGE);
  writeFileSync(join(folder, 'renderer', 'assets', 'main-1a2b.js'), SCRIPT);
  symlinkSync(join(folder, 'secret.js'), join(folder, 'renderer', 'link.js'));
  const repository = smallRepository(join(folder, 'repository'));
  repository.branch('one', { 'a.txt': numbered(20, { 3: 'one' }) });
  const workspace = await Workspace.open(join(folder, 'store'), { env: {}, git: 'embedded' });
  await workspace.call('import', { ticket: 'first', path: repository.path, base: null, refs: [], grain: 'branch' });
  let attached = 0;
  const host = await startHost({ port: 0, root: join(folder, 'renderer'), attach: (transport) => { attached++; attachSession(workspace, transport); } });
  return {
    host, workspace, attached: () => attached,
    async cookie() {
      const answer = await converse(host.port, [Buffer.from(`POST /session HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nOrigin: http://127.0.0.1:${host.port}\r\nAuthorization: Bearer ${tokenOf(host)}\r\nConnection: close\r\n\r\n`)]);
      return /set-cookie: ([^;]+);/i.exec(answer.toString('latin1'))![1]!;
    },
    async close() { await host.close(); await workspace.close(); },
  };
}

const tokenOf = (host: Host): string => host.url.split('#token=')[1]!;

/** Without any byte for so long, in milliseconds, a connection hangs. */
const PATIENCE = 30_000;

/** Sends the parts one after another and answers what came back until `enough`, or until the other side ended. */
function converse(port: number, parts: readonly Uint8Array[], enough: (got: Buffer) => boolean = () => false): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1' });
    const got: Buffer[] = [];
    const end = (): void => { socket.destroy(); resolve(Buffer.concat(got)); };
    socket.setTimeout(PATIENCE, () => { socket.destroy(); reject(new Error(`no answer within ${PATIENCE} ms to ${Buffer.concat(parts).toString('latin1').slice(0, 500)}`)); });
    socket.on('data', (bytes: Buffer) => { got.push(bytes); if (enough(Buffer.concat(got))) end(); });
    socket.on('close', end);
    socket.on('error', () => undefined); // a door that slams is an answer too
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
      socket.end();
    });
  });
}

const text = (r: Random): string => r.pick(hostileTexts).text.slice(0, 300);

interface Asked { readonly bytes: Buffer; readonly may: { readonly file: boolean; readonly session: boolean; readonly socket: boolean }; readonly changed: boolean }

function requestOf(r: Random, host: Host, cookie: string): Asked {
  const good = `127.0.0.1:${host.port}`, local = `localhost:${host.port}`, token = tokenOf(host);
  // Mostly right: what is wrong must be wrong for one reason, or the first check hides the others.
  const or = <T>(right: T, wrong: readonly T[]): T => (r.chance(0.8) ? right : r.pick(wrong));
  const name = or(good, [local, '127.0.0.1', 'evil.example', `evil.example:${host.port}`, `${good}.evil.example`, `127.0.0.1:${host.port + 1}`, `[::1]:${host.port}`, `0.0.0.0:${host.port}`, '', ` ${good}x`, text(r)]);
  const origin = or<string | null>(`http://${name}`, [null, null, `http://${good}`, `https://${good}`, 'null', 'http://evil.example', `http://${good}@evil.example`, `http://evil.example/${good}`, text(r)]);
  const credential = or<string | null>(cookie, [null, `${cookie}x`, cookie.slice(0, -1), cookie.toUpperCase(), cookie.replace(/=.*/, '='), cookie.replace(/=.*/, `=${token}`), `x=${cookie}`, `a=b; ${cookie}; c`, ';;;=;', text(r)]);
  const bearer = or<string | null>(token, [null, token.slice(1), `${token}A`, token.toLowerCase(), '', 'x'.repeat(200), text(r)]);
  const target0 = r.pick(['/', '/session', '/socket']);
  const method = or(target0 === '/session' ? 'POST' : 'GET', ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'PATCH', 'get', 'X'.repeat(100)]);
  const target = or(target0, ['/', '/index.html', '/assets/main-1a2b.js', '/session', '/socket', '/socket', '/link.js', '/../secret.js', '/%2e%2e/secret.js', '/..%2fsecret.js', '//secret.js', '/assets/../../secret.js', '/.', '*',
    `http://${good}/`, `http://evil.example/`, `/socket?${r.hex(4)}`, '/session?token=x', '/\\..\\secret.js', `/${'a'.repeat(r.below(20_000))}`, `/${encodeURIComponent(text(r).toWellFormed())}`, '/constructor', '/__proto__']);
  const upgrade = r.chance(target.startsWith('/socket') ? 0.9 : 0.1);
  const headers = [`Host: ${name}`, ...origin === null ? [] : [`Origin: ${origin}`], ...credential === null ? [] : [`Cookie: ${credential}`], ...bearer === null ? [] : [`Authorization: Bearer ${bearer}`],
    ...upgrade ? ['Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Version: ${or('13', ['8', 'x'])}`, `Sec-WebSocket-Key: ${or('dGhlIHNhbXBsZSBub25jZQ==', ['x', ''])}`] : ['Connection: close']];
  const odd = r.below(40);
  if (odd === 0) headers.push(`X: ${'y'.repeat(20_000)}`);
  if (odd === 1) headers.push('Content-Length: 10');
  if (odd === 2) headers.push('Transfer-Encoding: chunked');
  if (odd === 3) headers.push('Content-Length: 5', 'Transfer-Encoding: chunked');
  if (odd === 4) headers.push('Expect: 100-continue');
  if (odd === 5) headers.push(`Host: ${good}`);
  if (odd === 6) headers.push(`Bad Header : x`);
  if (odd === 7) headers.push(`X-A: b\r\n folded: c`);
  let bytes = Buffer.from(`${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${odd > 0 && odd < 4 ? r.pick(['', '0\r\n\r\n', 'zz\r\n', '0123456789', 'ffffffffffffffff\r\n']) : ''}`, r.chance(0.5) ? 'latin1' : 'utf8');
  const changed = r.chance(0.3);
  if (changed) for (let n = 1 + r.below(4); n > 0; n--) {
    const at = r.below(bytes.length);
    bytes = r.chance(0.5) ? Buffer.concat([bytes.subarray(0, at), Buffer.from([r.below(256)]), bytes.subarray(at + r.below(2))]) : bytes.subarray(0, 1 + at);
  }
  const ours = name === good || name === local, same = origin === `http://${name}`, enters = credential !== null && credential.split(';').some((part) => part.trim() === cookie);
  return {
    bytes, changed: changed || odd < 8,
    may: { file: ours && (same || origin === null), session: ours && same && bearer === token && method === 'POST', socket: ours && same && enters && upgrade && target === '/socket' && method === 'GET' },
  };
}

export interface HttpFigures { readonly requests: number; readonly statuses: Readonly<Record<string, number>>; readonly slowestMs: number; readonly startMB: number; readonly endMB: number }

/** Whoever asks over HTTP. `admit`: a planted fault, which lets everybody in; it must be found. */
export async function fuzzHttp(folder: string, count: number, seed: number, plantedCookie = false): Promise<HttpFigures> {
  const random = new Random(seed);
  const door = await openDoor(folder);
  const statuses: Record<string, number> = {};
  let startMB = 0, slowestMs = 0;
  try {
    const cookie = await door.cookie();
    const { head } = door.workspace.view;
    let sockets = 0, next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) {
        const n = next++;
        const asked = requestOf(random, door.host, cookie), { bytes, may, changed } = asked;
        // The planted fault: a stranger who has come by the cookie looks like a door that asks for none.
        const sent = plantedCookie ? Buffer.from(bytes.toString('latin1').replace(/Cookie: .*\r\n/, '').replace('\r\n\r\n', `\r\nCookie: ${cookie}\r\n\r\n`), 'latin1') : bytes;
        const where = (): string => `seed ${seed}, request ${n}: ${JSON.stringify(bytes.toString('latin1').slice(0, 600))}`;
        const start = performance.now();
        // 100 says that the answer is to come
        const got = Buffer.from((await converse(door.host.port, [sent], (answer) => answer.includes(' 101 '))).toString('latin1').replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''), 'latin1');
        slowestMs = Math.max(slowestMs, performance.now() - start);
        const status = /^HTTP\/1\.1 (\d+)/.exec(got.toString('latin1', 0, 40))?.[1] ?? 'none';
        statuses[status] = (statuses[status] ?? 0) + 1;
        must(!got.includes(SECRET) && !got.includes(tokenOf(door.host)), () => `${where()}: a secret was given out`);
        const secretSent = bytes.includes(cookie.split('=')[1]!), tokenSent = bytes.includes(tokenOf(door.host));
        must(status !== '101' || (changed ? secretSent : may.socket), () => `${where()}: a socket was opened`);
        must(status !== '204' || (changed ? tokenSent : may.session), () => `${where()}: a session was begun`);
        must(!got.includes(cookie) || status === '204', () => `${where()}: the cookie was given out`);
        must(status !== '200' || changed || may.file, () => `${where()}: a file was given out`);
        must(status !== '200' || /<title>Built|export const built|^$/.test(got.toString('latin1').split('\r\n\r\n').slice(1).join('')), () => `${where()}: something else than a built file was given out`);
        must(Number(status) < 500 || status === '501' || status === '505' || status === 'none', () => `${where()}: the door broke: ${status}`);
        if (status === '101') sockets++;
        if (n === Math.floor(count / 5)) startMB = residentMB();
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    must(door.attached() === sockets, () => `${door.attached()} pages were attached, ${sockets} sockets opened`);
    must(door.workspace.view.head.operation === head.operation, () => 'the workspace changed');
    return { requests: count, statuses, slowestMs, startMB, endMB: residentMB() };
  } finally {
    await door.close();
  }
}

/** One WebSocket frame (RFC 6455 §5.2) with whatever is asked for, right or wrong. */
function wsFrame(r: Random, payload: Uint8Array): Buffer {
  const opcode = r.chance(0.7) ? 2 : r.pick([0, 1, 2, 3, 7, 8, 9, 10, 11, 15]), fin = r.chance(0.9), reserved = r.chance(0.05) ? 1 + r.below(7) : 0, masked = r.chance(0.95);
  const claim = r.chance(0.95) ? payload.length : r.pick([0, 1, 125, 126, 65_535, 2 ** 31, 2 ** 53]);
  const length = claim < 126 && r.chance(0.9) ? Buffer.from([claim]) : claim < 65_536 && r.chance(0.9) ? Buffer.from([126, claim >> 8, claim & 255]) : (() => { const b = Buffer.alloc(9); b[0] = 127; b.writeBigUInt64BE(BigInt(claim), 1); return b; })();
  length[0]! |= masked ? 128 : 0;
  const mask = Buffer.from([r.below(256), r.below(256), r.below(256), r.below(256)]);
  const body = masked ? Buffer.concat([mask, Buffer.from(payload).map((b, i) => b ^ mask[i % 4]!)]) : Buffer.from(payload);
  return Buffer.concat([Buffer.from([(fin ? 128 : 0) | (reserved << 4) | opcode]), length, body]);
}

/** Whoever is in, and breaks the protocol of the socket or speaks nonsense on it. */
export async function fuzzSocket(folder: string, count: number, seed: number): Promise<{ frames: number; connections: number; answers: number; startMB: number; endMB: number }> {
  const random = new Random(seed);
  const door = await openDoor(folder);
  try {
    const cookie = await door.cookie();
    const { acus } = door.workspace.engine;
    const frames = new Frames(random, { acus: acus.map(({ id }) => id), paths: ['a.txt'], tickets: ['one'] });
    const { port } = door.host;
    const hand = Buffer.from(`GET /socket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    let sent = 0, connections = 0, answers = 0, startMB = 0;
    while (sent < count) {
      const batch = Array.from({ length: 1 + random.below(30) }, () => wsFrame(random, random.chance(0.9) ? frames.next() : new Uint8Array(random.below(3))));
      // The handshake and the frames in one piece, as a hurried client sends them, or cut anywhere.
      const all = Buffer.concat([hand, ...batch]), cut = random.below(all.length);
      const got = await converse(port, random.chance(0.5) ? [all] : [all.subarray(0, cut), all.subarray(cut)]);
      must(got.toString('latin1', 0, 12) === 'HTTP/1.1 101', () => `seed ${seed}, connection ${connections}: ${got.toString('latin1', 0, 60)}`);
      answers += got.length > 200 ? 1 : 0;
      connections++;
      sent += batch.length;
      if (startMB === 0 && sent >= count / 5) startMB = residentMB();
    }
    await door.workspace.call('pause', { paused: false });
    const alive = await converse(port, [Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)]);
    must(alive.includes('Built'), () => `seed ${seed}: after ${connections} connections the door does not answer any more`);
    return { frames: sent, connections, answers, startMB, endMB: residentMB() };
  } finally {
    await door.close();
  }
}
