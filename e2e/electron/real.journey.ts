// What the double cannot prove (README), on a real Electron: run where there is one (vitest.config.ts), and where there is none
// missing.journey.ts says so.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { openElectron, test } from '../door.ts';
import type { ElectronDriver, ElectronSession } from '../driver.ts';

let driver: ElectronDriver, session: ElectronSession;
beforeAll(async () => {
  driver = await openElectron();
  session = await driver.launch();
  await session.page.getByTestId(ids.acuRow).first().waitFor();
});
afterAll(async () => { await driver?.close(); });

test('the scheme is privileged: an origin, secure, isolated, and no other scheme can be read', async () => {
  expect(session.page.url()).toBe('acumen://app/');
  expect(await session.page.evaluate(() => [location.origin, isSecureContext, crossOriginIsolated])).toEqual(['acumen://app', true, true]);
  expect(await session.page.evaluate(() => fetch('file:///etc/hostname').then(() => 'read', () => 'refused'))).toBe('refused');
});

test('the renderer is sandboxed: its process has no Node, and the system says no to it', async () => {
  expect(await session.page.evaluate(() => [typeof (globalThis as { require?: unknown }).require, typeof (globalThis as { process?: unknown }).process])).toEqual(['undefined', 'undefined']);
  expect(await session.evaluate(({ app }) => app.getAppMetrics().filter((one) => one.type === 'Tab').map((one) => one.sandboxed ?? 'not said on this system'))).not.toContain(false);
});

test('the versions are those that are pinned', async () => {
  const [electron, chrome] = await session.evaluate(() => [process.versions['electron'], process.versions['chrome']]);
  expect(electron).toMatch(/^45\./);
  expect(Number.parseInt(chrome!, 10)).toBeGreaterThanOrEqual(156);
});

test('one instance: the system\'s own lock', async () => {
  const { code, said } = await session.again();
  expect([code, said]).toEqual([0, expect.stringContaining('open already')]);
  expect(existsSync(session.store)).toBe(true);
  expect(session.complaints).toEqual([]);
});
