// The loopback browser host: serves the built renderer and the contract over one WebSocket, to whoever shows the token.
// How a page gets in: the address printed at start ends in `#token=…`, which no server ever sees; the page posts it once to
// /session (Authorization: Bearer …) and gets an HttpOnly, SameSite=Strict cookie; /socket asks for that cookie.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { limits } from '../../../contract/methods.ts';
import type { Transport } from '../../../contract/methods.ts';
import { answerFile, fixedHeaders, readBuiltFiles } from '../../service/screen.ts';
import { cannotListen } from './refusals.ts';
import { webSocketTransport } from './transport.ts';

const LOOPBACK = '127.0.0.1';
/** Connections at once, a page taking a dozen: anyone on the machine can open some, and each is an open file of this process. */
const MAX_CONNECTIONS = 256;
/** Bytes of the reason with which a socket is closed: RFC 6455 leaves 123, and a character that is cut takes two more. */
const REASON_BYTES = 121;

/** A browser keeps what a window remembers (settings, saved filters, layouts) by address, so that one comes back at each start. */
const usualPorts: readonly number[] = Array.from({ length: 10 }, (_, i) => 42_610 + i);

/** On the first of these that is free. */
async function listen(server: Server, [port = 0, ...others]: readonly number[]): Promise<void> {
  const failed = await new Promise<Error | null>((resolve) => {
    server.once('error', resolve);
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => { server.off('error', resolve); resolve(null); });
  });
  if (failed === null) return;
  if (others.length === 0) throw cannotListen(port, failed);
  await listen(server, others);
}

export interface HostOptions {
  /** 0: any free port; left out: the first of the usual ones that is free, else any */
  readonly port?: number;
  /** folder of the built renderer */
  readonly root?: string;
  /** one call for each page that connects */
  readonly attach: (transport: Transport) => void;
  /** what /metrics answers, in Prometheus' text format; without it there is no such address */
  readonly metrics?: () => string;
}

export interface Host {
  readonly port: number;
  /** address with the token: for the person who started it, never for a log */
  readonly url: string;
  /** an address that works once: other users of the machine can read the arguments of a started browser */
  launchUrl(): string;
  /** `why`: what pages are told, in place of that it was stopped */
  close(why?: string): Promise<void>;
}

export async function startHost(options: HostOptions): Promise<Host> {
  const files = readBuiltFiles(options.root);
  const token = randomBytes(32).toString('base64url');
  const session = randomBytes(32).toString('base64url');
  const launches = new Set<string>();
  let port = 0;
  const cookieName = (): string => `acumen-${port}`;
  const hosts = (): readonly string[] => [`${LOOPBACK}:${port}`, `localhost:${port}`];

  /** Another name for this address (DNS rebinding) or another site's page: neither gets an answer. */
  const isOurs = (request: IncomingMessage, originRequired: boolean): boolean => {
    const { host, origin } = request.headers;
    if (host === undefined || !hosts().includes(host)) return false;
    return origin === undefined ? !originRequired : origin === `http://${host}`;
  };
  const hasSession = (request: IncomingMessage): boolean =>
    cookies(request.headers.cookie).some(([name, value]) => name === cookieName() && sameSecret(value, session));
  const admits = (given: string): boolean => {
    if (sameSecret(given, token)) return true;
    for (const launch of launches) if (sameSecret(given, launch)) return launches.delete(launch);
    return false;
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of fixedHeaders) response.setHeader(name, value);
    if (!isOurs(request, false)) { refuse(response, 403, 'This address is for pages of this Acumen alone.'); return; }
    const pathname = request.url!.split('?', 1)[0]!; // names are exact: nothing to decode or normalise
    if (pathname === '/session') { startSession(request, response); return; }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      refuse(response, 405, 'Only GET and HEAD.');
      return;
    }
    if (pathname === '/metrics' && options.metrics !== undefined) { answerMetrics(request, response, options.metrics); return; }
    const file = answerFile(files, pathname, `ws://${request.headers.host!}`);
    if (file === null) { refuse(response, 404, 'No such file.'); return; }
    for (const [name, value] of file.headers) response.setHeader(name, value);
    if (file.tag !== null && request.headers['if-none-match'] === file.tag) { response.writeHead(304).end(); return; }
    response.writeHead(200, { 'content-length': file.body.length });
    response.end(request.method === 'HEAD' ? undefined : file.body);
  }

  /** For a page that has a session, and for a collector that was given the token. */
  function answerMetrics(request: IncomingMessage, response: ServerResponse, metrics: () => string): void {
    if (!hasSession(request) && !sameSecret(bearer(request) ?? '', token)) {
      response.setHeader('www-authenticate', 'Bearer');
      refuse(response, 401, 'Figures are for who shows the token of the address that this Acumen printed when it started.');
      return;
    }
    const body = Buffer.from(metrics());
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store', 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  function startSession(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST') { response.setHeader('allow', 'POST'); refuse(response, 405, 'Only POST.'); return; }
    const given = bearer(request);
    if (!isOurs(request, true) || given === undefined || !admits(given)) {
      refuse(response, 403, 'This token does not open this Acumen. Use the address that it printed when it started.');
      return;
    }
    response.setHeader('set-cookie', `${cookieName()}=${session}; Path=/; HttpOnly; SameSite=Strict`);
    response.setHeader('cache-control', 'no-store');
    response.writeHead(204).end();
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.requestBytes, perMessageDeflate: false, clientTracking: true });

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (request.url !== '/socket' || !isOurs(request, true) || !hasSession(request)) {
      // An upgraded socket is no longer the server's to time out: one that the other side never closes would stay for ever.
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => options.attach(webSocketTransport(ws)));
  }

  const server = createServer({ maxHeaderSize: 16 << 10, requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 5000 }, answer);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('upgrade', upgrade);
  await listen(server, options.port === undefined ? [...usualPorts, 0] : [options.port]);
  port = (server.address() as AddressInfo).port;
  const address = (secret: string): string => `http://${LOOPBACK}:${port}/#token=${secret}`;

  return {
    port,
    url: address(token),
    launchUrl() {
      const launch = randomBytes(32).toString('base64url');
      launches.add(launch);
      return address(launch);
    },
    async close(why = 'Acumen was stopped') {
      for (const ws of sockets.clients) ws.resume(); // one that nobody listened to yet answers, too
      for (const ws of sockets.clients) ws.close(1001, Buffer.from(why).subarray(0, REASON_BYTES).toString());
      const closed = new Promise<void>((resolve) => { server.close(() => resolve()); });
      const last = setTimeout(() => {
        for (const ws of sockets.clients) ws.terminate();
        server.closeAllConnections(); // those that never finish what they ask
      }, 1000);
      server.closeIdleConnections();
      await closed;
      clearTimeout(last);
    },
  };
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' });
  response.end(`${sentence}\n`);
}

function bearer(request: IncomingMessage): string | undefined { return /^Bearer ([\w-]{1,128})$/.exec(request.headers.authorization ?? '')?.[1]; }

function cookies(header: string | undefined): [string, string][] {
  return (header ?? '').split(';').map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? ['', ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
}

/** In constant time: digests have one length whatever was given. */
function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
