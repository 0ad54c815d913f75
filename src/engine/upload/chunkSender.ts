import { createHash } from 'node:crypto';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import { behindMs } from './behind.ts';
import type { Body } from './body.ts';
import type { ChunkBuffers } from './chunkBuffers.ts';
import type { CutChunk } from './chunkStore.ts';
import { cancelled, type FairGate, type Release } from './fairGate.ts';
import type { SourceId } from '../../shared/units.ts';
import type { Beat } from './driver.ts';
import type { Entry } from './rows.ts';
import type { TargetLine } from './targetLine.ts';
import type { TokenBucket } from './tokenBucket.ts';
import type { UploadStore } from './uploadStore.ts';
import { Sleeper } from './wait.ts';

/** Once a chunk is due, an open recording is looked at so often for what it has. */
const LOOK_MS = 250;
/** An upload that has nothing to do is woken by what happens; this is for what nobody tells. */
const IDLE_MS = 60_000;
const BEAT_MS = 30_000;
const SMALLEST_CHUNK = 64 * 1024;
/** How often a target may contradict itself before it is left alone for a while. */
const FRUITLESS = 5;

/** What all uploads share. */
export interface Shared {
  /** Bytes of chunks that are in memory. */
  readonly memory: FairGate;
  readonly buffers: ChunkBuffers;
  readonly bandwidth: TokenBucket;
  /** All uploads together, bytes/s; undefined: no limit. */
  readonly bytesPerSecond: () => number | undefined;
}

export interface SenderPorts extends Shared {
  readonly store: UploadStore;
  readonly line: TargetLine;
  readonly clock: Clock;
  readonly log: Log;
  /** Length of a chunk of an open recording now, s. */
  readonly chunkSeconds: () => number;
  /** The target's limits leave room for a chunk now. */
  readonly mayRequest: () => boolean;
  readonly countRequest: () => void;
  /** A person paused the source. */
  readonly isPaused: (id: SourceId) => boolean;
}

interface Ready {
  readonly chunk: CutChunk;
  readonly bytes: Uint8Array;
  /** `isSent`: nobody reads its bytes any more. */
  readonly release: (isSent: boolean) => void;
}

/** Cuts the body of one upload into chunks and sends them, until its session has all of it. */
export class ChunkSender {
  readonly #ports: SenderPorts;
  readonly #body: Body;
  readonly #signal: AbortSignal;
  readonly #sleeper = new Sleeper();
  readonly #inFlight = new Map<number, Promise<void>>();
  #entry: Entry;
  #failure: unknown;
  #news = false;
  #nextCutAt = 0;
  #toldAt = -Infinity;
  #beatAt = -Infinity;
  #beaten: Beat | undefined;
  #fruitless = 0;
  #ended = false;

  constructor(ports: SenderPorts, entry: Entry, body: Body, signal: AbortSignal) {
    this.#ports = ports;
    this.#entry = entry;
    this.#body = body;
    this.#signal = signal;
  }

  /** The recording was closed, or something else is new: looks at once. */
  wake(): void {
    this.#news = true;
    this.#sleeper.wake();
  }

  /** Resolves once every chunk is stored and no more comes; the first failure ends it, after all that is under way. */
  async run(): Promise<void> {
    try {
      await this.#dropWhatIsGone();
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure;
        const ready = await this.#next();
        if (ready) this.#launch(ready);
        else if (this.#inFlight.size === 0 && this.#ended && this.#failure === undefined) return;
        else await this.#pause();
      }
    } finally {
      await Promise.allSettled(this.#inFlight.values());
    }
  }

  /** A repair may have cut off an end that was read before: what the target has of it, it has; no more is sent. */
  async #dropWhatIsGone(): Promise<void> {
    const { bytes, ended } = await this.#body.stable();
    if (!ended) return;
    const { chunks } = this.#ports.store;
    for (;;) {
      const last = chunks.last(this.#entry.number);
      if (!last || last.to <= bytes || chunks.isStored(this.#entry.number, last.index)) return;
      chunks.dropFrom(this.#entry.number, last.index);
    }
  }

  /** The next chunk, in memory and with its turn; undefined when there is none now. */
  async #next(): Promise<Ready | undefined> {
    const { store, line, memory, buffers } = this.#ports;
    if (this.#inFlight.size >= this.#entry.maxInFlight) return undefined;
    const known = store.chunks.next(this.#entry.number, new Set(this.#inFlight.keys()));
    const lowest = Math.min(...this.#inFlight.keys(), known?.index ?? Infinity);
    const index = known?.index ?? (store.chunks.last(this.#entry.number)?.index ?? 0) + 1;
    if (index >= lowest + this.#entry.maxInFlight) return undefined;
    const slice = known ?? (await this.#cut());
    if (!slice) return undefined;
    if (!this.#ports.mayRequest()) {
      this.#nextCutAt = this.#ports.clock.monotonic() + IDLE_MS;
      return undefined;
    }
    const turn = await line.enter('bytes', this.#entry.sourceId, this.#entry.live, this.#signal);
    let room: Release;
    try {
      room = await memory.enter(line.target.id, slice.to - slice.from, this.#entry.live, this.#signal);
    } catch (error) {
      turn();
      throw error;
    }
    const bytes = buffers.take(slice.to - slice.from);
    const release = (isSent: boolean): void => {
      buffers.giveBack(bytes, isSent);
      room();
      turn();
    };
    try {
      const sha256 = await this.#read(slice.from, bytes);
      if (!known) store.cut(this.#entry, { ...slice, sha256 });
      else if (!sha256.every((value, at) => value === known.sha256[at])) {
        throw new LongtakeError('UPLOAD_SESSION_GONE', 'The file was changed after it was sent: it is sent anew.');
      }
      return { chunk: { ...slice, sha256 }, bytes, release };
    } catch (error) {
      release(false);
      throw error;
    }
  }

  /** Where the next chunk is cut; undefined when it is not due, or when there is no more. */
  async #cut(): Promise<{ readonly index: number; readonly from: number; readonly to: number } | undefined> {
    const { store, line, clock, bytesPerSecond } = this.#ports;
    if (this.#ended) return undefined;
    const due = clock.monotonic() >= this.#nextCutAt;
    const stable = await this.#body.stable();
    const entry = store.find(this.#entry.id);
    if (!entry || this.#signal.aborted) throw cancelled();
    this.#entry = entry;
    const end = entry.endsAt === undefined ? stable.bytes : Math.min(stable.bytes, entry.endsAt);
    const isLast = stable.ended || end === entry.endsAt;
    this.#tell(stable.bytes);
    const last = store.chunks.last(entry.number);
    const from = last?.to ?? 0;
    if (entry.finishing || (isLast && from >= end)) {
      this.#ended = true;
      return undefined;
    }
    const { backlogChunkBytes, requestsPerHour } = line.driver.limits;
    const isBacklog = isLast || end - from >= backlogChunkBytes;
    if (from >= end || (!isBacklog && !due)) return undefined;
    let most = isBacklog ? Math.min(entry.maxChunkBytes, backlogChunkBytes) : entry.maxChunkBytes;
    const rate = bytesPerSecond();
    if (rate !== undefined && requestsPerHour === undefined) most = Math.min(most, Math.max(SMALLEST_CHUNK, rate));
    let to = Math.min(end, from + most);
    if (last && this.#isTooMuch(to)) {
      await this.#endPart(from);
      return undefined;
    }
    if (this.#body.cut) {
      to = await this.#body.cut(from, to);
      if (to <= from && !isLast) return undefined;
      if (to <= from) to = Math.min(end, from + entry.maxChunkBytes);
    }
    this.#nextCutAt = clock.monotonic() + this.#ports.chunkSeconds() * 1000;
    return { index: (last?.index ?? 0) + 1, from, to };
  }

  /** The session would be larger, or last longer, than the target takes. */
  #isTooMuch(to: number): boolean {
    const { maxSessionBytes = Infinity, maxSessionMs = Infinity } = this.#ports.line.driver.limits;
    const openedAt = this.#entry.sessionOpenedAt ?? Infinity;
    return to > maxSessionBytes || this.#ports.clock.now() - openedAt > maxSessionMs;
  }

  /** This part ends at `at`, and another one goes on there. */
  async #endPart(at: number): Promise<void> {
    const { store, log } = this.#ports;
    const { id, part } = this.#entry;
    const filePosition = await this.#body.filePosition(at);
    store.together(() => {
      store.change(id, { endsAt: at, bytes: at });
      store.addPart(this.#entry, filePosition);
    });
    log.info('A session is full; the recording goes on in another one.', { uploadId: id, part, at });
    this.#ended = true;
  }

  /** Fills `bytes` from `from` on; returns their digest. */
  async #read(from: number, bytes: Uint8Array): Promise<Uint8Array> {
    const hash = createHash('sha256');
    if (this.#body.fill) await this.#body.fill(from, bytes, (part) => hash.update(part));
    else {
      let at = 0;
      for await (const piece of this.#body.read(from, from + bytes.length)) {
        bytes.set(piece, at);
        at += piece.length;
        hash.update(piece);
      }
      if (at !== bytes.length) {
        throw new LongtakeError('DISK_ERROR', 'The file of the recording is shorter than it was. Check the disk.');
      }
    }
    return new Uint8Array(hash.digest());
  }

  #launch({ chunk, bytes, release }: Ready): void {
    let isSent = false;
    const sending = this.#send(chunk, bytes)
      .then(() => {
        isSent = true;
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        release(isSent);
        this.#inFlight.delete(chunk.index);
        this.wake();
      });
    this.#inFlight.set(chunk.index, sending);
  }

  async #send(chunk: CutChunk, bytes: Uint8Array): Promise<void> {
    const { store, line, bandwidth, countRequest } = this.#ports;
    const { sessionId } = this.#entry;
    if (sessionId === undefined) throw new Error('There is no session to send a chunk to.');
    await bandwidth.take(bytes.length, this.#signal);
    countRequest();
    const sent = await line.driver.send(sessionId, { index: chunk.index, bytes, sha256: chunk.sha256 }, this.#signal);
    line.succeeded('bytes');
    switch (sent.type) {
      case 'stored':
        this.#fruitless = 0;
        line.speed.add(bytes.length);
        this.#entry = store.stored(this.#entry, chunk.index, (safe) => this.#behindMs(safe)) ?? this.#entry;
        if (this.#entry.problem) this.#entry = store.change(this.#entry.id, solved) ?? this.#entry;
        return;
      case 'expected':
        this.#resync(sent.index, chunk.index);
        return;
      case 'gone':
        throw new LongtakeError('UPLOAD_SESSION_GONE', `The target has ended the session: ${sent.reason}`);
    }
  }

  /** The target goes on elsewhere: what is before that is stored, what comes after is sent again. */
  #resync(expected: number, sent: number): void {
    const { store, log } = this.#ports;
    const { number, id } = this.#entry;
    const last = store.chunks.last(number)?.index ?? 0;
    log.info('A target expects another chunk than it was sent.', { uploadId: id, expected, sent });
    if (expected > last + 1) {
      throw new LongtakeError('UPLOAD_SESSION_GONE', 'The target has more of this session than was sent to it.');
    }
    this.#fruitless = expected > sent ? 0 : this.#fruitless + 1;
    if (this.#fruitless > FRUITLESS) {
      this.#fruitless = 0;
      throw new LongtakeError('UPLOAD_CONFLICT', 'The target keeps asking for chunks that it was sent.');
    }
    store.together(() => {
      store.chunks.resync(number, expected);
      store.change(id, { safeBytes: store.chunks.storedBytes(number) });
    });
  }

  async #pause(): Promise<void> {
    if (this.#news) {
      this.#news = false;
      return;
    }
    const { clock } = this.#ports;
    this.#beat();
    const canCut = !this.#ended && this.#inFlight.size < this.#entry.maxInFlight;
    const untilCut = Math.max(LOOK_MS, this.#nextCutAt - clock.monotonic());
    await this.#sleeper.sleep(canCut ? Math.min(untilCut, BEAT_MS) : IDLE_MS, this.#signal);
    this.#news = false;
  }

  /** Tells a target that knows such things that the source still records, or is paused: at once, and then regularly. */
  #beat(): void {
    const { line, clock, log, isPaused } = this.#ports;
    const { sessionId, live, sourceId } = this.#entry;
    const now = clock.monotonic();
    if (!line.driver.beat || sessionId === undefined || !live) return;
    const beat = isPaused(sourceId) ? 'paused' : 'recording';
    if (beat === this.#beaten && now - this.#beatAt < BEAT_MS) return;
    this.#beatAt = now;
    this.#beaten = beat;
    line.driver.beat(sessionId, beat, this.#signal).catch((error: unknown) => {
      log.debug('A target could not be told that its session is alive.', { error: errorText(error) });
    });
  }

  /** At most once a second. */
  #tell(bytes: number): void {
    const { store, clock } = this.#ports;
    const total = Math.min(bytes, this.#entry.endsAt ?? bytes);
    const now = clock.monotonic();
    if (total === this.#entry.bytes || (now - this.#toldAt < 1000 && this.#entry.live)) return;
    this.#toldAt = now;
    const { id, safeBytes } = this.#entry;
    this.#entry = { ...this.#entry, bytes: total };
    this.#entry = store.progress(id, { bytes: total, behindMs: this.#behindMs(safeBytes) }) ?? this.#entry;
  }

  #behindMs(safeBytes: number): number {
    return behindMs(this.#body, this.#entry.bytes, safeBytes);
  }
}

const solved = { problem: undefined, nextTryAt: undefined } as const;
