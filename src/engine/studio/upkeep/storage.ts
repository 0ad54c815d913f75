import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StorageOverview, Usage } from '../../../shared/contract/upkeep.ts';
import type { SourceConfig } from '../../../shared/domain/source.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { Library } from '../../library/library.ts';
import type { OpenUsage, Total } from '../../library/usageStore.ts';
import type { Sources } from '../sources.ts';
import type { StudioPorts } from '../studio.ts';
import { DAY_MS, forecasts, WEEK_MS } from './forecast.ts';

/** A disk that does not answer by then is left out, ms. */
const PATIENCE_MS = 3000;
/** A recording that is as long as this tells what its source takes, ms. */
const TELLING_MS = 10_000;

export interface StorageParts {
  readonly ports: Pick<StudioPorts, 'clock' | 'fileSystem' | 'log' | 'settingsStore'>;
  readonly library: () => Library;
  readonly sources: Pick<Sources, 'armed' | 'config' | 'status'>;
}

/** Where recordings are, how much room they take, and when that is full. */
export async function storageOverview({ ports, library, sources }: StorageParts): Promise<StorageOverview> {
  const { recordingsFolder, minFreeBytes } = ports.settingsStore.read().settings;
  const current = resolve(recordingsFolder);
  const now = ports.clock.now();
  const open = new Map(await Promise.all(library().unfinished().map(openUsage)));
  const usages = await library().usage.totals([now - DAY_MS, now - WEEK_MS], open);
  const folders = [current, ...[...usages.byRoot.keys()].filter((root) => root !== current)];
  const roots = await Promise.all(
    folders.map(async (folder) => {
      const freeBytes = await free(folder);
      const { bytes, recordings } = usages.byRoot.get(folder) ?? { bytes: 0, recordings: 0 };
      return {
        folder,
        current: folder === current,
        bytes,
        recordings,
        ...(freeBytes === undefined ? {} : { freeBytes }),
      };
    }),
  );
  const { total, bytes } = library().keeping.trashTotals();
  const [dayBytes = 0, weekBytes = 0] = usages.since;
  return {
    roots,
    bySource: largest(usages.bySource),
    byContainer: largest(usages.byContainer),
    byMonth: usagesOf(usages.byMonth).toSorted((one, other) => other.name.localeCompare(one.name)),
    trash: { recordings: total, bytes },
    forecasts: [
      ...forecasts({
        freeBytes: roots[0]?.freeBytes,
        keptBytes: minFreeBytes,
        armed: sources.armed().map((id) => {
          const config = sources.config(id);
          return { name: config.name, bytesPerSecond: rateOf(config) };
        }),
        dayBytes,
        weekBytes,
        historyMs: usages.oldestAt === undefined ? undefined : now - usages.oldestAt,
      }),
    ],
  };

  /** What a recording that is open has on disk: its row says that only when it is closed. */
  async function openUsage(recording: Recording): Promise<[string, OpenUsage]> {
    const { id, root, path, startedAt } = recording;
    const found = await answer(join(root, path), (file) => ports.fileSystem.stat(file));
    return [id, { bytes: found?.bytes ?? recording.bytes, durationMs: Math.max(0, now - startedAt) }];
  }

  async function free(folder: string): Promise<number | undefined> {
    return answer(folder, (path) => ports.fileSystem.freeBytes(path));
  }

  /** Undefined of a disk that is gone, or hangs: the rest is told all the same. */
  async function answer<Found>(path: string, ask: (path: string) => Promise<Found>): Promise<Found | undefined> {
    const end = new AbortController();
    try {
      return await Promise.race([ask(path), wait(PATIENCE_MS, undefined, { signal: end.signal })]);
    } catch (error) {
      ports.log.debug('The disk of a recordings folder could not be asked.', { path, error: String(error) });
      return undefined;
    } finally {
      end.abort();
    }
  }

  /** What a source takes, bytes/s: what its recording takes, else what its format does, else what its last one took. */
  function rateOf(config: SourceConfig): number | undefined {
    const { recording, format } = sources.status(config.id);
    if (recording && recording.durationMs >= TELLING_MS) return (recording.bytes * 1000) / recording.durationMs;
    if (config.kind !== 'stream' && config.container !== 'flac') {
      return (config.sampleRate * config.channels * config.bitDepth) / 8;
    }
    if (format?.bitrate !== undefined && format.bitrate > 0) return format.bitrate / 8;
    const last = library().recordingBefore(config.id, now);
    const seconds = last && last.format.sampleRate > 0 ? last.samples / last.format.sampleRate : 0;
    return last && seconds * 1000 >= TELLING_MS ? last.bytes / seconds : undefined;
  }
}

function usagesOf(totals: ReadonlyMap<string, Total>): Usage[] {
  return [...totals].map(([name, { bytes, recordings }]) => ({ name, bytes, recordings }));
}

function largest(totals: ReadonlyMap<string, Total>): Usage[] {
  return usagesOf(totals).toSorted((one, other) => other.bytes - one.bytes);
}
