import { describe, expect, it, vi } from 'vitest';
import { FakeNativeAudio, fakeDevice } from '../../../../test/support/fakeNativeAudio.ts';
import { audio, failure, Heard, latest, setUpCards, settle, turnTime } from '../../../../test/support/cardRig.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { PortAudio } from './portAudio.ts';

describe('a soundcard source', () => {
  turnTime();

  it('opens what was chosen and delivers what comes, to the last byte before it stood still', async () => {
    const native = new FakeNativeAudio('other', 'studio_a');
    const { begin } = setUpCards(native);
    const { heard, abort, ended } = begin();
    await settle();
    const input = latest(native);
    expect(input.options).toMatchObject({ deviceId: 1, sampleRate: 48_000, channelCount: 2, sampleFormat: 16 });
    expect(input.options).toMatchObject({ framesPerBuffer: 4800, maxQueue: 300, closeOnError: true });
    expect(heard.info).toEqual({
      format: { codec: 'pcm', sampleRate: 48_000, channels: 2, bitDepth: 16 },
      container: 'wav',
      label: 'studio_a',
      device: 'studio_a',
      backend: { name: 'portaudio', reason: 'PortAudio lists this device.' },
    });
    input.give(audio(1, 0, 2, 0), audio(3, 0, 4, 0));
    await settle();
    input.leftOver = [audio(5, 0, 6, 0), { ...audio(7, 0, 8, 0), finished: true }];
    abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toBe('resolved');
    expect(heard.bytes).toEqual([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0]);
    expect(heard.blocks.map((block) => block.samples)).toEqual([1, 1, 1, 1]);
    expect(input.quits).toEqual(['WAIT']);
  });

  it('is lost when no data comes for two seconds, and can run again', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin } = setUpCards(native);
    const first = begin();
    await settle();
    latest(native).give(audio(1, 0, 2, 0));
    await vi.advanceTimersByTimeAsync(1900);
    latest(native).give(audio(3, 0, 4, 0));
    await vi.advanceTimersByTimeAsync(1900);
    expect(native.inputs[0]?.quits).toEqual([]);
    await vi.advanceTimersByTimeAsync(600);
    expect(await failure(first.ended)).toMatchObject({ code: 'DEVICE_LOST' });
    expect(first.heard.bytes).toEqual([1, 0, 2, 0, 3, 0, 4, 0]);
    expect(native.inputs[0]?.quits).toEqual(['ABORT']);

    const second = begin();
    await settle();
    expect(native.inputs).toHaveLength(2);
    second.abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await second.ended).toBe('resolved');
  });

  it('waits eight seconds for the first data', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin } = setUpCards(native);
    const { ended } = begin();
    await vi.advanceTimersByTimeAsync(7900);
    expect(latest(native).quits).toEqual([]);
    await vi.advanceTimersByTimeAsync(700);
    expect(await failure(ended)).toMatchObject({ code: 'DEVICE_LOST' });
  });

  it('gives up on an input that does not close, and holds nothing up', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin, portAudio } = setUpCards(native);
    const { heard, ended } = begin();
    await settle();
    latest(native).give(audio(1, 0, 2, 0));
    latest(native).hangs = true;
    await vi.advanceTimersByTimeAsync(2300 + 3100);
    expect(await failure(ended)).toMatchObject({ code: 'DEVICE_LOST' });
    expect(heard.bytes).toEqual([1, 0, 2, 0]);
    expect((await portAudio.listInputs()).frozen).toBe(true);
  });

  it('has a hole after an overflow, for the audio of that read is lost, and gives all that is queued behind', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin } = setUpCards(native);
    const { heard, abort, ended } = begin();
    await settle();
    latest(native).give(audio(1, 0, 2, 0), { err: 'portAudio status - input overflow ' }, audio(3, 0, 4, 0));
    await vi.advanceTimersByTimeAsync(100);
    expect(heard.bytes).toEqual([1, 0, 2, 0, 3, 0, 4, 0]);
    expect(heard.holes).toMatchObject([
      {
        after: 1,
        samples: 4800,
        problem: { code: 'TOO_SLOW', details: { reason: 'portAudio status - input overflow' } },
      },
    ]);
    expect(latest(native).quits).toEqual([]);
    abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toBe('resolved');
  });

  it('overlooks a problem before the first audio', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin } = setUpCards(native);
    const { heard, abort, ended } = begin();
    await settle();
    latest(native).give({ err: 'portAudio status - input overflow ' }, audio(1, 0, 2, 0));
    await settle();
    abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toBe('resolved');
    expect(heard.bytes).toEqual([1, 0, 2, 0]);
  });

  it('ends with the audio before a problem in the moment of closing', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin } = setUpCards(native);
    const { heard, abort, ended } = begin();
    await settle();
    const input = latest(native);
    input.give(audio(1, 0, 2, 0));
    await settle();
    input.leftOver = [{ err: 'portAudio status - input overflow ' }, audio(9, 9, 9, 9)];
    abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toBe('resolved');
    expect(heard.bytes).toEqual([1, 0, 2, 0]);
  });

  it('has a hole when samples go missing with no error', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin } = setUpCards(native);
    const { heard, abort, ended } = begin();
    await settle();
    const block = { buf: new Uint8Array(4800 * 4) };
    for (let times = 0; times < 150; times += 1) {
      await vi.advanceTimersByTimeAsync(times === 80 ? 900 : 100);
      latest(native).give(block);
    }
    await settle();
    expect(heard.holes).toMatchObject([
      { samples: 38_400, problem: { code: 'TOO_SLOW', details: { missingMs: 800 } } },
    ]);
    expect(heard.blocks).toHaveLength(150);
    abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toBe('resolved');
  });

  it('fails with the error of its listener and closes the input', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin } = setUpCards(native);
    const { heard, ended } = begin();
    heard.onBlock = () => {
      throw new Error('disk');
    };
    await settle();
    latest(native).give(audio(1, 0, 2, 0));
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toEqual(new Error('disk'));
    expect(latest(native).quits).toEqual(['ABORT']);
  });

  it('does nothing when it is aborted before it begins, and closes when aborted while opening', async () => {
    const native = new FakeNativeAudio('studio_a');
    const { begin, otherSource } = setUpCards(native);
    await otherSource('studio_a').run(new Heard(), AbortSignal.abort());
    expect(native.inputs).toEqual([]);
    const { abort, ended } = begin();
    abort.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toBe('resolved');
    expect(latest(native).quits).toHaveLength(1);
  });

  describe('that cannot be opened', () => {
    it('says what there is when there is no such device', async () => {
      const { begin } = setUpCards(new FakeNativeAudio('Mic', 'Line'), { device: 'usb' });
      const error = await failure(begin().ended);
      expect(error).toMatchObject({
        code: 'DEVICE_NOT_FOUND',
        details: { device: 'usb', found: 'Mic, Line', listFrozen: false },
      });
      expect(error.message).toBe('There is no input named "usb". Choose one of: Mic, Line.');
    });

    it('says so when the list may be out of date because another input is open', async () => {
      const native = new FakeNativeAudio('studio_a');
      const { begin, otherSource } = setUpCards(native);
      const { abort, ended } = begin();
      await settle();
      const other = otherSource('usb').run(new Heard(), new AbortController().signal);
      await expect(other).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND', details: { listFrozen: true } });
      abort.abort();
      await vi.advanceTimersByTimeAsync(100);
      await ended;
      const afterwards = otherSource('usb').run(new Heard(), new AbortController().signal);
      await expect(afterwards).rejects.toMatchObject({ details: { listFrozen: false } });
    });

    it.each([
      ['Format not supported: Device unavailable', 'DEVICE_BUSY'],
      ['Could not open stream: Device unavailable', 'DEVICE_BUSY'],
      ['Format not supported: Invalid sample rate', 'DEVICE_FORMAT'],
      ['Format not supported: Sample format not supported', 'DEVICE_FORMAT'],
      ['Format not supported: Unanticipated host error', 'DEVICE_NOT_FOUND'],
      ['Format not supported: Illegal combination of I/O devices', 'DEVICE_NOT_FOUND'],
    ])('tells "%s" as %s, and that the list is frozen from then on', async (text, code) => {
      const native = new FakeNativeAudio('studio_a');
      native.openError = text;
      const { begin, portAudio } = setUpCards(native);
      expect(await failure(begin().ended)).toMatchObject({ code, details: { reason: text } });
      expect((await portAudio.listInputs()).frozen).toBe(true);
    });

    it('says how many channels there are, without trying', async () => {
      const native = new FakeNativeAudio('studio_a');
      const { begin, portAudio } = setUpCards(native, { channels: 8 });
      expect(await failure(begin().ended)).toMatchObject({
        code: 'DEVICE_FORMAT',
        message: '"studio_a" has 2 channels, not 8. Choose at most 2.',
      });
      expect((await portAudio.listInputs()).frozen).toBe(false);
    });

    it('does not record another device that took the number meanwhile', async () => {
      const native = new FakeNativeAudio('studio_a', 'other');
      native.devicesAfterOpen = [fakeDevice(0, 'other'), fakeDevice(1, 'studio_a')];
      const { begin } = setUpCards(native);
      const { heard, ended } = begin();
      await vi.advanceTimersByTimeAsync(100);
      expect(await failure(ended)).toMatchObject({ code: 'DEVICE_NOT_FOUND' });
      expect(heard.info).toBeUndefined();
      expect(latest(native).quits).toEqual(['ABORT']);
    });

    it('names the missing audio library', async () => {
      const missing = (): never => {
        throw new LongtakeError('AUDIO_SYSTEM_UNAVAILABLE', 'No library.');
      };
      const portAudio = new PortAudio(missing, () => ({}));
      await expect(portAudio.listInputs()).rejects.toMatchObject({ code: 'AUDIO_SYSTEM_UNAVAILABLE' });
    });
  });

  it('calls PortAudio from one side at a time, also when inputs open and close together', async () => {
    const native = new FakeNativeAudio('studio_a', 'studio_b', 'studio_c');
    const { otherSource } = setUpCards(native);
    const runs = ['studio_a', 'studio_b', 'studio_c'].map((device) => {
      const abort = new AbortController();
      return { abort, ended: otherSource(device).run(new Heard(), abort.signal) };
    });
    await settle();
    expect(native.inputs).toHaveLength(3);
    runs[0]?.abort.abort();
    runs[1]?.abort.abort();
    await vi.advanceTimersByTimeAsync(5);
    const late = new AbortController();
    const lateEnded = otherSource('studio_a').run(new Heard(), late.signal);
    await vi.advanceTimersByTimeAsync(100);
    runs[2]?.abort.abort();
    late.abort();
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all([...runs.map((run) => run.ended), lateEnded]);
    expect(native.inputs).toHaveLength(4);
  });
});
