// Danger: a frame that comes before anybody listens and is lost; a channel that closes and leaves its callers waiting.
import { describe, expect, test } from 'vitest';
import type { Bridge } from '../../contract/bridge.ts';
import { bridge, electronPlatform } from './platform.electron.ts';

/** The preload's object, as its own side has it. */
function made() {
  const channels: { opened(): void; frame(bytes: Uint8Array): void; closed(reason: string): void }[] = [];
  const sent: (Uint8Array | string)[] = [];
  const object: Bridge = {
    connect: (opened, frame, closed) => { channels.push({ opened, frame, closed }); },
    send: (frame) => { sent.push(frame); },
    disconnect: () => { sent.push('disconnect'); channels.at(-1)!.closed('it was closed'); },
    chooseFolder: () => { sent.push('choose'); },
    openDropped: (file) => { sent.push(`drop ${String(file)}`); },
    onRecent: (listener) => { listener([{ repository: '/a', isThere: true }]); },
    askRecent: () => { sent.push('recent?'); },
    openRecent: (repository) => { sent.push(`open ${repository}`); },
    forgetRecent: (repository) => { sent.push(`forget ${repository}`); },
    onCommand: (listener) => { listener('help.keys'); },
  };
  return { platform: electronPlatform(object), channels, sent };
}
const bytes = (...all: number[]): Uint8Array => new Uint8Array(all);

describe('the channel through the bridge', () => {
  test('frames come in their order, also those before anybody listens', async () => {
    const { platform, channels, sent } = made();
    const opening = platform.connect();
    channels[0]!.opened();
    channels[0]!.frame(bytes(1));
    const transport = await opening;
    channels[0]!.frame(bytes(2));
    const heard: number[] = [];
    transport.onFrame((frame) => heard.push(frame[0]!));
    channels[0]!.frame(bytes(3));
    transport.send(bytes(9));
    expect(heard).toEqual([1, 2, 3]);
    expect(sent).toEqual([bytes(9)]);
  });

  test('its end is heard once, also by who listens later; nothing comes or goes after it', async () => {
    const { platform, channels, sent } = made();
    const opening = platform.connect();
    channels[0]!.opened();
    const transport = await opening;
    const heard: unknown[] = [];
    transport.onFrame((frame) => heard.push(frame));
    channels[0]!.closed('its process ended');
    channels[0]!.closed('again');
    channels[0]!.frame(bytes(1));
    transport.onClose((reason) => heard.push(reason));
    expect(heard).toEqual(['its process ended']);
    expect(() => transport.send(bytes(1))).toThrow('its process ended');
    transport.close();
    expect(sent).toEqual([]);
  });

  test('one that never opens is refused with why; one that is closed here is let go there', async () => {
    const { platform, channels, sent } = made();
    const refused = platform.connect();
    channels[0]!.closed('the service rests');
    await expect(refused).rejects.toMatchObject({ code: 'io', message: 'The service does not answer: the service rests.' });
    const opening = platform.connect();
    channels[1]!.opened();
    (await opening).close();
    expect(sent).toEqual(['disconnect']);
    await expect(platform.unknown()).resolves.toBe(false);
    expect(platform.takeToken()).toBeNull();
  });
});

test('what was opened lately is heard, and asked of the host by its folder', () => {
  const { platform, sent } = made(), heard: unknown[] = [];
  platform.recent!.listen((list) => heard.push(list));
  platform.recent!.ask();
  platform.recent!.open('/a');
  platform.recent!.forget('/b');
  expect(heard).toEqual([[{ repository: '/a', isThere: true }]]);
  expect(sent).toEqual(['recent?', 'open /a', 'forget /b']);
});

test('a page without the object is shown by a browser', () => {
  expect(bridge()).toBeNull();
});
