import type { Alarm } from '../../shared/domain/alarm.ts';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import type { Title } from '../../shared/domain/title.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import { type ErrorCode, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';

/** The part of the library that is written while recording. Each call may throw what the database's disk does. */
export interface Catalogue {
  saveRecording(recording: Recording): void;
  saveGap(gap: Gap): void;
  saveTitle(title: Title, heardAt: number): void;
  saveSource(config: SourceConfig): void;
  saveAlarm(alarm: Alarm): void;
}

/** Rows that wait for the database; more than a day of 64 sources with a split of an hour. */
const MAX_WAITING = 10_000;
const RETRY_MS = 5000;

/** What may be over in a while. Anything else is wrong with the row, and would stand in the way of the others. */
const passing: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'DISK_DENIED', 'DISK_ERROR', 'CONFLICT']);

/**
 * Takes what is recorded into the library. A database that is full, locked or broken holds up nothing: the newest state
 * of each row waits and is tried again. The ledger on disk has it too, so a rescan finds what was never written.
 */
export class CatalogueWriter {
  readonly #catalogue: () => Catalogue;
  readonly #log: Log;
  readonly #waiting = new Map<string, (catalogue: Catalogue) => void>();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(catalogue: () => Catalogue, log: Log) {
    this.#catalogue = catalogue;
    this.#log = log;
  }

  saveRecording(recording: Recording): void {
    this.#save(recording.id, (catalogue) => catalogue.saveRecording(recording));
  }

  saveGap(gap: Gap): void {
    this.#save(gap.id, (catalogue) => catalogue.saveGap(gap));
  }

  /** `heardAt`: ms since 1970 UTC. */
  saveTitle(title: Title, heardAt: number): void {
    this.#save(`${title.recordingId} ${title.position}`, (catalogue) => catalogue.saveTitle(title, heardAt));
  }

  saveSource(config: SourceConfig): void {
    this.#save(config.id, (catalogue) => catalogue.saveSource(config));
  }

  saveAlarm(alarm: Alarm): void {
    this.#save(alarm.id, (catalogue) => catalogue.saveAlarm(alarm));
  }

  /** Tries what waits a last time; later rows are left to the ledger. */
  close(): void {
    this.#drain();
    clearTimeout(this.#retry);
    this.#closed = true;
  }

  #save(key: string, write: (catalogue: Catalogue) => void): void {
    if (this.#closed) return;
    // The newest state of a row goes to the end: a row that replaces another one at its place must come after it.
    this.#waiting.delete(key);
    this.#waiting.set(key, write);
    if (this.#waiting.size > MAX_WAITING) this.#dropOldest();
    if (this.#retry === undefined) this.#drain();
  }

  #drain(): void {
    this.#retry = undefined;
    for (const [key, write] of this.#waiting) {
      try {
        write(this.#catalogue());
      } catch (error) {
        if (error instanceof LongtakeError && passing.has(error.code)) {
          this.#tryLater(error);
          return;
        }
        this.#log.error('A row cannot be kept in the library and is left out.', { id: key, error: String(error) });
      }
      this.#waiting.delete(key);
    }
  }

  #tryLater(error: LongtakeError): void {
    this.#log.error('The library could not be written; it is tried again. Recording is not affected.', {
      waiting: this.#waiting.size,
      error: String(error),
    });
    this.#retry = setTimeout(() => this.#drain(), RETRY_MS);
    this.#retry.unref();
  }

  #dropOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    this.#log.error('Too much waits for the library; a rescan will find what is missing.', { dropped: oldest });
  }
}
