import { afterEach, describe, expect, it } from 'vitest';
import { renderSignal } from '../../src/engine/capture/generator/signal.ts';
import { zonedIso } from '../../src/engine/containers/bext.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import { tool } from '../support/codedAudio.ts';
import { probe } from '../support/ffmpeg.ts';
import { TestStudio } from '../support/studio.ts';

const generator = {
  kind: 'generator',
  name: 'Lossless',
  programme: 'mixed',
  seed: 3,
  sampleRate: 48_000,
  bitDepth: 24,
  channels: 2,
  container: 'flac',
} as const satisfies SourceDraft;

const RAW = ['-s', '-d', '-c', '--force-raw-format', '--endian=little', '--sign=signed'];

let studio: TestStudio | undefined;
afterEach(() => studio?.dispose());

describe('PCM recorded as FLAC', () => {
  it('is cut at the clock to the sample, and each file is in order by the reference decoder', async () => {
    studio = await TestStudio.start();
    const id = await studio.addAndArm(generator);
    const { closed, file } = { closed: () => studio?.closed(id) ?? [], file: studio.file.bind(studio) };
    await studio.until('three closed recordings', () => closed().length >= 3);
    await studio.studio.handlers['sources.disarm']({});
    const recordings = closed();
    const paths = recordings.map(file);
    await tool('flac', ['-s', '-t', ...paths]);
    const samples = recordings.reduce((sum, recording) => sum + recording.samples, 0);
    const { out } = await tool('flac', [...RAW, ...paths]);
    expect(out.equals(renderSignal(generator, 0, samples))).toBe(true);
    for (const recording of recordings) {
      expect(recording.path).toMatch(/\.flac$/);
      expect(recording).toMatchObject({ container: 'flac', format: { codec: 'flac', bitDepth: 24 } });
      const found = await probe(file(recording));
      expect(found.duration).toBeCloseTo(recording.samples / 48_000, 4);
      expect(found.tags).toMatchObject({ SOURCE: 'Lossless', DATE: zonedIso(recording) });
    }
    for (const recording of recordings.slice(1)) expect(recording.startedAt % 5000).toBe(0);
  });

  it('says why when FLAC cannot hold the format', async () => {
    studio = await TestStudio.start();
    const id = await studio.addAndArm({ ...generator, kind: 'soundcard', device: 'default', channels: 9 });
    await studio.until('the reason', () => studio?.statuses.get(id)?.state === 'failed');
    expect(studio.statuses.get(id)?.problem?.message).toContain('FLAC holds at most');
  });
});
