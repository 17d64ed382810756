// Keeps the search worker and the list in step: gives it the replica's columns and what is known of them, asks it anew whenever what is searched, sorted or
// grouped changes, and reads symbols in the background. The latest question wins; what a keystroke brought is measured to its paint.
import type { Clock } from '../../core/search/query.ts';
import { spawnSearch } from '../../workers/client.ts';
import type { SearchClient, Suggestions } from '../../workers/client.ts';
import { useConnection } from '../state/connection.ts';
import { useFilters } from '../state/filters.ts';
import { complain } from '../state/notices.ts';
import { useReplica } from '../state/replica.ts';
import { setting, useSettings } from '../state/settings.ts';
import { measureToPaint, whenIdle } from '../state/timing.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { foundOf, rowsBetween, useVisible } from '../state/visible.ts';
import { connected, replica, service } from './session.ts';
import { searchAddress } from './workers.ts';

let worker: SearchClient | null = null;

/** One that died is replaced by one that is given the same. */
function searcher(): SearchClient {
  if (worker === null) {
    const mine = spawnSearch(searchAddress);
    mine.onDeath((reason) => {
      if (worker !== mine) return;
      worker = null;
      loadedGeneration = -1;
      complain(reason, { title: 'Search again', run: () => { void load(); } });
    });
    worker = mine;
  }
  return worker;
}

export const clock = (): Clock => ({ now: Math.floor(Date.now() / 1000), offset: -new Date().getTimezoneOffset() });

let loadedGeneration = -1;

async function load(): Promise<void> {
  const { generation, status } = useReplica.getState();
  if (status !== 'ready' || loadedGeneration === generation) return;
  try {
    const columns = await replica().call((api) => api.searchable(), undefined, 'urgent');
    if (useReplica.getState().generation !== generation) return;
    await searcher().load(generation, columns);
    loadedGeneration = generation;
    tell(true);
    await ask();
    await searcher().call((api) => api.warm(generation));
    void readSymbols(generation);
  } catch (error) {
    if (useReplica.getState().generation === generation) complain(error);
  }
}

/** What verdicts and conflicts say of the rows, sent when it is another than what was sent. */
let told: { marks: unknown; conflicts: unknown } = { marks: null, conflicts: null };
function tell(anew = false): void {
  const { generation, rows, conflicts } = useReplica.getState(), { marks } = useVerdicts.getState();
  if (loadedGeneration !== generation) return;
  const fit = marks?.length === rows.length ? marks : null;
  if (anew || told.marks !== fit || told.conflicts !== conflicts) {
    told = { marks: fit, conflicts };
    searcher().call((api) => api.know(generation, { marks: fit, degree: conflicts?.degree ?? null, risky: conflicts?.risky ?? null })).catch(() => undefined); // who waits for an answer is told
  }
}

/** When the key was pressed whose answer is not on screen yet. */
let typedAt: number | null = null;
export const typed = (at: number): void => { typedAt = at; };

let turn = 0, asking = false, again = false;

/** One question is under way, and at most the latest waits: what was typed in between is never asked. */
async function ask(): Promise<void> {
  useVisible.setState({ busy: true });
  if (asking) { again = true; return; }
  asking = true;
  try {
    do {
      again = false;
      await askOnce();
    } while (again);
  } catch (error) {
    complain(error);
  } finally {
    asking = false;
    useVisible.setState({ busy: settling !== null });
  }
}

async function askOnce(): Promise<void> {
  const { generation, rows, sources, status } = useReplica.getState();
  if (status !== 'ready' || loadedGeneration !== generation) return;
  const { query: text, sort, group, by, closed, open } = useFilters.getState(), mine = ++turn, began = typedAt;
  typedAt = null;
  const answer = await searcher().call((api) => api.arrange(generation, { text, sort, group, by, closed, open, clock: clock(), oldDays: setting('oldDays'), seen }), undefined);
  if (answer === null || mine !== turn || useReplica.getState().generation !== generation) return;
  const { arrangement, reasons } = answer;
  useVisible.setState({ rows, sources, arrangement, text, at: foundOf(rows, arrangement), reasons: new Map(reasons) });
  void explain(seen.from, seen.to); // only what was scrolled to meanwhile
  if (began !== null) measureToPaint('acumen:search-shown', began, { found: arrangement.found, of: rows.length });
}

/** Resolves once the list shows what was searched for, or it cannot be found; null where nothing is waited for. */
export function searched(): Promise<void> | null {
  const isShown = (): boolean => !asking || useVisible.getState().text === useFilters.getState().query;
  return isShown() ? null : new Promise((resolve) => { const stop = useVisible.subscribe(() => { if (isShown()) { stop(); resolve(); } }); });
}

/** The lines on screen: an answer says why it found those that come to stand there. */
let seen = { from: 0, to: 60 };

/** Asks why the rows on these lines were found, where they do not show it themselves and no answer said it. */
export async function explain(from: number, to: number): Promise<void> {
  seen = { from, to };
  const before = useVisible.getState(), { text, arrangement, reasons } = before, generation = loadedGeneration;
  if (arrangement === null || text.trim() === '') return;
  const rows = new Set(rowsBetween(before, from, to)), asked = Int32Array.from([...rows].filter((row) => !reasons.has(row)));
  if (asked.length === 0) return;
  try {
    const told = await searcher().call((api) => api.reasons(generation, text, asked, clock()));
    if (told === null || useVisible.getState().arrangement !== arrangement) return;
    useVisible.setState((state) => ({ reasons: new Map([...[...state.reasons].filter(([row]) => rows.has(row)), ...told]) }));
  } catch (error) {
    complain(error);
  }
}

export const suggestionsFor = (text: string, caret: number): Promise<Suggestions | null> => (loadedGeneration < 0 ? Promise.resolve(null) : searcher().call((api) => api.suggest(text, caret)));
export const authors = (): Promise<readonly string[]> => (loadedGeneration < 0 ? Promise.resolve([]) : searcher().call((api) => api.authors()));

/** Pages of symbols, one after the other, while nothing else is to do: an ACU's are its own and are read once. */
/** Pages that may fail one after the other before it is given up. */
const MOST_FAILURES = 6;
let readingFor = -1;
async function readSymbols(generation: number): Promise<void> {
  if (readingFor === generation) return;
  readingFor = generation;
  let shown = performance.now(), failures = 0;
  try {
    for (;;) {
      await whenIdle(500);
      if (loadedGeneration !== generation || !connected()) return;
      const unread = await searcher().call((api) => api.unread(generation));
      if (unread === null || useReplica.getState().generation !== generation) return;
      const isOver = unread.rows.length === 0;
      if (isOver || performance.now() - shown > 300) {
        shown = performance.now();
        useVisible.setState({ symbols: unread.known });
        if (useFilters.getState().query.trim() !== '') void ask();
      }
      if (isOver) return;
      const { rows } = useReplica.getState(), acus = Array.from(unread.rows, (row) => rows[row]!.id);
      try {
        const { bytes } = await service().call('symbols', { acus });
        await searcher().symbols(acus, bytes);
        failures = 0;
      } catch (error) {
        // away, it goes on when it is back; a service that has too much to do is asked again later, and what fails all the time is told
        if (++failures >= MOST_FAILURES || !connected()) throw error;
        await new Promise((resolve) => { setTimeout(resolve, 500 * 2 ** failures); });
      }
    }
  } catch (error) {
    if (connected() && loadedGeneration === generation) complain(error);
  } finally {
    if (readingFor === generation) readingFor = -1;
  }
}

/** Marks come in pieces: the list follows them as they settle, and not each. */
const SETTLE_MS = 120;
let settling: ReturnType<typeof setTimeout> | null = null;
function settle(): void {
  useVisible.setState({ busy: true });
  settling ??= setTimeout(() => { settling = null; tell(); void ask(); }, SETTLE_MS);
}

/** Starts keeping the list up to date; returns what stops it. */
export function keepSearching(): () => void {
  searcher();
  const stops = [
    useReplica.subscribe((now, before) => {
      if (now.generation !== before.generation || now.status !== before.status) {
        if (now.status === 'none' || now.status === 'failed') useVisible.setState({ rows: [], sources: [], arrangement: null, symbols: 0 });
        void load();
      } else if (now.conflicts !== before.conflicts) settle();
    }),
    useFilters.subscribe(() => { void ask(); }),
    useVerdicts.subscribe((now, before) => { if (now.marks !== before.marks) settle(); }),
    useConnection.subscribe((now, before) => { if (now.state === 'open' && before.state !== 'open' && loadedGeneration >= 0) void readSymbols(loadedGeneration); }),
    useSettings.subscribe((now, before) => { if (now.oldDays !== before.oldDays) void ask(); }),
  ];
  void load();
  return () => { for (const stop of stops) stop(); };
}
