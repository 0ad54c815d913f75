import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { THREAD_POOL_SIZE } from '../../src/engine/platform/childProcessHost.ts';
import { buildEntry } from '../../scripts/testing/build-entry.mjs';
import type { CardCommand, CardEvent, CardOptions } from './cardProtocol.ts';
import type { Ramp } from './ramp.ts';

/** As much of the end of a ramp is looked for, bytes. */
const END_BYTES = 4000;
/** And of the silence behind it, for a ramp begins anew where its numbers do, and looks like its end before it is. */
const SILENT_BYTES = 400;
/** A ramp whose end has not come after so many samples more, a minute or more, comes no more. */
const MOST_LATE = 10_000_000;

/** One run of a soundcard source in a process of its own. */
export interface CardRun {
  readonly events: readonly CardEvent[];
  /** Sample frames so far. */
  readonly samples: number;
  /** Resolves when at least so many sample frames were captured. */
  captured(samples: number): Promise<void>;
  /** Resolves when the end of a ramp and silence were captured: on a busy machine it still waits when it was played. */
  heard(ramp: Ramp): Promise<void>;
  stop(): void;
  /** Resolves when the run ended; with the code of its error, if there was one. */
  ended(): Promise<Extract<CardEvent, { type: 'ended' }>>;
  bytes(): Promise<Buffer>;
}

/** A process that captures soundcards, with the environment of the virtual cards. */
export class CardRecorder {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #events: CardEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #output: string[] = [];
  #runs = 0;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    child.on('message', (event: CardEvent) => {
      this.#events.push(event);
      this.#wake();
    });
    child.on('exit', () => this.#wake());
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        if (this.#output.length < 1000) this.#output.push(data.toString());
      });
    }
  }

  static async start(env: Readonly<Record<string, string>>, folder: string): Promise<CardRecorder> {
    const entry = await buildEntry('cardChild', fileURLToPath(new URL('./cardChild.ts', import.meta.url)));
    const child = fork(entry, [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: { ...process.env, ...env, UV_THREADPOOL_SIZE: THREAD_POOL_SIZE },
    });
    return new CardRecorder(child, folder);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  capture(options: CardOptions): CardRun {
    const id = (this.#runs += 1);
    const file = join(this.#folder, `run-${id}.pcm`);
    this.#send({ type: 'run', id, file, options });
    const events = () => this.#events.filter((event) => 'id' in event && event.id === id);
    const samples = () => {
      const last = events().findLast((event) => event.type === 'progress' || event.type === 'ended');
      return last && 'samples' in last ? last.samples : 0;
    };
    const end = () => events().find((event) => event.type === 'ended');
    const captured = async (count: number): Promise<void> => {
      await this.#until(`${count} samples of run ${id}`, () => samples() >= count || undefined, end);
    };
    return {
      get events() {
        return events();
      },
      get samples() {
        return samples();
      },
      captured,
      heard: async ({ bytes }) => {
        const wanted = Buffer.concat([bytes.subarray(-END_BYTES), Buffer.alloc(SILENT_BYTES)]);
        const most = samples() + MOST_LATE;
        while (samples() < most && !(await readFile(file)).includes(wanted)) await captured(samples() + 1);
      },
      stop: () => this.#send({ type: 'stop', id }),
      ended: () => this.#until(`the end of run ${id}`, end),
      bytes: () => readFile(file),
    };
  }

  /** From now on the process uses its file system all the time. Resolves when it could for the first time. */
  async touch(): Promise<void> {
    this.#send({ type: 'touch', file: this.#folder });
    await this.#until('the file system', () => this.#events.some(({ type }) => type === 'touched') || undefined);
  }

  /** How often it could in the longest time without audio. */
  get touchesInSilence(): number {
    let [most, count] = [0, 0];
    for (const { type } of this.#events) {
      count = type === 'touched' ? count + 1 : 0;
      most = Math.max(most, count);
    }
    return most;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #send(command: CardCommand): void {
    this.#child.send(command);
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  /** Waits until `find` finds something; fails at once when the process or the run ended instead. */
  #until<Found>(what: string, find: () => Found | undefined, tooLate: () => unknown = () => undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = find();
        const exited = this.#child.exitCode !== null || this.#child.signalCode !== null;
        if (found === undefined && !exited && tooLate() === undefined) return;
        this.#waiting.delete(check);
        if (found !== undefined) resolve(found);
        else
          reject(
            new Error(
              `Waited in vain for ${what}: ${JSON.stringify(tooLate() ?? 'process ended')}\n${this.#output.join('')}`,
            ),
          );
      };
      this.#waiting.add(check);
      check();
    });
  }
}
