// What Node and browsers both have. Only this room sees these declarations; the others get their platform's own.
export {};
declare global {
  class TextDecoder {
    constructor(label?: string, options?: { readonly fatal?: boolean });
    decode(bytes: Uint8Array): string;
  }
  class TextEncoder {
    encode(text: string): Uint8Array;
    encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number };
  }
}
