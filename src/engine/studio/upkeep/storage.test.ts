import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeepingRig, START } from '../../../../test/support/keepingRig.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import { TurnedClock } from '../../../../test/support/turnedClock.ts';
import { DEFAULT_SETTINGS } from '../../../shared/domain/settings.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';
import { millis } from '../../../shared/units.ts';
import { storageOverview } from './storage.ts';

const HOUR = 3_600_000;

let rig: KeepingRig;
beforeEach(async () => {
  rig = await KeepingRig.make();
});
afterEach(() => rig.dispose());

const overview = (fileSystem: FileSystem = rig.fileSystem) => {
  const settings = { ...DEFAULT_SETTINGS, recordingsFolder: rig.root };
  return storageOverview({
    ports: {
      clock: new TurnedClock(new Date(START).toISOString()),
      fileSystem,
      log: silentLog,
      settingsStore: { read: () => ({ settings, sources: [], armed: [] }), write: () => undefined },
    },
    library: () => rig.library,
    sources: {
      armed: () => [],
      config: () => {
        throw new Error('Nothing is armed.');
      },
      status: (sourceId) => ({ sourceId, state: 'disarmed', since: START }),
    },
  });
};

describe('the room that recordings take', () => {
  it('is what is on disk now, of those that are open too', async () => {
    rig.record({ startedAt: millis(START - 30 * HOUR) }, 500);
    const open = rig.record({ startedAt: millis(START - HOUR), state: 'recording' }, 3000);
    rig.library.saveRecording({ ...open, bytes: 44, samples: 0 });
    expect((await overview()).roots[0]).toMatchObject({ bytes: 3500, recordings: 2 });
  });

  it('is what is known of it where a disk does not tell', async () => {
    const open = rig.record({ state: 'recording' }, 3000);
    rig.library.saveRecording({ ...open, bytes: 44, samples: 0 });
    const { roots } = await overview({ ...rig.fileSystem, stat: () => Promise.reject(new Error('It is gone.')) });
    expect(roots[0]).toMatchObject({ bytes: 44, recordings: 1 });
  });
});
