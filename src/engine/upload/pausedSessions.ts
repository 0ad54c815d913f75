import { errorText } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { TargetId, UploadId } from '../../shared/units.ts';
import type { Beat, Driver } from './driver.ts';
import type { UploadStore } from './uploadStore.ts';

/** A session that is quiet for a day is ended by its server; so much more often it hears that somebody is there. */
const BEAT_MS = 300_000;
/** More at once are nobody's doing. */
const MOST = 50;

export interface PausedPorts {
  readonly store: Pick<UploadStore, 'find' | 'paused'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Has a target keep the sessions of uploads that a person paused, for as long as the program runs. */
export class PausedSessions {
  readonly #targetId: TargetId;
  readonly #driver: Driver;
  readonly #ports: PausedPorts;
  /** When each was told last, by the monotonic clock. */
  readonly #toldAt = new Map<UploadId, number>();

  constructor(targetId: TargetId, driver: Driver, ports: PausedPorts) {
    this.#targetId = targetId;
    this.#driver = driver;
    this.#ports = ports;
  }

  /** Tells what is due, and of those that go on that they do. Never rejects: the next time it is told again. */
  async tell(signal: AbortSignal): Promise<void> {
    if (!this.#driver.beat) return;
    const now = this.#ports.clock.monotonic();
    const paused = new Map(
      this.#ports.store.paused(this.#targetId, MOST).map(({ id, sessionId }) => [id, sessionId] as const),
    );
    const beats: Promise<void>[] = [];
    for (const [id, sessionId] of paused) {
      if (now - (this.#toldAt.get(id) ?? -Infinity) < BEAT_MS) continue;
      this.#toldAt.set(id, now);
      beats.push(this.#beat(sessionId, 'paused', signal));
    }
    for (const id of this.#toldAt.keys()) {
      if (paused.has(id)) continue;
      this.#toldAt.delete(id);
      const entry = this.#ports.store.find(id);
      if (entry?.state === 'sending') beats.push(this.#beat(entry.sessionId, 'recording', signal));
    }
    await Promise.all(beats);
  }

  async #beat(sessionId: string | undefined, beat: Beat, signal: AbortSignal): Promise<void> {
    try {
      if (sessionId !== undefined) await this.#driver.beat?.(sessionId, beat, signal);
    } catch (error) {
      this.#ports.log.debug('A target could not be told of a paused upload.', { error: errorText(error) });
    }
  }
}
