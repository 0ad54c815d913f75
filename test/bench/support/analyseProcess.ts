import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Analyser } from '../../../src/engine/analysis/analyser.ts';
import { detect } from '../../../src/engine/analysis/detect.ts';
import { Ffmpeg } from '../../../src/engine/clips/ffmpeg.ts';
import { nodeFileSystem } from '../../../src/engine/platform/nodeFileSystem.ts';
import { containerSchema } from '../../../src/shared/domain/recording.ts';
import { DEFAULT_DETECTION } from '../../../src/shared/domain/section.ts';
import { silentLog } from '../../support/silentLog.ts';

/** Envelope, peaks and sections of one file, made and kept as the analyst does; arguments: path, container, cache folder. */
const [path = '', container = '', folder = ''] = process.argv.slice(2);
const ffmpeg = new Ffmpeg(silentLog);
const file = {
  path,
  container: containerSchema.parse(container),
  peaksFile: join(folder, 'bench.peaks'),
  levelsFile: join(folder, 'bench.levels'),
};
for (const kept of [file.peaksFile, file.levelsFile]) await rm(kept, { force: true });
const { levels, noise } = await new Analyser(nodeFileSystem, ffmpeg).levels(file, {
  signal: new AbortController().signal,
});
const sections = detect(levels, noise, DEFAULT_DETECTION);
console.log(JSON.stringify({ windows: levels.length, sections: sections.length }));
await ffmpeg.dispose();
