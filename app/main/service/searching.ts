// `acumen list --search`: the language of the window's search (core/search/) over what is imported, with the same answers.
import { type AcuId, display } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import { PATCH_REF, WORKTREE_REF } from '../../core/events.ts';
import type { Acu } from '../../core/model.ts';
import { type Subject, columnsOf, searchedText } from '../../core/search/columns.ts';
import { type IsState, Matcher, type Reason } from '../../core/search/matching.ts';
import { type Clock, type Query, parseQuery } from '../../core/search/query.ts';
import { packSymbols, unpackSymbols } from '../../core/search/symbolPage.ts';
import { Symbols } from './symbols.ts';
import type { Workspace } from './workspace.ts';

/** ACUs whose symbols are read at once. */
const AT_ONCE = 500;

export interface Searched { readonly acus: readonly Acu[]; /** why an ACU was found, where its name and author do not say it */ readonly reasons: ReadonlyMap<AcuId, Reason> }

/** Without a workspace there are no symbols: asking for one is refused, and words are looked for in the rest. */
export async function searched(at: Workspace | Pick<Workspace, 'engine'>, text: string, clock: Clock): Promise<Searched> {
  const { engine } = at, { acus } = engine, query = parseQuery(text, clock, true);
  for (const term of query.terms) {
    if (term.key === 'wrong') throw new AcumenError('usage', term.why, 'Run `acumen list --help`; quotes keep blanks and colons together.', { text });
    if (term.key === 'symbol' && !('moment' in at)) throw new AcumenError('usage', 'Symbols are read from what was imported.', 'Leave --no-store out, or search by path.', { text });
  }
  const rows = subjectsOf(engine), index = new Map(acus.map(({ id }, i) => [id, i])), tips = new Map(acus.flatMap(({ id, segments }) => segments.map((tip) => [tip, id] as const)));
  const matcher = new Matcher(columnsOf(rows, (i) => acus[i]!.paths, engine.sources.map(({ name, segments }) => ({ name: display(name), acus: segments.flatMap((tip) => tips.get(tip) ?? []) }))));
  if ('moment' in at && query.terms.some(({ key }) => key === 'word' || key === 'symbol')) {
    const symbols = new Symbols(at);
    for (let from = 0; from < acus.length; from += AT_ONCE) {
      const some = acus.slice(from, from + AT_ONCE);
      matcher.addSymbols(Int32Array.from(some, ({ id }) => index.get(id)!), unpackSymbols(packSymbols(await symbols.of(some.map(({ id }) => id)))));
    }
  }
  const how = matcher.match(query, statesOf(at, query, rows, matcher, index));
  const reasons = new Map(acus.flatMap(({ id }, i) => { const reason = matcher.reason(i, query, how[i]!); return reason === null ? [] : [[id, reason] as const]; }));
  return { acus: acus.filter((_, i) => how[i] !== 0), reasons };
}

function subjectsOf({ acus, tables }: Engine): readonly Subject[] {
  const patches = new Set(tables.sources.flatMap(({ ref, name }) => (ref.startsWith(PATCH_REF) ? [name] : []))), edited = new Set(tables.sources.flatMap(({ ref, oid }) => (ref.startsWith(WORKTREE_REF) ? [oid] : [])));
  return acus.map((acu): Subject => {
    const name = display(acu.name), author = display(acu.author.name), email = display(acu.author.email), sources = acu.sources.map(display);
    return {
      id: acu.id, name, author, email, time: acu.time, sources, requires: acu.requires, added: acu.added, deleted: acu.deleted, standing: acu.standing,
      ...acu.sources.some((one) => patches.has(one)) && { patch: true as const }, ...acu.segments.some((tip) => edited.has(tip)) && { worktree: true as const },
      text: searchedText(acu),
    };
  });
}

/** What rows are: worked out for the states that are asked for. */
function statesOf(at: Workspace | Pick<Workspace, 'engine'>, { terms }: Query, rows: readonly Subject[], { columns }: Matcher, index: ReadonlyMap<AcuId, number>): IsState {
  const { engine } = at, asked = new Set<string>(terms.flatMap((term) => (term.key === 'is' ? term.any : [])));
  const degree = new Uint8Array(rows.length), risky = new Uint8Array(rows.length);
  if (asked.has('conflicted') || asked.has('risk')) {
    for (const { a, b, verdict, inherited } of engine.conflicts()) for (const side of [a, b]) {
      const row = side === 'base' ? undefined : index.get(side);
      if (row === undefined) continue;
      if (verdict !== 'risk') degree[row] = 1; else if (!inherited) risky[row] = 1;
    }
  }
  const chosen = 'view' in at ? at.view.state.composition.acus : [], inside = new Set(chosen);
  const kinds = rows.map(({ id, standing }) => (!['in', 'fits', 'needs', 'conflicts', 'order', 'unable'].some((state) => asked.has(state)) ? '' : inside.has(id) ? 'in' : standing !== 'exact' ? standing : engine.verdict(chosen, [id]).kind));
  return (row, state) => {
    switch (state) {
      case 'stale': case 'inexact': return rows[row]!.standing === state;
      case 'conflicted': return degree[row] === 1;
      case 'risk': return risky[row] === 1;
      case 'agent': return columns.agent[row]! >= 0;
      case 'live': return rows[row]!.worktree === true;
      case 'patch': return rows[row]!.patch === true;
      case 'conflicts': return kinds[row] === 'conflicts' || kinds[row] === 'order-sensitive';
      case 'order': return kinds[row] === 'order-sensitive';
      default: return kinds[row] === state;
    }
  };
}
