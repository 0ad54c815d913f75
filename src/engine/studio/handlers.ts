import { isAbsolute, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { recordingPath } from '../recorder/fileName.ts';
import { diskError } from '../recorder/diskError.ts';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Settings, SettingsPatch } from '../../shared/domain/settings.ts';
import type { SourceConfig, SourceDraft } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import { createAlarmHandlers } from './alarmHandlers.ts';
import { analysisHandlers } from './analysisHandlers.ts';
import type { ArmingActions } from './arming.ts';
import { automationHandlers } from './automation/handlers.ts';
import { clipHandlers } from './clipHandlers.ts';
import { createControlHandlers } from './controls.ts';
import { checkFfmpegChoice, applyFfmpeg } from './ffmpegChoice.ts';
import { exportHandlers } from './exports/exportHandlers.ts';
import { createIsrHandlers } from './isr/isrHandlers.ts';
import { localHandlers } from './localHandlers.ts';
import { keepingHandlers } from './keepingHandlers.ts';
import { openingHandlers } from './openingHandlers.ts';
import { reviewHandlers } from './reviewHandlers.ts';
import { scanFolder, scanKnownFolders } from './scanning.ts';
import type { StudioParts, StudioPorts } from './studio.ts';
import { titleHandlers } from './titles.ts';
import { upkeepHandlers } from './upkeep/upkeepHandlers.ts';
import { uploadHandlers } from './uploads/uploadHandlers.ts';

/** One function per request of the contract. */
export function createHandlers(parts: StudioParts, arming: ArmingActions): Handlers {
  const {
    ports,
    events,
    sources,
    recorder,
    probers,
    deviceWatch,
    analyst,
    library,
    catalogue,
    armings,
    keeping,
    lock,
  } = parts;

  const settings = (): Settings => ports.settingsStore.read().settings;

  const recording = (id: RecordingId): Recording => {
    const found = library().recording(id);
    if (!found) throw new LongtakeError('NOT_FOUND', 'This recording does not exist any more.');
    return found;
  };

  const { arm, disarm } = arming;
  applyFfmpeg(settings().ffmpegPath);

  const update = async (id: SourceId, draft: SourceDraft) => {
    checkPattern(ports, draft.filenamePattern);
    const before = sources.config(id);
    const detection = parts.analysis.detections.of(id);
    const config = await sources.update(id, draft);
    catalogue.saveSource(config);
    parts.analysis.sourceChanged(detection, id);
    parts.uploads.sourceChanged(config);
    if (sources.armed().includes(id) && needsNewRecording(before, config, draft)) {
      const { paused } = armings.of(id);
      await disarm(id, 'changed');
      if (paused) armings.setPaused(id, true);
      await arm(id);
    }
    return sources.describe(config);
  };

  const add = async (draft: SourceDraft) => {
    checkPattern(ports, draft.filenamePattern);
    const config = await sources.add(draft);
    catalogue.saveSource(config);
    parts.uploads.sourceChanged(config);
    return sources.describe(config);
  };

  const made = {
    'app.info': async () => ({
      ...ports.appInfo,
      secretsProtection: ports.secrets.protection,
      decoderAvailable: await analyst.decoderAvailable(),
    }),
    'storage.get': () => storage(parts, settings().recordingsFolder),

    'settings.get': () => settings(),
    'settings.update': async (patch) => {
      await checkSettings(parts, patch);
      await checkFfmpegChoice(patch.ffmpegPath);
      const state = ports.settingsStore.read();
      const changed = { ...state.settings, ...defined(patch) };
      ports.settingsStore.write({ ...state, settings: changed });
      keeping.reconsider(state.settings.retention);
      recorder.replan();
      applyFfmpeg(changed.ffmpegPath);
      events.emit('settings.changed', changed);
      if (patch.recordingsFolder !== undefined) void scanKnownFolders(parts, changed.recordingsFolder);
      return changed;
    },
    'settings.previewPattern': ({ pattern, sourceName }) => {
      const at = ports.clock.now();
      const offsetMinutes = ports.clock.offsetMinutes(at);
      return { path: recordingPath(pattern, { sourceName, at, offsetMinutes, extension: 'wav' }) };
    },

    'sources.list': () => sources.list(),
    'sources.add': add,
    ...createIsrHandlers(parts, add),
    'sources.update': ({ id, draft }) => lock.run(id, () => update(id, draft)),
    'sources.remove': ({ id }) =>
      lock.run(id, async () => {
        await disarm(id, 'removed');
        await sources.remove(id);
        library().removeSource(id);
      }),
    'sources.arm': async ({ ids }) => {
      const wanted = ids ?? sources.configs().map((config) => config.id);
      await allOf(wanted.map((id) => lock.run(id, () => arm(id))));
    },
    'sources.disarm': async ({ ids }) => {
      const wanted = ids ?? sources.configs().map((config) => config.id);
      await allOf(wanted.map((id) => lock.run(id, () => disarm(id, 'person'))));
    },
    ...createControlHandlers(parts),
    'sources.retry': ({ id }) => recorder.retry(id),

    'devices.list': async () => [...(await probers.devices())],
    'devices.watch': ({ watch }) => deviceWatch.show(watch),
    'preview.start': (draft) => ({ previewId: probers.startPreview(draft) }),
    'preview.stop': () => probers.stopPreview(),
    'stream.test': async ({ draft, sourceId }) => {
      const typed = draft.kind === 'stream' ? draft.password : undefined;
      const stored = sourceId === undefined ? undefined : await sources.password(sources.config(sourceId));
      return probers.testStream(draft, typed ?? stored);
    },

    'levels.watch': ({ ids }) => {
      recorder.watch(ids);
      analyst.watch(ids);
    },

    'library.days': async ({ before, limit }) => {
      const days = library().days({ before, limit });
      const totals = await library().review.totals(days.map(({ day }) => day));
      return days.map((summary, index) => ({ ...summary, ...totals[index] }));
    },
    'library.recordings': (page) => {
      const { recordings, total } = library().recordings(page);
      return { recordings: [...recordings], total };
    },
    'library.gaps': ({ day }) => [...library().gaps(day)],
    'library.recording': ({ id }) => recording(id),
    'library.rescan': () => scanFolder(parts, settings().recordingsFolder),
    ...titleHandlers(parts),
    ...clipHandlers(parts),
    'recordings.peaks': ({ id, points }) => analyst.peaks(recording(id), points),

    ...createAlarmHandlers(parts),
    ...automationHandlers(parts),
    ...keepingHandlers(parts),
    ...reviewHandlers(parts),
    ...analysisHandlers(parts, recording),
    ...exportHandlers(parts),
    ...openingHandlers(parts),
    ...localHandlers(parts),
    ...parts.drills.handlers,
    ...uploadHandlers(parts),

    'desktop.background': () => ports.desktop.background?.(),
    'desktop.revealRecording': async ({ id }) => {
      const { root, path } = recording(id);
      const file = join(root, path);
      if (!(await ports.fileSystem.stat(file))) throw new LongtakeError('NOT_FOUND', `The file is gone: ${file}`);
      ports.desktop.revealFile(file);
    },
    'desktop.openRecordingsFolder': async () => {
      const folder = resolve(settings().recordingsFolder);
      await ports.fileSystem.makeFolder(folder);
      await ports.desktop.openFolder(folder);
    },
    'desktop.chooseFolder': async () => {
      const folder = await ports.desktop.chooseFolder(settings().recordingsFolder);
      return folder === undefined ? {} : { folder };
    },
  } satisfies Partial<Handlers>;
  return { ...made, ...upkeepHandlers(parts, made) };
}

/** What only says when to raise an alarm, what is a section, or where it is uploaded to is no reason to cut a recording. */
function needsNewRecording(before: SourceConfig, after: SourceConfig, draft: SourceDraft): boolean {
  const hasNewPassword = draft.kind === 'stream' && draft.password !== undefined;
  const audible = (config: SourceConfig) => ({
    ...config,
    alarms: undefined,
    detection: undefined,
    targets: undefined,
  });
  return hasNewPassword || !isDeepStrictEqual(audible(before), audible(after));
}

/** Waits for all, also when one fails; then tells the first failure. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function storage({ ports }: StudioParts, recordingsFolder: string) {
  try {
    await ports.fileSystem.makeFolder(recordingsFolder);
    return { recordingsFolder, freeBytes: await ports.fileSystem.freeBytes(recordingsFolder) };
  } catch (error) {
    ports.log.warn('The recordings folder cannot be asked for its free space.', { error: String(error) });
    return { recordingsFolder };
  }
}

/** Throws INVALID_INPUT for a pattern that cannot make a name. */
function checkPattern(ports: StudioPorts, pattern: string | undefined): void {
  if (pattern === undefined) return;
  recordingPath(pattern, { sourceName: 'A', at: ports.clock.now(), offsetMinutes: 0, extension: 'wav' });
}

async function checkSettings({ ports }: StudioParts, patch: SettingsPatch): Promise<void> {
  checkPattern(ports, patch.filenamePattern);
  if (patch.recordingsFolder !== undefined) {
    const folder = patch.recordingsFolder;
    if (!isAbsolute(folder)) {
      throw new LongtakeError('INVALID_INPUT', 'Enter the whole path of the recordings folder, from its root on.', {
        details: { field: 'recordingsFolder' },
      });
    }
    try {
      await ports.fileSystem.makeFolder(join(folder, '.longtake'));
      await ports.fileSystem.append(join(folder, '.longtake', 'writable'), '');
    } catch (error) {
      throw diskError(error);
    }
  }
}

/** Without the keys that are undefined, which `Partial` allows and a spread would copy. */
function defined(patch: SettingsPatch): Partial<Settings> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
