import type { Container } from '../../shared/domain/recording.ts';
import { errnoOf, LongtakeError, toWireError } from '../../shared/errors.ts';
import { assertNever } from '../../shared/assertNever.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { SourceId } from '../../shared/units.ts';
import type { LevelWindow } from '../containers/levels.ts';
import { PeakMaker } from '../analysis/peaks.ts';
import { sampleNewest } from '../analysis/streamSample.ts';
import { meterGrowingFile } from '../analysis/streamMeter.ts';
import { pause } from '../analysis/tailFile.ts';
import type { AnalystCommand, AnalystEvent } from './analystProtocol.ts';

/** Waveforms in work at once; the others wait. Each may use a core. */
const MAX_AT_ONCE = 2;
/** A meter that found nothing to measure looks again after so long. */
const METER_AGAIN_MS = 3000;

export interface AnalystServicePorts {
  readonly fileSystem: FileSystem;
  readonly decoder: Decoder & { available(): Promise<boolean> };
  readonly clock: Clock;
  readonly log: Log;
  emit(event: AnalystEvent): void;
}

type PeaksCommand = Extract<AnalystCommand, { type: 'peaks' }>;
type SampleCommand = Extract<AnalystCommand, { type: 'sample' }>;

/** Answers main from within the analyst process: waveforms, and the meters of streams. */
export class AnalystService {
  readonly #ports: AnalystServicePorts;
  readonly #peaks: PeakMaker;
  readonly #waiting: PeaksCommand[] = [];
  readonly #working = new Map<number, AbortController>();
  readonly #meters = new Map<SourceId, AbortController>();
  readonly #ends = new Set<Promise<void>>();

  constructor(ports: AnalystServicePorts) {
    this.#ports = ports;
    this.#peaks = new PeakMaker(ports.fileSystem, ports.decoder);
  }

  handle(command: AnalystCommand): void {
    switch (command.type) {
      case 'peaks':
        this.#waiting.push(command);
        this.#startNext();
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
    if (this.#working.size >= MAX_AT_ONCE) return;
    const command = this.#waiting.shift();
    if (command) this.#own(this.#makePeaks(command));
  }

  #cancel(callId: number): void {
    this.#working.get(callId)?.abort();
    const index = this.#waiting.findIndex((command) => command.callId === callId);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#fail(callId, new LongtakeError('CANCELLED', 'Drawing was cancelled.'));
  }

  async #makePeaks(command: PeaksCommand): Promise<void> {
    const { callId } = command;
    const controller = new AbortController();
    this.#working.set(callId, controller);
    try {
      this.#ports.emit({ type: 'peaks', callId, ...(await this.#peaks.peaks(command, controller.signal)) });
    } catch (error) {
      this.#fail(callId, error);
    } finally {
      this.#working.delete(callId);
      this.#startNext();
    }
  }

  async #tellDecoder(callId: number): Promise<void> {
    this.#ports.emit({ type: 'decoder', callId, available: await this.#ports.decoder.available() });
  }

  async #sample(command: SampleCommand): Promise<void> {
    const { callId } = command;
    const controller = new AbortController();
    this.#working.set(callId, controller);
    try {
      const sample = await sampleNewest(command, { ...this.#ports, signal: controller.signal });
      this.#ports.emit({ type: 'sample', callId, ...sample });
    } catch (error) {
      this.#ports.emit({ type: 'error', callId, error: toWireError(toCoded(error)) });
    } finally {
      this.#working.delete(callId);
      this.#startNext();
    }
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
      this.#ports.log.error('A waveform could not be made.', { error: coded.stack });
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
      return new LongtakeError('DISK_FULL', 'The disk is full: the waveform cannot be kept. Free some space.', options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LongtakeError(
        'DISK_DENIED',
        'The file may not be read, or its waveform not be kept. Check the permissions.',
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
