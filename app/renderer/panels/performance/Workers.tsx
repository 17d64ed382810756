// Pools of workers: who runs what, what waits, what was taken over; and the breakers around what may hang or fail.
import type { BreakerFigures, PoolFigures, StatsReport, WorkerFigures } from '../../../contract/performance.ts';
import { visible } from '../../../core/visible.ts';
import { layoutFigures } from '../../app/graphScreen.ts';
import { replicaFigures } from '../../app/session.ts';
import { clockTime, figure, lengthWords } from './figures.ts';
import { FigureTable, Section, Share, Standing } from './parts.tsx';
import type { Column, Tone } from './parts.tsx';
import { TimeChart } from './TimeChart.tsx';
import type { LineOf } from './TimeChart.tsx';

const signs: Readonly<Record<WorkerFigures['state'], string>> = { busy: '●', idle: '○', starting: '◐', dead: '✕' };
const MOST = 6;

const breakerColumns: readonly Column<BreakerFigures>[] = [
  { title: 'around', cell: ({ dependency }) => dependency },
  { title: 'state', cell: ({ state }) => <Standing tone={breakerTone[state]}>{state}</Standing> },
  { title: 'failures', number: true, cell: ({ failures }) => figure(failures, 'count') },
  { title: 'since', cell: ({ since }) => (since === 0 ? '–' : clockTime(since)) },
  { title: 'why', cell: ({ reason }) => visible(reason, 200) },
];

export function Workers({ report }: { report: StatsReport }) {
  const here = [replicaFigures(), layoutFigures()].filter((pool) => pool !== null);
  const names = report.pools.slice(0, MOST).map(({ name }) => name);
  const perPool = (metric: 'acumen_active_workers' | 'acumen_pool_workers', quantity: 'value'): LineOf[] => names.map((label) => ({ label, name: { metric, label, quantity } }));
  return (
    <>
      <Section title="Pools"
        note={`every worker of each and what waits for one, now; waits and runs over ${lengthWords(report.window)} (acumen_pool_*), done and taken over since the service started`}>
        {report.pools.length === 0 ? <p className="none muted">No pool of workers has been needed yet.</p> : report.pools.map((pool) => <Pool key={pool.name} pool={pool} />)}
      </Section>
      <Section title="Pools of this window" note="its replica and the layouts of its graph, now and since it was loaded; they are not in the service, and not in `stats`">
        {here.length === 0 ? <p className="none muted">No worker of this window has been needed yet.</p> : here.map((pool) => <Pool key={pool.name} pool={pool} />)}
      </Section>
      <Section title="Breakers" note="open: not asked until it may have recovered">
        <FigureTable<BreakerFigures> label="Breakers" rows={report.breakers} rowKey={({ dependency }) => dependency} empty="Nothing that needs a breaker was used yet." columns={breakerColumns} />
      </Section>
      {names.length > 0 && (
        <div className="charts">
          <TimeChart title="Workers that run something" unit="count" as="steps" lines={perPool('acumen_active_workers', 'value')} />
          <TimeChart title="Workers there are" unit="count" as="steps" lines={perPool('acumen_pool_workers', 'value')} />
          <TimeChart title="Wait for a worker, p99" unit="ms" lines={names.map((label) => ({ label, name: { metric: 'acumen_pool_wait_seconds', label, quantity: 'p99' } }))} />
          <TimeChart title="Tasks taken over by another worker" unit="/s"
            lines={names.map((label) => ({ label, name: { metric: 'acumen_pool_steals_total', label, quantity: 'value' }, perSecond: true }))} />
        </div>
      )}
    </>
  );
}
const breakerTone: Readonly<Record<BreakerFigures['state'], Tone>> = { closed: 'good', 'half-open': 'warn', open: 'bad' };

function Pool({ pool }: { pool: PoolFigures }) {
  return (
    <div className="pool">
      <div className="pool-head">
        <strong>{pool.name}</strong>
        <span className="muted small">{pool.workers.length} workers, bounds {pool.min} to {pool.max}</span>
        <span className="pool-fact">utilised <Share value={pool.utilisation} bound={0.9} /></span>
        <span className="pool-fact">
          <span>queue {figure(pool.queued, 'count')}{pool.oldestMs !== null && <span className="muted">, oldest {figure(pool.oldestMs, 'ms')}</span>}</span>
        </span>
        <span className="pool-fact">wait p99 {figure(pool.waitP99, 'ms')}</span>
        <span className="pool-fact">run p50 {figure(pool.runP50, 'ms')}</span>
        <span className="pool-fact">done {figure(pool.done, 'count')}</span>
        <span className="pool-fact">taken over {figure(pool.steals, 'count')}</span>
        {pool.failed > 0 && <Standing tone="bad">{figure(pool.failed, 'count')} failed</Standing>}
      </div>
      <ul className="lanes" aria-label={`Workers of ${pool.name}`}>
        {pool.workers.map(({ id, state, task, sinceMs, done, steals }) => (
          <li key={id} className={`lane lane-${state}`}>
            <span className="lane-sign" aria-hidden="true">{signs[state]}</span>
            <span className="lane-id">{id}</span>
            <span className="truncate">
              {state === 'busy' ? visible(task ?? 'busy', 80) : state}
              {sinceMs !== null && <span className="muted"> for {figure(sinceMs, 'ms')}</span>}
            </span>
            <span className="tiny muted lane-done">{figure(done, 'count')} done{steals > 0 && `, ${figure(steals, 'count')} taken over`}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
