import { mkdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../../src/shared/domain/settings.ts';
import { errnoOf } from '../../src/shared/errors.ts';
import { run } from '../chaos/independentReaders.ts';
import { readLedger } from '../chaos/readLedger.ts';
import { StudioProcess } from '../chaos/studioProcess.ts';
import { World } from '../chaos/world.ts';
import { MEASURES_FOLDER, type ProcessReport, readMeasures } from './measures.ts';

export interface RealTimeOptions {
  readonly minutes: number;
  /** Folder of the product's child processes. */
  readonly product: string;
  /** The built studio without a window. */
  readonly host: string;
  /** The built {@link file://./measureProcess.ts}. */
  readonly measure: string;
  readonly tell: (line: string) => void;
  /** Told what must be stopped should this process have to end early. */
  readonly onWorld: (world: World) => void;
}

export interface RealTimeReport {
  readonly minutes: number;
  readonly sources: number;
  readonly recordings: number;
  readonly filesDecoded: number;
  readonly gaps: number;
  readonly processes: readonly ProcessReport[];
  readonly failures: readonly string[];
}

const SPLIT_SECONDS = 30;
const START_MS = 90_000;
/** What is older is decoded and removed, so that a small disk holds hours. */
const LOOK_EVERY_MS = 60_000;
/** A process of this many lines has something to tell. */
const LEAST_MEASURES = 12;
const MOST_GROWTH_MIB = 24;
const MOST_HANDLES = 4;

/** Records real cards and real streams, and watches how the processes do. */
export async function soakRealTime(options: RealTimeOptions): Promise<RealTimeReport> {
  const world = await World.start({ icecastOnly: true });
  options.onWorld(world);
  try {
    const { folder, recordings } = await world.makeFolders('soak');
    const measures = join(folder, 'measures');
    await mkdir(measures);
    const studio = new StudioProcess(options.host, {
      folder,
      programs: options.product,
      env: { ...world.env, [MEASURES_FOLDER]: measures, NODE_OPTIONS: `--import=${options.measure}` },
      state: {
        settings: { ...DEFAULT_SETTINGS, recordingsFolder: recordings, splitSeconds: SPLIT_SECONDS },
        sources: [],
        armed: [],
      },
    });
    try {
      return await new RealTime(options, world, studio, recordings, measures).run();
    } finally {
      await studio.dispose();
    }
  } finally {
    await world.stop();
  }
}

class RealTime {
  readonly #options: RealTimeOptions;
  readonly #world: World;
  readonly #studio: StudioProcess;
  readonly #recordings: string;
  readonly #measures: string;
  readonly #failures: string[] = [];
  readonly #decoded = new Set<string>();

  constructor(options: RealTimeOptions, world: World, studio: StudioProcess, recordings: string, measures: string) {
    this.#options = options;
    this.#world = world;
    this.#studio = studio;
    this.#recordings = recordings;
    this.#measures = measures;
  }

  async run(): Promise<RealTimeReport> {
    const { minutes, tell } = this.#options;
    await this.#studio.start();
    for (const { draft } of this.#world.inputs) await this.#studio.request('sources.add', draft);
    await this.#studio.request('sources.arm', {});
    const all = this.#world.inputs.length;
    const recording = () => [...this.#studio.statuses.values()].filter(({ state }) => state === 'recording').length;
    await this.#studio.until('every source records', () => recording() === all, START_MS);
    const end = Date.now() + minutes * 60_000;
    while (Date.now() < end) {
      await wait(Math.min(LOOK_EVERY_MS, end - Date.now()));
      await this.#look();
      tell(
        `${Math.round((end - Date.now()) / 60_000)} min left, ${this.#decoded.size} files decoded, ${recording()} sources record`,
      );
      for (const { proxy } of this.#world.stations) proxy.trim();
    }
    await this.#studio.request('sources.disarm', {});
    await this.#studio.stop();
    await this.#look();
    return this.#report();
  }

  /** Decodes what is finished, and removes it. */
  async #look(): Promise<void> {
    const { recordings } = await readLedger(this.#recordings);
    for (const { path, state, seam } of recordings) {
      if (state === 'recording' || this.#decoded.has(path)) continue;
      this.#decoded.add(path);
      if (state !== 'complete') this.#failures.push(`${path} is ${state}`);
      if (seam === 'missing') this.#failures.push(`${path}: audio is missing before it`);
      const file = join(this.#recordings, path);
      const { complaints } = await run('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', file, '-f', 'null', '-']);
      if (complaints !== '') this.#failures.push(`${path}: ${complaints}`);
      await unlink(file).catch((error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') throw error;
      });
    }
  }

  async #report(): Promise<RealTimeReport> {
    const { recordings, gaps } = await readLedger(this.#recordings);
    const real = gaps.filter(({ cause }) => cause !== 'starting');
    for (const { sourceName, cause, detail } of real) this.#failures.push(`${sourceName}: ${cause}: ${detail}`);
    const processes = await readMeasures(this.#measures, LEAST_MEASURES);
    for (const { program, residentMiB, handles } of processes) {
      const grown = residentMiB.late - residentMiB.early;
      if (grown > MOST_GROWTH_MIB) this.#failures.push(`${program} grew by ${Math.round(grown)} MiB`);
      if (handles.late - handles.early > MOST_HANDLES) this.#failures.push(`${program} has ${handles.late} handles`);
    }
    await rm(this.#measures, { recursive: true });
    return {
      minutes: this.#options.minutes,
      sources: this.#world.inputs.length,
      recordings: recordings.length,
      filesDecoded: this.#decoded.size,
      gaps: real.length,
      processes,
      failures: this.#failures,
    };
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });
}
