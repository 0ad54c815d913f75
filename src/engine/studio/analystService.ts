import type { Container } from '../../shared/domain/recording.ts';
import { errnoOf, LongtakeError, toWireError } from '../../shared/errors.ts';
import { assertNever } from '../../shared/assertNever.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { SourceId } from '../../shared/units.ts';
import type { LevelWindow } from '../containers/levels.ts';
import { Analyser } from '../analysis/analyser.ts';
import { detect } from '../analysis/detect.ts';
import { readLevels } from '../analysis/levelsCache.ts';
import { areFineEnough } from '../analysis/peakRange.ts';
import { sampleNewest } from '../analysis/streamSample.ts';
import { meterGrowingFile } from '../analysis/streamMeter.ts';
import { pause } from '../analysis/tailFile.ts';
import type { Ffmpeg } from '../clips/ffmpeg.ts';
import { FrameIndexes } from '../clips/frameIndexes.ts';
import { scanGrowth } from '../clips/scanSlice.ts';
import { slicePeaks, type SlicePeaksPorts } from '../clips/slicePeaks.ts';
import { loadFlacLibrary } from '../recorder/flacLibrary.ts';
import type { AnalystCommand, AnalystEvent } from './analystProtocol.ts';

/** Waveforms in work at once; the others wait. Each may use a core. */
const MAX_AT_ONCE = 2;
/** A meter that found nothing to measure looks again after so long. */
const METER_AGAIN_MS = 3000;
/** How far the analysis of a file is, is told at most this often. */
const PROGRESS_MS = 500;

export interface AnalystServicePorts {
  readonly fileSystem: FileSystem;
  readonly decoder: Decoder & Pick<Ffmpeg, 'available' | 'decodeSlice'>;
  readonly clock: Clock;
  readonly log: Log;
  emit(event: AnalystEvent): void;
}

type PeaksCommand = Extract<AnalystCommand, { type: 'peaks' }>;
type SlicePeaksCommand = Extract<AnalystCommand, { type: 'slicePeaks' }>;
type AnalyseCommand = Extract<AnalystCommand, { type: 'analyse' }>;
type GrowCommand = Extract<AnalystCommand, { type: 'grow' }>;
type DetectCommand = Extract<AnalystCommand, { type: 'detect' }>;
type SampleCommand = Extract<AnalystCommand, { type: 'sample' }>;

/** Answers main from within the analyst process: waveforms, and the meters of streams. */
export class AnalystService {
  readonly #ports: AnalystServicePorts;
  readonly #analyser: Analyser;
  #frameIndexes: FrameIndexes | undefined;
  readonly #waiting: PeaksCommand[] = [];
  /** Waveforms in work. */
  #drawing = 0;
  readonly #working = new Map<number, AbortController>();
  readonly #meters = new Map<SourceId, AbortController>();
  readonly #ends = new Set<Promise<void>>();

  constructor(ports: AnalystServicePorts) {
    this.#ports = ports;
    this.#analyser = new Analyser(ports.fileSystem, ports.decoder);
  }

  handle(command: AnalystCommand): void {
    switch (command.type) {
      case 'peaks':
        this.#waiting.push(command);
        this.#startNext();
        return;
      case 'slicePeaks':
        this.#own(this.#slicePeaks(command));
        return;
      case 'analyse':
        this.#own(this.#analyse(command));
        return;
      case 'grow':
        this.#own(this.#grow(command));
        return;
      case 'detect':
        this.#own(this.#detect(command));
        return;
      case 'cancel':
        this.#cancel(command.callId);
        return;
      case 'decoder':
        this.#own(this.#tellDecoder(command.callId));
        return;
      case 'sample':
        this.#own(this.#sample(command));
        return;
      case 'meter':
        this.#meters.get(command.sourceId)?.abort();
        this.#own(this.#meter(command.sourceId, command));
        return;
      case 'unmeter':
        this.#meters.get(command.sourceId)?.abort();
        this.#meters.delete(command.sourceId);
        return;
      default:
        assertNever(command);
    }
  }

  /** Cancels everything and waits until it has ended. */
  async dispose(): Promise<void> {
    this.#waiting.length = 0;
    for (const controller of [...this.#working.values(), ...this.#meters.values()]) controller.abort();
    await Promise.all(this.#ends);
  }

  #startNext(): void {
    if (this.#drawing >= MAX_AT_ONCE) return;
    const command = this.#waiting.shift();
    if (!command) return;
    this.#drawing += 1;
    this.#own(this.#makePeaks(command));
  }

  #cancel(callId: number): void {
    this.#working.get(callId)?.abort();
    const index = this.#waiting.findIndex((command) => command.callId === callId);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#fail(callId, new LongtakeError('CANCELLED', 'Drawing was cancelled.'));
  }

  async #makePeaks({ callId, file, points }: PeaksCommand): Promise<void> {
    await this.#work(callId, async (signal) => {
      this.#ports.emit({ type: 'peaks', callId, ...(await this.#analyser.peaks(file, points, signal)) });
    });
    this.#drawing -= 1;
    this.#startNext();
  }

  #slicePeaks({ callId, file, slice, points, framesFolder }: SlicePeaksCommand): Promise<void> {
    const { emit } = this.#ports;
    const rate = slice.recordings[slice.anchor]?.format.sampleRate ?? 1;
    const range = { fromSeconds: Math.max(0, slice.from) / rate, toSeconds: slice.to / rate, points };
    return this.#work(callId, async (signal) => {
      const isCoarse = file && areFineEnough(range.toSeconds - range.fromSeconds, points);
      const kept = isCoarse ? await this.#analyser.peakRange(file, range, signal) : undefined;
      if (kept) {
        emit({ type: 'slicePeaks', callId, ...kept, exact: false });
        return;
      }
      const { pairs, from, to, sampleRate, exact } = await slicePeaks(
        slice,
        points,
        this.#slicePorts(framesFolder),
        signal,
      );
      emit({ type: 'slicePeaks', callId, pairs, fromSeconds: from / sampleRate, toSeconds: to / sampleRate, exact });
    });
  }

  #analyse({ callId, file, thresholds }: AnalyseCommand): Promise<void> {
    const { clock, emit } = this.#ports;
    let toldAt = clock.monotonic();
    const onFrames = (frames: number): void => {
      if (clock.monotonic() - toldAt < PROGRESS_MS) return;
      toldAt = clock.monotonic();
      emit({ type: 'analysing', callId, frames });
    };
    return this.#work(callId, async (signal) => {
      const { levels, noise } = await this.#analyser.levels(file, { signal, onFrames });
      emit({ type: 'analysed', callId, sections: detect(levels, noise, thresholds) });
    });
  }

  #grow({ callId, recording, from, isLast, framesFolder }: GrowCommand): Promise<void> {
    return this.#work(callId, async (signal) => {
      const grown = await scanGrowth({ recording, from, isLast }, this.#slicePorts(framesFolder), signal);
      this.#ports.emit({ type: 'grown', callId, ...grown });
    });
  }

  /** All commands name the same folder. */
  #slicePorts(folder: string): SlicePeaksPorts {
    const { fileSystem, decoder, log } = this.#ports;
    this.#frameIndexes ??= new FrameIndexes({ folder, log });
    return { fileSystem, decoder, loadFlac: loadFlacLibrary, frameIndexes: this.#frameIndexes };
  }

  #detect({ callId, envelopes }: DetectCommand): Promise<void> {
    return this.#work(callId, async () => {
      const found = await Promise.all(
        envelopes.map(async ({ levelsFile, thresholds }) => {
          const kept = await readLevels(levelsFile);
          return kept ? detect(kept.levels, kept.noise, thresholds) : null;
        }),
      );
      this.#ports.emit({ type: 'detected', callId, found });
    });
  }

  /** Answers a call, if only with an error; it can be cancelled. */
  async #work(callId: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    this.#working.set(callId, controller);
    try {
      await work(controller.signal);
    } catch (error) {
      this.#fail(callId, error);
    } finally {
      this.#working.delete(callId);
    }
  }

  async #tellDecoder(callId: number): Promise<void> {
    this.#ports.emit({ type: 'decoder', callId, available: await this.#ports.decoder.available() });
  }

  #sample(command: SampleCommand): Promise<void> {
    const { callId } = command;
    return this.#work(callId, async (signal) => {
      this.#ports.emit({ type: 'sample', callId, ...(await sampleNewest(command, { ...this.#ports, signal })) });
    });
  }

  async #meter(sourceId: SourceId, audio: { readonly path: string; readonly container: Container }): Promise<void> {
    const { fileSystem, decoder, clock, log, emit } = this.#ports;
    const controller = new AbortController();
    const { signal } = controller;
    this.#meters.set(sourceId, controller);
    const onLevels = ({ peak, rms }: LevelWindow): void => {
      if (!signal.aborted) emit({ type: 'levels', sourceId, peak, rms });
    };
    try {
      // A station may be silent for a while, or begin with something that no decoder takes; its meter comes back.
      while (!signal.aborted) {
        await meterGrowingFile(audio, { fileSystem, decoder, clock, signal, onLevels }).catch(onlyDamaged);
        await pause(METER_AGAIN_MS, signal);
      }
    } catch (error) {
      log.warn('The levels of a stream cannot be measured.', { path: audio.path, reason: toCoded(error).message });
    } finally {
      if (this.#meters.get(sourceId) === controller) this.#meters.delete(sourceId);
    }
  }

  #fail(callId: number, error: unknown): void {
    const coded = toCoded(error);
    if (!(coded instanceof LongtakeError))
      this.#ports.log.error('A file could not be analysed.', { error: coded.stack });
    this.#ports.emit({ type: 'error', callId, error: toWireError(coded) });
  }

  /** Work that nobody waits for but {@link dispose}; it tells its errors itself. */
  #own(work: Promise<void>): void {
    this.#ends.add(work);
    void work.finally(() => this.#ends.delete(work));
  }
}

/** Gives errors of files their code. What stays an Error without one is a bug. */
function toCoded(error: unknown): Error {
  if (error instanceof LongtakeError) return error;
  const system = errnoOf(error);
  const options = { cause: error, details: { system: system ?? '' } };
  switch (system) {
    case undefined:
      return error instanceof Error ? error : new Error(String(error));
    case 'ENOENT':
      return new LongtakeError('NOT_FOUND', 'The file of this recording is gone.', options);
    case 'ENOSPC':
    case 'EDQUOT':
      return new LongtakeError(
        'DISK_FULL',
        'The disk is full: what was found out about the file cannot be kept. Free some space.',
        options,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LongtakeError(
        'DISK_DENIED',
        'The file may not be read, or what was found out about it not be kept. Check the permissions.',
        options,
      );
    default:
      return new LongtakeError('DISK_ERROR', `The file cannot be read (${system}). Check its disk.`, options);
  }
}

/** What cannot be decoded now may be followed by what can; anything else ends a meter. */
function onlyDamaged(error: unknown): void {
  if (!(error instanceof LongtakeError) || error.code !== 'DAMAGED') throw error;
}
