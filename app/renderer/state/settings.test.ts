// Danger: storage that holds anything makes a window that cannot be used; a bound that is not kept.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { change, decodeSettings, firstSettings, settingIds, settings, useSettings, valid } from './settings.ts';
import type { SettingId } from './settings.ts';

test('whatever is stored, every setting is one that may be chosen, and what may be chosen stays', () => {
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...settingIds), fc.anything())), (stored) => {
    const decoded = decodeSettings(stored);
    for (const id of settingIds) expect(valid(id, decoded[id])).toBe(decoded[id]);
    expect(decodeSettings(decoded)).toEqual(decoded);
  }));
  expect(decodeSettings({ theme: 'dark', textSize: 1e9, density: 'toString', oldDays: NaN })).toEqual({ ...firstSettings, theme: 'dark', textSize: 200 });
});

test('first values lie within their own bounds, and a value outside is brought in', () => {
  for (const id of settingIds) {
    const one = settings[id];
    expect(valid(id, one.first)).toBe(one.first);
    if (one.kind === 'amount') { expect(valid(id, -1e12)).toBe(one.least); expect(valid(id, 1e12)).toBe(one.most); expect(valid(id, '5')).toBeNull(); }
  }
  change('textSize', 5000);
  expect(useSettings.getState().textSize).toBe(200);
  change('theme' as SettingId, 'purple' as never);
  expect(useSettings.getState().theme).toBe('system');
  useSettings.setState(firstSettings);
});
