// The default session: what the app's handlers say of permissions is what Chromium then does, and is asked anew for each page.
import { link } from './link.ts';
import { protocol, toChromium, webRequest } from './origin.ts';
import { Emitter, NotInTheDouble, refusing } from './refuse.ts';
import { onLoad, onSession } from './window.ts';

type Check = NonNullable<Parameters<Electron.Session['setPermissionCheckHandler']>[0]>;
type Ask = NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>;
let check: Check | null = null, ask: Ask | null = null;

/** Electron's names for what Chromium can be told, in the words of Playwright. */
const permissions = { 'geolocation': ['geolocation'], 'notifications': ['notifications'], 'media': ['camera', 'microphone'], 'midi': ['midi'], 'midiSysex': ['midi-sysex'], 'clipboard-read': ['clipboard-read'], 'clipboard-sanitized-write': ['clipboard-write'], 'storage-access': ['storage-access'] } as const;

/** What a page of this address may do, by both of the app's handlers: without a handler Electron grants. */
async function grantedTo(contents: Electron.WebContents, url: string): Promise<string[]> {
  const granted: string[] = [];
  const origin = `${/^[^:]+:\/\/[^/]+/.exec(url)![0]}/`;
  for (const [name, inChromium] of Object.entries(permissions)) {
    const permission = name as Parameters<Check>[1] & Parameters<Ask>[1];
    const checked = check === null || check(contents, permission, origin, { isMainFrame: true, requestingUrl: url, securityOrigin: origin } as Electron.PermissionCheckHandlerHandlerDetails);
    const asked = ask === null || await new Promise<boolean>((resolve) => { ask!(contents, permission, resolve, { isMainFrame: true, requestingUrl: url } as Electron.PermissionRequest); });
    // A page would see the one in permissions.query and the other when it asks: Chromium can be told one word for both.
    if (checked !== asked) throw new NotInTheDouble(`permission ${name} that one handler grants and the other denies`);
    if (checked) granted.push(...inChromium);
  }
  return granted;
}
onLoad(async (contents, url) => {
  const origin = toChromium(url)!.replace(/^(http:\/\/[^/]+).*/, '$1');
  await link.call('permit', origin, await grantedTo(contents, url));
});

const events = new Emitter('session', ['will-download', 'preconnect', 'select-hid-device', 'select-serial-port', 'select-usb-device', 'spellcheck-dictionary-initialized']);
export const defaultSession = refusing<Electron.Session>('session', Object.assign(events, {
  protocol, webRequest,
  setPermissionCheckHandler(handler) { check = handler; },
  setPermissionRequestHandler(handler) { ask = handler; },
  setDevicePermissionHandler() { /* Chromium without a person offers no device */ },
  setDisplayMediaRequestHandler() { /* nor a screen */ },
  setSpellCheckerEnabled() { /* nor a dictionary */ },
  isPersistent: () => true,
} satisfies Partial<Electron.Session>));
onSession(() => defaultSession);

export const session = refusing<typeof Electron.Session>('session', { defaultSession } satisfies Partial<typeof Electron.Session>);
