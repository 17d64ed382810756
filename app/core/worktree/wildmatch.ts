// Whether a pattern of a .gitignore or .gitattributes file fits a name (gitignore(5), PATTERN FORMAT; git's t3070 says what it makes of
// odd ones). A pattern becomes a row of steps, and all ways through them are followed at once: patterns come from strangers, and one
// that backtracks takes for ever. Bytes, one character each.

/** What one step takes. `table`: the bytes it fits, after folding. */
type Step =
  | { readonly kind: 'byte'; readonly byte: number }
  | { readonly kind: 'table'; readonly table: Uint8Array }
  /** any run of bytes, with or without slashes among them */
  | { readonly kind: 'run'; readonly slashes: boolean }
  /** nothing; or as if the run of folders and the slash after it were not there */
  | { readonly kind: 'folders' };

export interface Wildcard { matches(text: string): boolean }

const SLASH = 0x2f, BACKSLASH = 0x5c, STAR = 0x2a, OPEN = 0x5b, CLOSE = 0x5d, COLON = 0x3a, DASH = 0x2d;
const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
const isLower = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isAlpha = (byte: number): boolean => isUpper(byte) || isLower(byte);
const isGraph = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

/** ASCII's, whatever the locale: git says so of itself. */
const CLASSES: Readonly<Record<string, (byte: number) => boolean>> = {
  alnum: (b) => isAlpha(b) || isDigit(b), alpha: isAlpha, blank: (b) => b === 0x20 || b === 9, cntrl: (b) => b < 0x20 || b === 0x7f, digit: isDigit, graph: isGraph,
  lower: isLower, print: (b) => b === 0x20 || isGraph(b), punct: (b) => isGraph(b) && !isAlpha(b) && !isDigit(b),
  space: (b) => b === 0x20 || (b >= 9 && b <= 13), upper: isUpper, xdigit: (b) => isDigit(b) || (b >= 0x41 && b <= 0x46) || (b >= 0x61 && b <= 0x66),
};

/** `isPath`: slashes part folders, so that only `**` goes over them. A pattern that cannot be read fits nothing. */
export function wildcard(pattern: string, isPath: boolean, folded: boolean): Wildcard {
  const steps = compile(pattern, isPath, folded);
  return { matches: steps === null ? () => false : (text) => run(steps, text, folded) };
}

function compile(pattern: string, isPath: boolean, folded: boolean): Step[] | null {
  const steps: Step[] = [];
  for (let p = 0; p < pattern.length; p++) {
    const byte = pattern.charCodeAt(p);
    if (byte === BACKSLASH) {
      if (++p === pattern.length) return null;
      // as it stands: folding is for the text and for plain letters alone
      steps.push({ kind: 'byte', byte: pattern.charCodeAt(p) });
    } else if (byte === 0x3f) {
      steps.push({ kind: 'table', table: tableOf((b) => !(isPath && b === SLASH)) });
    } else if (byte === STAR) {
      const start = p;
      while (pattern.charCodeAt(p + 1) === STAR) p++;
      const rest = pattern.slice(p + 1);
      const whole = p > start && (start === 0 || pattern.charCodeAt(start - 1) === SLASH) && (rest === '' || rest.startsWith('/') || rest.startsWith('\\/'));
      if (isPath && whole && rest.startsWith('/')) steps.push({ kind: 'folders' });
      steps.push({ kind: 'run', slashes: !isPath || whole });
    } else if (byte === OPEN) {
      const read = bracket(pattern, p, isPath, folded);
      if (read === null) return null;
      steps.push({ kind: 'table', table: read.table });
      p = read.end;
    } else {
      steps.push({ kind: 'byte', byte: folded && isUpper(byte) ? byte + 32 : byte });
    }
  }
  return steps;
}

function tableOf(fits: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (fits(byte) ? 1 : 0));
}

/** `[...]` from `open` on; null where it is not closed or names a class that is none. */
function bracket(pattern: string, open: number, isPath: boolean, folded: boolean): { readonly table: Uint8Array; readonly end: number } | null {
  const fits = new Uint8Array(256);
  let p = open + 1;
  const negated = pattern[p] === '!' || pattern[p] === '^';
  if (negated) p++;
  // The byte before, from which a range may go on; 0 after a range or a class.
  let before = 0;
  for (let first = true; first || pattern.charCodeAt(p) !== CLOSE; first = false, p++) {
    if (p >= pattern.length) return null;
    let byte = pattern.charCodeAt(p);
    const next = p + 1 < pattern.length ? pattern.charCodeAt(p + 1) : 0;
    if (byte === BACKSLASH) {
      if (next === 0) return null;
      fits[byte = next] = 1;
      p++;
    } else if (byte === DASH && before !== 0 && next !== 0 && next !== CLOSE) {
      let last = next;
      p++;
      if (last === BACKSLASH) {
        if (++p === pattern.length) return null;
        last = pattern.charCodeAt(p);
      }
      for (let b = before; b <= last; b++) {
        fits[b] = 1;
        if (folded && isUpper(b)) fits[b + 32] = 1;
      }
      byte = 0;
    } else if (byte === OPEN && next === COLON) {
      const close = pattern.indexOf(']', p + 2);
      if (close < 0) return null;
      if (close > p + 2 && pattern.charCodeAt(close - 1) === COLON) {
        const name = pattern.slice(p + 2, close - 1);
        const has = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
        if (has === undefined) return null;
        for (let b = 1; b < 256; b++) if (has(b) || (folded && name === 'upper' && isLower(b))) fits[b] = 1;
        p = close;
        byte = 0;
      } else {
        fits[byte] = 1;
      }
    } else {
      fits[byte] = 1;
    }
    before = byte;
  }
  return { table: tableOf((b) => (fits[b] === 1) !== negated && !(isPath && b === SLASH)), end: p };
}

/** All places among the steps at which the text so far can have arrived. */
function run(steps: readonly Step[], text: string, folded: boolean): boolean {
  let now = new Uint8Array(steps.length + 1), next = new Uint8Array(steps.length + 1);
  const arrive = (at: Uint8Array, place: number): void => {
    for (let i = place; at[i] === 0; i++) {
      at[i] = 1;
      const step = steps[i];
      if (step?.kind === 'folders') arrive(at, i + 3);
      else if (step?.kind !== 'run') return;
    }
  };
  arrive(now, 0);
  for (let t = 0; t < text.length; t++) {
    let byte = text.charCodeAt(t), alive = false;
    if (folded && isUpper(byte)) byte += 32;
    next.fill(0);
    for (let i = 0; i < steps.length; i++) {
      if (now[i] === 0) continue;
      const step = steps[i]!;
      if (step.kind === 'run') {
        if (!step.slashes && byte === SLASH) continue;
        arrive(next, i);
        alive = true;
      } else if (step.kind === 'byte' ? step.byte === byte : step.kind === 'table' && step.table[byte] === 1) {
        arrive(next, i + 1);
        alive = true;
      }
    }
    if (!alive) return false;
    [now, next] = [next, now];
  }
  return now[steps.length] === 1;
}
