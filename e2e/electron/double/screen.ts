// The journeys' side of the double: starts an app's main in a process of its own, gives it windows as pages of one Chromium, and
// tells it what happens to them. What a person does outside the page (closing, focus, dialogs) is done from here.
import { spawn, type ChildProcess } from 'node:child_process';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page } from 'playwright';
import { hearComplaints } from '../../complaints.ts';
import type { Main } from '../types.ts';
import type { Heard } from './link.ts';
import { rpc, type Rpc } from './rpc.ts';

const register = new URL('./register.ts', import.meta.url).href;

export interface Desktop {
  /** one for each window, oldest first */
  readonly pages: readonly Page[];
  /** what a person or a developer would complain about: errors in the console, uncaught errors, failed requests, what main said on stderr */
  readonly complaints: string[];
  /** Starts MAIN with ARGS in this environment; it shares Chromium's storage with those before it, as one profile. */
  start(main: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>): Running;
  close(): Promise<void>;
}

export interface Window { readonly id: number; readonly page: Page }

export interface Running {
  readonly pid: number;
  readonly windows: readonly Window[];
  readonly ended: Promise<number>;
  /** exit code, null while it runs */
  readonly code: number | null;
  said(): string;
  /** A function in main with Electron's module, as Playwright's electronApplication.evaluate: its source travels, not what it closes over. */
  evaluate<R, A = undefined>(run: (electron: Main, arg: A) => R, arg?: A): Promise<Awaited<R>>;
  /** The n-th window, counted from 0, once its page has loaded. */
  window(at: number): Promise<Page>;
  person(page: Page, what: 'close' | 'focus' | 'blur'): Promise<void>;
  /** A person drops files or folders of the disk on the page. */
  drop(page: Page, paths: readonly string[], at: { readonly x: number; readonly y: number }): Promise<void>;
  /** As a renderer that has been taken over: code in the preload's own world, with its `ipcRenderer`. */
  inPreload(page: Page, expression: string): Promise<unknown>;
  state(): Promise<{ readonly utilityPids: readonly number[]; readonly opened: readonly string[]; readonly shown: readonly { readonly kind: string; readonly options: Readonly<Record<string, unknown>> }[] }>;
  /** Answers the n-th dialog that is open. */
  answer(at: number, value: unknown): Promise<void>;
  /** addresses that pages asked for outside the app */
  outside(): Promise<readonly string[]>;
  /** As a person: the app's own way to its end. Fails where it does not end. */
  quit(): Promise<void>;
  /** As a crash: windows and utility processes go with it. */
  kill(): Promise<void>;
}

interface Shown extends Window {
  readonly cdp: CDPSession;
  readonly resize: Page['setViewportSize'];
  readonly goto: Page['goto'];
  documents: number;
  loaded: boolean;
  /** navigations that main or the journey began: nobody is asked about them */
  own: number;
  /** the preload's world of the present document */
  world: number | null;
  /** the main frame */
  frame: string;
}
/** As Chromium's inspector names the preload's world. */
const WORLD = 'Electron Isolated Context';
/** Milliseconds within which an app that was asked to must end. */
const PATIENCE = 20_000;

export async function desktop(browser: Browser, options: BrowserContextOptions): Promise<Desktop> {
  let port = 0;
  const streams = new Set<Socket>();
  // Chromium keeps one proxy address for the profile's life; mains come and go behind it.
  const pipe: Server = createServer((near) => {
    const far = connectTcp(port, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]] as const) {
      streams.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => { streams.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => { pipe.listen(0, '127.0.0.1', () => { resolve(); }); });
  const context = await browser.newContext({ ...options, proxy: { server: `http://127.0.0.1:${(pipe.address() as AddressInfo).port}`, bypass: '<-loopback>' } });
  const complaints: string[] = [], pages: Page[] = [], running = new Set<Running>();

  return {
    pages, complaints,
    start(main, args, env) {
      const one = run(context, { main, args, env: { ...env, DOUBLE_COLOR_SCHEME: options.colorScheme ?? 'light', DOUBLE_FORCED_COLORS: options.forcedColors ?? 'none' } }, complaints, pages, (to) => { port = to; });
      running.add(one);
      void one.ended.then(() => running.delete(one));
      return one;
    },
    async close() {
      for (const one of running) await one.kill();
      await context.close();
      for (const stream of streams) stream.destroy();
      await new Promise<void>((resolve) => { pipe.close(() => { resolve(); }); });
    },
  };
}

interface App { readonly main: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string | undefined>> }

function run(context: BrowserContext, { main, args, env }: App, complaints: string[], pages: Page[], listening: (port: number) => void): Running {
  const windows = new Map<number, Shown>();
  const waiting = new Set<() => void>();
  const changed = (): void => { for (const go of [...waiting]) go(); };
  const child: ChildProcess = spawn(process.execPath, ['--import', register, main, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced', env: { ...process.env, ...env } });
  let said = '', code: number | null = null, over = false, port = 0;
  child.stdout!.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  child.stderr!.on('data', (chunk: Buffer) => { said += chunk.toString(); });

  // An app that ends may be gone before we hear of it: what waits for its answer is told then, and an answer to it is of no use.
  const gone = (): void => undefined;
  const line: Rpc = rpc({ send: (message) => { if (child.connected) child.send(message as object, gone); }, onMessage: (listener) => { child.on('message', listener); } }, {
    listening: (of: number) => { port = of; },
    open,
    // A second start has no window and ends: the pages stay with the first.
    load: (id: number, address: string, scripts: readonly [string, string]) => { listening(port); return load(id, address, scripts); },
    reload: async (id: number) => { const { page } = windows.get(id)!; await page.reload({ waitUntil: 'commit' }); },
    crash: async (id: number) => { await windows.get(id)!.cdp.send('Page.crash').catch(() => undefined); },
    close: async (id: number) => {
      const one = windows.get(id);
      windows.delete(id);
      if (one !== undefined) { pages.splice(pages.indexOf(one.page), 1); await one.page.close(); }
      changed();
    },
    size: async (id: number, width: number, height: number) => { await windows.get(id)!.resize({ width, height }); },
    theme: async (colorScheme: 'light' | 'dark') => { for (const { page } of windows.values()) await page.emulateMedia({ colorScheme }); },
    permit: async (origin: string, granted: string[]) => { await context.grantPermissions(granted, { origin }); },
    quit: closeAll,
  });
  const tell = <K extends keyof Heard>(name: K, ...of: Parameters<Heard[K]>): Promise<unknown> => line.call(name, ...of);
  /** For what nobody waits for: a failure of the double itself is a complaint, unless the app is ending anyway. */
  const note = <K extends keyof Heard>(name: K, ...of: Parameters<Heard[K]>): void => {
    tell(name, ...of).catch((error: unknown) => { if (!over && code === null) complaints.push(`main, on ${name}: ${String((error as Error).stack)}`); });
  };

  async function closeAll(): Promise<void> {
    over = true;
    const all = [...windows.values()];
    windows.clear();
    for (const { page } of all) { pages.splice(pages.indexOf(page), 1); await page.close().catch(() => undefined); }
  }
  const ended = new Promise<number>((resolve) => {
    child.on('exit', (exit, signal) => {
      over = true;
      code = exit ?? 128;
      line.end(`main has ended with ${exit ?? signal}. It said:\n${said}`);
      changed();
      void closeAll().finally(() => { resolve(code!); });
    });
  });

  async function open(id: number, size: { readonly width: number; readonly height: number }): Promise<void> {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const resize = page.setViewportSize.bind(page), reload = page.reload.bind(page), goto = page.goto.bind(page);
    const one: Shown = { id, page, cdp, resize, goto, documents: 0, loaded: false, own: 0, world: null, frame: '' };
    // What Playwright does to a page is what a person does to the window: main hears of it, or is not asked.
    page.setViewportSize = async ({ width, height }) => { await tell('person', id, 'resize', width, height); await resize({ width, height }); };
    page.reload = (of) => { one.own++; return reload(of); };
    page.goto = (to, of) => { one.own++; return goto(to, of); };
    hearComplaints(page, complaints);
    page.on('crash', () => { note('crashed', id, 'crashed'); });
    page.on('popup', (popup) => { popup.close().catch(() => undefined); });
    page.on('domcontentloaded', () => { if (one.documents > 0) note('domReady', id, one.documents); });
    page.on('load', () => {
      if (one.documents === 0) return;
      tell('loaded', id, one.documents).then(() => { one.loaded = true; changed(); }, (error: unknown) => { if (!over) complaints.push(`main, on loaded: ${String(error)}`); });
    });
    cdp.on('Page.windowOpen', ({ url }) => { note('popup', id, url); });
    cdp.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId !== undefined || frame.url.startsWith('about:')) return;
      one.documents++;
      note('committed', id, frame.url);
    });
    cdp.on('Runtime.executionContextCreated', ({ context: { name, id: world } }) => { if (name === WORLD) one.world = world; });
    cdp.on('Fetch.requestPaused', ({ requestId, request: { url }, frameId }) => { void navigate(one, requestId, url, frameId); });
    await cdp.send('Page.enable');
    await cdp.send('Runtime.enable');
    await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] });
    one.frame = (await cdp.send('Page.getFrameTree')).frameTree.frame.id;
    await resize(size);
    windows.set(id, one);
    pages.push(page);
    changed();
  }

  async function navigate(one: Shown, requestId: string, url: string, frameId: string): Promise<void> {
    const isMainFrame = one.frame === frameId;
    let may = isMainFrame && one.own > 0;
    if (may) one.own--;
    else may = await tell('navigating', one.id, url, isMainFrame).catch(() => false) === true;
    await (may ? one.cdp.send('Fetch.continueRequest', { requestId }) : one.cdp.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })).catch(() => undefined);
  }

  async function load(id: number, address: string, [ofPage, ofPreload]: readonly [string, string]): Promise<void> {
    const one = windows.get(id)!;
    if (one.documents === 0) {
      await one.cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: ofPage });
      await one.cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: ofPreload, worldName: WORLD });
    }
    one.own++;
    await one.goto(address, { waitUntil: 'commit' }).catch((error: unknown) => { note('failed', id, address, (error as Error).message.split('\n')[0]!); });
  }

  function shownAs(page: Page): Shown {
    const one = [...windows.values()].find((each) => each.page === page);
    if (one === undefined) throw new Error('this page is no window of the app');
    return one;
  }
  async function inPreload(page: Page, expression: string): Promise<unknown> {
    const { cdp, world } = shownAs(page);
    const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', { expression, ...(world === null ? {} : { contextId: world }), awaitPromise: true, returnByValue: true });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  return {
    pid: child.pid!, ended,
    get code() { return code; },
    get windows() { return [...windows.values()]; },
    said: () => said,
    evaluate: (of: unknown, arg?: unknown) => tell('evaluate', String(of), arg) as never,
    async window(at) {
      for (;;) {
        const one = [...windows.values()][at];
        if (one?.loaded === true) return one.page;
        if (code !== null) throw new Error(`main ended with ${code} before window ${at} was there. It said:\n${said}`);
        await new Promise<void>((resolve) => { const go = (): void => { waiting.delete(go); resolve(); }; waiting.add(go); });
      }
    },
    person: async (page, what) => { await tell('person', shownAs(page).id, what); },
    async drop(page, paths, { x, y }) {
      const { cdp } = shownAs(page);
      await inPreload(page, `__double.willDrop(${JSON.stringify(paths)})`);
      const data = { items: [], files: [...paths], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await cdp.send('Input.dispatchDragEvent', { type, x, y, data });
    },
    inPreload,
    state: async () => await tell('double') as Awaited<ReturnType<Running['state']>>,
    answer: async (at, value) => { await tell('answer', at, value); },
    outside: async () => await tell('outside') as readonly string[],
    async quit() {
      if (code !== null) return;
      tell('quit').catch(() => undefined); // the line may end before its answer
      const late = setTimeout(() => { complaints.push(`main did not end within ${PATIENCE} ms of being asked to. It said:\n${said}`); child.kill('SIGKILL'); }, PATIENCE);
      await ended;
      clearTimeout(late);
    },
    async kill() {
      if (code === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
