import { join } from 'node:path';
import type { SourceConfig, SourceStatus } from '../../../shared/domain/source.ts';
import { DEFAULT_SETTINGS, MIN_SPLIT_SECONDS } from '../../../shared/domain/settings.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { ChildHandle, ProcessHost } from '../../../shared/ports/processHost.ts';
import type { SettingsStore, StoredState } from '../../../shared/ports/settingsStore.ts';
import { millis, type SourceId } from '../../../shared/units.ts';
import type { Studio, StudioPorts } from '../studio.ts';
import { type DrillCommand, NO_TROUBLE, type Trouble } from './protocol.ts';

const LOOK_MS = 100;
/** Less than by how much a drill sets the clock wrong, and longer than a source is waited for. */
const CLOCK_DOUBT_MS = 10 * 60_000;

export interface DrillStudioOptions {
  readonly ports: StudioPorts;
  readonly createStudio: (ports: StudioPorts) => Studio;
  /** Everything of the drill goes below it; absolute. */
  readonly folder: string;
  readonly sources: readonly SourceConfig[];
}

/**
 * A studio of the drill's own: it has its folder, its ledger, its library and its recorder, and only borrows the
 * passwords of streams. It is told what is wrong with its clock, its disk and its inputs.
 */
export class DrillStudio {
  /** Absolute. */
  readonly recordingsFolder: string;
  readonly #studio: Studio;
  readonly #log: Log;
  readonly #statuses = new Map<SourceId, SourceStatus>();
  readonly #recorders = new Set<ChildHandle>();
  #trouble = NO_TROUBLE;
  #stopped: Promise<void> | undefined;

  constructor({ ports, createStudio, folder, sources }: DrillStudioOptions) {
    this.recordingsFolder = join(folder, 'recordings');
    this.#log = quiet(ports.log.scoped('drill'));
    const { settings } = ports.settingsStore.read();
    const { filenamePattern, tagStreams, minFreeBytes } = settings;
    const { clock, fileSystem, processHost, secrets, appInfo } = ports;
    this.#studio = createStudio({
      clock: { ...clock, now: () => millis(clock.now() + this.#trouble.clockOffsetMs) },
      fileSystem,
      processHost: this.#hostOf(processHost),
      secrets: {
        protection: secrets.protection,
        get: (key) => secrets.get(key),
        set: () => Promise.resolve(),
        delete: () => Promise.resolve(),
      },
      notifier: { notify: () => undefined },
      log: this.#log,
      settingsStore: memoryStore({
        settings: {
          ...DEFAULT_SETTINGS,
          filenamePattern,
          tagStreams,
          minFreeBytes,
          recordingsFolder: this.recordingsFolder,
          splitSeconds: MIN_SPLIT_SECONDS,
        },
        sources: sources.map(drilled),
        armed: [],
      }),
      dataFolder: join(folder, 'data'),
      sharesFolder: true,
      appInfo,
      desktop: noDesktop(),
    });
    this.#studio.onEvent((name, payload) => {
      if (name === 'sources.status') this.#heard(payload as SourceStatus);
    });
  }

  start(): Promise<void> {
    return this.#studio.start();
  }

  async arm(ids: readonly SourceId[]): Promise<void> {
    await this.#studio.handlers['sources.arm']({ ids: [...ids] });
  }

  async disarm(ids?: readonly SourceId[]): Promise<void> {
    await this.#studio.handlers['sources.disarm'](ids ? { ids: [...ids] } : {});
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#studio.stop();
    return this.#stopped;
  }

  status(id: SourceId): SourceStatus | undefined {
    return this.#statuses.get(id);
  }

  /** From now on this is wrong with the surroundings of its recorder, and nothing else. */
  setTrouble(trouble: Trouble): void {
    this.#trouble = trouble;
    for (const recorder of this.#recorders) this.#tell(recorder);
  }

  /** Ends its recorder as a crash does. */
  kill(): void {
    for (const recorder of this.#recorders) recorder.kill();
  }

  /** Looks until it is so. False after `patienceMs`; rejects with the signal's reason when it is aborted. */
  async until(condition: () => boolean, patienceMs: number, signal: AbortSignal): Promise<boolean> {
    const giveUpAt = performance.now() + patienceMs;
    while (!condition()) {
      if (performance.now() > giveUpAt) return false;
      await pause(LOOK_MS, signal);
    }
    return true;
  }

  /** A source has recorded until `at` and on, ms since 1970 UTC by the clock that is right. */
  hasRecordedUntil(id: SourceId, at: number): boolean {
    const status = this.#statuses.get(id);
    if (status?.state !== 'recording' || !status.recording) return false;
    const { startedAt, durationMs } = status.recording;
    const until = startedAt + durationMs;
    // What was told while the clock stood wrong tells nothing.
    return until >= at && until < at + CLOCK_DOUBT_MS;
  }

  #heard(status: SourceStatus): void {
    this.#statuses.set(status.sourceId, status);
  }

  #hostOf(host: ProcessHost): ProcessHost {
    return {
      start: (role) => {
        if (role !== 'recorder') return host.start(role);
        const child = host.start('drill');
        this.#recorders.add(child);
        child.onExit(() => this.#recorders.delete(child));
        this.#tell(child);
        return child;
      },
    };
  }

  #tell(child: ChildHandle): void {
    child.send({ type: 'trouble', trouble: this.#trouble } satisfies DrillCommand);
  }
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted before. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** As the source is, but split often, without an end, and with nothing that reaches beyond the drill. */
function drilled(config: SourceConfig): SourceConfig {
  const { splitSeconds: _split, maxLengthSeconds: _longest, targets: _targets, alarms: _alarms, ...rest } = config;
  return rest;
}

/** What goes wrong in a drill is what it is for: it is no news for the log. */
function quiet(log: Log): Log {
  const tell: Log['debug'] = (message, data) => log.debug(message, data);
  return { debug: tell, info: tell, warn: tell, error: tell, scoped: () => quiet(log) };
}

function memoryStore(initial: StoredState): SettingsStore {
  let state = initial;
  return {
    read: () => state,
    write: (changed) => {
      state = changed;
    },
  };
}

function noDesktop(): StudioPorts['desktop'] {
  const refuse = (): never => {
    throw new LongtakeError('NOT_ALLOWED', 'A drill has no desktop.');
  };
  return {
    revealFile: refuse,
    openFolder: async () => refuse(),
    chooseFolder: async () => refuse(),
    chooseExport: async () => refuse(),
    startDrag: refuse,
    copyFile: async () => refuse(),
  };
}
