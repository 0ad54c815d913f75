import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../test/support/silentLog.ts';
import { arecordArguments, openArecord } from './arecord.ts';
import { arecordError, otherRateOf, overrunOf } from './arecordErrors.ts';
import { parseCards, parseNames } from './arecordList.ts';

const format = { sampleRate: 48_000, bitDepth: 16, channels: 2 } as const;
const device = { name: 'desk', hostApi: 'ALSA', identity: { hostApi: 'ALSA', name: 'desk' } };

/** Plays a shell script in place of arecord. */
const open = (script: string) =>
  openArecord(device, 'desk', format, silentLog, () =>
    spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );

describe('openArecord', () => {
  it('asks for raw samples of the format', () => {
    const withDepth = (over: object) => arecordArguments('hw:1,0', { ...format, ...over }).join(' ');
    expect(withDepth({})).toMatch(/^-D hw:1,0 -t raw -f S16_LE -r 48000 -c 2 --buffer-time=\d+ --period-time=\d+$/);
    expect(withDepth({ bitDepth: 24 })).toContain('-f S24_3LE');
    expect(withDepth({ bitDepth: 32 })).toContain('-f S32_LE');
    expect(withDepth({ bitDepth: 32, float: true })).toContain('-f FLOAT_LE');
  });

  it('gives whole sample frames, and all that came before it was closed', async () => {
    const input = await open(
      "trap 'printf ijkl; exit 1' INT; printf abcdef; sleep 0.2; printf gh; while :; do sleep 0.05; done",
    );
    let text = '';
    while (text.length < 8) text += Buffer.from((await input.read()).buf ?? []).toString();
    expect(text).toBe('abcdefgh');
    expect(await input.close('WAIT')).toBe(true);
    expect(Buffer.from((await input.read()).buf ?? []).toString()).toBe('ijkl');
    expect(await input.read()).toEqual({ finished: true });
  });

  it.each([
    ['ALSA lib pcm.c:2660:(snd_pcm_open_noupdate) Unknown PCM desk', 'DEVICE_NOT_FOUND'],
    ['arecord: main:831: audio open error: No such file or directory', 'DEVICE_NOT_FOUND'],
    ['arecord: main:831: audio open error: Device or resource busy', 'DEVICE_BUSY'],
    ['arecord: set_params:1349: Sample format non available', 'DEVICE_FORMAT'],
    ['arecord: set_params:1358: Channels count non available', 'DEVICE_FORMAT'],
  ])('tells "%s" as %s', async (line, code) => {
    await expect(open(`echo '${line}' >&2; exit 1`)).rejects.toMatchObject({ code, details: { device: 'desk' } });
  });

  it('does not record at another speed', async () => {
    const line = 'Warning: rate is not accurate (requested = 48000Hz, got = 44100Hz)';
    await expect(open(`echo '${line}' >&2; sleep 60`)).rejects.toMatchObject({
      code: 'DEVICE_FORMAT',
      message: expect.stringContaining('does not give 48000 Hz but 44100 Hz'),
    });
  });

  it('says that arecord is not installed', async () => {
    const missing = openArecord(device, 'desk', format, silentLog, () =>
      spawn('/nowhere/arecord', [], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    await expect(missing).rejects.toMatchObject({ code: 'AUDIO_SYSTEM_UNAVAILABLE' });
  });

  it('tells of lost audio, and of its own end', async () => {
    const input = await open("printf abcd; sleep 0.3; echo 'overrun!!! (at least 12.5 ms long)' >&2; sleep 0.3");
    await input.read();
    expect(await input.read()).toMatchObject({ missing: 12.5 });
    expect(await input.read()).toMatchObject({ failure: { code: 'DEVICE_LOST' } });
  });
});

describe('what arecord prints', () => {
  it('is understood', () => {
    expect(overrunOf('overrun!!! (at least 0.123 ms long)')).toBe(0.123);
    expect(overrunOf('Recording raw data')).toBeUndefined();
    expect(otherRateOf('Warning: rate is not accurate (requested = 8000Hz, got = 48000Hz)')).toBe(48_000);
    expect(arecordError('desk', format, ['arecord: pcm_read:2178: read error: Input/output error'], true).code).toBe(
      'DEVICE_LOST',
    );
  });

  it('is a list of cards and of names', () => {
    const cards = [
      '**** List of CAPTURE Hardware Devices ****',
      'card 1: USB [Scarlett 2i2 USB], device 0: USB Audio [USB Audio]',
      '  Subdevices: 1/1',
      '  Subdevice #0: subdevice #0',
    ].join('\n');
    expect(parseCards(cards)).toEqual([{ name: 'Scarlett 2i2 USB: USB Audio (hw:1,0)' }]);
    const names =
      'null\n    Discard all samples\nlavrate\n    Rate Converter\ndefault\nstudio_b\n    Studio\nhw:CARD=USB,DEV=0\n    Direct\n';
    expect(parseNames(names)).toEqual([
      { name: 'default', isDefault: true },
      { name: 'studio_b', isDefault: false },
    ]);
  });
});
