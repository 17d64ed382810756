// One window: one repository, one service. Shows the page, brokers its channels, starts the service again when it dies, and says in
// words what would otherwise be silence. Which windows there are is windows.ts.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import type { MessageBoxOptions } from 'electron';
import { channels } from '../../../contract/bridge.ts';
import type { MenuCommand, RecentRepository } from '../../../contract/bridge.ts';
import type { AcumenError } from '../../../contract/frames.ts';
import type { Asked } from './arguments.ts';
import { place, smallest } from './remembered.ts';
import type { Remembered } from './remembered.ts';
import { recent, rest, restSentence } from './restarts.ts';
import { home, webPreferences } from './rules.ts';
import { ServiceProcess } from './serviceProcess.ts';
import type { ServiceHears } from './serviceProcess.ts';
import { refusal, serviceEnded, unloaded, unresponsive, visible, windowGone } from './words.ts';
import type { Said } from './words.ts';

/** Elsewhere the system takes it from the installed program. */
const icon = fileURLToPath(new URL('../../../../../resources/icons/512x512.png', import.meta.url));
const preload = fileURLToPath(new URL('./preload.cjs', import.meta.url));
/** The page's own ground (styles/tokens.css), so that nothing flashes before it paints. */
const ground = { light: '#eceef0', dark: '#101215' } as const;

/** Chromium's net::ERR_ABORTED: another load took its place. */
const ABORTED = -3;

export interface WindowTells {
  /** bounds, repository or focus changed: worth remembering */
  changed(window: AppWindow): void;
  /** the store could not be opened, and there is nothing to show */
  refused(window: AppWindow, error: AcumenError): void;
  closed(window: AppWindow): void;
}

export class AppWindow implements Omit<ServiceHears, 'located'> {
  readonly store: string;
  readonly browser: BrowserWindow;
  readonly #asked: Asked;
  readonly #tells: WindowTells;
  #service: ServiceProcess | null;
  #repository: string | null = null;
  #deaths: number[] = [];
  /** the channel of the page, by the page's own number */
  #channel: number | null = null;
  #complained = false;
  /** its process is ended on purpose */
  #reloading = false;

  /** Takes over a service that has found its store. */
  constructor(asked: Asked, store: string, service: ServiceProcess, former: Remembered | null, tells: WindowTells) {
    this.store = store;
    this.#asked = asked;
    this.#service = service;
    this.#tells = tells;
    const bounds = place(former?.bounds ?? null, [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((display) => display.workArea));
    this.browser = new BrowserWindow({
      ...bounds,
      minWidth: Math.min(smallest.width, bounds.width), minHeight: Math.min(smallest.height, bounds.height),
      show: false, title: 'Acumen', backgroundColor: groundNow(), ...(process.platform === 'linux' && existsSync(icon) ? { icon } : {}),
      webPreferences: { ...webPreferences, preload, devTools: !app.isPackaged },
    });
    this.#listen(former?.maximised ?? false);
    this.browser.loadURL(home).catch(() => undefined); // did-fail-load says it
  }

  /** null while it is not known which repository the store has */
  get remembered(): Remembered | null {
    if (this.#repository === null || this.browser.isDestroyed()) return null;
    return { store: this.store, repository: this.#repository, bounds: this.browser.getNormalBounds(), maximised: this.browser.isMaximized() };
  }

  focus(): void {
    if (this.browser.isMinimized()) this.browser.restore();
    this.browser.show();
    this.browser.focus();
  }

  command(id: MenuCommand): void {
    this.browser.webContents.send(channels.command, id);
  }

  recent(list: readonly RecentRepository[]): void {
    if (!this.browser.isDestroyed()) this.browser.webContents.send(channels.recent, list);
  }

  /** The page asks for a channel: the service is there, or is started again, or rests and says for how long. */
  connect(id: number): void {
    this.#channel = id;
    const wait = this.#service === null ? rest(this.#deaths, Date.now()) : 0;
    if (wait > 0) { this.#tellGone(restSentence(wait)); return; }
    this.#service ??= this.#startAgain();
    this.browser.webContents.postMessage(channels.port, id, [this.#service.connect()]);
  }

  /** Resolves when the service has ended. */
  async stop(): Promise<void> { await this.#service?.stop(); }

  // ---- what its service tells

  opened(repository: string): void {
    const first = this.#repository === null;
    this.#repository = repository;
    if (this.browser.isDestroyed()) return;
    this.browser.setRepresentedFilename(repository);
    if (first) app.addRecentDocument(repository);
    this.#tells.changed(this);
  }

  failed(error: AcumenError): void {
    void this.#say({ type: 'error', ...refusal(error), buttons: ['OK'] });
  }

  refused(error: AcumenError): void {
    this.#gone(visible(error.message).replace(/\.$/, ''));
    if (this.#repository === null) { this.#tells.refused(this, error); return; }
    // The page keeps asking; the dialog comes once.
    if (!this.#complained) this.failed(error);
    this.#complained = true;
  }

  died(code: number): void {
    this.#deaths = [...recent(this.#deaths, Date.now()), Date.now()];
    process.stderr.write(`${visible(this.#repository ?? this.store)}: ${serviceEnded(code)}.\n`);
    this.#gone(serviceEnded(code));
  }

  #startAgain(): ServiceProcess {
    const service: ServiceProcess = new ServiceProcess({ ...this.#asked, store: this.store }, {
      located: () => service.go(),
      opened: (repository) => this.opened(repository),
      failed: (error) => this.failed(error),
      refused: (error) => this.refused(error),
      died: (code) => this.died(code),
    });
    return service;
  }

  #gone(reason: string): void {
    this.#service = null;
    this.#tellGone(reason);
  }

  #tellGone(reason: string): void {
    const id = this.#channel;
    this.#channel = null;
    if (id !== null && !this.browser.isDestroyed()) this.browser.webContents.send(channels.gone, { id, reason });
  }

  // ---- what the window itself meets

  #listen(maximised: boolean): void {
    const { browser } = this, contents = browser.webContents;
    const themed = (): void => browser.setBackgroundColor(groundNow());
    const changed = (): void => this.#tells.changed(this);
    browser.once('ready-to-show', () => {
      if (maximised) browser.maximize();
      browser.show();
    });
    // The page says it by its repository's name, which is anybody's.
    browser.on('page-title-updated', (event, title) => { event.preventDefault(); browser.setTitle(visible(title)); });
    browser.on('focus', changed);
    browser.on('blur', changed);
    browser.on('close', changed);
    nativeTheme.on('updated', themed);
    browser.once('closed', () => { nativeTheme.off('updated', themed); this.#tells.closed(this); });

    contents.on('did-fail-load', (_event, code, description, address, isMainFrame) => {
      if (!isMainFrame || code === ABORTED) return;
      process.stderr.write(`The window could not load ${address}: ${description} (${code}).\n`);
      void this.#askToLoadAgain(unloaded);
    });
    contents.on('preload-error', (_event, _path, error) => { process.stderr.write(`BUG: the preload failed: ${error.stack ?? error.message}\n`); });
    contents.on('render-process-gone', (_event, { reason }) => {
      const said = windowGone(reason);
      if (said === null || this.#reloading) return;
      process.stderr.write(`${said.message} ${said.detail} (${reason})\n`);
      void this.#askToLoadAgain(said);
    });
    contents.on('unresponsive', () => {
      const over = new AbortController();
      contents.once('responsive', () => over.abort());
      process.stderr.write(`${unresponsive.message}\n`);
      void this.#ask(unresponsive, 'Load Again', 'Wait', over.signal).then((again) => {
        if (!again || over.signal.aborted || browser.isDestroyed()) return;
        this.#reloading = true;
        contents.once('did-finish-load', () => { this.#reloading = false; });
        contents.forcefullyCrashRenderer();
        contents.reload();
      });
    });
  }

  async #askToLoadAgain(said: Said): Promise<void> {
    const again = await this.#ask(said, 'Load Again', 'Close Window');
    if (this.browser.isDestroyed()) return;
    if (again) this.browser.webContents.reload(); else this.browser.destroy();
  }

  async #ask(said: Said, yes: string, no: string, signal?: AbortSignal): Promise<boolean> {
    return await this.#say({ type: 'warning', ...said, buttons: [yes, no], defaultId: 0, cancelId: 1, ...(signal === undefined ? {} : { signal }) }) === 0;
  }

  async #say(options: MessageBoxOptions): Promise<number> {
    if (this.browser.isDestroyed()) return options.cancelId ?? 0;
    this.browser.show();
    return (await dialog.showMessageBox(this.browser, { title: 'Acumen', noLink: true, ...options })).response;
  }
}

const groundNow = (): string => (nativeTheme.shouldUseDarkColors ? ground.dark : ground.light);
