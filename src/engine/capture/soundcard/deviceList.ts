import type { Device } from '../../../shared/domain/source.ts';
import { choosableInputs } from './deviceMatch.ts';
import { type PortAudio, portAudio } from './portAudio.ts';

/**
 * The inputs that a person can choose, in the system's order. Devices that only play are left out. It is as new as
 * this process's PortAudio: ask in a process that has nothing open.
 * @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE
 */
export async function listDevices(audio: PortAudio = portAudio): Promise<readonly Device[]> {
  const { inputs } = await audio.listInputs();
  return choosableInputs(inputs).map(({ name, hostApi, maxChannels, defaultSampleRate, isDefault }) => ({
    name,
    hostApi,
    maxChannels,
    defaultSampleRate,
    isDefault,
  }));
}
