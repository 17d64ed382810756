// Electron's driver on the double: the door's real main, preload and service, built, run against e2e/electron/double over Chromium.
import { globSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { ensureChromium, flags } from '../scripts/chromium.ts';
import { at } from '../scripts/steps.ts';
import { desktop, type Running } from './electron/double/screen.ts';
import type { Main } from './electron/types.ts';
import type { ElectronDriver, ElectronSession, LaunchOptions } from './driver.ts';
import { removeFolder } from '../testkit/folder.ts';

export const electronMain = at('dist/app/main/doors/electron/main.js');
/** What a person asked for, as Electron's door takes it from the command line. */
export const electronArgs = ({ repository, store }: LaunchOptions): string[] =>
  [...repository === undefined ? [] : ['--repo', repository], ...store === undefined ? [] : ['--store', store]];

/** Process ids of the services, as main knows them. */
export const servicePids = ({ app }: Main): number[] => app.getAppMetrics().filter(({ type, name }) => type === 'Utility' && name === 'Acumen service').map(({ pid }) => pid);
/** From now on no service comes up: as an installation that is damaged. */
export const noMoreServices = ({ utilityProcess }: Main): void => {
  const { fork } = utilityProcess;
  utilityProcess.fork = (file, args, options) => fork(`${file}-that-is-not-there`, args, { ...options, stdio: 'ignore' });
};

export async function electronDriver(): Promise<ElectronDriver> {
  const browser: Browser = await chromium.launch({ executablePath: ensureChromium(), args: [...flags], headless: true });
  const sessions = new Set<ElectronSession>();

  async function launch(options: LaunchOptions = {}): Promise<ElectronSession> {
    // main names folders as they are really called
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'acumen-journey-')));
    const { colorScheme = 'light', forcedColors = 'none', reducedMotion = 'no-preference', viewport = { width: 1440, height: 900 } } = options;
    const shown = await desktop(browser, { viewport: null, colorScheme, forcedColors, reducedMotion });
    const env = { ACUMEN_DATA: folder, XDG_CONFIG_HOME: join(folder, 'config') };
    let app: Running | null = null, page: Page | null = null;
    const running = (): Running => { if (app === null) throw new Error('This session is not running.'); return app; };

    async function open(): Promise<void> {
      app = shown.start(electronMain, electronArgs(options), env);
      page = await app.window(0);
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
      complaints: shown.complaints,
      get double() { return running(); },
      get windows() { return running().windows.map((one) => one.page); },
      evaluate: (run, arg) => running().evaluate(run, arg),
      window: (n) => running().window(n),
      async again(...args) {
        const second = shown.start(electronMain, args, env);
        return { code: await second.ended, said: second.said() };
      },
      async killService() { for (const pid of await this.evaluate(servicePids)) process.kill(pid, 'SIGKILL'); },
      async restart() { await app?.quit(); await open(); },
      async kill() {
        const pids = await this.evaluate(servicePids);
        await this.evaluate(noMoreServices);
        for (const pid of pids) process.kill(pid, 'SIGKILL');
      },
      async close() {
        sessions.delete(session);
        try {
          await app?.quit();
        } finally {
          await shown.close();
          app = page = null;
          removeFolder(folder);
        }
      },
    };
    sessions.add(session);
    try {
      await open();
      // A person makes the window as large as the journey wants it; after a restart it is as it was.
      await session.page.setViewportSize(viewport);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  return {
    name: 'electron',
    launch,
    async close() {
      for (const session of [...sessions]) await session.close();
      await browser.close();
    },
  };
}
