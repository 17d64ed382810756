// What the performance console asks of the service and does there: watching, series, events, alerts, baselines, the load generator, files to keep.
import type { Methods } from '../../contract/methods.ts';
import type { EventQuery, LoadRequest, SeriesAnswer, SeriesName, TimedEvent } from '../../contract/performance.ts';
import { visibleSentence } from '../../core/visible.ts';
import { useConnection } from '../state/connection.ts';
import { complain, news } from '../state/notices.ts';
import { heardLoad, heardReport, sections, usePerformance } from '../state/performance.ts';
import { say } from '../state/ui.ts';
import { connected, service } from './session.ts';

let watchers = 0;

/** Asks for a report each second while the console is open, also after a connection was lost; returns what ends it. */
export function watch(): () => void {
  watchers++;
  const begin = (): void => {
    service().call('watch', { on: true }).catch(complain);
    service().call('load', { action: 'look' }).then((load) => usePerformance.setState((state) => heardLoad(state, load)), complain);
    askOnce();
  };
  if (connected()) begin();
  const stop = useConnection.subscribe((now, before) => { if (now.state === 'open' && before.state !== 'open') begin(); });
  return () => {
    stop();
    if (--watchers === 0 && connected()) service().call('watch', { on: false }).catch(() => undefined); // its session may be over
  };
}

/** The newest report now, without waiting for the next push. */
function askOnce(): void {
  service().call('stats', { at: null }).then(
    (report) => usePerformance.setState((state) => heardReport(state, report)),
    (error: unknown) => usePerformance.setState({ status: 'failed', failure: visibleSentence(error instanceof Error ? error.message : String(error)) }),
  );
}

export function askAgain(): void {
  if (!connected()) return;
  usePerformance.setState({ status: 'asking', failure: null });
  askOnce();
}

export function series(names: readonly SeriesName[], from: number, to: number, points: number): Promise<SeriesAnswer> {
  return service().call('series', { names: [...names], from, to, points });
}

export async function events(query: EventQuery): Promise<readonly TimedEvent[]> {
  return (await service().call('events', query)).events;
}

async function doing<T>(what: () => Promise<T>): Promise<T | null> {
  if (!connected()) { say('The service is away.'); return null; }
  try { return await what(); } catch (error) { complain(error); return null; }
}

export async function setAlert(id: string, name: string, to: Methods['alert']['params']['to'], until: number | null): Promise<void> {
  const answer = await doing(() => service().call('alert', { id, to, until }));
  if (answer === null) return;
  usePerformance.setState(({ report }) => (report === null ? {} : { report: { ...report, alerts: answer.alerts } }));
  say(`${name}: ${to === 'raised' ? 'raised again' : to}.`);
}

export type Responses = Methods['responses']['result']['responses'];
export async function responses(set: Methods['responses']['params']['set']): Promise<Responses | null> {
  return (await doing(() => service().call('responses', { set })))?.responses ?? null;
}

export type Baselines = Methods['baselines']['result']['baselines'];
export async function baselines(change: { readonly save?: string; readonly drop?: string }): Promise<Baselines | null> {
  return (await doing(() => service().call('baselines', { save: change.save ?? null, drop: change.drop ?? null })))?.baselines ?? null;
}

export type Trials = Methods['trials']['result']['trials'];
export async function trials(): Promise<Trials | null> {
  return (await doing(() => service().call('trials', {})))?.trials ?? null;
}

export async function load(request: LoadRequest): Promise<void> {
  const answer = await doing(() => service().call('load', request));
  if (answer === null) return;
  usePerformance.setState((state) => heardLoad(state, answer));
  if (request.action === 'start') say(`Load: ${request.rate} requests a second for ${request.seconds} seconds, on a scratch copy.`);
  if (request.action === 'stop') say('The load was stopped; the scratch copy is removed.');
}

export function pause(): void {
  const { paused } = usePerformance.getState();
  usePerformance.setState({ paused: !paused });
  say(paused ? 'The console goes on.' : 'The console stands still; figures are still kept.');
  if (paused && connected()) askOnce();
}

export function nextSection(step: 1 | -1): void {
  usePerformance.setState(({ section }) => ({ section: sections[(sections.indexOf(section) + step + sections.length) % sections.length]!, cursor: null }));
  const { section } = usePerformance.getState();
  say(section);
  document.getElementById(`console-${section}`)?.focus();
}

/** The report and every series on screen, as they were answered. */
export async function exportShown(as: 'json' | 'csv'): Promise<void> {
  const { columnsOnScreen, csvOf } = await import('../panels/performance/exports.ts');
  const { report } = usePerformance.getState(), all = columnsOnScreen();
  if (report === null) return;
  const name = `acumen-${new Date(report.at).toISOString().replace(/[:.]/g, '-')}.${as}`;
  if (as === 'csv') { keepFile(name, csvOf(all), 'text/csv'); return; }
  const series = all.flatMap(({ from, step, columns }) => columns.map(({ name: of, values }) => ({ ...of, from, step, values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)) })));
  keepFile(name, `${JSON.stringify({ report, series }, null, 1)}\n`, 'application/json');
}

/** Saves a file by the host's own way: its downloads, or its dialog. */
export function keepFile(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the host reads it after the click
  news(`Exported ${name}.`);
}
