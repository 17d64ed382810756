// BrowserWindow and WebContents of the double: what main asks of a window is done by a page of the journeys' Chromium, and what
// happens to that page becomes Electron's events. A window's bounds are its content's: the double draws no frame.
import { readFileSync } from 'node:fs';
import type { WebSocket } from 'ws';
import { Ipc, PagePlace } from './ipc.ts';
import { link } from './link.ts';
import { outside, socketAddress, toApp, toChromium } from './origin.ts';
import { scripts } from './page.ts';
import { Emitter, NotInTheDouble, Preventable, refusing } from './refuse.ts';

type Rectangle = Electron.Rectangle;

/** The one display of the double. */
export const display: { bounds: Rectangle; workArea: Rectangle } = { bounds: { x: 0, y: 0, width: 2560, height: 1440 }, workArea: { x: 0, y: 0, width: 2560, height: 1400 } };

const contentsEvents = ['did-finish-load', 'did-fail-load', 'dom-ready', 'will-navigate', 'will-frame-navigate', 'did-navigate', 'page-title-updated', 'render-process-gone', 'will-attach-webview', 'destroyed'];
const windowEvents = ['ready-to-show', 'show', 'hide', 'close', 'closed', 'focus', 'blur', 'resize', 'resized', 'move', 'moved', 'maximize', 'unmaximize', 'minimize', 'restore', 'enter-full-screen', 'leave-full-screen', 'page-title-updated'];
/** May be waited for, and never come in the double: README names them. */
const neverOfContents = ['will-redirect', 'console-message', 'preload-error', 'unresponsive', 'responsive', 'context-menu', 'before-input-event', 'did-create-window', 'login', 'certificate-error', 'select-client-certificate', 'devtools-opened', 'did-start-navigation', 'will-prevent-unload'];
const neverOfWindows = ['unresponsive', 'responsive', 'session-end', 'query-session-end'];

/** Electron's own defaults, for what the app did not say. */
const defaults = { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false } as const;

const windows = new Map<number, Window>();
let made = 0;
let quitting: () => void = () => { throw new Error('BUG: app is not there yet'); };
export const onLastWindowClosed = (run: () => void): void => { quitting = run; };
let onCreated: (contents: Electron.WebContents) => void = () => {};
export const onContentsCreated = (run: typeof onCreated): void => { onCreated = run; };
let sessionOf: () => Electron.Session = () => { throw new Error('BUG: no session yet'); };
export const onSession = (give: typeof sessionOf): void => { sessionOf = give; };

let beforeLoad: (contents: Electron.WebContents, url: string) => Promise<void> = () => Promise.resolve();
export const onLoad = (run: typeof beforeLoad): void => { beforeLoad = run; };

class Contents extends Emitter implements Pick<Electron.WebContents, 'id' | 'send' | 'postMessage' | 'getURL' | 'getTitle' | 'isDestroyed' | 'isCrashed' | 'isLoading' | 'reload' | 'setWindowOpenHandler' | 'getType' | 'focus' | 'isFocused' | 'forcefullyCrashRenderer' | 'getOSProcessId' | 'isDevToolsOpened' | 'session' | 'mainFrame' | 'ipc' | 'getZoomFactor' | 'setZoomFactor' | 'getZoomLevel' | 'setZoomLevel' | 'isLoadingMainFrame' | 'closeDevTools'> {
  readonly id: number;
  readonly window: Window;
  readonly scoped = new Ipc('webContents.ipc');
  readonly frameScoped = new Ipc('mainFrame.ipc');
  readonly preferences: Electron.WebPreferences;
  readonly whole: Electron.WebContents;
  readonly mainFrame: Electron.WebFrameMain;
  url = '';
  title = '';
  loading = false;
  crashed = false;
  zoom = 1;
  openHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | null = null;
  private document: PagePlace | null = null;
  private connections = 0;
  private connected: (() => void)[] = [];

  constructor(window: Window, preferences: Electron.WebPreferences) {
    super('WebContents', [...contentsEvents, ...neverOfContents]);
    this.id = window.id;
    this.window = window;
    this.preferences = preferences;
    this.whole = refusing<Electron.WebContents>('WebContents', this);
    this.mainFrame = mainFrameOf(this);
  }

  get ipc(): Electron.IpcMain { return refusing<Electron.IpcMain>('webContents.ipc', this.scoped); }
  get session(): Electron.Session { return sessionOf(); }
  getLastWebPreferences(): Electron.WebPreferences { return this.preferences; }
  getURL(): string { return this.url; }
  getTitle(): string { return this.title; }
  getType(): 'window' { return 'window'; }
  isDestroyed(): boolean { return this.window.destroyed; }
  isCrashed(): boolean { return this.crashed; }
  isLoading(): boolean { return this.loading; }
  isLoadingMainFrame(): boolean { return this.loading; }
  isDevToolsOpened(): boolean { return false; }
  closeDevTools(): void { /* they are never open */ }
  isFocused(): boolean { return this.window.isFocused(); }
  focus(): void { this.window.focus(); }
  getOSProcessId(): number { return this.id + 100; }
  getZoomFactor(): number { return this.zoom; }
  setZoomFactor(factor: number): void { this.zoom = factor; }
  getZoomLevel(): number { return Math.log(this.zoom) / Math.log(1.2); }
  setZoomLevel(level: number): void { this.zoom = 1.2 ** level; }
  reload(): void { this.window.ask('reload'); }
  forcefullyCrashRenderer(): void { this.window.ask('crash'); }
  setWindowOpenHandler(handler: NonNullable<typeof this.openHandler>): void { this.openHandler = handler; }

  place(): PagePlace {
    if (this.document === null || this.document.gone) this.document = new PagePlace({ contents: this.whole, frame: this.mainFrame, ipcs: [this.frameScoped, this.scoped], titled: (title) => { this.window.titled(title); } });
    return this.document;
  }
  /** A document's socket: of a new one, where the last has its own already. */
  connect(socket: WebSocket): void {
    if (this.document?.connected === true) this.document.end();
    this.place().connect(socket);
    this.connections++;
    for (const go of this.connected.splice(0)) go();
  }
  /** Resolves once the n-th document can hear: Electron's load events come when messages arrive, too. */
  async heard(n: number): Promise<void> {
    const late = setTimeout(() => { throw new Error(`the double's socket to ${this.url} did not open within 20 s`); }, 20_000);
    while (this.connections < n && !this.window.destroyed) await new Promise<void>((resolve) => { this.connected.push(resolve); });
    clearTimeout(late);
  }
  end(): void {
    this.document?.end();
    for (const go of this.connected.splice(0)) go();
  }
  send(channel: string, ...args: unknown[]): void { if (!this.isDestroyed()) this.place().send(channel, args, []); }
  postMessage(channel: string, message: unknown, transfer: readonly Electron.MessagePortMain[] = []): void {
    if (!this.isDestroyed()) this.place().send(channel, [message], transfer);
  }
}

function mainFrameOf(contents: Contents): Electron.WebFrameMain {
  return refusing<Electron.WebFrameMain>('WebFrameMain', {
    processId: contents.id + 100, routingId: 1, parent: null, detached: false, ipc: refusing<Electron.IpcMain>('mainFrame.ipc', contents.frameScoped),
    get url() { return contents.url; },
    get origin() { return /^[^:]+:\/\/[^/]+/.exec(contents.url)?.[0] ?? 'null'; },
    get top() { return contents.mainFrame; },
    isDestroyed: () => contents.isDestroyed(),
    send: (channel, ...args) => { contents.send(channel, ...args); },
    postMessage: (channel, message, transfer) => { contents.postMessage(channel, message, transfer); },
  } satisfies Partial<Electron.WebFrameMain>);
}

class Window extends Emitter implements Pick<Electron.BrowserWindow, 'id' | 'webContents' | 'loadURL' | 'show' | 'showInactive' | 'hide' | 'focus' | 'blur' | 'close' | 'destroy' | 'isDestroyed' | 'isVisible' | 'isFocused' | 'isMaximized' | 'isMinimized' | 'isFullScreen' | 'isNormal' | 'maximize' | 'unmaximize' | 'minimize' | 'restore' | 'setFullScreen' | 'getBounds' | 'setBounds' | 'getContentBounds' | 'getNormalBounds' | 'getSize' | 'setSize' | 'getContentSize' | 'setContentSize' | 'getPosition' | 'setPosition' | 'getMinimumSize' | 'setMinimumSize' | 'center' | 'getTitle' | 'setTitle' | 'setBackgroundColor' | 'setMenuBarVisibility' | 'isMenuBarVisible' | 'setAutoHideMenuBar' | 'setRepresentedFilename' | 'moveTop' | 'flashFrame' | 'setProgressBar' | 'setMenu' | 'removeMenu'> {
  readonly id = ++made;
  readonly contents: Contents;
  readonly whole: Electron.BrowserWindow;
  destroyed = false;
  private bounds: Rectangle;
  private minimum: readonly [number, number];
  private state: 'normal' | 'maximized' | 'fullscreen' = 'normal';
  private minimized = false;
  private visible = false;
  private focused = false;
  private title: string;
  private bar = true;
  private line: Promise<unknown> = Promise.resolve();
  private load: { ok(): void; no(error: Error): void } | null = null;
  private painted = false;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super('BrowserWindow', [...windowEvents, ...neverOfWindows]);
    const { sandbox, contextIsolation, nodeIntegration, partition, session, preload } = options.webPreferences ?? {};
    if (sandbox === false || contextIsolation === false || nodeIntegration === true) throw new NotInTheDouble('window without sandbox, with node, or without context isolation');
    if (partition !== undefined || session !== undefined) throw new NotInTheDouble('session but the default one');
    for (const name of ['parent', 'modal', 'kiosk', 'transparent', 'closable', 'type', 'tabbingIdentifier'] as const) if (options[name] !== undefined) throw new NotInTheDouble(`window option ${name}`);
    if (!appReady) throw new Error('Cannot create BrowserWindow before app is ready');
    const { width = 800, height = 600, x, y, minWidth = 0, minHeight = 0 } = options;
    this.minimum = [minWidth, minHeight];
    this.bounds = { x: x ?? Math.round((display.workArea.width - width) / 2), y: y ?? Math.round((display.workArea.height - height) / 2), width: Math.max(width, minWidth), height: Math.max(height, minHeight) };
    this.title = options.title ?? 'Electron';
    this.contents = new Contents(this, { ...defaults, ...options.webPreferences });
    this.preload = preload === undefined ? null : { file: preload, source: readFileSync(preload, 'utf8') };
    this.whole = refusing<Electron.BrowserWindow>('BrowserWindow', this);
    windows.set(this.id, this);
    this.ask('open', { width: this.bounds.width, height: this.bounds.height });
    onCreated(this.contents.whole);
    if (options.fullscreen === true) this.setFullScreen(true);
    if (options.show !== false) this.show();
    return this.whole as unknown as this;
  }
  private readonly preload: { readonly file: string; readonly source: string } | null;

  /** In the order in which they were asked; a window that is gone answers nothing. */
  ask(name: string, ...args: unknown[]): void {
    this.line = this.line.then(() => (this.destroyed && name !== 'close' ? undefined : link.call(name, this.id, ...args)));
    this.line.catch((error: unknown) => { if (!this.destroyed) throw error; });
  }
  get webContents(): Electron.WebContents { return this.contents.whole; }

  loadURL(url: string): Promise<void> {
    const address = toChromium(url);
    if (address === null) {
      if (/^(https?|file|data|about|chrome):/.test(url)) return Promise.reject(new NotInTheDouble(`loading of ${url}`));
      this.contents.emit('did-fail-load', new Preventable(), -302, 'ERR_UNKNOWN_URL_SCHEME', url, true);
      return Promise.reject(new Error(`ERR_UNKNOWN_URL_SCHEME (-302) loading '${url}'`));
    }
    const { main, isolated } = scripts(this.preload?.source ?? null, this.preload?.file ?? '', {
      socket: `${socketAddress(url)}?${this.id}`,
      process: { type: 'renderer', sandboxed: true, contextIsolated: true, platform: process.platform, arch: process.arch, versions: { ...process.versions }, argv: [process.execPath, ...this.contents.preferences.additionalArguments ?? []], env: {} },
    });
    return new Promise((resolve, reject) => {
      this.load = { ok: resolve, no: reject };
      this.contents.loading = true;
      this.line = this.line.then(() => beforeLoad(this.webContents, url));
      this.ask('load', address, [main, isolated]);
    });
  }

  // What the journeys' Chromium says of the page
  committed(url: string): void {
    this.contents.url = toApp(url);
    this.contents.crashed = false;
    this.contents.emit('did-navigate', new Preventable(), this.contents.url, 200, 'OK');
  }
  async domReady(documents: number): Promise<void> { await this.contents.heard(documents); this.contents.emit('dom-ready', new Preventable()); }
  async loaded(documents: number): Promise<void> {
    await this.contents.heard(documents);
    if (this.destroyed) return;
    this.contents.loading = false;
    this.contents.emit('did-finish-load');
    this.load?.ok();
    this.load = null;
    if (!this.painted) { this.painted = true; this.emit('ready-to-show'); }
  }
  failed(url: string, why: string): void {
    this.contents.loading = false;
    this.contents.emit('did-fail-load', new Preventable(), -2, why, toApp(url), true);
    this.load?.no(new Error(`${why} (-2) loading '${toApp(url)}'`));
    this.load = null;
  }
  titled(title: string): void {
    const event = new Preventable();
    this.contents.title = title;
    this.contents.emit('page-title-updated', event, title, true);
    this.emit('page-title-updated', event, title, true);
    if (!event.defaultPrevented) this.title = title;
  }
  crashed(reason: string): void {
    this.contents.crashed = true;
    this.contents.end();
    this.contents.emit('render-process-gone', new Preventable(), { reason, exitCode: reason === 'killed' ? 9 : 5 });
  }
  navigating(url: string, isMainFrame: boolean): boolean {
    const to = toApp(url), event = Object.assign(new Preventable(), { url: to, isSameDocument: false, isMainFrame, frame: this.contents.mainFrame, initiator: this.contents.mainFrame });
    this.contents.emit('will-frame-navigate', event);
    if (isMainFrame) this.contents.emit('will-navigate', event, to);
    if (event.defaultPrevented) return false;
    if (to !== url) return true;
    outside.push(url);
    return false;
  }
  popup(url: string): void {
    const handler = this.contents.openHandler;
    const answer = handler?.({ url: toApp(url), frameName: '', features: '', disposition: 'foreground-tab', referrer: { url: '', policy: 'no-referrer' } } as Electron.HandlerDetails);
    if (answer?.action !== 'deny') throw new NotInTheDouble('window opened by a page');
  }

  // What a person does to the window
  person(what: 'close' | 'focus' | 'blur' | 'resize' | 'move', a = 0, b = 0): void {
    if (what === 'close') this.close();
    else if (what === 'focus') this.focus();
    else if (what === 'blur') this.blur();
    else if (what === 'resize') { this.setSize(a, b); this.emit('resized'); }
    else { this.setPosition(a, b); this.emit('moved'); }
  }

  show(): void { this.showInactive(); this.focus(); }
  showInactive(): void { if (!this.visible) { this.visible = true; this.emit('show'); } }
  hide(): void { if (this.visible) { this.visible = false; this.blur(); this.emit('hide'); } }
  focus(): void {
    if (this.focused || !this.visible) return;
    for (const other of windows.values()) if (other !== this) other.blur();
    this.focused = true;
    this.emit('focus', new Preventable());
    activity('browser-window-focus', this.whole);
  }
  blur(): void {
    if (!this.focused) return;
    this.focused = false;
    this.emit('blur', new Preventable());
    activity('browser-window-blur', this.whole);
  }
  moveTop(): void { /* one window at a time is looked at */ }
  flashFrame(): void { /* nobody sees a task bar */ }
  setProgressBar(): void { /* as above */ }
  close(): void {
    if (this.destroyed) return;
    const event = new Preventable();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy(): void {
    if (this.destroyed) return;
    this.focused = false;
    this.destroyed = true;
    windows.delete(this.id);
    this.ask('close');
    this.contents.end();
    this.contents.emit('destroyed');
    this.emit('closed');
    if (windows.size === 0) quitting();
  }
  isDestroyed(): boolean { return this.destroyed; }
  isVisible(): boolean { return this.visible; }
  isFocused(): boolean { return this.focused; }
  isMaximized(): boolean { return this.state === 'maximized'; }
  isFullScreen(): boolean { return this.state === 'fullscreen'; }
  isMinimized(): boolean { return this.minimized; }
  isNormal(): boolean { return this.state === 'normal' && !this.minimized; }
  private become(state: Window['state'], event: string): void {
    if (this.state === state) return;
    this.state = state;
    this.sized();
    this.emit(event);
  }
  private sized(): void {
    const { width, height } = this.getBounds();
    this.ask('size', width, height);
    this.emit('resize');
  }
  maximize(): void { this.become('maximized', 'maximize'); }
  unmaximize(): void { if (this.isMaximized()) this.become('normal', 'unmaximize'); }
  setFullScreen(on: boolean): void { if (on || this.isFullScreen()) this.become(on ? 'fullscreen' : 'normal', on ? 'enter-full-screen' : 'leave-full-screen'); }
  minimize(): void { if (!this.minimized) { this.minimized = true; this.emit('minimize'); this.blur(); } }
  restore(): void { if (this.minimized) { this.minimized = false; this.emit('restore'); this.focus(); } else this.unmaximize(); }
  getNormalBounds(): Rectangle { return { ...this.bounds }; }
  getBounds(): Rectangle { return { ...this.state === 'maximized' ? display.workArea : this.state === 'fullscreen' ? display.bounds : this.bounds }; }
  getContentBounds(): Rectangle { return this.getBounds(); }
  setBounds(to: Partial<Rectangle>): void {
    if (this.state !== 'normal') this.become('normal', this.isMaximized() ? 'unmaximize' : 'leave-full-screen');
    const before = this.bounds, after = { ...before, ...to };
    this.bounds = { ...after, width: Math.max(after.width, this.minimum[0]), height: Math.max(after.height, this.minimum[1]) };
    if (this.bounds.width !== before.width || this.bounds.height !== before.height) this.sized();
    if (this.bounds.x !== before.x || this.bounds.y !== before.y) this.emit('move');
  }
  getSize(): [number, number] { const { width, height } = this.getBounds(); return [width, height]; }
  setSize(width: number, height: number): void { this.setBounds({ width, height }); }
  getContentSize(): [number, number] { return this.getSize(); }
  setContentSize(width: number, height: number): void { this.setSize(width, height); }
  getPosition(): [number, number] { const { x, y } = this.getBounds(); return [x, y]; }
  setPosition(x: number, y: number): void { this.setBounds({ x, y }); }
  getMinimumSize(): [number, number] { return [...this.minimum]; }
  setMinimumSize(width: number, height: number): void { this.minimum = [width, height]; }
  center(): void { this.setPosition(Math.round((display.workArea.width - this.bounds.width) / 2), Math.round((display.workArea.height - this.bounds.height) / 2)); }
  getTitle(): string { return this.title; }
  setTitle(title: string): void { this.title = title; }
  setBackgroundColor(): void { /* seen before the first paint alone */ }
  setMenuBarVisibility(visible: boolean): void { this.bar = visible; }
  isMenuBarVisible(): boolean { return this.bar; }
  setAutoHideMenuBar(hide: boolean): void { this.bar = !hide; }
  setRepresentedFilename(): void { /* macOS alone */ }
  setMenu(menu: Electron.Menu | null): void { if (menu !== null) throw new NotInTheDouble('menu of one window'); this.bar = false; }
  removeMenu(): void { this.bar = false; }
}

let appReady = false;
export const windowsMayOpen = (): void => { appReady = true; };
let activity: (event: 'browser-window-focus' | 'browser-window-blur', window: Electron.BrowserWindow) => void = () => {};
export const onActivity = (run: typeof activity): void => { activity = run; };

const wholes = (): Electron.BrowserWindow[] => [...windows.values()].map((one) => one.whole);
export const allWindows = wholes;
export const windowOf = (id: number): Window | undefined => windows.get(id);

export const BrowserWindow = refusing<typeof Electron.BrowserWindow>('BrowserWindow', Object.assign(Window, {
  getAllWindows: wholes,
  getFocusedWindow: () => wholes().find((one) => one.isFocused()) ?? null,
  fromWebContents: (contents: Electron.WebContents) => wholes().find((one) => one.webContents === contents) ?? null,
  fromId: (id: number) => windows.get(id)?.whole ?? null,
} satisfies Partial<typeof Electron.BrowserWindow>));

export const webContents = refusing<typeof Electron.WebContents>('webContents', {
  getAllWebContents: () => wholes().map((one) => one.webContents),
  fromId: (id: number) => windows.get(id)?.whole.webContents,
} satisfies Partial<typeof Electron.WebContents>);
