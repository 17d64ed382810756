// How a conflict's verdict is shown: by which of the marks, and in which word.
import type { Verdict } from '../../core/model.ts';
import type { Mark } from '../../workers/client.ts';

export const markOfVerdict: Readonly<Record<Verdict, Mark>> = { blocking: 'conflicts', resolvable: 'resolvable', risk: 'risk', partial: 'stale' };
export const verdictNames: Readonly<Record<Verdict, string>> = { blocking: 'blocking', resolvable: 'resolvable', risk: 'risk', partial: 'needs a rebase' };
