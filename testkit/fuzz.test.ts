// Danger: a message that crashes the service, is never answered, changes a workspace or starts something, though it is none
// that may. A slice of `npm run fuzz`, and proof that its checks can fail.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Breach, faults, fuzzDoor, fuzzSession } from './fuzz.ts';
import { fuzzHttp, fuzzSocket } from './fuzzHost.ts';
import { bombs, fuzzObjects, importBomb } from './fuzzObjects.ts';
import { tempDir } from './git.ts';
import type { TempDir } from './git.ts';

let dir: TempDir;
let count = 0;
beforeAll(() => { dir = tempDir('fuzz'); });
afterAll(() => { dir.remove(); });
const folder = (): string => { const path = join(dir.path, String(count++)); mkdirSync(path); return path; };

describe('a live session', () => {
  test('2,000 messages: each answered once, and only those that may change anything did', async () => {
    const figures = await fuzzSession(folder(), 2000, 1);
    console.log(JSON.stringify(figures));
    expect(figures.bad).toBeGreaterThan(500);
    expect(figures.good).toBeGreaterThan(300);
    expect(figures.operations).toBeGreaterThan(10);
    expect(figures.unchanged).toBeGreaterThan(2);
  });

  test.each(faults)('a door that %s is found', async (fault) => {
    await expect(fuzzSession(folder(), 1000, 2, fault)).rejects.toThrow(Breach);
  });
});

describe('the door alone', () => {
  test('20,000 frames mean to it what they mean to its twin', () => {
    const { good, bad } = fuzzDoor(20_000, 3);
    expect(Math.min(good, bad)).toBeGreaterThan(3000);
  });
});

describe("the browser's door", () => {
  test('1,000 requests: nobody gets in who should not, and nothing is given out but built files', async () => {
    const { statuses } = await fuzzHttp(folder(), 1000, 4);
    console.log(JSON.stringify(statuses));
    for (const status of ['101', '200', '400', '403', '404', '405']) expect(statuses[status], status).toBeGreaterThan(0);
  });

  test('a door that lets a stranger in is found', async () => {
    await expect(fuzzHttp(folder(), 600, 5, true)).rejects.toThrow(Breach);
  });

  test('1,000 WebSocket frames, most of them broken', async () => {
    const { connections, answers } = await fuzzSocket(folder(), 1000, 6);
    expect(answers).toBeGreaterThan(connections / 4);
  });
});

describe('the readers', () => {
  test('400 mutated repositories through the embedded reader: each object right, or refused by name', async () => {
    const { right, refused, imported } = await fuzzObjects(folder(), 400, 7, 'embedded');
    expect(right).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
    expect(imported).toBeGreaterThan(0);
  });

  test('20 of them through git', async () => {
    const { right, refused } = await fuzzObjects(folder(), 20, 3, 'native');
    expect(Math.min(right, refused)).toBeGreaterThan(50);
  });

  test('a reader that hands out other bytes is found', async () => {
    await expect(fuzzObjects(folder(), 100, 9, 'embedded', true)).rejects.toThrow(Breach);
  });

  // `npm run fuzz` has the rest, which take seconds to make
  test.each(bombs.filter(({ quick }) => quick))('$name: the honest branch beside it is imported', async ({ make, becomes }) => {
    const { error, names, skipped } = await importBomb(folder(), make);
    expect(error).toBeNull();
    expect(names).toContain('honest');
    expect([...names, ...skipped].join()).toContain(becomes);
  });
});
