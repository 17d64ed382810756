// The one Acumen that the tests of a journey's file share: opened before the first of them and ended after the last, and then what was made for it is
// removed. A journey imports `session` and `page` as they are now: after `restart` and `launch` the same names mean the new ones.
import type { Page } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { openDriver } from './door.ts';
import type { Driver, LaunchOptions, Session } from './driver.ts';
import { ready } from './screen.ts';

export let driver: Driver;
export let session: Session;
export let page: Page;

const made: { remove(): void }[] = [];

/** What is made for all tests of a file, and removed once Acumen has let go of it. */
export function shared<M extends { remove(): void }>(one: M): M {
  made.push(one);
  return one;
}

/** A driver for tests that launch a session each. */
export function drive(): void {
  beforeAll(async () => { driver = await openDriver(); });
  afterAll(async () => {
    await driver?.close();
    for (const one of made) one.remove();
  });
}

/** One session for all tests. `how` may make what is opened first. `waits`: until the window is ready (screen.ts). `ms`: how long all of it may take. */
export function opened(how: LaunchOptions | (() => LaunchOptions | Promise<LaunchOptions>), { waits = true, ms }: { readonly waits?: boolean; readonly ms?: number } = {}): void {
  drive();
  beforeAll(async () => {
    await launch(typeof how === 'function' ? await how() : how);
    if (waits) await ready(page);
  }, ms);
  afterAll(async () => { await session?.close(); });
}

/** Opens Acumen; in place of the session that was open, if one was. */
export async function launch(options: LaunchOptions): Promise<void> {
  await session?.close();
  session = await driver.launch(options);
  page = session.page;
}

/** Ends Acumen as a person would, starts it again on the same store, and waits until the window is ready. */
export async function restart(): Promise<void> {
  await session.restart();
  page = session.page;
  await ready(page);
}
