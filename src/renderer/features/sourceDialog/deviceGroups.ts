import type { Device } from '../../../shared/domain/source.ts';

/** What ALSA lists on any computer: ways to the cards, sound servers and converters, and no inputs by themselves. */
const ALSA_PLUGINS = new Set([
  'a52',
  'arcamav',
  'center_lfe',
  'default',
  'dmix',
  'dsnoop',
  'front',
  'hdmi',
  'iec958',
  'jack',
  'lavrate',
  'modem',
  'null',
  'oss',
  'phoneline',
  'pipewire',
  'pulse',
  'rear',
  'samplerate',
  'side',
  'spdif',
  'speex',
  'speexrate',
  'sysdefault',
  'upmix',
  'usbstream',
  'vdownmix',
]);

const isPlugin = ({ hostApi, name }: Device): boolean =>
  hostApi === 'ALSA' && (ALSA_PLUGINS.has(name) || /^surround\d+$/.test(name));

const isCard = ({ identity }: Device): boolean => identity?.pcm !== undefined;

/** Inputs as they are offered: cards first, then what else has a name of its own; apart from them ALSA's plugins. */
export function deviceGroups(devices: readonly Device[]): {
  readonly inputs: readonly Device[];
  readonly plugins: readonly Device[];
} {
  const inputs = devices.filter((device) => !isPlugin(device));
  return {
    inputs: [...inputs.filter(isCard), ...inputs.filter((device) => !isCard(device))],
    plugins: devices.filter(isPlugin),
  };
}
