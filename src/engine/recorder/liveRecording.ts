import { randomUUID } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { CaptureInfo } from '../capture/audioSource.ts';
import type { Block } from '../containers/block.ts';
import { errnoOf } from '../../shared/errors.ts';
import { fileExtension, type Recording, type Seam } from '../../shared/domain/recording.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { OpenFile } from '../../shared/ports/fileSystem.ts';
import { dayAt, type Millis, recordingId } from '../../shared/units.ts';
import type { RecorderContext } from './context.ts';
import { diskFull } from './diskError.ts';
import { numberedPath, recordingPath } from './fileName.ts';
import { inspectFile } from './inspect.ts';
import { createMuxer } from './createMuxer.ts';
import type { Muxer } from './muxer.ts';
import { RecordingWriter, type WriterFailure } from './recordingWriter.ts';
import { sourcePlan } from './sourcePlan.ts';

/** Audio that may wait for a slow or hung disk before it counts as lost. */
const MAX_DISK_DELAY_SECONDS = 35;
const MIN_PENDING_BYTES = 4 * 1024 * 1024;
/** With less room than this no file is begun: each try on a full disk would leave an empty one. */
const MIN_FREE_BYTES = 1024 * 1024;

export interface LiveRecordingOptions {
  readonly source: SourceConfig;
  readonly info: CaptureInfo;
  readonly startedAt: Millis;
  readonly seam: Seam;
  readonly title: string | undefined;
  /** The file is there and has its name. */
  readonly onOpened: () => void;
  readonly onFailure: (failure: WriterFailure) => void;
}

/** A recording while it is being written: from its first block to its closed file. */
export class LiveRecording {
  readonly #context: RecorderContext;
  readonly #muxer: Muxer;
  readonly #writer: RecordingWriter;
  #recording: Recording;
  #opened = false;
  #samples = 0;
  /** Wall-clock instant at which the next recording takes over; ms since 1970 UTC. */
  nextBoundaryAt: Millis;

  constructor(context: RecorderContext, options: LiveRecordingOptions, nextBoundaryAt: Millis) {
    this.#context = context;
    this.nextBoundaryAt = nextBoundaryAt;
    this.#recording = describe(context, options);
    const { format } = options.info;
    const bytesPerSecond = format.bitrate
      ? format.bitrate / 8
      : (format.sampleRate * format.channels * (format.bitDepth ?? 16)) / 8;
    this.#muxer = createMuxer(this.#recording, format);
    this.#writer = new RecordingWriter(this.#open(options), this.#muxer, {
      maxPendingBytes: Math.max(MIN_PENDING_BYTES, bytesPerSecond * MAX_DISK_DELAY_SECONDS),
      onFailure: options.onFailure,
    });
  }

  /** The row as it is now; `path` is final once {@link opened}. */
  get recording(): Recording {
    return { ...this.#recording, samples: this.#samples, bytes: this.#writer.fileBytes };
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** Sample frames taken so far. */
  get samples(): number {
    return this.#samples;
  }

  append(block: Block): void {
    this.#samples += block.samples;
    this.#writer.append(this.#muxer.write(block));
  }

  /** Finds out whether the file is still there; a failure is told as any other. */
  checkFile(): void {
    this.#writer.checkFile();
  }

  setTitle(title: string): void {
    this.#recording = { ...this.#recording, title };
  }

  /** Ends the file and tells of it. Returns the final row, or nothing if there never was a file. */
  async close(): Promise<Recording | undefined> {
    this.#writer.append(this.#muxer.end());
    await this.#writer.close();
    if (!this.#opened) return undefined;
    const samples = this.#writer.failure ? await this.#samplesOnDisk() : this.#samples;
    const state = this.#writer.failure && samples === 0 ? 'damaged' : 'complete';
    const closed = { ...this.#recording, samples, bytes: this.#writer.fileBytes, state } as const;
    this.#recording = closed;
    this.#publish(closed);
    return closed;
  }

  /** After a failed write the file holds less than was captured. */
  async #samplesOnDisk(): Promise<number> {
    const path = join(this.#recording.root, this.#recording.path);
    try {
      return (await inspectFile(this.#context.fileSystem, path)).samples;
    } catch (error) {
      this.#context.log.error('A recording could not be read back after a disk error.', { path, error: String(error) });
      return 0;
    }
  }

  async #open(options: LiveRecordingOptions): Promise<OpenFile> {
    const { fileSystem } = this.#context;
    const { root, path } = this.#recording;
    for (let count = 1; ; count += 1) {
      const numbered = numberedPath(path, count);
      // A file where a folder should be is "there already", too, but no other number helps against it.
      await fileSystem.makeFolder(dirname(join(root, numbered)));
      if (await this.#isFull(root)) throw diskFull();
      const file = await this.#create(join(root, numbered));
      if (!file) continue;
      this.#recording = { ...this.#recording, path: numbered };
      this.#opened = true;
      this.#publish(this.recording);
      options.onOpened();
      return file;
    }
  }

  /** Nothing when the name is taken. */
  async #create(path: string): Promise<OpenFile | undefined> {
    try {
      return await this.#context.fileSystem.createExclusive(path);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return undefined;
      throw error;
    }
  }

  async #isFull(root: string): Promise<boolean> {
    try {
      return (await this.#context.fileSystem.freeBytes(root)) < MIN_FREE_BYTES;
    } catch (error) {
      this.#context.log.debug('A disk does not tell its free space.', { root, error: String(error) });
      return false;
    }
  }

  #publish(recording: Recording): void {
    const { root, ...row } = recording;
    this.#context.ledger.write(root, { type: 'recording', at: this.#context.clock.now(), recording: row });
    this.#context.emit({ type: 'recording', recording });
  }
}

function describe(context: RecorderContext, options: LiveRecordingOptions): Recording {
  const { source, info, startedAt } = options;
  const plan = sourcePlan(context.plan(), source);
  const offsetMinutes = context.clock.offsetMinutes(startedAt);
  const format = info.container === 'flac' ? { ...info.format, codec: 'flac' as const } : info.format;
  return {
    id: recordingId(randomUUID()),
    sourceId: source.id,
    sourceName: source.name,
    sourceKind: source.kind,
    root: resolve(plan.recordingsFolder),
    path: recordingPath(plan.filenamePattern, {
      sourceName: source.name,
      at: startedAt,
      offsetMinutes,
      extension: fileExtension(info.container, format.codec),
    }),
    startedAt,
    offsetMinutes,
    zone: context.clock.zone(),
    day: dayAt(startedAt, offsetMinutes),
    container: info.container,
    format,
    samples: 0,
    bytes: 0,
    state: 'recording',
    seam: options.seam,
    ...(options.title === undefined ? {} : { title: options.title }),
  };
}
