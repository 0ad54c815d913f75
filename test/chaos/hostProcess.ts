import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createChildProcessHost } from '../../src/engine/platform/childProcessHost.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { connectParent } from '../../src/engine/platform/parentLink.ts';
import { systemClock } from '../../src/engine/platform/systemClock.ts';
import { createStudio } from '../../src/engine/studio/studio.ts';
import { errnoOf, errorText } from '../../src/shared/errors.ts';
import type { Log } from '../../src/shared/ports/log.ts';
import type { Secrets } from '../../src/shared/ports/secrets.ts';
import type { ProcessHost } from '../../src/shared/ports/processHost.ts';
import type { SettingsStore, StoredState } from '../../src/shared/ports/settingsStore.ts';
import { CLOCK_FILE, HOST_OPTIONS, type HostCommand, type HostMessage, type HostOptions } from './hostProtocol.ts';
import { settableClock } from './setClock.ts';

// Main without a window, in a process of its own, so that it can be killed.

const options = JSON.parse(process.env[HOST_OPTIONS] ?? '') as HostOptions;
const parent = connectParent();
const send = (message: HostMessage): void => parent.send(message);
const { clock, fileSystem } = options.clock
  ? settableClock(options.clock.file)
  : { clock: systemClock, fileSystem: nodeFileSystem };

const studio = createStudio({
  clock,
  fileSystem,
  processHost: told(children()),
  secrets: fileSecrets(join(options.folder, 'secrets.json')),
  notifier: { notify: () => undefined },
  log: log(''),
  settingsStore: fileStore(join(options.folder, 'state.json')),
  dataFolder: join(options.folder, 'data'),
  appInfo: { version: 'test', platform: process.platform, runtime: `Node ${process.version}` },
  desktop: {
    revealFile: () => undefined,
    openFolder: () => Promise.resolve(),
    chooseFolder: () => Promise.resolve(undefined),
    chooseExport: () => Promise.resolve(undefined),
    startDrag: () => undefined,
    copyFile: () => Promise.resolve(),
  },
});
studio.onEvent((name, payload) => send({ type: 'event', name, payload }));
parent.onMessage((message) => {
  const command = message as HostCommand;
  if (command.type === 'stop') void studio.stop().then(() => process.exit(0));
  else void answer(command);
});
parent.onClosed(() => process.exit(1));
await studio.start();
send({ type: 'ready' });

async function answer({ callId, name, input }: Extract<HostCommand, { type: 'request' }>): Promise<void> {
  try {
    const handle = studio.handlers[name] as (input: unknown) => Promise<unknown>;
    send({ type: 'reply', callId, value: await handle(input) });
  } catch (error) {
    send({ type: 'reply', callId, error: errorText(error) });
  }
}

/** The product's children; the recorder of a set clock is another program. */
function children(): ProcessHost {
  const { programs, env } = options;
  const product = createChildProcessHost(programs, env);
  if (!options.clock) return product;
  const { file, recorder } = options.clock;
  const turned = createChildProcessHost(recorder, { ...env, [CLOCK_FILE]: file });
  return { start: (role) => (role === 'recorder' ? turned : product).start(role) };
}

function told(host: ProcessHost): ProcessHost {
  return {
    start: (role) => {
      const child = host.start(role);
      if (child.pid !== undefined) send({ type: 'child', role, pid: child.pid });
      return child;
    },
  };
}

function fileStore(path: string): SettingsStore {
  return {
    read: () => {
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as StoredState;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return options.state;
        throw error;
      }
    },
    write: (state) => {
      writeFileSync(`${path}.new`, JSON.stringify(state));
      renameSync(`${path}.new`, path);
    },
  };
}

function fileSecrets(path: string): Secrets {
  const read = (): Record<string, string> => {
    try {
      return { ...options.secrets, ...(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return { ...options.secrets };
      throw error;
    }
  };
  const write = (secrets: Readonly<Record<string, string>>): Promise<void> => {
    writeFileSync(`${path}.new`, JSON.stringify(secrets));
    renameSync(`${path}.new`, path);
    return Promise.resolve();
  };
  return {
    protection: 'private-file',
    get: (key) => Promise.resolve(read()[key]),
    set: (key, secret) => write({ ...read(), [key]: secret }),
    delete: (key) => write(Object.fromEntries(Object.entries(read()).filter(([name]) => name !== key))),
  };
}

function log(part: string): Log {
  const at =
    (level: string): Log['info'] =>
    (message, data) =>
      send({ type: 'log', line: `${level} ${part} ${message} ${data ? JSON.stringify(data) : ''}` });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), scoped: log };
}
