import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GeneratorConfig } from '../../../shared/domain/source.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { millis, sourceId } from '../../../shared/units.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import type { Block } from '../../containers/block.ts';
import type { CaptureInfo, CaptureListener } from '../audioSource.ts';
import { createGeneratorSource } from './generatorSource.ts';
import { renderSignal } from './signal.ts';

const config: GeneratorConfig = {
  kind: 'generator',
  id: sourceId('00000000-0000-4000-8000-000000000001'),
  name: 'Test',
  programme: 'mixed',
  seed: 3,
  sampleRate: 44_100,
  bitDepth: 24,
  channels: 2,
};

class Heard implements CaptureListener {
  readonly opened: CaptureInfo[] = [];
  readonly blocks: Block[] = [];
  readonly arrivals: number[] = [];
  onSegment(): void {
    return undefined;
  }

  onHole(): void {
    return undefined;
  }

  onOpen(info: CaptureInfo): void {
    this.opened.push(info);
  }
  onBlock(block: Block, arrivedAt: number): void {
    this.blocks.push(block);
    this.arrivals.push(arrivedAt);
  }
  onTitle(): void {
    throw new Error('A test signal has no title.');
  }
  onSkipped(): void {
    throw new Error('A test signal skips nothing.');
  }
  get samples(): number {
    return this.blocks.reduce((sum, block) => sum + block.samples, 0);
  }
}

describe('a generator source', () => {
  let now = 0;
  const clock: Clock = {
    now: () => millis(now),
    monotonic: () => millis(now),
    offsetMinutes: () => 0,
    zone: () => 'UTC',
  };
  const pass = async (ms: number): Promise<void> => {
    for (let done = 0; done < ms; done += 10) {
      now += 10;
      await vi.advanceTimersByTimeAsync(10);
    }
  };

  beforeEach(() => {
    now = 123_456.5;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('makes exactly the samples that time asks for, and those are the signal', async () => {
    const heard = new Heard();
    const abort = new AbortController();
    const startedAt = now;
    const run = createGeneratorSource({ config, clock, log: silentLog }).run(heard, abort.signal);
    await pass(12_340);
    abort.abort();
    await run;
    expect(heard.samples).toBe(Math.floor(12.34 * 44_100));
    expect(Buffer.concat(heard.blocks.map((block) => block.bytes)).equals(renderSignal(config, 0, heard.samples))).toBe(
      true,
    );
    expect(heard.opened).toEqual([
      {
        format: { codec: 'pcm', sampleRate: 44_100, channels: 2, bitDepth: 24 },
        container: 'wav',
        label: 'Test signal: tones, bursts and silence',
      },
    ]);
    expect(heard.arrivals.at(-1)).toBeCloseTo(startedAt + (heard.samples * 1000) / 44_100, 6);
    expect(Math.max(...heard.blocks.map((block) => block.samples))).toBeLessThanOrEqual(4410);
  });

  it('catches up after a stall', async () => {
    const heard = new Heard();
    const abort = new AbortController();
    const run = createGeneratorSource({ config, clock, log: silentLog }).run(heard, abort.signal);
    await pass(1000);
    now += 20_000;
    await pass(1000);
    abort.abort();
    await run;
    expect(heard.samples).toBe(22 * 44_100);
  });

  it('gives up after a stall that is too long, and can run again from its beginning', async () => {
    const heard = new Heard();
    const source = createGeneratorSource({ config, clock, log: silentLog });
    const ended = source.run(heard, new AbortController().signal).catch((error: unknown) => error);
    await pass(100);
    now += 31_000;
    await pass(100);
    expect(await ended).toMatchObject({ code: 'TOO_SLOW' });

    const again = new Heard();
    const abort = new AbortController();
    const run = source.run(again, abort.signal);
    await pass(500);
    abort.abort();
    await run;
    expect(Buffer.from(again.blocks[0]?.bytes ?? [])).toEqual(
      Buffer.from(renderSignal(config, 0, again.blocks[0]?.samples ?? 0)),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails with the error of its listener and leaves no timer behind', async () => {
    const heard = new Heard();
    heard.onBlock = () => {
      throw new Error('disk');
    };
    const source = createGeneratorSource({ config, clock, log: silentLog });
    const ended = source.run(heard, new AbortController().signal).catch((error: unknown) => error);
    await pass(100);
    expect(await ended).toEqual(new Error('disk'));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does nothing when it is aborted before it begins', async () => {
    const heard = new Heard();
    await createGeneratorSource({ config, clock, log: silentLog }).run(heard, AbortSignal.abort());
    expect(heard.opened).toEqual([]);
  });
});
