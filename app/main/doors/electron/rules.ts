// What the window may do, as values and pure functions: its web preferences, its scheme, where it may go, which permission it has,
// who may send a message, which links leave the app. guard.ts and main.ts hand them to Electron.
import { answerFile, fixedHeaders } from '../../service/screen.ts';
import type { BuiltFiles } from '../../service/screen.ts';

/** Everything that keeps the page from the machine, said aloud although most are Electron's defaults today. */
export const webPreferences = {
  sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false,
  webSecurity: true, allowRunningInsecureContent: false, experimentalFeatures: false, webviewTag: false, plugins: false,
  navigateOnDragDrop: false, enableWebSQL: false, spellcheck: false, safeDialogs: true,
} as const;

export const scheme = 'acumen';
export const host = 'app';
export const home = `${scheme}://${host}/`;
/** `standard` gives the page an origin, `secure` its workers and shared memory. */
export const privileges = { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, codeCache: true, allowServiceWorkers: false, bypassCSP: false, stream: false } as const;

/** An address of ours: the scheme, the one host, no name, no port. */
export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, port, username, password } = new URL(address);
  return protocol === `${scheme}:` && hostname === host && port === '' && username === '' && password === '';
}

export interface Answer { readonly status: number; readonly headers: Record<string, string>; readonly body: Uint8Array<ArrayBuffer> | null }

/** What a request for an address of the scheme is answered with, from the allow-list alone. */
export function answerPage(files: BuiltFiles, request: { readonly method: string; readonly url: string }): Answer {
  const headers = Object.fromEntries(fixedHeaders);
  const refuse = (status: number): Answer => ({ status, headers: { ...headers, 'cache-control': 'no-store' }, body: null });
  if (!isOurs(request.url)) return refuse(403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  const file = answerFile(files, new URL(request.url).pathname, null);
  if (file === null) return refuse(404);
  for (const [name, value] of file.headers) headers[name] = value;
  return { status: 200, headers: { ...headers, 'content-length': String(file.body.length) }, body: request.method === 'HEAD' ? null : Uint8Array.from(file.body) };
}

/** A page of ours may write to the clipboard when its person asks; nothing else is ever granted. */
export function grants(permission: string, requester: string, isMainFrame: boolean): boolean {
  return permission === 'clipboard-sanitized-write' && isMainFrame && isOurs(requester);
}

/** A file that the page has made of what it shows (an export): the system's dialog asks the person where to, or not at all. */
export function mayKeep(address: string): boolean {
  return /^blob:acumen:\/\/app\/[0-9a-f-]{36}$/.test(address);
}

/** Requests of the network stack: the scheme's own, pictures within the page, files that the page made. `file:`, `http:` and the rest never leave. */
export function mayRequest(address: string): boolean {
  return isOurs(address) || mayKeep(address) || address.startsWith('data:image/') || address.startsWith('devtools://');
}

/** The window stays on its page: it may be loaded again, and nothing else. */
export function mayNavigate(to: string): boolean {
  return isOurs(to) && ['/', '/index.html'].includes(new URL(to).pathname);
}

/** The only addresses that are ever handed to the person's browser: exactly these. */
export const links = { mergeTree: 'https://git-scm.com/docs/git-merge-tree' } as const;
export function isLink(address: string): boolean {
  return Object.values<string>(links).includes(address);
}

export interface Sender {
  /** null: the frame is gone already */
  readonly url: string | null;
  readonly isMainFrame: boolean;
  readonly isOurWindow: boolean;
}

/** Why a message is not heard; null where it is. */
export function refuseSender({ url, isMainFrame, isOurWindow }: Sender): string | null {
  if (!isOurWindow) return 'it is from no window of ours';
  if (url === null || !isMainFrame) return 'it is not from the main frame';
  return isOurs(url) ? null : 'it is from another origin';
}
