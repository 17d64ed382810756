// What Electron's window has besides the page: what it denies, its menu, dialogs, folders dropped on it, a second start, where it
// was, and a service that dies. On the double and on a real runtime alike; what the double alone can do says so in its test.
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Page } from 'playwright';
import { ids } from '../../app/renderer/testids.ts';
import { smallRepository } from '../../testkit/small.ts';
import { openElectron, test } from '../door.ts';
import type { ElectronDriver, ElectronSession } from '../driver.ts';
import { servicePids } from '../electron.ts';
import { composed, dragIn, known, mark, ready, row } from '../screen.ts';
import { picture } from '../look.ts';
import { removeFolder } from '../../testkit/folder.ts';

let driver: ElectronDriver, session: ElectronSession, page: Page, folder: string;
const place = known();
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'acumen-window-')));
  driver = await openElectron();
  session = await driver.launch({ repository: place.repository.path });
  page = session.page;
  await ready(page);
});
afterAll(async () => { await driver?.close(); place.remove(); removeFolder(folder); });

/** A repository of its own, with one change in flight. */
function another(name: string): string {
  const repository = smallRepository(join(folder, name), { 'a.txt': 'a\n' });
  repository.branch('first', { 'a.txt': 'b\n' });
  return repository.path;
}
const clickMenu = (id: string): Promise<void> => session.evaluate(({ Menu }, id) => { Menu.getApplicationMenu()!.getMenuItemById(id)!.click(); }, id);
const connection = (on: Page = page): Promise<string | null> => on.getByTestId(ids.connection).getAttribute('data-state');
/** Closes every window but the first, as a person would. */
async function closeOthers(): Promise<void> {
  await session.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) if (window.id !== Math.min(...BrowserWindow.getAllWindows().map((one) => one.id))) window.close();
  });
  await expect.poll(() => session.windows.length).toBe(1);
}

test('every window is sandboxed and isolated, without Node, webviews or insecure content: read back', async () => {
  const preferences = await session.evaluate(({ BrowserWindow }) => {
    const { sandbox, contextIsolation, nodeIntegration, nodeIntegrationInWorker, nodeIntegrationInSubFrames, webSecurity, allowRunningInsecureContent, experimentalFeatures, webviewTag, plugins, navigateOnDragDrop } =
      (BrowserWindow.getAllWindows()[0]!.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences }).getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, nodeIntegrationInWorker, nodeIntegrationInSubFrames, webSecurity, allowRunningInsecureContent, experimentalFeatures, webviewTag, plugins, navigateOnDragDrop };
  });
  expect(preferences).toEqual({
    sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false, webSecurity: true,
    allowRunningInsecureContent: false, experimentalFeatures: false, webviewTag: false, plugins: false, navigateOnDragDrop: false,
  });
});

test('the page has one object of ours, frozen, and nothing of Node or Electron', async () => {
  const seen = await page.evaluate(() => {
    const all = globalThis as unknown as Record<string, Record<string, unknown>>;
    const frame = document.createElement('iframe');
    return {
      object: Object.keys(all['acumen']!).sort(), kinds: [...new Set(Object.values(all['acumen']!).map((one) => typeof one))], frozen: Object.isFrozen(all['acumen']),
      foreign: ['require', 'module', 'process', 'Buffer', 'global', 'ipcRenderer', 'electron', 'contextBridge'].filter((name) => name in all),
      frame: frame instanceof HTMLElement,
    };
  });
  expect(seen).toEqual({ object: ['askRecent', 'chooseFolder', 'connect', 'disconnect', 'forgetRecent', 'onCommand', 'onRecent', 'openDropped', 'openRecent', 'send'], kinds: ['function'], frozen: true, foreign: [], frame: true });
});

test('the page is isolated, and its policy is Electron\'s own', async () => {
  expect(await page.evaluate('[isSecureContext, crossOriginIsolated]')).toEqual([true, true]);
  const policy = await page.evaluate(() => fetch(location.href, { cache: 'no-store' }).then((answer) => answer.headers.get('content-security-policy'), () => 'no reading, then'));
  expect(policy === 'no reading, then' || policy!.startsWith("default-src 'none'")).toBe(true);
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval(?!')|\*/);
});

test('it goes nowhere else, opens nothing, is granted nothing', async () => {
  const url = page.url();
  await page.evaluate(() => { location.href = 'https://example.invalid/away'; });
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: 'file:///etc/hostname' });
    document.body.append(link);
    link.click();
    link.remove();
  });
  await page.evaluate(() => { window.open('https://example.invalid/popup'); });
  await expect.poll(() => row(page, 'one').count()).toBe(1);
  expect(page.url()).toBe(url);
  await expect.poll(() => session.windows.length).toBe(1);
  await expect.poll(() => page.context().pages().length).toBe(1);
  for (const name of ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read']) {
    expect(await page.evaluate((name) => navigator.permissions.query({ name: name as PermissionName }).then((one) => one.state), name), name).not.toBe('granted');
  }
  expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
  expect(await page.evaluate(() => fetch('https://example.invalid/').then(() => 'reached', () => 'refused'))).toBe('refused');
  expect(await page.evaluate(() => document.createElement('webview') instanceof HTMLUnknownElement || !('src' in document.createElement('webview')))).toBe(true);
  expect(await session.evaluate(({ BrowserWindow }) => {
    const event = { defaultPrevented: false, preventDefault() { this.defaultPrevented = true; } };
    BrowserWindow.getAllWindows()[0]!.webContents.emit('will-attach-webview', event, {}, {});
    return event.defaultPrevented;
  })).toBe(true);
});

test('a link that is not ours is not handed to the system either', async () => {
  expect((await session.double!.state()).opened).toEqual([]);
  expect(await session.double!.outside()).toEqual([]);
}, ['electron']);

test('messages that are not the contract\'s are refused, and change nothing (a preload taken over: the double alone)', async () => {
  const { said } = session.double!;
  const hostile = ['null', '1', '{ id: -1 }', '{ id: 1.5 }', '{ id: "1" }', '[]', '{ folder: "relative" }', '{ folder: "/a\\0b" }', '{ folder: 7 }', '{ folder: "/x".repeat(40000) }', 'new Uint8Array(9)', 'new Map()', '{ __proto__: { id: 1 } }'];
  for (const channel of ['acumen:connect', 'acumen:open', 'acumen:choose-folder', 'acumen:recent']) {
    for (const value of hostile) {
      if (channel === 'acumen:choose-folder' && value === 'null') continue; // that is its message
      await session.double!.inPreload(page, `__double.ipcRenderer.send(${JSON.stringify(channel)}, ${value})`);
    }
    await session.double!.inPreload(page, `__double.ipcRenderer.send(${JSON.stringify(channel)}, { id: 1 }, 2)`);
  }
  await session.double!.inPreload(page, '__double.ipcRenderer.send("acumen:port", 1), __double.ipcRenderer.send("anything", 1)');
  expect(await session.double!.inPreload(page, '__double.ipcRenderer.invoke("acumen:connect", { id: 1 }).then(() => "answered", (error) => error.message)')).toContain('No handler registered');
  await expect.poll(() => said().match(/A message on acumen:(connect|open|choose-folder|recent) was refused/g)?.length).toBe(4 * hostile.length - 1 + 4);
  // what is on no list is not opened by its name either
  await session.double!.inPreload(page, `__double.ipcRenderer.send('acumen:recent', { what: 'open', repository: ${JSON.stringify(folder)} })`);
  expect((await session.double!.state()).shown).toEqual([]);
  expect(session.windows).toHaveLength(1);
  expect(await connection()).toBe('open');
}, ['electron']);

test('messages of another frame, another origin or another page are refused (forged in main: the double alone)', async () => {
  const before = session.double!.said().length;
  await session.evaluate(({ BrowserWindow, ipcMain }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!, { mainFrame } = webContents;
    const from = (sender: unknown, senderFrame: unknown): void => { ipcMain.emit('acumen:open', { sender, senderFrame }, { folder: '/tmp' }); };
    from(webContents, null);
    from(webContents, { url: mainFrame.url, parent: mainFrame });
    from(webContents, { url: 'https://example.invalid/', parent: null });
    from(webContents, { url: 'acumen://app.evil/', parent: null });
    from({}, { url: mainFrame.url, parent: null });
  });
  await expect.poll(() => session.double!.said().slice(before).match(/was refused: [^\n]+/g)).toEqual([
    'was refused: it is not from the main frame.', 'was refused: it is not from the main frame.', 'was refused: it is from another origin.',
    'was refused: it is from another origin.', 'was refused: it is from no window of ours.',
  ]);
  expect(session.windows).toHaveLength(1);
}, ['electron']);

test('a command of the menu does what the palette\'s does', async () => {
  await clickMenu('view.conflicts');
  await page.getByTestId(ids.conflictList).waitFor();
  await clickMenu('view.compose');
  await row(page, 'one').waitFor();
  await dragIn(page, 'one');
  await composed(page, ['one']);
  await clickMenu('history.undo');
  await composed(page, []);
});

test('Open Folder opens another repository in a window of its own, and the same one once', async () => {
  const repository = another('opened');
  await session.evaluate(({ dialog }, path) => { dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] }); }, repository);
  await clickMenu('open-folder');
  const second = await session.window(1);
  await row(second, 'first').waitFor();
  expect(await second.title()).toContain('opened');
  expect(await page.title()).toContain('known');
  await clickMenu('open-folder');
  await row(second, 'first').waitFor();
  expect(session.windows).toHaveLength(2);
  await expect.poll(async () => (await session.evaluate(servicePids)).length, { message: 'the third found its repository open, and ended', timeout: 10_000 }).toBe(2);
  // nothing chosen: nothing happens
  await session.evaluate(({ dialog }) => { dialog.showOpenDialog = () => Promise.resolve({ canceled: true, filePaths: [] }); });
  await clickMenu('open-folder');
  await closeOthers();
  await expect.poll(async () => (await session.evaluate(servicePids)).length).toBe(1);
  expect(await mark(page, 'one')).toBe('fits');
});

test('a folder that is no repository is refused in words', async () => {
  const nothing = join(folder, 'nothing');
  mkdirSync(nothing);
  await session.evaluate(({ dialog }, path) => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    dialog.showMessageBox = ((a: unknown, b?: Electron.MessageBoxOptions) => { said.push((b ?? a as Electron.MessageBoxOptions).message); return Promise.resolve({ response: 0, checkboxChecked: false }); }) as typeof dialog.showMessageBox;
  }, nothing);
  await clickMenu('open-folder');
  await expect.poll(() => session.evaluate(() => (globalThis as unknown as { said: string[] }).said), { timeout: 10_000 }).toEqual([expect.stringContaining('repository')]);
  expect(session.windows).toHaveLength(1);
});

test('a repository\'s folder dropped on the window opens beside it (files of the disk: the double alone)', async () => {
  const repository = another('dropped');
  await session.double!.drop(page, [repository], { x: 700, y: 400 });
  const second = await session.window(1);
  await row(second, 'first').waitFor();
  expect(await second.title()).toContain('dropped');
  await closeOthers();
  // a page's own File has no path, whatever it is called
  await page.evaluate(() => { (globalThis as unknown as { acumen: { openDropped(file: unknown): void } }).acumen.openDropped(new File(['x'], 'dropped')); });
  await page.evaluate(() => { (globalThis as unknown as { acumen: { openDropped(file: unknown): void } }).acumen.openDropped('/etc'); });
  expect(await connection()).toBe('open');
  expect(session.windows).toHaveLength(1);
}, ['electron']);

test('a second start shows what it was asked for in the first, and ends', async () => {
  const { code, said } = await session.again(place.repository.path);
  expect([code, said]).toEqual([0, expect.stringContaining('Acumen is open already')]);
  expect(session.windows).toHaveLength(1);
  const repository = another('second');
  expect((await session.again('--repo', repository)).code).toBe(0);
  const second = await session.window(1);
  await row(second, 'first').waitFor();
  await closeOthers();
});

test('a service that is killed is said to be gone, is started again by itself, and nothing acknowledged is lost', async () => {
  await dragIn(page, 'three');
  await composed(page, ['three']);
  const [before] = await session.evaluate(servicePids);
  const states = page.evaluate((id) => new Promise<string[]>((resolve) => {
    const at = document.querySelector(`[data-testid="${id}"]`)!, seen = [at.getAttribute('data-state')!];
    const watch = new MutationObserver(() => {
      const now = document.querySelector(`[data-testid="${id}"]`)?.getAttribute('data-state') ?? '';
      if (now !== seen.at(-1)) seen.push(now);
      if (seen.length > 1 && now === 'open') { watch.disconnect(); resolve(seen); }
    });
    watch.observe(document.body, { subtree: true, attributes: true, childList: true });
  }), ids.connection);
  await session.killService();
  const seen = await states;
  expect(seen[0]).toBe('open');
  expect(seen).toContain('lost');
  const [after] = await session.evaluate(servicePids);
  expect(after).not.toBe(before);
  await composed(page, ['three']);
  await dragIn(page, 'four');
  await composed(page, ['three', 'four']);
  await page.keyboard.press('Control+z');
  await composed(page, ['three']);
  await page.keyboard.press('Control+z');
  await composed(page, []);
});

test('while a service that was started again says nothing yet, a change is refused with a sentence, and is not made later', async () => {
  // it comes up when it is told to: as on a machine that is busy, or never
  await session.evaluate(({ utilityProcess }) => {
    const { fork } = utilityProcess;
    utilityProcess.fork = (file, args, options) => {
      utilityProcess.fork = fork;
      const child = fork(file, args, options);
      process.kill(child.pid!, 'SIGSTOP');
      return child;
    };
  });
  await session.killService();
  await expect.poll(async () => [(await session.evaluate(servicePids)).length, await connection()], { timeout: 20_000 }).toEqual([1, 'connecting']);
  await row(page, 'four').click();
  await page.keyboard.press('Enter');
  const refused = page.getByTestId(ids.notice).filter({ hasText: 'The service is away; this change was not made.' });
  await refused.waitFor();
  await refused.getByRole('button', { name: 'Dismiss' }).click();
  for (const pid of await session.evaluate(servicePids)) process.kill(pid, 'SIGCONT');
  await expect.poll(() => connection(), { timeout: 20_000 }).toBe('open');
  // what comes after it is in its order: had it been sent it would be there by now
  await dragIn(page, 'three');
  await composed(page, ['three']);
  await page.keyboard.press('Control+z');
  await composed(page, []);
}, process.platform === 'win32' ? [] : ['electron']);

test('the window comes back where it was, on the repository it had', async () => {
  await session.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0]!;
    window.setBounds({ x: 40, y: 60, width: 1234, height: 777 });
    window.blur();
  });
  const bounds = (): Promise<Electron.Rectangle> => session.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
  const before = await bounds();
  await session.restart();
  page = session.page;
  await ready(page);
  expect(await bounds()).toEqual(before);
  expect(await page.evaluate('[innerWidth, innerHeight]')).toEqual([expect.any(Number), expect.any(Number)]);
  await page.keyboard.press('Alt+1');
  await picture(page, 'window');
  expect(session.complaints.filter((one) => !/example\.invalid|etc\/hostname|Content Security Policy|Refused to connect/.test(one))).toEqual([]);
});

test('after a crash of the whole app window and work are as they were last (the double alone)', async () => {
  await dragIn(page, 'three');
  await composed(page, ['three']);
  await session.evaluate(({ BrowserWindow }) => { BrowserWindow.getAllWindows()[0]!.setBounds({ x: 10, y: 20, width: 1111, height: 666 }); });
  await session.double!.person(page, 'blur');
  await session.double!.kill();
  expect(page.isClosed()).toBe(true);
  await session.restart();
  page = session.page;
  await ready(page);
  expect(await session.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds())).toEqual({ x: 10, y: 20, width: 1111, height: 666 });
  await composed(page, ['three']);
}, ['electron']);
