import type { CaptureInfo } from '../capture/audioSource.ts';
import { LevelMeter } from '../containers/levels.ts';
import type { PcmFormat } from '../containers/pcm.ts';
import type { Block } from '../containers/block.ts';
import type { AudioFormat, Levels } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';

/** Levels are told ten times a second. */
const INTERVAL_MS = 100;

/** Measures the levels of watched PCM sources, and costs nothing while nobody watches. */
export class SourceMeters {
  readonly #tell: (levels: readonly Levels[]) => void;
  readonly #meters = new Map<SourceId, LevelMeter>();
  readonly #latest = new Map<SourceId, Levels>();
  #watched: ReadonlySet<SourceId> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (levels: readonly Levels[]) => void) {
    this.#tell = tell;
  }

  watch(sourceIds: readonly SourceId[]): void {
    this.#watched = new Set(sourceIds);
    for (const id of this.#meters.keys()) if (!this.#watched.has(id)) this.forget(id);
    clearInterval(this.#timer);
    this.#timer = this.#watched.size > 0 ? setInterval(() => this.#flush(), INTERVAL_MS) : undefined;
  }

  add(id: SourceId, block: Block, info: CaptureInfo): void {
    if (!this.#watched.has(id) || info.format.codec !== 'pcm') return;
    let meter = this.#meters.get(id);
    if (!meter) {
      meter = new LevelMeter(pcmFormat(info.format));
      this.#meters.set(id, meter);
    }
    for (const { peak, rms } of meter.push(block)) {
      this.#latest.set(id, { sourceId: id, peak: [...peak], rms: [...rms] });
    }
  }

  /** The source ended or has a new format. */
  forget(id: SourceId): void {
    this.#meters.delete(id);
    this.#latest.delete(id);
  }

  #flush(): void {
    if (this.#latest.size === 0) return;
    this.#tell([...this.#latest.values()]);
    this.#latest.clear();
  }
}

function pcmFormat({ sampleRate, channels, bitDepth, float }: AudioFormat): PcmFormat {
  return { sampleRate, channels, bitDepth: bitDepth ?? 16, float: float === true };
}
