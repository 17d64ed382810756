// The built screen as every door serves it: an allow-list of files, each read once at start and answered by exact name, with the
// headers and the policy of the page (style.md, "Electron, done safely"; CSP level 3, HTML's COOP/COEP). Who may ask is the door's.
import { hash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AcumenError } from '../../core/errors.ts';

export interface BuiltFile { readonly bytes: Buffer; readonly type: string; readonly tag: string; readonly immutable: boolean }
export type BuiltFiles = ReadonlyMap<string, BuiltFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon',
  '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.woff2': 'font/woff2', '.wasm': 'application/wasm',
};

/** dist/renderer, seen from this file, whether it runs compiled (under dist/app) or as source (under app). */
function builtRenderer(): string {
  const compiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(compiled ? '../../../renderer' : '../../../dist/renderer', import.meta.url));
}

/** Regular files below `root` whose type is known, by the URL path that serves them ('/assets/index-1a2b.js'). At once: asked for one by one they take four times as long. */
export function readBuiltFiles(root: string = builtRenderer()): BuiltFiles {
  const files = new Map<string, BuiltFile>();
  // Folder by folder: within Electron's archive entries know neither their parent nor how to be listed recursively.
  const readFolder = (folder: string, url: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name), name = `${url}${entry.name}`;
      if (entry.isDirectory()) readFolder(at, `${name}/`);
      const type = types[path.extname(entry.name).toLowerCase()];
      if (!entry.isFile() || type === undefined) continue;
      const bytes = readFileSync(at);
      files.set(name, { bytes, type, tag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`, immutable: name.startsWith('/assets/') });
    }
  };
  try {
    readFolder(root, '/');
  } catch (error) {
    throw badInstallation(root, error);
  }
  if (!files.has('/index.html')) throw badInstallation(root);
  return files;
}

function badInstallation(root: string, cause?: unknown): AcumenError {
  return new AcumenError('io', 'The built screen of Acumen is not there.', 'In a checkout run `npm run build`; otherwise install Acumen again.',
    { root }, { cause });
}

/** On every answer. Cross-origin isolation gives the workers shared memory; the rest denies what the page never needs. */
export const fixedHeaders: readonly (readonly [string, string])[] = [
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-embedder-policy', 'require-corp'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()'],
];

/** `nonce` admits the styles that CodeMirror injects in this one load; `socket` is where the page may connect to, besides its own origin. */
function contentSecurityPolicy(socket: string | null, nonce: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    nonce === null ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    socket === null ? "connect-src 'self'" : `connect-src 'self' ${socket}`,
    "img-src 'self' data:",
    "worker-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default acumen',
  ].join('; ');
}

/** The page reads its nonce from `<meta name="csp-nonce" content="…">`, which is filled in here, or put in if the build has none. */
function withNonce(html: string, nonce: string): string {
  const filled = html.replace(/<meta\s+name="csp-nonce"[^>]*>/i, '');
  return filled.replace(/<head(\s[^>]*)?>/i, (head) => `${head}<meta name="csp-nonce" content="${nonce}">`);
}

export interface FileAnswer { readonly headers: readonly (readonly [string, string])[]; readonly tag: string | null; readonly body: Buffer }

/** What a request for `pathname` is answered with, the fixed headers apart; null: there is no such file. Names are exact: nothing is decoded or normalised. */
export function answerFile(files: BuiltFiles, pathname: string, socket: string | null): FileAnswer | null {
  const name = pathname === '/' ? '/index.html' : pathname;
  const file = files.get(name);
  if (file === undefined) return null;
  if (name === '/index.html') {
    const nonce = randomBytes(18).toString('base64');
    return {
      headers: [['content-type', file.type], ['content-security-policy', contentSecurityPolicy(socket, nonce)], ['cache-control', 'no-store']],
      tag: null,
      body: Buffer.from(withNonce(file.bytes.toString('utf8'), nonce)),
    };
  }
  return {
    headers: [
      ['content-type', file.type],
      // Workers are governed by the policy of their own script.
      ['content-security-policy', contentSecurityPolicy(socket, null)],
      ['etag', file.tag],
      ['cache-control', file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache'],
    ],
    tag: file.tag,
    body: file.bytes,
  };
}
