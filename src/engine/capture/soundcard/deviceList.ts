import type { Device } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { type ArecordPcms, arecordPcms } from './arecordList.ts';
import { isSameKind } from './deviceIdentity.ts';
import { choosableInputs } from './deviceMatch.ts';
import { type PortAudio, portAudio } from './portAudio.ts';

/**
 * The inputs that a person can choose, in the system's order; on Linux also what PortAudio leaves out: cards that are
 * being recorded, and PCMs of a configuration. Devices that only play are left out. It is as new as this process's
 * PortAudio: ask in a process that has nothing open.
 * @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE when neither PortAudio nor arecord is there
 */
export async function listDevices(
  audio: PortAudio = portAudio,
  pcms: ArecordPcms = arecordPcms,
): Promise<readonly Device[]> {
  const [listed, alsa] = await Promise.all([listedByPortAudio(audio), pcms()]);
  if (listed instanceof LongtakeError) {
    if (alsa.length === 0) throw listed;
    return alsa.map((device) => withAlone(device, alsa));
  }
  const names = new Set(listed.map(({ name }) => name));
  const others = alsa.filter(({ name }) => !names.has(name)).map((device) => unlisted(device));
  const all = [...listed, ...others];
  return all.map((device) => withAlone(device, all));
}

/** PortAudio finds no channels in a card that is open, and captures it all the same once that is closed. */
function unlisted(device: Device): Device {
  if (device.identity?.pcm === undefined) return { ...device, isDefault: false };
  const { backend: _, ...card } = device;
  return card;
}

function withAlone(device: Device, all: readonly Device[]): Device {
  const { identity } = device;
  if (!identity) return device;
  const alike = all.filter((other) => other.identity && isSameKind(other.identity, identity));
  return alike.length === 1 ? { ...device, identity: { ...identity, alone: true } } : device;
}

async function listedByPortAudio(audio: PortAudio): Promise<readonly Device[] | LongtakeError> {
  try {
    const { inputs } = await audio.listInputs();
    return choosableInputs(inputs).map(({ name, hostApi, maxChannels, defaultSampleRate, isDefault, identity }) => ({
      name,
      hostApi,
      maxChannels,
      defaultSampleRate,
      isDefault,
      identity,
    }));
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'AUDIO_SYSTEM_UNAVAILABLE') return error;
    throw error;
  }
}
