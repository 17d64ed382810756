// What the contract's methods on alerts, automatic responses and baselines answer. Where nothing is measured nothing is watched, which is said.
import type { Methods } from '../../../contract/methods.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Platform } from '../platform.ts';
import type { Alerts } from './watcher.ts';

type Answered = 'alert' | 'responses' | 'baselines';

export function alertAnswers(platform: Platform): { readonly [M in Answered]: (params: Methods[M]['params']) => Promise<Methods[M]['result']> } {
  const watching = (): Alerts => {
    if (platform.alerts !== null) return platform.alerts;
    throw new AcumenError('usage', 'Nothing is watched here.', 'Run `acumen serve` or open the window, and ask again.');
  };
  return {
    alert: async (request) => watching().alert(request),
    responses: async ({ set }) => watching().setResponses(set),
    baselines: async (request) => watching().changeBaselines(request),
  };
}
