import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { Target } from '../../src/shared/domain/target.ts';
import type { UploadState } from '../../src/shared/domain/upload.ts';
import type { Clock } from '../../src/shared/ports/clock.ts';
import {
  type RecordingId,
  millis,
  sourceId,
  type SourceId,
  targetId,
  type TargetId,
  type UploadId,
} from '../../src/shared/units.ts';
import { openQueue } from '../../src/engine/upload/database.ts';
import type { Entry } from '../../src/engine/upload/rows.ts';
import { UploadQueue } from '../../src/engine/upload/uploadQueue.ts';
import { UploadStore } from '../../src/engine/upload/uploadStore.ts';
import { expectedBytes, fakeBody, FakeTarget, type GrowingFile } from './fakeTarget.ts';
import { makeRecording } from './makeRecording.ts';
import { silentLog } from './silentLog.ts';

export const TARGET = targetId('0b6a3c7e-0d2f-4a40-9a52-6a3f9f4e0001');

export const fakeClock: Clock = {
  now: () => millis(Date.now()),
  monotonic: () => millis(performance.now()),
  offsetMinutes: () => 0,
  zone: () => 'UTC',
};

export function makeTarget(id: TargetId = TARGET): Target {
  return {
    id,
    kind: 'longtake-server',
    name: `Target ${id.slice(-1)}`,
    enabled: true,
    url: 'https://t.invalid',
    auth: 'token',
  };
}

/** A change of state that was seen. */
export interface Step {
  readonly id: UploadId;
  readonly from: UploadState | undefined;
  readonly to: UploadState;
}

/** What {@link QueueRig.until} lets time go on by, and how often; and how often it looks, a millisecond apart. */
const [STEP_MS, MOST_STEPS, MOST_LOOKS] = [500, 1200, 30_000];
const { setTimeout: realTimeout } = globalThis;

/** The middle of an hour and of a day, for requests are counted by both: no test is to depend on when it runs. */
const BEGINNING = Date.UTC(2026, 2, 10, 10, 20, 30);

/** A queue on a real database, with time in the test's hand and targets in memory. */
export class QueueRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'longtake-queue-'));
  readonly files = new Map<RecordingId, GrowingFile>();
  readonly recordings = new Map<RecordingId, Recording>();
  readonly servers = new Map<TargetId, FakeTarget>([[TARGET, new FakeTarget()]]);
  readonly steps: Step[] = [];
  readonly #states = new Map<UploadId, UploadState>();
  /** Sources that a person paused. */
  readonly paused = new Set<SourceId>();
  bytesPerSecond: number | undefined;
  store!: UploadStore;
  queue!: UploadQueue;

  constructor() {
    vi.useFakeTimers({
      now: BEGINNING,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    });
    this.open();
  }

  get server(): FakeTarget {
    return this.at(TARGET);
  }

  at(id: TargetId): FakeTarget {
    const found = this.servers.get(id);
    if (!found) throw new Error('There is no such target.');
    return found;
  }

  open(): void {
    const { connection } = openQueue(join(this.folder, 'uploads.db'), silentLog);
    this.store = new UploadStore(
      connection,
      () => Date.now(),
      (entry) => this.#onChange(entry),
    );
    this.queue = new UploadQueue({
      store: this.store,
      clock: fakeClock,
      log: silentLog,
      createDriver: (target) => this.at(target.id).driver(),
      openBody: (source) => Promise.resolve(fakeBody(source, this.file(source.recording.id))),
      targets: () => [...this.servers.keys()].map((id) => makeTarget(id)),
      secret: () => Promise.resolve('secret'),
      file: (entry) => this.#onDisk(entry.recordingId),
      spoolFolder: () => join(this.folder, 'spool'),
      isPaused: (id) => this.paused.has(id),
      bytesPerSecond: () => this.bytesPerSecond,
      onTransfer: () => undefined,
    });
    this.queue.start();
  }

  /** As after SIGKILL: nothing more of this queue reaches the disk or the targets. */
  async kill(): Promise<void> {
    this.store.close();
    await this.queue.stop();
  }

  async restart(): Promise<void> {
    await this.kill();
    this.open();
  }

  /** The queue's database is lost, and what may be at the target is looked for. */
  async lose(): Promise<void> {
    await this.kill();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.folder, `uploads.db${suffix}`), { force: true });
    this.open();
    for (const recording of this.recordings.values()) this.queue.add(recording, [TARGET], { seek: true });
  }

  file(id: RecordingId): GrowingFile {
    const found = this.files.get(id);
    if (!found) throw new Error('There is no such recording.');
    return found;
  }

  /** A recording with so many bytes that is open, and goes to the target. */
  record(bytes: number, source = 1, targets: readonly TargetId[] = [TARGET]): Recording {
    const recording = makeRecording({
      sourceId: sourceId(`00000000-0000-4000-8000-00000000000${source}`),
      sourceName: `Source ${source}`,
      path: `Source ${source}/${this.files.size}.wav`,
      state: 'recording',
      bytes,
    });
    this.files.set(recording.id, { bytes, closed: false });
    this.recordings.set(recording.id, recording);
    this.queue.add(recording, targets);
    return recording;
  }

  grow(id: RecordingId, bytes: number): void {
    const file = this.file(id);
    if (!file.closed) file.bytes += bytes;
  }

  close(id: RecordingId): void {
    const file = this.file(id);
    const before = this.recordings.get(id);
    if (!before) throw new Error('There is no such recording.');
    file.closed = true;
    const recording: Recording = { ...before, state: 'complete', bytes: file.bytes };
    this.recordings.set(id, recording);
    this.queue.heard(recording);
  }

  /** A recording that was closed before. */
  recorded(bytes: number, source = 1, targets: readonly TargetId[] = [TARGET]): Recording {
    const recording = this.record(bytes, source, targets);
    this.close(recording.id);
    return recording;
  }

  run(ms: number): Promise<unknown> {
    return vi.advanceTimersByTimeAsync(ms);
  }

  /** For what really reads files: time goes on until `condition` holds, at most 10 min of it. */
  async until(condition: () => boolean): Promise<void> {
    for (let step = 0; step < MOST_LOOKS && !condition(); step += 1) {
      // A disk has time of its own, and more of it on a busy machine.
      await new Promise((resolve) => realTimeout(resolve, 1));
      await this.run(step < MOST_STEPS ? STEP_MS : 0);
    }
    if (!condition()) throw new Error('Waited for something that did not happen.');
  }

  entries(id: RecordingId): Entry[] {
    return this.store.ofRecording(id);
  }

  entry(id: RecordingId): Entry {
    const [first] = this.entries(id);
    if (!first) throw new Error('There is no such upload.');
    return first;
  }

  state(id: RecordingId): UploadState {
    return this.entry(id).state;
  }

  /** What a target has made of a recording, its parts joined in order. */
  arrived(id: RecordingId, target = TARGET): Uint8Array {
    const parts = [...this.at(target).recordings.values()]
      .filter(({ meta }) => meta.recording.id === id)
      .sort((a, b) => a.meta.part - b.meta.part);
    return new Uint8Array(Buffer.concat(parts.map(({ bytes }) => bytes)));
  }

  expected(id: RecordingId): Uint8Array {
    return expectedBytes(id, 0, this.file(id).bytes);
  }

  async dispose(): Promise<void> {
    await this.queue.stop();
    this.store.close();
    vi.useRealTimers();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A file is only there once it is closed: before that, nobody but the body reads it. */
  #onDisk(id: RecordingId): string | undefined {
    const { gone, closed, bytes } = this.file(id);
    if (gone === true) return undefined;
    const path = join(this.folder, `${id}.wav`);
    if (closed) writeFileSync(path, expectedBytes(id, 0, bytes));
    return path;
  }

  #onChange(entry: Entry): void {
    const from = this.#states.get(entry.id);
    if (from === entry.state) return;
    this.#states.set(entry.id, entry.state);
    this.steps.push({ id: entry.id, from, to: entry.state });
  }
}
