import { LEVEL_WINDOWS_PER_SECOND } from '../containers/levels.ts';
import { PcmScan } from '../containers/scan/pcmScan.ts';
import type { AudioFormat } from '../../shared/domain/source.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { EnvelopeEvent } from './protocol.ts';

/** Measures the envelope and the peaks of one recording of PCM while it is made. */
export class EnvelopeTap {
  readonly #recordingId: RecordingId;
  readonly #scan: PcmScan;
  readonly #tell: (event: EnvelopeEvent) => void;
  readonly #framesBetween: number;
  #toldFrames = 0;

  constructor(
    recordingId: RecordingId,
    { sampleRate, channels, bitDepth, float }: AudioFormat,
    tell: (event: EnvelopeEvent) => void,
  ) {
    this.#recordingId = recordingId;
    this.#scan = new PcmScan({ sampleRate, channels, bitDepth: bitDepth ?? 16, float: float === true });
    this.#tell = tell;
    this.#framesBetween = (sampleRate * WINDOWS_BETWEEN) / LEVEL_WINDOWS_PER_SECOND;
  }

  /** `isOpen`: the recording has its file, so that others know of it. */
  push(bytes: Uint8Array, isOpen: boolean): void {
    this.#scan.push(bytes);
    const { frames } = this.#scan;
    if (!isOpen || frames - this.#toldFrames < this.#framesBetween) return;
    this.#toldFrames = frames;
    this.#tell({ type: 'envelope', recordingId: this.#recordingId, ...this.#scan.take(), frames, isLast: false });
  }

  end(): void {
    const { frames } = this.#scan;
    this.#tell({ type: 'envelope', recordingId: this.#recordingId, ...this.#scan.end(), frames, isLast: true });
  }
}

/** Envelope windows that are told together. */
const WINDOWS_BETWEEN = 10;
