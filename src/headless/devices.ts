import { tmpdir } from 'node:os';
import { DEFAULT_SETTINGS } from '../shared/domain/settings.ts';
import type { Device } from '../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../shared/domain/sourceDefaults.ts';
import { LongtakeError } from '../shared/errors.ts';
import { EXIT, type ExitCode, Failure } from './exit.ts';
import { silentLog } from './log.ts';
import { createHeadlessStudio, keptInMemory } from './studio.ts';

export interface DevicesOptions {
  readonly json: boolean;
  /** Where the built child processes are; absolute. */
  readonly entryFolder: string;
}

/** `longtake devices`: the inputs of this moment, with what to write after `device =`. */
export async function devices({ json, entryFolder }: DevicesOptions): Promise<ExitCode> {
  const studio = createHeadlessStudio({
    entryFolder,
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
  if (json) process.stdout.write(`${JSON.stringify(listed, undefined, 2)}\n`);
  else process.stdout.write(table(listed));
  return EXIT.done;
}

/** What a configuration names the device by: ALSA's own address where the name holds one, else the name. */
function deviceId({ name }: Device): string {
  return /\((hw:\d+,\d+)\)/.exec(name)?.[1] ?? name;
}

function table(found: readonly (Device & { readonly id: string })[]): string {
  if (found.length === 0) return 'No input was found. Plug one in, then try again.\n';
  const head = ['DEVICE', 'NAME', 'SYSTEM', 'CHANNELS', 'RATE'];
  const rows = found.map(({ id, name, hostApi, maxChannels, defaultSampleRate, isDefault }) => [
    id,
    `${name}${isDefault ? ` (${DEFAULT_DEVICE})` : ''}`,
    hostApi,
    String(maxChannels),
    `${defaultSampleRate} Hz`,
  ]);
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  const lines = [head, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n\nWrite "device = " and what is under DEVICE into the configuration; a part of a name does, too.\n`;
}
