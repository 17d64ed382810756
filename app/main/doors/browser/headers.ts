// The headers of every answer, and the policy of the page (style.md, "Electron, done safely"; CSP level 3, HTML's COOP/COEP).

/** Cross-origin isolation gives the workers shared memory; the rest denies what the page never needs. */
export const fixedHeaders: readonly (readonly [string, string])[] = [
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-embedder-policy', 'require-corp'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()'],
];

/** `nonce` admits the styles that CodeMirror injects in this one load. */
export function contentSecurityPolicy(host: string, nonce: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    nonce === null ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    `connect-src 'self' ws://${host}`,
    "img-src 'self' data:",
    "worker-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default acumen',
  ].join('; ');
}

/** The page reads its nonce from `<meta name="csp-nonce" content="…">`, which is filled in here, or put in if the build has none. */
export function withNonce(html: string, nonce: string): string {
  const filled = html.replace(/<meta\s+name="csp-nonce"[^>]*>/i, '');
  return filled.replace(/<head(\s[^>]*)?>/i, (head) => `${head}<meta name="csp-nonce" content="${nonce}">`);
}
