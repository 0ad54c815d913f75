import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlLink, findControl, type StudioLink } from '../engine/platform/controlClient.ts';
import { type Control, openControl } from '../engine/platform/controlServer.ts';
import { openSecretsFile } from '../engine/platform/secretsFile.ts';
import { openPlainSettings, settingsPath } from '../engine/platform/settingsOnDisk.ts';
import type { Studio } from '../engine/studio/studio.ts';
import type { ControlHello } from '../shared/contract/control.ts';
import { answer } from '../shared/contract/handlers.ts';
import type { RequestName } from '../shared/contract/requests.ts';
import { fromWireError, LongtakeError } from '../shared/errors.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import type { SettingsStore } from '../shared/ports/settingsStore.ts';
import { openHeadlessLog } from './log.ts';
import type { Profile } from './profile.ts';
import { createHeadlessStudio } from './studio.ts';
import type { Terminal } from './terminal.ts';

/** So long a command waits for another one that works on the same profile, ms. */
const PATIENCE_MS = 600_000;
/** What is answered from the settings alone, without a library. */
const FROM_SETTINGS: readonly RequestName[] = [
  'sources.list',
  'settings.get',
  'settings.export',
  'settings.previewImport',
  'targets.list',
  'isr.preview',
];

/** A studio to ask: the one that runs with a profile, or one that only answers, made for this command. */
export interface Access extends StudioLink {
  /** Who runs; undefined when nobody does. */
  readonly running: ControlHello | undefined;
  /** What is stored, where nobody runs. */
  readonly store: SettingsStore | undefined;
  close(): Promise<void>;
}

export interface AccessOptions {
  readonly profile: Profile;
  /** Starts the child processes. */
  readonly processHost: ProcessHost;
  readonly terminal: Terminal;
}

/** Somebody has used this profile before. */
export function isThere({ folder }: Profile): boolean {
  return existsSync(settingsPath(folder));
}

/**
 * Asks whoever runs, else takes the profile for as long as the command lasts; other commands are waited for. Rejects
 * with CONFLICT and NOT_ALLOWED.
 */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const { profile, terminal } = options;
  const deadline = performance.now() + PATIENCE_MS;
  let isTold = false;
  for (;;) {
    const found = await findControl(profile.folder);
    if (found && found.hello.kind !== 'command') return throughLink(found);
    if (found) {
      if (!isTold) {
        terminal.tell(`Another longtake command works on this profile (process ${found.hello.pid}); waiting for it.`);
      }
      isTold = true;
      await found.gone(Math.max(0, deadline - performance.now()));
      found.close();
    }
    try {
      return await openIdle(options);
    } catch (error) {
      // Somebody else was faster: they are waited for, too.
      const isTaken = error instanceof LongtakeError && error.code === 'CONFLICT';
      if (!isTaken || performance.now() >= deadline) throw error;
    }
  }
}

function throughLink(link: ControlLink): Access {
  return {
    running: link.hello,
    store: undefined,
    request: (name, input) => link.request(name, input),
    onEvent: (listener) => link.onEvent(listener),
    close: () => {
      link.close();
      return Promise.resolve();
    },
  };
}

async function openIdle({ profile, processHost, terminal }: AccessOptions): Promise<Access> {
  const log = openHeadlessLog({ level: 'error', file: undefined, terminal: process.stderr, now: Date.now });
  const control = await openControl({ folder: profile.folder, kind: 'command', log, patienceMs: 1 });
  try {
    const { store, notices } = openPlainSettings(profile.folder, profile.defaults);
    for (const notice of notices) terminal.tell(notice);
    const studio = createHeadlessStudio({
      processHost,
      log,
      kept: { settingsStore: store, secrets: openSecretsFile(join(profile.folder, 'secrets.json'), undefined) },
      sharesFolder: true,
      idle: true,
      dataFolder: profile.folder,
    });
    return throughStudio(studio, store, control);
  } catch (error) {
    control.close();
    throw error;
  }
}

function throughStudio(studio: Studio, store: SettingsStore, control: Control): Access {
  let started: Promise<void> | undefined;
  return {
    running: undefined,
    store,
    request: async (name, input) => {
      if (!FROM_SETTINGS.includes(name)) await (started ??= studio.start());
      const bug: { error?: unknown } = {};
      const onBug = (error: unknown): void => {
        bug.error = error;
      };
      const reply = await answer(studio.handlers, name, input, onBug, { local: true });
      if (reply.ok) return reply.value as never;
      throw bug.error ?? fromWireError(reply.error);
    },
    onEvent: (listener) => studio.onEvent(listener),
    close: async () => {
      if (started) await studio.stop();
      control.close();
    },
  };
}
