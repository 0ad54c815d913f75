// What Node and browsers both have. Only this room sees these declarations; the others get their platform's own.
declare class AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare function setInterval(tick: () => void, intervalMs: number): number;
declare function clearInterval(timer: number): void;
declare function setTimeout(fire: () => void, delayMs: number): number;
declare function clearTimeout(timer: number): void;
