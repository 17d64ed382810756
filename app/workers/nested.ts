// A worker's own workers, under the page's policy: trusted types admit the addresses that the page gave.
import type { Gpu } from './gpu/gpu.ts';
import { GpuMultiplier } from './gpu/multiplier.ts';
import type { Pairer } from './pairing.ts';
import { type Supervised, supervise } from './rpc.ts';

interface PolicyFactory { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown } }

let admit: ((address: string) => unknown) | null = null;

function spawn<Api>(address: string, name: string): Supervised<Api> {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  admit ??= factory === undefined ? (url) => url : ((policy) => (url: string) => policy.createScriptURL(url))(factory.createPolicy('acumen', {
    createScriptURL(url) {
      if (new URL(url).origin !== location.origin) throw new TypeError(`This worker runs no script from ${url}.`);
      return url;
    },
  }));
  return supervise<Api>(new Worker(admit(address) as string, { type: 'module', name }), name);
}

/** `address`: absolute, of a script of our own origin. */
export const spawnPairer = (address: string): Supervised<Pairer> => spawn(address, 'pairing');

/** `address`: absolute. The worker is started when it is first asked. */
export const spawnGpu = (address: string): GpuMultiplier => new GpuMultiplier(() => spawn<Gpu>(address, 'gpu'));
