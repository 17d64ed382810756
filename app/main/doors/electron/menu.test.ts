// Danger: an item that does nothing, or something else than it says; a folder's name that is not shown as it is.
import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { menuCommands } from '../../../contract/bridge.ts';
import { menuTemplate } from './menu.ts';

type Item = MenuItemConstructorOptions;
function all(items: readonly Item[]): Item[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])]);
}
function made(given: Partial<Parameters<typeof menuTemplate>[1]> = {}): { readonly items: Item[]; readonly did: string[] } {
  const did: string[] = [];
  const template = menuTemplate({
    command: (id) => did.push(`command ${id}`), openFolder: () => did.push('folder'), openRecent: (folder) => did.push(`recent ${folder}`), forgetGone: () => did.push('forget'), openLink: () => did.push('link'),
  }, { mac: false, recent: [], tools: false, ...given });
  return { items: all(template), did };
}
const click = (item: Item): void => (item.click as () => void)();

test.each([true, false])('every command of the menu is there once and does what it says (mac: %s)', (mac) => {
  const { items, did } = made({ mac });
  for (const [id, { title }] of Object.entries(menuCommands)) {
    const found = items.filter((item) => item.id === id);
    expect(found.map((item) => item.label), id).toEqual([title]);
    click(found[0]!);
    expect(did.pop()).toBe(`command ${id}`);
  }
  for (const item of items) expect(item.type === 'separator' || item.role !== undefined || item.click !== undefined || item.submenu !== undefined, item.label).toBe(true);
});

test('keys of commands are shown, and left to the page; no two items share theirs', () => {
  for (const mac of [true, false]) {
    const { items } = made({ mac });
    for (const item of items.filter((one) => one.id !== undefined && one.id in menuCommands && one.accelerator !== undefined)) expect(item.registerAccelerator, item.id).toBe(false);
    const keys = items.flatMap((item) => item.accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('CmdOrCtrl+O');
  }
});

test('folders: the dialog, and those of late by name and place, whatever they are called', () => {
  const { items, did } = made({ recent: [{ repository: '/home/a/salt&pepper', isThere: true }, { repository: '/home/b/two', isThere: true }] });
  click(items.find((item) => item.id === 'open-folder')!);
  const recent = all(items.find((item) => item.label === 'Open Recent')!.submenu as Item[]);
  expect(recent.map((item) => item.label)).toEqual(['salt&&pepper  (/home/a/salt&&pepper)', 'two  (/home/b/two)']);
  click(recent[0]!);
  expect(did).toEqual(['folder', 'recent /home/a/salt&pepper']);
  expect(made().items.find((item) => item.label === 'Open Recent')!.enabled).toBe(false);
});

test('a folder that is not there any more is said to be, does nothing, and can be forgotten', () => {
  const { items, did } = made({ recent: [{ repository: '/home/b/two', isThere: true }, { repository: '/home/a/gone', isThere: false }] });
  const recent = all(items.find((item) => item.label === 'Open Recent')!.submenu as Item[]);
  expect(recent.map((item) => [item.label, item.enabled])).toEqual([['two  (/home/b/two)', true], ['gone  (/home/a/gone): not there any more', false], [undefined, undefined], ['Forget Those Not There Any More', undefined]]);
  click(recent.at(-1)!);
  expect(did).toEqual(['forget']);
});

test('the developer tools are there only for work on Acumen', () => {
  const roles = (tools: boolean): unknown[] => made({ tools }).items.map((item) => item.role);
  expect(roles(true)).toContain('toggleDevTools');
  expect(roles(false)).not.toContain('toggleDevTools');
  expect(roles(false)).not.toContain('reload');
});
