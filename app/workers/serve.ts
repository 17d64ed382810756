// The worker's side of a call: comlink's `expose`, but an error of the closed list (core/errors.ts) keeps its code, hint and data on its way. The
// other side needs nothing for that: comlink gives an error the fields it is sent.
import { type Endpoint, type TransferHandler, expose, transferHandlers } from 'comlink';
import { AcumenError } from '../core/errors.ts';

type Thrown = TransferHandler<{ readonly value: unknown }, { readonly isError: boolean; readonly value: unknown }>;

const plain = transferHandlers.get('throw') as Thrown;
const keeping: Thrown = {
  ...plain,
  serialize(thrown) {
    const { value } = thrown;
    if (!(value instanceof AcumenError)) return plain.serialize(thrown);
    const { code, message, name, stack, hint, data } = value;
    return [{ isError: true, value: { code, message, name, stack, hint, data } }, []];
  },
};

/** `endpoint`: a worker's own if not given. */
export function serve(api: object, endpoint?: Endpoint): void {
  transferHandlers.set('throw', keeping as TransferHandler<unknown, unknown>);
  expose(api, endpoint);
}
