import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CardRecorder } from '../support/cardRecorder.ts';
import type { CardOptions } from '../support/cardProtocol.ts';
import { type VirtualCards, startVirtualCards } from '../support/pulse.ts';
import { type Ramp, makeRamp, rampFault } from '../support/ramp.ts';

const RATE = 48_000;

const options = (device: string, over: Partial<CardOptions> = {}): CardOptions => ({
  device,
  sampleRate: RATE,
  bitDepth: 16,
  channels: 2,
  ...over,
});

describe('a soundcard source with virtual cards', () => {
  let folder: string;
  let virtual: VirtualCards;
  let recorder: CardRecorder;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-cards-test-'));
    virtual = await startVirtualCards({
      studio_a: {},
      studio_b: { bitDepth: 24 },
      studio_hi: { rate: 96_000, channels: 4, bitDepth: 24 },
    });
    recorder = await CardRecorder.start(virtual.env, folder);
  });

  afterAll(async () => {
    await recorder.stop();
    await virtual.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const rampFile = async (ramp: Ramp): Promise<string> => {
    const file = join(folder, `ramp-${ramp.bitDepth}-${ramp.bytes.length}.pcm`);
    await writeFile(file, ramp.bytes);
    return file;
  };

  it.each([
    { device: 'studio_a', rate: RATE, channels: 2, bitDepth: 16 },
    { device: 'studio_b', rate: RATE, channels: 2, bitDepth: 24 },
    { device: 'studio_hi', rate: 96_000, channels: 4, bitDepth: 24 },
  ] as const)('delivers every sample unchanged: $bitDepth bit, $rate Hz, $channels channels', async (card) => {
    const { device, rate, channels, bitDepth } = card;
    const ramp = makeRamp(bitDepth, rate * channels * 3);
    const run = recorder.capture(options(device, { sampleRate: rate, channels, bitDepth }));
    await run.captured(rate / 2);
    await virtual.card(device).play(await rampFile(ramp));
    await run.heard(ramp);
    await run.captured(run.samples + rate / 2);
    run.stop();
    expect(await run.ended()).not.toHaveProperty('error');
    expect(run.events[0]).toMatchObject({
      type: 'open',
      info: { format: { codec: 'pcm', sampleRate: rate, channels, bitDepth }, container: 'wav', label: device },
    });
    expect(rampFault(await run.bytes(), ramp)).toBe('');
  });

  it('captures two cards at once', async () => {
    const ramps = { studio_a: makeRamp(16, RATE * 2 * 3), studio_b: makeRamp(24, RATE * 2 * 3) };
    const runs = {
      studio_a: recorder.capture(options('studio_a')),
      studio_b: recorder.capture(options('STUDIO_B', { bitDepth: 24 })),
    };
    await Promise.all([runs.studio_a.captured(RATE / 2), runs.studio_b.captured(RATE / 2)]);
    await Promise.all([
      virtual.card('studio_a').play(await rampFile(ramps.studio_a)),
      virtual.card('studio_b').play(await rampFile(ramps.studio_b)),
    ]);
    for (const name of ['studio_a', 'studio_b'] as const) {
      await runs[name].heard(ramps[name]);
      await runs[name].captured(runs[name].samples + RATE / 2);
      runs[name].stop();
      await runs[name].ended();
      expect(rampFault(await runs[name].bytes(), ramps[name]), name).toBe('');
    }
  });

  it('notices a pulled cable and captures again when it is back, while another card loses nothing', async () => {
    const ramp = makeRamp(24, RATE * 2 * 9);
    const other = recorder.capture(options('studio_b', { bitDepth: 24 }));
    const pulled = recorder.capture(options('studio_a'));
    await Promise.all([other.captured(RATE / 2), pulled.captured(RATE / 2)]);
    const playing = virtual.card('studio_b').play(await rampFile(ramp));

    await virtual.card('studio_a').unplug();
    expect(await pulled.ended()).toMatchObject({ error: { code: 'DEVICE_LOST', details: { device: 'studio_a' } } });

    const tooEarly = recorder.capture(options('studio_a'));
    expect(await tooEarly.ended()).toMatchObject({
      error: { code: 'DEVICE_NOT_FOUND', details: { listFrozen: true } },
    });

    await virtual.card('studio_a').plugIn();
    const again = recorder.capture(options('studio_a'));
    await again.captured(RATE);
    again.stop();
    expect(await again.ended()).not.toHaveProperty('error');

    await playing;
    await other.heard(ramp);
    await other.captured(other.samples + RATE / 2);
    other.stop();
    await other.ended();
    expect(rampFault(await other.bytes(), ramp)).toBe('');
  });

  it('leaves threads for files while many inputs wait for data that does not come', async () => {
    // Of one rate they would share the card.
    const rates = [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000];
    const runs = rates.map((sampleRate) => recorder.capture(options('studio_a', { sampleRate })));
    await Promise.all(runs.map((run, index) => run.captured((rates[index] ?? RATE) / 10)));
    await recorder.touch();
    await virtual.card('studio_a').unplug();
    const ended = await Promise.all(runs.map((run) => run.ended()));
    expect(recorder.touchesInSilence).toBeGreaterThan(5);
    expect(ended.map(({ error }) => error?.code)).toEqual(runs.map(() => 'DEVICE_LOST'));
    await virtual.card('studio_a').plugIn();
  });

  it('says which inputs there are when the wanted one is not', async () => {
    const run = recorder.capture(options('nowhere'));
    const { error } = await run.ended();
    expect(error?.code).toBe('DEVICE_NOT_FOUND');
    expect(error?.details?.['found']).toContain('studio_a, studio_b, studio_hi');
  });

  it('says how many channels the card has', async () => {
    const run = recorder.capture(options('studio_a', { channels: 64 }));
    expect((await run.ended()).error?.code).toBe('DEVICE_FORMAT');
  });

  it('loses nothing when its process is held up for five seconds', async () => {
    const ramp = makeRamp(16, RATE * 2 * 6);
    const run = recorder.capture(options('studio_a'));
    await run.captured(RATE / 2);
    const playing = virtual.card('studio_a').play(await rampFile(ramp));
    await run.captured(run.samples + RATE);
    const pid = recorder.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    await playing;
    process.kill(pid, 'SIGCONT');
    await run.heard(ramp);
    await run.captured(run.samples + RATE / 2);
    run.stop();
    expect(await run.ended()).not.toHaveProperty('error');
    expect(rampFault(await run.bytes(), ramp)).toBe('');
  });
});
