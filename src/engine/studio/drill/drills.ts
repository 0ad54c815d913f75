import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Drill, type DrillOrder, type drillRequests, drillFaultKinds } from '../../../shared/contract/drill.ts';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import { errorText, LongtakeError } from '../../../shared/errors.ts';
import type { SourceId } from '../../../shared/units.ts';
import type { Emitter } from '../emitter.ts';
import type { Sources } from '../sources.ts';
import type { Studio, StudioPorts } from '../studio.ts';
import { DrillFolders } from './drillFolders.ts';
import { DrillRun } from './drillRun.ts';

/** Room for a drill beside what is kept free for recordings. */
const ROOM_BYTES = 200e6;

export interface DrillsPorts {
  readonly ports: StudioPorts;
  readonly events: Emitter;
  readonly sources: Sources;
  readonly createStudio: (ports: StudioPorts) => Studio;
}

/** Failure drills: one at a time, beside the recordings of every day. */
export class Drills {
  readonly #parts: DrillsPorts;
  readonly #folders: DrillFolders;
  #drill: Drill | undefined;
  #abort: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: DrillsPorts) {
    this.#parts = parts;
    const { fileSystem, dataFolder } = parts.ports;
    this.#folders = new DrillFolders(fileSystem, join(dataFolder, 'drills'));
  }

  readonly handlers: Handlers<keyof typeof drillRequests> = {
    'drill.start': (order) => this.#start(order),
    'drill.cancel': () => this.stop(),
    'drill.get': () => this.#drill,
  };

  /** Removes what a drill left whose program was killed. */
  start(): void {
    this.#running = this.#tidy();
  }

  /** Ends the drill that runs and removes what it recorded. */
  async stop(): Promise<void> {
    this.#abort?.abort(new LongtakeError('CANCELLED', 'The drill was cancelled.'));
    await this.#running;
  }

  async #start(order: DrillOrder): Promise<Drill> {
    const { ports, sources } = this.#parts;
    if (this.#abort) throw new LongtakeError('CONFLICT', 'A drill runs already. Wait for its end, or cancel it.');
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const chosen = order.sourceIds.map((id) => sources.config(id));
      await this.#running;
      await this.#tidy();
      const id = randomUUID();
      const day = new Date(ports.clock.now()).toISOString().replaceAll(/[:.]/g, '-');
      const folder = await this.#folders.begin(`${day}-${id.slice(0, 8)}`, (home) => checkRoom(ports, home));
      const run = await DrillRun.prepare({
        ...this.#parts,
        id,
        folder,
        chosen,
        kinds: drillFaultKinds.filter((kind) => order.faults?.includes(kind) ?? true),
        isBusy: (source) => this.#isBusy(source),
        tell: (drill) => this.#tell(drill),
      });
      const first = run.drill;
      this.#running = this.#follow(run, abort, { folder, keep: order.keep === true });
      return first;
    } catch (error) {
      this.#abort = undefined;
      throw error;
    }
  }

  async #follow(run: DrillRun, abort: AbortController, { folder, keep }: { folder: string; keep: boolean }) {
    const { ports, events } = this.#parts;
    // The card of a recording that somebody waits for is not the drill's to hold.
    const off = events.on((name, payload) => {
      if (name !== 'sources.status') return;
      const { sourceId, problem } = payload as { sourceId: SourceId; problem?: { code: string } };
      if (problem?.code === 'DEVICE_BUSY' && run.holds(sourceId)) {
        abort.abort(
          new LongtakeError(
            'CONFLICT',
            'The drill has ended: it held a soundcard that is wanted for a real recording.',
          ),
        );
      }
    });
    try {
      await run.run(abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) ports.log.error('A failure drill failed.', { error: errorText(error) });
      run.fail(error);
    } finally {
      off();
      const isKept = keep && run.drill.state === 'done';
      await this.#leave(folder, isKept);
      this.#abort = undefined;
      this.#tell({ ...run.drill, ...(isKept ? { folder } : {}) });
    }
  }

  async #leave(folder: string, isKept: boolean): Promise<void> {
    const { log } = this.#parts.ports;
    try {
      await (isKept ? this.#folders.keep(folder) : this.#folders.remove(folder));
    } catch (error) {
      log.warn('What a drill recorded could not be removed.', { folder, error: String(error) });
    }
  }

  async #tidy(): Promise<void> {
    const { log } = this.#parts.ports;
    try {
      await this.#folders.tidy();
    } catch (error) {
      log.warn('What a drill left could not be removed; it is tried again.', { error: String(error) });
    }
  }

  /** It is armed and waits for its device, or fails: a drill must not take it first. */
  #isBusy(id: SourceId): boolean {
    const { sources } = this.#parts;
    return sources.armed().includes(id) && sources.status(id).state !== 'recording';
  }

  #tell(drill: Drill): void {
    this.#drill = drill;
    this.#parts.events.emit('drill.changed', drill);
  }
}

async function checkRoom({ fileSystem, settingsStore }: StudioPorts, folder: string): Promise<void> {
  const { minFreeBytes } = settingsStore.read().settings;
  if ((await fileSystem.freeBytes(folder)) > minFreeBytes * 1.1 + ROOM_BYTES) return;
  throw new LongtakeError(
    'DISK_FULL',
    'There is too little room for a drill beside the recordings. Free some space first.',
  );
}
