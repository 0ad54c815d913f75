import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DEFAULT_SETTINGS } from '../../src/shared/domain/settings.ts';
import { errorText } from '../../src/shared/errors.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { clockAtStart, type Fault, isClockFault, type Kill, ZONE } from './faults.ts';
import { MemoryWatch } from './memory.ts';
import { type ClockSetting, offsetAt, writeClock } from './setClock.ts';
import { StudioProcess } from './studioProcess.ts';
import type { Input, World } from './world.ts';

/** Built programs that a round runs. */
export interface Programs {
  /** Folder of the product's child processes. */
  readonly product: string;
  /** The built {@link file://./hostProcess.ts}. */
  readonly host: string;
  /** Folder with the built {@link file://./recorderProcess.ts} as `recorder.js`. */
  readonly recorder: string;
}

export interface ArmedInput {
  readonly input: Input;
  readonly id: SourceId;
  /** True instants, ms since 1970 UTC. */
  readonly armedAt: number;
  readonly disarmedAt: number;
}

/** What happened in a round, told by who made it happen. */
export interface RoundRecord {
  readonly faults: readonly Fault[];
  readonly recordings: string;
  readonly armed: readonly ArmedInput[];
  readonly kills: readonly Kill[];
  readonly clock: readonly ClockSetting[];
  /** For so long, at worst, this process got no time of the processor, ms; the studio's did not get any either. */
  readonly starvedMs: number;
  /** Peak of resident memory by role, MiB. */
  readonly memory: Readonly<Record<string, number>>;
  readonly story: readonly string[];
  readonly log: readonly string[];
  /** What kept the round from its end; its files are looked at all the same. */
  readonly failure: string | undefined;
}

const NANOS = 1_000_000;
const START_MS = 90_000;
const SETTLE_MS = 120_000;
const STOP_MS = 60_000;
/** So much audio is recorded before trouble and after. */
const QUIET_MS = 2000;
const SPLIT_SECONDS = 5;
/** A server may begin with audio of so long before the round. */
const BURST_ALLOWANCE_MS = 10_000;

/** Records from everything, makes the faults happen, waits until all is well again, and ends. */
export async function runRound(
  world: World,
  programs: Programs,
  faults: readonly Fault[],
  name: string,
): Promise<RoundRecord> {
  const round = new Round(world, programs, faults, await world.makeFolders(name));
  return round.run();
}

class Round {
  readonly #world: World;
  readonly #faults: readonly Fault[];
  readonly #recordings: string;
  readonly #studio: StudioProcess;
  readonly #clockFile: string;
  readonly #clock: ClockSetting[];
  readonly #kills: Kill[] = [];
  readonly #story: string[] = [];
  readonly #armedAt = new Map<SourceId, { input: Input; at: number }>();
  #failure: string | undefined;

  constructor(
    world: World,
    programs: Programs,
    faults: readonly Fault[],
    { folder, recordings }: { folder: string; recordings: string },
  ) {
    this.#world = world;
    this.#faults = faults;
    this.#recordings = recordings;
    this.#clockFile = join(folder, 'clock.json');
    const start = clockAtStart(faults);
    this.#clock = [{ at: Date.now() - BURST_ALLOWANCE_MS, offsetMs: start === undefined ? 0 : start - Date.now() }];
    const turned = faults.some(({ kind }) => isClockFault(kind));
    if (turned) writeClock(this.#clockFile, this.#clock);
    this.#studio = new StudioProcess(programs.host, {
      folder,
      programs: programs.product,
      env: { ...world.env, TZ: ZONE },
      state: {
        settings: Object.assign(
          { ...DEFAULT_SETTINGS, recordingsFolder: recordings, splitSeconds: SPLIT_SECONDS },
          ...faults.map(({ settings }) => settings),
        ),
        sources: [],
        armed: [],
      },
      ...(turned ? { clock: { file: this.#clockFile, recorder: programs.recorder } } : {}),
    });
  }

  async run(): Promise<RoundRecord> {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const watch = new MemoryWatch(() => this.#studio.processes);
    for (const { proxy } of this.#world.stations) proxy.forget();
    for (const card of this.#world.cards) card.play();
    let disarmedAt = 0;
    try {
      await this.#studio.start();
      await this.#arm();
      await this.#settled(QUIET_MS, START_MS);
      await Promise.all(this.#faults.map((fault) => this.#happen(fault)));
      await this.#world.mend();
      this.#tell('all is mended');
      await this.#settled(QUIET_MS, SETTLE_MS);
      disarmedAt = Date.now();
      await this.#studio.request('sources.disarm', {});
      await this.#studio.stop();
      await this.#studio.gone(STOP_MS);
    } catch (error) {
      this.#failure = errorText(error);
      this.#tell(this.#failure);
    } finally {
      await this.#studio.dispose();
      watch.stop();
      delay.disable();
      for (const card of this.#world.cards) card.silence();
    }
    return {
      faults: this.#faults,
      recordings: this.#recordings,
      armed: [...this.#armedAt].map(([id, { input, at }]) => ({ id, input, armedAt: at, disarmedAt })),
      kills: this.#kills,
      clock: this.#clock,
      starvedMs: Math.round(delay.max / NANOS),
      memory: Object.fromEntries([...watch.peaks].map(([role, peak]) => [role, Math.round(peak)])),
      story: this.#story,
      log: this.#studio.log,
      failure: this.#failure,
    };
  }

  async #arm(): Promise<void> {
    for (const input of this.#world.inputs) {
      const { config } = await this.#studio.request('sources.add', input.draft);
      this.#armedAt.set(config.id, { input, at: Date.now() });
      await this.#studio.request('sources.arm', { ids: [config.id] });
    }
  }

  async #happen(fault: Fault): Promise<void> {
    await wait(fault.afterMs);
    this.#tell(fault.story);
    await fault.begin({
      world: this.#world,
      studio: this.#studio,
      setClock: (byMs) => this.#setClock(byMs),
      killed: (what) => this.#kills.push({ what, at: Date.now() }),
    });
    await wait(fault.lastsMs);
    await fault.end({
      world: this.#world,
      studio: this.#studio,
      setClock: (byMs) => this.#setClock(byMs),
      killed: (what) => this.#kills.push({ what, at: Date.now() }),
    });
    this.#tell(`over: ${fault.story}`);
  }

  #setClock(byMs: number): void {
    const offsetMs = offsetAt(this.#clock, Date.now()) + byMs;
    this.#clock.push({ at: Date.now(), offsetMs });
    writeClock(this.#clockFile, this.#clock);
  }

  /** Resolves when every source has recorded for `quietMs` from now on. A person tries again what waits. */
  async #settled(quietMs: number, timeoutMs: number): Promise<void> {
    const goal = Date.now() + quietMs;
    const recorded = (id: SourceId): boolean => {
      const recording = this.#studio.statuses.get(id)?.recording;
      const until = recording && recording.startedAt + recording.durationMs - offsetAt(this.#clock, Date.now());
      return until !== undefined && until >= goal;
    };
    const retry = setInterval(() => {
      for (const id of this.#armedAt.keys()) {
        const state = this.#studio.statuses.get(id)?.state;
        if (state !== 'reconnecting' && state !== 'failed') continue;
        void this.#studio.request('sources.retry', { id }).catch((error: unknown) => this.#tell(errorText(error)));
      }
    }, 1000);
    try {
      await this.#studio.until(
        'every source records',
        () => [...this.#armedAt.keys()].every((id) => recorded(id)),
        timeoutMs,
      );
      this.#tell('every source records');
    } finally {
      clearInterval(retry);
    }
  }

  #tell(line: string): void {
    this.#story.push(`${new Date().toISOString()} ${line}`);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
