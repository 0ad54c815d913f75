import { describe, expect, it } from 'vitest';
import { type InputDevice, choosableInputs, chooseDefault, matchDevice } from './deviceMatch.ts';

let nextId = 0;
const input = (name: string, over: Partial<InputDevice> = {}): InputDevice => ({
  identity: { hostApi: 'ALSA', name },
  id: nextId++,
  name,
  hostApi: 'ALSA',
  maxChannels: 2,
  defaultSampleRate: 44_100,
  isDefault: false,
  ...over,
});

describe('matching a device', () => {
  const builtIn = input('HDA Intel PCH: ALC257 Analog (hw:0,0)');
  const usb = input('USB Audio CODEC: - (hw:1,0)');
  const usbTwo = input('USB Audio CODEC: - (hw:2,0)');
  const studio = input('studio_a');
  const studioB = input('studio_a_b', { isDefault: true });
  const inputs = [builtIn, usb, usbTwo, studioB, studio];

  it('takes what ALSA calls hw', () => {
    expect(matchDevice('hw:2,0', inputs)).toBe(usbTwo);
    expect(matchDevice('hw:1', inputs)).toBe(usb);
    expect(matchDevice('hw:2,1', inputs)).toBeUndefined();
  });

  it('takes the default', () => {
    expect(matchDevice('default', inputs)).toBe(studioB);
    expect(matchDevice(' Default ', inputs)).toBe(studioB);
  });

  it('prefers the exact name, whatever its letter case, over a part of one', () => {
    expect(matchDevice('STUDIO_A', inputs)).toBe(studio);
  });

  it('takes a part of a name, the first in the list when several have it', () => {
    expect(matchDevice('usb audio', inputs)).toBe(usb);
    expect(matchDevice('hw:2,0', inputs)).toBe(usbTwo);
    expect(matchDevice('pch', inputs)).toBe(builtIn);
  });

  it('finds nothing where there is nothing', () => {
    expect(matchDevice('firewire', inputs)).toBeUndefined();
    expect(matchDevice('default', [builtIn])).toBeUndefined();
    expect(matchDevice('default', [])).toBeUndefined();
  });

  it('takes a device that is named "default" when none is marked', () => {
    const named = input('default');
    expect(matchDevice('default', [builtIn, named])).toBe(named);
  });

  it('prefers ALSA where several systems have the name', () => {
    const jack = input('Line', { hostApi: 'JACK Audio Connection Kit' });
    const alsa = input('line');
    expect(matchDevice('Line', [jack, alsa])).toBe(alsa);
    expect(matchDevice('lin', [jack, alsa])).toBe(alsa);
    expect(matchDevice('lin', [jack, input('Line 2')])).toBe(jack);
  });
});

it('lists each name once, as it would be chosen', () => {
  const jack = input('Line', { hostApi: 'JACK Audio Connection Kit' });
  const oss = input('Line', { hostApi: 'OSS', isDefault: true });
  const alsa = input('Line');
  const other = input('Mic');
  expect(choosableInputs([jack, alsa, other])).toEqual([alsa, other]);
  expect(choosableInputs([jack, alsa, oss])).toEqual([alsa, oss]);
});

describe('the default', () => {
  const inputs = [input('a', { id: 0 }), input('b', { id: 1 }), input('c', { id: 2 })];
  const none = 0xffff_ffff;

  it('is that of ALSA, then that of the default host API, then any', () => {
    const apis = [
      { name: 'JACK', defaultInput: 2 },
      { name: 'MME', defaultInput: 1 },
      { name: 'ALSA', defaultInput: 0 },
    ];
    expect(chooseDefault(inputs, apis, 'MME')).toBe(0);
    expect(chooseDefault(inputs, apis.slice(0, 2), 'MME')).toBe(1);
    expect(chooseDefault(inputs, [{ name: 'ALSA', defaultInput: none }, ...apis.slice(0, 1)], 'ALSA')).toBe(2);
  });

  it('is absent when no host API has an input', () => {
    expect(chooseDefault(inputs, [{ name: 'ALSA', defaultInput: none }], 'ALSA')).toBeUndefined();
    expect(chooseDefault([], [{ name: 'ALSA', defaultInput: 0 }], 'ALSA')).toBeUndefined();
  });
});
