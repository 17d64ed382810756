// What the contract's performance methods answer: all of it from FILE.telemetry. Where nothing is measured there are no figures, which is said.
import type { Methods } from '../../../contract/methods.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Platform } from '../platform.ts';
import type { Monitor } from './monitor.ts';

type Answered = 'stats' | 'series' | 'events' | 'watch' | 'trials';

export function performanceAnswers(platform: Platform): { readonly [M in Answered]: (params: Methods[M]['params']) => Promise<Methods[M]['result']> } {
  const measuring = (): Monitor => {
    if (platform.monitor !== null) return platform.monitor;
    throw new AcumenError('usage', 'Nothing is measured here.', 'Run `acumen serve` or open the window, and ask again.');
  };
  return {
    stats: async ({ at }) => measuring().report(at),
    series: async ({ names, from, to, points }) => {
      const { readSeries } = await import('./history.ts');
      return readSeries(measuring().file, names, from, to, points);
    },
    events: async (query) => {
      const { query: ask } = await import('../bus/log.ts');
      return { events: ask(measuring().file, query) };
    },
    // the session, which knows who asks, does the telling
    watch: async ({ on }) => { measuring(); return { on }; },
    trials: async () => {
      const { readTrials } = await import('./trials.ts');
      return { trials: readTrials(measuring().file) };
    },
  };
}
