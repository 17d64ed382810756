// One client of a workspace over any transport: every frame decoded at the door, every request answered once, every push sent.
import { decodeRequest, requestId } from '../../contract/decode.ts';
import { decodeFrame, encodeFrame, toWireError } from '../../contract/frames.ts';
import { limits } from '../../contract/methods.ts';
import type { Method, Methods, Push, Transport } from '../../contract/methods.ts';
import { AcumenError } from '../../core/errors.ts';

/** What a session serves: a workspace. */
export interface Service {
  call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']>;
  /** answers what ends the subscription */
  subscribe(listener: (push: Push) => void): () => void;
}

/** Requests of one client under way at once: a window has a dozen. */
const MAX_PENDING = 256;

export function attachSession(service: Service, transport: Transport): void {
  let pending = 0;
  const send = (message: unknown): void => {
    const frame = encodeFrame(message);
    if (frame.length <= limits.frameBytes) { transport.send(frame); return; }
    throw new AcumenError('too-large', 'The answer is too large to send.', 'Import fewer refs with --refs.', { bytes: frame.length });
  };
  const fail = (id: number, error: unknown): void => { transport.send(encodeFrame({ id, error: toWireError(error) })); };

  const unsubscribe = service.subscribe((push) => {
    // a push too large to send is an epoch that the client will miss, and fetch
    try { send(push); } catch (error) { if (!(error instanceof AcumenError)) throw error; }
  });
  transport.onClose(unsubscribe);

  transport.onFrame((frame) => {
    let id = 0;
    let request;
    try {
      const value = decodeFrame(frame, limits.requestBytes);
      id = requestId(value) ?? 0;
      request = decodeRequest(value);
    } catch (error) {
      fail(id, error);
      return;
    }
    if (pending >= MAX_PENDING) {
      fail(id, new AcumenError('too-large', 'Too many requests are under way.', 'Wait for some to be answered.', { limit: MAX_PENDING }));
      return;
    }
    pending++;
    service.call(request.method, request.params).then((ok) => send({ id, ok })).catch((error: unknown) => fail(id, error)).finally(() => { pending--; });
  });
}
