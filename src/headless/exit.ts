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
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a sentence for the person. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
