import { join } from 'node:path';
import type { FoundSection } from '../../shared/domain/section.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { fromWireError, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ChildHandle, ProcessHost } from '../../shared/ports/processHost.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import type { Thresholds } from '../analysis/detect.ts';
import type { ClipRequest } from '../clips/clip.ts';
import type { Grown, Growth } from '../clips/scanSlice.ts';
import type { StreamSample } from '../analysis/streamSample.ts';
import { analysedFile, framesFolder, levelsFile } from './analysisFiles.ts';
import type { AnalystCommand, AnalystEvent } from './analystProtocol.ts';
import type { EventListener } from './emitter.ts';

/** With nothing asked for this long the process ends; it costs some 60 MB. */
const IDLE_MS = 60_000;
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

interface Call {
  readonly resolve: (event: AnalystEvent) => void;
  readonly reject: (error: LongtakeError) => void;
}

/** Runs the analyst process while there is work for it: waveforms, and the meters of streams. */
export class Analyst {
  readonly #ports: AnalystPorts;
  readonly #calls = new Map<number, Call>();
  /** What each source writes now, where the analyst can read along. */
  readonly #coded = new Map<SourceId, Recording>();
  readonly #progress = new Map<number, (frames: number) => void>();
  readonly #metered = new Map<SourceId, string>();
  #watched: ReadonlySet<SourceId> = new Set();
  #child: ChildHandle | undefined;
  #idle: NodeJS.Timeout | undefined;
  #callId = 0;
  #decoder: Promise<boolean> | undefined;

  constructor(ports: AnalystPorts) {
    this.#ports = ports;
  }

  /** At most `points` pairs for drawing. CONFLICT while it is being recorded, DECODER_MISSING, DAMAGED. */
  async peaks(recording: Recording, points: number): Promise<Peaks> {
    if (recording.state === 'recording') {
      throw new LongtakeError('CONFLICT', 'The waveform is drawn once the recording is finished.');
    }
    const event = await this.#call((callId) => ({
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
    const event = await this.#call((callId) => ({
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
    const event = await this.#call((callId) => ({
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
    this.#decoder ??= this.#call((callId) => ({ type: 'decoder', callId })).then(
      (event) => event.type === 'decoder' && event.available,
    );
    return this.#decoder;
  }

  /**
   * Listens to the newest seconds of what a source records now; undefined when it records no coded audio. Rejects with
   * DECODER_MISSING, and with DAMAGED for what cannot be decoded now.
   */
  async sample(sourceId: SourceId, seconds: number): Promise<StreamSample | undefined> {
    const recording = this.#coded.get(sourceId);
    if (!recording) return undefined;
    const event = await this.#call((callId) => ({
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
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
    this.#failCalls();
  }

  #arrangeMeters(): void {
    for (const [sourceId, path] of this.#metered) {
      if (this.#meterPath(sourceId) !== path) {
        this.#metered.delete(sourceId);
        this.#child?.send({ type: 'unmeter', sourceId } satisfies AnalystCommand);
      }
    }
    for (const [sourceId, recording] of this.#coded) {
      const path = this.#meterPath(sourceId);
      if (path === undefined || this.#metered.has(sourceId)) continue;
      this.#metered.set(sourceId, path);
      this.#send({ type: 'meter', sourceId, path, container: recording.container });
    }
    this.#restWhenIdle();
  }

  #meterPath(sourceId: SourceId): string | undefined {
    const recording = this.#watched.has(sourceId) ? this.#coded.get(sourceId) : undefined;
    return recording && join(recording.root, recording.path);
  }

  async #cancellable(signal: AbortSignal, command: (callId: number) => AnalystCommand): Promise<AnalystEvent> {
    let id = 0;
    const onAbort = (): void => this.#child?.send({ type: 'cancel', callId: id } satisfies AnalystCommand);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#call((callId) => command((id = callId)));
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #call(command: (callId: number) => AnalystCommand): Promise<AnalystEvent> {
    const callId = (this.#callId += 1);
    try {
      return await new Promise<AnalystEvent>((resolve, reject) => {
        this.#calls.set(callId, { resolve, reject });
        this.#send(command(callId));
      });
    } finally {
      this.#calls.delete(callId);
      this.#restWhenIdle();
    }
  }

  #send(command: AnalystCommand): void {
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    this.#child.send(command);
  }

  #start(): ChildHandle {
    const child = this.#ports.processHost.start('analyst');
    child.onOutput((stream, line) => this.#ports.log.debug(`analyst ${stream}: ${line}`));
    child.onMessage((message) => {
      // The analyst is a part of this program: its messages are what they are declared to be.
      if (this.#child === child) this.#onEvent(message as AnalystEvent);
    });
    child.onExit(({ code }) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#ports.log.error('The analyst ended unexpectedly.', { code });
      this.#failCalls();
      // Meters come back with the next recording or the next look; a file that ends the analyst must not do so again.
      this.#metered.clear();
      this.#coded.clear();
    });
    return child;
  }

  #onEvent(event: AnalystEvent): void {
    switch (event.type) {
      case 'levels':
        this.#ports.emit('levels', [{ sourceId: event.sourceId, peak: [...event.peak], rms: [...event.rms] }]);
        return;
      case 'analysing':
        this.#progress.get(event.callId)?.(event.frames);
        return;
      case 'log':
        this.#ports.log[event.level](event.message, event.data);
        return;
      case 'error':
        this.#calls.get(event.callId)?.reject(fromWireError(event.error));
        return;
      default:
        this.#calls.get(event.callId)?.resolve(event);
    }
  }

  #failCalls(): void {
    for (const { reject } of this.#calls.values()) {
      reject(
        new LongtakeError('DAMAGED', 'The file could not be read for drawing and analysis. Playing it may still work.'),
      );
    }
    this.#calls.clear();
  }

  #restWhenIdle(): void {
    clearTimeout(this.#idle);
    if (!this.#child || this.#calls.size > 0 || this.#metered.size > 0) return;
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
    this.#idle.unref();
  }
}
