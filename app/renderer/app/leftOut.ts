// Asks why ACUs are left out, many at a time: those that are scrolled to, or all of them where one sorts by what a swap costs.
import type { AcuId } from '../../core/bytes.ts';
import { complain } from '../state/notices.ts';
import { useLeftOut } from '../state/leftOut.ts';
import type { Asked } from '../state/suggestion.ts';
import { connected, service } from './session.ts';

/** Of so many at once: each may take the service some tens of milliseconds, and others are answered in between. */
const AT_ONCE = 24;

let isAsking = false;
let wanted: { readonly asked: Asked; readonly ids: readonly AcuId[] } | null = null;

const leftOutKey = ({ generation, rule, within }: Asked): string => `${generation} ${rule} ${within.join()}`;

/** Begins anew where it is asked of another set. */
export function readLeftOut(asked: Asked): void {
  const key = leftOutKey(asked);
  if (useLeftOut.getState().key !== key) { wanted = null; useLeftOut.setState({ key, reasons: new Map(), cursor: null }); }
}

/** Wants these, the first of them first; what was wanted before and not asked yet is not. */
export function wantReasons(asked: Asked, ids: readonly AcuId[]): void {
  wanted = { asked, ids };
  if (!isAsking) void askAll();
}

/** Until nothing is wanted; what is wanted may be of another set by then. */
async function askAll(): Promise<void> {
  isAsking = true;
  try {
    while (connected() && wanted !== null) {
      const { asked, ids } = wanted, { reasons } = useLeftOut.getState(), next = ids.filter((id) => !reasons.has(id)).slice(0, AT_ONCE);
      if (next.length === 0) return;
      const answer = await service().call('whyNot', { acus: next, within: [...asked.within], weight: asked.rule });
      if (useLeftOut.getState().key === leftOutKey(asked)) useLeftOut.setState((state) => ({ reasons: new Map([...state.reasons, ...answer.reasons.map((reason) => [reason.acu, reason] as const)]) }));
    }
  } catch (error) {
    wanted = null;
    if (connected()) complain(error);
  } finally {
    isAsking = false;
  }
}
