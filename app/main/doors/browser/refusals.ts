// What this door says when it cannot open.
import { AcumenError } from '../../../contract/frames.ts';

export function cannotListen(port: number, cause: Error): AcumenError {
  const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
  return taken
    ? new AcumenError('io', `Port ${port} is in use.`, 'Choose another with --port, or leave --port out for any free one.', { port }, { cause })
    : new AcumenError('io', `No port could be opened: ${cause.message}.`, 'Choose another with --port.', { port }, { cause });
}
