/** Why a message was not taken. */
export class NotTakenError extends Error {
  /** Another try would end the same way. */
  readonly isFinal: boolean;

  constructor(sentence: string, { isFinal = false, cause }: { isFinal?: boolean; cause?: unknown } = {}) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.name = 'NotTakenError';
    this.isFinal = isFinal;
  }
}
