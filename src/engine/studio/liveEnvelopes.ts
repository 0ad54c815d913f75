import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import type { FoundSection } from '../../shared/domain/section.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import { detect, type Thresholds } from '../analysis/detect.ts';
import type { EnvelopeData } from '../analysis/envelopeView.ts';
import { LevelList } from '../analysis/levelList.ts';
import { keptLevels, writeLevels } from '../analysis/levelsCache.ts';
import { noiseFloorOf } from '../analysis/noiseFloor.ts';
import { PeakCacheWriter } from '../analysis/peakCache.ts';
import type { PeakPairs } from '../containers/scan/pcmScan.ts';
import type { EnvelopeEvent } from '../recorder/protocol.ts';
import { analysedFile, peaksFile } from './analysisFiles.ts';

/** Sections of what is being recorded are looked for this often, ms. */
const DETECT_MS = 2000;

export interface LiveEnvelopePorts {
  readonly dataFolder: string;
  readonly fileSystem: FileSystem;
  readonly log: Log;
  readonly thresholds: (recording: Recording) => Thresholds;
  readonly onSections: (recording: Recording, sections: readonly FoundSection[], live: boolean) => void;
}

interface Live {
  readonly levels: LevelList;
  /** What is written of the peaks; resolves to nothing once that has failed. */
  peaks: Promise<PeakCacheWriter | undefined>;
  frames: number;
  isWhole: boolean;
  timer: NodeJS.Timeout | undefined;
  told: string;
}

/** Envelopes and peaks of what is being recorded: of PCM as the recorder measures them, of streams as they are decoded. */
export class LiveEnvelopes {
  readonly #ports: LiveEnvelopePorts;
  readonly #live = new Map<RecordingId, Live>();
  /** What is being recorded. */
  readonly #open = new Map<RecordingId, Recording>();

  constructor(ports: LiveEnvelopePorts) {
    this.#ports = ports;
  }

  has(id: RecordingId): boolean {
    return this.#live.has(id);
  }

  /** So far. */
  envelope(id: RecordingId): EnvelopeData | undefined {
    const levels = this.#live.get(id)?.levels.all;
    return levels && { levels, noise: noiseFloorOf(levels) };
  }

  /** Complete windows of peaks so far; see {@link PeakCacheWriter.soFar}. None where they cannot be kept. */
  async peaks(id: RecordingId, resolution: number, first: number, end: number): Promise<PeakPairs> {
    const live = this.#live.get(id);
    let found: PeakPairs = new Int16Array(0);
    if (!live) return found;
    // What comes meanwhile waits for it.
    live.peaks = live.peaks.then(async (writer) => {
      if (writer) found = await writer.soFar(resolution, first, end);
      return writer;
    });
    await live.peaks;
    return found;
  }

  /** More was measured. */
  heard({ recordingId, levels, pairs, frames, isLast }: EnvelopeEvent): void {
    const live = this.#live.get(recordingId) ?? this.#begin(recordingId);
    live.levels.append(levels);
    live.frames = frames;
    live.isWhole = isLast;
    live.peaks = live.peaks.then(async (writer) => {
      if (!writer) return undefined;
      try {
        await writer.append(pairs);
        return writer;
      } catch (error) {
        this.#ports.log.warn('Peaks cannot be kept while recording.', { error: String(error) });
        await writer.discard().catch(() => undefined);
        return undefined;
      }
    });
    if (!isLast) live.timer ??= setTimeout(() => this.#detect(recordingId, live), DETECT_MS);
  }

  /** A recording was opened, or its row changed. */
  follow(recording: Recording): void {
    this.#open.set(recording.id, recording);
  }

  /**
   * A recording was closed. Keeps what was measured of it and tells its sections; false when nothing, or not all of it,
   * was measured: then it has to be analysed.
   */
  async close(recording: Recording): Promise<boolean> {
    this.#open.delete(recording.id);
    const live = this.#live.get(recording.id);
    if (!live) return false;
    this.#live.delete(recording.id);
    clearTimeout(live.timer);
    const writer = await live.peaks;
    try {
      const file = analysedFile(this.#ports.dataFolder, recording);
      const state = await this.#ports.fileSystem.stat(file.path);
      // What the recorder measured it has counted; what was decoded is as long as the decoder says.
      const isCounted = live.frames === recording.samples || recording.sourceKind === 'stream';
      const isWhole = live.isWhole && isCounted && recording.state === 'complete';
      if (!writer || !state || !isWhole) {
        await writer?.discard();
        return false;
      }
      const audio = { ...state, frames: live.frames, sampleRate: recording.format.sampleRate };
      const kept = keptLevels(live.levels.all, audio);
      await writer.finish(audio, 1, true);
      await mkdir(dirname(file.levelsFile), { recursive: true });
      await writeLevels(file.levelsFile, kept);
      this.#ports.onSections(recording, detect(kept.levels, kept.noise, this.#ports.thresholds(recording)), false);
      return true;
    } catch (error) {
      this.#ports.log.warn('What was measured while recording cannot be kept.', { error: String(error) });
      return false;
    }
  }

  /** Their recorder is gone: what it was recording is analysed once it is mended. Without sources: all. */
  async forget(sourceIds?: readonly SourceId[]): Promise<void> {
    for (const [id, live] of this.#live) {
      const sourceId = this.#open.get(id)?.sourceId;
      if (sourceIds && (sourceId === undefined || !sourceIds.includes(sourceId))) continue;
      this.#live.delete(id);
      this.#open.delete(id);
      clearTimeout(live.timer);
      await (await live.peaks)?.discard().catch(() => undefined);
    }
  }

  #begin(id: RecordingId): Live {
    const live: Live = {
      levels: new LevelList(),
      peaks: this.#create(id),
      frames: 0,
      isWhole: false,
      timer: undefined,
      told: '',
    };
    this.#live.set(id, live);
    return live;
  }

  async #create(id: RecordingId): Promise<PeakCacheWriter | undefined> {
    const path = peaksFile(this.#ports.dataFolder, id);
    try {
      await mkdir(dirname(path), { recursive: true });
      return await PeakCacheWriter.create(path);
    } catch (error) {
      this.#ports.log.warn('Peaks cannot be kept while recording.', { error: String(error) });
      return undefined;
    }
  }

  #detect(id: RecordingId, live: Live): void {
    live.timer = undefined;
    const recording = this.#open.get(id);
    if (!recording) return;
    const levels = live.levels.all;
    const sections = detect(levels, noiseFloorOf(levels), this.#ports.thresholds(recording));
    const text = JSON.stringify(sections);
    if (text === live.told) return;
    live.told = text;
    this.#ports.onSections(recording, sections, true);
  }
}
