import type { DeviceIdentity, SoundcardConfig } from '../../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../../shared/domain/sourceDefaults.ts';
import { findByIdentity } from './deviceIdentity.ts';

/** An input as this process's PortAudio lists it. */
export interface InputDevice {
  /** Place in PortAudio's list; valid as long as the list is. */
  readonly id: number;
  readonly name: string;
  /** `ALSA`, `JACK Audio Connection Kit`, `Core Audio`, `Windows WASAPI`, ... */
  readonly hostApi: string;
  readonly maxChannels: number;
  /** Hz. */
  readonly defaultSampleRate: number;
  /** What `default` stands for; at most one. */
  readonly isDefault: boolean;
  readonly identity: DeviceIdentity;
}

/** Where the same device is offered by several systems, ALSA is the one that needs no server and no emulation. */
const PREFERRED_HOST_API = 'ALSA';

/** ALSA's own name of a device: the number of its card, and its own, which is 0 when it is left out. */
const HARDWARE = /^hw:(\d+)(?:,(\d+))?$/;

/** The input that a source records: where the device that was chosen is known, that one alone. */
export function chooseInput(
  { device, identity }: Pick<SoundcardConfig, 'device' | 'identity'>,
  inputs: readonly InputDevice[],
): InputDevice | undefined {
  return identity ? findByIdentity(identity, inputs) : matchDevice(device, inputs);
}

/**
 * The input that a person means: `default`; else the one of exactly that name; else `hw:X,Y`; else the first in the
 * list's order whose name contains it. Letter case does not matter. Absent when there is none.
 */
export function matchDevice(wanted: string, inputs: readonly InputDevice[]): InputDevice | undefined {
  const name = fold(wanted);
  const exact = preferred(inputs.filter((input) => fold(input.name) === name));
  if (name === DEFAULT_DEVICE) return inputs.find((input) => input.isDefault) ?? exact;
  if (exact) return exact;
  const [, card, pcm = '0'] = HARDWARE.exec(name) ?? [];
  if (card !== undefined) return inputs.find((input) => input.name.endsWith(`(hw:${card},${pcm})`));
  const first = inputs.find((input) => fold(input.name).includes(name));
  return first && preferred(inputs.filter((input) => fold(input.name) === fold(first.name)));
}

/** The inputs without those that no name can choose, because {@link matchDevice} prefers another of that name. */
export function choosableInputs(inputs: readonly InputDevice[]): readonly InputDevice[] {
  return inputs.filter(
    (input) => input.isDefault || preferred(inputs.filter((other) => fold(other.name) === fold(input.name))) === input,
  );
}

/** The one that `default` stands for, given each host API's default input. */
export function chooseDefault(
  inputs: readonly Pick<InputDevice, 'id'>[],
  hostApis: readonly { readonly name: string; readonly defaultInput: number }[],
  defaultHostApi: string | undefined,
): number | undefined {
  const rank = (name: string): number => (name === PREFERRED_HOST_API ? 0 : name === defaultHostApi ? 1 : 2);
  const ids = [...hostApis].sort((a, b) => rank(a.name) - rank(b.name)).map((hostApi) => hostApi.defaultInput);
  return ids.find((id) => inputs.some((input) => input.id === id));
}

function preferred(inputs: readonly InputDevice[]): InputDevice | undefined {
  return inputs.find((input) => input.hostApi === PREFERRED_HOST_API) ?? inputs[0];
}

const fold = (name: string): string => name.trim().toLowerCase();
