import type { Device } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { type ArecordPcms, arecordPcms } from './arecordList.ts';
import { isSameKind } from './deviceIdentity.ts';
import { choosableInputs } from './deviceMatch.ts';
import { type PortAudio, portAudio } from './portAudio.ts';

/**
 * The inputs that a person can choose, in the system's order; on Linux also the PCMs that PortAudio leaves out and
 * arecord can record. Devices that only play are left out. It is as new as this process's PortAudio: ask in a process
 * that has nothing open.
 * @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE when neither PortAudio nor arecord is there
 */
export async function listDevices(
  audio: PortAudio = portAudio,
  pcms: ArecordPcms = arecordPcms,
): Promise<readonly Device[]> {
  const listed = await listedByPortAudio(audio);
  const others = await pcms();
  if (listed instanceof LongtakeError) {
    if (others.length === 0) throw listed;
    return others;
  }
  const names = new Set(listed.map(({ name }) => name));
  // Cards are all there under names of PortAudio's; what is left are PCMs of a configuration.
  return [...listed, ...others.filter(({ name, identity }) => identity?.pcm === undefined && !names.has(name))];
}

async function listedByPortAudio(audio: PortAudio): Promise<readonly Device[] | LongtakeError> {
  try {
    const { inputs } = await audio.listInputs();
    return choosableInputs(inputs).map(({ name, hostApi, maxChannels, defaultSampleRate, isDefault, identity }) => {
      const alone = inputs.filter((other) => isSameKind(other.identity, identity)).length === 1;
      return {
        name,
        hostApi,
        maxChannels,
        defaultSampleRate,
        isDefault,
        identity: alone ? { ...identity, alone } : identity,
      };
    });
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'AUDIO_SYSTEM_UNAVAILABLE') return error;
    throw error;
  }
}
