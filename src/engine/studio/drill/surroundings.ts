import type { AudioSource, CaptureListener } from '../../capture/audioSource.ts';
import type { SourceConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { FileSystem, OpenFile } from '../../../shared/ports/fileSystem.ts';
import { millis, type SourceId } from '../../../shared/units.ts';
import { NO_TROUBLE, type Trouble } from './protocol.ts';

/** Clock, disk and inputs of a drill's recorder: the real ones, until something is wrong with them. */
export class Surroundings {
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly #listeners = new Set<() => void>();
  #trouble = NO_TROUBLE;

  constructor(clock: Clock, fileSystem: FileSystem) {
    this.clock = { ...clock, now: () => millis(clock.now() + this.#trouble.clockOffsetMs) };
    this.fileSystem = this.#limited(fileSystem);
  }

  /** From now on this is wrong, and nothing else. */
  set(trouble: Trouble): void {
    this.#trouble = trouble;
    for (const listener of this.#listeners) listener();
  }

  /** An input that can be taken away: then nothing of it arrives any more, and it cannot be opened. */
  input(config: SourceConfig, source: AudioSource): AudioSource {
    return {
      run: async (listener, signal) => {
        if (this.#isLost(config.id)) throw unreachable(config);
        const capture = new AbortController();
        const stop = (): void => capture.abort();
        let lost = false;
        const look = (): void => {
          if (!this.#isLost(config.id)) return;
          lost = true;
          stop();
        };
        this.#listeners.add(look);
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        try {
          await source.run(
            heardUnless(() => lost, listener),
            capture.signal,
          );
        } finally {
          this.#listeners.delete(look);
          signal.removeEventListener('abort', stop);
        }
        if (lost && !signal.aborted) throw gone(config);
      },
    };
  }

  #isLost(id: SourceId): boolean {
    return this.#trouble.lost.includes(id);
  }

  #limited(disk: FileSystem): FileSystem {
    const takes = (): void => {
      if (this.#trouble.diskFull) throw noSpace();
    };
    const limitedFile = (file: OpenFile): OpenFile => ({
      write: async (bytes, position) => {
        // What lies in a file already takes no more room when it is written anew: a header stays true on a full disk.
        if (this.#trouble.diskFull && position + bytes.length > (await file.size())) throw noSpace();
        await file.write(bytes, position);
      },
      read: (position, length) => file.read(position, length),
      readInto: (target, position) => file.readInto(target, position),
      sync: () => file.sync(),
      truncate: (length) => file.truncate(length),
      size: () => file.size(),
      isLinked: () => file.isLinked(),
      close: () => file.close(),
    });
    return {
      ...disk,
      createExclusive: async (path) => limitedFile(await disk.createExclusive(path)),
      openForRepair: async (path) => limitedFile(await disk.openForRepair(path)),
      append: async (path, text) => {
        takes();
        await disk.append(path, text);
      },
      freeBytes: async (path) => (this.#trouble.diskFull ? 0 : disk.freeBytes(path)),
    };
  }
}

function heardUnless(isLost: () => boolean, listener: CaptureListener): CaptureListener {
  return {
    onOpen: (info) => void (isLost() || listener.onOpen(info)),
    onBlock: (block, arrivedAt) => void (isLost() || listener.onBlock(block, arrivedAt)),
    onTitle: (title) => void (isLost() || listener.onTitle(title)),
    onSegment: (info) => void (isLost() || listener.onSegment(info)),
    onHole: (samples, problem) => void (isLost() || listener.onHole(samples, problem)),
    onSkipped: (bytes) => void (isLost() || listener.onSkipped(bytes)),
    onDrift: (ppm, uncertaintyPpm) => void (isLost() || listener.onDrift?.(ppm, uncertaintyPpm)),
  };
}

function gone({ kind }: SourceConfig): LongtakeError {
  return kind === 'stream'
    ? new LongtakeError('STREAM_LOST', 'The drill has cut the stream off.')
    : new LongtakeError('DEVICE_LOST', 'The drill has unplugged the input.');
}

function unreachable({ kind }: SourceConfig): LongtakeError {
  return kind === 'stream'
    ? new LongtakeError('STREAM_UNREACHABLE', 'The drill keeps the server away.')
    : new LongtakeError('DEVICE_NOT_FOUND', 'The drill keeps the input unplugged.');
}

function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device (the drill)'), { code: 'ENOSPC' });
}
