import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { nodeError } from '../../../test/support/memoryFileSystem.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { systemClock } from '../platform/systemClock.ts';
import { WavWriter } from '../containers/wav.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { RecorderContext } from './context.ts';
import { mendRecordings } from './interrupted.ts';
import { Ledger } from './ledger.ts';

const FORMAT = { sampleRate: 48_000, channels: 1, bitDepth: 16 } as const;
const CONNECTION = '0f0e0d0c-0b0a-4908-8706-050403020100';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-mend-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A recording that a crash left open, with so many samples on disk. */
async function unfinished(path: string, firstSample: number, samples: number): Promise<Recording> {
  const writer = new WavWriter(FORMAT, { startedAt: 0, offsetMinutes: 0, sourceName: 'Studio A' });
  await writeFile(join(folder, path), Buffer.concat([writer.header(), Buffer.alloc(samples * writer.frameBytes)]));
  const seam = firstSample === 0 ? 'first' : 'unverified';
  const format = { codec: 'pcm', ...FORMAT } as const;
  return {
    ...makeRecording({ root: folder, path, format, state: 'recording', seam }),
    connection: CONNECTION,
    firstSample,
  };
}

async function mended(
  recordings: readonly Recording[],
  fileSystem: FileSystem = nodeFileSystem,
): Promise<ReadonlyMap<string, Recording>> {
  const found = new Map<string, Recording>();
  const plan = { ...DEFAULT_SETTINGS, recordingsFolder: folder };
  const context: RecorderContext = {
    clock: systemClock,
    fileSystem,
    log: silentLog,
    ledger: new Ledger(nodeFileSystem, silentLog),
    plan: () => plan,
    emit: () => undefined,
  };
  await mendRecordings(context, recordings, (one) => found.set(one.path, one));
  await context.ledger.flushed();
  return found;
}

describe('two recordings that a crash left open at a boundary', () => {
  it('are joined without a gap when the first one is whole on disk', async () => {
    const files = [await unfinished('after.wav', 1000, 500), await unfinished('before.wav', 0, 1000)];
    const found = await mended(files);
    expect(found.get('after.wav')).toMatchObject({ state: 'repaired', samples: 500, seam: 'gapless' });
    expect(found.get('before.wav')).toMatchObject({ samples: 1000, seam: 'first' });
  });

  it('state what is missing between them when it is not', async () => {
    const files = [await unfinished('before.wav', 0, 940), await unfinished('after.wav', 1000, 500)];
    expect((await mended(files)).get('after.wav')).toMatchObject({ seam: 'missing', missingSamples: 60 });
  });

  it('stay unproven when the first one is not known', async () => {
    const found = await mended([await unfinished('after.wav', 1000, 500)]);
    expect(found.get('after.wav')?.seam).toBe('unverified');
  });
});

describe('a recording that was left open on a disk that takes nothing', () => {
  it('counts what is in its file', async () => {
    const refusing: FileSystem = {
      ...nodeFileSystem,
      openForRepair: async (path) => ({
        ...(await nodeFileSystem.openForReading(path)),
        write: async () => {
          throw nodeError('ENOSPC');
        },
      }),
    };
    const one = await unfinished('one.wav', 0, 1000);
    const found = await mended([{ ...one, samples: 1200 }], refusing);
    expect(found.get('one.wav')).toMatchObject({ state: 'repaired', samples: 1000, unmended: true });
  });
});
