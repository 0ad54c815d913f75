import { join, resolve } from 'node:path';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import type { Retention } from '../../shared/domain/retention.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { SourceCoverage } from '../../shared/domain/coverage.ts';
import { errorText } from '../../shared/errors.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import type { LiveSource } from '../library/coverageStore.ts';
import type { Removed } from '../library/keepingStore.ts';
import type { Library } from '../library/library.ts';
import { RetentionKeeper } from '../library/retention.ts';
import { type RemovalVeto, Trash } from '../library/trash.ts';
import { cueOf } from '../recorder/cueFile.ts';
import { Ledger } from '../recorder/ledger.ts';
import { removeAnalysis } from './analysisFiles.ts';
import type { Emitter } from './emitter.ts';
import { mendAgain } from './mending.ts';
import type { Sources } from './sources.ts';
import type { StudioPorts } from './studio.ts';

const HOUR_MS = 3_600_000;
/** How often the free space is looked at for the rule that is about it. */
const SPACE_MS = 60_000;
/** The first run waits until the program has settled. */
const FIRST_RUN_MS = 120_000;

export interface KeepingPorts extends Pick<
  StudioPorts,
  'clock' | 'fileSystem' | 'log' | 'settingsStore' | 'dataFolder'
> {
  readonly events: Emitter;
  readonly sources: Sources;
  readonly library: () => Library;
  /** The file of a recording is gone for good. */
  readonly onPurged: (id: RecordingId) => Promise<void>;
}

/** What is kept and what is deleted: locks, the trash, the rules, and what was captured of armed time. */
export class Keeping {
  readonly trash: Trash;
  readonly retention: RetentionKeeper;
  /** Lines that main has to add to the ledgers. */
  readonly ledger: Ledger;
  readonly #ports: KeepingPorts;
  readonly #vetoes: RemovalVeto[] = [];
  #timers: NodeJS.Timeout[] = [];
  #mending: Promise<void> | undefined;

  constructor(ports: KeepingPorts) {
    this.#ports = ports;
    const { settingsStore, events, library, fileSystem, clock } = ports;
    const log = ports.log.scoped('keeping');
    this.ledger = new Ledger(fileSystem, log);
    this.addVeto(({ id, sourceId }) =>
      ports.sources.status(sourceId).recording?.id === id ? 'It is being recorded. Stop the source first.' : undefined,
    );
    this.trash = new Trash({
      library,
      fileSystem,
      clock,
      log,
      ledger: this.ledger,
      vetoes: this.#vetoes,
      belongs: async (recording, path) => (await this.#cueOf(recording)) === join(recording.root, path),
      onPurged: async (id) => {
        library().titles.removeIfGone(id);
        library().sections.remove(id);
        await removeAnalysis(fileSystem, ports.dataFolder, id);
        await ports.onPurged(id);
      },
    });
    this.retention = new RetentionKeeper({
      library,
      trash: this.trash,
      fileSystem,
      clock,
      log,
      root: () => resolve(settingsStore.read().settings.recordingsFolder),
      rules: () => settingsStore.read().settings.retention,
      trashDays: () => settingsStore.read().settings.trashDays,
      onRemoved: (removed) => this.announce(removed),
      onTrashChanged: () => events.emit('trash.changed', {}),
      onProblem: (message) => events.emit('notice', { severity: 'warning', message }),
    });
  }

  /** A recording for which `veto` gives a reason is not deleted, neither by a rule nor by hand. */
  addVeto(veto: RemovalVeto): void {
    this.#vetoes.push(veto);
  }

  start(): void {
    const run = (): void => {
      void this.mendAgain();
      this.#attempt(() => this.retention.run());
    };
    void this.mendAgain();
    const hourly = setInterval(run, HOUR_MS);
    const space = setInterval(() => {
      this.#attempt(async () => {
        if (await this.retention.isShort()) await this.retention.run();
      });
    }, SPACE_MS);
    this.#timers = [setTimeout(run, FIRST_RUN_MS), hourly, space];
    for (const timer of this.#timers) timer.unref();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.retention.stop();
    await this.#mending;
    await this.ledger.flushed();
  }

  /** See {@link mendAgain}; one at a time. Never rejects. */
  mendAgain(): Promise<void> {
    this.#mending ??= mendAgain({ ...this.#ports, ledger: this.ledger })
      .catch((error: unknown) => {
        this.#ports.log.error('Headers of recordings could not be mended.', { error: errorText(error) });
      })
      .finally(() => {
        this.#mending = undefined;
      });
    return this.#mending;
  }

  /** Tells every face what was deleted. */
  announce(removed: readonly Removed[]): void {
    const { events } = this.#ports;
    events.emit('recordings.removed', {
      recordings: removed.map(({ recording: { id, sourceId, day } }) => ({ id, sourceId, day })),
    });
    events.emit('trash.changed', {});
  }

  /** Takes a line about arming into the library; the ledger has it, so a library that fails now loses nothing. */
  noteArming(entry: Extract<LedgerEntry, { type: 'armed' | 'disarmed' }>): void {
    const { at, sourceId, sourceName } = entry;
    try {
      const reason = entry.type === 'disarmed' ? entry.reason : undefined;
      this.#ports.library().coverage.saveArmEvent(sourceId, sourceName, { at, armed: entry.type === 'armed', reason });
    } catch (error) {
      this.#ports.log.error('An arming could not be kept in the library.', { sourceId, error: String(error) });
    }
  }

  /** What the library heard of these gaps and the ledger did not, for the recorder was killed in between. */
  async tellLedger(root: string, gaps: readonly Gap[]): Promise<void> {
    if (gaps.length === 0) return;
    for (const gap of gaps) this.ledger.write(root, { type: 'gap', at: this.#ports.clock.now(), gap });
    await this.ledger.flushed(root);
  }

  /** The program ended without a word, and the source does not go on: its armed time ended then. */
  endArming(root: string, sourceId: SourceId, at: number): void {
    const { library } = this.#ports;
    const sourceName = library()
      .sources()
      .find(({ id }) => id === sourceId)?.name;
    const entry = { type: 'disarmed', at, sourceId, sourceName: sourceName ?? '', reason: 'crash' } as const;
    this.ledger.write(root, entry);
    this.noteArming(entry);
  }

  /** What a source does now; for {@link CoverageStore}. */
  live(id: SourceId): LiveSource {
    const { recording, state } = this.#ports.sources.status(id);
    const open = recording && { id: recording.id, to: recording.startedAt + recording.durationMs };
    return { armed: this.#ports.sources.armed().includes(id) && state !== 'disarmed', open };
  }

  /** Coverage of one source from `sinceMs` (ms since 1970 UTC) until now; undefined when it was not armed. */
  coverageNow(sourceId: SourceId, sinceMs: number): SourceCoverage | undefined {
    const now = this.#ports.clock.now();
    const options = { from: sinceMs, to: now, now, live: (id: SourceId) => this.live(id) };
    return this.#ports.library().coverage.coverageOf(sourceId, options);
  }

  /** The rules were changed. */
  reconsider(before: Retention): void {
    const now = this.#ports.settingsStore.read().settings.retention;
    if (JSON.stringify(before) === JSON.stringify(now)) return;
    this.#ports.log.info('The rules for deleting recordings were changed.', { rules: now });
    this.retention.reconsider();
  }

  /** What cannot be read is not known to be ours, and stays. */
  async #cueOf(recording: Recording): Promise<string | undefined> {
    try {
      return await cueOf(this.#ports.fileSystem, recording);
    } catch (error) {
      this.#ports.log.warn('A cue sheet cannot be read and stays where it is.', {
        path: recording.path,
        error: String(error),
      });
      return undefined;
    }
  }

  #attempt(work: () => Promise<unknown>): void {
    if (this.#ports.library().isRescanning) return;
    work().catch((error: unknown) => {
      this.#ports.log.error('Recordings could not be tidied up.', { error: String(error) });
    });
  }
}
