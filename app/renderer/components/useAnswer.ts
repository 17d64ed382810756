// Asks the service or the replica for what one place shows; forgets the answer when the question changes or the place goes.
import { useEffect, useEffectEvent, useState } from 'react';
import { complain } from '../state/notices.ts';

export type Answer<T> = { readonly state: 'waiting'; readonly value: T | null } | { readonly state: 'here'; readonly value: T } | { readonly state: 'failed'; readonly value: null };

/** `key` says what is asked (null: nothing). While a new answer is on its way the old value stays, so that nothing flickers. */
export function useAnswer<T>(key: string | null, ask: () => Promise<T>): Answer<T> {
  const [held, setHeld] = useState<{ readonly key: string | null; readonly answer: Answer<T> }>({ key: null, answer: { state: 'waiting', value: null } });
  // `key` stands for everything `ask` closes over
  const start = useEffectEvent(ask);
  useEffect(() => {
    if (key === null) return undefined;
    let wanted = true;
    start().then(
      (value) => { if (wanted) setHeld({ key, answer: { state: 'here', value } }); },
      (error: unknown) => { if (wanted) { setHeld({ key, answer: { state: 'failed', value: null } }); complain(error); } },
    );
    return () => { wanted = false; };
  }, [key]);
  if (held.key === key) return held.answer;
  return { state: 'waiting', value: held.answer.value };
}
