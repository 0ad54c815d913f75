import type { Container } from '../../shared/domain/recording.ts';
import type { Decoder, PcmHalves, PcmStream } from '../../shared/ports/decoder.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { decodeFlacFile, decodeFlacLive } from './flacPcm.ts';
import type { LoadFlac } from './pcmSlice.ts';

/** Decodes everything by ffmpeg, which is faster, and without it still FLAC. */
export class AudioDecoder implements Decoder {
  readonly #ffmpeg: Ffmpeg;
  readonly #loadFlac: LoadFlac;

  constructor(ffmpeg: Ffmpeg, loadFlac: LoadFlac) {
    this.#ffmpeg = ffmpeg;
    this.#loadFlac = loadFlac;
  }

  /** ffmpeg is there to be used. */
  available(): Promise<boolean> {
    return this.#ffmpeg.available();
  }

  async decodeFile(path: string, container: Container, signal: AbortSignal): Promise<PcmStream> {
    const byFfmpeg = (): Promise<PcmStream> => this.#ffmpeg.decodeFile(path, container, signal);
    if (!mayBeFlac(container) || (await this.available())) return byFfmpeg();
    return decodeFlacFile(path, container, this.#loadFlac, signal, byFfmpeg);
  }

  async decodeHalves(path: string, container: Container, signal: AbortSignal): Promise<PcmHalves | undefined> {
    if (mayBeFlac(container) && !(await this.available())) return undefined;
    return this.#ffmpeg.decodeHalves(path, container, signal);
  }

  async decodeLive(container: Container, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PcmStream> {
    const isOwn = container === 'flac' && !(await this.available());
    return isOwn ? decodeFlacLive(input, this.#loadFlac, signal) : this.#ffmpeg.decodeLive(container, input, signal);
  }

  /** As {@link Ffmpeg.decodeSlice}. */
  decodeSlice(container: Container, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PcmStream> {
    return this.#ffmpeg.decodeSlice(container, input, signal);
  }
}

const mayBeFlac = (container: Container): boolean => container === 'flac' || container === 'ogg';
