// A worker's own workers, under the page's policy: trusted types admit the one address that the page gave.
import type { Pairer } from './pairing.ts';
import { type Supervised, supervise } from './rpc.ts';

interface PolicyFactory { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown } }

let admit: ((address: string) => unknown) | null = null;

/** `address`: absolute, of a script of our own origin. */
export function spawnPairer(address: string): Supervised<Pairer> {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  admit ??= factory === undefined ? (url) => url : ((policy) => (url: string) => policy.createScriptURL(url))(factory.createPolicy('acumen', {
    createScriptURL(url) {
      if (new URL(url).origin !== location.origin) throw new TypeError(`This worker runs no script from ${url}.`);
      return url;
    },
  }));
  return supervise<Pairer>(new Worker(admit(address) as string, { type: 'module', name: 'pairing' }), 'pairing');
}
