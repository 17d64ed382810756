// `acumen stats --events`: what happened to the engine (decisions, breakers, workers, alerts, slow operations), from the telemetry log beside the store.
import { AcumenError } from '../../../contract/frames.ts';
import { followEvents } from '../../service/bus/following.ts';
import { isTelemetryKind, telemetryKinds } from '../../service/bus/log.ts';
import { requireStore } from '../../service/locating.ts';
import { whereIs } from './opening.ts';
import { clean } from './output.ts';
import type { Verb } from './program.ts';

export const events: Verb = async (call) => {
  const { io, out, options } = call, { kind, about, from, to, follow = false, reader } = options;
  if (kind !== undefined && !isTelemetryKind(kind)) throw new AcumenError('usage', `There is no event of the kind ${clean(kind)}.`, `There are ${telemetryKinds.join(', ')}.`);
  const located = await whereIs(call);
  requireStore(located);
  await followEvents({
    store: located.store, follow, reader: reader ?? null, signal: io.interrupt,
    query: { kinds: kind === undefined ? [] : [kind], subject: about ?? null, from: moment('--from', from), to: moment('--to', to) },
    async write(found) {
      for (const { at, seq, lane, event } of found) {
        if (options.json) { await out.line(JSON.stringify({ at, seq, lane, ...event })); continue; }
        const { kind: what, ...fields } = event;
        await out.line(`${out.style('dim', new Date(at).toISOString())} ${out.style('strong', what)} ${Object.entries(fields).map(([name, value]) => `${name} ${clean(said(value))}`).join(', ')}`);
      }
      await out.flush();
    },
  });
  return 0;
};

function said(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : (value as readonly (readonly [string, number])[]).map(([name, ms]) => `${name} ${Number(ms.toPrecision(3))} ms`).join(' + ');
}

function moment(option: string, given: string | undefined): number | null {
  if (given === undefined) return null;
  if (/^\d{1,16}$/.test(given)) return Number(given);
  throw new AcumenError('usage', `${clean(given)} is not a time.`, `Give ${option} milliseconds since the epoch.`);
}
