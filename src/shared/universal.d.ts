// What Node and browsers both have. Only this room sees these declarations; the others get their platform's own.
export {};
declare global {
  class AbortSignal {
    readonly aborted: boolean;
    addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: 'abort', listener: () => void): void;
  }
  class AbortController {
    readonly signal: AbortSignal;
    abort(reason?: unknown): void;
  }
  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean });
    decode(bytes: Uint8Array): string;
  }
  class URL {
    constructor(text: string, base?: URL);
    readonly href: string;
    readonly origin: string;
    readonly protocol: string;
    readonly hostname: string;
    readonly port: string;
    readonly username: string;
    readonly password: string;
  }
  function setInterval(tick: () => void, intervalMs: number): number;
  function clearInterval(timer: number): void;
  function setTimeout(fire: () => void, delayMs: number): number;
  function clearTimeout(timer: number): void;
}
