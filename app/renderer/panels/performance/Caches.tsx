// The levels of the cache: what sits where, what was found, what was fetched ahead and whether it was wanted.
import type { CacheFigures, StatsReport } from '../../../contract/performance.ts';
import type { CacheLevel } from '../../../core/telemetry.ts';
import { figure, lengthWords } from './figures.ts';
import { FigureTable, Section, Share, Standing } from './parts.tsx';
import type { Column } from './parts.tsx';
import { TimeChart } from './TimeChart.tsx';

const where: Readonly<Record<CacheLevel, string>> = { L1: 'in memory', L2: 'warm, in SQLite', L3: 'cold, compressed files' };
const levels: readonly CacheLevel[] = ['L1', 'L2', 'L3'];

const levelColumns: readonly Column<CacheFigures>[] = [
  { title: 'level', cell: ({ level }) => `${level}, ${where[level]}` },
  { title: 'hits', number: true, cell: ({ hits }) => figure(hits, 'count') },
  { title: 'misses', number: true, cell: ({ misses }) => figure(misses, 'count') },
  { title: 'hit rate', cell: ({ hits, misses }) => <Share value={hits + misses === 0 ? null : hits / (hits + misses)} bound={2} /> },
  { title: 'hit p50', number: true, cell: ({ p50 }) => figure(p50, 'ms') },
  { title: 'hit p99', number: true, cell: ({ p99 }) => figure(p99, 'ms') },
  { title: 'entries', number: true, cell: ({ entries }) => figure(entries, 'count') },
  { title: 'bytes', number: true, cell: ({ bytes }) => figure(bytes, 'bytes') },
  { title: 'bound', number: true, cell: ({ limit }) => figure(limit, 'bytes') },
  { title: 'evicted', number: true, cell: ({ evictions }) => figure(evictions, 'count') },
  { title: 'moved up here', number: true, cell: ({ promotions }) => figure(promotions, 'count') },
  { title: 'moved down here', number: true, cell: ({ demotions }) => figure(demotions, 'count') },
];

export function Caches({ report }: { report: StatsReport }) {
  const { caches, prediction } = report, asked = prediction.right + prediction.wrong;
  return (
    <>
      <Section title="What sits where" note="now: what each level holds by kind of answer, and how much of its bound that is (acumen_cache_bytes)">
        {caches.length === 0 ? <p className="none muted">This service has no cache that tells of itself.</p> : <Picture caches={caches} />}
      </Section>
      <Section title="Levels" note={`counts since the service started, percentiles over ${lengthWords(report.window)} (acumen_cache_*)`}>
        <FigureTable<CacheFigures> label="Cache levels" rows={caches} rowKey={({ level }) => level} empty="No level yet." columns={levelColumns} />
      </Section>
      <Section title="Fetched ahead" note="since the service started (acumen_predictions_total)">
        <dl className="facts-row">
          <div><dt>made</dt><dd>{figure(prediction.made, 'count')}</dd></div>
          <div><dt>right</dt><dd>{figure(prediction.right, 'count')}</dd></div>
          <div><dt>wrong</dt><dd>{figure(prediction.wrong, 'count')}</dd></div>
          <div><dt>precision</dt><dd><Share value={asked === 0 ? null : prediction.right / asked} bound={2} /></dd></div>
          <div><dt>now</dt><dd>{prediction.paused ? <Standing tone="warn">paused under memory pressure</Standing> : <Standing tone="good">on</Standing>}</dd></div>
        </dl>
      </Section>
      <div className="charts">
        <TimeChart title="Found, by level" unit="/s"
          lines={levels.map((level) => ({ label: level, name: { metric: 'acumen_cache_hits_total', label: level, quantity: 'value' }, perSecond: true }))} />
        <TimeChart title="Not found, by level" unit="/s"
          lines={levels.map((level) => ({ label: level, name: { metric: 'acumen_cache_misses_total', label: level, quantity: 'value' }, perSecond: true }))} />
        <TimeChart title="Bytes held" unit="bytes"
          lines={levels.map((level) => ({ label: level, name: { metric: 'acumen_cache_bytes', label: level, quantity: 'value' } }))} as="steps" />
        <TimeChart title="Fetched ahead: right and wrong" unit="/s"
          lines={(['right', 'wrong'] as const).map((outcome) => ({ label: outcome, name: { metric: 'acumen_predictions_total', label: outcome, quantity: 'value' }, perSecond: true }))} />
      </div>
    </>
  );
}

/** Each level a bar of what it holds, its kinds as named parts with a pattern each, and how much of its bound that is; between levels what moved. */
function Picture({ caches }: { caches: readonly CacheFigures[] }) {
  const heldIn = (kind: string): number => caches.reduce((sum, cache) => sum + (cache.kinds.find((one) => one.kind === kind)?.bytes ?? 0), 0);
  const kinds = [...new Set(caches.flatMap((cache) => cache.kinds.map(({ kind }) => kind)))].filter((kind) => heldIn(kind) > 0).sort((a, b) => heldIn(b) - heldIn(a) || (a < b ? -1 : 1));
  return (
    <div className="levels">
      {caches.map((cache, i) => {
        const all = cache.kinds.reduce((sum, { bytes }) => sum + bytes, 0);
        return (
          <div key={cache.level} className="level">
            <div className="level-name"><strong>{cache.level}</strong> <span className="muted small">{where[cache.level]}</span></div>
            <div className="level-bar" role="img"
              aria-label={`${cache.level}: ${figure(cache.bytes, 'bytes')} of ${figure(cache.limit, 'bytes')}${cache.kinds.filter(({ bytes }) => bytes > 0).map(({ kind, bytes }) => `, ${kind} ${figure(bytes, 'bytes')}`).join('')}`}>
              {all === 0 && <span className="level-none muted small">holds nothing</span>}
              {kinds.map((kind, k) => {
                const one = cache.kinds.find((found) => found.kind === kind);
                return one === undefined || one.bytes === 0 ? null : <span key={kind} className={`level-part hatch-${k % 6}`} style={{ width: `${(one.bytes / all) * 100}%` }} title={`${kind}: ${figure(one.bytes, 'bytes')} in ${figure(one.entries, 'count')} entries`}><span className="flame-label">{kind}</span></span>;
              })}
            </div>
            <div className="level-figures small">
              <Share value={cache.limit > 0 ? cache.bytes / cache.limit : null} bound={0.999} /> <span className="muted">{figure(cache.bytes, 'bytes')} of {figure(cache.limit, 'bytes')}, {figure(cache.entries, 'count')} entries</span>
            </div>
            {i < caches.length - 1 && (
              <div className="level-moves tiny muted">
                ↑ {figure(cache.promotions, 'count')} moved up to {cache.level}, ↓ {figure(caches[i + 1]!.demotions, 'count')} moved down from it
              </div>
            )}
          </div>
        );
      })}
      <ul className="level-kinds">
        {kinds.map((kind, i) => (
          <li key={kind}>
            <span className={`level-part swatch hatch-${i % 6}`} aria-hidden="true" />{kind} <span className="muted">{caches.flatMap(({ level, kinds: of }) => { const bytes = of.find((one) => one.kind === kind)?.bytes ?? 0; return bytes > 0 ? [`${level} ${figure(bytes, 'bytes')}`] : []; }).join(' · ')}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
