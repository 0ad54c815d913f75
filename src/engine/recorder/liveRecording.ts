import { randomUUID } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { CaptureInfo } from '../capture/audioSource.ts';
import type { Block } from '../containers/block.ts';
import { errnoOf } from '../../shared/errors.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { fileExtension } from '../../shared/domain/recordingFile.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { Title } from '../../shared/domain/title.ts';
import type { OpenFile } from '../../shared/ports/fileSystem.ts';
import { dayAt, type Millis, millis, recordingId } from '../../shared/units.ts';
import type { RecorderContext } from './context.ts';
import { writeCue } from './cueFile.ts';
import { diskFull } from './diskError.ts';
import { numberedPath, recordingPath } from './fileName.ts';
import { createMuxer } from './createMuxer.ts';
import type { Muxer } from './muxer.ts';
import { type Backlog, RecordingWriter, type WriterFailure } from './recordingWriter.ts';
import { leftUnmended, repairIfPossible } from './repair.ts';
import type { RecordingPlan } from './protocol.ts';
import type { SeamProof } from './seamCheck.ts';
import { sourcePlan } from './sourcePlan.ts';
import { TitleTimeline } from './titleTimeline.ts';
import { EnvelopeTap } from './envelopeTap.ts';
import { within } from './within.ts';

/** Audio that may wait for a slow or hung disk before it counts as lost. */
const MAX_DISK_DELAY_SECONDS = 35;
const MIN_PENDING_BYTES = 4 * 1024 * 1024;
/** With less room than this no file is begun: each try on a full disk would leave an empty one. */
const MIN_FREE_BYTES = 1024 * 1024;
/** A disk that does not tell its free space by then is tried. */
const ASK_MS = 1000;

export interface LiveRecordingOptions {
  readonly source: SourceConfig;
  readonly info: CaptureInfo;
  readonly startedAt: Millis;
  /** It holds the first audio behind the headers of its stream. */
  readonly isFirst: boolean;
  readonly seam: SeamProof;
  readonly connection: string;
  /** Number of the first sample frame in the connection. */
  readonly firstSample: number;
  readonly title: string | undefined;
  /** Of the connection. */
  readonly backlog: Backlog;
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
  readonly #timeline: TitleTimeline;
  readonly #titles: Title[] = [];
  readonly #wantsCue: boolean;
  readonly #envelope: EnvelopeTap | undefined;
  #opened = false;
  #samples = 0;
  #proven: Promise<void> = Promise.resolve();
  #closing = false;
  /** Wall-clock instant at which the next recording takes over; ms since 1970 UTC. */
  nextBoundaryAt: Millis;

  constructor(context: RecorderContext, options: LiveRecordingOptions, nextBoundaryAt: Millis) {
    this.#context = context;
    this.info = options.info;
    this.nextBoundaryAt = nextBoundaryAt;
    const plan = sourcePlan(context.plan(), options.source);
    this.#recording = describe(context, plan, options);
    const { format } = options.info;
    // What FLAC needs depends on the moment: it never takes more than its samples do.
    const bytesPerSecond =
      format.bitrate && format.codec !== 'flac'
        ? format.bitrate / 8
        : (format.sampleRate * format.channels * (format.bitDepth ?? 16)) / 8;
    this.#wantsCue = options.source.kind === 'stream' && options.source.cue === true;
    this.#timeline = new TitleTimeline(format.sampleRate, ({ text, position }) => this.#keepTitle(text, position));
    if (options.title !== undefined) this.#timeline.add(options.title, 0);
    this.#envelope = format.codec === 'pcm' ? new EnvelopeTap(this.#recording.id, format, context.emit) : undefined;
    this.#muxer = createMuxer(this.#recording, { ...options, isTagged: plan.tagStreams });
    this.#writer = new RecordingWriter(this.#open(options), this.#muxer, {
      bytesPerSecond,
      backlog: options.backlog,
      maxPendingBytes: Math.max(MIN_PENDING_BYTES, bytesPerSecond * MAX_DISK_DELAY_SECONDS),
      onFailure: options.onFailure,
    });
  }

  /** What its source said when it began. */
  readonly info: CaptureInfo;

  /** The row as it is now; `path` is final once {@link opened}. */
  get recording(): Recording {
    if (this.#recording.state !== 'recording') return this.#recording;
    const { coldStart } = this.#muxer;
    const cost = coldStart ? { coldStart } : {};
    return { ...this.#recording, ...cost, samples: this.samples, bytes: this.#writer.fileBytes };
  }

  /** Wall-clock instant of its first sample. */
  get startedAt(): Millis {
    return millis(this.#recording.startedAt);
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** Sample frames that the file plays with what was taken so far. */
  get samples(): number {
    const { coldStart } = this.#muxer;
    return this.#samples - (coldStart?.unplayed ?? 0);
  }

  /** Sample frames that are not on disk yet, about. */
  get unwritten(): number {
    return Math.round(this.#samples * (1 - this.#writer.safePart));
  }

  append(block: Block): void {
    this.#samples += block.samples;
    this.#timeline.advance(this.#samples);
    this.#writer.append(this.#muxer.write(block));
    this.#envelope?.push(block.bytes, this.#opened);
  }

  /** Finds out whether the file is still there; a failure is told as any other. */
  checkFile(): void {
    this.#writer.checkFile();
  }

  /** A title is on air from the sample `position` of this recording on. */
  addTitle(title: string, position: number): void {
    if (this.#recording.title === undefined) this.#writer.correct(this.#muxer.titled(title));
    this.#recording = { ...this.#recording, title };
    this.#timeline.add(title, position);
  }

  /** How it follows the recording before is certain once that one is closed. It is not closed itself before that. */
  prove(proof: Promise<SeamProof>): void {
    this.#proven = proof.then((certain) => {
      const { missingSamples: _, ...row } = this.#recording;
      this.#recording = { ...row, ...certain };
      if (this.#opened && !this.#closing) this.#publish(this.recording);
    });
  }

  /** Ends the file and tells of it. Returns the final row, or nothing if there never was a file. */
  async close(): Promise<Recording | undefined> {
    this.#writer.append(this.#muxer.end());
    this.#closing = true;
    await this.#writer.close();
    await this.#proven;
    if (!this.#opened) return undefined;
    const end = this.#writer.failure ? await this.#mended() : { samples: this.samples, bytes: this.#writer.fileBytes };
    const state = this.#writer.failure && end.samples === 0 ? 'damaged' : 'complete';
    this.#timeline.end();
    const closed = { ...this.recording, ...end, state } as const;
    this.#recording = closed;
    this.#envelope?.end();
    // Before the file counts as closed: one that does not yet gets its sheet when it is repaired.
    if (this.#wantsCue) await this.#writeCue(closed);
    this.#note(closed);
    // Killed before the ledger has it, main must not know it as closed: it would not be mended there.
    await this.#context.ledger.flushed(closed.root);
    this.#context.emit({ type: 'recording', recording: closed });
    return closed;
  }

  async #writeCue(recording: Recording): Promise<void> {
    const { fileSystem, log } = this.#context;
    try {
      const isThere = await writeCue(fileSystem, recording, this.#titles);
      if (!isThere && this.#titles.length > 0) {
        log.warn('Another file has the name of the cue sheet; none is written.', { path: recording.path });
      }
    } catch (error) {
      log.error('The cue sheet of a recording could not be written.', { path: recording.path, error: String(error) });
    }
  }

  #keepTitle(text: string, position: number): void {
    const title = { recordingId: this.#recording.id, position, text };
    this.#titles.push(title);
    if (this.#opened) this.#publishTitle(title);
  }

  #publishTitle(title: Title): void {
    const { ledger, clock, emit } = this.#context;
    const heardAt = clock.now();
    ledger.write(this.#recording.root, { type: 'title', at: heardAt, title });
    emit({ type: 'title', title, heardAt });
  }

  /** After a failed write the file holds less than was captured, and may lack its end. */
  async #mended(): Promise<Pick<Recording, 'samples' | 'bytes' | 'unmended'>> {
    const path = join(this.#recording.root, this.#recording.path);
    try {
      const found = await repairIfPossible(this.#context.fileSystem, path, (error) =>
        this.#context.log.warn('The end of a recording could not be mended after a disk error.', {
          path,
          error: String(error),
        }),
      );
      return { samples: found.samples, bytes: found.bytes, ...leftUnmended(found) };
    } catch (error) {
      this.#context.log.error('A recording could not be read back after a disk error.', { path, error: String(error) });
      return { samples: 0, bytes: this.#writer.fileBytes };
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
      // A folder that has become empty may be removed in this moment.
      const file = await this.#create(join(root, numbered)).catch(async (error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') throw error;
        await fileSystem.makeFolder(dirname(join(root, numbered)));
        return this.#create(join(root, numbered));
      });
      if (!file) continue;
      this.#recording = { ...this.#recording, path: numbered };
      this.#opened = true;
      this.#publish(this.recording);
      for (const title of this.#titles) this.#publishTitle(title);
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
      const free = await within(ASK_MS, this.#context.fileSystem.freeBytes(root));
      return free !== undefined && free < MIN_FREE_BYTES;
    } catch (error) {
      this.#context.log.debug('A disk does not tell its free space.', { root, error: String(error) });
      return false;
    }
  }

  #publish(recording: Recording): void {
    this.#note(recording);
    this.#context.emit({ type: 'recording', recording });
  }

  #note({ root, ...row }: Recording): void {
    this.#context.ledger.write(root, { type: 'recording', at: this.#context.clock.now(), recording: row });
  }
}

function describe(context: RecorderContext, plan: RecordingPlan, options: LiveRecordingOptions): Recording {
  const { source, info, startedAt } = options;
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
    ...options.seam,
    connection: options.connection,
    firstSample: options.firstSample,
    ...(options.title === undefined ? {} : { title: options.title }),
  };
}
