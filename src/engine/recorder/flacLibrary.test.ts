import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../../test/support/codedAudio.ts';
import { type FlacLibrary, FlacEncoder, flacBlockSize } from '../containers/flac/flacEncoder.ts';
import { FlacWriter } from '../containers/flac/flacWriter.ts';
import { frameBytesOf, type PcmFormat } from '../containers/pcm.ts';
import { loadFlacLibrary } from './flacLibrary.ts';

let folder = '';
let library: FlacLibrary;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-flac-'));
  library = await loadFlacLibrary();
});

afterAll(() => rm(folder, { recursive: true }));

const formats: fc.Arbitrary<PcmFormat> = fc.record({
  sampleRate: fc.constantFrom(8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000),
  channels: fc.integer({ min: 1, max: 8 }),
  bitDepth: fc.constantFrom(16, 24),
});

/** A FLAC file of PCM that comes in blocks of the given sizes. */
function encode(format: PcmFormat, pcm: Buffer, sizes: readonly number[]): Buffer {
  const encoder = new FlacEncoder(library, format);
  const writer = new FlacWriter({
    format: { ...format, variable: false, blockSize: flacBlockSize(format.sampleRate) },
    comments: { vendor: 'Longtake', fields: [] },
    seekPoints: 10,
  });
  const frameBytes = frameBytesOf(format);
  const payload: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    const bytes = pcm.subarray(at, at + size * frameBytes);
    at += bytes.length;
    payload.push(writer.write(encoder.push({ bytes, samples: bytes.length / frameBytes })));
  }
  const rest = pcm.subarray(at);
  payload.push(writer.write(encoder.push({ bytes: rest, samples: rest.length / frameBytes })));
  payload.push(writer.write(encoder.end()));
  const length = payload.reduce((sum, piece) => sum + piece.length, 0);
  const file = Buffer.concat([writer.header(), ...payload]);
  for (const patch of writer.patch(length)) file.set(patch.bytes, patch.offset);
  return file;
}

describe('FLAC made of PCM', () => {
  it('holds the same samples, however they came, and is in order by the reference decoder', async () => {
    const raw = ['-s', '-d', '-c', '--force-raw-format', '--endian=little', '--sign=signed'];
    await fc.assert(
      fc.asyncProperty(
        formats,
        fc.integer({ min: 1, max: 20_000 }),
        fc.array(fc.nat({ max: 6000 }), { maxLength: 6 }),
        async (format, frames, sizes) => {
          const pcm = randomBytes(frames * frameBytesOf(format));
          const path = join(folder, 'card.flac');
          await writeFile(path, encode(format, pcm, sizes));
          await tool('flac', ['-s', '-t', path]);
          expect((await tool('flac', [...raw, path])).out.equals(pcm)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives its memory back', () => {
    const format = { sampleRate: 48_000, channels: 2, bitDepth: 16 };
    const pcm = randomBytes(4 * 5000);
    const taken = new Set<number>();
    for (let count = 0; count < 50; count += 1) {
      encode(format, pcm, []);
      const encoder = library.create_libflac_encoder(48_000, 2, 16, 5, 0, false, 4096);
      taken.add(encoder);
      library.FLAC__stream_encoder_delete(encoder);
    }
    // An address that was given back is given out again.
    expect(taken.size).toBeLessThan(10);
  });

  it('is refused where FLAC has no such format', () => {
    for (const other of [{ bitDepth: 32 }, { bitDepth: 32, float: true }, { channels: 9 }, { sampleRate: 0 }]) {
      expect(() => new FlacEncoder(library, { sampleRate: 48_000, channels: 2, bitDepth: 16, ...other })).toThrow(
        RangeError,
      );
    }
  });

  it('holds back at most a tenth of a second at usual rates', () => {
    for (const rate of [8000, 16_000, 44_100, 192_000]) expect(flacBlockSize(rate) / rate).toBeLessThanOrEqual(0.1);
  });
});
