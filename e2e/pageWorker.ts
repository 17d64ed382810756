// A worker of the page with the face of one here, so that a journey asks a built worker through the client that the product has. What is sent is
// text: typed arrays as base64.
import type { Page } from 'playwright';
import type { Thread } from '../app/workers/rpc.ts';

type Listener = Parameters<Thread['addEventListener']>[1];
const kinds = { Float32Array, Uint32Array, Int32Array, Uint8Array };

const write = (message: unknown): string => JSON.stringify(message, (_key, value: unknown) => {
  const kind = Object.keys(kinds).find((name) => value instanceof kinds[name as keyof typeof kinds]);
  if (kind === undefined) return value;
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return { kind, base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
});
const read = (text: string): unknown => JSON.parse(text, (_key, value: unknown) => {
  if (typeof value !== 'object' || value === null || !('base64' in value)) return value;
  const bytes = Uint8Array.from(Buffer.from((value as { base64: string }).base64, 'base64'));
  return new kinds[(value as unknown as { kind: keyof typeof kinds }).kind](bytes.buffer);
});

/** `address`: of a built worker, from the page's. One of a name in a page. */
export async function pageWorker(page: Page, address: string, name: string): Promise<Thread> {
  const listeners = new Map<string, Set<Listener>>();
  await page.exposeFunction(`${name}Said`, (type: string, text: string) => {
    const event = Object.assign(new Event(type), type === 'message' ? { data: read(text) } : { message: text });
    for (const listener of listeners.get(type) ?? []) if (typeof listener === 'function') listener(event); else listener.handleEvent(event);
  });
  await page.evaluate(({ file, called }) => {
    const here = globalThis as unknown as Record<string, unknown> & { trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } };
    const url = new URL(file, document.baseURI).href, policy = here.trustedTypes?.createPolicy('acumen', { createScriptURL: (script: string) => script });
    const worker = here[called] = new Worker(policy?.createScriptURL(url) ?? url, { type: 'module', name: called }), said = here[`${called}Said`] as (type: string, text: string) => void;
    worker.addEventListener('error', (event) => said('error', event.message || 'it could not be started'));
    worker.addEventListener('message', ({ data }) => said('message', JSON.stringify(data, (_key, value) => {
      if (!ArrayBuffer.isView(value)) return value as unknown;
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength), parts: string[] = [];
      for (let at = 0; at < bytes.length; at += 32_768) parts.push(String.fromCharCode(...bytes.subarray(at, at + 32_768)));
      return { kind: value.constructor.name, base64: btoa(parts.join('')) };
    })));
  }, { file: address, called: name });
  return {
    postMessage(message) {
      void page.evaluate(({ called, text }) => {
        const known = { Float32Array, Uint32Array, Int32Array, Uint8Array } as Record<string, new (bytes: ArrayBuffer) => unknown>;
        ((globalThis as unknown as Record<string, unknown>)[called] as Worker).postMessage(JSON.parse(text, (_key, value) => (
          typeof value === 'object' && value !== null && 'base64' in value ? new known[value.kind]!(Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0)).buffer) : value)));
      }, { called: name, text: write(message) }).catch(() => undefined);
    },
    addEventListener(type, listener) { listeners.set(type, (listeners.get(type) ?? new Set()).add(listener)); },
    removeEventListener(type, listener) { listeners.get(type)?.delete(listener); },
    terminate() { void page.evaluate((called) => ((globalThis as unknown as Record<string, unknown>)[called] as Worker).terminate(), name).catch(() => undefined); },
  };
}
