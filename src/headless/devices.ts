import { tmpdir } from 'node:os';
import { DEFAULT_SETTINGS } from '../shared/domain/settings.ts';
import type { Device } from '../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../shared/domain/sourceDefaults.ts';
import { LongtakeError } from '../shared/errors.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import { EXIT, type ExitCode, Failure } from './exit.ts';
import { silentLog } from './log.ts';
import { createHeadlessStudio, keptInMemory } from './studio.ts';
import type { Terminal } from './terminal.ts';

export interface DevicesOptions {
  readonly terminal: Terminal;
  /** Starts the child processes. */
  readonly processHost: ProcessHost;
}

/** `longtake devices`: the inputs of this moment, with what to write after `device =`. */
export async function devices({ terminal, processHost }: DevicesOptions): Promise<ExitCode> {
  const studio = createHeadlessStudio({
    processHost,
    log: silentLog,
    kept: keptInMemory({ settings: { ...DEFAULT_SETTINGS, recordingsFolder: tmpdir() }, sources: [], armed: [] }),
    sharesFolder: true,
    dataFolder: tmpdir(),
  });
  let found: readonly Device[];
  try {
    found = await studio.handlers['devices.list']({});
  } catch (error) {
    if (error instanceof LongtakeError) throw new Failure(EXIT.failed, error.message);
    throw error;
  }
  const listed = found.map((device) => ({ id: deviceId(device), ...device }));
  for (const device of listed) terminal.object({ type: 'device', ...device });
  tell(terminal, listed);
  return EXIT.done;
}

/** What a configuration names the device by: ALSA's own address where the name holds one, else the name. */
function deviceId({ name }: Device): string {
  return /\((hw:\d+,\d+)\)/.exec(name)?.[1] ?? name;
}

function tell(terminal: Terminal, found: readonly (Device & { readonly id: string })[]): void {
  if (found.length === 0) {
    terminal.line('No input was found. Plug one in, then try again.');
    return;
  }
  const rows = found.map(({ id, name, hostApi, maxChannels, defaultSampleRate, isDefault }) => [
    id,
    `${name}${isDefault ? ` (${DEFAULT_DEVICE})` : ''}`,
    hostApi,
    String(maxChannels),
    `${defaultSampleRate} Hz`,
  ]);
  terminal.table(['DEVICE', 'NAME', 'SYSTEM', 'CHANNELS', 'RATE'], rows);
  terminal.line();
  terminal.line('Write "device = " and what is under DEVICE into the configuration; a part of a name does, too.');
}
