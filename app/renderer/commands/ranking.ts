// How well a title fits what was typed, and which commands come first. Pure.

/** What a letter costs that neither follows the last one found nor begins a word; and how many such letters are a coincidence and no wish. */
const STRAY = 3;

/**
 * Lower is better, null where it does not fit: the title's own beginning, the beginning of a word, a part of a word, all words in any order, then letters in
 * order, which should begin words ("gcon" is Go to Conflicts).
 */
export function rank(title: string, query: string): number | null {
  const text = title.toLowerCase(), wanted = query.trim().toLowerCase();
  if (wanted === '') return 0;
  // somebody may paste a million letters, and each would be looked for in every title
  if (wanted.length > text.length) return null;
  const whole = text.indexOf(wanted);
  if (whole === 0) return 0;
  if (whole > 0) return begins(text, whole) ? 1 : 2;
  const words = wanted.split(/\s+/);
  if (words.length > 1) {
    const places = words.map((word) => placesOf(text, word));
    if (places.every((all) => all.length > 0)) return places.every((all) => all.some((at) => begins(text, at))) ? 3 : 4;
  }
  const cost = letters(text, words.join(''));
  return cost === null ? null : 5 + cost;
}

const begins = (text: string, at: number): boolean => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!);

function placesOf(text: string, word: string): readonly number[] {
  const all: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) all.push(at);
  return all;
}

/** The cheapest way to find the letters in order: nothing where one follows the last or begins a word, else a stray's price. At most half may be strays. */
function letters(text: string, wanted: string): number | null {
  // cost of having found the letters so far with the last of them at each place
  let costs = new Map<number, number>([[-1, 0]]);
  for (const letter of wanted) {
    const next = new Map<number, number>();
    for (const at of placesOf(text, letter)) {
      let best = Infinity;
      for (const [before, cost] of costs) if (before < at) best = Math.min(best, cost + (before === at - 1 && before >= 0 ? 0 : begins(text, at) ? 1 : STRAY));
      if (best < Infinity) next.set(at, best);
    }
    costs = next;
  }
  const best = Math.min(...costs.values());
  return best <= wanted.length / 2 * STRAY ? best : null;
}

/** Where a fits `query` as well as b, what was used later comes first; `recent`: ids, the latest first. */
export function byRank<T extends { readonly score: number; readonly id: string; readonly why: string | null }>(found: readonly T[], recent: readonly string[]): readonly T[] {
  const place = (id: string): number => { const at = recent.indexOf(id); return at < 0 ? recent.length : at; };
  return found.toSorted((a, b) => a.score - b.score || Number(a.why !== null) - Number(b.why !== null) || place(a.id) - place(b.id));
}
