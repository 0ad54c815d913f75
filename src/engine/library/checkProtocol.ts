/** Asks a checker to look through a database. */
export interface CheckCommand {
  /** Absolute. */
  readonly path: string;
  /** Nobody waits for it. */
  readonly inBackground: boolean;
}

/** What it found; it ends then. */
export type CheckEvent =
  | { readonly type: 'sound' }
  | { readonly type: 'damaged'; readonly fault: string }
  /** It could not be looked through. */
  | { readonly type: 'failed'; readonly reason: string };
