import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { systemClock } from '../../src/engine/platform/systemClock.ts';
import type { Clock } from '../../src/shared/ports/clock.ts';
import type { FileSystem } from '../../src/shared/ports/fileSystem.ts';
import { millis } from '../../src/shared/units.ts';

/** Somebody set the clock: from the true instant `at` on it shows `offsetMs` more than the true time. */
export interface ClockSetting {
  /** ms since 1970 UTC, true. */
  readonly at: number;
  readonly offsetMs: number;
}

/** How old what a process knows of the settings may be. */
const LOOK_MS = 10;

export function writeClock(file: string, settings: readonly ClockSetting[]): void {
  writeFileSync(file, JSON.stringify(settings));
}

/** Offset in force at a true instant; `settings` in order of time. */
export function offsetAt(settings: readonly ClockSetting[], at: number): number {
  return settings.findLast((setting) => setting.at <= at)?.offsetMs ?? settings[0]?.offsetMs ?? 0;
}

/** The wall clock and the disk of a computer whose clock is set through a file, for all its processes at once. */
export function settableClock(file: string): { readonly clock: Clock; readonly fileSystem: FileSystem } {
  let settings: readonly ClockSetting[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  const current = (): readonly ClockSetting[] => {
    const now = performance.now();
    if (now - lookedAt < LOOK_MS) return settings;
    lookedAt = now;
    try {
      settings = JSON.parse(readFileSync(file, 'utf8')) as readonly ClockSetting[];
    } catch (error) {
      // It is being written in this moment.
      if (!(error instanceof SyntaxError)) throw error;
    }
    return settings;
  };
  return {
    clock: {
      ...systemClock,
      now: () => {
        const truth = systemClock.now();
        return millis(truth + offsetAt(current(), truth));
      },
    },
    fileSystem: {
      ...nodeFileSystem,
      // A file keeps the time that the clock showed when it was written.
      stat: async (path) => {
        const found = await nodeFileSystem.stat(path);
        return found && { ...found, modifiedAt: found.modifiedAt + offsetAt(current(), found.modifiedAt) };
      },
    },
  };
}
