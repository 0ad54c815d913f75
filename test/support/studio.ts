import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EventName, EventPayload } from '../../src/shared/contract/events.ts';
import type { Alarm } from '../../src/shared/domain/alarm.ts';
import type { Gap, Recording } from '../../src/shared/domain/recording.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/shared/domain/settings.ts';
import type { SourceDraft, SourceStatus } from '../../src/shared/domain/source.ts';
import type { ChildHandle, ProcessHost, ProcessRole } from '../../src/shared/ports/processHost.ts';
import type { Log } from '../../src/shared/ports/log.ts';
import type { StoredState } from '../../src/shared/ports/settingsStore.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { createChildProcessHost } from '../../src/engine/platform/childProcessHost.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { systemClock } from '../../src/engine/platform/systemClock.ts';
import { createStudio, type Studio } from '../../src/engine/studio/studio.ts';

/** What is waited for comes later on a busy machine. */
const PATIENCE_MS = 120_000;
/** So much of the newest audio may be on its way when a source is disarmed. */
const MOST_LATE_MS = 15_000;
/** By so much the time of a recording's end moves while it is learnt when its audio was captured. */
const MOST_MOVED_MS = 1000;
/** The log and the time that passed bring no event with them. */
const LOOK_MS = 100;
/** Where `npm run build` puts the child processes. */
const BUILT = resolve(import.meta.dirname, '../../out/main');

export interface TestStudioOptions {
  readonly settings?: Partial<Settings>;
  /** Added to the environment of child processes: ALSA_CONFIG_PATH and the like. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the child processes are, for a studio that is itself a built program. */
  readonly built?: string;
  /** Folders with other programs in place of the product's own, by the role that they are called after. */
  readonly programs?: Partial<Readonly<Record<ProcessRole, string>>>;
  /** Use the folder of an earlier studio, to see what a restart finds. */
  readonly folder?: string;
  /** Keep the state of an earlier studio. */
  readonly state?: { current: StoredState };
}

/** A studio with real processes and real files in a folder of its own, as the headless command runs it. */
export class TestStudio {
  readonly folder: string;
  readonly recordingsFolder: string;
  readonly state: { current: StoredState };
  readonly logLines: string[] = [];
  readonly recordings = new Map<string, Recording>();
  readonly gaps = new Map<string, Gap>();
  readonly statuses = new Map<SourceId, SourceStatus>();
  /** Every change of an alarm, in order. */
  readonly alarms: Alarm[] = [];
  /** What a person was told beside the window. */
  readonly notices: { readonly title: string; readonly body: string; readonly urgent: boolean }[] = [];
  /** Files that were dragged out of the window. */
  readonly dragged: string[] = [];
  /** What a person answers when asked where to export to. */
  exportTo: string | undefined;
  readonly children: { readonly role: ProcessRole; readonly child: ChildHandle }[] = [];
  readonly studio: Studio;
  /** A scan of the recordings folder has come to its end. */
  rescanned = false;
  readonly #waiters = new Set<() => void>();

  private constructor(folder: string, options: TestStudioOptions) {
    this.folder = folder;
    this.recordingsFolder = options.settings?.recordingsFolder ?? join(folder, 'recordings');
    this.state = options.state ?? {
      current: {
        settings: {
          ...DEFAULT_SETTINGS,
          splitSeconds: 5,
          ...options.settings,
          recordingsFolder: this.recordingsFolder,
        },
        sources: [],
        armed: [],
      },
    };
    this.studio = createStudio({
      clock: systemClock,
      fileSystem: nodeFileSystem,
      processHost: this.#spyOn(hostOf(options)),
      secrets: memorySecrets(),
      notifier: { notify: (notice) => void this.notices.push(notice) },
      log: this.#log(),
      settingsStore: {
        read: () => this.state.current,
        write: (state) => {
          this.state.current = state;
        },
      },
      dataFolder: join(folder, 'data'),
      appInfo: { version: 'test', platform: process.platform, runtime: `Node ${process.version}` },
      desktop: {
        revealFile: () => undefined,
        openFolder: () => Promise.resolve(),
        chooseFolder: () => Promise.resolve(undefined),
        chooseExport: () => Promise.resolve(this.exportTo),
        startDrag: (path) => void this.dragged.push(path),
        copyFile: () => Promise.resolve(),
      },
    });
    this.studio.onEvent((name, payload) => this.#onEvent(name, payload));
  }

  static async start(options: TestStudioOptions = {}): Promise<TestStudio> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'longtake-test-')));
    const studio = new TestStudio(folder, options);
    await studio.studio.start();
    return studio;
  }

  async addAndArm(draft: SourceDraft): Promise<SourceId> {
    const id = await this.add(draft);
    await this.studio.handlers['sources.arm']({ ids: [id] });
    return id;
  }

  async add(draft: SourceDraft): Promise<SourceId> {
    return (await this.studio.handlers['sources.add'](draft)).config.id;
  }

  /** Closed recordings of a source, in order of time. */
  closed(id: SourceId): Recording[] {
    return [...this.recordings.values()]
      .filter((recording) => recording.sourceId === id && recording.state !== 'recording')
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  /** Without the time that an input took to open: a busy machine needs a second for it, and then it is a gap. */
  gapsOf(id: SourceId): Gap[] {
    return [...this.gaps.values()]
      .filter((gap) => gap.sourceId === id && gap.cause !== 'starting')
      .sort((a, b) => a.from - b.from);
  }

  /**
   * Gaps of a source that was disarmed. Without what a busy machine had not yet delivered then: a gap of some seconds,
   * behind all that was recorded.
   */
  lossesOf(id: SourceId): Gap[] {
    const last = this.closed(id).at(-1);
    if (!last || this.statuses.get(id)?.state !== 'disarmed') throw new Error('It is not disarmed after a recording.');
    const end = last.startedAt + (last.samples * 1000) / last.format.sampleRate;
    return this.gapsOf(id).filter(
      ({ from, to = Infinity }) => from < end - MOST_MOVED_MS || from < last.startedAt || to - from > MOST_LATE_MS,
    );
  }

  file(recording: Pick<Recording, 'root' | 'path'>): string {
    return join(recording.root, recording.path);
  }

  /** The newest living child of a role. */
  child(role: ProcessRole): ChildHandle {
    const found = this.children.filter((entry) => entry.role === role).at(-1);
    if (!found) throw new Error(`No ${role} was started.`);
    return found.child;
  }

  /** Resolves once `condition` holds; it is looked at after every event and every 100 ms. Fails after `timeoutMs` with the log. */
  async until(what: string, condition: () => boolean, timeoutMs = PATIENCE_MS): Promise<void> {
    if (condition()) return;
    await new Promise<void>((fulfil, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        clearInterval(looking);
        this.#waiters.delete(look);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`Waited ${timeoutMs} ms for: ${what}\n${this.logLines.slice(-40).join('\n')}`));
      }, timeoutMs);
      const look = (): void => {
        if (!condition()) return;
        end();
        fulfil();
      };
      const looking = setInterval(look, LOOK_MS);
      this.#waiters.add(look);
    });
  }

  stop(): Promise<void> {
    return this.studio.stop();
  }

  /** Stops and removes every file. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #onEvent<Name extends EventName>(name: Name, payload: EventPayload<Name>): void {
    if (name === 'recordings.opened' || name === 'recordings.closed') {
      const recording = payload as Recording;
      this.recordings.set(recording.id, recording);
    }
    if (name === 'alarms.changed') this.alarms.push(payload as Alarm);
    if (name === 'gaps.changed') {
      const gap = payload as Gap;
      this.gaps.set(gap.id, gap);
    }
    if (name === 'sources.status') {
      const status = payload as SourceStatus;
      this.statuses.set(status.sourceId, status);
    }
    if (name === 'rescan.progress') this.rescanned ||= (payload as EventPayload<'rescan.progress'>).done;
    for (const look of this.#waiters) look();
  }

  #spyOn(host: ProcessHost): ProcessHost {
    return {
      start: (role) => {
        const child = host.start(role);
        this.children.push({ role, child });
        return child;
      },
    };
  }

  #log(): Log {
    const at =
      (level: string, part: string): Log['info'] =>
      (message, data) => {
        this.logLines.push(`${level} ${part} ${message} ${data ? JSON.stringify(data) : ''}`);
      };
    const make = (part: string): Log => ({
      debug: at('debug', part),
      info: at('info', part),
      warn: at('warn', part),
      error: at('error', part),
      scoped: make,
    });
    return make('');
  }
}

function hostOf({ built = BUILT, env, programs = {} }: TestStudioOptions): ProcessHost {
  const product = createChildProcessHost(built, env);
  return {
    start: (role) => {
      const folder = programs[role];
      return (folder === undefined ? product : createChildProcessHost(folder, env)).start(role);
    },
  };
}

function memorySecrets() {
  const kept = new Map<string, string>();
  return {
    protection: 'memory' as const,
    get: (key: string) => Promise.resolve(kept.get(key)),
    set: (key: string, secret: string) => Promise.resolve(void kept.set(key, secret)),
    delete: (key: string) => Promise.resolve(void kept.delete(key)),
  };
}
