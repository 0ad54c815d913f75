import type { Device, SoundcardConfig, SourceStatus } from '../../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../../shared/domain/sourceDefaults.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { ArecordPcms } from './arecordList.ts';
import { deviceNotFound } from './deviceErrors.ts';
import { chooseInput, type InputDevice } from './deviceMatch.ts';
import type { DeviceListing, PortAudio } from './portAudio.ts';

export type CardBackendStatus = NonNullable<SourceStatus['backend']>;

/** What is to be opened, and with what. */
export interface CardChoice {
  readonly backend: CardBackendStatus;
  readonly device: Pick<InputDevice, 'name' | 'hostApi' | 'identity' | 'maxChannels'>;
  /** What arecord calls it. */
  readonly pcm: string;
  /** What to say when ALSA knows no such PCM. */
  readonly notFound: LongtakeError;
}

export interface CardChoosers {
  readonly audio: Pick<PortAudio, 'listInputs'>;
  readonly pcms: ArecordPcms;
  /** ALSA is there. */
  readonly linux: boolean;
}

/** A name that ALSA may know: `studio_a`, `dsnoop:1,0`, `plug:{SLAVE="hw:1"}`. */
const PCM_NAME = /^[A-Za-z_][\w.-]*(?::\S.*)?$/;
const WITH_ARGUMENTS = /^[A-Za-z_][\w.-]*:/;
const HARDWARE = /\((hw:\d+,\d+)\)$/;

/**
 * Chooses the device and what captures it: PortAudio where it lists the device; on Linux arecord for any other name
 * that ALSA may know, and where PortAudio cannot be loaded.
 * @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE, DEVICE_NOT_FOUND
 */
export async function chooseCard(config: SoundcardConfig, choosers: CardChoosers): Promise<CardChoice> {
  const wanted = config.backend ?? 'auto';
  const chosen = "It was chosen in the source's settings.";
  if (wanted === 'arecord') return withArecord(config, await choosers.pcms(), chosen);
  let listing: DeviceListing;
  try {
    listing = await choosers.audio.listInputs();
  } catch (error) {
    const missing = error instanceof LongtakeError && error.code === 'AUDIO_SYSTEM_UNAVAILABLE';
    if (!missing || wanted === 'portaudio' || !choosers.linux) throw error;
    const reason = String(error.details?.['reason'] ?? error.message);
    return withArecord(config, await choosers.pcms(), `PortAudio cannot be used on this computer: ${reason}`);
  }
  const device = chooseInput(config, listing.inputs);
  const notFound = deviceNotFound(config, listing.inputs, listing.frozen);
  if (device) {
    const reason = wanted === 'auto' ? 'PortAudio lists this device.' : chosen;
    return { backend: { name: 'portaudio', reason }, device, pcm: device.name, notFound };
  }
  if (wanted === 'portaudio' || !choosers.linux || !mayBeUnlisted(config, listing)) throw notFound;
  return alsaPcm(config.device, 'PortAudio does not list this device.', notFound);
}

/** PortAudio leaves out what takes arguments; any other PCM may just be newer than its list. */
function mayBeUnlisted({ device, identity }: SoundcardConfig, { frozen }: DeviceListing): boolean {
  if (identity?.port !== undefined || !PCM_NAME.test(device) || device === DEFAULT_DEVICE) return false;
  return WITH_ARGUMENTS.test(device) || !frozen;
}

function withArecord(config: SoundcardConfig, pcms: readonly Device[], reason: string): CardChoice {
  const inputs = pcms.flatMap((pcm, id) => (pcm.identity ? [{ ...pcm, id, identity: pcm.identity }] : []));
  const device = chooseInput(config, inputs);
  const notFound = deviceNotFound(config, inputs, false);
  const given = config.device.trim();
  const exact = device?.name.toLowerCase() === given.toLowerCase();
  // ALSA knows more names than it lists: a whole name counts more than a part of another.
  if (config.identity?.port === undefined && !exact && PCM_NAME.test(given)) {
    const isPart = device !== undefined && !WITH_ARGUMENTS.test(given) && given !== DEFAULT_DEVICE;
    return isPart && device ? listed(device, reason, notFound) : alsaPcm(given, reason, notFound);
  }
  if (!device) throw notFound;
  return listed(device, reason, notFound);
}

function listed(device: InputDevice, reason: string, notFound: LongtakeError): CardChoice {
  const pcm = HARDWARE.exec(device.name)?.[1] ?? device.name;
  // What it has is only known by trying.
  return { backend: { name: 'arecord', reason }, device: { ...device, maxChannels: Infinity }, pcm, notFound };
}

function alsaPcm(pcm: string, reason: string, notFound: LongtakeError): CardChoice {
  const device = { name: pcm, hostApi: 'ALSA', maxChannels: Infinity, identity: { hostApi: 'ALSA', name: pcm } };
  return { backend: { name: 'arecord', reason }, device, pcm, notFound };
}
