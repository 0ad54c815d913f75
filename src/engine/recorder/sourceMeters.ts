import type { CaptureInfo } from '../capture/audioSource.ts';
import type { Block } from '../containers/block.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import type { Levels } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';
import { createSignalProbe, type SignalProbe } from './signalProbe.ts';

/** Levels are told ten times a second. */
const INTERVAL_MS = 100;

/** Listens to every source that records, for alarms, and tells the levels of watched PCM sources. */
export class SourceMeters {
  readonly #tell: (levels: readonly Levels[]) => void;
  readonly #probes = new Map<SourceId, SignalProbe>();
  readonly #latest = new Map<SourceId, Levels>();
  #watched: ReadonlySet<SourceId> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (levels: readonly Levels[]) => void) {
    this.#tell = tell;
  }

  watch(sourceIds: readonly SourceId[]): void {
    this.#watched = new Set(sourceIds);
    for (const id of this.#latest.keys()) if (!this.#watched.has(id)) this.#latest.delete(id);
    clearInterval(this.#timer);
    this.#timer = this.#watched.size > 0 ? setInterval(() => this.#flush(), INTERVAL_MS) : undefined;
  }

  add(id: SourceId, block: Block, info: CaptureInfo): void {
    let probe = this.#probes.get(id);
    if (!probe) {
      probe = createSignalProbe(info.format);
      this.#probes.set(id, probe);
    }
    const newest = probe.push(block).at(-1);
    if (!newest || !this.#watched.has(id)) return;
    this.#latest.set(id, { sourceId: id, peak: [...newest.peak], rms: [...newest.rms] });
  }

  /** What every source sounded like since the last call. */
  takeSignals(): SignalReport[] {
    return [...this.#probes].flatMap(([sourceId, probe]) => {
      const heard = probe.take();
      return heard ? [{ sourceId, ...heard }] : [];
    });
  }

  /** The source ended or has a new format. */
  forget(id: SourceId): void {
    this.#probes.delete(id);
    this.#latest.delete(id);
  }

  #flush(): void {
    if (this.#latest.size === 0) return;
    this.#tell([...this.#latest.values()]);
    this.#latest.clear();
  }
}
