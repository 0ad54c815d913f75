import type { DeviceIdentity } from '../../../shared/domain/source.ts';
import type { CardPlace } from './cardPlace.ts';

/** ALSA's number of the card and of the device on it, as PortAudio puts them behind a name. */
const HARDWARE = /^(.*?)\s*\(hw:(\d+),(\d+)\)$/;

/** What a device is known by that PortAudio lists under this name. `placeOf` tells where a card is plugged in. */
export function identityOf(name: string, hostApi: string, placeOf: (card: number) => CardPlace): DeviceIdentity {
  const [, base, card, pcm] = HARDWARE.exec(name) ?? [];
  if (base === undefined) return { hostApi, name };
  return { hostApi, name: base, pcm: Number(pcm), ...placeOf(Number(card)) };
}

/** The device that opens only once, and has exactly as many channels as it says: not one of a sound server. */
export function isHardware(name: string): boolean {
  return HARDWARE.test(name);
}

/** Same make and same device on the card; which of several is not said. */
export function isSameKind(a: DeviceIdentity, b: DeviceIdentity): boolean {
  return a.hostApi === b.hostApi && a.name === b.name && a.pcm === b.pcm;
}

/**
 * The one that was chosen once. Two cards of one make are told apart by serial number, and by port where they have
 * none or share one. A card without a serial number that was alone of its name when it was chosen, and is so now, may
 * be plugged in elsewhere.
 */
export function findByIdentity<Found extends { readonly identity: DeviceIdentity }>(
  wanted: DeviceIdentity,
  devices: readonly Found[],
): Found | undefined {
  const alike = devices.filter(({ identity }) => isSameKind(identity, wanted));
  const atPort = alike.find(({ identity }) => identity.port === wanted.port);
  if (wanted.serial !== undefined) {
    const same = alike.filter(({ identity }) => identity.serial === wanted.serial);
    return same.length === 1 ? same[0] : same.find((device) => device === atPort);
  }
  if (wanted.port === undefined) return alike[0];
  if (atPort) return atPort;
  return wanted.alone === true && alike.length === 1 ? alike[0] : undefined;
}
