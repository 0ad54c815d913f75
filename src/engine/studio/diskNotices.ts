import type { Log } from '../../shared/ports/log.ts';
import type { RecorderEvent } from '../recorder/protocol.ts';
import type { EventListener } from './emitter.ts';

type DiskEvent = Extract<RecorderEvent, { type: 'disk' }>;

/** Tells a person, once for all recorders, when a disk has too little room to record to and when it has again. */
export class DiskNotices {
  readonly #emit: EventListener;
  readonly #log: Log;
  readonly #full = new Set<string>();

  constructor(emit: EventListener, log: Log) {
    this.#emit = emit;
    this.#log = log;
  }

  heard({ root, full, freeBytes }: DiskEvent): void {
    if (this.#full.has(root) === full) return;
    if (full) this.#full.add(root);
    else this.#full.delete(root);
    const message = full
      ? `Recording to ${root} has ended: only ${gigabytes(freeBytes)} are free, no more than is to be kept free. Free some space, or lower "Space kept free" in the settings, and it goes on by itself.`
      : `Recording to ${root} goes on: there is room again.`;
    this.#log[full ? 'error' : 'info'](message, { freeBytes });
    this.#emit('notice', { severity: full ? 'error' : 'info', message });
  }
}

function gigabytes(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
