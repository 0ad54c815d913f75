import { describe, expect, it } from 'vitest';
import { openWavHeader } from '../../../test/support/openWav.ts';
import { readWavHeader } from '../../engine/containers/wavReader.ts';
import { chunkKey } from '../storage/keys.ts';
import type { Storage } from '../storage/storage.ts';
import { ChunkReader } from './chunkReader.ts';
import { planWav } from './wavPlan.ts';

const ID = '00000000-0000-4000-8000-000000000000';
const GIB = 1024 ** 3;

/** Chunks that say how long they are; only the first bytes of each are looked at. */
function readerOf(heads: readonly Buffer[], lengths: readonly number[]): ChunkReader {
  const storage: Pick<Storage, 'read'> = {
    read: async function* (key, from, to) {
      const index = heads.findIndex((_, at) => chunkKey(ID, at + 1) === key);
      yield (heads[index] ?? Buffer.alloc(0)).subarray(from, to);
    },
  };
  const chunks = lengths.map((bytes, at) => ({ index: at + 1, bytes, sha256: '' }));
  return new ChunkReader(storage as Storage, ID, chunks);
}

/** The header with the room that Longtake leaves for 64-bit sizes. */
function roomyHeader(): Buffer {
  const plain = openWavHeader();
  const junk = Buffer.alloc(36);
  junk.write('JUNK');
  junk.writeUInt32LE(28, 4);
  return Buffer.concat([plain.subarray(0, 12), junk, plain.subarray(12)]);
}

describe('a WAV file of more than 4 GiB', () => {
  it.each([
    ['without room for it', openWavHeader()],
    ['with room for it', roomyHeader()],
  ])('says how long it is (%s)', async (_name, head) => {
    const body = Buffer.alloc(100);
    const plan = await planWav(readerOf([head, body, body], [head.length, 3 * GIB, 3 * GIB + 1]));
    expect(plan.dataBytes).toBe(6 * GIB);
    expect(plan.durationMs).toBe((6 * GIB * 1000) / 16_000);
    const made = plan.header ?? Buffer.alloc(0);
    expect(made.length).toBe(80);
    expect(readWavHeader(made)).toMatchObject({
      form: 'RF64',
      dataBytes: 6 * GIB,
      dataOffset: 80,
      riffEnd: 6 * GIB + 80,
    });
  });
});
