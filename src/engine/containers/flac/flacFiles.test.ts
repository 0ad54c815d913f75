import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutInto, tool } from '../../../../test/support/codedAudio.ts';
import { decode, probe } from '../../../../test/support/ffmpeg.ts';
import { flacFile, flacNames, makeFlacStreams, parseFlac } from '../../../../test/support/flacStreams.ts';
import { cutBlock, whole } from '../../../../test/support/streamParts.ts';

let folder = '';
let streams: ReadonlyMap<string, Uint8Array> = new Map();

beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'longtake-flac-'));
  streams = await makeFlacStreams();
});

afterAll(() => rm(folder, { recursive: true }));

async function rawOf(paths: readonly string[]): Promise<Buffer> {
  const raw = ['-s', '-d', '-c', '--force-raw-format', '--endian=little', '--sign=signed'];
  return (await tool('flac', [...raw, ...paths])).out;
}

test.each(flacNames)(
  '%s: files cut anywhere play alone, tell their duration, and hold the same samples together',
  async (name) => {
    const stream = streams.get(name) ?? new Uint8Array(0);
    const [segment] = parseFlac(cutInto(stream, [4096])).segments;
    if (!segment) throw new Error('no segment');
    const { format } = segment.headers;
    const original = joinPath(folder, 'original.flac');
    const places = fc.sample(fc.integer({ min: 1, max: 999 }), { numRuns: 3, seed: 11 });
    const blocks = cutBlock(whole(segment), places);
    expect(blocks.length).toBeGreaterThan(2);
    const paths = await Promise.all(
      blocks.map(async (block, index) => {
        const path = joinPath(folder, `part${index}.flac`);
        await writeFile(path, flacFile(segment.headers, block));
        const [probed, decoded] = await Promise.all([probe(path), decode(path)]);
        expect(probed).toMatchObject({ container: 'flac', sampleRate: format.sampleRate, channels: format.channels });
        expect(probed.duration).toBeCloseTo(block.samples / format.sampleRate, 5);
        expect(decoded.complaints).toBe('');
        return path;
      }),
    );
    await tool('flac', ['-s', '-t', ...paths]);
    await writeFile(original, name.startsWith('variable') ? flacFile(segment.headers, whole(segment), 0) : stream);
    const expected = await rawOf([original]);
    expect(Buffer.compare(await rawOf(paths), expected)).toBe(0);
  },
);
