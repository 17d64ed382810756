// Which windows there are: one for each repository, opened by the command line, a second start, a dialog, a drop, the menu. Hears
// their pages' messages, and only theirs; remembers them; ends their services before the app ends.
import path from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, shell } from 'electron';
import type { IpcMainEvent } from 'electron';
import { channels } from '../../../contract/bridge.ts';
import type { RecentRepository } from '../../../contract/bridge.ts';
import { AcumenError } from '../../../contract/frames.ts';
import { dataFolder } from '../../service/place.ts';
import type { ReaderChoice } from '../../service/serving.ts';
import type { Asked } from './arguments.ts';
import { menuTemplate } from './menu.ts';
import { decodeChooseFolder, decodeConnect, decodeOpen, decodeRecent } from './messages.ts';
import { findGone, recentOf } from './recent.ts';
import { forget, load, remember, save } from './remembered.ts';
import type { Remembered } from './remembered.ts';
import { links, refuseSender } from './rules.ts';
import { ServiceProcess } from './serviceProcess.ts';
import { AppWindow } from './window.ts';
import { refusal, serviceEnded, visible } from './words.ts';

/** Services that begin at one time: nobody drops more folders than this on purpose. */
const AT_ONCE = 8;

export class Windows {
  readonly #git: ReaderChoice;
  readonly #file = path.join(dataFolder(), 'windows.json');
  readonly #open = new Set<AppWindow>();
  /** services that are still ending, or have no window yet */
  readonly #services = new Set<Promise<void>>();
  readonly #beginning = new Set<ServiceProcess>();
  #remembered: readonly Remembered[];
  /** repositories that were not there when they were looked for last */
  #gone: ReadonlySet<string> = new Set();
  #looking: Promise<void> | null = null;
  #last: AppWindow | null = null;
  #asking = 0;
  /** the dialog is open: it is the same for all */
  #choosing = false;

  /** `git`: who reads the repositories that are opened without saying so. */
  constructor(git: ReaderChoice) {
    this.#git = git;
    this.#remembered = load(this.#file);
    this.#hear(channels.connect, decodeConnect, (window, { id }) => window.connect(id));
    this.#hear(channels.chooseFolder, decodeChooseFolder, (window) => { void this.chooseFolder(window); });
    this.#hear(channels.open, decodeOpen, (_window, { folder }) => this.open(this.#at(folder)));
    this.#hear(channels.recent, decodeRecent, (window, asked) => {
      if (asked.what === 'list') void this.#look().then(() => window.recent(this.#recent));
      else if (asked.what === 'open') this.#openRecent(asked.repository);
      else this.#forget(new Set([asked.repository]));
    });
    this.#setMenu();
    void this.#look();
  }

  /** windows, those that begin, and questions that may lead to one */
  get count(): number { return this.#open.size + this.#beginning.size + this.#asking; }

  /** The window that had the keyboard last. */
  focus(): void { (this.#last ?? [...this.#open].at(-1))?.focus(); }

  /** With nothing named: what was open last, else the sample. */
  openUsual(): void {
    const last = this.#remembered[0];
    this.open(last === undefined ? { repo: null, store: null, git: this.#git } : { repo: last.repository, store: last.store, git: this.#git });
  }

  openFolder(folder: string): void { this.open(this.#at(folder)); }

  /** Opens a window on what is asked for, or brings the one forward that has it. */
  open(asked: Asked): void {
    if (this.#beginning.size >= AT_ONCE) { process.stderr.write('Too many folders were opened at once; the rest is left out.\n'); return; }
    let window: AppWindow | null = null;
    const service: ServiceProcess = new ServiceProcess(asked, {
      located: (store) => {
        this.#beginning.delete(service);
        const there = [...this.#open].find((one) => one.store === store);
        if (there !== undefined) {
          this.#ending(service.stop());
          there.focus();
          return;
        }
        window = new AppWindow(asked, store, service, this.#remembered.find((one) => one.store === store) ?? null, {
          changed: (one) => this.#changed(one),
          refused: (one, error) => {
            this.#open.delete(one);
            if (this.#last === one) this.#last = null;
            void this.#refused(error); // counts as open while it asks, so that the app does not end with the window
            one.browser.destroy();
          },
          closed: (one) => this.#closed(one),
        });
        this.#open.add(window);
        service.go();
      },
      opened: (repository) => window?.opened(repository),
      failed: (error) => window?.failed(error),
      refused: (error) => {
        this.#beginning.delete(service);
        if (window === null) void this.#refused(error); else window.refused(error);
      },
      died: (code) => {
        this.#beginning.delete(service);
        if (window === null) void this.#refused(new AcumenError('worker-died', `This could not be opened: ${serviceEnded(code)} before it began.`, 'Start Acumen again; if it happens again, install it anew.', { code }));
        else window.died(code);
      },
    });
    this.#beginning.add(service);
  }

  /** Resolves to whether a folder was chosen. */
  async chooseFolder(over: AppWindow | null): Promise<boolean> {
    if (this.#choosing) return false;
    this.#choosing = true;
    const options = { title: 'Open a repository', buttonLabel: 'Open', properties: ['openDirectory' as const] };
    const { canceled, filePaths } = await (over === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(over.browser, options)).finally(() => { this.#choosing = false; });
    if (canceled || filePaths[0] === undefined) return false;
    this.openFolder(filePaths[0]);
    return true;
  }

  /** Resolves when every service has closed its store and ended. */
  async stop(): Promise<void> {
    for (const service of this.#beginning) this.#ending(service.stop());
    for (const window of this.#open) this.#ending(window.stop());
    while (this.#services.size > 0) await Promise.all(this.#services);
  }
  get ended(): boolean { return this.#services.size === 0 && this.count === 0; }

  /** A folder that is no repository, a store that cannot be opened: its sentence, and what else could be opened. */
  async #refused(error: AcumenError): Promise<void> {
    const said = refusal(error);
    process.stderr.write(`error: ${said.message} (${error.code})\nhint: ${said.detail}\n`);
    const alone = this.count === 0;
    const options = {
      type: 'error' as const, title: 'Acumen', ...said, noLink: true, defaultId: 0,
      ...(alone ? { buttons: ['Open Another Folder…', 'Open the Sample', 'Quit'], cancelId: 2 } : { buttons: ['OK'], cancelId: 0 }),
    };
    const over = this.#last?.browser;
    this.#asking++;
    const { response } = await (over === undefined ? dialog.showMessageBox(options) : dialog.showMessageBox(over, options));
    const goesOn = !alone || (response === 0 ? await this.chooseFolder(null) : response === 1);
    this.#asking--;
    if (!goesOn) app.exit(error.exitCode);
    else if (alone && response === 1) this.open({ repo: null, store: null, git: this.#git });
  }

  #at(folder: string): Asked { return { repo: folder, store: null, git: this.#git }; }

  #changed(window: AppWindow): void {
    if (window.browser.isFocused()) this.#last = window;
    const now = window.remembered;
    if (now === null) return;
    // The newest is the one that has the keyboard: another, which only loses it, keeps its place.
    const first = this.#remembered[0];
    const next = first !== undefined && first.store !== now.store && this.#last !== window && this.#remembered.some((one) => one.store === now.store)
      ? this.#remembered.map((one) => (one.store === now.store ? now : one)) : remember(this.#remembered, now);
    if (JSON.stringify(next) === JSON.stringify(this.#remembered)) return;
    this.#keep(next);
    void this.#look();
  }

  #keep(next: readonly Remembered[]): void {
    const before = this.#recent;
    this.#remembered = next;
    try {
      save(this.#file, next);
    } catch (error) {
      process.stderr.write(`The windows could not be remembered: ${visible(String(error))}\n`);
    }
    this.#showRecent(before);
  }

  get #recent(): readonly RecentRepository[] { return recentOf(this.#remembered, this.#gone); }

  /** In the menu and on every page, where it is another than before. */
  #showRecent(before: readonly RecentRepository[]): void {
    const recent = this.#recent;
    if (JSON.stringify(recent) === JSON.stringify(before)) return;
    this.#setMenu();
    for (const window of this.#open) window.recent(recent);
  }

  /** Finds out which of the recent ones are there; one look at a time. */
  #look(): Promise<void> {
    return this.#looking ??= findGone(this.#recent.map(({ repository }) => repository)).then((gone) => {
      const before = this.#recent;
      this.#looking = null;
      this.#gone = gone;
      this.#showRecent(before);
    });
  }

  /** Only what is on the list, with the store that it had. */
  #openRecent(repository: string): void {
    const one = this.#remembered.find((other) => other.repository === repository);
    if (one !== undefined) this.open({ repo: one.repository, store: one.store, git: this.#git });
  }

  #forget(repositories: ReadonlySet<string>): void { this.#keep(forget(this.#remembered, repositories)); }

  #closed(window: AppWindow): void {
    this.#open.delete(window);
    if (this.#last === window) this.#last = null;
    this.#ending(window.stop());
  }

  #ending(end: Promise<void>): void {
    const kept: Promise<void> = end.finally(() => { this.#services.delete(kept); });
    this.#services.add(kept);
  }

  #setMenu(): void {
    const focused = (): AppWindow | null => this.#of(BrowserWindow.getFocusedWindow()) ?? this.#last;
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({
      command: (id) => focused()?.command(id),
      openFolder: () => { void this.chooseFolder(focused()); },
      openRecent: (repository) => this.#openRecent(repository),
      forgetGone: () => this.#forget(this.#gone),
      openLink: () => { void shell.openExternal(links.mergeTree); },
    }, { mac: process.platform === 'darwin', recent: this.#recent, tools: !app.isPackaged })));
  }

  #of(browser: BrowserWindow | null): AppWindow | null {
    return [...this.#open].find((one) => one.browser === browser) ?? null;
  }

  /** One named channel: heard from the main frame of a window of ours, decoded; anything else is refused and said. */
  #hear<T>(channel: string, decode: (value: unknown) => T | null, act: (window: AppWindow, message: T) => void): void {
    ipcMain.on(channel, (event: IpcMainEvent, ...args: unknown[]) => {
      const { senderFrame, sender } = event;
      const window = [...this.#open].find((one) => !one.browser.isDestroyed() && one.browser.webContents === sender) ?? null;
      const why = refuseSender({ url: senderFrame?.url ?? null, isMainFrame: senderFrame !== null && senderFrame.parent === null, isOurWindow: window !== null });
      const message = why === null && args.length <= 1 ? decode(args[0]) : null;
      if (message === null) { process.stderr.write(`A message on ${channel} was refused: ${why ?? 'it is none of ours'}.\n`); return; }
      act(window!, message);
    });
  }
}
