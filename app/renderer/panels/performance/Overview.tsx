// What must be known first: which service levels hold, how fast answers come, what is wrong.
import type { ServiceLevel, StatsReport } from '../../../contract/performance.ts';
import { usePerformance } from '../../state/performance.ts';
import { ids } from '../../testids.ts';
import { NO_DATA, figure, lengthWords } from './figures.ts';
import { Section, Standing } from './parts.tsx';
import type { Tone } from './parts.tsx';
import { LatencyChart, ThroughputChart } from './Operations.tsx';
import { ActiveAlerts } from './Alerts.tsx';

export function Overview({ report }: { report: StatsReport }) {
  const { operation, chosen } = useOperation(report);
  return (
    <>
      <ActiveAlerts report={report} />
      <Section title="Service levels" note={`against their targets, at ${new Date(report.at).toLocaleTimeString('en-GB')}`}>
        {report.levels.length === 0
          ? <p className="none muted">No service level is measured by this service.</p>
          : <ul className="cards">{report.levels.map((level) => <Card key={level.id} level={level} />)}</ul>}
      </Section>
      <div className="charts">
        <LatencyChart operation={operation}>{chosen}</LatencyChart>
        <ThroughputChart report={report} />
      </div>
    </>
  );
}

const relation = { below: '<', above: '>' } as const;

function targetWords({ better, target, unit }: ServiceLevel): string {
  return better === 'near' ? `${figure(target, unit)} ±10 %` : `${relation[better]} ${figure(target, unit)}`;
}

function Card({ level }: { level: ServiceLevel }) {
  const tone: Tone = level.holds === null ? 'none' : level.holds ? 'good' : 'bad';
  const words = level.holds === null ? NO_DATA : level.holds ? 'holds' : 'broken';
  return (
    <li className={`card is-${tone}`} data-testid={ids.levelCard} data-level={level.id} data-value={level.value ?? ''}
      title={`Source: ${level.source}\nWindow: ${lengthWords(level.window)}\nUnit: ${level.unit}`}>
      <span className="card-name truncate">{level.name}</span>
      <span className="card-value">{level.value === null ? `none for ${lengthWords(level.window)}` : figure(level.value, level.unit)}</span>
      <span className="card-target">
        <Standing tone={tone}>
          {level.better === 'near' && level.target === 0
            ? 'no rate is meant now'
            : <>{level.holds === null ? 'target' : `${words}, target`} {targetWords(level)}</>}
        </Standing>
      </span>
      <span className="card-source tiny faint truncate">{lengthWords(level.window)} · {level.source}</span>
    </li>
  );
}

/** Requests that this console itself makes: counted like others, and not what one opens it for. */
const OWN: ReadonlySet<string> = new Set(['stats', 'series', 'events', 'watch', 'load', 'trials', 'alert', 'responses', 'baselines']);

/** The busiest first, the console's own last. */
export function byUse(operations: StatsReport['operations']): StatsReport['operations'] {
  return [...operations].sort((a, b) => Number(OWN.has(a.name)) - Number(OWN.has(b.name)) || b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** Which operation the latency chart is of: the one chosen, else the busiest. */
export function useOperation(report: StatsReport) {
  const wanted = usePerformance((s) => s.operation);
  const names = report.operations.map(({ name }) => name);
  const operation = wanted !== null && names.includes(wanted) ? wanted : byUse(report.operations)[0]?.name ?? null;
  const chosen = names.length === 0 ? null : (
    <select className="field small-field" aria-label="Operation" value={operation ?? ''} onChange={(event) => usePerformance.setState({ operation: event.target.value })}>
      {[...names].sort().map((name) => <option key={name} value={name}>{name}</option>)}
    </select>
  );
  return { operation, chosen };
}
