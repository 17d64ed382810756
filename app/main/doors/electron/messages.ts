// Messages between main, the page's preload and the service's process, each decoded where it arrives: unknown → value, or null.
// The contract's own frames never pass through main.
import path from 'node:path';
import { decodeFromService } from '../../../contract/decode.ts';
import { AcumenError, fromWireError } from '../../../contract/frames.ts';
import type { WireError } from '../../../contract/methods.ts';
import { decodeAsked } from './arguments.ts';
import type { Asked } from './arguments.ts';

/** Main to the service. `connect` carries one port; after `open` the service waits for `go`, because a window may have the repository already. */
export type ToService =
  | { readonly kind: 'open'; readonly asked: Asked }
  | { readonly kind: 'go' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'stop' };

export type FromService =
  | { readonly kind: 'located'; readonly store: string }
  | { readonly kind: 'opened'; readonly repository: string }
  /** it cannot be opened; the process ends */
  | { readonly kind: 'refused'; readonly error: WireError }
  /** the first import did not come to its end; the service goes on */
  | { readonly kind: 'failed'; readonly error: WireError };

export function decodeToService(value: unknown): ToService | null {
  switch (kindOf(value)) {
    case 'go': return { kind: 'go' };
    case 'connect': return { kind: 'connect' };
    case 'stop': return { kind: 'stop' };
    case 'open': {
      const asked = decodeAsked(value)?.asked ?? null;
      return asked === null ? null : { kind: 'open', asked };
    }
    default: return null;
  }
}

export function decodeFromServiceProcess(value: unknown): FromService | null {
  const kind = kindOf(value);
  const { store, repository, error } = (value ?? {}) as Record<string, unknown>;
  switch (kind) {
    case 'located': return isPath(store) ? { kind, store } : null;
    case 'opened': return isPath(repository) ? { kind, repository } : null;
    case 'refused': case 'failed': {
      const known = decodeError(error);
      return known === null ? null : { kind, error: known };
    }
    default: return null;
  }
}

/** As the contract decodes the error of an answer. */
function decodeError(error: unknown): WireError | null {
  try {
    const answer = decodeFromService({ id: 0, error });
    return 'error' in answer ? answer.error : null;
  } catch (refused) {
    if (refused instanceof AcumenError) return null;
    throw refused;
  }
}

export const failure = (error: WireError): AcumenError => fromWireError(error);

/** What the preload of a page asks of main. */
export type FromPage =
  | { readonly kind: 'connect'; readonly id: number }
  | { readonly kind: 'choose-folder' }
  | { readonly kind: 'open'; readonly folder: string }
  | { readonly kind: 'recent'; readonly what: 'list' }
  | { readonly kind: 'recent'; readonly what: 'open' | 'forget'; readonly repository: string };

export function decodeConnect(value: unknown): Extract<FromPage, { kind: 'connect' }> | null {
  const { id } = (value ?? {}) as Record<string, unknown>;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? { kind: 'connect', id } : null;
}

export function decodeChooseFolder(value: unknown): Extract<FromPage, { kind: 'choose-folder' }> | null {
  return value === undefined || value === null ? { kind: 'choose-folder' } : null;
}

export function decodeOpen(value: unknown): Extract<FromPage, { kind: 'open' }> | null {
  const { folder } = (value ?? {}) as Record<string, unknown>;
  return isPath(folder) ? { kind: 'open', folder } : null;
}

export function decodeRecent(value: unknown): Extract<FromPage, { kind: 'recent' }> | null {
  const { what, repository } = (value ?? {}) as Record<string, unknown>;
  if (what === 'list') return { kind: 'recent', what };
  return (what === 'open' || what === 'forget') && isPath(repository) ? { kind: 'recent', what, repository } : null;
}

function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : null;
}

/** Longer than any path that a system takes. */
const LONGEST = 32_768;
function isPath(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST && path.isAbsolute(value) && !value.includes('\0');
}
