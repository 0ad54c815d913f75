import type { SoundcardConfig } from '../../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../../shared/domain/sourceDefaults.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { CardInput } from './cardInput.ts';
import type { InputDevice } from './deviceMatch.ts';

const TOO_BUSY = 'the computer was too busy. Close other programs if this happens often.';

export type WantedInput = Pick<SoundcardConfig, 'device' | 'sampleRate' | 'bitDepth' | 'float' | 'channels'>;

/** `listFrozen`: the list of inputs is older than now, and a process started now may find the device. */
export function deviceNotFound(
  wanted: WantedInput,
  inputs: readonly InputDevice[],
  listFrozen: boolean,
): LongtakeError {
  const names = inputs.map((input) => input.name).join(', ');
  const what =
    wanted.device === DEFAULT_DEVICE
      ? 'The system has no default input.'
      : `There is no input named "${wanted.device}".`;
  const advice = inputs.length > 0 ? `Choose one of: ${names}.` : 'No input was found at all: plug one in.';
  return new LongtakeError('DEVICE_NOT_FOUND', `${what} ${advice}`, {
    details: { device: wanted.device, found: names, listFrozen },
  });
}

/** The device is listed but is not there any more. */
export function deviceGone(device: InputDevice, listFrozen: boolean, cause?: unknown): LongtakeError {
  return new LongtakeError('DEVICE_NOT_FOUND', `"${device.name}" cannot be opened. Check that it is plugged in.`, {
    cause,
    details: { device: device.name, listFrozen, ...reasonOf(cause) },
  });
}

export function tooManyChannels(device: InputDevice, wanted: WantedInput): LongtakeError {
  const has = device.maxChannels === 1 ? 'has 1 channel' : `has ${device.maxChannels} channels`;
  return new LongtakeError(
    'DEVICE_FORMAT',
    `"${device.name}" ${has}, not ${wanted.channels}. Choose at most ${device.maxChannels}.`,
    { details: formatDetails(device, wanted) },
  );
}

/** What PortAudio's text of a failed opening means (Pa_GetErrorText). */
export function openError(
  cause: unknown,
  device: InputDevice,
  wanted: WantedInput,
  listFrozen: boolean,
): LongtakeError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (text.includes('Device unavailable')) {
    return new LongtakeError(
      'DEVICE_BUSY',
      `"${device.name}" is in use by another program. Close that program, or choose another input.`,
      { cause, details: { device: device.name, ...reasonOf(cause) } },
    );
  }
  if (/Invalid sample rate|Invalid number of channels|Sample format not supported|Channel count exceeds/.test(text)) {
    return new LongtakeError(
      'DEVICE_FORMAT',
      `"${device.name}" does not take ${wanted.sampleRate} Hz, ${wanted.bitDepth} bit and ${wanted.channels} ` +
        `channel(s). It prefers ${device.defaultSampleRate} Hz and has ${device.maxChannels} channel(s).`,
      { cause, details: { ...formatDetails(device, wanted), ...reasonOf(cause) } },
    );
  }
  return deviceGone(device, listFrozen, cause);
}

/** It is open in this program, in a way that does not do for another source. */
export function cardShared({ device, format }: CardInput, channels: number): LongtakeError {
  const { sampleRate, bitDepth, float } = format;
  const depth = `${bitDepth} bit${float === true ? ' float' : ''}`;
  const advice =
    channels > format.channels
      ? `It is open with ${format.channels} channel(s): stop its other sources, then start this one first.`
      : `Choose ${sampleRate} Hz and ${depth} here, too.`;
  return new LongtakeError(
    'DEVICE_BUSY',
    `"${device.name}" is recorded by another source already, at ${sampleRate} Hz and ${depth}. ${advice}`,
    { details: { device: device.name, sampleRate, bitDepth } },
  );
}

/** A device as errors name it. */
type Named = Pick<InputDevice, 'name'>;

export function deviceLost(device: Named): LongtakeError {
  return new LongtakeError(
    'DEVICE_LOST',
    `"${device.name}" stopped delivering audio. Check that it is plugged in and switched on.`,
    { details: { device: device.name } },
  );
}

/** PortAudio reports an overflow, of which it does not say when it was nor how much it cost; `reason` is its words. */
export function audioOverflowed(device: Named, reason: string): LongtakeError {
  return new LongtakeError('TOO_SLOW', `Some audio of "${device.name}" was missed about here: ${TOO_BUSY}`, {
    details: { device: device.name, reason },
  });
}

/** Nobody reports anything, but `missingMs` of samples did not come. */
export function audioMissing(device: Named, missingMs: number): LongtakeError {
  const seconds = (missingMs / 1000).toFixed(1);
  return new LongtakeError(
    'TOO_SLOW',
    `About ${seconds} s of audio of "${device.name}" are missing here or shortly before: ${TOO_BUSY}`,
    { details: { device: device.name, missingMs: Math.round(missingMs) } },
  );
}

function formatDetails(device: InputDevice, wanted: WantedInput): Record<string, string | number> {
  return {
    device: device.name,
    sampleRate: wanted.sampleRate,
    channels: wanted.channels,
    maxChannels: device.maxChannels,
    defaultSampleRate: device.defaultSampleRate,
  };
}

function reasonOf(cause: unknown): Record<string, string> {
  return cause instanceof Error ? { reason: cause.message } : {};
}
