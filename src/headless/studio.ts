import { nodeFileSystem } from '../engine/platform/nodeFileSystem.ts';
import { systemClock } from '../engine/platform/systemClock.ts';
import { passwordKey } from '../engine/studio/sources.ts';
import { createSleepInhibitor } from '../engine/platform/inhibitSleep.ts';
import { targetSecretKey } from '../engine/studio/uploads/targets.ts';
import { createStudio, type Studio, type StudioPorts } from '../engine/studio/studio.ts';
import { LongtakeError } from '../shared/errors.ts';
import type { Desktop } from '../shared/ports/desktop.ts';
import type { Log } from '../shared/ports/log.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import type { Secrets } from '../shared/ports/secrets.ts';
import type { SettingsStore, StoredState } from '../shared/ports/settingsStore.ts';
import type { SourceId } from '../shared/units.ts';
import { VERSION } from '../shared/version.ts';
import { readTargetSecrets } from './targetSecrets.ts';

export interface HeadlessStudioOptions {
  /** Starts the child processes. */
  readonly processHost: ProcessHost;
  readonly log: Log;
  /** Settings and secrets that live as long as the process, or those of a profile. */
  readonly kept: Pick<StudioPorts, 'settingsStore' | 'secrets'>;
  /** Another studio may record into the same folder. */
  readonly sharesFolder: boolean;
  /** It only answers. */
  readonly idle?: boolean;
  readonly dataFolder: string;
  /** Where its log files are, absolute; absent where the log goes elsewhere. */
  readonly logFolder?: string;
  readonly armTerms?: NonNullable<StudioPorts['armTerms']>;
  /** What stands in for one; absent: nothing does. */
  readonly desktop?: Desktop;
}

/** A studio without a desktop. */
export function createHeadlessStudio(options: HeadlessStudioOptions): Studio {
  const { processHost, log, kept, sharesFolder, idle, dataFolder, logFolder, armTerms, desktop } = options;
  const noDesktop = (): never => {
    throw new LongtakeError('NOT_ALLOWED', 'This studio runs without a desktop.');
  };
  return createStudio({
    clock: systemClock,
    fileSystem: nodeFileSystem,
    processHost,
    ...kept,
    notifier: {
      notify: ({ title, body, urgent }) => log[urgent ? 'error' : 'info'](`${title}: ${body}`),
    },
    log,
    dataFolder,
    sharesFolder,
    ...(idle === undefined ? {} : { idle }),
    ...(logFolder === undefined ? {} : { logFolder }),
    keepAwake: createSleepInhibitor(log),
    ...(armTerms ? { armTerms } : {}),
    appInfo: { version: VERSION, platform: process.platform, runtime: `Node ${process.versions.node}` },
    desktop: desktop ?? {
      revealFile: noDesktop,
      openFolder: () => Promise.resolve().then(noDesktop),
      chooseFolder: () => Promise.resolve().then(noDesktop),
      chooseExport: () => Promise.resolve().then(noDesktop),
      startDrag: noDesktop,
      copyFile: () => Promise.resolve().then(noDesktop),
    },
  });
}

/** Settings and passwords that live as long as the process. */
export function keptInMemory(
  state: StoredState,
  passwords: ReadonlyMap<SourceId, string> = new Map(),
): HeadlessStudioOptions['kept'] {
  return { settingsStore: memorySettings(state), secrets: memorySecrets(passwords, state) };
}

function memorySettings(initial: StoredState): SettingsStore {
  let state = initial;
  return {
    read: () => state,
    write: (changed) => {
      state = changed;
    },
  };
}

/** Those of targets come from the environment or a file, and never from the command line, where others see them. */
function memorySecrets(passwords: ReadonlyMap<SourceId, string>, { targets = [] }: StoredState): Secrets {
  const ofTargets = readTargetSecrets(targets, { env: process.env, uid: process.getuid?.() });
  const kept = new Map([
    ...[...passwords].map(([id, password]) => [passwordKey(id), password] as const),
    ...[...ofTargets].map(([id, secret]) => [targetSecretKey(id), secret] as const),
  ]);
  return {
    protection: 'memory',
    get: (key) => Promise.resolve(kept.get(key)),
    set: (key, secret) => Promise.resolve(void kept.set(key, secret)),
    delete: (key) => Promise.resolve(void kept.delete(key)),
  };
}
