// The overview's search for a page. What it holds is given to it by the page; one that died is started anew and given it again.
import { transfer } from 'comlink';
import { type Columns, buffersOf } from '../core/search/columns.ts';
import { type Supervised, supervise } from './rpc.ts';
import type { Search } from './search.ts';

export interface SearchClient extends Supervised<Search> {
  /** Hands the columns over: they are gone here. */
  load(generation: number, columns: Columns): Promise<void>;
  /** Hands a page of symbols over. */
  symbols(ids: Parameters<Search['symbols']>[0], bytes: Uint8Array): Promise<void>;
}

export function spawnSearch(address: string): SearchClient {
  const worker = supervise<Search>(new Worker(address, { type: 'module', name: 'search' }), 'search');
  return {
    ...worker,
    load: (generation, columns) => worker.call((api) => api.load(generation, transfer(columns, buffersOf(columns)))),
    symbols: (ids, bytes) => worker.call((api) => api.symbols(ids, bytes)),
  };
}

export { COUNTS, RISK, groupings, line, lineIndex, lineKind, sorts } from './arranging.ts';
export type { Arrangement, Grouping, Groups, Sort } from './arranging.ts';
export type { SearchAsked, Suggestion, Suggestions } from './search.ts';
