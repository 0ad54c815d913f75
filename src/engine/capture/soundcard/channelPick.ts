import type { SoundcardConfig } from '../../../shared/domain/source.ts';
import { isHardware } from './deviceIdentity.ts';
import type { InputDevice } from './deviceMatch.ts';

/** More are not opened for a source that records fewer. */
const MOST_OPENED = 64;
/** Channels that sound servers put a name to. With another number they would mix. */
const LAYOUTS = [2, 4, 6, 8];

/** The channels of the device that a source records, from 1, in order. */
export function recordedChannels({ pick, channels }: Pick<SoundcardConfig, 'pick' | 'channels'>): readonly number[] {
  return pick ?? Array.from({ length: channels }, (_, index) => index + 1);
}

/**
 * How many channels the device is opened with. Hardware opens once only: with all that it has, so that any other
 * source can record any of them at the same time. A PCM of a sound server would be mixed to the number that is asked
 * for: it is opened with what is recorded, or with the layout that holds what is picked.
 */
export function openedChannels(
  config: Pick<SoundcardConfig, 'pick' | 'channels'>,
  device: Pick<InputDevice, 'name' | 'hostApi' | 'maxChannels'>,
): number {
  const needed = Math.max(...recordedChannels(config));
  if (needed > device.maxChannels) return needed;
  if (isHardware(device.name)) return Math.max(needed, Math.min(MOST_OPENED, device.maxChannels));
  if (!config.pick) return config.channels;
  if (device.hostApi !== 'ALSA') return Math.max(needed, Math.min(MOST_OPENED, device.maxChannels));
  return Math.min(device.maxChannels, LAYOUTS.find((layout) => layout >= needed) ?? needed);
}

/**
 * Takes channels out of interleaved sample frames of `opened` channels with `sampleBytes` each. Returns `bytes` itself
 * when that is what is wanted.
 */
export function takeChannels(
  bytes: Uint8Array,
  opened: number,
  sampleBytes: number,
  wanted: readonly number[],
): Uint8Array {
  if (wanted.length === opened && wanted.every((channel, index) => channel === index + 1)) return bytes;
  const frames = bytes.length / (opened * sampleBytes);
  const taken = new Uint8Array(frames * wanted.length * sampleBytes);
  let to = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const start = frame * opened * sampleBytes;
    for (const channel of wanted) {
      const from = start + (channel - 1) * sampleBytes;
      for (let index = 0; index < sampleBytes; index += 1) taken[to + index] = bytes[from + index] ?? 0;
      to += sampleBytes;
    }
  }
  return taken;
}
