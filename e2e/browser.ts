// The browser driver: starts the built `acumen serve` as a process of its own, reads the address it prints, opens it in Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { hearComplaints } from './complaints.ts';
import { ensureChromium, flags } from '../scripts/chromium.ts';
import { at } from '../scripts/steps.ts';
import type { Driver, LaunchOptions, Session } from './driver.ts';
import { removeFolder } from '../testkit/folder.ts';

/** Milliseconds within which Acumen must print its address: the sample may have to be made first, on a slow machine. */
const PATIENCE = 90_000;

interface Host { readonly address: string; readonly repository: string; stop(signal: NodeJS.Signals): Promise<void> }

/** `folder` is the data folder: what Acumen keeps by its own choice (the sample, default stores) stays in the session. */
async function startHost(options: LaunchOptions, folder: string): Promise<Host> {
  const repository = options.repository === undefined ? [] : ['--repo', options.repository];
  const store = options.store === undefined ? [] : ['--store', options.store];
  const child = spawn(process.execPath, [at('bin/acumen.js'), 'serve', '--port', '0', '--no-open', '--json', ...repository, ...store], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ACUMEN_DATA: folder },
  });
  const ended = once(child, 'exit');
  let said = '';
  const first = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`No address after ${PATIENCE} ms. It said:\n${said}`)); }, PATIENCE);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) { clearTimeout(late); resolve(out.slice(0, out.indexOf('\n'))); }
    });
    child.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
    child.on('error', reject);
    child.on('exit', (code) => { clearTimeout(late); reject(new Error(`acumen serve ended with exit ${code} before it gave an address. It said:\n${said}`)); });
  });
  const { url, repository: opened } = JSON.parse(first) as { url: string; repository: string };
  return {
    address: url,
    repository: opened,
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const late = setTimeout(() => { child.kill('SIGKILL'); }, 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}

export async function browserDriver(): Promise<Driver> {
  const browser: Browser = await chromium.launch({ executablePath: ensureChromium(), args: [...flags], headless: true });
  const sessions = new Set<Session>();

  async function launch(options: LaunchOptions = {}): Promise<Session> {
    const folder = mkdtempSync(join(tmpdir(), 'acumen-journey-'));
    const complaints: string[] = [];
    let host: Host | null = null;
    let context: BrowserContext | null = null;
    let page: Page | null = null;

    async function open(): Promise<void> {
      host = await startHost(options, folder);
      context = await browser.newContext({
        viewport: options.viewport ?? { width: 1440, height: 900 },
        colorScheme: options.colorScheme ?? 'light',
        forcedColors: options.forcedColors ?? 'none',
        reducedMotion: options.reducedMotion ?? 'no-preference',
      });
      page = await context.newPage();
      hearComplaints(page, complaints);
      await page.goto(host.address);
    }
    async function shut(signal: NodeJS.Signals): Promise<void> {
      // The page goes first: that it would miss its service is no complaint.
      await context?.close();
      context = null;
      await host?.stop(signal);
      host = null;
    }

    const session: Session = {
      get page() { if (page === null) throw new Error('This session is closed.'); return page; },
      get address() { if (host === null) throw new Error('This session is not running.'); return host.address; },
      get repository() { if (host === null) throw new Error('This session is not running.'); return host.repository; },
      get store() {
        const store = options.store ?? globSync('stores/*.acumen', { cwd: folder })[0];
        if (store === undefined) throw new Error('This session has no store yet.');
        return resolve(folder, store);
      },
      complaints,
      async restart() { await shut('SIGTERM'); await open(); },
      async kill() { await host?.stop('SIGKILL'); },
      async close() {
        sessions.delete(session);
        await shut('SIGTERM');
        page = null;
        removeFolder(folder);
      },
    };
    sessions.add(session);
    try {
      await open();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  return {
    name: 'browser',
    launch,
    async close() {
      for (const session of [...sessions]) await session.close();
      await browser.close();
    },
  };
}
