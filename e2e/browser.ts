// The browser driver: starts the built `acumen serve` as a process of its own, reads the address it prints, opens it in Chromium.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { ensureChromium, flags } from '../scripts/chromium.ts';
import { at } from '../scripts/steps.ts';
import type { Driver, LaunchOptions, Session } from './driver.ts';

/** Milliseconds within which Acumen must print its address: the sample may have to be made first, on a slow machine. */
const PATIENCE = 90_000;

interface Host { readonly process: ChildProcess; readonly address: string; stop(signal: NodeJS.Signals): Promise<void> }

async function startHost(options: LaunchOptions, store: string): Promise<Host> {
  const where = options.repository === undefined ? [] : ['--repo', options.repository];
  const child = spawn(process.execPath, [at('bin/acumen.js'), 'serve', '--port', '0', '--no-open', '--json', '--store', store, ...where], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`No address after ${PATIENCE} ms. It said:\n${said}`)); }, PATIENCE);
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/[^\s"']*/.exec(said);
      // Until the line is whole the token may be cut.
      if (found !== null && said.includes('\n', found.index)) { clearTimeout(late); resolve(found[0]); }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', reject);
    child.on('exit', (code) => { clearTimeout(late); reject(new Error(`acumen serve ended with exit ${code} before it gave an address. It said:\n${said}`)); });
  });
  return {
    process: child,
    address,
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
    const folder = options.store === undefined ? mkdtempSync(join(tmpdir(), 'acumen-journey-')) : null;
    const store = options.store ?? join(folder!, 'store.acumen');
    const complaints: string[] = [];
    let host: Host | null = null;
    let context: BrowserContext | null = null;
    let page: Page | null = null;

    async function open(): Promise<void> {
      host = await startHost(options, store);
      context = await browser.newContext({
        viewport: options.viewport ?? { width: 1440, height: 900 },
        colorScheme: options.colorScheme ?? 'light',
        forcedColors: options.forcedColors ?? 'none',
        reducedMotion: options.reducedMotion ?? 'no-preference',
      });
      page = await context.newPage();
      page.on('pageerror', (error) => { complaints.push(`uncaught: ${error.stack ?? error.message}`); });
      page.on('console', (message) => { if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`); });
      page.on('requestfailed', (request) => { complaints.push(`failed: ${request.method()} ${request.url()} ${request.failure()?.errorText}`); });
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
      store,
      complaints,
      async restart() { await shut('SIGTERM'); await open(); },
      async kill() { await host?.stop('SIGKILL'); },
      async close() {
        sessions.delete(session);
        await shut('SIGTERM');
        page = null;
        if (folder !== null) rmSync(folder, { recursive: true, force: true });
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
