import type { SourceStatus } from '../../shared/domain/source.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ChildHandle, ProcessHost } from '../../shared/ports/processHost.ts';
import type { SourceId } from '../../shared/units.ts';
import type { ArmedSource, Interrupted, RecorderEvent, RecordingPlan } from '../recorder/protocol.ts';
import type { KeyedLock } from './keyedLock.ts';
import { type Arming, RecorderHost } from './recorderHost.ts';

/** A source is not moved to a new process more often than this. */
const MOVE_INTERVAL_MS = 10_000;

/** The shared recorder, or one of a card's; each of these has a number of its own. */
type Place = 'shared' | `${string}#${number}`;

export interface RecordersPorts {
  readonly processHost: ProcessHost;
  readonly log: Log;
  readonly plan: () => RecordingPlan;
  /** What recorders before left open, of all sources. */
  readonly interrupted: () => Omit<Interrupted, 'resumed'>;
  readonly armed: () => readonly SourceId[];
  /** Nothing when it was disarmed meanwhile. */
  readonly armedSource: (id: SourceId) => Promise<Arming | undefined>;
  /** Sources of one card have the same: it opens only once, so they must be in one process. */
  readonly cardOf: (id: SourceId) => string;
  readonly onArmFailed: (id: SourceId, error: unknown) => void;
  readonly onEvent: (event: RecorderEvent) => void;
  /** These sources record nothing until their recorder is running again. */
  readonly onCrash: (sourceIds: readonly SourceId[]) => void;
  /** Held by whoever arms, disarms or moves a source, from beginning to end. */
  readonly lock: KeyedLock<SourceId>;
}

/**
 * All sources record in one shared recorder process. A soundcard that its audio system cannot see, because its list of
 * devices is from before the card was plugged in, moves to a recorder of that card alone, whose list is new; so a card can
 * come and go while the others record on.
 */
export class Recorders {
  readonly #ports: RecordersPorts;
  readonly #hosts = new Map<Place, RecorderHost>();
  /** Of sources that are not in the shared recorder. */
  readonly #places = new Map<SourceId, Place>();
  /** The newest recorder of each card. */
  readonly #newest = new Map<string, Place>();
  #placesMade = 0;
  readonly #movedAt = new Map<SourceId, number>();
  readonly #moving = new Set<SourceId>();
  readonly #moves = new Set<Promise<void>>();
  #watched: readonly SourceId[] = [];
  #stopping = false;
  /** Runs, and waits for what it is to do. */
  #prepared: ChildHandle | undefined;

  constructor(ports: RecordersPorts) {
    this.#ports = ports;
  }

  /** Begins to start a process, which takes its time, while it is still being found out what to record. */
  prepare(): void {
    const child = this.#ports.processHost.start('recorder');
    this.#prepared = child;
    child.onExit(() => {
      if (this.#prepared === child) this.#prepared = undefined;
    });
  }

  /** Starts the shared recorder, which mends what is interrupted and opens what is armed. */
  start(): Promise<void> {
    return this.#startHost('shared');
  }

  arm(source: ArmedSource, armedAt: number): void {
    this.#hostOf(source.config.id)?.arm(source, armedAt);
  }

  /** Resolves when the source's file is closed. */
  async disarm(sourceId: SourceId, reason: string): Promise<void> {
    await this.#hostOf(sourceId)?.disarm(sourceId, reason);
    await this.#leave(sourceId);
    this.#movedAt.delete(sourceId);
  }

  retry(sourceId: SourceId): void {
    this.#hostOf(sourceId)?.retry(sourceId);
  }

  setPaused(sourceId: SourceId, paused: boolean): void {
    this.#hostOf(sourceId)?.send({ type: paused ? 'pause' : 'resume', sourceId });
  }

  /** Another device is meant now: the source goes over to it, in a new recording. */
  reopen(sourceId: SourceId, reason: string): void {
    this.#hostOf(sourceId)?.send({ type: 'reopen', sourceId, reason });
  }

  split(sourceId: SourceId): void {
    this.#hostOf(sourceId)?.send({ type: 'split', sourceId });
  }

  watch(sourceIds: readonly SourceId[]): void {
    this.#watched = sourceIds;
    for (const host of this.#hosts.values()) host.watch(sourceIds);
  }

  replan(): void {
    for (const host of this.#hosts.values()) host.replan();
  }

  async stop(reason: string): Promise<void> {
    this.#stopping = true;
    this.#takePrepared()?.kill();
    await Promise.all([...this.#hosts.values()].map((host) => host.stop(reason)));
    await Promise.all(this.#moves);
    this.#hosts.clear();
  }

  #takePrepared(): ChildHandle | undefined {
    const child = this.#prepared;
    this.#prepared = undefined;
    return child;
  }

  async #startHost(place: Place): Promise<void> {
    const { processHost, log, plan, interrupted, armed, armedSource, onArmFailed, onEvent, onCrash } = this.#ports;
    const here = (id: SourceId): boolean => this.#placeOf(id) === place;
    const host = new RecorderHost({
      processHost: { start: (role) => this.#takePrepared() ?? processHost.start(role) },
      log,
      plan,
      interrupted: () => {
        const { recordings, gaps, left } = interrupted();
        return {
          recordings: recordings.filter(({ sourceId }) => here(sourceId)),
          gaps: gaps.filter(({ sourceId }) => here(sourceId)),
          left: left.filter(({ sourceId }) => here(sourceId)),
          resumed: armed().filter(here),
        };
      },
      armed: () => armed().filter(here),
      armedSource,
      onArmFailed,
      onEvent: (event) => {
        onEvent(event);
        if (event.type === 'statuses') for (const status of event.statuses) this.#moveIfBlind(status);
      },
      onCrash: () => onCrash(armed().filter(here)),
    });
    this.#hosts.set(place, host);
    host.watch(this.#watched);
    await host.start();
  }

  #moveIfBlind({ sourceId, problem, gaveUp }: SourceStatus): void {
    if (gaveUp === true) return;
    if (problem?.details?.['listFrozen'] !== true || this.#moving.has(sourceId) || this.#stopping) return;
    const now = performance.now();
    if (now - (this.#movedAt.get(sourceId) ?? Number.NEGATIVE_INFINITY) < MOVE_INTERVAL_MS) return;
    this.#movedAt.set(sourceId, now);
    this.#moving.add(sourceId);
    const move = this.#ports.lock
      .run(sourceId, () => this.#move(sourceId))
      .catch((error: unknown) => {
        this.#ports.log.error('A source could not be moved to a recorder of its own.', {
          sourceId,
          error: String(error),
        });
      })
      .finally(() => {
        this.#moving.delete(sourceId);
        this.#moves.delete(move);
      });
    this.#moves.add(move);
  }

  async #move(sourceId: SourceId): Promise<void> {
    // Disarmed while this waited for its turn.
    if (this.#stopping || !this.#ports.armed().includes(sourceId)) return;
    this.#ports.log.info("A source moves to a recorder of its card's, so that it sees devices plugged in since.", {
      sourceId,
    });
    await this.#hostOf(sourceId)?.release(sourceId);
    const before = this.#placeOf(sourceId);
    await this.#leave(sourceId);
    if (this.#stopping) return;
    const card = this.#ports.cardOf(sourceId);
    const newest = this.#newest.get(card);
    const host = newest === before || newest === undefined ? undefined : this.#hosts.get(newest);
    if (host && newest !== undefined) {
      // Another source of the card went ahead.
      this.#places.set(sourceId, newest);
      const arming = await this.#ports.armedSource(sourceId);
      const gap = this.#ports.interrupted().gaps.find((open) => open.sourceId === sourceId);
      if (arming) host.arm({ ...arming.source, ...(gap ? { gap } : {}) }, arming.armedAt);
      return;
    }
    const place: Place = `${card}#${(this.#placesMade += 1)}`;
    this.#newest.set(card, place);
    this.#places.set(sourceId, place);
    await this.#startHost(place);
  }

  /** A recorder of a card ends with its last source. */
  async #leave(sourceId: SourceId): Promise<void> {
    const place = this.#places.get(sourceId);
    this.#places.delete(sourceId);
    if (place === undefined || [...this.#places.values()].includes(place)) return;
    const host = this.#hosts.get(place);
    this.#hosts.delete(place);
    for (const [card, newest] of this.#newest) if (newest === place) this.#newest.delete(card);
    await host?.stop('moved');
  }

  #placeOf(sourceId: SourceId): Place {
    return this.#places.get(sourceId) ?? 'shared';
  }

  #hostOf(sourceId: SourceId): RecorderHost | undefined {
    return this.#hosts.get(this.#placeOf(sourceId));
  }
}
