// Danger: a key that does nothing, or two things.
import { describe, expect, test } from 'vitest';
import { allCommands, commandsOf, fits, forStroke } from './registry.ts';
import type { Command, Place, Stroke } from './registry.ts';
import { runSaying } from './keys.ts';
import { registerCommands } from './list.ts';
import { PAST, useTime } from '../state/time.ts';
import { useUi } from '../state/ui.ts';
import { menuCommands } from '../../contract/bridge.ts';

const stroke = (key: string, ...held: ('ctrl' | 'meta' | 'shift' | 'alt')[]): Stroke => ({ key, ctrlKey: held.includes('ctrl'), metaKey: held.includes('meta'), shiftKey: held.includes('shift'), altKey: held.includes('alt') });

describe('keys', () => {
  test('a stroke fits its keys and no others', () => {
    expect(fits('Mod+Z', stroke('z', 'ctrl'), false)).toBe(true);
    expect(fits('Mod+Z', stroke('Z', 'ctrl', 'shift'), false)).toBe(false);
    expect(fits('Mod+Shift+Z', stroke('Z', 'ctrl', 'shift'), false)).toBe(true);
    expect(fits('Mod+Z', stroke('z', 'meta'), true)).toBe(true);
    expect(fits('Mod+Z', stroke('z', 'ctrl'), true)).toBe(false);
    expect(fits('?', stroke('?', 'shift'), false)).toBe(true);
    expect(fits('/', stroke('/'), false)).toBe(true);
    expect(fits('Space', stroke(' '), false)).toBe(true);
    expect(fits('M', stroke('m'), false)).toBe(true);
    expect(fits('M', stroke('m', 'ctrl'), false)).toBe(false);
    expect(fits('F6', stroke('F6', 'shift'), false)).toBe(false);
  });

  test('no stroke means two commands in the same place, and typing is left alone', () => {
    registerCommands();
    // lists and the board have keys of their own, which go before the window's
    const placeOf = ({ scope }: Command): Place => (scope === 'list' || scope === 'board' || scope === 'decide' ? scope : null);
    for (const command of allCommands()) for (const keys of command.keys) {
      const parts = keys.split('+'), key = parts.at(-1)!, place = placeOf(command);
      const it: Stroke = { key: key === 'Space' ? ' ' : key, ctrlKey: parts.includes('Mod'), metaKey: false, shiftKey: parts.includes('Shift'), altKey: parts.includes('Alt') };
      expect(forStroke(it, false, place, false)?.id, keys).toBe(command.id);
      if (place !== null) expect(forStroke(it, true, place, false)?.id, `${keys}, typing`).not.toBe(command.id);
      const same = allCommands().filter((other) => placeOf(other) === place && other.keys.some((k) => fits(k, it, false)));
      expect(same.map((c) => c.id), keys).toEqual([command.id]);
    }
    for (const letter of 'abcdefghijklmnopqrstuvwxyz/? ') expect(forStroke(stroke(letter), true, null, false)).toBe(null);
    expect(forStroke(stroke('z', 'ctrl'), true, null, false)).toBe(null);
  });

  test('every command can say why it cannot be done, before anything is connected', () => {
    const reasons = allCommands().flatMap((command) => command.disabled() ?? []);
    expect(reasons.length).toBeGreaterThan(5);
    expect(reasons.filter((why) => !/^[A-Z].*\.$/.test(why))).toEqual([]);
  });
});

test('the menu of the Electron window names commands of this registry, by the same titles and keys', () => {
  const known = new Map(allCommands().map((command) => [command.id, command]));
  for (const [id, { title, keys }] of Object.entries(menuCommands)) {
    expect(known.get(id)?.title, id).toBe(title);
    if (keys !== null) expect(known.get(id)?.keys, id).toContain(keys);
  }
});

test('an item of the menu does what its command does: over a list that gives way, not over a form, and never for a name of nobody', () => {
  useUi.setState({ overlay: 'keys', tab: 'compose' });
  runSaying('view.conflicts');
  expect(useUi.getState()).toMatchObject({ overlay: 'none', tab: 'conflicts' });
  runSaying('help.palette');
  expect(useUi.getState().overlay).toBe('palette');
  runSaying('help.palette');
  expect(useUi.getState().overlay).toBe('none');
  useUi.setState({ overlay: 'import' });
  runSaying('view.compose');
  expect(useUi.getState()).toMatchObject({ overlay: 'import', tab: 'conflicts', said: { text: 'Close the dialog first.' } });
  useUi.setState({ overlay: 'none' });
  runSaying('history.undo');
  expect(useUi.getState().said.text).toBe('The service is away.');
  const before = useUi.getState();
  for (const name of ['', 'toString', 'no.such.command']) runSaying(name);
  expect(useUi.getState()).toBe(before);
});

test('whatever a key or a menu does, the palette finds by its whole title, and says it in a sentence of its own', () => {
  const titles = new Map<string, string>();
  for (const command of allCommands()) {
    expect(command.title, command.id).toMatch(/^\S.*\S$/);
    expect(titles.get(command.title), command.id).toBeUndefined();
    titles.set(command.title, command.id);
  }
});

test('every menu that rows have offers something, and each of its lines begins like the command line', () => {
  for (const menu of ['acu', 'member', 'graph', 'matrix', 'operation', 'repository'] as const) {
    const offered = commandsOf(menu);
    expect(offered.length, menu).toBeGreaterThan(0);
    for (const command of offered) expect(command.line?.() ?? 'acumen ', command.id).toMatch(/^acumen /);
  }
});

test('in the past whatever changes something says so, and nothing else does', () => {
  useTime.setState({ at: { id: 1, kind: 'import', time: 0, description: '', command: null, target: null } as never });
  for (const command of allCommands()) if (command.changes === true) expect(command.disabled(), command.id).toBe(PAST); else expect(command.disabled(), command.id).not.toBe(PAST);
  useTime.setState({ at: null });
});
