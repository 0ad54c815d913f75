import { describe, expect, it } from 'vitest';
import type { Device } from '../../../shared/domain/source.ts';
import { deviceGroups } from './deviceGroups.ts';

const device = (name: string, change: Partial<Device> = {}): Device => ({
  name,
  hostApi: 'ALSA',
  maxChannels: 2,
  defaultSampleRate: 48_000,
  isDefault: false,
  ...change,
});

const names = (devices: readonly Device[]): string[] => devices.map(({ name }) => name);

describe('deviceGroups', () => {
  it('puts cards first, and the plugins of ALSA apart', () => {
    const card = device('USB Audio (hw:1,0)', { identity: { hostApi: 'ALSA', name: 'USB Audio', pcm: 0 } });
    const { inputs, plugins } = deviceGroups([
      ...['pulse', 'studio_a', 'upmix', 'surround51'].map((name) => device(name)),
      card,
      device('system', { hostApi: 'JACK Audio Connection Kit' }),
    ]);
    expect(names(inputs)).toEqual([card.name, 'studio_a', 'system']);
    expect(names(plugins)).toEqual(['pulse', 'upmix', 'surround51']);
  });

  it('takes a name for what it is with ALSA only', () => {
    expect(names(deviceGroups([device('default', { hostApi: 'JACK' })]).inputs)).toEqual(['default']);
  });
});
