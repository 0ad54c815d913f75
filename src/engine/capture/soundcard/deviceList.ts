import type { Device } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { type ArecordPcms, arecordPcms } from './arecordList.ts';
import { isSameKind } from './deviceIdentity.ts';
import { choosableInputs } from './deviceMatch.ts';
import { type PortAudio, portAudio } from './portAudio.ts';

/**
 * The inputs that a person can choose, in the system's order; on Linux also cards that PortAudio leaves out because they
 * are being recorded. Devices that only play are left out. Without PortAudio they are those of arecord. It is as new as this process's
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
  // PortAudio has tried all other PCMs: those that it does not list do not open, or are ways to cards that it does list.
  const busy = alsa.filter(({ name, identity }) => identity?.pcm !== undefined && !names.has(name));
  const all = [...listed, ...busy.map((card) => withoutBackend(card))];
  return all.map((device) => withAlone(device, all));
}

/** PortAudio captures it all the same once it is closed. */
function withoutBackend({ backend: _backend, ...card }: Device): Device {
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
