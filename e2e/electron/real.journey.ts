// What the double cannot prove (README), on a real Electron: where there is one. Where there is none, one skipped test says why.
import { existsSync } from 'node:fs';
import { test as plain, afterAll, beforeAll, describe, expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { openElectron } from '../door.ts';
import type { ElectronDriver, ElectronSession } from '../driver.ts';
import { findRuntime, runtimeVersion } from './runtime.ts';

const runtime = findRuntime();
if ('missing' in runtime) {
  console.log(`skipped: every journey on a real Electron: ${runtime.missing}`);
  plain(`every journey on a real Electron: ${runtime.missing}`, ({ skip }) => { skip(runtime.missing); });
} else {
  describe(`Electron ${runtimeVersion(runtime.executable) ?? ''}`, () => {
    let driver: ElectronDriver, session: ElectronSession;
    beforeAll(async () => {
      driver = await openElectron();
      session = await driver.launch();
      await session.page.getByTestId(ids.acuRow).first().waitFor();
    });
    afterAll(async () => { await driver?.close(); });

    plain('the scheme is privileged: an origin, secure, isolated, and no other scheme can read it', async () => {
      expect(session.page.url()).toBe('acumen://app/');
      expect(await session.page.evaluate(() => [location.origin, isSecureContext, crossOriginIsolated])).toEqual(['acumen://app', true, true]);
      expect(await session.page.evaluate(() => fetch('file:///etc/hostname').then(() => 'read', () => 'refused'))).toBe('refused');
    });

    plain('the renderer is sandboxed: its process has no Node, and the system says no to it', async () => {
      expect(await session.page.evaluate(() => [typeof (globalThis as { require?: unknown }).require, typeof (globalThis as { process?: unknown }).process])).toEqual(['undefined', 'undefined']);
      expect(await session.evaluate(({ app }) => app.getAppMetrics().filter((one) => one.type === 'Tab').map((one) => one.sandboxed ?? 'not said on this system'))).not.toContain(false);
    });

    plain('the versions are those that are pinned', async () => {
      const [electron, chrome] = await session.evaluate(() => [process.versions['electron'], process.versions['chrome']]);
      expect(electron).toMatch(/^45\./);
      expect(Number.parseInt(chrome!, 10)).toBeGreaterThanOrEqual(156);
    });

    plain('one instance: the system\'s own lock', async () => {
      const { code, said } = await session.again();
      expect([code, said]).toEqual([0, expect.stringContaining('open already')]);
      expect(existsSync(session.store)).toBe(true);
      expect(session.complaints).toEqual([]);
    });
  });
}
