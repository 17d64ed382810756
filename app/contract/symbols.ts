// What changes are about by name (core/symbols.ts), asked for some ACUs at a time: a window reads them in the background.
import type { AcuId } from '../core/bytes.ts';

export interface SymbolsAsked { readonly acus: readonly AcuId[] }
/** `bytes`: a page of core/search/symbolPage.ts, in the order asked. An ACU that is gone has none. */
export interface SymbolsTold { readonly bytes: Uint8Array }

export const symbolLimits = { /** ACUs of one page */ acus: 1000 } as const;
