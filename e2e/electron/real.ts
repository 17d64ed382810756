// Electron's driver on a real runtime, by Playwright: the same journeys, where a runtime is (runtime.ts). Nothing here was ever run on
// a machine without one; README says where it was.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { hearComplaints } from '../complaints.ts';
import { electronArgs, electronMain, noMoreServices, servicePids } from '../electron.ts';
import type { ElectronDriver, ElectronSession, LaunchOptions } from '../driver.ts';
import { findRuntime } from './runtime.ts';
import type { Main } from './types.ts';
import { removeFolder } from '../../testkit/folder.ts';

/** As root Chromium has no sandbox of its own; the page's stays denied what webPreferences say. */
const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export async function realDriver(): Promise<ElectronDriver> {
  const runtime = findRuntime();
  if ('missing' in runtime) throw new Error(`BUG: asked for a real Electron, and there is ${runtime.missing}`);
  const { executable } = runtime;
  const sessions = new Set<ElectronSession>();

  async function launch(options: LaunchOptions = {}): Promise<ElectronSession> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'acumen-journey-')));
    const { colorScheme = 'light', forcedColors = 'none', reducedMotion = 'no-preference', viewport = { width: 1440, height: 900 } } = options;
    const env = { ...process.env, ACUMEN_DATA: folder, XDG_CONFIG_HOME: join(folder, 'config') } as Record<string, string>;
    const complaints: string[] = [];
    let app: ElectronApplication | null = null, page: Page | null = null;
    const running = (): ElectronApplication => { if (app === null) throw new Error('This session is not running.'); return app; };

    async function open(): Promise<void> {
      app = await _electron.launch({ executablePath: executable, args: [...switches, electronMain, ...electronArgs(options)], env });
      app.on('window', (window) => {
        hearComplaints(window, complaints);
      });
      page = await app.firstWindow();
      await page.emulateMedia({ colorScheme, forcedColors, reducedMotion });
    }
    async function quit(): Promise<void> {
      const leaving = app;
      app = null;
      await leaving?.close();
    }
    const session: ElectronSession = {
      get page() { if (page === null) throw new Error('This session is closed.'); return page; },
      get address() { return this.page.url(); },
      repository: options.repository ?? join(folder, 'sample'),
      get store() {
        const store = options.store ?? globSync('stores/*.acumen', { cwd: folder })[0];
        if (store === undefined) throw new Error('This session has no store yet.');
        return resolve(folder, store);
      },
      complaints,
      double: null,
      get windows() { return running().windows(); },
      evaluate: (run, arg) => running().evaluate(run as never, arg as never) as never,
      async window(at) {
        while (running().windows().length <= at) await running().waitForEvent('window');
        const one = running().windows()[at]!;
        await one.waitForLoadState('load');
        return one;
      },
      async again(...args) {
        const second = spawn(executable, [...switches, electronMain, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '';
        for (const stream of [second.stdout, second.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString(); });
        const [code] = await once(second, 'exit') as [number];
        return { code, said };
      },
      async killService() { for (const pid of await this.evaluate(servicePids)) process.kill(pid, 'SIGKILL'); },
      async restart() { await quit(); await open(); },
      async kill() {
        const pids = await this.evaluate(servicePids);
        await this.evaluate(noMoreServices);
        for (const pid of pids) process.kill(pid, 'SIGKILL');
      },
      async close() {
        sessions.delete(session);
        await quit();
        page = null;
        removeFolder(folder);
      },
    };
    sessions.add(session);
    try {
      await open();
      await session.evaluate(({ BrowserWindow }: Main, { width, height }) => { BrowserWindow.getAllWindows()[0]!.setContentSize(width, height); }, viewport);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  return {
    name: 'electron',
    launch,
    async close() { for (const session of [...sessions]) await session.close(); },
  };
}
