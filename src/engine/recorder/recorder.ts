import { resolve } from 'node:path';
import type { AudioSource } from '../capture/audioSource.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { assertNever } from '../../shared/assertNever.ts';
import { errorText } from '../../shared/errors.ts';
import { type Millis, millis, type RecordingId, samples, samplesToMillis, type SourceId } from '../../shared/units.ts';
import { PAUSED } from './armedTime.ts';
import { ClockRecord } from './clockRecord.ts';
import type { RecorderContext } from './context.ts';
import { DiskGuard } from './diskGuard.ts';
import { newGap, publishGap, SourceGap } from './gaps.ts';
import { findLosses, type Loss, mendRecordings } from './interrupted.ts';
import { Ledger } from './ledger.ts';
import { StandstillWatch } from './standstill.ts';
import { SourceMeters } from './sourceMeters.ts';
import type { ArmedSource, Interrupted, RecorderCommand, RecorderEvent, RecordingPlan } from './protocol.ts';
import { SourceRunner } from './sourceRunner.ts';

const TICK_MS = 1000;

export interface RecorderPorts {
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly log: Log;
  readonly emit: (event: RecorderEvent) => void;
  readonly createSource: (source: ArmedSource) => AudioSource;
}

/** Records every armed source until it is told to stop. One lives in each recorder process. */
export class Recorder {
  readonly #ports: RecorderPorts;
  readonly #context: RecorderContext;
  readonly #ledger: Ledger;
  readonly #meters: SourceMeters;
  readonly #disks: DiskGuard;
  readonly #standstills: StandstillWatch;
  readonly #clock: ClockRecord;
  readonly #runners = new Map<SourceId, SourceRunner>();
  readonly #names = new Map<SourceId, string>();
  /** Lengths of the recordings that were mended, ms. */
  readonly #mended = new Map<RecordingId, number>();
  /** Of those that are still to be mended, as far as known: they count from the start. */
  #toMend: ReadonlyMap<RecordingId, number> = new Map();
  /** Not known yet. */
  #losses: Map<SourceId, Loss> | undefined;
  #plan: RecordingPlan | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #begun: Promise<void> = Promise.resolve();
  /**
   * Commands about one source run one after another: it cannot be armed again before it is disarmed. Sources do not
   * wait for each other: closing one file can take as long as its disk likes.
   */
  readonly #work = new Map<SourceId, Promise<void>>();
  #stopping = false;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
    this.#ledger = new Ledger(ports.fileSystem, ports.log);
    this.#meters = new SourceMeters((levels) => ports.emit({ type: 'levels', levels }));
    this.#standstills = new StandstillWatch(ports.clock);
    this.#disks = new DiskGuard({ ...ports, plan: () => this.#currentPlan() });
    this.#context = {
      clock: ports.clock,
      fileSystem: ports.fileSystem,
      log: ports.log,
      ledger: this.#ledger,
      emit: ports.emit,
      plan: () => this.#currentPlan(),
    };
    this.#clock = new ClockRecord(this.#context);
  }

  /** Carries out a command; those that take time run in order. `stop` is not among them: see {@link stop}. */
  handle(command: Exclude<RecorderCommand, { type: 'stop' }>): void {
    switch (command.type) {
      case 'start':
        this.#begun = this.#guard(() => this.#start(command.plan, command.interrupted));
        return;
      case 'plan':
        this.#plan = command.plan;
        for (const runner of this.#runners.values()) runner.replan();
        return;
      case 'arm':
        this.#enqueue(command.source.config.id, async () => this.#arm(command.source, millis(command.armedAt)));
        return;
      case 'disarm':
        this.#enqueue(command.sourceId, () => this.#disarm(command.sourceId, command.reason, command.callId));
        return;
      case 'release':
        this.#enqueue(command.sourceId, () => this.#release(command.sourceId, command.callId));
        return;
      case 'pause':
      case 'resume':
      case 'split':
        this.#control(command.sourceId, command.type);
        return;
      case 'reopen':
        this.#runners.get(command.sourceId)?.reopen(command.reason);
        return;
      case 'retry':
        this.#runners.get(command.sourceId)?.retry();
        return;
      case 'watch':
        this.#meters.watch(command.sourceIds);
        return;
      default:
        assertNever(command);
    }
  }

  /**
   * Closes every file. `reason` goes into the ledger; without one the sources stay armed as far as the ledger is
   * concerned, because no person ended them.
   */
  async stop(reason: string | undefined): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#ticker);
    this.#meters.watch([]);
    const runners = [...this.#runners];
    this.#runners.clear();
    await Promise.all(
      runners.map(async ([sourceId, runner]) => {
        const at = this.#context.clock.now();
        const end = await runner.disarm();
        if (reason !== undefined) this.#tellDisarmed(sourceId, end ?? at, reason);
      }),
    );
    // Files that were being closed already.
    await Promise.all(this.#work.values());
    await this.#ledger.flushed();
  }

  async #start(plan: RecordingPlan, interrupted: Interrupted): Promise<void> {
    this.#plan = plan;
    this.#ticker = setInterval(() => {
      this.#ports.emit({ type: 'alive' });
      this.#lookForStandstill();
      const runners = [...this.#runners.values()];
      if (this.#losses) this.#followClock();
      this.#disks.tick(new Set(runners.map(({ root }) => root)));
      const statuses = runners.map((runner) => runner.tick()).filter((status) => status !== undefined);
      if (statuses.length > 0) this.#ports.emit({ type: 'statuses', statuses });
      const signals = this.#meters.takeSignals();
      if (signals.length > 0) this.#ports.emit({ type: 'signals', signals });
    }, TICK_MS);
    const wasInterrupted = Object.values(interrupted).some(({ length }) => length > 0);
    const clock = wasInterrupted ? this.#clock.settings(this.#root()) : Promise.resolve([]);
    const { bySource, lengths } = await findLosses(this.#context, interrupted, clock);
    this.#losses = bySource;
    this.#toMend = lengths;
    this.#clock.note(this.#root());
    this.#ports.emit({ type: 'ready' });
    // Recording goes on meanwhile: reading through a day of frames takes its time.
    void this.#guard(() =>
      mendRecordings(this.#context, interrupted.recordings, (recording) => this.#onMended(recording)),
    );
  }

  #arm(source: ArmedSource, armedAt: Millis): void {
    const { config } = source;
    if (this.#stopping || this.#runners.has(config.id)) return;
    this.#names.set(config.id, config.name);
    const at = this.#context.clock.now();
    this.#tellArming({ type: 'armed', at, sourceId: config.id, sourceName: config.name });
    this.#runners.set(
      config.id,
      new SourceRunner(this.#contextOf(source), {
        config,
        ...(source.retry ? { retry: source.retry } : {}),
        failures: source.failures ?? 0,
        audio: this.#ports.createSource(source),
        armedAt,
        gap: this.#gapFor(source),
        disks: this.#disks,
        onClockMoved: () => {
          this.#followClock();
          this.#lookForStandstill();
        },
        paused: source.paused ?? false,
        recordedMs: this.#recordedMs(source),
        unfinished: (source.unfinished ?? []).filter((id) => !this.#mended.has(id)),
        onReached: () => this.#ports.emit({ type: 'reached', sourceId: config.id }),
        onBlock: (block, info) => this.#meters.add(config.id, block, info),
        onConnectionEnd: () => this.#meters.forget(config.id),
      }),
    );
  }

  /** Recordings of a source may go to a folder of its own; the ledger of gaps and of what is armed is one. */
  #contextOf({ recordingsFolder }: ArmedSource): RecorderContext {
    if (recordingsFolder === undefined) return this.#context;
    return { ...this.#context, plan: () => ({ ...this.#currentPlan(), recordingsFolder }) };
  }

  /** All sources at once: what a recorder tells at one time must be by one clock. */
  #followClock(): void {
    if (!this.#clock.note(this.#root())) return;
    for (const runner of this.#runners.values()) runner.followClock();
  }

  #lookForStandstill(): void {
    const still = this.#standstills.look();
    if (!still) return;
    this.#context.log.warn(
      still.kind === 'asleep' ? 'The computer was asleep.' : 'The recorder stood still: it was stopped or starved.',
      { seconds: Math.round((still.to - still.from) / 1000) },
    );
    for (const runner of this.#runners.values()) runner.standStill(still);
  }

  /** The instant counts at which the command came, not the one at which its turn comes. */
  #control(sourceId: SourceId, command: 'pause' | 'resume' | 'split'): void {
    const at = this.#context.clock.monotonic();
    this.#enqueue(sourceId, async () => this.#runners.get(sourceId)?.[command](at));
  }

  #recordedMs({ recordedMs = 0, unfinished = [] }: ArmedSource): number {
    return unfinished.reduce((sum, id) => sum + (this.#mended.get(id) ?? this.#toMend.get(id) ?? 0), recordedMs);
  }

  #onMended({ id, sourceId, samples: length, format }: Recording): void {
    const ms = samplesToMillis(samples(length), Math.max(1, format.sampleRate));
    this.#mended.set(id, ms);
    this.#runners.get(sourceId)?.onMended(id, ms - (this.#toMend.get(id) ?? 0));
  }

  /** The gap that a source resumes in, when the recorder before was interrupted. */
  #gapFor({ config, paused, gap: left }: ArmedSource): SourceGap {
    const loss = this.#losses?.get(config.id);
    this.#losses?.delete(config.id);
    switch (loss?.kind) {
      case undefined:
        return new SourceGap(this.#context, config, left);
      case 'gap':
        return new SourceGap(this.#context, config, loss.gap);
      case 'end': {
        const gap = newGap(
          this.#context,
          config,
          loss.at,
          paused ? 'paused' : 'crash',
          paused ? PAUSED : 'The recorder ended unexpectedly and was started again.',
        );
        publishGap(this.#context, gap);
        return new SourceGap(this.#context, config, gap);
      }
      default:
        return assertNever(loss);
    }
  }

  async #disarm(sourceId: SourceId, reason: string, callId: number): Promise<void> {
    const runner = this.#runners.get(sourceId);
    if (runner) {
      this.#runners.delete(sourceId);
      const at = this.#context.clock.now();
      const end = await runner.disarm();
      this.#tellDisarmed(sourceId, end ?? at, reason);
    }
    this.#ports.emit({ type: 'disarmed', sourceId, callId });
  }

  async #release(sourceId: SourceId, callId: number): Promise<void> {
    const runner = this.#runners.get(sourceId);
    this.#runners.delete(sourceId);
    await runner?.release();
    this.#ports.emit({ type: 'disarmed', sourceId, callId });
  }

  /** `at`: when it was asked for, or all was recorded. Closing the files may take as long as their disk likes. */
  #tellDisarmed(sourceId: SourceId, at: Millis, reason: string): void {
    this.#tellArming({ type: 'disarmed', at, sourceId, sourceName: this.#names.get(sourceId) ?? '', reason });
  }

  #tellArming(entry: Extract<LedgerEntry, { type: 'armed' | 'disarmed' }>): void {
    this.#ledger.write(this.#root(), entry);
    this.#ports.emit({ type: 'arming', entry });
  }

  #root(): string {
    return resolve(this.#currentPlan().recordingsFolder);
  }

  #currentPlan(): RecordingPlan {
    if (!this.#plan) throw new Error('The recorder was not started.');
    return this.#plan;
  }

  #enqueue(sourceId: SourceId, step: () => Promise<void>): void {
    const before = this.#work.get(sourceId) ?? this.#begun;
    const work = before.then(() => this.#guard(step));
    this.#work.set(sourceId, work);
    void work.then(() => {
      if (this.#work.get(sourceId) === work) this.#work.delete(sourceId);
    });
  }

  async #guard(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#context.log.error('A recorder command failed.', {
        error: errorText(error),
      });
    }
  }
}
