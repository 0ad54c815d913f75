import { describe, expect, it } from 'vitest';
import type { Device, SoundcardConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { sourceId } from '../../../shared/units.ts';
import { chooseCard } from './chooseCard.ts';
import { identityOf } from './deviceIdentity.ts';

const config = (device: string, over: Partial<SoundcardConfig> = {}): SoundcardConfig => ({
  kind: 'soundcard',
  id: sourceId('00000000-0000-4000-8000-000000000001'),
  name: 'Test',
  device,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 2,
  ...over,
});

const USB = 'Scarlett: USB (hw:1,0)';
const pcm = (name: string): Device => ({
  name,
  hostApi: 'ALSA',
  maxChannels: 2,
  defaultSampleRate: 48_000,
  isDefault: name === 'default',
  backend: 'arecord',
  identity: identityOf(name, 'ALSA', (card) => ({ port: `usb ${card}` })),
});

interface World {
  readonly portAudio?: readonly string[] | undefined;
  readonly frozen?: boolean;
  readonly linux?: boolean;
}

async function choose(wanted: SoundcardConfig, { portAudio = [USB], frozen = false, linux = true }: World = {}) {
  const inputs = portAudio.map((name, id) => ({ ...pcm(name), id, identity: identityOf(name, 'ALSA', () => ({})) }));
  const { backend, pcm: name } = await chooseCard(wanted, {
    audio: { listInputs: async () => ({ inputs, frozen }) },
    pcms: async () => [pcm(USB), pcm('studio_b'), pcm('default')],
    linux,
  });
  return `${backend.name} ${name}`;
}

describe('chooseCard', () => {
  it('takes PortAudio for what it lists', async () => {
    expect(await choose(config('scarlett'))).toBe(`portaudio ${USB}`);
    expect(await choose(config('hw:1,0'))).toBe(`portaudio ${USB}`);
  });

  it('takes arecord for any other PCM that ALSA may know', async () => {
    for (const name of ['dsnoop:1,0', 'my_dsnoop', 'hw:CARD=USB,DEV=0', 'hw:7,0']) {
      expect(await choose(config(name))).toBe(`arecord ${name}`);
    }
  });

  it('waits for what may only be newer than the list', async () => {
    await expect(choose(config('my_dsnoop'), { frozen: true })).rejects.toMatchObject({
      details: { listFrozen: true },
    });
    expect(await choose(config('dsnoop:1,0'), { frozen: true })).toBe('arecord dsnoop:1,0');
  });

  it('takes no arecord where there is none, for no name of a PCM, and where it is not wanted', async () => {
    const notFound = { code: 'DEVICE_NOT_FOUND' };
    await expect(choose(config('my_dsnoop'), { linux: false })).rejects.toMatchObject(notFound);
    await expect(choose(config('Focusrite USB (hw:9,0)'))).rejects.toMatchObject(notFound);
    await expect(choose(config('my_dsnoop', { backend: 'portaudio' }))).rejects.toMatchObject(notFound);
    const gone = { ...identityOf(USB, 'ALSA', () => ({})), port: 'usb 4' };
    await expect(choose(config('studio_b', { identity: gone }))).rejects.toMatchObject(notFound);
  });

  it('finds cards and names with arecord alone', async () => {
    const own = { backend: 'arecord' } as const;
    expect(await choose(config('scarlett', own))).toBe('arecord hw:1,0');
    expect(await choose(config('studio_b', own))).toBe('arecord studio_b');
    expect(await choose(config('studio_c', own))).toBe('arecord studio_c');
    expect(await choose(config('default', own))).toBe('arecord default');
    const identity = identityOf(USB, 'ALSA', () => ({ port: 'usb 1' }));
    expect(await choose(config('whatever', { ...own, identity }))).toBe('arecord hw:1,0');
  });

  it('says why when PortAudio is not there', async () => {
    const missing = new LongtakeError('AUDIO_SYSTEM_UNAVAILABLE', 'No.', { details: { reason: 'wrong ELF class' } });
    const choosers = {
      audio: { listInputs: () => Promise.reject(missing) },
      pcms: async () => [pcm(USB)],
      linux: true,
    };
    const { backend } = await chooseCard(config('scarlett'), choosers);
    expect(backend).toEqual({
      name: 'arecord',
      reason: 'PortAudio cannot be used on this computer: wrong ELF class',
    });
    await expect(chooseCard(config('scarlett'), { ...choosers, linux: false })).rejects.toBe(missing);
    await expect(chooseCard(config('scarlett', { backend: 'portaudio' }), choosers)).rejects.toBe(missing);
  });
});
