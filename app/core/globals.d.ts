// The few globals beyond ECMAScript that the engine uses: every host has them (WHATWG Encoding), and they do no I/O.
declare global {
  class TextEncoder {
    encode(input?: string): Uint8Array<ArrayBuffer>;
  }
  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    decode(input?: Uint8Array, options?: { stream?: boolean }): string;
  }
}
export {};
