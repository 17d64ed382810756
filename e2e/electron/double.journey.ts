// The danger: a double that lets the app pass for the wrong reason. A small app of Electron's documentation runs on it, and the double
// must do what Electron promises, refuse what it has not built, and know what is its own.
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import { ensureChromium, flags } from '../../scripts/chromium.ts';
import { at } from '../../scripts/steps.ts';
import { test } from '../door.ts';
import { desktop, type Desktop, type Running } from './double/screen.ts';
import { removeFolder } from '../../testkit/folder.ts';

const main = at('e2e/electron/fixture/main.mjs');
// eslint-disable-next-line typescript/no-explicit-any -- what the fixture puts into its page
type Any = any;
let browser: Browser, shown: Desktop, app: Running, page: Page, folder: string;
const log = (): Promise<string[]> => app.evaluate(() => [...(globalThis as Any).fixture.log as string[]]);
const start = async (): Promise<void> => {
  app = shown.start(main, ['from', 'the', 'person'], { FIXTURE_DATA: join(folder, 'data') });
  page = await app.window(0);
};

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'acumen-double-')));
  browser = await chromium.launch({ executablePath: ensureChromium(), args: [...flags], headless: true });
  shown = await desktop(browser, { viewport: null });
  await start();
});
afterAll(async () => { await shown.close(); await browser.close(); removeFolder(folder); });

test('the page runs on its own secure, isolated origin, and main believes its own scheme', async () => {
  expect(await page.evaluate('seen')).toEqual({ fixture: 'object', require: 'undefined', process: 'undefined', isolated: true, secure: true });
  expect(await page.evaluate('shared()')).toBe(42);
  expect((await log())[0]).toBe('GET fixture://app/');
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.getURL())).toBe('fixture://app/');
  expect(await page.evaluate(() => fetch('/page.js').then((answer) => answer.text(), (error: unknown) => String(error))), 'connect-src of its policy holds').toContain('Failed to fetch');
  expect(await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.head.append(script);
    return 'injected' in globalThis;
  }), 'and script-src').toBe(false);
});

test('load events come in Electron\'s order, once', async () => {
  await expect.poll(log).toEqual(expect.arrayContaining(['did-finish-load', 'ready-to-show', 'focus', 'loaded']));
  const all = await log();
  expect(all.filter((one) => one === 'did-finish-load')).toHaveLength(1);
  expect(all.indexOf('did-finish-load')).toBeLessThan(all.indexOf('ready-to-show'));
});

test('the bridge carries values, functions, promises and errors, frozen, and nothing else reaches the page', async () => {
  expect(await page.evaluate(async () => {
    const { fixture } = globalThis as Any;
    const results: Record<string, unknown> = {
      value: [fixture.version, fixture.nested.list[2].deep], frozen: Object.isFrozen(fixture) && Object.isFrozen(fixture.nested.list),
      callback: fixture.twice((n: number) => n + 10), later: [...await fixture.later() as Uint8Array], map: fixture.same(new Map([[1, new Set([2])]])) instanceof Map,
      bytes: fixture.same(new Uint8Array([9]).subarray(0, 1)) instanceof Uint8Array, other: fixture.world(),
    };
    try { fixture.fails(); } catch (error) { results['error'] = [error instanceof Error, (error as Error).message]; }
    try { (globalThis as Any).fixture = 1; } catch { /* strict or not */ }
    results['kept'] = typeof (globalThis as Any).fixture;
    try { fixture.same(Symbol('x')); } catch (error) { results['symbol'] = (error as Error).message; }
    return results;
  })).toEqual({
    value: [1, true], frozen: true, callback: 21, later: [1, 2, 3], map: true, bytes: true, other: { require: 'function', process: 'object', node: 'undefined' },
    error: [true, 'on purpose'], kept: 'object', symbol: 'An object could not be cloned.',
  });
  expect(await page.evaluate(() => Object.keys(globalThis).filter((name) => /double|electron|ipc/i.test(name)))).toEqual([]);
});

test('messages: invoke answers or rejects as Electron words it, send is replied to, senders are known', async () => {
  const call = (expression: string): Promise<unknown> => page.evaluate(`Promise.resolve().then(() => ${expression}).catch((error) => error.message)`);
  expect(await call('fixture.add(1, 2)')).toEqual({ sum: 3, url: 'fixture://app/', main: true, ours: true });
  expect(await call('fixture.add(1, "2")')).toBe("Error invoking remote method 'add': TypeError: numbers only");
  expect(await call('fixture.nobody()')).toBe("Error invoking remote method 'nobody': Error: No handler registered for 'nobody'");
  expect(await call('new Promise((noted) => fixture.note({ n: 1, bytes: new Uint8Array([7]) }, (back) => noted(back.bytes[0])))')).toBe(7);
  await expect(app.inPreload(page, '__double.ipcRenderer.sendSync("x")')).rejects.toThrow('the double has no ipcRenderer.sendSync');
  await expect(app.inPreload(page, '__double.ipcRenderer.send("note", () => 1)')).rejects.toThrow(/could not be cloned/);
});

test('ports: page to service and back, whatever is cloned, in order; both ends hear the other close', async () => {
  await page.evaluate(() => {
    const all = globalThis as Any;
    all.heard = [];
    all.closedTimes = 0;
    all.fixture.connect((data: unknown) => { all.heard.push(data); }, () => { all.closedTimes++; });
  });
  await expect.poll(() => page.evaluate('fixture.hasPort()')).toBe(true);
  const kinds = await page.evaluate(async () => {
    const all = globalThis as Any;
    const sent = [new Uint8Array([1, 2]).subarray(1), new Date(5), new Map([['a', 1n]]), [undefined, null, -0, Number.NaN], { $: 'x', y: [{}] }, new Float64Array([0.5]), new RangeError('r'), 'ü'];
    for (const one of sent) all.fixture.post(one);
    while (all.heard.length < sent.length) await new Promise((resolve) => { setTimeout(resolve, 5); });
    const h = all.heard;
    return [h[0] instanceof Uint8Array && h[0].join(), h[1].getTime(), String(h[2].get('a')), h[3].length === 4 && Object.is(h[3][2], -0) && Number.isNaN(h[3][3]) && 0 in h[3], JSON.stringify(h[4]), h[5] instanceof Float64Array && h[5][0], h[6].message, h[7]];
  });
  expect(kinds).toEqual(['2', 5, '1', true, '{"$":"x","y":[{}]}', 0.5, 'r', 'ü']);
  const rate = await page.evaluate(async () => {
    const all = globalThis as Any, bytes = new Uint8Array(8 << 20).fill(7), from = performance.now();
    all.heard.length = 0;
    all.fixture.post(bytes);
    while (all.heard.length < 1) await new Promise((resolve) => { setTimeout(resolve, 1); });
    return [all.heard[0].length, all.heard[0][bytes.length - 1], performance.now() - from];
  });
  expect(rate.slice(0, 2)).toEqual([8 << 20, 7]);
  console.log(`8 MiB through two ports of the double and back: ${Math.round(rate[2] as number)} ms`);
  expect(await page.evaluate('new Promise((answer) => fixture.ownPort(answer))')).toBe('there and back');
  await page.evaluate('fixture.post("die")');
  await expect.poll(() => page.evaluate('closedTimes')).toBe(1);
  await expect.poll(log).toContain('service exit 7');
  expect((await log()).find((one) => one.startsWith('service said'))).toBe('service said {"got":{"hello":"service"},"ports":1,"args":["an-argument"]}');
});

test('menu items do what they are for, dialogs wait for their answer', async () => {
  const click = (id: string): Promise<void> => app.evaluate(({ Menu }, id) => { Menu.getApplicationMenu()!.getMenuItemById(id)!.click(); }, id);
  await click('revive');
  await expect.poll(async () => (await app.state()).utilityPids.length).toBe(1);
  await click('off');
  await click('pick');
  await expect.poll(async () => (await app.state()).shown).toEqual([{ kind: 'open', options: { properties: ['openDirectory'] } }]);
  await app.answer(0, { canceled: false, filePaths: ['/a/b'] });
  await expect.poll(log).toContain('picked false /a/b');
  expect(await log()).not.toContain('impossible');
});

test('navigation, windows and the network are what main says', async () => {
  await page.click('#away');
  await expect.poll(log).toContain('will-navigate https://example.invalid/away');
  await page.click('#blank');
  await expect.poll(log).toContain('open https://example.invalid/blank');
  expect(await page.title()).toBe('Fixture page');
  await expect.poll(() => page.context().pages().length).toBe(1);
  await page.click('#again');
  await expect.poll(log).toContain('will-navigate fixture://app/?again');
  await expect.poll(() => page.url()).toContain('?again');
  await expect.poll(async () => (await log()).filter((one) => one === 'did-finish-load').length).toBe(2);
  await page.reload();
  await expect.poll(async () => (await log()).filter((one) => one === 'did-finish-load').length).toBe(3);
  expect((await log()).filter((one) => one.startsWith('will-navigate')), 'reloading from outside asks nobody').toHaveLength(2);
  expect(await page.evaluate('fixture.add(2, 2)')).toMatchObject({ sum: 4, url: 'fixture://app/?again' });
  expect(await app.outside()).toEqual([]);
});

test('permissions are what the handlers say', async () => {
  const state = (name: string): Promise<string> => page.evaluate((name) => navigator.permissions.query({ name: name as PermissionName }).then((one) => one.state), name);
  expect([await state('notifications'), await state('geolocation'), await state('camera')]).toEqual(['granted', 'denied', 'denied']);
});

test('a folder that is dropped has its path, a File that a page makes has none', async () => {
  const dropped = join(folder, 'a folder');
  mkdirSync(dropped);
  await app.drop(page, [dropped], { x: 200, y: 200 });
  await expect.poll(() => page.evaluate('globalThis.dropped')).toEqual([dropped]);
  expect(await page.evaluate("fixture.pathOf(new File(['x'], 'a folder'))")).toBe('');
});

test('focus, blur and size reach main, and main\'s sizes reach the page', async () => {
  await app.person(page, 'blur');
  await app.person(page, 'focus');
  await page.setViewportSize({ width: 1000, height: 640 });
  expect((await log()).slice(-3)).toEqual(['blur', 'focus', 'resize']);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds())).toMatchObject({ width: 1000, height: 640 });
  await app.evaluate(({ BrowserWindow }) => { BrowserWindow.getAllWindows()[0]!.setSize(950, 650); });
  await expect.poll(() => page.evaluate('[innerWidth, innerHeight]')).toEqual([950, 650]);
});

test('a second start finds the first and ends; after a crash the place is free', async () => {
  const second = shown.start(main, ['again'], { FIXTURE_DATA: join(folder, 'data') });
  expect(await second.ended).toBe(0);
  await expect.poll(log).toContain('second {"from":["again"]}');
  expect(await page.evaluate('fixture.add(3, 3)')).toMatchObject({ sum: 6 });
  await app.kill();
  expect(page.isClosed()).toBe(true);
  await start();
  expect(await page.evaluate('fixture.add(4, 4)')).toMatchObject({ sum: 8 });
});

test('what the double has not, it refuses by name', async () => {
  const refused = (run: Parameters<Running['evaluate']>[0]): Promise<unknown> => app.evaluate(run as never).then(() => 'nothing', (error: Error) => /the double has no [^\n]+/.exec(error.message)?.[0]);
  expect(await refused(({ app }) => { app.relaunch(); })).toBe('the double has no app.relaunch');
  expect(await refused(({ BrowserWindow }) => { BrowserWindow.getAllWindows()[0]!.capturePage(); })).toBe('the double has no BrowserWindow.capturePage');
  expect(await refused(({ BrowserWindow }) => { BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript('1'); })).toBe('the double has no WebContents.executeJavaScript');
  expect(await refused(({ BrowserWindow }) => new BrowserWindow({ webPreferences: { sandbox: false } }))).toBe('the double has no window without sandbox, with node, or without context isolation');
  expect(await refused(({ app }) => { app.on('gpu-process-crashed' as never, () => undefined); })).toBe("the double has no event 'gpu-process-crashed' of app");
  expect(await refused(({ protocol }) => { protocol.handle('plain', () => new Response()); })).toBe("the double has no scheme 'plain' that is not privileged as standard and secure");
  expect(await refused(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.loadURL('https://example.invalid/'))).toBe('the double has no loading of https://example.invalid/');
});

test('quitting closes what is open and ends', async () => {
  expect(shown.complaints.filter((one) => !/example\.invalid|page\.js|Content Security Policy|favicon/.test(one))).toEqual([]);
  await app.quit();
  expect([app.code, page.isClosed()]).toEqual([0, true]);
});
