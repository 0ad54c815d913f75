import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeGap, makeRecording } from '../../../test/support/makeRecording.ts';
import { MemoryFileSystem, nodeError } from '../../../test/support/memoryFileSystem.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import type { AudioSource, CaptureListener } from '../capture/audioSource.ts';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import type { GeneratorConfig, SourceStatus } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { type SourceId, sourceId } from '../../shared/units.ts';
import type { ArmedSource, Interrupted, RecorderEvent } from './protocol.ts';
import { WavWriter } from '../containers/wav.ts';
import { Recorder } from './recorder.ts';

const A = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');
const B = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c22');
const START = '2026-11-21T11:00:01.000Z';
const RATE = 44_100;
const PLAN = { recordingsFolder: '/r', splitSeconds: 3600, filenamePattern: '{source}/%H%M%S' };
const NOTHING: Interrupted = { recordings: [], gaps: [], left: [], resumed: [] };

function config(id: SourceId, name: string): GeneratorConfig {
  const signal = { programme: 'tone', seed: 1, sampleRate: RATE, bitDepth: 16, channels: 1 } as const;
  return { id, name, kind: 'generator', ...signal };
}

/** An input that a test plays. */
class PlayedSource implements AudioSource {
  listener: CaptureListener | undefined;
  runs = 0;
  /** What opening waits for, or fails with. */
  opening: Promise<void> = Promise.resolve();
  #lose: ((error: Error) => void) | undefined;

  async run(listener: CaptureListener, signal: AbortSignal): Promise<void> {
    this.runs += 1;
    await this.opening;
    this.listener = listener;
    listener.onOpen({
      format: { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 },
      container: 'wav',
      label: 'played',
    });
    await new Promise<void>((resolve, reject) => {
      this.#lose = reject;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  lose(): void {
    this.#lose?.(new LongtakeError('DEVICE_LOST', 'The device is gone.'));
  }
}

describe('Recorder', () => {
  let disk: MemoryFileSystem;
  let clock: TurnedClock;
  let events: RecorderEvent[];
  let inputs: Map<SourceId, PlayedSource>;
  let recorder: Recorder;
  let opening: Promise<void>;

  beforeEach(() => {
    vi.useFakeTimers();
    disk = new MemoryFileSystem();
    clock = new TurnedClock(START);
    events = [];
    inputs = new Map();
    opening = Promise.resolve();
    recorder = new Recorder({
      clock,
      fileSystem: disk,
      log: silentLog,
      emit: (event) => events.push(event),
      createSource: (source) => {
        const input = new PlayedSource();
        input.opening = opening;
        inputs.set(source.config.id, input);
        return input;
      },
    });
  });
  afterEach(() => vi.useRealTimers());

  const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const start = async (interrupted: Partial<Interrupted> = {}): Promise<void> => {
    recorder.handle({ type: 'start', plan: PLAN, interrupted: { ...NOTHING, ...interrupted } });
    await settle();
  };
  const arm = async (
    id: SourceId,
    name: string,
    own: Partial<GeneratorConfig> = {},
    state: Omit<ArmedSource, 'config'> = {},
  ): Promise<void> => {
    const source = { config: { ...config(id, name), ...own }, ...state };
    recorder.handle({ type: 'arm', source, armedAt: clock.now() });
    await settle();
  };
  const play = async (id: SourceId, seconds: number): Promise<void> => {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      clock.advance(100);
      const bytes = new Uint8Array((RATE / 10) * 2);
      inputs.get(id)?.listener?.onBlock({ bytes, samples: RATE / 10 }, clock.monotonic());
      await settle(100);
    }
  };
  const told = <Type extends RecorderEvent['type']>(type: Type): Extract<RecorderEvent, { type: Type }>[] =>
    events.filter((event): event is Extract<RecorderEvent, { type: Type }> => event.type === type);
  const lastStatus = (id: SourceId): SourceStatus | undefined =>
    told('status')
      .map(({ status }) => status)
      .findLast((status) => status.sourceId === id);
  const gaps = (): Gap[] => [...new Map(told('gap').map(({ gap }) => [gap.id, gap])).values()];
  const closed = (): Recording[] =>
    told('recording')
      .map(({ recording }) => recording)
      .filter(({ state }) => state !== 'recording');

  /** Disarms, and compares the time armed with recordings and gaps: no second may be missing or counted twice. */
  const accountsForAll = async (id: SourceId): Promise<void> => {
    recorder.handle({ type: 'disarm', sourceId: id, reason: 'person', callId: 9 });
    await settle(1000);
    const spans = [
      ...closed().map(({ startedAt, samples }) => ({ from: startedAt, to: startedAt + (samples * 1000) / RATE })),
      ...gaps().map(({ from, to }) => ({ from, to: to ?? Number.NaN })),
    ]
      .filter(({ from, to }) => from !== to)
      .toSorted((a, b) => a.from - b.from);
    let at = Date.parse(START);
    for (const { from, to } of spans) {
      expect(Math.abs(from - at)).toBeLessThan(150);
      at = to;
    }
    expect(Math.abs(clock.now() - at)).toBeLessThan(1000);
  };

  it('counts what is lost from the end of the ledger when nothing else tells', async () => {
    const at = clock.now() - 7000;
    await start({ left: [{ sourceId: A, at }], resumed: [A] });
    await arm(A, 'a');
    expect(gaps()).toMatchObject([{ cause: 'crash', from: at }]);
    await play(A, 1);
    expect(gaps()).toEqual([expect.objectContaining({ from: at, to: Date.parse(START) })]);
  });

  it('goes on with the gap that is open', async () => {
    const open = makeGap({ sourceId: A, from: clock.now() - 9000, to: undefined });
    await start({ gaps: [open], left: [{ sourceId: A, at: clock.now() - 1000 }], resumed: [A] });
    await arm(A, 'a');
    await play(A, 1);
    expect(gaps()).toEqual([expect.objectContaining({ id: open.id, from: open.from, to: Date.parse(START) })]);
  });

  it('records before it mends: a file that takes long to read holds up nothing', async () => {
    const unfinished = makeRecording({ sourceId: B, root: '/r', path: 'old.wav', state: 'recording' });
    disk.files.set('/r/old.wav', new Uint8Array(100));
    const open = disk.openForRepair.bind(disk);
    let release: () => void = () => undefined;
    disk.openForRepair = async (path) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return open(path);
    };
    await start({ recordings: [unfinished] });
    expect(told('ready').length).toBe(1);
    await arm(A, 'a');
    await play(A, 1);
    expect(lastStatus(A)?.state).toBe('recording');
    expect(closed()).toEqual([]);
    release();
    await settle();
    expect(closed()).toMatchObject([{ id: unfinished.id }]);
  });

  it('is ready although a disk does not answer', async () => {
    const unfinished = makeRecording({ sourceId: A, root: '/hung', path: 'old.wav', state: 'recording' });
    disk.stat = () => new Promise(() => undefined);
    await start({ recordings: [unfinished], resumed: [A] });
    await settle(3000);
    expect(told('ready').length).toBe(1);
  });

  it('leaves alone what another program is writing', async () => {
    const foreign = makeRecording({ sourceId: B, root: '/r', path: 'old.wav', state: 'recording' });
    disk.files.set('/r/old.wav', new Uint8Array(100));
    let bytes = 100;
    disk.stat = async () => ({ bytes: (bytes += 1), modifiedAt: clock.now() });
    let repairs = 0;
    disk.openForRepair = async () => {
      repairs += 1;
      throw new Error('Nobody may open it.');
    };
    await start({ recordings: [foreign] });
    await settle(5000);
    expect(repairs).toBe(0);
    expect(closed()).toEqual([]);
  });

  it('arms and disarms the others while one file cannot be closed', async () => {
    await start();
    await arm(A, 'a');
    await arm(B, 'b');
    await play(A, 1);
    await play(B, 1);
    disk.beforeWrite = (path) => (path.startsWith('/r/a') ? new Promise<void>(() => undefined) : undefined);
    await play(A, 1);
    recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 1 });
    recorder.handle({ type: 'disarm', sourceId: B, reason: 'person', callId: 2 });
    await settle(1000);
    expect(told('disarmed').map(({ callId }) => callId)).toEqual([2]);
  });

  it('waits at its end for files that are being closed, and arms nothing any more', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    disk.beforeWrite = () => hung;
    await play(A, 1);
    recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 1 });
    recorder.handle({ type: 'arm', source: { config: config(A, 'a') }, armedAt: clock.now() });
    await settle();
    let stopped = false;
    void recorder.stop('quit').then(() => {
      stopped = true;
    });
    await settle(1000);
    expect(stopped).toBe(false);
    release();
    await settle(1000);
    expect(stopped).toBe(true);
    expect(closed()).toMatchObject([{ state: 'complete' }]);
    expect(inputs.get(A)?.runs).toBe(1);
  });

  it('makes no file and no second gap while the disk is full, and goes on when there is room', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 2);
    const files = disk.files.size;
    disk.free = 1000;
    disk.beforeWrite = (path) => {
      if (disk.free < 2000 && !path.includes('.longtake')) throw nodeError('ENOSPC');
    };
    await play(A, 120);
    expect(disk.files.size).toBe(files);
    expect(gaps()).toMatchObject([{ cause: 'disk full' }]);
    expect(gaps()[0]?.to).toBeUndefined();
    expect(lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'DISK_FULL' } });
    disk.free = Number.MAX_SAFE_INTEGER;
    await play(A, 40);
    expect(lastStatus(A)?.state).toBe('recording');
    expect(gaps().length).toBe(1);
    await accountsForAll(A);
  });

  it('goes on in a new file when the one it writes is deleted, and says what is lost', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 5);
    const [path] = [...disk.files.keys()].filter((name) => name.endsWith('.wav'));
    disk.files.delete(path ?? '');
    await play(A, 5);
    expect([...disk.files.keys()].filter((name) => name.endsWith('.wav')).length).toBe(1);
    expect(gaps()).toMatchObject([{ cause: 'disk error', from: Date.parse(START) }]);
    expect(closed()).toMatchObject([{ state: 'damaged', samples: 0 }]);
    await accountsForAll(A);
  });

  it('says that nothing is recorded while a disk hangs for longer than memory lasts', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    disk.beforeWrite = (path) => (path.endsWith('.wav') ? hung : undefined);
    await play(A, 30);
    expect(lastStatus(A)?.state).toBe('recording');
    await play(A, 30);
    expect(lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'TOO_SLOW' } });
    disk.beforeWrite = () => undefined;
    release();
    await play(A, 10);
    expect(lastStatus(A)?.state).toBe('recording');
    expect(gaps()).toMatchObject([{ cause: 'too slow' }]);
    await accountsForAll(A);
  });

  it('keeps the audio of 30 s in which a disk hung', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    disk.beforeWrite = (path) => (path.endsWith('.wav') ? hung : undefined);
    await play(A, 30);
    disk.beforeWrite = () => undefined;
    release();
    await play(A, 1);
    await accountsForAll(A);
    expect(gaps()).toEqual([]);
    expect(closed()).toMatchObject([{ samples: 32 * RATE, state: 'complete' }]);
  });

  it('tells what a hung disk lost, also when it is disarmed meanwhile', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    disk.beforeWrite = (path) => (path.endsWith('.wav') ? hung : undefined);
    await play(A, 60);
    recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 1 });
    disk.beforeWrite = () => undefined;
    release();
    await settle(1000);
    expect(gaps()).toMatchObject([{ cause: 'too slow' }]);
    await accountsForAll(A);
  });

  it('splits and names a source as it asks for, and the others as the settings do', async () => {
    await start();
    await arm(A, 'a', { splitSeconds: 5, filenamePattern: 'own/%H-%M-%S' });
    await arm(B, 'b');
    for (let tenth = 0; tenth < 60; tenth += 1) {
      const bytes = new Uint8Array((RATE / 10) * 2);
      clock.advance(100);
      for (const id of [A, B]) inputs.get(id)?.listener?.onBlock({ bytes, samples: RATE / 10 }, clock.monotonic());
    }
    await settle(1000);
    const paths = new Set(told('recording').map(({ recording }) => recording.path));
    expect([...paths].toSorted()).toEqual(['b/110001.wav', 'own/11-00-01.wav', 'own/11-00-05.wav']);
  });

  it('tells a title that changes all the time once a second', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 1);
    const before = told('status').length;
    for (let count = 0; count < 10_000; count += 1) inputs.get(A)?.listener?.onTitle(`Title ${count}`);
    await play(A, 2);
    expect(told('status').length - before).toBeLessThan(5);
    expect(lastStatus(A)?.title).toBe('Title 9999');
  });

  it('begins the gap of a loss where the recording ends, and ends it where the next begins', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 3);
    inputs.get(A)?.lose();
    await settle();
    for (let wait = 0; wait < 20; wait += 1) {
      clock.advance(100);
      await settle(100);
    }
    await play(A, 3);
    expect(gaps()).toMatchObject([{ cause: 'device lost', from: Date.parse(START) + 3000 }]);
    await accountsForAll(A);
  });

  it('gives up on a folder whose name a file has', async () => {
    let tries = 0;
    disk.makeFolder = async () => {
      tries += 1;
      // Without an end of its own the test would not come to one either.
      throw nodeError(tries > 100 ? 'EIO' : 'EEXIST');
    };
    await start();
    await arm(A, 'a');
    await play(A, 0.5);
    expect(lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'DISK_ERROR' } });
    expect(tries).toBeLessThan(10);
  });

  it('ends the gap for a connection that is lost before its file is there', async () => {
    await start();
    await arm(A, 'a');
    for (let connection = 0; connection < 5; connection += 1) {
      await play(A, 0.2);
      inputs.get(A)?.lose();
      await settle();
      clock.advance(1000);
      recorder.handle({ type: 'retry', sourceId: A });
      await settle();
    }
    await play(A, 1);
    expect(gaps().length).toBe(5);
    await accountsForAll(A);
  });

  const control = async (type: 'pause' | 'resume' | 'split', id = A): Promise<void> => {
    recorder.handle({ type, sourceId: id });
    await settle();
  };
  const wait = async (seconds: number): Promise<void> => {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      clock.advance(100);
      await settle(100);
    }
  };

  describe('a pause', () => {
    it('is cut out, accounted for, and needs no new connection', async () => {
      await start();
      await arm(A, 'a');
      await play(A, 3);
      await control('pause');
      await play(A, 1);
      expect(lastStatus(A)).toMatchObject({ state: 'paused', since: Date.parse(START) + 3000 });
      expect(lastStatus(A)?.recording).toBeUndefined();
      expect(closed()).toMatchObject([{ samples: 3 * RATE, state: 'complete' }]);
      await play(A, 60);
      await control('resume');
      await play(A, 2);
      expect(lastStatus(A)?.state).toBe('recording');
      expect(inputs.get(A)?.runs).toBe(1);
      await accountsForAll(A);
      const at = Date.parse(START) + 3000;
      expect(gaps()).toMatchObject([{ cause: 'paused', from: at, to: at + 61_000 }]);
      expect(closed().map(({ samples }) => samples)).toEqual([3 * RATE, 2 * RATE]);
    });

    it('closes the file also when the input is silent, and the silence is a gap of its own', async () => {
      await start();
      await arm(A, 'a');
      await play(A, 3);
      await wait(5);
      await control('pause');
      await wait(1);
      expect(closed()).toMatchObject([{ samples: 3 * RATE }]);
      expect(gaps()).toMatchObject([{ cause: 'device lost' }, { cause: 'paused' }]);
      await control('resume');
      await play(A, 1);
      await accountsForAll(A);
    });

    it('goes before a loss, in either order', async () => {
      await start();
      await arm(A, 'a');
      await play(A, 2);
      inputs.get(A)?.lose();
      await settle();
      await wait(2);
      await control('pause');
      expect(lastStatus(A)).toMatchObject({ state: 'paused', problem: { code: 'DEVICE_LOST' } });
      await wait(3);
      inputs.get(A)?.lose();
      await control('resume');
      await wait(4);
      expect(gaps()).toMatchObject([
        { cause: 'device lost', to: Date.parse(START) + 4000 },
        { cause: 'paused', to: Date.parse(START) + 7000 },
        { cause: 'device lost' },
      ]);
      await wait(40);
      await play(A, 1);
      await control('pause');
      await play(A, 1);
      inputs.get(A)?.lose();
      await wait(5);
      expect(gaps().map(({ cause }) => cause)).toEqual(['device lost', 'paused', 'device lost', 'paused']);
      await control('resume');
      await play(A, 1);
      await accountsForAll(A);
    });

    it('shows nothing wrong once the input is there again', async () => {
      await start();
      await arm(A, 'a');
      await play(A, 1);
      inputs.get(A)?.lose();
      await settle();
      await control('pause');
      await play(A, 5);
      expect(lastStatus(A)).toMatchObject({ state: 'paused' });
      expect(lastStatus(A)?.problem).toBeUndefined();
      await accountsForAll(A);
    });

    it('lasts when the recorder is started again', async () => {
      const open = makeGap({ sourceId: A, from: clock.now() - 9000, to: undefined, cause: 'paused' });
      await start({ gaps: [open], resumed: [A] });
      await arm(A, 'a', {}, { paused: true });
      await play(A, 2);
      expect(lastStatus(A)).toMatchObject({ state: 'paused', since: open.from });
      expect(closed()).toEqual([]);
      await control('resume');
      await play(A, 1);
      expect(gaps()).toMatchObject([{ id: open.id, from: open.from, to: Date.parse(START) + 2000 }]);
    });

    it('is the cause of what was not recorded while no recorder ran', async () => {
      await start({ left: [{ sourceId: A, at: clock.now() - 5000 }], resumed: [A] });
      await arm(A, 'a', {}, { paused: true });
      expect(gaps()).toMatchObject([{ cause: 'paused', from: clock.now() - 5000 }]);
    });

    it('is over when it was ended while no recorder ran', async () => {
      const open = makeGap({ sourceId: A, from: clock.now() - 9000, to: undefined, cause: 'paused' });
      await start({ gaps: [open], resumed: [A] });
      await arm(A, 'a');
      expect(gaps()).toMatchObject([{ id: open.id, to: clock.now() }, { cause: 'starting' }]);
      await play(A, 1);
      expect(lastStatus(A)?.state).toBe('recording');
    });
  });

  it('begins a new file at once when asked, and joins it', async () => {
    await start();
    await arm(A, 'a');
    await play(A, 2);
    await control('split');
    await play(A, 1);
    expect(told('recording').map(({ recording }) => recording.path)).toContain('a/110003.wav');
    expect(lastStatus(A)?.state).toBe('recording');
    await accountsForAll(A);
    expect(gaps()).toEqual([]);
  });

  it('tells that the longest length is reached, when its files are closed', async () => {
    await start();
    await arm(A, 'a', { maxLengthSeconds: 10 }, { recordedMs: 3000 });
    await play(A, 4);
    inputs.get(A)?.lose();
    await wait(2);
    await control('pause');
    await play(A, 30);
    await control('resume');
    await play(A, 10);
    expect(told('reached')).toMatchObject([{ sourceId: A }]);
    expect(closed().map(({ samples }) => samples)).toEqual([4 * RATE, 3 * RATE]);
    const runs = inputs.get(A)?.runs;
    await wait(70);
    expect(inputs.get(A)?.runs).toBe(runs);
  });

  it('counts what a recorder before left open, once it is mended', async () => {
    const format = { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 } as const;
    const unfinished = makeRecording({ sourceId: A, root: '/r', path: 'old.wav', state: 'recording', format });
    const wav = new WavWriter(
      { sampleRate: RATE, channels: 1, bitDepth: 16 },
      { sourceName: 'a', startedAt: 0, offsetMinutes: 0 },
    );
    disk.files.set('/r/old.wav', Buffer.concat([wav.header(), new Uint8Array(8 * RATE * 2)]));
    await start({ recordings: [unfinished], resumed: [A] });
    await arm(A, 'a', { maxLengthSeconds: 10 }, { unfinished: [unfinished.id] });
    await wait(3);
    await play(A, 10);
    expect(told('reached')).toMatchObject([{ sourceId: A }]);
    expect(closed().map(({ samples }) => samples)).toEqual([8 * RATE, 2 * RATE]);
  });

  it('opens nothing when the longest length was recorded before', async () => {
    await start();
    await arm(A, 'a', { maxLengthSeconds: 10 }, { recordedMs: 10_000 });
    expect(told('reached')).toMatchObject([{ sourceId: A }]);
    expect(inputs.get(A)?.runs).toBe(0);
  });

  it('accounts for the time that an input takes to open', async () => {
    let open: () => void = () => undefined;
    opening = new Promise((resolve) => {
      open = resolve;
    });
    await start();
    await arm(A, 'a');
    await wait(5);
    expect(gaps()).toMatchObject([{ cause: 'starting', from: Date.parse(START) }]);
    open();
    await play(A, 2);
    await accountsForAll(A);
    expect(gaps()).toMatchObject([{ cause: 'starting' }]);
  });

  it('gives the wait for an input that cannot be opened the cause of that', async () => {
    let refuse: (error: Error) => void = () => undefined;
    opening = new Promise((_, reject) => {
      refuse = reject;
    });
    await start();
    await arm(A, 'a');
    await wait(5);
    refuse(new LongtakeError('STREAM_REFUSED', 'No.'));
    await wait(1);
    expect(gaps()).toMatchObject([{ cause: 'server refused', from: Date.parse(START) }]);
    await accountsForAll(A);
  });

  it('says every second that it lives', async () => {
    await start();
    await settle(5000);
    expect(told('alive').length).toBe(5);
  });
});
