// Trusted types (CSP): the one policy of the page. Scripts may be made from nothing but the addresses of our own workers,
// and HTML from nothing at all.

interface PolicyFactory { createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown }

export function allowOnly(addresses: readonly string[]): void {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory === undefined) return;
  const allowed = new Set(addresses.map((address) => new URL(address, document.baseURI).href));
  factory.createPolicy('default', {
    createScriptURL(url) {
      const full = new URL(url, document.baseURI).href;
      if (!allowed.has(full)) throw new TypeError(`This page runs no script from ${full}.`);
      return full;
    },
  });
}

/** Admits the styles that CodeMirror injects under the page's policy; null where there is none. */
export function styleNonce(): string | null {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content || null;
}
