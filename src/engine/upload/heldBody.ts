import { errnoOf, errorText, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { UploadId } from '../../shared/units.ts';
import type { Body, OpenBody } from './body.ts';
import { cancelled } from './fairGate.ts';
import type { Entry } from './rows.ts';
import type { TargetLine } from './targetLine.ts';
import type { UploadStore } from './uploadStore.ts';

export interface BodyPorts {
  readonly store: UploadStore;
  readonly line: TargetLine;
  readonly log: Log;
  readonly openBody: OpenBody;
  /** Where the recording's file is now, absolute; undefined when it is gone. */
  readonly file: (entry: Entry) => string | undefined;
  /** For what encoders make of this upload. */
  readonly spoolFolder: (id: UploadId) => string;
}

/** The body of one upload, opened when it is first needed. */
export class HeldBody {
  readonly #id: UploadId;
  readonly #ports: BodyPorts;
  readonly #signal: AbortSignal;
  #body: Body | undefined;

  constructor(id: UploadId, ports: BodyPorts, signal: AbortSignal) {
    this.#id = id;
    this.#ports = ports;
    this.#signal = signal;
  }

  async open(entry: Entry): Promise<Body> {
    const { openBody, line, store, spoolFolder } = this.#ports;
    if (this.#body) return this.#body;
    this.file(entry);
    this.#body = await openBody(
      {
        recording: entry.recording,
        file: () => this.file(store.find(this.#id) ?? entry),
        live: () => store.find(this.#id)?.live ?? false,
        from: entry.filePosition,
        spoolFolder: spoolFolder(this.#id),
      },
      line.driver.form(entry.recording),
    );
    if (!this.#signal.aborted) return this.#body;
    await this.close();
    throw cancelled();
  }

  async close(): Promise<void> {
    const body = this.#body;
    this.#body = undefined;
    try {
      await body?.close();
    } catch (error) {
      this.#ports.log.warn('A recording that was uploaded could not be closed.', { error: errorText(error) });
    }
  }

  /** Where the file is now. Throws NOT_FOUND when it is gone. */
  file(entry: Entry): string {
    const path = this.#ports.file(entry);
    if (path === undefined) throw gone();
    return path;
  }
}

/** Gives an error of the file system its code and sentence; leaves everything else as it is. */
export function named(error: unknown): unknown {
  const errno = errnoOf(error);
  if (error instanceof LongtakeError || errno === undefined || !/^E[A-Z]+$/.test(errno)) return error;
  if (errno === 'ENOENT') return gone(error);
  const message = `The recording cannot be read (${errno}). Check the disk; it is tried again.`;
  return new LongtakeError('DISK_ERROR', message, { cause: error });
}

function gone(cause?: unknown): LongtakeError {
  return new LongtakeError(
    'NOT_FOUND',
    'The file of the recording is not there. Bring its disk back, or end or discard the upload.',
    { cause },
  );
}
