import type { Recording } from '../../shared/domain/recording.ts';
import type { Target } from '../../shared/domain/target.ts';
import { ENDED_STATES, type Transfer } from '../../shared/domain/upload.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import type { RecordingId, TargetId, UploadId } from '../../shared/units.ts';
import type { SessionView } from './driver.ts';
import { ChunkBuffers } from './chunkBuffers.ts';
import { FairGate } from './fairGate.ts';
import type { QueuePorts } from './queuePorts.ts';
import type { Changes, Entry } from './rows.ts';
import type { UploadEvent } from './states.ts';
import { TargetDesk } from './targetDesk.ts';
import { TokenBucket } from './tokenBucket.ts';
import { afresh } from './turns.ts';
import { unwanted } from './unwanted.ts';
import { canGoWhole } from './wholeFile.ts';

/** Chunks of all uploads together take no more memory than this. */
const MEMORY_BYTES = 64 * 1024 * 1024;
/** Ending what is under way must not hold up the end of the program. */
const STOP_MS = 1500;

/** Some uploads, or all of a target; neither: all. */
export interface Chosen {
  readonly ids?: readonly UploadId[] | undefined;
  readonly targetId?: TargetId | undefined;
}

/** Everything that is uploaded, to all targets. Nothing here ever waits for a recorder, or has one wait. */
export class UploadQueue {
  readonly #ports: QueuePorts;
  readonly #desks = new Map<TargetId, TargetDesk>();
  readonly #memory = new FairGate(() => MEMORY_BYTES);
  readonly #buffers = new ChunkBuffers();
  readonly #bandwidth: TokenBucket;
  /** Open when the program started; and what the targets said to it. */
  readonly #recovered = new Map<UploadId, SessionView | undefined>();
  /** Targets that were changed, and whose desk is still clearing away. */
  readonly #leaving = new Map<TargetId, Promise<void>>();
  /** Targets of which everything that waits for a person is tried, as soon as they have a desk. */
  readonly #anew = new Set<TargetId>();
  #running = false;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
    this.#bandwidth = new TokenBucket(ports.bytesPerSecond, () => ports.clock.monotonic());
  }

  /** Goes on where the program ended. */
  start(): void {
    const { store } = this.#ports;
    for (const entry of store.interrupted()) {
      this.#recovered.set(entry.id, undefined);
      store.move(entry.id, 'restart', entry.nextTryAt === undefined ? {} : { nextTryAt: undefined });
    }
    this.#running = true;
    this.targetsChanged();
  }

  /** Interrupts what is under way and leaves the rest to the next start. */
  async stop(): Promise<void> {
    this.#running = false;
    const ended = Promise.all([...this.#leaving.values(), ...[...this.#desks.values()].map((desk) => desk.stop())]);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), STOP_MS);
    });
    if ((await Promise.race([ended, late])) === 'late') {
      this.#ports.log.warn('A target did not let go in time.');
    }
    clearTimeout(timer);
    this.#desks.clear();
  }

  /**
   * Uploads a recording to these targets, open or closed, unless it is there or on its way. Returns how many began.
   * `seek`: they may have it from before, and are asked.
   */
  add(
    recording: Recording,
    targetIds: readonly TargetId[],
    { seek = false }: { readonly seek?: boolean } = {},
  ): number {
    const { store } = this.#ports;
    let added = 0;
    for (const targetId of new Set(targetIds)) {
      if (!this.#ports.targets().some(({ id }) => id === targetId)) continue;
      const entry = store.add({ targetId, recording, bytes: recording.bytes, seek });
      if (!entry) continue;
      added += 1;
      this.#desks.get(targetId)?.look();
    }
    return added;
  }

  /** A recording was opened, closed, mended or found out more about. */
  heard(recording: Recording): void {
    const { store } = this.#ports;
    const live = recording.state === 'recording';
    for (const entry of store.ofRecording(recording.id)) {
      const isEmpty = recording.state === 'repaired' && recording.samples === 0;
      if ((recording.state === 'damaged' || isEmpty) && !ENDED_STATES.includes(entry.state)) {
        // A kill before its first audio, as a rule: there is nothing to send.
        this.#giveUp(entry, recording);
        continue;
      }
      const bytes = entry.sessionId === undefined && entry.safeBytes === 0 ? { bytes: recording.bytes } : {};
      store.change(entry.id, { recording, live, ...bytes });
      // Now there is a whole file, which the target may take.
      if (
        !live &&
        entry.live &&
        entry.state === 'needsPerson' &&
        canGoWhole({ ...entry, live }, entry.problem?.code ?? '')
      ) {
        store.move(entry.id, 'whole', {
          ...unwanted(entry),
          ...afresh,
          way: 'whole',
          problem: undefined,
          nextTryAt: undefined,
        });
      }
      this.#desks.get(entry.targetId)?.heard(entry.id, live !== entry.live);
    }
  }

  /** What the target has may be all that is left of it. */
  #giveUp(entry: Entry, recording: Recording): void {
    const { store, log } = this.#ports;
    store.change(entry.id, { recording, live: false });
    log.warn('A recording holds no audio that can be read, and no more of it is uploaded.', {
      uploadId: entry.id,
      path: recording.path,
    });
    this.#endWith(entry).catch((error: unknown) => {
      log.warn('The upload of a recording that cannot be read was not ended.', { error: errorText(error) });
    });
  }

  /** There is no more to send: the target makes do with what it has, if anything. */
  async #endWith(entry: Entry): Promise<void> {
    if (entry.remoteId !== undefined || entry.state === 'failed') return;
    if (entry.safeBytes > 0 && entry.way === 'session' && entry.sessionId !== undefined) {
      if (entry.state !== 'finalizing') await this.finish(entry.id);
    } else await this.discard(entry.id);
  }

  /** Targets were added, changed or removed. */
  targetsChanged(changed?: TargetId): void {
    if (!this.#running) return;
    const targets = this.#ports.targets();
    if (changed !== undefined) this.#anew.add(changed);
    for (const [id, desk] of this.#desks) {
      if (id === changed || !targets.some((target) => target.id === id)) this.#leave(id, desk);
    }
    for (const target of targets) {
      // Two at once would each open a session.
      if (!target.enabled || this.#desks.has(target.id) || this.#leaving.has(target.id)) continue;
      const desk = this.#desk(target);
      if (!desk) continue;
      this.#desks.set(target.id, desk);
      if (this.#anew.delete(target.id)) {
        this.#again(this.#ports.store.list({ targetId: target.id, states: ['needsPerson'], limit: -1 }));
      }
      desk.look();
    }
    this.#ports.onTransfer();
  }

  /** What is under way at a target ends first; then it is seen what is there to be done. */
  #leave(id: TargetId, desk: TargetDesk): void {
    this.#desks.delete(id);
    const left = desk
      .stop()
      .catch((error: unknown) => {
        this.#ports.log.warn('The way to a target did not end cleanly.', { error: errorText(error) });
      })
      .then(() => {
        this.#leaving.delete(id);
        this.targetsChanged();
      });
    this.#leaving.set(id, left);
  }

  /** Everything that waits for time is tried now: the network is back, or the computer was asleep. */
  online(): void {
    for (const desk of this.#desks.values()) desk.retry();
  }

  retry(chosen: Chosen): void {
    const waiting = this.#chosen(chosen, ['waiting', 'opening', 'sending', 'finalizing', 'processing']);
    for (const { id, nextTryAt } of waiting) {
      if (nextTryAt !== undefined) this.#ports.store.change(id, { nextTryAt: undefined });
    }
    this.#again(this.#chosen(chosen, ['needsPerson', 'failed']));
    const { ids, targetId } = chosen;
    const targets = new Set(ids ? ids.flatMap((id) => this.#ports.store.find(id)?.targetId ?? []) : undefined);
    for (const [id, desk] of this.#desks) {
      if (ids ? targets.has(id) : targetId === undefined || targetId === id) desk.retry();
    }
  }

  async pause(chosen: Chosen): Promise<void> {
    const states = ['waiting', 'opening', 'sending', 'finalizing', 'needsPerson'] as const;
    await Promise.all(this.#chosen(chosen, states).map((entry) => this.#interrupt(entry, 'pause')));
  }

  resume(chosen: Chosen): void {
    for (const { id, targetId } of this.#chosen(chosen, ['paused'])) {
      this.#ports.store.move(id, 'resume');
      this.#desks.get(targetId)?.look();
    }
  }

  /** The target makes do with what it has. */
  async finish(id: UploadId): Promise<void> {
    const entry = this.#get(id);
    if (entry.sessionId === undefined || entry.way === 'whole') {
      throw new LongtakeError('CONFLICT', 'The target has nothing of this recording yet. Discard the upload instead.');
    }
    await this.#interrupt(entry, 'finish', {
      finishing: true,
      endsAt: this.#ports.store.chunks.endOfStored(entry.number),
    });
  }

  /** The target throws away what it has. */
  async discard(id: UploadId): Promise<void> {
    const entry = this.#get(id);
    await this.#interrupt(entry, 'discard', unwanted(entry));
    this.#ports.store.chunks.clear(entry.number);
    this.#desks.get(entry.targetId)?.look();
  }

  /** The file goes as a whole. */
  async whole(id: UploadId): Promise<void> {
    const entry = this.#get(id);
    if (entry.live) {
      throw new LongtakeError('CONFLICT', 'It is being recorded: only a file that is closed can be sent as a whole.');
    }
    if (entry.part > 1) {
      throw new LongtakeError('CONFLICT', 'This is a later part of a recording. Send the first part as a whole file.');
    }
    await this.#interrupt(entry, 'whole', { ...unwanted(entry), ...afresh, way: 'whole' });
    this.#ports.store.chunks.clear(entry.number);
    this.#desks.get(entry.targetId)?.look();
  }

  /** A target is removed: what is not done is given up. Returns what is forgotten. */
  async forget(targetId: TargetId): Promise<UploadId[]> {
    const desk = this.#desks.get(targetId);
    this.#desks.delete(targetId);
    await desk?.stop();
    await this.#leaving.get(targetId);
    return this.#ports.store.removeTarget(targetId);
  }

  /**
   * The file is gone for good: what a target has of it is all it gets. Returns what has ended by now, and is forgotten
   * with it.
   */
  async recordingGone(id: RecordingId): Promise<UploadId[]> {
    const { store } = this.#ports;
    for (const entry of store.ofRecording(id)) {
      if (!ENDED_STATES.includes(entry.state)) await this.#endWith(entry);
    }
    return store.ofRecording(id).flatMap((entry) => (store.forget(entry.id) ? [entry.id] : []));
  }

  transfers(): Transfer[] {
    return this.#ports.targets().flatMap(({ id }) => this.#desks.get(id)?.transfer() ?? []);
  }

  /** What was open when the program started, and what the target said it has; undefined until it answered. */
  recovered(): ReadonlyMap<UploadId, SessionView | undefined> {
    return this.#recovered;
  }

  #desk(target: Target): TargetDesk | undefined {
    const { createDriver, secret, clock, log } = this.#ports;
    try {
      const driver = createDriver(target, { secret: () => secret(target.id), clock, log });
      return new TargetDesk(target, driver, {
        ...this.#ports,
        memory: this.#memory,
        buffers: this.#buffers,
        bandwidth: this.#bandwidth,
        onLook: (id, view) => {
          if (this.#recovered.has(id)) this.#recovered.set(id, view);
        },
      });
    } catch (error) {
      log.error('Nothing can be uploaded to a target.', { target: target.name, error: String(error) });
      return undefined;
    }
  }

  #get(id: UploadId): Entry {
    const entry = this.#ports.store.find(id);
    if (!entry) throw new LongtakeError('NOT_FOUND', 'This upload does not exist any more.');
    return entry;
  }

  #chosen({ ids, targetId }: Chosen, states: readonly Entry['state'][]): Entry[] {
    const { store } = this.#ports;
    if (ids) return ids.flatMap((id) => store.find(id) ?? []).filter(({ state }) => states.includes(state));
    return store.list({ targetId, states, limit: -1 });
  }

  /** Has these go on; what failed begins anew. */
  #again(entries: readonly Entry[]): void {
    const { store } = this.#ports;
    for (const entry of entries) {
      const changes: Changes = { problem: undefined, nextTryAt: undefined, serverText: undefined };
      if (entry.state === 'failed') store.chunks.clear(entry.number);
      store.move(entry.id, 'retry', entry.state === 'failed' ? { ...changes, ...afresh } : changes);
    }
  }

  /** Takes an exit that a person chose, once nothing of it is under way any more. */
  async #interrupt(entry: Entry, event: UploadEvent, changes: Changes = {}): Promise<void> {
    const desk = this.#desks.get(entry.targetId);
    await desk?.halt(entry.id);
    try {
      const solved = { problem: undefined, nextTryAt: undefined };
      if (this.#ports.store.move(entry.id, event, { ...solved, ...changes })) return;
      throw new LongtakeError('CONFLICT', 'This cannot be done with the upload as it is now.');
    } finally {
      desk?.letGo(entry.id);
    }
  }
}
