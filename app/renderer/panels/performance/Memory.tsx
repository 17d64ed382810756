// Memory, garbage collection, the event loop, processors and the disk; and what watching all this costs.
import type { StatsReport } from '../../../contract/performance.ts';
import type { MemoryStage } from '../../../core/telemetry.ts';
import { figure, lengthWords } from './figures.ts';
import { Section, Share, Standing } from './parts.tsx';
import type { Tone } from './parts.tsx';
import { TimeChart } from './TimeChart.tsx';

const stages: Readonly<Record<MemoryStage, readonly [tone: Tone, words: string]>> = { normal: ['good', 'normal'], shrinking: ['warn', 'caches shrink'], throttling: ['bad', 'clients wait'] };
const parts = ['rss', 'heapUsed', 'external', 'arrayBuffers'] as const;

export function Memory({ report }: { report: StatsReport }) {
  const { memory, gc, eventLoop, cpu, disk, overhead } = report;
  return (
    <>
      <Section title="Memory and time of the service"
        note={`now, collections since the service started, percentiles over ${lengthWords(report.window)}; the charts name each source`}>
        {memory === null ? <p className="none muted">no data yet</p> : (
          <dl className="facts-row">
            <div><dt>resident</dt><dd>{figure(memory.rss, 'bytes')}</dd></div>
            <div><dt>of its bound</dt><dd><Share value={memory.limit > 0 ? memory.rss / memory.limit : null} bound={0.9} /></dd></div>
            <div><dt>heap used</dt><dd>{figure(memory.heapUsed, 'bytes')} of {figure(memory.heapTotal, 'bytes')}</dd></div>
            <div><dt>external</dt><dd>{figure(memory.external, 'bytes')}</dd></div>
            <div><dt>buffers</dt><dd>{figure(memory.arrayBuffers, 'bytes')}</dd></div>
            <div><dt>guard</dt><dd><Standing tone={stages[memory.stage][0]}>{stages[memory.stage][1]}</Standing></dd></div>
          </dl>
        )}
        <dl className="facts-row">
          <div><dt>collections</dt><dd>{figure(gc.count, 'count')}</dd></div>
          <div><dt>paused in all</dt><dd>{figure(gc.totalMs, 'ms')}</dd></div>
          <div><dt>pause p99</dt><dd>{figure(gc.p99, 'ms')}</dd></div>
          <div><dt>longest pause</dt><dd>{figure(gc.max, 'ms')}</dd></div>
          <div><dt>event loop late, p99</dt><dd>{figure(eventLoop.p99, 'ms')}</dd></div>
          <div><dt>this process</dt><dd>{cpu.process === null ? 'no data yet' : `${figure(cpu.process, 'share')} of a core`}</dd></div>
          <div><dt>disk write p99</dt><dd>{figure(disk.p99, 'ms')}</dd></div>
          <div>
            <dt>watching costs</dt>
            <dd>{overhead.cpu === null ? 'no data yet' : `${figure(overhead.cpu, 'share')} of processor time`}, {figure(overhead.bytes, 'bytes')}</dd>
          </div>
        </dl>
      </Section>
      <div className="charts">
        <TimeChart title="Memory" unit="bytes"
          lines={parts.map((label) => ({ label, name: { metric: 'acumen_memory_usage_bytes', label, quantity: 'value' } }))} target={memory?.limit ?? null} />
        <TimeChart title="Event loop, how late" unit="ms"
          lines={(['p50', 'p99', 'max'] as const).map((quantity) => ({ label: quantity, name: { metric: 'acumen_event_loop_delay_seconds', label: null, quantity } }))} />
        <TimeChart title="Pauses for garbage collection" unit="ms"
          lines={[{ label: 'longest', name: { metric: 'acumen_gc_pause_seconds', label: null, quantity: 'max' } }, { label: 'all together', name: { metric: 'acumen_gc_pause_seconds', label: null, quantity: 'sum' }, times: 1000 }]} />
        <TimeChart title="Processor" unit="share"
          lines={[{ label: 'this process', name: { metric: 'acumen_cpu_usage_ratio', label: 'process', quantity: 'value' } }, ...cpu.cores.slice(0, 5).map((_, i) => ({ label: `core ${i}`, name: { metric: 'acumen_cpu_usage_ratio' as const, label: String(i), quantity: 'value' as const } }))]}
          target={0.8} />
        <TimeChart title="A small durable write" unit="ms"
          lines={(['p50', 'p99'] as const).map((quantity) => ({ label: quantity, name: { metric: 'acumen_disk_seconds', label: null, quantity } }))}
          target={10} />
        {disk.files.length > 0 && (
          <TimeChart title="Size on disk" unit="bytes" as="steps"
            lines={disk.files.slice(0, 5).map(({ name }) => ({ label: name, name: { metric: 'acumen_disk_bytes', label: name, quantity: 'value' } }))} />
        )}
      </div>
    </>
  );
}
