import type { ArmedSource, Interrupted, RecorderCommand, RecorderEvent, RecordingPlan } from '../recorder/protocol.ts';
import type { ChildHandle, ProcessHost } from '../../shared/ports/processHost.ts';
import type { Log } from '../../shared/ports/log.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { SourceId } from '../../shared/units.ts';

/** A recorder that ends sooner than this after its start is started again more slowly each time. */
const HEALTHY_MS = 30_000;
const FIRST_RESTART_MS = 50;
const LONGEST_RESTART_MS = 10_000;
/** A little more than the recorder gives itself. */
const STOP_MS = 4900;

/** A recorder that says nothing for so many seconds hangs. Its audio system holds audio for 30 s. */
const SILENT_SECONDS = 60;
/** A source that could not be armed is tried again after this time. */
const REARM_MS = 10_000;

export interface Arming {
  readonly source: ArmedSource;
  readonly armedAt: number;
}

export interface RecorderHostOptions {
  readonly processHost: ProcessHost;
  readonly log: Log;
  readonly plan: () => RecordingPlan;
  /** What must be mended and what is armed, asked anew at each start of a recorder. */
  readonly interrupted: () => Interrupted;
  readonly armed: () => readonly SourceId[];
  /** All that is needed to open a source; nothing when it was disarmed meanwhile. */
  readonly armedSource: (id: SourceId) => Promise<Arming | undefined>;
  /** Such as a keychain that is locked. The source is tried again; the others record. */
  readonly onArmFailed: (id: SourceId, error: unknown) => void;
  readonly onEvent: (event: RecorderEvent) => void;
  /** The recorder ended without being asked; it is being started again. */
  readonly onCrash: () => void;
}

/** Runs the recorder process, and runs it again whenever it ends, with what was armed. */
export class RecorderHost {
  readonly #options: RecorderHostOptions;
  readonly #disarming = new Map<number, () => void>();
  #child: ChildHandle | undefined;
  #ready = Promise.resolve();
  #restartMs = FIRST_RESTART_MS;
  #restart: NodeJS.Timeout | undefined;
  #callId = 0;
  #stopped: (() => void) | undefined;
  #watched: readonly SourceId[] = [];
  #stopping = false;

  constructor(options: RecorderHostOptions) {
    this.#options = options;
  }

  /** Resolves when what an earlier recorder left is mended and everything armed is being opened. */
  start(): Promise<void> {
    const startedAt = performance.now();
    const child = this.#options.processHost.start('recorder');
    this.#child = child;
    let settle: () => void = () => undefined;
    this.#ready = new Promise((resolve) => {
      settle = resolve;
    });
    const pulse = this.#feelPulse(child);
    child.onOutput((stream, line) => this.#options.log.debug(`recorder ${stream}: ${line}`));
    child.onMessage((message) => {
      pulse.felt();
      // The recorder is a part of this program: its messages are what they are declared to be.
      const event = message as RecorderEvent;
      if (event.type === 'ready') void this.#armAll(child).then(settle);
      this.#onEvent(event);
    });
    child.onExit(({ code }) => {
      pulse.stop();
      settle();
      this.#onExit(child, code, performance.now() - startedAt);
    });
    this.send({ type: 'start', plan: this.#options.plan(), interrupted: this.#options.interrupted() });
    return this.#ready;
  }

  arm(source: ArmedSource, armedAt: number): void {
    this.send({ type: 'arm', source, armedAt });
  }

  /** Resolves when the source's file is closed, or the recorder is gone. */
  disarm(sourceId: SourceId, reason: string): Promise<void> {
    return this.#end((callId) => ({ type: 'disarm', sourceId, reason, callId }));
  }

  /** Like {@link disarm}, for a source that goes on in another recorder. */
  release(sourceId: SourceId): Promise<void> {
    return this.#end((callId) => ({ type: 'release', sourceId, callId }));
  }

  retry(sourceId: SourceId): void {
    this.send({ type: 'retry', sourceId });
  }

  watch(sourceIds: readonly SourceId[]): void {
    this.#watched = sourceIds;
    this.send({ type: 'watch', sourceIds });
  }

  replan(): void {
    this.send({ type: 'plan', plan: this.#options.plan() });
  }

  /** Closes every file and ends the process; at most 5 s. */
  async stop(reason: string): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#options.log.error('The recorder did not close its files in time and is ended.');
        resolve();
      }, STOP_MS);
      this.#stopped = () => {
        clearTimeout(timer);
        resolve();
      };
      this.send({ type: 'stop', reason });
    });
    this.#child = undefined;
    child.kill();
    this.#settleDisarms();
  }

  async #end(command: (callId: number) => RecorderCommand): Promise<void> {
    await this.#ready;
    const callId = (this.#callId += 1);
    await new Promise<void>((resolve) => {
      this.#disarming.set(callId, resolve);
      this.send(command(callId));
      if (!this.#child) this.#settleDisarms();
    });
  }

  async #armAll(child: ChildHandle): Promise<void> {
    await Promise.all(this.#options.armed().map((id) => this.#armOne(child, id)));
    if (this.#child === child) this.watch(this.#watched);
  }

  async #armOne(child: ChildHandle, id: SourceId): Promise<void> {
    try {
      const arming = await this.#options.armedSource(id);
      if (arming && this.#child === child) this.arm(arming.source, arming.armedAt);
    } catch (error) {
      if (this.#child !== child) return;
      this.#options.onArmFailed(id, error);
      setTimeout(() => {
        if (this.#child === child && this.#options.armed().includes(id)) void this.#armOne(child, id);
      }, REARM_MS).unref();
    }
  }

  /**
   * Ends a recorder that hangs, so that it is started again. Seconds are counted, not measured: those in which this
   * process slept do not count.
   */
  #feelPulse(child: ChildHandle): { felt(): void; stop(): void } {
    let silent = 0;
    const timer = setInterval(() => {
      silent += 1;
      if (silent !== SILENT_SECONDS) return;
      this.#options.log.error('The recorder hangs and is ended.', { silentSeconds: silent });
      child.kill();
    }, 1000);
    timer.unref();
    return {
      felt: () => {
        silent = 0;
      },
      stop: () => clearInterval(timer),
    };
  }

  #onEvent(event: RecorderEvent): void {
    if (event.type === 'stopped') this.#stopped?.();
    if (event.type === 'disarmed') {
      this.#disarming.get(event.callId)?.();
      this.#disarming.delete(event.callId);
    }
    this.#options.onEvent(event);
  }

  #onExit(child: ChildHandle, code: number | null, livedMs: number): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#settleDisarms();
    if (this.#stopping) {
      this.#stopped?.();
      return;
    }
    this.#options.log.error('The recorder ended unexpectedly and is started again.', { code });
    this.#options.onCrash();
    this.#restartMs = livedMs > HEALTHY_MS ? FIRST_RESTART_MS : Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
    this.#restart = setTimeout(() => void this.start(), this.#restartMs);
  }

  #settleDisarms(): void {
    for (const resolve of this.#disarming.values()) resolve();
    this.#disarming.clear();
  }

  /** Nothing happens while the recorder is being started again: it learns all when it is armed. */
  send(command: RecorderCommand): void {
    this.#child?.send(command);
  }
}

/** What a source shows while its recorder is being started again. */
export const recorderStopped = new LongtakeError(
  'RECORDER_STOPPED',
  'The recorder ended unexpectedly. It is being started again and recording goes on by itself.',
);
