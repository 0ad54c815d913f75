import { mkdir } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { dirname, join, resolve } from 'node:path';
import { keptLevels, writeLevels } from '../../../src/engine/analysis/levelsCache.ts';
import { openLibrary } from '../../../src/engine/library/library.ts';
import { createChildProcessHost } from '../../../src/engine/platform/childProcessHost.ts';
import { levelsFile } from '../../../src/engine/studio/analysisFiles.ts';
import { Analyst } from '../../../src/engine/studio/analyst.ts';
import { Detections } from '../../../src/engine/studio/detections.ts';
import { LEVEL_STEPS_PER_DB } from '../../../src/shared/domain/envelope.ts';
import { DEFAULT_SETTINGS } from '../../../src/shared/domain/settings.ts';
import { DEFAULT_DETECTION } from '../../../src/shared/domain/section.ts';
import { makeRecording } from '../../support/makeRecording.ts';
import { numbersOf } from '../../support/scenes.ts';
import { silentLog } from '../../support/silentLog.ts';
import { CostMeter } from './processCost.ts';
import { spread } from './result.ts';

const BUILT = resolve(import.meta.dirname, '../../../out/main');
const HOUR_MS = 3_600_000;
const RECORDINGS = 30 * 24;
const WINDOWS = 36_000;
const ROUNDS = 5;

/**
 * A month of hourly recordings of one source, whose sections are found with one setting after another: as in the studio,
 * from the kept envelopes on disk, by the analyst, into the library.
 */
export async function detectMonth(dataFolder: string) {
  const { library } = openLibrary(join(dataFolder, 'library.db'), silentLog);
  const random = numbersOf(7);
  for (let hour = 0; hour < RECORDINGS; hour += 1) {
    const startedAt = Date.UTC(2026, 0, 1) + hour * HOUR_MS;
    const recording = makeRecording({ startedAt, path: `${hour}.wav`, samples: 48_000 * 3600 });
    library.saveRecording(recording);
    library.sections.replaceSections([{ recording, sections: [], live: false, settings: 'others' }]);
    const file = levelsFile(dataFolder, recording.id);
    await mkdir(dirname(file), { recursive: true });
    const audio = { bytes: 1, modifiedAt: 1, frames: 8000 * 3600, sampleRate: 8000 };
    await writeLevels(file, keptLevels(hourOfLevels(random), audio));
  }
  const host = createChildProcessHost(BUILT);
  const pids: number[] = [process.pid];
  const analyst = new Analyst({
    processHost: {
      start: (role) => {
        const child = host.start(role);
        pids.push(child.pid ?? 0);
        return child;
      },
    },
    log: silentLog,
    emit: () => undefined,
    dataFolder,
  });
  let detection = DEFAULT_DETECTION;
  const detections = new Detections({
    analyst,
    library: () => library,
    review: { replaceSections: (found) => library.sections.replaceSections(found) },
    sources: { configs: () => [] },
    settingsStore: {
      read: () => ({ settings: { ...DEFAULT_SETTINGS, recordingsFolder: '', detection }, sources: [], armed: [] }),
      write: () => undefined,
    },
  });
  await analyst.decoderAvailable();
  const cost = new CostMeter(pids);
  const wall: number[] = [];
  const cpu: number[] = [];
  let sections = 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let round = 0; round < ROUNDS; round += 1) {
    detection = { ...DEFAULT_DETECTION, marginDb: 10 + round };
    const before = await cost.cpuSeconds();
    const begin = performance.now();
    const found = await detections.detect({}, false, () => {
      throw new Error('An envelope was not kept.');
    });
    wall.push((performance.now() - begin) / 1000);
    cpu.push((await cost.cpuSeconds()) - before);
    if (found.recordings !== RECORDINGS) throw new Error(`${found.recordings} recordings were searched.`);
    ({ sections } = found);
  }
  delay.disable();
  await cost.end();
  analyst.stop();
  library.close();
  const longestTurnMs = Math.round(delay.max / 1e4) / 100;
  return { windows: RECORDINGS * WINDOWS, sections, longestTurnMs, wall: spread(wall), cpu: spread(cpu) };
}

/** Quiet, with something to hear now and then. */
function hourOfLevels(random: () => number): Uint16Array {
  let event = 0;
  return Uint16Array.from({ length: WINDOWS }, () => {
    if (random() < 0.0005) event = 5 + 40 * random();
    event -= 1;
    return (40 + 3 * random() + (event > 0 ? 12 + 20 * random() : 0)) * LEVEL_STEPS_PER_DB;
  });
}
