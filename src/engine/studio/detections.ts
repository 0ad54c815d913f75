import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Detection } from '../../shared/domain/section.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import type { AnalysedRecording } from '../library/analysisStore.ts';
import type { Library } from '../library/library.ts';
import type { Thresholds } from '../analysis/detect.ts';
import type { Analyst } from './analyst.ts';
import type { Review } from './review.ts';
import type { Sources } from './sources.ts';
import type { StudioPorts } from './studio.ts';

/** Read from the library in one go; a page takes about a millisecond. */
export const PAGE = 500;
/** Recordings whose sections are replaced in one go. */
const BATCH = 32;
/** In the library, for what cannot be decoded: it is not tried again until the file is another. */
export const UNREADABLE = 'unreadable';

export interface DetectionPorts extends Pick<StudioPorts, 'settingsStore'> {
  readonly analyst: Analyst;
  readonly library: () => Library;
  readonly review: Pick<Review, 'replaceSections'>;
  readonly sources: Pick<Sources, 'configs'>;
}

/** Which recordings are meant: days are inclusive. */
export interface DetectionScope {
  readonly fromDay?: string | undefined;
  readonly toDay?: string | undefined;
  readonly sourceId?: SourceId | undefined;
}

/** Finds sections anew in kept envelopes. */
export class Detections {
  readonly #ports: DetectionPorts;
  /** Counts changes of settings: what was begun with others is given up. */
  #generation = 0;

  constructor(ports: DetectionPorts) {
    this.#ports = ports;
  }

  /** What is detected with: the settings, with what the source has of its own. */
  of(sourceId: SourceId | undefined): Detection {
    const { detection } = this.#ports.settingsStore.read().settings;
    const own = this.#ports.sources.configs().find(({ id }) => id === sourceId)?.detection;
    return { ...detection, ...definedOnly(own) };
  }

  /** The settings have changed. */
  changed(): void {
    this.#generation += 1;
  }

  /**
   * Detects anew, the newest recordings first. `onlyOutdated`: those alone whose sections were found with other settings.
   * `onMissing` hears of recordings whose envelope is not kept.
   */
  async detect(
    scope: DetectionScope,
    onlyOutdated: boolean,
    onMissing: (recordings: readonly AnalysedRecording[]) => void,
  ): Promise<{ readonly recordings: number; readonly sections: number }> {
    const generation = this.#generation;
    const total = { recordings: 0, sections: 0 };
    let after: AnalysedRecording | undefined;
    do {
      const page = this.#ports.library().analysis.page({ ...scope, after, limit: PAGE });
      const searched = page.filter(({ settings }) => settings !== undefined && settings !== UNREADABLE);
      const wanted = onlyOutdated
        ? searched.filter(({ settings, sourceId }) => settings !== settingsText(this.of(sourceId)))
        : searched;
      for (let start = 0; start < wanted.length && generation === this.#generation; start += BATCH) {
        const counted = await this.#detectBatch(wanted.slice(start, start + BATCH), onMissing);
        total.recordings += counted.recordings;
        total.sections += counted.sections;
      }
      after = page.length === PAGE ? page.at(-1) : undefined;
      await nextTurn();
    } while (after && generation === this.#generation);
    return total;
  }

  async #detectBatch(
    batch: readonly AnalysedRecording[],
    onMissing: (recordings: readonly AnalysedRecording[]) => void,
  ): Promise<{ readonly recordings: number; readonly sections: number }> {
    const thresholds = new Map(batch.map(({ id, sourceId }) => [id, this.of(sourceId)]));
    const found = await this.#ports.analyst.detect(
      batch.map(({ id }) => ({ id, thresholds: this.#known(thresholds, id) })),
    );
    const missing = batch.filter((_, index) => !found[index]);
    const replaced = batch.flatMap((recording, index) => {
      const sections = found[index];
      const settings = settingsText(this.#known(thresholds, recording.id));
      const { id, sourceId, day } = recording;
      return sections ? [{ recording: { id, sourceId, day }, sections, live: false, settings }] : [];
    });
    // Some may have been deleted meanwhile.
    const there = replaced.filter(({ recording }) => this.#ports.library().recording(recording.id) !== undefined);
    this.#ports.review.replaceSections(there);
    if (missing.length > 0) onMissing(missing);
    return { recordings: there.length, sections: there.reduce((sum, { sections }) => sum + sections.length, 0) };
  }

  #known(all: ReadonlyMap<RecordingId, Detection>, id: RecordingId): Detection {
    return all.get(id) ?? this.of(undefined);
  }
}

/** What sections were found with, as the library keeps it. How they are played makes no other ones. */
export function settingsText({ marginDb, graceSeconds, minSeconds }: Thresholds): string {
  return `margin ${marginDb} grace ${graceSeconds} least ${minSeconds}`;
}

function definedOnly(
  own: Partial<{ [Key in keyof Detection]: Detection[Key] | undefined }> | undefined,
): Partial<Detection> {
  return Object.fromEntries(Object.entries(own ?? {}).filter(([, value]) => value !== undefined));
}
