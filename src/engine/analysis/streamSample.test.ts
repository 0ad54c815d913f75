import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../../test/support/codedAudio.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Container } from '../../shared/domain/recording.ts';
import { Ffmpeg } from '../clips/ffmpeg.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { sampleNewest, type StreamSample } from './streamSample.ts';

const decoder = new Ffmpeg(silentLog);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-sample-'));
});
afterAll(async () => {
  await decoder.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** 20 s of a tone, then 10 s of silence, or the other way round. */
async function make(name: string, endsSilent: boolean, output: readonly string[]): Promise<string> {
  const path = join(folder, `${endsSilent ? 'silent' : 'loud'}-${name}`);
  const volume = endsSilent ? String.raw`lt(t\,20)` : String.raw`gte(t\,10)`;
  const signal = `aevalsrc=0.3*sin(2000*t)*${volume}|0.2*sin(2300*t)*${volume}:s=48000:d=30`;
  await tool('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', signal, ...output, path]);
  return path;
}

async function sample(path: string, container: Container, bytes: number, seconds = 5): Promise<StreamSample> {
  const signal = new AbortController().signal;
  return sampleNewest({ path, container, bytes, seconds }, { fileSystem: nodeFileSystem, decoder, signal });
}

describe.each([
  { container: 'mp3', name: 'a.mp3', output: ['-b:a', '128k', '-write_xing', '0'], bytes: 48_000 },
  { container: 'adts', name: 'a.aac', output: ['-b:a', '128k', '-f', 'adts'], bytes: 48_000 },
  {
    container: 'ogg',
    name: 'a.opus',
    output: ['-c:a', 'libopus', '-b:a', '96k', '-vbr', 'off'],
    bytes: 36_000,
  },
  {
    container: 'ogg',
    name: 'a.ogg',
    output: ['-c:a', 'libvorbis', '-b:a', '96k', '-minrate', '96k'],
    bytes: 20_000,
  },
  { container: 'flac', name: 'a.flac', output: ['-c:a', 'flac'], bytes: 50_000 },
] as const)('a sample of $name', ({ container, name, output, bytes }) => {
  it('hears the end of the file, and not its beginning', async () => {
    const loud = await sample(await make(name, false, output), container, bytes);
    expect(loud.windows).toBeGreaterThan(3);
    expect(loud.rms).toHaveLength(2);
    // 0.3 and 0.2 peak.
    expect(loud.rms[0]).toBeCloseTo(-13.5, 0);
    expect(loud.rms[1]).toBeCloseTo(-17, 0);
    const silent = await sample(await make(name, true, output), container, bytes);
    expect(silent.windows).toBeGreaterThan(3);
    expect(Math.max(...silent.rms)).toBeLessThan(-60);
  });
});

it('is empty where there is nothing yet', async () => {
  const path = join(folder, 'empty.mp3');
  await nodeFileSystem.append(path, '');
  expect(await sample(path, 'mp3', 1000)).toEqual({ rms: [], windows: 0, clippedWindows: 0 });
});
