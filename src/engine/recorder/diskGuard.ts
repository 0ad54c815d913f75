import { dirname } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import { within } from './within.ts';
import type { RecorderEvent, RecordingPlan } from './protocol.ts';

/** Free space is asked for this often, in ticks of a second. */
const ASK_TICKS = 2;
/** A disk that does not tell by then hangs; nobody waits for it. */
const PATIENCE_MS = 1000;
/** So much more than the limit must be free before it counts as kept again: part of the limit, and at least bytes. */
const MARGIN = 0.1;
const LEAST_MARGIN_BYTES = 1024 * 1024;

interface Volume {
  /** Undefined while the disk has not told, or does not tell. */
  freeBytes: number | undefined;
  full: boolean;
  ticks: number;
  /** The question that waits for an answer. A hung disk is not asked again. */
  asking: Promise<void> | undefined;
  refused: boolean;
}

export interface DiskGuardPorts {
  readonly fileSystem: FileSystem;
  readonly log: Log;
  readonly emit: (event: RecorderEvent) => void;
  readonly plan: () => RecordingPlan;
}

/**
 * Keeps disks from filling up: knows the free space below each folder that is recorded into, and whether that is
 * enough. What is not known stops nothing.
 */
export class DiskGuard {
  readonly #ports: DiskGuardPorts;
  readonly #volumes = new Map<string, Volume>();

  constructor(ports: DiskGuardPorts) {
    this.#ports = ports;
  }

  /** Looks after the disks of these folders; call it once a second. */
  tick(roots: ReadonlySet<string>): void {
    for (const root of this.#volumes.keys()) if (!roots.has(root)) this.#volumes.delete(root);
    for (const root of roots) {
      const volume = this.#volumeOf(root);
      volume.ticks += 1;
      if (volume.ticks % ASK_TICKS === 0) void this.#ask(root, volume);
    }
  }

  /** So little is free that open files are to be ended. */
  isFull(root: string): boolean {
    return this.#volumes.get(root)?.full ?? false;
  }

  /** Whether a first recording may begin there. Answers within a second, whatever the disk does. */
  async hasRoom(root: string): Promise<boolean> {
    const { minFreeBytes = 0 } = this.#ports.plan();
    if (minFreeBytes === 0) return true;
    const volume = this.#volumeOf(root);
    if (volume.freeBytes === undefined && !volume.refused) await within(PATIENCE_MS, this.#ask(root, volume));
    return volume.freeBytes === undefined || volume.freeBytes > withMargin(minFreeBytes);
  }

  #volumeOf(root: string): Volume {
    let volume = this.#volumes.get(root);
    if (!volume) {
      volume = { freeBytes: undefined, full: false, ticks: 0, asking: undefined, refused: false };
      this.#volumes.set(root, volume);
    }
    return volume;
  }

  #ask(root: string, volume: Volume): Promise<void> {
    volume.asking ??= this.#askNow(root, volume).finally(() => {
      volume.asking = undefined;
    });
    return volume.asking;
  }

  async #askNow(root: string, volume: Volume): Promise<void> {
    try {
      volume.freeBytes = await this.#freeBytes(root);
      volume.refused = false;
    } catch (error) {
      volume.freeBytes = undefined;
      if (!volume.refused) {
        this.#ports.log.warn('A disk does not tell its free space; it is recorded to all the same.', {
          root,
          error: String(error),
        });
      }
      volume.refused = true;
    }
    this.#judge(root, volume);
  }

  /** A folder that is not there yet will be made in the one above it. */
  async #freeBytes(folder: string): Promise<number> {
    try {
      return await this.#ports.fileSystem.freeBytes(folder);
    } catch (error) {
      const above = dirname(folder);
      if (errnoOf(error) !== 'ENOENT' || above === folder) throw error;
      return this.#freeBytes(above);
    }
  }

  /** The limit is passed downwards at once, and upwards only with some room, so that nothing goes back and forth. */
  #judge(root: string, volume: Volume): void {
    const { freeBytes } = volume;
    const { minFreeBytes = 0 } = this.#ports.plan();
    const limit = volume.full ? withMargin(minFreeBytes) : minFreeBytes;
    const full = minFreeBytes > 0 && freeBytes !== undefined && freeBytes <= limit;
    if (full === volume.full) return;
    volume.full = full;
    this.#ports.emit({ type: 'disk', root, full, freeBytes: freeBytes ?? 0 });
  }
}

function withMargin(limitBytes: number): number {
  return limitBytes + Math.max(LEAST_MARGIN_BYTES, limitBytes * MARGIN);
}
