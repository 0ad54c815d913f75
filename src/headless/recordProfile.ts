import { join } from 'node:path';
import { holdProfile } from '../engine/platform/heldProfile.ts';
import { openPlainSettings } from '../engine/platform/settingsOnDisk.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import type { SettingsStore } from '../shared/ports/settingsStore.ts';
import type { SourceId } from '../shared/units.ts';
import { chooseSources } from './chosen.ts';
import type { ExitCode } from './exit.ts';
import { openHeadlessLog } from './log.ts';
import { logFolderOf, type Profile } from './profile.ts';
import { recordUntilEnd } from './recordRun.ts';
import { createHeadlessStudio } from './studio.ts';
import { openProfileSecrets } from './web/profileSecrets.ts';

export interface RecordProfileOptions {
  readonly profile: Profile;
  readonly names: readonly string[];
  readonly all: boolean;
  readonly json: boolean;
  /** Starts the child processes. */
  readonly processHost: ProcessHost;
}

/** `longtake record SOURCE…`: records sources of a profile until it is told to end. */
export async function recordProfile(options: RecordProfileOptions): Promise<ExitCode> {
  const { profile, names, all, json, processHost } = options;
  const { folder } = profile;
  const log = openHeadlessLog({
    level: 'info',
    file: join(logFolderOf(profile), 'longtake.log'),
    ofProfile: true,
    terminal: json ? process.stderr : process.stdout,
    now: Date.now,
  });
  let ready: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    ready = resolve;
  });
  // The profile is taken before anything in it is touched.
  const held = await holdProfile({ folder, kind: 'record', log: log.scoped('control') });
  try {
    const { store, notices } = openPlainSettings(folder, profile.defaults);
    for (const notice of notices) log.warn(notice);
    const studio = createHeadlessStudio({
      processHost,
      log,
      kept: {
        settingsStore: armedForNow(store),
        secrets: openProfileSecrets(folder, () => store.read(), { env: process.env, uid: process.getuid?.() }),
      },
      sharesFolder: false,
      dataFolder: folder,
      logFolder: logFolderOf(profile),
    });
    held.answerWith(studio, started);
    const ids = chooseSources(await studio.handlers['sources.list']({}), names, all);
    const chosen = store.read().sources.filter(({ id }) => ids.includes(id));
    return await recordUntilEnd({
      studio,
      log,
      json,
      sources: () => chosen,
      recordingsFolder: store.read().settings.recordingsFolder,
      start: async () => {
        await studio.start();
        await studio.handlers['sources.arm']({ ids: [...ids] });
        ready();
      },
    });
  } finally {
    held.close();
    await log.close();
  }
}

/** What this run arms is for this run: the desktop finds what it armed itself. */
function armedForNow(store: SettingsStore): SettingsStore {
  let armed: readonly SourceId[] = [];
  return {
    read: () => ({ ...store.read(), armed }),
    write: (changed) => {
      armed = changed.armed;
      store.write({ ...changed, armed: store.read().armed });
    },
  };
}
