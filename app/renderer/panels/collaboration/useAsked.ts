// Asks the collaboration worker for what one place shows. One question at a time: while one is under way the newest waits, so that a slider that is
// dragged shows answers as it goes and leaves no queue behind. The last answer stays on screen until the next is here.
import type { Remote } from 'comlink';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Asked } from '../../../core/collaboration/report.ts';
import type { CollaborationApi } from '../../../workers/client.ts';
import { askWorker, failureOf } from '../../app/collaboration.ts';
import { useCollaboration } from '../../state/collaboration.ts';
import type { Failure } from '../../state/collaboration.ts';

export interface Answered<T> { readonly value: T | null; readonly waiting: boolean; readonly failure: Failure | null; /** asks what failed once more */ again(): void }

/** Last answers by question, for whoever comes back to them; of one generation. */
const kept = new Map<string, { readonly key: string; readonly value: unknown }>();

/**
 * `what` names the place that asks (one question each); `key` says what is asked beside time and half-life, null: nothing. An answer that failed leaves
 * the value before it, and says why.
 */
export function useAsked<T>(what: string, key: string | null, ask: (api: Remote<CollaborationApi>, asked: Asked) => Promise<T>): Answered<T> {
  const generation = useCollaboration((s) => s.generation), asOf = useCollaboration((s) => s.asOf), life = useCollaboration((s) => s.halfLifeDays),
    ready = useCollaboration((s) => s.status === 'ready' || s.part !== null);
  const whole = key === null || generation === 0 || !ready ? null : JSON.stringify([generation, asOf, life, key]);
  const [held, setHeld] = useState<{ readonly key: string | null; readonly value: T | null; readonly failure: Failure | null }>(() => {
    const last = kept.get(what);
    return last !== undefined && last.key === whole ? { key: last.key, value: last.value as T, failure: null } : { key: null, value: null, failure: null };
  });
  const newest = useRef<string | null>(null), running = useRef(false), mounted = useRef(true);
  const start = useEffectEvent(async (): Promise<void> => {
    if (running.current) return;
    running.current = true;
    try {
      for (let done: string | null = null; newest.current !== null && newest.current !== done && mounted.current;) {
        done = newest.current;
        await question(done);
      }
    } finally {
      running.current = false;
    }
  });
  const question = useEffectEvent(async (wanted: string): Promise<void> => {
    try {
      const value = await askWorker(ask);
      kept.set(what, { key: wanted, value });
      if (mounted.current) setHeld({ key: wanted, value, failure: null });
    } catch (error) {
      if (mounted.current) setHeld(({ value }) => ({ key: wanted, value, failure: failureOf(error) }));
    }
  });
  useEffect(() => { mounted.current = true; return () => { mounted.current = false; }; }, []);
  const here = held.key === whole;
  useEffect(() => {
    newest.current = whole;
    if (whole !== null && !here) void start();
  }, [whole, here]);
  return { value: key === null ? null : held.value, waiting: whole !== null && !here, failure: here ? held.failure : null, again: () => setHeld(({ value }) => ({ key: null, value, failure: null })) };
}
