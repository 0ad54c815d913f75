import type { Log } from '../../shared/ports/log.ts';

/** What the log is told about the capture of a source. */
export class CaptureWarnings {
  readonly #log: Log;
  readonly #source: string;

  constructor(log: Log, source: string) {
    this.#log = log;
    this.#source = source;
  }

  /** `bytes`: of a whole connection. */
  skipped(bytes: number): void {
    if (bytes === 0) return;
    this.#log.warn('Bytes were received that belong to no audio frame.', { source: this.#source, bytes });
  }

  clockSet(stepMs: number): void {
    this.#log.warn('The clock was set; a new recording begins.', {
      source: this.#source,
      stepMs: Math.round(stepMs),
    });
  }

  /** `samples`: as far as known, else 0. */
  hole(samples: number): void {
    this.#log.warn('Audio is missing; a new recording begins.', { source: this.#source, samples });
  }
}
