import { describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { millis } from '../../shared/units.ts';
import type { AudioSource } from './audioSource.ts';
import { type ProberJob, type ProberPorts, probe } from './prober.ts';
import type { ProberEvent } from './proberProtocol.ts';

const device = { name: 'Mic', hostApi: 'ALSA', maxChannels: 2, defaultSampleRate: 44_100, isDefault: true };
const report = {
  format: { codec: 'mp3', sampleRate: 44_100, channels: 2, bitrate: 128_000 },
  container: 'mp3',
  finalUrl: 'http://radio.example/live',
} as const;
const streamDraft = {
  kind: 'stream',
  name: 'Radio',
  url: 'http://radio.example/live',
  username: 'me',
  format: 'auto',
} as const;
const cardDraft = {
  kind: 'soundcard',
  name: 'Desk',
  device: 'default',
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 1,
} as const;

async function tell(job: ProberJob, over: Partial<ProberPorts> = {}, signal = new AbortController().signal) {
  const events: ProberEvent[] = [];
  await probe(job, signal, {
    emit: (event) => events.push(event),
    log: silentLog,
    listDevices: async () => [device],
    createSource: () => {
      throw new Error('Nothing is to be opened.');
    },
    testStream: async () => report,
    ...over,
  });
  return events;
}

describe('a prober', () => {
  it('lists devices', async () => {
    expect(await tell({ type: 'devices' })).toEqual([{ type: 'devices', devices: [device] }]);
  });

  it('tells the devices again whenever they change, until it is ended', async () => {
    vi.useFakeTimers();
    try {
      const abort = new AbortController();
      const lists = [[device], [device], [device, { ...device, name: 'Line' }]];
      const told = tell(
        { type: 'watchDevices' },
        {
          listDevices: async () => {
            const next = lists.shift();
            if (next) return next;
            abort.abort();
            return [];
          },
        },
        abort.signal,
      );
      await vi.advanceTimersByTimeAsync(10_000);
      expect((await told).map((event) => (event.type === 'devices' ? event.devices.length : event))).toEqual([1, 2, 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('tests a stream with its password', async () => {
    const testStream = vi.fn(async () => report);
    const job = { type: 'testStream', draft: streamDraft, password: 'secret' } as const;
    expect(await tell(job, { testStream })).toEqual([{ type: 'streamReport', report }]);
    expect(testStream).toHaveBeenCalledWith(streamDraft, 'secret', expect.any(AbortSignal));
  });

  it('tells the levels of an input ten times a second, and ends with its signal', async () => {
    const source: AudioSource = {
      run: async (listener) => {
        const bytes = new Uint8Array(9600).fill(0x40);
        for (let times = 0; times < 3; times += 1) listener.onBlock({ bytes, samples: 4800 }, millis(0));
      },
    };
    const events = await tell({ type: 'preview', draft: cardDraft }, { createSource: () => source });
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({ type: 'levels', peak: [expect.closeTo(-5.95, 1)] });
  });

  it('tells what is wrong', async () => {
    const busy = new LongtakeError('DEVICE_BUSY', 'The device is in use.', { details: { device: 'Mic' } });
    const source: AudioSource = { run: () => Promise.reject(busy) };
    expect(await tell({ type: 'preview', draft: cardDraft }, { createSource: () => source })).toEqual([
      { type: 'error', error: { code: 'DEVICE_BUSY', message: 'The device is in use.', details: { device: 'Mic' } } },
    ]);
  });

  it('logs what is our mistake and tells it without its text', async () => {
    const log = { ...silentLog, error: vi.fn() };
    const events = await tell({ type: 'preview', draft: cardDraft }, { log });
    expect(events).toEqual([{ type: 'error', error: expect.objectContaining({ code: 'INTERNAL' }) }]);
    expect(log.error).toHaveBeenCalledWith(expect.any(String), {
      job: 'preview',
      error: expect.stringContaining('Nothing is to be opened.'),
    });
  });
});
