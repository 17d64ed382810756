// Which parts of a name a search found: those that are marked where the name is shown. Pure.
import { parseQuery } from '../../core/search/query.ts';

let last: { readonly text: string; readonly parts: readonly string[] } = { text: '', parts: [] };

/** The words of a search that a name can have, lower case; the same list for the same text. */
export function partsOf(text: string): readonly string[] {
  if (text !== last.text) {
    // dates are no matter here
    const { terms } = parseQuery(text, { now: 0, offset: 0 });
    last = { text, parts: terms.flatMap((term) => (term.key === 'word' && !term.not ? term.any : [])) };
  }
  return last.parts;
}

/** Places of the parts within a text, ascending and apart: two numbers each. Empty where case makes a text of another length. */
export function markedIn(text: string, parts: readonly string[]): readonly (readonly [from: number, to: number])[] {
  if (parts.length === 0) return [];
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return [];
  const places: [number, number][] = [];
  for (const part of parts) for (let at = lower.indexOf(part); at >= 0; at = lower.indexOf(part, at + part.length)) places.push([at, at + part.length]);
  places.sort((x, y) => x[0] - y[0]);
  const out: [number, number][] = [];
  for (const [from, to] of places) { const before = out.at(-1); if (before !== undefined && from <= before[1]) before[1] = Math.max(before[1], to); else out.push([from, to]); }
  return out;
}
