// The app object of the double: paths, readiness, the single instance, and the end.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { link } from './link.ts';
import { onQuitRole } from './menu.ts';
import { nowReady } from './origin.ts';
import { Emitter, NotInTheDouble, Preventable, refusing } from './refuse.ts';
import { allWindows, onActivity, onContentsCreated, onLastWindowClosed, windowsMayOpen } from './window.ts';

const emitted = ['ready', 'will-finish-launching', 'window-all-closed', 'before-quit', 'will-quit', 'quit', 'second-instance', 'web-contents-created', 'browser-window-created', 'browser-window-focus', 'browser-window-blur', 'child-process-gone', 'render-process-gone'];
/** May be waited for, and never come in the double. */
const never = ['activate', 'open-file', 'open-url', 'continue-activity', 'certificate-error', 'select-client-certificate', 'login', 'gpu-info-update', 'accessibility-support-changed'];

const packageOf = (file: string): { readonly folder: string; readonly name: string; readonly version: string; readonly productName?: string } => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      return { folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string } };
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
};

const started = resolve(process.argv[1]!);
const ownPackage = packageOf(started);
let name = ownPackage.productName ?? ownPackage.name;
const config = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
const paths = new Map<string, string>([['home', homedir()], ['appData', config], ['temp', tmpdir()], ['exe', process.execPath], ['module', process.execPath],
  ...['desktop', 'documents', 'downloads', 'music', 'pictures', 'videos'].map((one): [string, string] => [one, join(homedir(), one)])]);

class App extends Emitter implements Pick<Electron.App, 'quit' | 'exit' | 'whenReady' | 'isReady' | 'getPath' | 'setPath' | 'getName' | 'setName' | 'getVersion' | 'getAppPath' | 'requestSingleInstanceLock' | 'hasSingleInstanceLock' | 'releaseSingleInstanceLock' | 'isPackaged' | 'enableSandbox' | 'setAppUserModelId' | 'getLocale' | 'getPreferredSystemLanguages' | 'disableHardwareAcceleration' | 'setAppLogsPath' | 'focus' | 'addRecentDocument' | 'clearRecentDocuments' | 'setAboutPanelOptions' | 'getAppMetrics'> {
  readonly isPackaged = false;
  private ready = false;
  private quitting = false;
  private lock: string | null = null;
  private readonly whenItIs: Promise<void>;
  private readonly becomeReady: () => void;

  constructor() {
    super('app', [...emitted, ...never]);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whenItIs = promise;
    this.becomeReady = () => {
      this.ready = true;
      nowReady();
      windowsMayOpen();
      this.emit('will-finish-launching');
      this.emit('ready', new Preventable(), {});
      resolve();
    };
  }

  /** Electron becomes ready after main's module has run; it runs to its end in the turn in which it first asks. */
  private soon = false;
  private begin(): void {
    if (this.soon) return;
    this.soon = true;
    setImmediate(this.becomeReady);
  }
  override on(event: string | symbol, listener: (...args: never[]) => void): this { if (event === 'ready') this.begin(); return super.on(event, listener); }
  override once(event: string | symbol, listener: (...args: never[]) => void): this { if (event === 'ready') this.begin(); return super.once(event, listener); }
  whenReady(): Promise<void> { this.begin(); return this.whenItIs; }
  isReady(): boolean { return this.ready; }
  get name(): string { return name; }
  set name(to: string) { name = to; }
  getName(): string { return name; }
  setName(to: string): void { name = to; }
  getVersion(): string { return ownPackage.version; }
  getAppPath(): string { return ownPackage.folder; }
  getLocale(): string { return 'en-US'; }
  getPreferredSystemLanguages(): string[] { return ['en-US']; }
  getPath(what: string): string {
    if (['userData', 'sessionData', 'logs', 'crashDumps'].includes(what) && !paths.has(what)) {
      if (what === 'logs' || what === 'crashDumps') return join(this.getPath('userData'), what === 'logs' ? 'logs' : 'Crashpad');
      return what === 'sessionData' ? this.getPath('userData') : join(paths.get('appData')!, name);
    }
    const found = paths.get(what);
    if (found === undefined) throw new Error(`Failed to get '${what}' path`);
    return found;
  }
  setPath(what: string, to: string): void {
    if (resolve(to) !== to) throw new Error('Path must be absolute');
    paths.set(what, to);
  }
  setAppLogsPath(to?: string): void { if (to !== undefined) this.setPath('logs', to); }
  enableSandbox(): void { if (this.ready) throw new Error('app.enableSandbox() can only be called before app is ready'); }
  disableHardwareAcceleration(): void { if (this.ready) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready'); }
  setAppUserModelId(): void { /* Windows alone */ }
  setAboutPanelOptions(): void { /* shown by a menu role that the double has not */ }
  addRecentDocument(): void { /* nobody sees the task bar's list */ }
  clearRecentDocuments(): void { /* as above */ }
  /** of utility processes alone */
  metrics: () => Electron.ProcessMetric[] = () => [];
  getAppMetrics(): Electron.ProcessMetric[] { return this.metrics(); }
  focus(): void { allWindows().at(-1)?.focus(); }

  /** By a file in the data folder with the process's number; a second process leaves its arguments beside it. */
  requestSingleInstanceLock(data: Record<string, unknown> = {}): boolean {
    if (this.lock !== null) return true;
    const folder = join(this.getPath('userData'), 'double-instance'), file = join(folder, 'first');
    mkdirSync(folder, { recursive: true });
    for (let tries = 0; tries < 100; tries++) {
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx' });
        this.lock = file;
        const watcher = watch(folder, () => { this.takeSeconds(folder); });
        watcher.unref();
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const first = Number(readFileSync(file, 'utf8'));
      if (first > 0 && alive(first)) {
        const note = join(folder, `${process.pid}.second`);
        writeFileSync(`${note}.part`, JSON.stringify({ argv: process.argv, cwd: process.cwd(), data }));
        renameSync(`${note}.part`, note);
        return false;
      }
      rmSync(file, { force: true });
    }
    throw new Error('BUG: the double finds neither a first instance nor a free place');
  }
  private takeSeconds(folder: string): void {
    for (const note of readdirSync(folder).filter((one) => one.endsWith('.second'))) {
      const { argv, cwd, data } = JSON.parse(readFileSync(join(folder, note), 'utf8')) as { argv: string[]; cwd: string; data: unknown };
      rmSync(join(folder, note));
      this.emit('second-instance', new Preventable(), argv, cwd, data);
    }
  }
  hasSingleInstanceLock(): boolean { return this.lock !== null; }
  releaseSingleInstanceLock(): void { if (this.lock !== null) rmSync(this.lock, { force: true }); this.lock = null; }

  quit(): void {
    if (this.quitting) return;
    const event = new Preventable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this.quitting = true;
    for (const window of allWindows()) window.close();
    if (allWindows().length > 0) { this.quitting = false; return; }
    this.end();
  }
  /** All windows are gone: what the app decides, or the end where it says nothing or is quitting. */
  lastWindowClosed(): void {
    setImmediate(() => {
      if (this.quitting || allWindows().length > 0) return;
      if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed'); else this.quit();
    });
  }
  private end(): void {
    const event = new Preventable();
    this.emit('will-quit', event);
    if (event.defaultPrevented) { this.quitting = false; return; }
    this.exit(0);
  }
  exit(code = 0): void {
    this.quitting = true;
    for (const window of allWindows()) window.destroy();
    this.emit('quit', new Preventable(), code);
    this.releaseSingleInstanceLock();
    // The pages are closed by the journeys' process; it answers when they are.
    void link.call('quit').finally(() => { process.exit(code); });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // one that has ended and was not yet waited for is no process any more
    return process.platform !== 'linux' || !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export const theApp = new App();
onLastWindowClosed(() => { theApp.lastWindowClosed(); });
onQuitRole(() => { theApp.quit(); });
onActivity((event, window) => { theApp.emit(event, new Preventable(), window); });
onContentsCreated((contents) => {
  theApp.emit('web-contents-created', new Preventable(), contents);
  queueMicrotask(() => { theApp.emit('browser-window-created', new Preventable(), allWindows().find((one) => one.webContents === contents)); });
});

export const app = refusing<Electron.App>('app', Object.assign(theApp, {
  commandLine: refusing<Electron.CommandLine>('app.commandLine', {
    appendSwitch: (name) => { if (theApp.isReady()) throw new NotInTheDouble(`switch ${name} after ready`); },
    hasSwitch: (name) => process.argv.includes(`--${name}`),
    getSwitchValue: (name) => process.argv.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '',
  } satisfies Partial<Electron.CommandLine>),
}));
