// Dangers: a message that main or the service believes although nobody of ours wrote it; a service that dies again and again.
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AcumenError, toWireError } from '../../../contract/frames.ts';
import { isMenuCommand, menuCommands } from '../../../contract/bridge.ts';
import { decodeChooseFolder, decodeConnect, decodeFromServiceProcess, decodeOpen, decodeRecent, decodeToService, failure } from './messages.ts';
import { recent, rest, restSentence } from './restarts.ts';
import { refusal, visible, windowGone } from './words.ts';

const at = path.resolve('/r');
const error = toWireError(new AcumenError('not-a-repository', 'It is none.', 'Choose another.', { at }));

describe('messages', () => {
  test('each is decoded to what it was', () => {
    for (const message of [{ kind: 'open', asked: { repo: at, store: null, git: 'auto' } }, { kind: 'go' }, { kind: 'connect' }, { kind: 'stop' }]) expect(decodeToService(structuredClone(message))).toEqual(message);
    for (const message of [{ kind: 'located', store: at }, { kind: 'opened', repository: at }, { kind: 'refused', error }, { kind: 'failed', error }]) expect(decodeFromServiceProcess(structuredClone(message))).toEqual(message);
    expect(decodeConnect({ id: 3 })).toEqual({ kind: 'connect', id: 3 });
    expect(decodeChooseFolder(undefined)).toEqual({ kind: 'choose-folder' });
    expect(decodeOpen({ folder: at })).toEqual({ kind: 'open', folder: at });
    expect(decodeRecent({ what: 'list' })).toEqual({ kind: 'recent', what: 'list' });
    for (const what of ['open', 'forget']) expect(decodeRecent({ what, repository: at })).toEqual({ kind: 'recent', what, repository: at });
    expect(failure(error)).toMatchObject({ code: 'not-a-repository', message: 'It is none.', hint: 'Choose another.', exitCode: 2 });
  });

  test('nothing else is', () => {
    for (const bad of [null, undefined, 1, 'go', [], {}, { kind: 'Go' }, { kind: 'open' }, { kind: 'open', asked: null }, { kind: 'open', asked: { repo: 'relative', store: null, git: 'auto' } }]) expect(decodeToService(bad)).toBeNull();
    for (const bad of [null, 1, {}, { kind: 'located' }, { kind: 'located', store: 'relative' }, { kind: 'opened', repository: `${at}\0` }, { kind: 'refused' }, { kind: 'refused', error: { ...error, code: 'invented' } }, { kind: 'failed', error: 'text' }]) {
      expect(decodeFromServiceProcess(bad), JSON.stringify(bad)).toBeNull();
    }
    for (const bad of [null, undefined, 1, {}, { id: 0 }, { id: -1 }, { id: 1.5 }, { id: '1' }, { id: 2 ** 53 }, [1]]) expect(decodeConnect(bad)).toBeNull();
    for (const bad of [{}, 'x', 0, false]) expect(decodeChooseFolder(bad)).toBeNull();
    for (const bad of [null, {}, { folder: '' }, { folder: 'relative' }, { folder: `${at}\0` }, { folder: 7 }, { folder: `${at}${'x'.repeat(40_000)}` }, at]) expect(decodeOpen(bad)).toBeNull();
    for (const bad of [null, undefined, 'list', {}, { what: 'open' }, { what: 'forget', repository: 'relative' }, { what: 'open', repository: `${at}\0` }, { what: 'constructor', repository: at }]) expect(decodeRecent(bad)).toBeNull();
    for (const bad of ['', 'toString', '__proto__', 'composition.add', 1, null, ['help.keys']]) expect(isMenuCommand(bad)).toBe(false);
    expect(Object.keys(menuCommands).every(isMenuCommand)).toBe(true);
  });

  test('whatever comes, the answer is a message or nothing', () => {
    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true, withTypedArray: true }), (value) => {
      for (const decode of [decodeToService, decodeFromServiceProcess, decodeConnect, decodeOpen, decodeRecent]) {
        const message = decode(value);
        expect(message === null || typeof message.kind === 'string').toBe(true);
      }
    }), { numRuns: 1000 });
  });
});

describe('a service that dies', () => {
  test('is started again at once, four times a minute; after the fifth it rests until the first is a minute old', () => {
    const deaths = [0, 1000, 2000, 3000];
    expect(rest(deaths, 3000)).toBe(0);
    expect(rest([...deaths, 4000], 4000)).toBe(56_000);
    expect(rest([...deaths, 4000], 59_999)).toBe(1);
    expect(rest([...deaths, 4000], 60_000)).toBe(0);
    expect(rest([...deaths, 4000, 60_500], 60_500)).toBe(500);
    expect(recent([...deaths, 90_000], 90_000)).toEqual([90_000]);
    expect(restSentence(55_001)).toContain('5 times within a minute; it is started again in 56 s');
  });

  test('law: never six starts within a minute', () => {
    fc.assert(fc.property(fc.array(fc.nat(30_000), { minLength: 1, maxLength: 60 }), (gaps) => {
      let deaths: number[] = [], now = 0;
      const starts: number[] = [];
      for (const gap of gaps) {
        now += gap;
        now += rest(deaths, now); // it waits, as the page does
        starts.push(now);
        deaths = [...recent(deaths, now), now]; // and dies at once
      }
      for (let i = 5; i < starts.length; i++) expect(starts[i]! - starts[i - 5]!).toBeGreaterThanOrEqual(60_000);
    }));
  });
});

test('dialogs show names as they are, and a screen that went is explained unless it went as it should', () => {
  expect(refusal(new AcumenError('io', 'No \u202etxt.exe\u0007 here.', 'a\nb'))).toEqual({ message: 'No \\u{202e}txt.exe\\u{7} here.', detail: 'a\nb' });
  expect(visible('plain é 漢 😀')).toBe('plain é 漢 😀');
  expect(windowGone('clean-exit')).toBeNull();
  for (const reason of ['crashed', 'oom', 'killed', 'launch-failed', 'integrity-failure', 'abnormal-exit', 'memory-eviction', 'something new']) {
    expect(windowGone(reason)!.detail).toMatch(/^(It|Its|Something|The) .+\. The service and what it acknowledged are untouched/);
  }
});
