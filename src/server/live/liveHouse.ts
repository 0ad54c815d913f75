import type { AacJob } from '../../engine/clips/aacEncoder.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { positionAfter, segmentsOf } from './grouping.ts';
import type { LiveSource, LiveStore, LiveSubject } from './liveSource.ts';
import { liveUnits } from './liveUnits.ts';
import { mediaPlaylist } from './playlist.ts';
import { isInitName, isSegmentName } from './segmentName.ts';
import { Shelf } from './shelf.ts';

export interface LivePorts {
  readonly source: LiveSource;
  readonly store: LiveStore;
  readonly encode: (job: AacJob) => AsyncIterable<Uint8Array>;
  /** ms of a clock that never goes back. */
  readonly monotonic: () => number;
  /** The disk has room for more than what must be kept. */
  readonly hasRoom: () => Promise<boolean>;
  readonly log: Log;
  readonly limits?: Partial<LiveLimits>;
}

export interface LiveLimits {
  /** Encoders at once. */
  readonly encoders: number;
  /** Sessions at once whose segments are being made. */
  readonly makers: number;
  /** Nobody listened for so long: no more segments are made, ms. */
  readonly idleMs: number;
  /** How long a listener waits for the first segment, or for all of a recording that has ended, ms. */
  readonly waitMs: number;
  /** Segments of a recording that has ended are removed when nobody listened for so long, ms. */
  readonly keepMs: number;
}

const LIMITS: LiveLimits = {
  encoders: 4,
  makers: 32,
  idleMs: 60_000,
  waitMs: 6000,
  keepMs: 24 * 3_600_000,
};
/** After a failure the next try comes at the soonest after this, ms. */
const RETRY_MS = 5000;
const SWEEP_MS = 10_000;

interface Maker {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Makes segments of sessions that somebody listens to, from their start on, and ends when nobody does any more. */
export class LiveHouse {
  readonly #ports: LivePorts;
  readonly #limits: LiveLimits;
  readonly #shelves = new Map<string, Promise<Shelf>>();
  readonly #makers = new Map<string, Maker>();
  readonly #sweeper: NodeJS.Timeout;
  #encoders = 0;
  #sweeping: Promise<void> | undefined;
  #disposed = false;

  constructor(ports: LivePorts) {
    this.#ports = ports;
    this.#limits = { ...LIMITS, ...ports.limits };
    this.#sweeper = setInterval(() => {
      this.#sweeping ??= this.sweep().finally(() => (this.#sweeping = undefined));
    }, SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Encoders that run. */
  get encoders(): number {
    return this.#encoders;
  }

  /** Sessions whose segments are being made. */
  get makers(): number {
    return this.#makers.size;
  }

  /**
   * The playlist of a session, or of what became of it; undefined when there is none. `query` is added to every
   * address in it. Rejects with CONFLICT when too much is listened to, and with why it cannot be listened to.
   */
  async playlist(id: string, query: string): Promise<string | undefined> {
    const subject = await this.#ports.source.find(id);
    if (!subject) return undefined;
    const shelf = await this.#shelf(id);
    shelf.askedAt = this.#ports.monotonic();
    if (!shelf.ended) {
      this.#make(shelf, subject);
      const isEnough = (): boolean => shelf.ended || (subject.receiving && shelf.segments.length > 0);
      await shelf.until(isEnough, this.#limits.waitMs);
    }
    if (shelf.segments.length === 0 && shelf.problem) throw shelf.problem;
    return mediaPlaylist(shelf.segments, { ended: shelf.ended, query });
  }

  /** A file that a playlist names; undefined when it is not there. */
  async file(id: string, name: string): Promise<Uint8Array | undefined> {
    if (!isSegmentName(name) && !isInitName(name)) return undefined;
    const shelf = await this.#shelves.get(id);
    if (shelf) shelf.askedAt = this.#ports.monotonic();
    return this.#ports.store.get(id, name);
  }

  /** Removes what was made of a session that is gone. */
  async forget(id: string): Promise<void> {
    await this.#stop(id);
    this.#shelves.delete(id);
    await this.#ports.store.remove(id);
  }

  /** Takes up what an earlier run left, so that it goes in time. */
  async adopt(): Promise<void> {
    for (const id of await this.#ports.store.ids()) {
      if (this.#disposed) return;
      if (await this.#ports.source.find(id)) (await this.#shelf(id)).askedAt = this.#ports.monotonic();
      else await this.forget(id);
    }
  }

  /** Ends what nobody listens to, and removes what can be made again and nobody wanted for long. */
  async sweep(): Promise<void> {
    const now = this.#ports.monotonic();
    for (const [id, loading] of this.#shelves) {
      try {
        const idle = now - (await loading).askedAt;
        if (idle > this.#limits.idleMs) await this.#stop(id);
        if (idle > this.#limits.keepMs) await this.#expire(id);
      } catch (error) {
        this.#ports.log.error('Segments of a session could not be removed, which is tried again.', {
          session: id,
          error: errorText(error),
        });
      }
    }
  }

  /** Ends every encoder. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    clearInterval(this.#sweeper);
    await this.#sweeping;
    // One that could not be loaded was told to who asked for it.
    for (const loading of this.#shelves.values()) (await loading.catch(() => undefined))?.close();
    await Promise.all([...this.#makers.keys()].map((id) => this.#stop(id)));
  }

  async #expire(id: string): Promise<void> {
    const subject = await this.#ports.source.find(id);
    // While it receives, a playlist must not shrink.
    if (subject?.receiving) return;
    await this.forget(id);
  }

  #shelf(id: string): Promise<Shelf> {
    const known = this.#shelves.get(id);
    if (known) return known;
    const loading = Shelf.load(id, this.#ports.store);
    this.#shelves.set(id, loading);
    loading.catch(() => this.#shelves.delete(id));
    return loading;
  }

  #make(shelf: Shelf, subject: LiveSubject): void {
    const now = this.#ports.monotonic();
    if (this.#disposed || this.#makers.has(shelf.id)) return;
    if (shelf.problem && now - shelf.problemAt < RETRY_MS) return;
    shelf.problem = undefined;
    if (this.#makers.size >= this.#limits.makers) {
      shelf.fail(busy(), now);
      return;
    }
    const stop = new AbortController();
    const done = this.#run(shelf, subject, stop.signal).finally(() => this.#makers.delete(shelf.id));
    this.#makers.set(shelf.id, { stop, done });
  }

  async #run(shelf: Shelf, { mimeType }: LiveSubject, signal: AbortSignal): Promise<void> {
    const { source, encode, hasRoom, log } = this.#ports;
    try {
      const done = positionAfter(shelf.segments);
      const { units, from } = liveUnits(mimeType, done, {
        read: (fromByte) => source.read(shelf.id, fromByte, signal),
        encode,
        takeEncoder: () => this.#takeEncoder(),
        signal,
        log,
      });
      for await (const made of segmentsOf(units, done, from)) {
        // What ends because nobody listens has no last segment.
        if (signal.aborted) return;
        if (!(await hasRoom())) throw full();
        await shelf.add(made);
      }
      if (!signal.aborted) await shelf.end();
    } catch (error) {
      if (signal.aborted) return;
      log.warn('A session cannot be listened to.', { session: shelf.id, error: errorText(error) });
      shelf.fail(toProblem(error), this.#ports.monotonic());
    }
  }

  #takeEncoder(): () => void {
    if (this.#encoders >= this.#limits.encoders) throw busy();
    this.#encoders += 1;
    let given = false;
    return () => {
      if (!given) this.#encoders -= 1;
      given = true;
    };
  }

  async #stop(id: string): Promise<void> {
    const maker = this.#makers.get(id);
    if (!maker) return;
    maker.stop.abort();
    await maker.done;
  }
}

const busy = (): LongtakeError =>
  new LongtakeError('CONFLICT', 'Too many sessions are being listened to. Try again in a minute.');

const full = (): LongtakeError =>
  new LongtakeError(
    'DISK_FULL',
    'The disk of the server is nearly full, and what is left is for recordings. Make room.',
  );

function toProblem(error: unknown): LongtakeError {
  if (error instanceof LongtakeError) return error;
  return new LongtakeError('INTERNAL', 'The session cannot be listened to now. The log of the server says why.');
}
