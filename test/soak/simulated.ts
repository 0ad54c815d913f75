import { mkdtemp, readdir, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AudioSource, CaptureInfo, CaptureListener } from '../../src/engine/capture/audioSource.ts';
import type { Block } from '../../src/engine/containers/block.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import type { RecorderEvent } from '../../src/engine/recorder/protocol.ts';
import { Recorder } from '../../src/engine/recorder/recorder.ts';
import type { Gap, Recording } from '../../src/shared/domain/recording.ts';
import type { SourceConfig } from '../../src/shared/domain/source.ts';
import { LongtakeError } from '../../src/shared/errors.ts';
import { sourceId } from '../../src/shared/units.ts';
import { account, lengthOfSpan } from '../support/accounting.ts';
import { silentLog, TurnedClock } from '../support/turnedClock.ts';
import { add, emptySeries, type Growth, growthOf } from './growth.ts';

export interface SimulatedOptions {
  /** Simulated. */
  readonly hours: number;
  readonly splitSeconds: number;
  /** ISO instant at which it begins. */
  readonly start: string;
}

export interface SimulatedReport {
  readonly hours: number;
  readonly realSeconds: number;
  readonly sources: number;
  readonly boundaries: number;
  readonly recordings: number;
  /** Losses that were made, and gaps that tell of them: to a recorder, time that flies is a computer that stood still. */
  readonly losses: number;
  readonly gaps: number;
  readonly unaccountedSeconds: number;
  /** Of the heap after a collection, MiB, over simulated hours. */
  readonly heap: Growth;
  readonly handles: Growth;
  readonly failures: readonly string[];
}

/** The zone whose night with 25 hours the simulation goes through. */
const ZONE = 'Europe/Berlin';
const STEP_MS = 1000;
/** One of the sources is lost so often, for so long. */
const LOSS_EVERY_MS = 37 * 60_000;
const LOSS_LASTS_MS = 20_000;
const SAMPLES = 48;
const TOLERANCE_MS = 1500;
const MOST_GROWTH_MIB = 8;
const MOST_HANDLES = 4;
const MIB = 1024 * 1024;

/** An input whose audio comes when the simulated time passes. */
class SimulatedInput implements AudioSource {
  readonly #info: CaptureInfo;
  readonly #make: (units: number) => Block;
  /** Sample frames of a unit. */
  readonly #unit: number;
  #listener: CaptureListener | undefined;
  #lose: ((error: Error) => void) | undefined;
  #openedAt = 0;
  #units = 0;

  constructor(info: CaptureInfo, unit: number, make: (units: number) => Block) {
    this.#info = info;
    this.#unit = unit;
    this.#make = make;
  }

  async run(listener: CaptureListener, signal: AbortSignal): Promise<void> {
    listener.onOpen(this.#info);
    this.#openedAt = Number.NaN;
    this.#units = 0;
    this.#listener = listener;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#lose = reject;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    } finally {
      this.#listener = undefined;
    }
  }

  /** Hands out what is due since it was opened. */
  play(clock: TurnedClock): void {
    if (Number.isNaN(this.#openedAt)) this.#openedAt = clock.monotonic() - STEP_MS;
    const due = Math.floor(((clock.monotonic() - this.#openedAt) * this.#info.format.sampleRate) / 1000 / this.#unit);
    const units = due - this.#units;
    this.#units = due;
    if (units > 0) this.#listener?.onBlock(this.#make(units), clock.monotonic());
  }

  lose(): void {
    this.#lose?.(new LongtakeError('DEVICE_LOST', 'The device is gone.'));
  }
}

/** A day of recording with hundreds of boundaries, as fast as the disk takes it, on a real disk. */
export async function soakSimulated(options: SimulatedOptions): Promise<SimulatedReport> {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-soak-'));
  try {
    return await new Simulation(options, folder).run();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Simulation {
  readonly #options: SimulatedOptions;
  readonly #folder: string;
  readonly #clock: TurnedClock;
  readonly #recorder: Recorder;
  readonly #inputs = inputs();
  readonly #closed: Recording[] = [];
  readonly #gaps = new Map<string, Gap>();
  readonly #failures: string[] = [];
  readonly #heap = emptySeries();
  readonly #handles = emptySeries();
  /** Files that are finished and were looked at go, as there is no disk for a day of them. */
  readonly #removing = new Set<Promise<void>>();
  #losses = 0;
  #writing = 0;

  constructor(options: SimulatedOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#clock = new TurnedClock(options.start, ZONE);
    this.#recorder = new Recorder({
      clock: this.#clock,
      fileSystem: {
        ...nodeFileSystem,
        createExclusive: async (path) => {
          const file = await nodeFileSystem.createExclusive(path);
          return {
            ...file,
            write: async (bytes, position) => {
              this.#writing += 1;
              await file.write(bytes, position).finally(() => {
                this.#writing -= 1;
              });
            },
          };
        },
      },
      log: silentLog,
      emit: (event) => this.#heard(event),
      createSource: ({ config }) => this.#input(config.name),
    });
  }

  async run(): Promise<SimulatedReport> {
    const { hours, splitSeconds } = this.#options;
    const begun = performance.now();
    const startedAt = this.#clock.now();
    const plan = { recordingsFolder: this.#folder, splitSeconds, filenamePattern: '{source}/%Y%m%dT%H%M%S%z' };
    const interrupted = { recordings: [], gaps: [], left: [], resumed: [] };
    this.#recorder.handle({ type: 'start', plan, interrupted });
    for (const { config } of this.#inputs) {
      this.#recorder.handle({ type: 'arm', source: { config }, armedAt: this.#clock.now() });
    }
    await breath();
    const steps = Math.round((hours * 3_600_000) / STEP_MS);
    for (let step = 0; step < steps; step += 1) {
      await this.#step(step);
      if (step % Math.floor(steps / SAMPLES) === 0) this.#sample((step * STEP_MS) / 3_600_000);
    }
    await this.#recorder.stop('quit');
    await Promise.all(this.#removing);
    return this.#report(startedAt, performance.now() - begun);
  }

  async #step(step: number): Promise<void> {
    this.#clock.advance(STEP_MS);
    const at = step * STEP_MS;
    for (const { input } of this.#inputs) input.play(this.#clock);
    const victim = this.#inputs[Math.floor(at / LOSS_EVERY_MS) % this.#inputs.length];
    if (at > 0 && at % LOSS_EVERY_MS === 0) {
      victim?.input.lose();
      this.#losses += 1;
      await breath();
    }
    if (at > LOSS_EVERY_MS && at % LOSS_EVERY_MS === LOSS_LASTS_MS && victim) {
      this.#recorder.handle({ type: 'retry', sourceId: victim.config.id });
    }
    // The disk is as fast as it is: simulated time waits for it.
    do await breath();
    while (this.#writing > 0);
  }

  #heard(event: RecorderEvent): void {
    if (event.type === 'gap') this.#gaps.set(event.gap.id, event.gap);
    if (event.type !== 'recording' || event.recording.state === 'recording') return;
    this.#closed.push(event.recording);
    const removal = unlink(join(this.#folder, event.recording.path)).finally(() => this.#removing.delete(removal));
    this.#removing.add(removal);
  }

  #input(name: string): AudioSource {
    const found = this.#inputs.find(({ config }) => config.name === name);
    if (!found) throw new Error(`There is no input ${name}.`);
    return found.input;
  }

  #sample(hour: number): void {
    collectGarbage();
    add(this.#heap, hour, process.memoryUsage().heapUsed / MIB);
    void readdir('/proc/self/fd').then((names) => add(this.#handles, hour, names.length));
  }

  #report(startedAt: number, realMs: number): SimulatedReport {
    const { hours } = this.#options;
    let unaccounted = 0;
    for (const { config } of this.#inputs) unaccounted += this.#account(config, startedAt);
    const heap = growthOf(this.#heap);
    const handles = growthOf(this.#handles);
    if (heap.late - heap.early > MOST_GROWTH_MIB) this.#failures.push(`the heap grew to ${heap.late} MiB`);
    if (handles.late - handles.early > MOST_HANDLES) this.#failures.push(`there are ${handles.late} open handles`);
    const paths = this.#closed.map(({ path }) => path);
    if (new Set(paths).size !== paths.length) this.#failures.push('a name was used twice');
    return {
      hours,
      realSeconds: Math.round(realMs / 100) / 10,
      sources: this.#inputs.length,
      boundaries: new Set(this.#closed.filter(({ seam }) => seam !== 'first').map(({ startedAt: at }) => at)).size,
      recordings: this.#closed.length,
      losses: this.#losses,
      gaps: [...this.#gaps.values()].filter(({ cause }) => cause !== 'starting').length,
      unaccountedSeconds: Math.round(unaccounted) / 1000,
      heap,
      handles,
      failures: this.#failures,
    };
  }

  /** Returns how much of the time is in no recording and no gap, ms. */
  #account({ id, name }: SourceConfig, startedAt: number): number {
    const mine = this.#closed.filter(({ sourceId: of }) => of === id);
    const gaps = [...this.#gaps.values()].filter(({ sourceId: of }) => of === id);
    const spans = [
      ...mine.map((one) => ({ from: one.startedAt, to: one.startedAt + (one.samples * 1000) / one.format.sampleRate })),
      ...gaps.map(({ from, to }) => ({ from, to: to ?? Number.NaN })),
    ];
    const { holes, overlaps } = account({ from: startedAt, to: this.#clock.now() }, spans);
    const bad = holes.filter((hole) => lengthOfSpan(hole) > TOLERANCE_MS);
    for (const hole of bad) {
      this.#failures.push(`${name}: ${lengthOfSpan(hole)} ms missing at ${new Date(hole.from).toISOString()}`);
    }
    for (const overlap of overlaps.filter((span) => lengthOfSpan(span) > TOLERANCE_MS)) {
      this.#failures.push(`${name}: ${lengthOfSpan(overlap)} ms twice at ${new Date(overlap.from).toISOString()}`);
    }
    for (const { path, state, seam } of mine) {
      if (state !== 'complete') this.#failures.push(`${path} is ${state}`);
      if (seam !== 'first' && seam !== 'gapless') this.#failures.push(`${path}: its seam is "${seam}"`);
    }
    return bad.reduce((sum, hole) => sum + lengthOfSpan(hole), 0);
  }
}

/** Memory is measured without what is garbage already. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

function breath(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const PCM_RATE = 8000;
const MP3_RATE = 32_000;
/** MPEG-1 Layer III, 32 kbit/s, 32 kHz, mono: 36 ms in 144 bytes. */
const MP3_FRAME = Buffer.concat([Buffer.from([0xff, 0xfb, 0x18, 0xc4]), Buffer.alloc(140)]);
const MP3_FRAME_SAMPLES = 1152;
const CARDS = 4;
const STREAMS = 6;

function inputs(): { config: SourceConfig; input: SimulatedInput }[] {
  return Array.from({ length: CARDS + STREAMS }, (_, index) => {
    const id = sourceId(`5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c${(10 + index).toString(16)}`);
    const signal = { programme: 'tone', seed: 1, sampleRate: 48_000, bitDepth: 16, channels: 1 } as const;
    const config: SourceConfig = { id, name: `Input ${index}`, kind: 'generator', ...signal };
    return { config, input: index < CARDS ? pcmInput() : mp3Input() };
  });
}

function pcmInput(): SimulatedInput {
  const format = { codec: 'pcm', sampleRate: PCM_RATE, channels: 1, bitDepth: 16 } as const;
  const info: CaptureInfo = { format, container: 'wav', label: 'simulated' };
  return new SimulatedInput(info, 1, (units) => ({ bytes: new Uint8Array(2 * units), samples: units }));
}

function mp3Input(): SimulatedInput {
  const format = { codec: 'mp3', sampleRate: MP3_RATE, channels: 1, bitrate: 32_000 } as const;
  const info: CaptureInfo = { format, container: 'mp3', label: 'simulated' };
  return new SimulatedInput(info, MP3_FRAME_SAMPLES, (units) => {
    const frames = Array.from({ length: units }, () => ({ bytes: MP3_FRAME.length, samples: MP3_FRAME_SAMPLES }));
    const bytes = new Uint8Array(Buffer.concat(frames.map(() => MP3_FRAME)));
    return { bytes, samples: units * MP3_FRAME_SAMPLES, frames };
  });
}
