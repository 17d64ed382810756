// One operation's life as the window tells it: begun under a ticket, shown in the status line, cancelled there, and ended with what came of it or why it
// failed. What there is to be done is actions.ts and its neighbours.
import { AcumenError } from '../../core/errors.ts';
import type { Operation } from '../../core/events.ts';
import { visibleSentence } from '../../core/visible.ts';
import type { Method, Methods } from '../../contract/methods.ts';
import { complain, news } from '../state/notices.ts';
import { begin, change, keepEnded, useOperations } from '../state/operations.ts';
import { withNumbers } from '../state/shortName.ts';
import { PAST, isPast } from '../state/time.ts';
import { say } from '../state/ui.ts';
import { acusInWords, plural } from '../state/words.ts';
import { platform } from './here.ts';
import { connected, service } from './session.ts';

const aborts = new Map<string, AbortController>();

type Ticketed = { [M in Method]: Methods[M]['params'] extends { ticket: string } ? M : never }[Method];

/** Tickets that are remembered after they are over. */
const OVER = 50;

/** Runs one operation through its life, told of in the status line and to be cancelled there; rejects with why it failed. */
export async function attempt<M extends Ticketed>(method: M, params: Omit<Methods[M]['params'], 'ticket'>, title: string, ticket: string = crypto.randomUUID()): Promise<Methods[M]['result']> {
  const abort = new AbortController(), began = performance.now();
  aborts.set(ticket, abort);
  useOperations.setState((state) => ({ mine: begin(state.mine, ticket, title, began) }));
  const over = (stage: 'done' | 'failed' | 'cancelled', reason = '', result = '', operation: number | null = null): void => {
    const ended = performance.now();
    const again = stage === 'done' ? null : (): void => { void operate(method, params, title); };
    useOperations.setState((state) => ({ ended: keepEnded(state.ended, { ticket, title: visibleSentence(title), stage, at: Date.now(), took: ended - began, reason: visibleSentence(reason), result: visibleSentence(result), again }) }));
    useOperations.setState((state) => ({ mine: change(state.mine, ticket, { stage, ended }), over: new Set([...state.over, ticket].slice(-OVER)), ...(operation === null ? {} : { lastTook: { id: operation, ms: ended - began } }) }));
  };
  try {
    const result = await service().call(method, { ...params, ticket } as unknown as Methods[M]['params'], { signal: abort.signal });
    over('done', '', resultWords(method, result), operationOf(result)?.id ?? null);
    return result;
  } catch (error) {
    if (isCancelled(error)) over('cancelled'); else over('failed', error instanceof AcumenError ? `${error.message} ${error.hint}` : String(error));
    throw error;
  } finally {
    aborts.delete(ticket);
  }
}

/** What it came to, of those that the log says nothing of. */
const found: { readonly [M in Ticketed]?: (result: Methods[M]['result']) => string } = {
  import: ({ acus, decisions, sources, ms }) => `${acusInWords(acus, decisions)} from ${plural(sources - decisions, 'source')} in ${(ms / 1000).toFixed(1)} s`,
  suggest: ({ acus, of, optimal }) => `${acus.length} of ${of.acus} ACUs${optimal ? ', proven to be the most' : ''}`,
  fsck: ({ ok, problems, events }) => (ok ? `sound: ${plural(events, 'event')} replayed` : plural(problems.length, 'problem')),
  history: () => 'read',
};

/** What it put in the log. */
const operationOf = (result: Methods[Ticketed]['result']): Operation | null => ('operation' in result ? result.operation : null);

function resultWords<M extends Ticketed>(method: M, result: Methods[M]['result']): string {
  const words = found[method] as ((of: Methods[M]['result']) => string) | undefined;
  return words !== undefined ? words(result) : withNumbers(operationOf(result)?.description ?? '');
}

export const isCancelled = (error: unknown): boolean => error instanceof AcumenError && error.code === 'cancelled';

/** The same for what people change; null where it failed or was cancelled, after telling why. */
export async function operate<M extends Ticketed>(method: M, params: Omit<Methods[M]['params'], 'ticket'>, title: string): Promise<Methods[M]['result'] | null> {
  if (isPast() && method !== 'branchOff') { news(PAST); return null; }
  if (!connected()) {
    complain(new AcumenError('io', 'The service is away; this change was not made.', 'Do it again when the connection is back: this window keeps trying, and verdicts work meanwhile.', {}));
    return null;
  }
  try {
    return await attempt(method, params, title);
  } catch (error) {
    if (isCancelled(error)) say(`${title}: cancelled.`); else complain(error, wayOut(error));
    return null;
  }
}

/** One window shows one repository: where there are windows, another gets its own. */
function wayOut(error: unknown): { readonly title: string; run(): void } | null {
  const { chooseFolder } = platform;
  if (chooseFolder === null || !(error instanceof AcumenError) || error.code !== 'store-other-repository') return null;
  return { title: 'Open a folder in its own window…', run: chooseFolder };
}

export function cancel(ticket: string): void {
  useOperations.setState((state) => ({ mine: change(state.mine, ticket, { cancelling: true }) }));
  const abort = aborts.get(ticket);
  if (abort !== undefined) abort.abort(); else if (connected()) service().call('cancel', { ticket }).catch(complain);
}
