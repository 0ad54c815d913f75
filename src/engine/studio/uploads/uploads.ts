import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { SourceConfig } from '../../../shared/domain/source.ts';
import type { RecoveredUpload, Transfer, Upload } from '../../../shared/domain/upload.ts';
import { errorText, LongtakeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { RecordingId, SourceId, TargetId, UploadId } from '../../../shared/units.ts';
import type { Library } from '../../library/library.ts';
import { openQueue } from '../../upload/database.ts';
import type { CreateDriver } from '../../upload/driver.ts';
import { type Entry, toUpload } from '../../upload/rows.ts';
import { UploadQueue } from '../../upload/uploadQueue.ts';
import { type UploadFilter, UploadStore } from '../../upload/uploadStore.ts';
import type { Emitter } from '../emitter.ts';
import type { Sources } from '../sources.ts';
import type { StudioPorts } from '../studio.ts';
import type { Bodies } from './bodies.ts';
import { pruneUploads } from './pruning.ts';
import { recordingPage } from './recordingPage.ts';
import { removeSpool } from './spool.ts';
import type { Targets } from './targets.ts';
import { watchNetwork } from './watchNetwork.ts';

/** `uploads.changed` at most twice a second. */
const CHANGED_MS = 500;
/** `transfers.changed` once a second while something moves. */
const TRANSFERS_MS = 1000;
/** How often it is looked for uploads that nobody needs to know of any more. */
const PRUNE_MS = 6 * 3_600_000;
/** After the queue was lost: recordings that began before are taken for safe. */
const DAY_MS = 86_400_000;

export interface UploadsPorts extends Pick<StudioPorts, 'clock' | 'fileSystem' | 'settingsStore' | 'dataFolder'> {
  readonly log: Log;
  readonly events: Emitter;
  readonly sources: Sources;
  readonly targets: Targets;
  readonly library: () => Library;
  readonly createDriver: CreateDriver;
  readonly bodies: Bodies;
}

interface Opened {
  readonly store: UploadStore;
  readonly queue: UploadQueue;
}

/** What the studio knows of uploads: recordings become some, and every face hears how they get on. */
export class Uploads {
  readonly #ports: UploadsPorts;
  readonly #changed = new Set<UploadId>();
  #opened: Opened | undefined;
  #timers: NodeJS.Timeout[] = [];
  #changedTimer: NodeJS.Timeout | undefined;
  #transfers = '[]';
  #stopWatching: () => void = () => undefined;

  constructor(ports: UploadsPorts) {
    this.#ports = ports;
  }

  /**
   * Goes on with what is not done; without `sends` the queue only answers, and what is changed holds from the next start
   * on. A queue that cannot be opened costs no recording: it is told, and nothing is sent.
   */
  start({ sends = true }: { readonly sends?: boolean } = {}): void {
    try {
      this.#open(sends);
    } catch (error) {
      const message = `Uploads do not run: their queue cannot be opened. ${error instanceof Error ? error.message : ''}`;
      this.#ports.log.error(message, { error: errorText(error) });
      this.#ports.events.emit('notice', { severity: 'error', message });
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#changedTimer);
    this.#stopWatching();
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.queue.stop();
    await this.#ports.bodies.dispose();
    opened?.store.close();
  }

  /** What the recorder tells of a recording. Never throws: nothing of uploads is to reach recording. */
  heard(recording: Recording): void {
    this.#safely('A recording could not be put into the queue of uploads.', ({ queue }) => {
      const config = this.#ports.sources.configs().find(({ id }) => id === recording.sourceId);
      if (config?.targets && recording.state !== 'damaged') queue.add(recording, config.targets);
      queue.heard(recording);
    });
  }

  /** Its targets may be others: what it records now goes there, too. */
  sourceChanged(config: SourceConfig): void {
    this.#safely('The open recording of a source could not be put into the queue of uploads.', ({ queue, store }) => {
      store.bind(config.id, config.targets ?? []);
      const open = this.#ports.sources.status(config.id).recording;
      const recording = open && this.#ports.library().recording(open.id);
      if (recording && config.targets) queue.add(recording, config.targets);
    });
    this.#ports.events.emit('targets.changed', {});
  }

  targetChanged(id: TargetId): void {
    this.#safely('A target could not be changed in the queue.', ({ queue }) => queue.targetsChanged(id));
  }

  async targetRemoved(id: TargetId): Promise<void> {
    const ids = (await this.#opened?.queue.forget(id)) ?? [];
    this.#tellRemoved(ids);
  }

  /** The file is gone for good. */
  async recordingGone(id: RecordingId): Promise<void> {
    this.#tellRemoved((await this.#opened?.queue.recordingGone(id)) ?? []);
  }

  /** Why a recording has to stay here: it is not safe yet where it should be. */
  veto(recording: Recording): string | undefined {
    if (!this.#opened) {
      const { targets = [] } = this.#ports.settingsStore.read();
      return targets.length > 0 ? 'Whether it was uploaded cannot be told now. Try again later.' : undefined;
    }
    const names = this.#opened.store
      .ofRecording(recording.id)
      .filter(({ state }) => state !== 'done' && state !== 'discarded')
      .flatMap(({ targetId }) => {
        const target = this.#ports.targets.find(targetId);
        return target && target.required !== false ? [target.name] : [];
      });
    if (names.length === 0) return undefined;
    return `It is not safe on ${[...new Set(names)].join(' and ')} yet. Wait for its upload, or discard that first.`;
  }

  list(filter: UploadFilter): Upload[] {
    return this.#get()
      .store.list(filter)
      .map((entry) => this.#view(entry));
  }

  ofRecordings(ids: readonly RecordingId[]): Upload[] {
    const { store } = this.#get();
    return ids.flatMap((id) => store.ofRecording(id)).map((entry) => this.#view(entry));
  }

  /** Uploads recordings from before; returns how many uploads began. */
  begin(ids: readonly RecordingId[], targetIds: readonly TargetId[]): number {
    const { queue } = this.#get();
    for (const id of targetIds) this.#ports.targets.get(id);
    let started = 0;
    for (const id of ids) {
      const recording = this.#ports.library().recording(id);
      if (!recording) throw new LongtakeError('NOT_FOUND', 'This recording does not exist any more.');
      if (recording.state === 'damaged') {
        throw new LongtakeError('DAMAGED', `${recording.path} cannot be read as audio and cannot be uploaded.`);
      }
      started += queue.add(recording, targetIds, { seek: true });
    }
    return started;
  }

  transfers(): Transfer[] {
    return this.#get().queue.transfers();
  }

  /** Where a person finds the recording. Throws as {@link recordingPage} does. */
  page(id: UploadId): URL {
    const entry = this.#get().store.find(id);
    return recordingPage(entry?.link, entry && this.#ports.targets.find(entry.targetId));
  }

  /** For what a person does to uploads. */
  get queue(): UploadQueue {
    return this.#get().queue;
  }

  async recovered(): Promise<RecoveredUpload[]> {
    const { queue, store } = this.#get();
    const found = [...queue.recovered()].map(async ([id, view]) => {
      const entry = store.find(id);
      if (!entry) return [];
      const path = this.#file(entry);
      const file = path === undefined ? undefined : await this.#ports.fileSystem.stat(path);
      return [
        {
          upload: this.#view(entry),
          ...(view ? { there: { chunks: view.chunks, bytes: view.bytes, status: view.status } } : {}),
          ...(file ? { here: { bytes: file.bytes } } : {}),
        },
      ];
    });
    return (await Promise.all(found)).flat();
  }

  #open(sends: boolean): void {
    const { dataFolder, clock, targets, settingsStore, createDriver, bodies, sources } = this.#ports;
    const log = this.#ports.log.scoped('uploads');
    const { connection, isNew, setAside } = openQueue(join(dataFolder, 'uploads.db'), log);
    const store = new UploadStore(
      connection,
      () => clock.now(),
      (entry) => this.#onChange(entry),
    );
    const queue = new UploadQueue({
      store,
      clock,
      log,
      createDriver,
      openBody: bodies.openBody,
      targets: () => targets.all(),
      secret: (id) => targets.secret(id),
      file: (entry) => this.#file(entry),
      spoolFolder: (id) => this.#spool(id),
      isPaused: (id) => sources.status(id).state === 'paused',
      bytesPerSecond: () => settingsStore.read().settings.uploadBytesPerSecond || undefined,
      onTransfer: () => this.#tellTransfers(),
    });
    this.#opened = { store, queue };
    if (sends) {
      queue.start();
      this.#catchUp();
    }
    if (isNew) this.#rebuild(setAside);
    if (!sends) return;
    this.#prune();
    this.#timers = [setInterval(() => this.#tellTransfers(), TRANSFERS_MS), setInterval(() => this.#prune(), PRUNE_MS)];
    for (const timer of this.#timers) timer.unref();
    this.#stopWatching = watchNetwork(clock, () => {
      log.info('The network is back, or the computer was asleep: uploads are tried again.');
      queue.online();
    });
  }

  #prune(): void {
    const opened = this.#opened;
    if (!opened) return;
    const library = this.#ports.library();
    const ports = {
      store: opened.store,
      isKnown: (id: RecordingId) =>
        library.recording(id) !== undefined || library.keeping.removed(id)?.trash !== undefined,
      now: () => this.#ports.clock.now(),
      onForgotten: (ids: readonly UploadId[]) => this.#tellRemoved(ids),
    };
    pruneUploads(ports, () => setImmediate()).catch((error: unknown) => {
      // The program ends in the middle of it.
      if (this.#opened !== opened) return;
      this.#ports.log.error('Old uploads could not be forgotten.', { error: errorText(error) });
    });
  }

  #tellRemoved(ids: readonly UploadId[]): void {
    if (ids.length > 0) this.#ports.events.emit('uploads.removed', { ids: [...ids] });
  }

  /** What the queue takes for open may have been closed in a run that ended before it was told. */
  #catchUp(): void {
    this.#safely('What is open in the queue could not be compared with the library.', ({ store, queue }) => {
      for (const { recording } of store.live()) {
        const known = this.#ports.library().recording(recording.id);
        if (known?.state === 'recording') continue;
        queue.heard(known ?? { ...recording, state: 'repaired' });
      }
    });
    this.#safely('What was recorded while nobody listened could not be put into the queue.', (opened) => {
      for (const { id, targets = [] } of this.#ports.sources.configs()) {
        for (const target of targets) this.#addSince(opened, id, target);
        opened.store.bind(id, targets);
      }
    });
  }

  /**
   * What a recorder recorded after main had ended: whatever is newer than the newest that the queue knows, or than the
   * choice of the target.
   */
  #addSince({ store, queue }: Opened, id: SourceId, target: TargetId): void {
    const since = store.newest(id, target) ?? store.boundSince(id, target);
    if (since === undefined) return;
    for (const recording of this.#newerThan(id, since)) queue.add(recording, [target]);
  }

  /** Recordings of a source that began after an instant, ms since 1970 UTC; the newest first. */
  *#newerThan(id: SourceId, since: number): Generator<Recording> {
    const library = this.#ports.library();
    let recording = library.recordingBefore(id, this.#ports.clock.now());
    while (recording && recording.startedAt > since) {
      if (recording.state !== 'damaged') yield recording;
      recording = library.recordingBefore(id, recording.startedAt - 1);
    }
  }

  /** The queue was lost, or this is the first start: what may not be safe is uploaded, unless a target has it. */
  #rebuild(setAside: string | undefined): void {
    let added = 0;
    this.#safely('The queue of uploads could not be rebuilt.', ({ queue }) => {
      const since = this.#ports.clock.now() - DAY_MS;
      for (const { id, targets = [] } of this.#ports.sources.configs()) {
        if (targets.length === 0) continue;
        for (const recording of this.#newerThan(id, since)) added += queue.add(recording, targets, { seek: true });
      }
    });
    if (setAside === undefined && added === 0) return;
    const lost =
      setAside === undefined
        ? 'The queue of uploads was not there.'
        : `The queue of uploads could not be read. It was kept as ${setAside}.`;
    const message = `${lost} Recordings of the last 24 hours whose sources have targets are uploaded again, unless the target has them; older ones are in the list, to be uploaded by hand.`;
    this.#ports.log.error(message);
    this.#ports.events.emit('notice', { severity: 'warning', message });
  }

  #file({ recording }: Entry): string | undefined {
    const library = this.#ports.library();
    const known = library.recording(recording.id);
    if (known) return join(known.root, known.path);
    const removed = library.keeping.removed(recording.id);
    if (!removed) return join(recording.root, recording.path);
    return removed.trash === undefined ? undefined : join(recording.root, removed.trash);
  }

  #spool(id: UploadId): string {
    return join(this.#ports.dataFolder, 'uploads', id);
  }

  #view(entry: Entry): Upload {
    return toUpload(entry, this.#ports.targets.find(entry.targetId)?.name ?? 'A target that was removed');
  }

  #onChange(entry: Entry): void {
    if (entry.state === 'done' || entry.state === 'discarded') {
      removeSpool(this.#spool(entry.id), this.#ports.log);
    }
    this.#changed.add(entry.id);
    if (this.#changedTimer) return;
    this.#changedTimer = setTimeout(() => this.#tellChanged(), CHANGED_MS);
    this.#changedTimer.unref();
  }

  #tellChanged(): void {
    this.#changedTimer = undefined;
    const ids = [...this.#changed];
    this.#changed.clear();
    this.#safely('What changed about uploads could not be told.', ({ store }) => {
      const uploads = ids.flatMap((id) => store.find(id) ?? []).map((entry) => this.#view(entry));
      if (uploads.length > 0) this.#ports.events.emit('uploads.changed', { uploads });
    });
  }

  #tellTransfers(): void {
    this.#safely('How uploads get on could not be told.', ({ queue }) => {
      const transfers = queue.transfers();
      const told = JSON.stringify(transfers);
      if (told === this.#transfers) return;
      this.#transfers = told;
      this.#ports.events.emit('transfers.changed', { transfers });
    });
  }

  #get(): Opened {
    if (!this.#opened) throw new LongtakeError('CONFLICT', 'Uploads do not run now. Start Longtake again.');
    return this.#opened;
  }

  #safely(what: string, work: (opened: Opened) => void): void {
    if (!this.#opened) return;
    try {
      work(this.#opened);
    } catch (error) {
      this.#ports.log.error(what, { error: errorText(error) });
    }
  }
}
