// How ACUs are counted in words, one way wherever it is said: in a commit's message, in the log, on the screen, on the command line. What was decided by hand
// between ACUs is one of them to the engine; here it is told apart from what somebody brought.
import type { AcuId } from './bytes.ts';
import { RESOLUTION_REF } from './events.ts';
import type { Tables } from './tables.ts';

// Made once: making one costs more than all rows of a screen. Always English, so that a commit's message is the same everywhere.
const numbers = new Intl.NumberFormat('en');

/** "1,234" */
export const grouped = (n: number): string => (n < 1000 ? String(n) : numbers.format(n));

/** "1,234 places" */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** "92 ACUs and 1 decision". `all`: the decisions among them. */
export function acusInWords(all: number, decisions: number): string {
  const acus = plural(all - decisions, 'ACU');
  return decisions === 0 ? acus : all === decisions ? plural(decisions, 'decision') : `${acus} and ${plural(decisions, 'decision')}`;
}

type Counted = Pick<Tables, 'sources' | 'segments'>;

/** By tables, which never change: what is said of each change of a composition asks, and should not cost what a hundred thousand sources do. */
const known = new WeakMap<Counted, ReadonlySet<AcuId>>();

/** The ACUs that are decisions: each is the tip of a source that one made. */
export function decisionsAmong(tables: Counted): ReadonlySet<AcuId> {
  let found = known.get(tables);
  if (found === undefined) known.set(tables, found = decisionsOf(tables));
  return found;
}

function decisionsOf({ sources, segments }: Counted): ReadonlySet<AcuId> {
  const found = new Set<AcuId>();
  for (const source of sources) {
    if (!source.ref.startsWith(RESOLUTION_REF)) continue;
    for (const i of source.segments) { const { tip, acu } = segments[i]!; if (tip === source.oid && acu !== null) found.add(acu); }
  }
  return found;
}

/** Of a set in one state, in words. */
export function countedAcus(tables: Counted, ids: readonly AcuId[]): string {
  const decided = decisionsAmong(tables);
  return acusInWords(ids.length, decided.size === 0 ? 0 : ids.reduce((n, id) => n + (decided.has(id) ? 1 : 0), 0));
}

/** What the commit of a composition says where nobody says it otherwise: how many, onto what, and a line for each. Names as bytes or as they are shown. */
export function composedMessage(baseName: string, acus: readonly { readonly id: AcuId; readonly name: string; readonly title: string }[], decisions: number): string {
  const lines = acus.map(({ id, name, title }) => `- ${name === title ? name : `${name}: ${title}`} (${id.slice(0, 12)})`.replace(/[\r\n\0]+/g, ' '));
  return [`Compose ${acusInWords(acus.length, decisions)} onto ${baseName}`, ...lines.length === 0 ? [] : [lines.join('\n')]].join('\n\n');
}
