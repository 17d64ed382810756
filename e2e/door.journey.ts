// The way in: Acumen starts from the build, the page that its address opens is isolated and governed by its policy, knows its
// service, survives a restart and a crash of it, and leaves nothing behind.
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { ids } from '../app/renderer/testids.ts';
import { test } from './door.ts';
import { drive, driver } from './opened.ts';

drive();

test('the sample opens, isolated, without a complaint', async () => {
  const session = await driver.launch();
  await session.page.getByTestId(ids.acuRow).first().waitFor();
  expect(await session.page.title()).toContain('Acumen');
  expect(await session.page.evaluate('crossOriginIsolated')).toBe(true);
  // The token was for the session alone: neither the address bar nor the history keeps it.
  expect(session.page.url()).not.toContain('token');
  expect(session.complaints).toEqual([]);
  await session.close();
});

test('script that the build does not hold does not run', async () => {
  const session = await driver.launch();
  const ran = await session.page.evaluate(async () => {
    const script = document.createElement('script');
    try {
      script.textContent = 'globalThis.injected = true';
      document.head.append(script);
    } catch { /* trusted types refuse the text itself */ }
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    return 'injected' in globalThis;
  });
  expect(ran).toBe(false);
  await session.close();
});

test('the same workspace is there after a restart, and after a crash', async () => {
  const session = await driver.launch();
  const rows = async (): Promise<(string | null)[]> => {
    await session.page.getByTestId(ids.acuRow).first().waitFor();
    return session.page.getByTestId(ids.acuRow).evaluateAll((all) => all.map((row) => row.getAttribute('data-acu')));
  };
  const before = await rows();
  expect(before.length).toBeGreaterThan(5);
  const { store, repository } = session;
  await session.restart();
  expect(await rows()).toEqual(before);
  await session.kill();
  await session.restart();
  expect(await rows()).toEqual(before);
  expect(session.repository).toBe(repository);
  await session.close();
  expect(existsSync(store)).toBe(false);
});
