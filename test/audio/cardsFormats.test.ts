import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CardOptions } from '../support/cardProtocol.ts';
import { CardRecorder, type CardRun } from '../support/cardRecorder.ts';
import { type CardFormat, type VirtualCards, startVirtualCards } from '../support/pulse.ts';
import { channelOf, makeRamp, type Ramp, rampFault } from '../support/ramp.ts';

const formats = {
  phone: { rate: 8000, channels: 1, bitDepth: 16 },
  tape: { rate: 11_025, channels: 2, bitDepth: 16 },
  odd: { rate: 37_000, channels: 2, bitDepth: 24 },
  disc: { rate: 44_100, channels: 2, bitDepth: 32 },
  master: { rate: 176_400, channels: 2, bitDepth: 32 },
  best: { rate: 192_000, channels: 2, bitDepth: 32, float: true },
  desk: { rate: 48_000, channels: 2, bitDepth: 16 },
} as const satisfies Record<string, CardFormat>;
type Name = keyof typeof formats;

const depthOf = (format: CardFormat) => (format.float === true ? 'float' : format.bitDepth);

describe('soundcards of every kind', () => {
  let folder: string;
  let virtual: VirtualCards;
  let recorder: CardRecorder;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-formats-'));
    // PortAudio skips PCMs of this name, whatever they are.
    virtual = await startVirtualCards(formats, () => 'pcm.rate_convert { type plug slave.pcm desk }\n');
    recorder = await CardRecorder.start(virtual.env, folder);
  });
  afterAll(async () => {
    await recorder.stop();
    await virtual.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const options = (name: Name, over: Partial<CardOptions> = {}): CardOptions => {
    const { rate, channels, bitDepth } = formats[name];
    const float: boolean = 'float' in formats[name];
    return { device: name, sampleRate: rate, channels, bitDepth, ...(float ? { float } : {}), ...over };
  };
  const makeFor = (name: Name, seconds: number): Ramp => {
    const { rate, channels } = formats[name];
    return makeRamp(depthOf(formats[name]), rate * channels * seconds);
  };
  async function play(name: Name, ramp: Ramp): Promise<void> {
    const file = join(folder, `${name}-${ramp.bytes.length}.pcm`);
    await writeFile(file, ramp.bytes);
    await virtual.card(name).play(file);
  }
  /** Lets what was played arrive, and ends the run. */
  async function finish(run: CardRun, rate: number, ramp: Ramp): Promise<Buffer> {
    await run.heard(ramp);
    await run.captured(run.samples + rate / 2);
    run.stop();
    expect(await run.ended()).not.toHaveProperty('error');
    return run.bytes();
  }

  it.each(Object.keys(formats) as Name[])('delivers every sample of "%s" unchanged through PortAudio', async (name) => {
    const { rate } = formats[name];
    const ramp = makeFor(name, 3);
    const run = recorder.capture(options(name));
    await run.captured(rate / 2);
    await play(name, ramp);
    expect(rampFault(await finish(run, rate, ramp), ramp)).toBe('');
  });

  it.each(['phone', 'odd', 'disc', 'best'] as const)('delivers "%s" unchanged through arecord', async (name) => {
    const { rate } = formats[name];
    const ramp = makeFor(name, 3);
    const run = recorder.capture(options(name, { backend: 'arecord' }));
    await run.captured(rate / 2);
    await play(name, ramp);
    expect(rampFault(await finish(run, rate, ramp), ramp)).toBe('');
    expect(run.events[0]).toMatchObject({ info: { device: name, backend: { name: 'arecord' } } });
  });

  it.each(['rate_convert', 'plug:desk'])('takes arecord for "%s", which PortAudio does not list', async (device) => {
    const ramp = makeFor('desk', 2);
    const run = recorder.capture(options('desk', { device }));
    await run.captured(24_000);
    await play('desk', ramp);
    expect(rampFault(await finish(run, 48_000, ramp), ramp)).toBe('');
    expect(run.events[0]).toMatchObject({
      info: { backend: { name: 'arecord', reason: 'PortAudio does not list this device.' } },
    });
  });

  it('lets two sources have a channel each of one card, and come and go as they like', async () => {
    const ramp = makeFor('desk', 6);
    const left = recorder.capture(options('desk', { pick: [1], channels: 1 }));
    await left.captured(24_000);
    const playing = play('desk', ramp);
    await left.captured(left.samples + 24_000);
    const brief = recorder.capture(options('desk', { pick: [2], channels: 1 }));
    await brief.captured(24_000);
    brief.stop();
    expect(await brief.ended()).not.toHaveProperty('error');
    const right = recorder.capture(options('desk', { pick: [2], channels: 1 }));
    const swapped = recorder.capture(options('desk', { pick: [2, 1] }));
    await playing;
    await swapped.captured(24_000);
    const [first, second] = [channelOf(ramp, 2, 1), channelOf(ramp, 2, 2)];
    expect(rampFault(await finish(left, 48_000, first), first)).toBe('');
    const heard = await finish(right, 48_000, second);
    const both = await finish(swapped, 48_000, { ...ramp, bytes: swapPairs(ramp.bytes) });
    // They came later: what they heard is the end of the ramp, each of its own channel.
    const ends = [endOf(second), endOf(ramp)] as const;
    expect(heard.includes(ends[0])).toBe(true);
    expect(both.includes(ends[1])).toBe(false);
    expect(swapPairs(both).includes(ends[1])).toBe(true);
  });

  it('says which PCM does not exist, and that a card was lost, through arecord', async () => {
    const unknown = recorder.capture(options('desk', { device: 'no_such_pcm', backend: 'arecord' }));
    expect((await unknown.ended()).error?.code).toBe('DEVICE_NOT_FOUND');

    const killed = recorder.capture(options('desk', { backend: 'arecord' }));
    await killed.captured(24_000);
    for (const pid of await childrenOf(recorder.pid ?? 0)) process.kill(pid, 'SIGKILL');
    expect((await killed.ended()).error?.code).toBe('DEVICE_LOST');

    const pulled = recorder.capture(options('desk', { backend: 'arecord' }));
    await pulled.captured(24_000);
    await virtual.card('desk').unplug();
    expect((await pulled.ended()).error?.code).toBe('DEVICE_LOST');
    await virtual.card('desk').plugIn();
    const again = recorder.capture(options('desk', { backend: 'arecord' }));
    await again.captured(24_000);
    again.stop();
    expect(await again.ended()).not.toHaveProperty('error');
    await expect.poll(() => childrenOf(recorder.pid ?? 0)).toEqual([]);
  });
});

describe('the default input', () => {
  it('follows the system when another input becomes the default', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-default-'));
    const virtual = await startVirtualCards(
      { desk: {} },
      (serverOf) => `pcm.!default { type pulse server "${serverOf('desk')}" }\n`,
    );
    const desk = virtual.card('desk');
    await desk.control('load-module', 'module-null-sink', 'sink_name=headset', 'rate=48000', 'norewinds=1');
    await desk.control('set-default-source', 'desk.monitor');
    const recorder = await CardRecorder.start(virtual.env, folder);
    try {
      const ramps = { desk: makeRamp(16, 48_000 * 4), headset: makeRamp(16, 48_000 * 6) };
      const run = recorder.capture({ device: 'default', sampleRate: 48_000, channels: 2, bitDepth: 16 });
      await run.captured(24_000);
      for (const name of ['desk', 'headset'] as const) {
        await desk.control('set-default-source', `${name}.monitor`);
        await expect.poll(async () => (await desk.control('info')).stdout).toContain(`Default Source: ${name}.monitor`);
        await run.captured(run.samples + 48_000);
        const file = join(folder, `${name}.pcm`);
        await writeFile(file, ramps[name].bytes);
        await desk.play(file, undefined, name);
        await run.heard(ramps[name]);
      }
      run.stop();
      expect(await run.ended()).not.toHaveProperty('error');
      const heard = await run.bytes();
      expect(heard.includes(ramps.desk.bytes)).toBe(true);
      expect(heard.includes(ramps.headset.bytes)).toBe(true);
    } finally {
      await recorder.stop();
      await virtual.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

const endOf = ({ bytes }: Ramp): Buffer => bytes.subarray(bytes.length - 20_000);

/** Swaps the two 16-bit samples of each stereo frame. */
function swapPairs(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap32().swap16();
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const children = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
        return new RegExp(`^Name:\\s+arecord[^]*^State:\\s+[^Z][^]*^PPid:\\s+${pid}$`, 'm').test(status)
          ? Number(name)
          : 0;
      }),
  );
  return children.filter((child) => child !== 0);
}
