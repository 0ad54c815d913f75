import { join } from 'node:path';
import type { FoundSection } from '../../shared/domain/section.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ProcessHost } from '../../shared/ports/processHost.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import type { Thresholds } from '../analysis/detect.ts';
import type { ClipRequest } from '../clips/clip.ts';
import type { Grown, Growth } from '../clips/scanSlice.ts';
import type { StreamSample } from '../analysis/streamSample.ts';
import { analysedFile, framesFolder, levelsFile } from './analysisFiles.ts';
import type { AnalystCommand, AnalystEvent } from './analystProtocol.ts';
import type { EventListener } from './emitter.ts';
import { WorkerProcess } from './workerProcess.ts';

/** Of coded audio whose bitrate is not known yet, bit/s; and the most that is read of any. */
const USUAL_BITRATE = 192_000;
const LARGEST_SAMPLE_BYTES = 1024 * 1024;

export interface AnalystPorts {
  readonly processHost: ProcessHost;
  readonly log: Log;
  readonly emit: EventListener;
  readonly dataFolder: string;
}

export interface Peaks {
  pairs: number[];
  durationMs: number;
}

export interface SlicePeaks {
  pairs: number[];
  /** s from the start of the recording. */
  fromSeconds: number;
  toSeconds: number;
  /** Each pair is one sample frame. */
  exact: boolean;
}

/** Runs the analyst process while there is work for it: waveforms, and the meters of streams. */
export class Analyst {
  readonly #ports: AnalystPorts;
  readonly #process: WorkerProcess<AnalystCommand, AnalystEvent>;
  /** What each source writes now, where the analyst can read along. */
  readonly #coded = new Map<SourceId, Recording>();
  readonly #progress = new Map<number, (frames: number) => void>();
  readonly #metered = new Map<SourceId, string>();
  #watched: ReadonlySet<SourceId> = new Set();
  #decoder: Promise<boolean> | undefined;

  constructor(ports: AnalystPorts) {
    this.#ports = ports;
    this.#process = new WorkerProcess({
      ...ports,
      role: 'analyst',
      lost: () =>
        new LongtakeError('DAMAGED', 'The file could not be read for drawing and analysis. Playing it may still work.'),
      onNews: (event) => this.#onNews(event),
      isWanted: () => this.#metered.size > 0,
      // Meters come back with the next recording or the next look; a file that ends the analyst must not do so again.
      onLost: () => {
        this.#metered.clear();
        this.#coded.clear();
      },
    });
  }

  /** At most `points` pairs for drawing. CONFLICT while it is being recorded, DECODER_MISSING, DAMAGED. */
  async peaks(recording: Recording, points: number): Promise<Peaks> {
    if (recording.state === 'recording') {
      throw new LongtakeError('CONFLICT', 'The waveform is drawn once the recording is finished.');
    }
    const event = await this.#process.call((callId) => ({
      type: 'peaks',
      callId,
      file: analysedFile(this.#ports.dataFolder, recording),
      points,
    }));
    if (event.type !== 'peaks') throw new Error(`The analyst answered with ${event.type}.`);
    return { pairs: [...event.pairs], durationMs: event.durationMs };
  }

  /**
   * At most `points` pairs of a stretch, of the kept peaks or of the samples themselves; `recording` is the anchor of
   * the stretch. DECODER_MISSING, DAMAGED, NOT_FOUND, INVALID_INPUT when nothing of it is there.
   */
  async slicePeaks(recording: Recording, slice: ClipRequest, points: number): Promise<SlicePeaks> {
    const file = recording.state === 'recording' ? {} : { file: analysedFile(this.#ports.dataFolder, recording) };
    const frames = framesFolder(this.#ports.dataFolder);
    const event = await this.#process.call((callId) => ({
      type: 'slicePeaks',
      callId,
      ...file,
      slice,
      points,
      framesFolder: frames,
    }));
    if (event.type !== 'slicePeaks') throw new Error(`The analyst answered with ${event.type}.`);
    const { pairs, fromSeconds, toSeconds, exact } = event;
    return { pairs: [...pairs], fromSeconds, toSeconds, exact };
  }

  /**
   * Finds the sections of a recording; its envelope is made and kept if it is not yet. `onFrames` hears how many sample
   * frames are done. NOT_FOUND, DAMAGED, FORMAT_UNSUPPORTED, DECODER_MISSING, CANCELLED, or an error of a disk.
   */
  async analyse(
    recording: Recording,
    thresholds: Thresholds,
    { signal, onFrames }: { readonly signal: AbortSignal; readonly onFrames: (frames: number) => void },
  ): Promise<readonly FoundSection[]> {
    const file = analysedFile(this.#ports.dataFolder, recording);
    let id = 0;
    try {
      const event = await this.#cancellable(signal, (callId) => {
        id = callId;
        this.#progress.set(callId, onFrames);
        return { type: 'analyse', callId, file, thresholds };
      });
      if (event.type !== 'analysed') throw new Error(`The analyst answered with ${event.type}.`);
      return event.sections;
    } finally {
      this.#progress.delete(id);
    }
  }

  /** Envelope and peaks of what a recording has grown by. Rejects as {@link analyse} does. */
  async grow(growth: Growth, signal: AbortSignal): Promise<Grown> {
    const frames = framesFolder(this.#ports.dataFolder);
    const event = await this.#cancellable(signal, (callId) => ({
      type: 'grow',
      callId,
      framesFolder: frames,
      ...growth,
    }));
    if (event.type !== 'grown') throw new Error(`The analyst answered with ${event.type}.`);
    return event;
  }

  /** The sections in kept envelopes; null where none is kept, or it is damaged. No audio is read. */
  async detect(
    envelopes: readonly { readonly id: RecordingId; readonly thresholds: Thresholds }[],
  ): Promise<readonly (readonly FoundSection[] | null)[]> {
    const { dataFolder } = this.#ports;
    const event = await this.#process.call((callId) => ({
      type: 'detect',
      callId,
      envelopes: envelopes.map(({ id, thresholds }) => ({ levelsFile: levelsFile(dataFolder, id), thresholds })),
    }));
    if (event.type !== 'detected') throw new Error(`The analyst answered with ${event.type}.`);
    return event.found;
  }

  /** Whether coded audio can be decoded. Looked up once, unless `again`. */
  decoderAvailable(again = false): Promise<boolean> {
    if (again) this.#decoder = undefined;
    this.#decoder ??= this.#process
      .call((callId) => ({ type: 'decoder', callId }))
      .then((event) => event.type === 'decoder' && event.available);
    return this.#decoder;
  }

  /**
   * Listens to the newest seconds of what a source records now; undefined when it records no coded audio. Rejects with
   * DECODER_MISSING, and with DAMAGED for what cannot be decoded now.
   */
  async sample(sourceId: SourceId, seconds: number): Promise<StreamSample | undefined> {
    const recording = this.#coded.get(sourceId);
    if (!recording) return undefined;
    const event = await this.#process.call((callId) => ({
      type: 'sample',
      callId,
      path: join(recording.root, recording.path),
      container: recording.container,
      seconds,
      bytes: Math.min(LARGEST_SAMPLE_BYTES, Math.ceil(((recording.format.bitrate ?? USUAL_BITRATE) / 8) * seconds)),
    }));
    if (event.type !== 'sample') throw new Error(`The analyst answered with ${event.type}.`);
    return event;
  }

  /** Sources whose levels are wanted; only those that record coded audio are metered here. */
  watch(sourceIds: readonly SourceId[]): void {
    this.#watched = new Set(sourceIds);
    this.#arrangeMeters();
  }

  /** A recording opened or closed. */
  followRecording(recording: Recording): void {
    const open = this.#coded.get(recording.sourceId);
    if (recording.state === 'recording' && recording.sourceKind === 'stream') {
      this.#coded.set(recording.sourceId, recording);
    } else if (open?.id === recording.id) {
      this.#coded.delete(recording.sourceId);
    }
    this.#arrangeMeters();
  }

  stop(): void {
    this.#process.stop();
  }

  #arrangeMeters(): void {
    for (const [sourceId, path] of this.#metered) {
      if (this.#meterPath(sourceId) !== path) {
        this.#metered.delete(sourceId);
        this.#process.tell({ type: 'unmeter', sourceId });
      }
    }
    for (const [sourceId, recording] of this.#coded) {
      const path = this.#meterPath(sourceId);
      if (path === undefined || this.#metered.has(sourceId)) continue;
      this.#metered.set(sourceId, path);
      this.#process.send({ type: 'meter', sourceId, path, container: recording.container });
    }
    this.#process.restWhenIdle();
  }

  #meterPath(sourceId: SourceId): string | undefined {
    const recording = this.#watched.has(sourceId) ? this.#coded.get(sourceId) : undefined;
    return recording && join(recording.root, recording.path);
  }

  #cancellable(signal: AbortSignal, command: (callId: number) => AnalystCommand): Promise<AnalystEvent> {
    return this.#process.cancellable(signal, command, (callId) => ({ type: 'cancel', callId }));
  }

  #onNews(event: AnalystEvent): boolean {
    if (event.type === 'levels') {
      this.#ports.emit('levels', [{ sourceId: event.sourceId, peak: [...event.peak], rms: [...event.rms] }]);
    } else if (event.type === 'analysing') {
      this.#progress.get(event.callId)?.(event.frames);
    } else {
      return false;
    }
    return true;
  }
}
