// The performance console: what the engine tells of itself, live and over months. This file is the frame: range, pause, comparison, export, sections.
// Loaded when first opened, with the charts.
import { useEffect } from 'react';
import type { ComponentType } from 'react';
import type { StatsReport } from '../../../contract/performance.ts';
import { askAgain, watch } from '../../app/performance.ts';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Empty, Spinner } from '../../components/atoms.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { useConnection } from '../../state/connection.ts';
import { lengths, sectionNames, sections, usePerformance } from '../../state/performance.ts';
import type { Comparison, Section } from '../../state/performance.ts';
import { ids } from '../../testids.ts';
import { Alerts } from './Alerts.tsx';
import { Caches } from './Caches.tsx';
import { Decisions } from './Decisions.tsx';
import { Events } from './Events.tsx';
import { History } from './History.tsx';
import { Load } from './Load.tsx';
import { Memory } from './Memory.tsx';
import { Operations } from './Operations.tsx';
import { Overview } from './Overview.tsx';
import { Slowest } from './Slowest.tsx';
import { Workers } from './Workers.tsx';
import { clockTime, lengthWords, spanWords } from './figures.ts';
import { useSpan } from './useSeries.ts';
import './performance.css';

const views: Readonly<Record<Section, ComponentType<{ report: StatsReport }>>> = {
  overview: Overview, operations: Operations, caches: Caches, workers: Workers, events: Events, memory: Memory, decisions: Decisions, alerts: Alerts, history: History, slowest: Slowest,
};
const comparisons: Readonly<Record<Comparison, string>> = { none: 'nothing', before: 'the time before', hour: 'an hour earlier', day: 'a day earlier', week: 'a week earlier', pinned: 'the pinned range' };

export default function Performance() {
  useEffect(watch, []);
  const section = usePerformance((s) => s.section), report = usePerformance((s) => s.report), status = usePerformance((s) => s.status), failure = usePerformance((s) => s.failure);
  const away = useConnection((s) => s.state !== 'open'), paused = usePerformance((s) => s.paused);
  const View = views[section];
  return (
    <div className="console" data-testid={ids.console} data-at={report?.at ?? ''} data-paused={paused} data-section={section}>
      <Bar />
      <Sections section={section} wrong={report?.alerts.filter(({ state }) => state === 'raised').length ?? 0} />
      <div id="console-view" role="tabpanel" aria-labelledby={`console-${section}`} className="console-view" tabIndex={-1}>
        {away && (
          <p className="console-note" role="status">
            The service is away. What stands here is the last that was heard{report === null ? '' : `, of ${clockTime(report.at)}`}; it goes on when the
            connection is back.
          </p>
        )}
        {status === 'failed' && !away && (
          <p className="console-note is-bad" role="alert">
            The service did not tell its figures: {failure} <button type="button" className="button small" onClick={askAgain}>Ask again</button>
          </p>
        )}
        {report !== null ? <View report={report} />
          : away ? <Empty title="No figures yet">They come from the service, which is away.</Empty>
            : status === 'asking' && <div className="console-waiting" role="status"><Spinner /> Waiting for the first figures</div>}
      </div>
    </div>
  );
}

function Bar() {
  const state = usePerformance(), { span } = useSpan();
  const { paused, zoom, zooms, length, compare, pinned, report, load, loadOpen } = state;
  const isLoad = load !== null && load.state !== 'idle';
  return (
    <>
      <div className="console-bar" role="toolbar" aria-label="Console">
        <CommandButton id="performance.pause" className="button small">{paused ? '▶ Go on' : '❚❚ Pause'}</CommandButton>
        <select className="field small-field" aria-label="Range of time" value={zoom === null ? String(length) : 'zoom'}
          onChange={(event) => { if (event.target.value !== 'zoom') usePerformance.setState({ length: Number(event.target.value), zoom: null, zooms: [], cursor: null }); }}>
          {zoom !== null && <option value="zoom">{spanWords(zoom)}</option>}
          {lengths.map((seconds) => <option key={seconds} value={seconds}>last {lengthWords(seconds)}</option>)}
        </select>
        {zoom !== null && <CommandButton id="performance.zoomOut" className="button small">Zoom back{zooms.length > 1 ? ` (${zooms.length})` : ''}</CommandButton>}
        <label className="row small"><span className="muted">Compare with</span>
          <select className="field small-field" aria-label="Compare with" value={compare}
            onChange={(event) => usePerformance.setState({ compare: event.target.value as Comparison })}>
            {(Object.keys(comparisons) as Comparison[]).filter((one) => one !== 'pinned' || pinned !== null).map((one) => (
              <option key={one} value={one}>{one === 'pinned' ? `pinned: ${spanWords(pinned!)}` : comparisons[one]}</option>
            ))}
          </select>
        </label>
        <button type="button" className="button quiet small" disabled={span === null} title="Remember this range, to compare another with it"
          onClick={() => usePerformance.setState({ pinned: span, compare: 'none' })}>
          Pin range
        </button>
        <span className="spacer" />
        <span className="tiny muted truncate" title="The report's moment, the seconds its figures are of, and where they are kept">
          {report === null ? '' : `figures of ${clockTime(report.at)}, over ${report.window} s, from the store's telemetry`}
          {paused && ' · paused'}
        </span>
        <CommandButton id="performance.table" className="button quiet small">{state.asTable ? 'As charts' : 'As tables'}</CommandButton>
        <CommandButton id="performance.exportJson" className="button quiet small">JSON</CommandButton>
        <CommandButton id="performance.exportCsv" className="button quiet small">CSV</CommandButton>
        <button type="button" className="button small" aria-expanded={loadOpen || isLoad} aria-controls="console-load" data-testid={ids.loadOpen}
          onClick={() => usePerformance.setState({ loadOpen: !loadOpen })}>
          {isLoad ? '● Load runs' : 'Load…'}
        </button>
      </div>
      <div id="console-load">{(loadOpen || isLoad) && <Load />}</div>
      {zoom !== null && <p className="sr-only" role="status">Zoomed to {spanWords(zoom)}</p>}
    </>
  );
}

function Sections({ section, wrong }: { section: Section; wrong: number }) {
  return (
    <Tabs label="Sections" chosen={section} prefix="console" controls="console-view" className="tabs console-tabs"
      tabs={sections.map((id) => ({ id, name: <>{sectionNames[id]}{id === 'alerts' && wrong > 0 && <span className="badge">{wrong} raised</span>}</> }))}
      onChoose={(id) => usePerformance.setState({ section: id, cursor: null })} />
  );
}

