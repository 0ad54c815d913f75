import type { Block } from '../containers/block.ts';
import { ClipCounter } from '../containers/clipCounter.ts';
import { LevelMeter, type LevelWindow } from '../containers/levels.ts';
import type { PcmFormat } from '../containers/pcm.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import type { AudioFormat } from '../../shared/domain/source.ts';
import { FrameRepeats } from './frameRepeats.ts';
import { PcmRepeats } from './pcmRepeats.ts';

/** Listens to one connection of a source, always, for its meter and its alarms. */
export interface SignalProbe {
  /** Returns the windows of 100 ms that this block completed. */
  push(block: Block): readonly LevelWindow[];
  /** What was heard since the last call; undefined when that is nothing. */
  take(): Omit<SignalReport, 'sourceId'> | undefined;
}

export function createSignalProbe(format: AudioFormat): SignalProbe {
  return format.codec === 'pcm' ? new PcmProbe(pcmFormat(format)) : new CodedProbe(format.sampleRate);
}

class PcmProbe implements SignalProbe {
  readonly #meter: LevelMeter;
  readonly #clips: ClipCounter;
  readonly #repeats: PcmRepeats;
  #rms: number[] = [];
  #windows = 0;
  #clipped = 0;

  constructor(format: PcmFormat) {
    this.#meter = new LevelMeter(format);
    this.#clips = new ClipCounter(format);
    this.#repeats = new PcmRepeats(format);
  }

  push(block: Block): readonly LevelWindow[] {
    const windows = this.#meter.push(block);
    for (const { rms } of windows) {
      this.#rms = rms.map((level, channel) => Math.max(level, this.#rms[channel] ?? level));
    }
    this.#windows += windows.length;
    this.#clipped += this.#clips.push(block);
    this.#repeats.push(block.bytes);
    return windows;
  }

  take(): Omit<SignalReport, 'sourceId'> | undefined {
    if (this.#windows === 0) return undefined;
    const heard = {
      rms: this.#rms,
      windows: this.#windows,
      clippedWindows: this.#clipped,
      repeatedMs: this.#repeats.repeatedMs,
    };
    this.#rms = [];
    this.#windows = 0;
    this.#clipped = 0;
    return heard;
  }
}

/** Coded audio is not decoded here: only whether it repeats itself can be told. */
class CodedProbe implements SignalProbe {
  readonly #repeats: FrameRepeats;
  #heard = false;

  constructor(sampleRate: number) {
    this.#repeats = new FrameRepeats(sampleRate);
  }

  push(block: Block): readonly LevelWindow[] {
    this.#heard = true;
    this.#repeats.push(block);
    return [];
  }

  take(): Omit<SignalReport, 'sourceId'> | undefined {
    if (!this.#heard) return undefined;
    this.#heard = false;
    return { rms: [], windows: 0, clippedWindows: 0, repeatedMs: this.#repeats.repeatedMs };
  }
}

function pcmFormat({ sampleRate, channels, bitDepth, float }: AudioFormat): PcmFormat {
  return { sampleRate, channels, bitDepth: bitDepth ?? 16, float: float === true };
}
