import { describe, expect, it } from 'vitest';
import type { Device, SourceConfig } from '../../../shared/domain/source.ts';
import { sourceId } from '../../../shared/units.ts';
import {
  beginsNewRecording,
  check,
  emptyForm,
  formOf,
  freeName,
  offeredName,
  routeRows,
  settingsFor,
  withAlarms,
  withScheme,
} from './draft.ts';

const id = sourceId('3b241101-e2bb-4255-8caf-4136c566a962');
const device: Device = {
  name: 'Studio A',
  hostApi: 'ALSA',
  maxChannels: 1,
  defaultSampleRate: 44_100,
  isDefault: true,
};

const errorsOf = (form: Parameters<typeof check>[0]): Record<string, string> => {
  const checked = check(form);
  return checked.ok ? {} : Object.fromEntries(checked.errors);
};

describe('an address without a scheme', () => {
  it.each([
    ['radio.example.org/live.mp3', 'https://radio.example.org/live.mp3'],
    [' radio.example.org:8000/live ', 'http://radio.example.org:8000/live'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['radio.example.org:443/live', 'https://radio.example.org:443/live'],
    ['http://radio.example.org/', 'http://radio.example.org/'],
    ['ftp://radio.example.org/', 'ftp://radio.example.org/'],
    ['radio', 'radio'],
    ['', ''],
  ])('%j is %j', (typed, address) => {
    expect(withScheme(typed)).toBe(address);
  });
});

describe('routeRows', () => {
  it('tell the way when it leads elsewhere', () => {
    const same = { finalUrl: 'http://a.example/' };
    expect(routeRows(same, 'http://a.example')).toEqual([]);
    expect(routeRows(same, 'http://me:secret@a.example/')).toEqual([]);
    const route = [
      { url: 'http://a.example/', is: 'redirect' },
      { url: 'http://a.example/x.m3u', is: 'm3u' },
      { url: 'https://b.example/x', is: 'stream' },
    ] as const;
    expect(routeRows({ finalUrl: 'https://b.example/x', route: [...route] }, 'http://a.example/')).toEqual([
      { term: 'Redirect', url: 'http://a.example/' },
      { term: 'M3U playlist', url: 'http://a.example/x.m3u' },
      { term: 'Recorded from', url: 'https://b.example/x' },
    ]);
  });
});

describe('a soundcard', () => {
  const errorsWith = (change: object): Record<string, string> => {
    const form = emptyForm('soundcard');
    return errorsOf({ ...form, name: 'A', soundcard: { ...form.soundcard, ...change } });
  };
  it('is recorded as what its file can hold', () => {
    expect(errorsWith({ container: 'flac', bitDepth: 24, channels: 8 })).toEqual({});
    expect(Object.keys(errorsWith({ container: 'flac', bitDepth: 32 }))).toEqual(['container']);
    expect(Object.keys(errorsWith({ container: 'flac', channels: 9 }))).toEqual(['container']);
    expect(Object.keys(errorsWith({ float: true, bitDepth: 24 }))).toEqual(['bitDepth']);
    expect(errorsWith({ float: true, bitDepth: 32, sampleRate: 192_000 })).toEqual({});
    expect(Object.keys(errorsWith({ sampleRate: 192_001 }))).toEqual(['sampleRate']);
    expect(Object.keys(errorsWith({ sampleRate: 7999 }))).toEqual(['sampleRate']);
  });
  it('has at least one channel, and each once', () => {
    expect(errorsWith({ pick: [2], channels: 1 })).toEqual({});
    expect(Object.keys(errorsWith({ pick: [], channels: 1 }))).toEqual(['pick']);
    expect(Object.keys(errorsWith({ pick: [2, 2], channels: 2 }))).toEqual(['pick']);
  });
});

describe('formOf', () => {
  it('keeps what a source says of its own recordings', () => {
    const own = { splitSeconds: 600, filenamePattern: '%H', maxLengthSeconds: 7200 };
    const config: SourceConfig = {
      id,
      kind: 'stream',
      name: 'R',
      url: 'http://a/',
      username: '',
      format: 'auto',
      ...own,
    };
    expect(check(formOf(config))).toMatchObject({ ok: true, draft: own });
  });
});

describe('the tags of a stream', () => {
  it.each([{}, { tagStreams: true }, { tagStreams: false }])('are as the source says: %o', (own) => {
    const config: SourceConfig = {
      id,
      kind: 'stream',
      name: 'R',
      url: 'http://a/',
      username: '',
      format: 'auto',
      ...own,
    };
    const checked = check(formOf(config));
    expect(checked.ok && checked.draft.kind === 'stream' && checked.draft.tagStreams).toBe(own.tagStreams);
  });
});

describe('check', () => {
  it('names each field that is not right', () => {
    expect(errorsOf(emptyForm('soundcard'))).toEqual({ name: 'Give the source a name.' });
    expect(errorsOf({ ...emptyForm('stream'), name: 'Radio' })).toEqual({
      url: 'Enter an address that starts with http:// or https://.',
    });
    for (const seed of ['', '-1', '1.5', 'x', '4294967296']) {
      expect(errorsOf({ ...emptyForm('generator'), name: 'Test', seed })).toEqual({
        seed: 'Enter a whole number from 0 to 4294967295.',
      });
    }
  });

  it('takes an address without its scheme, also before its field was left', () => {
    const form = { ...emptyForm('stream'), name: 'Radio' };
    const checked = check({ ...form, stream: { ...form.stream, url: ' radio.example:8000/live ' } });
    expect(checked).toMatchObject({ ok: true, draft: { url: 'http://radio.example:8000/live' } });
  });

  it('takes a stall time in whole seconds, or none', () => {
    const form = { ...emptyForm('stream'), name: 'Radio' };
    const errors = (stallSeconds: string) =>
      errorsOf({ ...form, stream: { ...form.stream, url: 'http://a.example/', stallSeconds } });
    for (const good of ['', ' ', '2', '600']) expect(errors(good)).toEqual({});
    for (const bad of ['1', '601', '2.5', 'x']) {
      expect(errors(bad)).toEqual({ stallSeconds: expect.stringMatching(/second/) });
    }
  });

  it('sends a password only when it is set or removed', () => {
    const form = {
      ...emptyForm('stream'),
      name: 'Radio',
      stream: { ...emptyForm('stream').stream, url: ' http://a.example/x ', username: 'u' },
    };
    const draftOf = (change: object): unknown => {
      const checked = check({ ...form, ...change });
      return checked.ok ? checked.draft : undefined;
    };
    expect(draftOf({})).not.toHaveProperty('password');
    expect(draftOf({})).toHaveProperty('url', 'http://a.example/x');
    expect(draftOf({ password: 'p' })).toHaveProperty('password', 'p');
    expect(draftOf({ password: 'p', removePassword: true })).toHaveProperty('password', '');
  });
});

describe('formOf', () => {
  const configs: readonly SourceConfig[] = [
    { id, name: 'A', kind: 'soundcard', device: 'x', sampleRate: 96_000, bitDepth: 16, channels: 4 },
    {
      id,
      name: 'A right',
      kind: 'soundcard',
      device: 'Scarlett',
      sampleRate: 176_400,
      bitDepth: 32,
      float: true,
      channels: 1,
      pick: [2],
      container: 'wav',
      backend: 'arecord',
      identity: { hostApi: 'ALSA', name: 'Scarlett', pcm: 0, port: '0000:00:14.0 usb 2', alone: true },
      maxLengthSeconds: 60,
    },
    { id, name: 'B', kind: 'stream', url: 'https://a.example/', username: 'u', format: 'aac' },
    {
      id,
      name: 'B titled',
      kind: 'stream',
      url: 'https://a.example/',
      username: '',
      format: 'auto',
      stallSeconds: 5,
      cue: true,
    },
    { id, name: 'C', kind: 'generator', programme: 'tone', seed: 7, sampleRate: 44_100, bitDepth: 24, channels: 1 },
    {
      id,
      name: 'C kept small',
      kind: 'generator',
      programme: 'bursts',
      seed: 7,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 2,
      container: 'flac',
      splitSeconds: 600,
      filenamePattern: '%H',
      alarms: { silence: { enabled: true, levelDbfs: -50, seconds: 5 } },
    },
  ];
  it('keeps everything of a source', () => {
    for (const config of configs) {
      const checked = check(formOf(config));
      expect(checked.ok && { id, ...checked.draft }).toEqual(config);
    }
  });
});

describe('names', () => {
  it('are made free with a number', () => {
    expect(freeName('Test signal', ['Studio'])).toBe('Test signal');
    expect(freeName('Test signal', ['test signal', 'Test signal 2'])).toBe('Test signal 3');
  });
  it('are offered from what is recorded', () => {
    expect(offeredName(emptyForm('soundcard'), [device], undefined)).toBe('Studio A');
    expect(offeredName(emptyForm('soundcard'), [], undefined)).toBe('Microphone');
    const stream = {
      ...emptyForm('stream'),
      stream: { ...emptyForm('stream').stream, url: 'https://a.example/x' },
    };
    expect([offeredName(stream, [], undefined), offeredName(stream, [], 'Radio 1')]).toEqual(['a.example', 'Radio 1']);
  });
});

describe('settingsFor', () => {
  it('takes what the device offers', () => {
    const now = emptyForm('soundcard').soundcard;
    expect(settingsFor(device, now, 'Studio A')).toEqual({
      device: 'Studio A',
      sampleRate: 44_100,
      bitDepth: 24,
      channels: 1,
    });
    expect(settingsFor({ ...device, defaultSampleRate: 37_800, maxChannels: 64 }, now, 'x')).toMatchObject({
      sampleRate: 48_000,
      channels: 2,
    });
  });
});

describe('a source that is armed', () => {
  const configs: readonly SourceConfig[] = (['soundcard', 'stream', 'generator'] as const).map((kind) => {
    const form = emptyForm(kind);
    const checked = check({ ...form, name: 'A', stream: { ...form.stream, url: 'http://a.example/live' } });
    if (!checked.ok) throw new Error([...checked.errors.values()].join());
    return { id, ...checked.draft };
  });
  const draftOf = (form: Parameters<typeof check>[0]) => {
    const checked = check(form);
    if (!checked.ok) throw new Error([...checked.errors.values()].join());
    return checked.draft;
  };

  it.each(configs)('goes on in its recording when only the alarms of a $kind change', (config) => {
    const form = formOf(config);
    const silence = { enabled: true, levelDbfs: -50, seconds: 5 };
    expect(beginsNewRecording(config, draftOf(form))).toBe(false);
    const changed = draftOf({ ...form, plan: withAlarms(form.plan, { silence }) });
    expect(changed.alarms).toEqual({ silence });
    expect(beginsNewRecording(config, changed)).toBe(false);
    const again = formOf({ ...config, alarms: { silence } });
    expect(draftOf({ ...again, plan: withAlarms(again.plan, undefined) }).alarms).toBeUndefined();
    expect(beginsNewRecording(config, draftOf({ ...form, name: 'B' }))).toBe(true);
  });

  it.each(configs)('keeps what a $kind says of its sections, which begins no new recording', (config) => {
    const own = { ...config, detection: { marginDb: 6 } };
    expect(draftOf(formOf(own)).detection).toEqual({ marginDb: 6 });
    expect(beginsNewRecording(config, draftOf(formOf(own)))).toBe(false);
  });
});
