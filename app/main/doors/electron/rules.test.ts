// Dangers: a setting that slips, a page that is led away, a frame that is not ours and speaks, a file that the scheme should not know,
// a permission or a link that nobody meant to give.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBuiltFiles } from '../../service/screen.ts';
import type { BuiltFiles } from '../../service/screen.ts';
import { answerPage, grants, home, isLink, isOurs, links, mayKeep, mayNavigate, mayRequest, privileges, refuseSender, webPreferences } from './rules.ts';

test('the window\'s preferences, read back', () => {
  expect(webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false });
  expect(webPreferences).toMatchObject({ nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false, allowRunningInsecureContent: false, experimentalFeatures: false, plugins: false, navigateOnDragDrop: false });
  expect(privileges).toMatchObject({ standard: true, secure: true, bypassCSP: false, allowServiceWorkers: false });
});

/** Addresses that resemble ours or lead elsewhere. */
const foreign = [
  'acumen://other/', 'acumen://app.evil.example/', 'acumen://app:80/', 'acumen://user@app/', 'acumen://user:pass@app/', 'acumen:app', 'acumen:/app/', 'acumen://', 'acumenx://app/',
  'http://app/', 'https://acumen/app', 'https://evil.example/#acumen://app/', 'file:///etc/passwd', 'file://app/', 'data:text/html,x', 'javascript:alert(1)', 'about:blank', 'blob:acumen://app/1',
  'view-source:acumen://app/', 'chrome://version', 'devtools://devtools/bundled/x', 'ws://app/', '', 'app', '//app/', 'null',
];

describe('addresses', () => {
  test('ours is one scheme and one host', () => {
    for (const address of [home, `${home}index.html`, `${home}assets/x.js?y#z`, 'ACUMEN://app/']) expect(isOurs(address), address).toBe(true);
    for (const address of foreign) expect(isOurs(address), address).toBe(false);
  });

  test('the window goes nowhere but to its own page', () => {
    for (const address of [home, `${home}index.html`, `${home}#x`, `${home}?x`]) expect(mayNavigate(address), address).toBe(true);
    for (const address of [...foreign, `${home}assets/main.js`, `${home}icon.svg`]) expect(mayNavigate(address), address).toBe(false);
  });

  test('nothing is requested but the scheme, pictures within the page, and the developer tools', () => {
    for (const address of [home, `${home}assets/x.js`, 'data:image/png;base64,AA', 'devtools://devtools/bundled/x']) expect(mayRequest(address), address).toBe(true);
    for (const address of foreign.filter((one) => !one.startsWith('devtools:'))) expect(mayRequest(address), address).toBe(false);
  });

  test('a file is kept only if our page made it, and the dialog asks where to', () => {
    const made = 'blob:acumen://app/3f2504e0-4f89-41d3-9a0c-0305e82c3301';
    for (const may of [mayKeep, mayRequest]) expect(may(made)).toBe(true);
    for (const address of [...foreign, home, `${made}/x`, made.replace('app', 'other'), made.replace('acumen:', 'http:'), made.replace('blob:', ''), `x${made}`, 'data:text/plain,x']) expect(mayKeep(address), address).toBe(false);
    expect(mayNavigate(made)).toBe(false);
  });

  test('links leave the app only if they are written here', () => {
    for (const link of Object.values(links)) { expect(isLink(link)).toBe(true); expect(link).toMatch(/^https:\/\//); }
    for (const address of [...foreign, `${links.mergeTree}?x`, links.mergeTree.toUpperCase(), `${links.mergeTree}.evil.example`, 'https://git-scm.com/', 'toString']) expect(isLink(address), address).toBe(false);
  });
});

test('permissions: the clipboard may be written by our own page, and nothing else is granted', () => {
  expect(grants('clipboard-sanitized-write', home, true)).toBe(true);
  expect(grants('clipboard-sanitized-write', 'acumen://app', true)).toBe(true);
  expect(grants('clipboard-sanitized-write', home, false)).toBe(false);
  for (const address of foreign) expect(grants('clipboard-sanitized-write', address, true), address).toBe(false);
  for (const permission of ['clipboard-read', 'media', 'geolocation', 'notifications', 'fullscreen', 'openExternal', 'usb', 'serial', 'hid', 'fileSystem', 'display-capture', 'pointerLock', 'unknown', '', 'constructor']) {
    expect(grants(permission, home, true), permission).toBe(false);
  }
});

test('a message is heard from the main frame of our window at our address alone', () => {
  const good = { url: home, isMainFrame: true, isOurWindow: true };
  expect(refuseSender(good)).toBeNull();
  expect(refuseSender({ ...good, isMainFrame: false })).toContain('main frame');
  expect(refuseSender({ ...good, isOurWindow: false })).toContain('no window');
  expect(refuseSender({ ...good, url: null })).not.toBeNull();
  for (const url of foreign) expect(refuseSender({ ...good, url }), url).toContain('origin');
});

describe('the scheme', () => {
  let folder: string, files: BuiltFiles;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'acumen-scheme-'));
    await mkdir(path.join(folder, 'renderer/assets'), { recursive: true });
    await writeFile(path.join(folder, 'secret.js'), 'secret');
    await writeFile(path.join(folder, 'renderer/index.html'), '<!doctype html><html><head><title>A</title></head><body></body></html>');
    await writeFile(path.join(folder, 'renderer/assets/main-1a2b.js'), 'export {};');
    await symlink(path.join(folder, 'secret.js'), path.join(folder, 'renderer/link.js'));
    files = readBuiltFiles(path.join(folder, 'renderer'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const ask = (url: string, method = 'GET') => answerPage(files, { url, method });
  const text = (answer: { readonly body: Uint8Array | null }): string => new TextDecoder().decode(answer.body ?? new Uint8Array());

  test('the page is isolated, and its policy names its own nonce, new for each load, and no other place to connect to', () => {
    const [first, second] = [ask(home), ask(`${home}index.html`)];
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store',
    });
    const nonce = /<meta name="csp-nonce" content="([^"]+)">/.exec(text(first))![1]!;
    const policy = first.headers['content-security-policy']!;
    expect(policy).toBe([
      "default-src 'none'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "connect-src 'self'", "img-src 'self' data:", "worker-src 'self'", "font-src 'self'",
      "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", 'trusted-types default acumen',
    ].join('; '));
    expect(text(second)).not.toContain(nonce);
  });

  test('built files are answered by exact name, under the policy that governs workers', () => {
    const answer = ask(`${home}assets/main-1a2b.js`);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8', 'content-length': '10', 'cross-origin-embedder-policy': 'require-corp' } });
    expect(answer.headers['content-security-policy']).toContain("style-src 'self';");
    expect(text(answer)).toBe('export {};');
    expect(ask(`${home}assets/main-1a2b.js`, 'HEAD')).toMatchObject({ status: 200, body: null });
  });

  test('nothing else is', () => {
    for (const name of ['../secret.js', 'assets/../../secret.js', '%2e%2e/secret.js', '..%2fsecret.js', 'assets/..%5c..%5csecret.js', '/secret.js', 'link.js', 'assets', 'assets/', 'INDEX.HTML', 'etc/passwd', 'assets/main-1a2b.js%00.html', '__proto__', 'constructor']) {
      const answer = ask(`${home}${name}`);
      expect(answer, name).toMatchObject({ status: 404, body: null });
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
    }
    for (const address of foreign) expect(ask(address), address).toMatchObject({ status: 403, body: null });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get']) expect(ask(home, method), method).toMatchObject({ status: 405, body: null });
    // An address is normalised before it is a name: `/.` and `/..` are the page, and there is nothing above it.
    for (const name of ['.', '..', './', '../..', '%2e']) expect(text(ask(`${home}${name}`)), name).toContain('<title>A</title>');
    fc.assert(fc.property(fc.webPath(), (name) => {
      const address = `acumen://app${name.startsWith('/') ? '' : '/'}${name}`, { pathname } = new URL(address);
      if (pathname !== '/' && !files.has(pathname)) expect(ask(address).status).toBe(404);
    }));
  });
});
