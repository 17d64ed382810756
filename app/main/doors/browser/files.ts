// The built renderer as an allow-list: every file read once at start, served by exact name. A request never names a path on disk.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { badInstallation } from './refusals.ts';

export interface BuiltFile { readonly bytes: Buffer; readonly type: string; readonly tag: string; readonly immutable: boolean }

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon',
  '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.woff2': 'font/woff2', '.wasm': 'application/wasm',
};

/** dist/renderer, seen from this file, whether it runs compiled (under dist/app) or as source (under app). */
export function builtRenderer(): string {
  const compiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(compiled ? '../../../../renderer' : '../../../../dist/renderer', import.meta.url));
}

/** Regular files below `root` whose type is known, by the URL path that serves them ('/assets/index-1a2b.js'). */
export async function readBuiltFiles(root: string): Promise<ReadonlyMap<string, BuiltFile>> {
  const files = new Map<string, BuiltFile>();
  let entries;
  try {
    entries = await readdir(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw badInstallation(root, error);
  }
  for (const entry of entries) {
    const type = types[path.extname(entry.name).toLowerCase()];
    if (!entry.isFile() || type === undefined) continue;
    const at = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(at);
    const url = `/${path.relative(root, at).split(path.sep).join('/')}`;
    files.set(url, { bytes, type, tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`, immutable: url.startsWith('/assets/') });
  }
  if (!files.has('/index.html')) throw badInstallation(root);
  return files;
}
