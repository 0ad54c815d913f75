import { LongtakeError } from '../../../shared/errors.ts';
import { millis, type Millis } from '../../../shared/units.ts';
import type { InputFormat } from './cardInput.ts';

/** Lost audio of which arecord tells: `overrun!!! (at least 123.456 ms long)`. */
export function overrunOf(line: string): Millis | undefined {
  const [, ms] = /overrun!!! \(at least (-?[\d.]+) ms long\)/.exec(line) ?? [];
  return ms === undefined ? undefined : millis(Math.max(0, Number(ms)));
}

/** The rate that the device gives in place of the wanted one, Hz: `Warning: rate is not accurate (requested = ...`. */
export function otherRateOf(line: string): number | undefined {
  const [, got] = /rate is not accurate \(requested = \d+Hz, got = (\d+)Hz\)/.exec(line) ?? [];
  return got === undefined ? undefined : Number(got);
}

export function wrongRate(device: string, wanted: number, got: number): LongtakeError {
  return new LongtakeError(
    'DEVICE_FORMAT',
    `"${device}" does not give ${wanted} Hz but ${got} Hz. Choose ${got} Hz, or its "plughw:" name, which converts.`,
    { details: { device, sampleRate: wanted, defaultSampleRate: got } },
  );
}

export function arecordMissing(cause: unknown): LongtakeError {
  return new LongtakeError(
    'AUDIO_SYSTEM_UNAVAILABLE',
    'The program arecord was not found. Install it (on Debian: apt install alsa-utils), or choose PortAudio.',
    { cause, details: { program: 'arecord' } },
  );
}

/** What arecord's last words mean; `lines` are all that it printed. `delivered`: it gave audio before. */
export function arecordError(
  device: string,
  format: InputFormat,
  lines: readonly string[],
  delivered: boolean,
): LongtakeError {
  const text = lines.join('\n');
  const reason = lines.findLast((line) => /error|unable|available|no such/i.test(line)) ?? lines.at(-1) ?? '';
  const details = { device, reason };
  if (/Device or resource busy/.test(text)) {
    return new LongtakeError(
      'DEVICE_BUSY',
      `"${device}" is in use by another program. Close that program, or choose another input.`,
      { details },
    );
  }
  if (delivered) {
    return new LongtakeError(
      'DEVICE_LOST',
      `"${device}" stopped delivering audio. Check that it is plugged in and switched on.`,
      { details },
    );
  }
  if (/Sample format non available|Channels count non available|unable to install hw params|Rate \d+/i.test(text)) {
    const depth = `${format.bitDepth} bit${format.float === true ? ' float' : ''}`;
    return new LongtakeError(
      'DEVICE_FORMAT',
      `"${device}" does not take ${format.sampleRate} Hz, ${depth} and ${format.channels} channel(s). ` +
        'Choose others, or its "plughw:" name, which converts.',
      { details },
    );
  }
  return new LongtakeError(
    'DEVICE_NOT_FOUND',
    `"${device}" cannot be opened. Check its name and that it is plugged in.`,
    {
      details: { ...details, unknown: /Unknown PCM|No such file or directory|No such device/.test(text) },
    },
  );
}
