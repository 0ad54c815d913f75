import { describe, expect, it, vi } from 'vitest';
import { FakeNativeAudio } from '../../../../test/support/fakeNativeAudio.ts';
import { audio, failure, Heard, latest, setUpCards, settle, turnTime } from '../../../../test/support/cardRig.ts';
import type { SoundcardConfig } from '../../../shared/domain/source.ts';

describe('a shared card', () => {
  turnTime();

  const CARD = 'Desk: USB (hw:1,0)';
  const frames = audio(1, 0, 2, 0, 3, 0, 4, 0);

  function setUpDesk() {
    const native = new FakeNativeAudio(CARD);
    const { begin, otherSource } = setUpCards(native, { device: 'desk', channels: 1, pick: [1] });
    const right = (over: Partial<SoundcardConfig> = {}) => {
      const heard = new Heard();
      const abort = new AbortController();
      const ended = otherSource('hw:1,0', { pick: [2], ...over })
        .run(heard, abort.signal)
        .then(
          () => 'resolved',
          (error: unknown) => error,
        );
      return { heard, abort, ended };
    };
    return { native, begin, right };
  }
  /** Audio that came as it was captured. */
  async function give(native: FakeNativeAudio, chunk = frames): Promise<void> {
    await vi.advanceTimersByTimeAsync(100);
    latest(native).give(chunk);
    await vi.advanceTimersByTimeAsync(1);
  }

  it('gives each its channel, and opens the card once with all that it has', async () => {
    const { native, begin, right } = setUpDesk();
    const first = begin();
    await settle();
    await give(native);
    const second = right();
    await settle();
    await give(native);
    expect(native.inputs.map(({ options }) => options.channelCount)).toEqual([2]);
    expect(first.heard.bytes).toEqual([1, 0, 3, 0, 1, 0, 3, 0]);
    expect(second.heard.bytes).toEqual([2, 0, 4, 0]);
    second.abort.abort();
    await give(native);
    expect(await second.ended).toBe('resolved');
    await give(native);
    expect(second.heard.bytes).toHaveLength(8);
    expect(first.heard.bytes).toHaveLength(16);
    expect(latest(native).quits).toEqual([]);
    first.abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await first.ended).toBe('resolved');
    expect(latest(native).quits).toEqual(['WAIT']);
  });

  it('lets the one that fails leave the other alone, and a loss end both', async () => {
    const { native, begin, right } = setUpDesk();
    const first = begin();
    await settle();
    const second = right();
    await settle();
    second.heard.onBlock = () => {
      throw new Error('disk');
    };
    await give(native);
    expect(await second.ended).toEqual(new Error('disk'));
    const third = right();
    await settle();
    await give(native);
    await vi.advanceTimersByTimeAsync(3000);
    expect(await failure(first.ended)).toMatchObject({ code: 'DEVICE_LOST' });
    expect(await failure(third.ended)).toMatchObject({ code: 'DEVICE_LOST' });
  });

  it('says how the card is open when another source wants it otherwise', async () => {
    const { native, begin, right } = setUpDesk();
    const first = begin();
    await settle();
    const error = await failure(right({ bitDepth: 24 }).ended);
    expect(error).toMatchObject({ code: 'DEVICE_BUSY' });
    expect(error.message).toContain('by another source already, at 48000 Hz and 16 bit. Choose 48000 Hz and 16 bit');
    await give(native);
    expect(first.heard.bytes).toEqual([1, 0, 3, 0]);
    first.abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    await first.ended;
  });
});
