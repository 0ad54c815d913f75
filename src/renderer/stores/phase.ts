import { LongtakeError, toWireError } from '../../shared/errors.ts';

/** Where a thing that is asked for stands. */
export type Phase =
  | { readonly name: 'loading' }
  | { readonly name: 'ready' }
  | { readonly name: 'error'; readonly message: string };

export const LOADING: Phase = { name: 'loading' };
export const READY: Phase = { name: 'ready' };

export function failed(error: unknown): Phase {
  return { name: 'error', message: error instanceof LongtakeError ? error.message : toWireError(error).message };
}
