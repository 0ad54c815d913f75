import type { ErrorCode } from '../shared/errors.ts';

/** How the command ends, for scripts and service managers. */
export const EXIT = {
  /** Ended as asked; every file is closed. */
  done: 0,
  /** It could not start, or not end in order. */
  failed: 1,
  /** The command line or the configuration is wrong: trying again changes nothing. */
  usage: 2,
  /** Every source has given up. */
  gaveUp: 3,
  /** It looked, and not everything is as it should be. */
  problems: 4,
  /** Another Longtake has what this one needs. */
  busy: 5,
  /** Ended by Ctrl+C, as shells count. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How the command ends for an error with a code. */
export function exitCodeFor(code: ErrorCode): ExitCode {
  if (code === 'INVALID_INPUT' || code === 'NOT_FOUND') return EXIT.usage;
  return code === 'CONFLICT' || code === 'NOT_ALLOWED' ? EXIT.busy : EXIT.failed;
}

/** Ends the command with a sentence for the person. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
