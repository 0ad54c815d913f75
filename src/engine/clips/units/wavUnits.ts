import { type WavHeader, scanWavHeader } from '../../containers/wavReader.ts';
import { type ByteReader, PIECE_BYTES, type UnitRun, type Units, damaged } from './unitFile.ts';

/** Some programs put pictures before the samples. */
const LARGEST_HEADER = 4 * 1024 * 1024;

/** The sample frames of a WAV or RF64 file, by position. */
export class WavUnits implements Units {
  readonly container = 'wav';
  readonly origin = 0;
  readonly end: number;
  readonly header: WavHeader;
  readonly #reader: ByteReader;

  private constructor(reader: ByteReader, header: WavHeader) {
    this.#reader = reader;
    this.header = header;
    this.end = Math.max(0, Math.floor(dataBytes(header, reader.size) / header.frameBytes));
  }

  /** Throws DAMAGED. */
  static async open(reader: ByteReader): Promise<WavUnits> {
    for (let length = 4096; ;) {
      const start = await reader.read(0, length);
      const header = scanWavHeader(start);
      if (!('need' in header)) return new WavUnits(reader, header);
      if (start.length < length || header.need > LARGEST_HEADER) throw damaged('its header is cut short');
      length = Math.min(LARGEST_HEADER, Math.max(header.need, 4 * length));
    }
  }

  /** Where a sample frame stands in the file, bytes. */
  offsetOf(position: number): number {
    return this.header.dataOffset + Math.min(position, this.end) * this.header.frameBytes;
  }

  async *runs(from: number, to: number): AsyncGenerator<UnitRun> {
    const { frameBytes } = this.header;
    const last = Math.min(to, this.end);
    const step = Math.max(1, Math.floor(PIECE_BYTES / frameBytes));
    for (let start = Math.max(0, from); start < last; start += step) {
      const samples = Math.min(step, last - start);
      const bytes = await this.#reader.read(this.offsetOf(start), samples * frameBytes);
      if (bytes.length < samples * frameBytes) throw damaged('it ends before its samples do');
      yield { start, block: { bytes, samples } };
    }
  }
}

/** A recording of ours that nobody has closed yet goes on behind what its header states. */
function dataBytes({ dataOffset, dataBytes: stated, riffEnd, bext }: WavHeader, size: number): number {
  const available = Math.max(0, size - dataOffset);
  const isLast = riffEnd <= dataOffset + stated + 1 || !Number.isFinite(riffEnd);
  const grows = bext?.originator === 'Longtake' && isLast;
  return grows ? available : Math.min(stated, available);
}
