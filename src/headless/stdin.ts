import { EXIT, Failure } from './exit.ts';

/** Audio is gone through more than once, and from its end: a pipe cannot do that. Throws {@link Failure}. */
export function refuseStdin(file: string): void {
  if (file !== '-') return;
  throw new Failure(EXIT.usage, 'Audio cannot be read from standard input: write it to a file first, and name that.');
}
