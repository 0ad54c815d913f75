import { readFileSync } from 'node:fs';
import { errnoOf } from '../../src/shared/errors.ts';

const MIB = 1024;

/** Resident memory of a process, MiB; nothing when it has ended. */
export function residentMiB(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) / MIB;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** Remembers the most memory that processes of each role had. */
export class MemoryWatch {
  readonly peaks = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(processes: () => readonly { readonly role: string; readonly pid: number }[], everyMs = 250) {
    this.#timer = setInterval(() => {
      for (const { role, pid } of processes()) {
        const now = residentMiB(pid);
        if (now !== undefined) this.peaks.set(role, Math.max(now, this.peaks.get(role) ?? 0));
      }
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
