// The texts of generated repositories, as byte strings, and the small edits people and agents make to them.
import type { Random } from './random.ts';

/**
 * `code`: mostly distinct lines with braces and blanks between. `repetitive`: few distinct lines, so that hunks slide. `equal`: every line about 64
 * times, some less and some more, where histogram diff must fall back or just need not. `data`: all lines distinct. `crlf`: code with CRLF. `open`: data without a final newline.
 * `latin1`: data with bytes that are no UTF-8.
 */
export type Style = 'code' | 'repetitive' | 'equal' | 'data' | 'crlf' | 'open' | 'latin1';

const WORDS = ['amber', 'basin', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'haven', 'islet', 'jetty', 'knoll', 'ledge', 'marsh', 'north', 'ocean', 'prism',
  'quill', 'ridge', 'slate', 'tidal', 'umbra', 'vapor', 'wharf', 'xenon', 'yield', 'zonal'];
/** Lines that several people add without knowing of each other. */
const COMMON = ['  await flush();\n', '  log.debug("here");\n', '  if (closed) return;\n', '\n', '  count += 1;\n', '}\n', '  // TODO: check the limit\n'];
const REPEATED = ['{\n', '}\n', '\n', '  step();\n', '  next();\n', '  end();\n'];

/** Lines with their terminators; the last may have none. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** A line that loses its place at the end gets the newline it lacked. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line, i) => (i < lines.length - 1 && !line.endsWith('\n') ? `${line}\n` : line)).join('');
}

/** A line nobody else writes. */
export function freshLine(random: Random, style: Style): string {
  const id = random.hex(6);
  switch (style) {
    case 'data': case 'open': return `${random.pick(WORDS)}.${random.pick(WORDS)}.${id} = ${random.below(10_000)}\n`;
    case 'latin1': return `n\xe9ant ${random.pick(WORDS)} \xff\xfe ${id}\n`;
    case 'crlf': return `  const ${random.pick(WORDS)}_${id} = ${random.pick(WORDS)}(${random.below(100)});\r\n`;
    default: return `  const ${random.pick(WORDS)}_${id} = ${random.pick(WORDS)}(${random.below(100)});\n`;
  }
}

/** A line as this kind of file tends to get: fresh, or one that is there already. */
export function newLine(random: Random, style: Style): string {
  if (style === 'repetitive' && random.chance(0.75)) return random.pick(REPEATED);
  if (style === 'equal' && random.chance(0.8)) return random.pick(REPEATED.slice(0, 3));
  if (style === 'code' && random.chance(0.2)) return random.pick(COMMON);
  return freshLine(random, style);
}

export function makeText(random: Random, style: Style, size: number): string {
  const lines: string[] = [];
  switch (style) {
    case 'repetitive':
      while (lines.length < size) lines.push(random.chance(0.08) ? freshLine(random, 'code') : random.pick(REPEATED));
      break;
    case 'equal': {
      // periodic or not; with a few rarer lines to hold on to, or none
      const period = random.pick([0, 0.85]);
      const rarer = random.pick([3, 3, 5]);
      for (let i = 0; i < size; i++) lines.push(REPEATED[random.chance(period) ? i % 3 : random.below(random.chance(0.2) ? rarer : 3)]!);
      break;
    }
    case 'code': case 'crlf':
      while (lines.length < size) {
        lines.push(`export function ${random.pick(WORDS)}_${random.hex(4)}(${random.pick(WORDS)}, ${random.pick(WORDS)}) {\n`);
        for (let n = random.between(3, 9); n > 0; n--) lines.push(random.chance(0.15) ? random.pick(COMMON) : freshLine(random, 'code'));
        lines.push('  return true;\n', '}\n', '\n');
      }
      break;
    default:
      while (lines.length < size) lines.push(freshLine(random, style));
  }
  let text = lines.join('');
  if (style === 'crlf') text = text.replaceAll('\n', '\r\n');
  return style === 'open' ? text.slice(0, -1) : text;
}

/** One small edit near line `at`; never leaves the lines as they were. */
export function mutate(random: Random, style: Style, lines: readonly string[], at: number): string[] {
  const out = [...lines];
  const some = (n: number): string[] => Array.from({ length: n }, () => newLine(random, style));
  const i = Math.min(Math.max(at, 0), Math.max(out.length - 1, 0));
  switch (random.below(12)) {
    case 0: case 1: { const n = random.between(1, 3); out.splice(i, n, ...some(random.between(1, 3))); break; }
    case 2: case 3: out.splice(i, 0, ...some(random.between(1, 3))); break;
    case 4: out.splice(i, random.between(1, 2)); break;
    case 5: if (out[i] !== undefined) out[i] = out[i].replace(/\d+/, String(random.below(1000))); break;
    case 6: out.splice(i, 0, ...out.slice(Math.max(0, i - random.between(1, 3)), i)); break;
    case 7: { const block = out.splice(i, random.between(1, 3)); out.splice(Math.min(out.length, i + random.between(1, 4)), 0, ...block); break; }
    // larger moves, both ways, and a block copied and changed: what the algorithms of diff see differently
    case 8: { const block = out.splice(i, random.between(2, 8)); out.splice(Math.min(out.length, i + random.between(2, 14)), 0, ...block, ...some(random.below(2))); break; }
    case 9: { const block = out.splice(i, random.between(2, 8)); out.splice(Math.max(0, i - random.between(2, 14)), 0, ...some(random.below(2)), ...block); break; }
    case 10: {
      const copy = out.slice(i, i + random.between(3, 12));
      if (copy.length > 0) copy[random.below(copy.length)] = newLine(random, style);
      out.splice(random.chance(0.5) ? i : Math.min(out.length, i + copy.length + random.below(4)), 0, ...copy);
      break;
    }
    default: out.splice(i, 0, style === 'crlf' ? '\r\n' : '\n');
  }
  if (textOf(out) === textOf(lines)) out.splice(i, 0, freshLine(random, style));
  return out;
}

/** Prose that shares no line with anything: for files that appear where others vanish, so that no rename is seen. */
export function uniqueText(random: Random, size: number): string {
  return Array.from({ length: size }, () => `${random.hex(12)} ${random.pick(WORDS)} ${random.hex(8)}\n`).join('');
}

export function binary(random: Random, size = 200): string {
  let out = '\x00\x01BIN';
  while (out.length < size) out += String.fromCharCode(random.below(256));
  return out;
}
