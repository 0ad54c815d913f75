import type { Target } from '../../shared/domain/target.ts';
import type { Transfer } from '../../shared/domain/upload.ts';
import { errorText, toWireError } from '../../shared/errors.ts';
import type { UploadId } from '../../shared/units.ts';
import type { Shared } from './chunkSender.ts';
import type { Driver, Progress, SessionView } from './driver.ts';
import { failureClass } from './failures.ts';
import { chunkSeconds, isSpent, type RequestCounts } from './pace.ts';
import { PausedSessions } from './pausedSessions.ts';
import type { QueuePorts } from './queuePorts.ts';
import type { Entry } from './rows.ts';
import { PERSON_RETRY_MS, TargetLine } from './targetLine.ts';
import { metaOf } from './uploadMeta.ts';
import { troubleOf } from './trouble.ts';
import { throwAway } from './unwanted.ts';
import { UploadRun } from './uploadRun.ts';
import { fileMimeType } from './wholeFile.ts';

const HOUR_MS = 3_600_000;
/** What a target makes files of is asked for one after the other. */
const FOLLOWED_AT_ONCE = 4;
const FOLLOW_LEAST_MS = 2000;
const FOLLOW_MOST_MS = 60_000;
const GOODBYE_MS = 500;
/** After a look, so many times as long passes before the next. */
const RESTS = 20;
/** Something may have become due that nobody told of, such as after the clock was set. */
const LOOK_AGAIN_MS = 30_000;

export interface DeskPorts extends QueuePorts, Pick<Shared, 'memory' | 'buffers' | 'bandwidth'> {
  readonly onLook: (id: UploadId, view: SessionView) => void;
}

/** Decides which uploads of one target go on now: of each source the open recording, and the oldest of the others. */
export class TargetDesk {
  readonly #target: Target;
  readonly #driver: Driver;
  readonly #line: TargetLine;
  readonly #ports: DeskPorts;
  readonly #runs = new Map<UploadId, UploadRun>();
  readonly #following = new Set<UploadId>();
  /** A person is about to change them. */
  readonly #halted = new Set<UploadId>();
  readonly #abort = new AbortController();
  readonly #errands = new Set<Promise<void>>();
  readonly #paused: PausedSessions;
  #timer: NodeJS.Timeout | undefined;
  /** The upload whose session is thrown away now. */
  #discarding: UploadId | undefined;
  #nextDiscardAt = 0;
  #looking = false;
  #restUntil = -Infinity;

  constructor(target: Target, driver: Driver, ports: DeskPorts) {
    this.#target = target;
    this.#driver = driver;
    this.#ports = ports;
    this.#paused = new PausedSessions(target.id, driver, ports);
    this.#line = new TargetLine(target, driver, {
      now: () => ports.clock.now(),
      monotonic: () => ports.clock.monotonic(),
      onChange: () => {
        this.look();
        ports.onTransfer();
      },
      onTaken: () => this.#taken(),
    });
  }

  /** Starts what is due and not under way. */
  look(): void {
    if (this.#looking || this.#abort.signal.aborted) return;
    this.#looking = true;
    // Several that ask at once are answered once, and nobody's change is in the middle of it.
    const answer = (): void => {
      this.#looking = false;
      if (!this.#abort.signal.aborted) this.#begin();
    };
    const rest = this.#restUntil - this.#ports.clock.monotonic();
    if (rest > 0) setTimeout(answer, rest).unref();
    else queueMicrotask(answer);
  }

  /** Something is new about an upload; `closed`: its recording was closed or opened again. */
  heard(id: UploadId, closed: boolean): void {
    if (closed) this.#runs.get(id)?.wake();
    this.look();
  }

  /** Whatever waits for time is tried now. */
  retry(): void {
    this.#line.retry();
    this.#nextDiscardAt = 0;
    for (const run of this.#runs.values()) run.wake();
    this.look();
  }

  /** Resolves once nothing of it is under way; nothing of it begins before {@link letGo}. */
  async halt(id: UploadId): Promise<void> {
    this.#halted.add(id);
    await this.#runs.get(id)?.stop();
  }

  letGo(id: UploadId): void {
    this.#halted.delete(id);
    this.look();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort.abort();
    const said = this.#sayGoodbye();
    await Promise.all([said, ...[...this.#runs.values()].map((run) => run.stop()), ...this.#errands]);
    await this.#driver.close();
  }

  /** A target that knows such things hears that nobody sends for now; whether it does, does not matter. */
  async #sayGoodbye(): Promise<void> {
    const { store, log } = this.#ports;
    if (!this.#driver.beat || this.#line.problem) return;
    const signal = AbortSignal.timeout(GOODBYE_MS);
    const said = [...this.#runs.keys()].map(async (id) => {
      const sessionId = store.find(id)?.sessionId;
      if (sessionId !== undefined) await this.#driver.beat?.(sessionId, 'offline', signal);
    });
    for (const result of await Promise.allSettled(said)) {
      if (result.status === 'rejected')
        log.debug('A target did not hear the end.', { error: errorText(result.reason) });
    }
  }

  transfer(): Transfer {
    const { bytes, uploads } = this.#ports.store.backlog(this.#target.id);
    const bytesPerSecond = this.#line.speed.bytesPerSecond();
    const ofLine = { waitingFor: this.#waitingFor(), problem: this.#line.problem, nextTryAt: this.#line.nextTryAt };
    const ofUpload = (): Partial<Transfer> | undefined =>
      troubleOf(this.#ports.store.worst(this.#target.id), this.#target.name, bytesPerSecond > 0);
    const { problem, nextTryAt, waitingFor } = (ofLine.problem ? undefined : ofUpload()) ?? ofLine;
    return {
      targetId: this.#target.id,
      bytesPerSecond,
      backlogBytes: bytes,
      backlogUploads: uploads,
      ...(bytesPerSecond > 0 ? { secondsLeft: bytes / bytesPerSecond } : {}),
      ...(waitingFor ? { waitingFor } : {}),
      ...(nextTryAt === undefined ? {} : { nextTryAt }),
      ...(problem ? { problem } : {}),
    };
  }

  /** What the target refused because of who asks, or how, it may take by now, as it took another. */
  #taken(): void {
    const { store } = this.#ports;
    for (const { id } of store.overOnceTaken(this.#target.id)) store.change(id, { nextTryAt: undefined });
    this.look();
  }

  #waitingFor(): Transfer['waitingFor'] {
    const { problem, isHeld } = this.#line;
    if (isHeld) return 'person';
    if (!problem) return isSpent(this.#driver.limits, this.#counts()) ? 'limit' : undefined;
    return problem.code === 'UPLOAD_LIMIT' ? 'server' : 'network';
  }

  #begin(): void {
    const { clock } = this.#ports;
    const now = clock.now();
    const began = clock.monotonic();
    try {
      this.#beginDue(now);
    } catch (error) {
      this.#ports.log.error('The queue of uploads cannot be read or written; it is tried again.', {
        error: errorText(error),
      });
    }
    // A queue of many thousands is not looked through all the time.
    const ended = clock.monotonic();
    this.#restUntil = ended + (ended - began) * RESTS;
    this.#lookLater(now);
  }

  #beginDue(now: number): void {
    const { store } = this.#ports;
    const { id } = this.#target;
    const held = this.#line.isHeld;
    for (const entry of store.due(id, now)) {
      if (this.#runs.has(entry.id) || this.#halted.has(entry.id) || entry.id === this.#discarding) continue;
      if (held && entry.state !== 'finalizing') continue;
      if (entry.state === 'needsPerson') store.move(entry.id, 'retry', { nextTryAt: undefined });
      this.#start(entry);
    }
    for (const entry of store.processing(id, now, FOLLOWED_AT_ONCE)) {
      if (this.#following.size >= FOLLOWED_AT_ONCE || this.#following.has(entry.id)) continue;
      if (entry.state === 'needsPerson') store.move(entry.id, 'retry', { nextTryAt: undefined });
      this.#following.add(entry.id);
      this.#errand(this.#follow(entry).finally(() => this.#following.delete(entry.id)));
    }
    this.#discardNext(now);
    if (!this.#line.problem) this.#errand(this.#paused.tell(this.#abort.signal));
  }

  #start(entry: Entry): void {
    const { store, clock } = this.#ports;
    const { id } = this.#target;
    const run = new UploadRun(entry.id, {
      ...this.#ports,
      line: this.#line,
      chunkSeconds: () =>
        chunkSeconds(this.#target.chunkSeconds, this.#driver.limits, store.liveSources(id), this.#counts()),
      mayRequest: () => !isSpent(this.#driver.limits, this.#counts()),
      countRequest: () => {
        if (this.#isCounted()) store.chunks.countRequest(id, Math.floor(clock.now() / HOUR_MS));
      },
    });
    this.#runs.set(entry.id, run);
    const work = async (): Promise<void> => {
      try {
        await run.start();
      } catch (error) {
        // Such as a queue that cannot be written: not to be tried again in the same moment.
        this.#halted.add(entry.id);
        setTimeout(() => this.letGo(entry.id), LOOK_AGAIN_MS).unref();
        throw error;
      } finally {
        this.#runs.delete(entry.id);
        this.look();
      }
    };
    this.#errand(work());
  }

  /** Asks once how the target gets on. */
  async #follow(entry: Entry): Promise<void> {
    const { store, clock, log } = this.#ports;
    const signal = this.#abort.signal;
    if (entry.remoteId === undefined) return;
    try {
      const release = await this.#line.enter('word', entry.sourceId, false, signal);
      let progress: Progress;
      try {
        progress = await this.#driver.follow(entry.remoteId, signal);
        this.#line.succeeded('word');
      } finally {
        release();
      }
      this.#followed(entry, progress);
    } catch (error) {
      if (signal.aborted) return;
      log.warn('A target could not be asked how it gets on.', { uploadId: entry.id, error: errorText(error) });
      const problem = toWireError(error);
      switch (failureClass(error)) {
        case 'gone':
        case 'resync': {
          this.#followed(entry, { state: 'failed', text: problem.message });
          return;
        }
        case 'person':
          this.#line.failed(error);
          store.move(entry.id, 'person', { problem, nextTryAt: clock.now() + PERSON_RETRY_MS });
          return;
        default: {
          const isAll = this.#line.failed(error);
          store.change(entry.id, { problem, nextTryAt: isAll ? this.#line.nextTryAt : clock.now() + FOLLOW_MOST_MS });
        }
      }
    } finally {
      this.look();
    }
  }

  #followed(entry: Entry, { state, text, link }: Progress): void {
    const { store, clock } = this.#ports;
    const told = {
      problem: undefined,
      ...(text === undefined ? {} : { serverText: text }),
      ...(link === undefined ? {} : { link }),
    };
    switch (state) {
      case 'completed':
        store.together(() => {
          store.chunks.clear(entry.number);
          store.move(entry.id, 'completed', { ...told, serverText: undefined, nextTryAt: undefined });
        });
        return;
      case 'failed':
        store.move(entry.id, 'refused', { ...told, nextTryAt: undefined });
        return;
      case 'processing': {
        const age = clock.now() - entry.updatedAt;
        const pause = Math.min(FOLLOW_MOST_MS, Math.max(FOLLOW_LEAST_MS, age * 1.5));
        store.change(entry.id, { ...told, nextTryAt: clock.now() + pause });
      }
    }
  }

  /** Has the target throw away sessions that nobody wants, one at a time. */
  #discardNext(now: number): void {
    const { store, log } = this.#ports;
    if (this.#discarding !== undefined || now < this.#nextDiscardAt) return;
    // An upload that goes on does so itself, before it opens another.
    const entry = store.unwanted(this.#target.id).find(({ id }) => !this.#runs.has(id));
    if (!entry) return;
    this.#discarding = entry.id;
    const work = async (): Promise<void> => {
      const { signal } = this.#abort;
      try {
        const release = await this.#line.enter('word', entry.sourceId, false, signal);
        try {
          const meta = metaOf(entry, fileMimeType(entry.recording.container));
          store.change(entry.id, await throwAway(entry, this.#driver, meta, log, signal));
        } finally {
          release();
        }
      } catch (error) {
        if (signal.aborted) return;
        log.warn('A target did not throw a session away; it is asked again.', { error: errorText(error) });
        this.#line.failed(error);
        this.#nextDiscardAt = this.#ports.clock.now() + FOLLOW_MOST_MS;
      } finally {
        this.#discarding = undefined;
        this.look();
      }
    };
    this.#errand(work());
  }

  #lookLater(now: number): void {
    clearTimeout(this.#timer);
    if (this.#abort.signal.aborted) return;
    let next: number | undefined;
    try {
      next = this.#ports.store.nextTryAt(this.#target.id, now);
    } catch {
      // That it cannot be read was told just now.
    }
    const delay = Math.min(LOOK_AGAIN_MS, Math.max(10, (next ?? Infinity) - now));
    this.#timer = setTimeout(() => this.#begin(), delay);
    this.#timer.unref();
  }

  #isCounted(): boolean {
    const { requestsPerHour, requestsPerDay } = this.#driver.limits;
    return requestsPerHour !== undefined || requestsPerDay !== undefined;
  }

  #counts(): RequestCounts {
    if (!this.#isCounted()) return { hour: 0, day: 0 };
    const { store, clock } = this.#ports;
    const hour = Math.floor(clock.now() / HOUR_MS);
    const since = (first: number): number => store.chunks.requestsIn(this.#target.id, first, hour);
    return { hour: since(hour), day: since(hour - 23) };
  }

  /** What goes wrong here is a bug of ours: it is told, and costs one upload alone. */
  #errand(work: Promise<void>): void {
    const errand = work
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        this.#ports.log.error('An upload ended in an unexpected way.', { error: errorText(error) });
      })
      .finally(() => this.#errands.delete(errand));
    this.#errands.add(errand);
  }
}
