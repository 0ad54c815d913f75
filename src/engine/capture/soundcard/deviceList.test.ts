import { describe, expect, it } from 'vitest';
import { FakeNativeAudio, fakeDevice } from '../../../../test/support/fakeNativeAudio.ts';
import type { Device } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { listDevices } from './deviceList.ts';
import { identityOf } from './deviceIdentity.ts';
import { PortAudio } from './portAudio.ts';

const USB = 'USB Audio: - (hw:1,0)';
const OTHER_USB = 'USB Audio: - (hw:2,0)';

const placeOf = (card: number) => ({ port: `usb ${card}` });
const withArecord = (name: string): Device => ({
  name,
  hostApi: 'ALSA',
  maxChannels: 2,
  defaultSampleRate: 48_000,
  isDefault: false,
  backend: 'arecord',
  identity: identityOf(name, 'ALSA', placeOf),
});

describe('listDevices', () => {
  const native = new FakeNativeAudio();
  native.devices = [fakeDevice(0, USB), fakeDevice(1, 'studio'), fakeDevice(2, 'speakers', { maxInputChannels: 0 })];
  const portAudio = new PortAudio(() => native, placeOf);

  it('has the identity of each, and says which is alone of its kind', async () => {
    const devices = await listDevices(portAudio, async () => []);
    expect(devices.map(({ name, identity }) => [name, identity?.port, identity?.alone])).toEqual([
      [USB, 'usb 1', true],
      ['studio', undefined, true],
    ]);
  });

  it('keeps a card that is being recorded, and leaves out PCMs that PortAudio could not open', async () => {
    const devices = await listDevices(portAudio, async () => [USB, OTHER_USB, 'oss'].map((name) => withArecord(name)));
    expect(devices.map(({ name, backend, identity }) => [name, backend, identity?.alone])).toEqual([
      [USB, undefined, undefined],
      ['studio', undefined, true],
      [OTHER_USB, undefined, undefined],
    ]);
  });

  it('is what arecord knows where PortAudio is missing', async () => {
    const missing = new LongtakeError('AUDIO_SYSTEM_UNAVAILABLE', 'No.');
    const none = new PortAudio((): never => {
      throw missing;
    }, placeOf);
    const devices = await listDevices(none, async () => [withArecord(USB)]);
    expect(devices.map(({ name, backend }) => [name, backend])).toEqual([[USB, 'arecord']]);
    await expect(listDevices(none, async () => [])).rejects.toBe(missing);
  });
});
