// Asks why ACUs are left out, many at a time: those that are scrolled to, or all of them where one sorts by what a swap costs.
import type { AcuId } from '../../core/bytes.ts';
import { complain } from '../state/notices.ts';
import { useLeftOut } from '../state/leftOut.ts';
import type { Found } from '../state/suggestion.ts';
import { connected, service } from './session.ts';

/** Of so many at once: each may take the service some tens of milliseconds, and others are answered in between. */
const AT_ONCE = 24;

let isAsking = false;
let wanted: readonly AcuId[] = [];

const leftOutKey = ({ generation, rule, suggestion }: Found): string => `${generation} ${rule} ${suggestion.acus.join()}`;

/** Begins anew where what was found is another. */
export function readLeftOut(found: Found): void {
  const key = leftOutKey(found);
  if (useLeftOut.getState().key !== key) { wanted = []; useLeftOut.setState({ key, reasons: new Map(), cursor: null }); }
}

/** Wants these, the first of them first; what was wanted before and not asked yet is not. */
export function wantReasons(found: Found, ids: readonly AcuId[]): void {
  wanted = ids;
  if (!isAsking) void askAll(found);
}

async function askAll(found: Found): Promise<void> {
  const key = leftOutKey(found);
  isAsking = true;
  try {
    while (connected() && useLeftOut.getState().key === key) {
      const { reasons } = useLeftOut.getState(), next = wanted.filter((id) => !reasons.has(id)).slice(0, AT_ONCE);
      if (next.length === 0) return;
      const answer = await service().call('whyNot', { acus: next, within: [...found.suggestion.acus], weight: found.rule });
      if (useLeftOut.getState().key !== key) return;
      useLeftOut.setState((state) => ({ reasons: new Map([...state.reasons, ...answer.reasons.map((reason) => [reason.acu, reason] as const)]) }));
    }
  } catch (error) {
    wanted = [];
    if (connected()) complain(error);
  } finally {
    isAsking = false;
  }
}
