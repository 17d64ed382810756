// The app's own scheme on a machine's own network: `acumen://app/x` is http://app.acumen.localhost/x in Chromium, which is secure and
// isolated there alike, and main never sees the difference. Chromium reaches it through a proxy, so every other address it asks for
// arrives here too, is refused, and is remembered. The pages' sockets end here as well.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { NotInTheDouble, refusing } from './refuse.ts';

type Handler = (request: Request) => Response | Promise<Response>;
const privileged = new Map<string, Electron.Privileges>();
const handlers = new Map<string, Handler>();
/** what pages asked for outside the app, by address */
export const outside: string[] = [];
type Before = (details: Electron.OnBeforeRequestListenerDetails, callback: (answer: Electron.CallbackResponse) => void) => void;
let before: Before | null = null;
let ready = false;
export const nowReady = (): void => { ready = true; };

export const protocol = refusing<Electron.Protocol>('protocol', {
  registerSchemesAsPrivileged(schemes) {
    if (ready) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme, privileges = {} } of schemes) privileged.set(scheme, privileges);
  },
  handle(scheme, handler) {
    if (!ready) throw new Error('protocol.handle cannot be called before app is ready');
    const { standard, secure } = privileged.get(scheme) ?? {};
    // Chromium takes the double's origin for a standard and secure one: to be as strict as Electron, the app must have asked for it.
    if (standard !== true || secure !== true) throw new NotInTheDouble(`scheme '${scheme}' that is not privileged as standard and secure`);
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    handlers.set(scheme, handler as Handler);
  },
  unhandle(scheme) { if (!handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`); },
  isProtocolHandled: (scheme) => handlers.has(scheme),
} satisfies Partial<Electron.Protocol>);

export const webRequest = refusing<Electron.WebRequest>('session.webRequest', {
  onBeforeRequest(filter: unknown, listener?: unknown) {
    const [urls, take] = typeof filter === 'function' || filter === null ? [null, filter as Before | null] : [(filter as Electron.WebRequestFilter).urls, listener as Before | null];
    if (urls !== null && !(urls.length === 1 && ['<all_urls>', '*://*/*'].includes(urls[0]!))) throw new NotInTheDouble('webRequest filter by address');
    before = take;
  },
} satisfies Partial<Electron.WebRequest>);

/** acumen://app/x → http://app.acumen.localhost/x; null where the address is not the app's. */
export function toChromium(url: string): string | null {
  const found = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(url);
  const scheme = found?.[1]!.toLowerCase();
  if (found === null || scheme === undefined || !handlers.has(scheme)) return null;
  return `http://${found[2] === '' ? 'empty' : found[2]!.toLowerCase()}.${scheme}.localhost${found[3] === '' ? '/' : found[3]}`;
}
export function toApp(url: string): string {
  const found = /^http:\/\/([^/?#]+)\.([a-z0-9+-]+)\.localhost(?:[/?#]|$)/i.exec(url);
  if (found === null || !privileged.has(found[2]!)) return url;
  return `${found[2]}://${found[1]}${url.slice(`http://${found[1]}.${found[2]}.localhost`.length)}`;
}

/** The policy in Chromium's words. `socket`, the double's own, is the one address added. */
function policyForChromium(policy: string, socket: string): string {
  let text = policy;
  for (const scheme of handlers.keys()) {
    text = text.replaceAll(new RegExp(`${scheme}://([\\w.-]+)`, 'g'), (_, host: string) => `http://${host}.${scheme}.localhost`).replaceAll(new RegExp(`(^|\\s)${scheme}:(?=[\\s;]|$)`, 'g'), '$1http:');
  }
  const parts = text.split(';').map((one) => one.trim()).filter((one) => one !== '');
  const at = parts.findIndex((one) => /^connect-src\b/i.test(one));
  const fallback = parts.find((one) => /^default-src\b/i.test(one));
  if (at >= 0) parts[at] = `${parts[at]!.replace(/\s'none'/i, '')} ${socket}`;
  else if (fallback !== undefined) parts.push(`connect-src${fallback.slice('default-src'.length).replace(/\s'none'/i, '')} ${socket}`);
  return parts.join('; ');
}

const kinds: Readonly<Record<string, string>> = { document: 'mainFrame', iframe: 'subFrame', script: 'script', worker: 'script', style: 'stylesheet', image: 'image', font: 'font', websocket: 'webSocket', empty: 'xhr' };
function cancelled(url: string, request: IncomingMessage): Promise<boolean> {
  if (before === null) return Promise.resolve(false);
  const listener = before;
  return new Promise((resolve) => {
    const details = refusing<Electron.OnBeforeRequestListenerDetails>('request details', {
      url, method: request.method ?? 'GET', resourceType: (kinds[String(request.headers['sec-fetch-dest'])] ?? 'other') as Electron.OnBeforeRequestListenerDetails['resourceType'], referrer: String(request.headers.referer ?? ''),
    } satisfies Partial<Electron.OnBeforeRequestListenerDetails>);
    listener(details, ({ cancel, redirectURL }) => {
      if (redirectURL !== undefined) throw new NotInTheDouble('webRequest redirect');
      resolve(cancel === true);
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = /^https?:/.test(request.url!) ? request.url! : `http://${request.headers.host}${request.url}`;
  const url = toApp(asked);
  if (await cancelled(url, request)) { request.socket.destroy(); return; }
  const handler = url === asked ? undefined : handlers.get(/^[^:]+/.exec(url)![0]);
  if (handler === undefined) { outside.push(asked); request.socket.destroy(); return; }
  const body: Buffer[] = [];
  for await (const part of request) body.push(part as Buffer);
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value !== 'string' || /^(host|connection|proxy-.*|upgrade-insecure-requests)$/.test(name)) continue;
    headers.set(name, ['origin', 'referer'].includes(name) ? toApp(value) : value);
  }
  let given: Response;
  try {
    given = await handler(new Request(url, { method: request.method!, headers, ...(body.length > 0 && { body: Buffer.concat(body) }) }));
    if (given.type === 'error') { request.socket.destroy(); return; }
  } catch (error) {
    process.stderr.write(`protocol handler: ${String((error as Error).stack)}\n`);
    request.socket.destroy();
    return;
  }
  const bytes = Buffer.from(await given.arrayBuffer());
  response.statusCode = given.status;
  for (const [name, value] of given.headers) {
    if (name === 'content-length') continue;
    response.setHeader(name, name.startsWith('content-security-policy') ? policyForChromium(value, socketAddress(url)) : name === 'location' ? (toChromium(value) ?? value) : value);
  }
  response.setHeader('content-length', bytes.length);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

const secret = crypto.randomUUID();
/** At the page's own host: `upgrade-insecure-requests` and mixed content have nothing to say about it. */
export function socketAddress(url: string): string {
  return `${toChromium(url)!.replace(/^http:/, 'ws:').replace(/^(ws:\/\/[^/?#]+).*/, '$1')}/${secret}`;
}

/** `onPage` gets each page's socket with the number of its window. */
export async function listen(onPage: (window: number, socket: WebSocket) => void): Promise<number> {
  const server: Server = createServer((request, response) => { void answer(request, response); });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1 << 30 });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const found = new RegExp(`/${secret}\\?(\\d+)$`).exec(request.url ?? '');
    if (found === null) { outside.push(`ws://${request.headers.host}${request.url}`); stream.destroy(); return; }
    sockets.handleUpgrade(request, stream, head, (socket) => { onPage(Number(found[1]), socket); });
  });
  server.on('connect', (request: IncomingMessage, stream: Duplex) => {
    stream.on('error', () => stream.destroy());
    if (!/^[\w.-]+\.localhost:80$/.test(request.url ?? '')) {
      const url = `https://${request.url!.replace(/:443$/, '')}/`;
      void cancelled(url, request).then((is) => { if (!is) outside.push(url); stream.destroy(); });
      return;
    }
    stream.write('HTTP/1.1 200 OK\r\n\r\n');
    server.emit('connection', stream);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => { resolve(); }); });
  return (server.address() as AddressInfo).port;
}
