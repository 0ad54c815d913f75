import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { AnalysisState, Envelope, Explanation } from '../../shared/contract/review.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Detection, FoundSection } from '../../shared/domain/section.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import type { AnalysedRecording } from '../library/analysisStore.ts';
import { type EnvelopeData, envelopeView, explain } from '../analysis/envelopeView.ts';
import { readLevels } from '../analysis/levelsCache.ts';
import { findFfmpeg } from '../clips/findFfmpeg.ts';
import type { PeakPairs } from '../containers/scan/pcmScan.ts';
import type { RecorderEvent } from '../recorder/protocol.ts';
import { AnalysisQueue } from './analysisQueue.ts';
import { keptFiles, levelsFile, removeIfThere } from './analysisFiles.ts';
import { type DetectionPorts, Detections, type DetectionScope, PAGE, settingsText, UNREADABLE } from './detections.ts';
import type { Emitter } from './emitter.ts';
import { GrowingRecordings } from './growingRecordings.ts';
import { LiveEnvelopes } from './liveEnvelopes.ts';
import type { StudioPorts } from './studio.ts';

/** The first look at what is there waits until the program has settled, ms. */
const FIRST_LOOK_MS = 1500;

export interface AnalysisPorts
  extends DetectionPorts, Pick<StudioPorts, 'fileSystem' | 'clock' | 'log' | 'dataFolder' | 'power'> {
  readonly events: Emitter;
}

/** Envelopes, and the sections that are found in them: while recording, afterwards, and with other settings. */
export class Analysis {
  readonly detections: Detections;
  readonly #ports: AnalysisPorts;
  readonly #queue: AnalysisQueue;
  readonly #live: LiveEnvelopes;
  readonly #growing: GrowingRecordings;
  readonly #work = new Set<Promise<unknown>>();
  readonly #ends: (() => void)[] = [];
  #first: NodeJS.Timeout | undefined;
  #stopped = true;
  #detection: Detection | undefined;

  constructor(ports: AnalysisPorts) {
    this.#ports = ports;
    this.detections = new Detections(ports);
    this.#queue = new AnalysisQueue({
      log: ports.log,
      recording: (id) => ports.library().recording(id),
      analyse: async (recording, work) => {
        const detection = this.detections.of(recording.sourceId);
        this.#replace(recording, await ports.analyst.analyse(recording, detection, work), false, detection);
      },
      onUnreadable: ({ id, sourceId, day }) =>
        ports.review.replaceSections([
          { recording: { id, sourceId, day }, sections: [], live: false, settings: UNREADABLE },
        ]),
      findDecoder: () => findFfmpeg(),
      isOnBattery: () => !ports.settingsStore.read().settings.analyseOnBattery && ports.power?.onBattery() === true,
      tell: (state) => ports.events.emit('analysis.progress', state),
    });
    this.#live = new LiveEnvelopes({
      ...ports,
      thresholds: ({ sourceId }) => this.detections.of(sourceId),
      onSections: (recording, sections, live) => this.#replace(recording, sections, live),
    });
    this.#growing = new GrowingRecordings({
      ...ports,
      scan: (growth, signal) => ports.analyst.grow(growth, signal),
      isHeld: () => this.#queue.isHeld,
      heard: (event) => this.#live.heard(event),
    });
  }

  get state(): AnalysisState {
    return this.#queue.state;
  }

  start(): void {
    const { events, power, settingsStore } = this.#ports;
    this.#stopped = false;
    this.#detection = settingsStore.read().settings.detection;
    this.#ends.push(
      events.on((name, payload) => {
        if (name === 'settings.changed') this.#settingsChanged();
        if (name === 'rescan.progress' && 'done' in payload && payload.done === true) this.#own(this.#survey());
      }),
    );
    if (power) this.#ends.push(power.onChange(() => this.#queue.reconsider()));
    if (settingsStore.read().analysisPaused === true) this.#queue.pause(true);
    this.#queue.start();
    this.#growing.start();
    this.#first = setTimeout(() => this.#own(this.#survey()), FIRST_LOOK_MS);
    this.#first.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#first);
    for (const end of this.#ends.splice(0)) end();
    this.detections.changed();
    await this.#growing.stop();
    await this.#queue.stop();
    await Promise.allSettled(this.#work);
    await this.#live.forget();
  }

  /** Stays over a restart. */
  pause(paused: boolean): AnalysisState {
    const { settingsStore } = this.#ports;
    settingsStore.write({ ...settingsStore.read(), analysisPaused: paused });
    this.#queue.pause(paused);
    return this.state;
  }

  /** What the recorder measured. */
  heard(event: Extract<RecorderEvent, { type: 'envelope' }>): void {
    this.#live.heard(event);
  }

  /** A recording was opened, changed, or closed. */
  follow(recording: Recording): void {
    if (recording.state !== 'recording') return this.#own(this.#closed(recording));
    this.#live.follow(recording);
    this.#growing.follow(recording);
  }

  /** What was being recorded is mended by the next recorder, and analysed then. */
  recorderEnded(sourceIds: readonly SourceId[]): void {
    this.#growing.forget(sourceIds);
    this.#own(this.#live.forget(sourceIds));
  }

  /** Own settings of a source have changed. */
  sourceChanged(before: Detection, id: DetectionScope['sourceId']): void {
    if (settingsText(before) === settingsText(this.detections.of(id))) return;
    this.detections.changed();
    this.#own(this.#detectOutdated());
  }

  detect(scope: DetectionScope): Promise<{ readonly recordings: number; readonly sections: number }> {
    return this.detections.detect(scope, false, (missing) => this.#queue.add(missing));
  }

  /** CONFLICT while it has none. */
  async envelope(
    recording: Recording,
    stretch: { readonly fromSeconds: number; readonly toSeconds: number; readonly points: number },
  ): Promise<Envelope> {
    return envelopeView(await this.#data(recording), stretch, this.detections.of(recording.sourceId).marginDb);
  }

  /** CONFLICT while it has no envelope. */
  async explain(recording: Recording, atSeconds: number): Promise<Explanation> {
    const found = explain(await this.#data(recording), this.detections.of(recording.sourceId), atSeconds);
    if (!found) throw new LongtakeError('CONFLICT', 'There is nothing in this recording to explain yet.');
    return found;
  }

  /** Complete windows of the peaks of what is being recorded, as far as they were measured. */
  livePeaks(id: RecordingId, resolution: number, first: number, end: number): Promise<PeakPairs> {
    return this.#live.peaks(id, resolution, first, end);
  }

  async #data(recording: Recording): Promise<EnvelopeData> {
    const live = this.#live.envelope(recording.id);
    if (live) return live;
    const kept = await readLevels(levelsFile(this.#ports.dataFolder, recording.id));
    if (kept) return kept;
    if (recording.state !== 'recording' && recording.state !== 'damaged') this.#queue.add([recording]);
    throw new LongtakeError('CONFLICT', 'This recording is not analysed yet. Try again in a while.');
  }

  async #closed(recording: Recording): Promise<void> {
    await this.#growing.finish(recording);
    if (await this.#live.close(recording)) return;
    if (recording.state === 'complete' || recording.state === 'repaired') this.#queue.add([recording]);
  }

  #replace(
    { id, sourceId, day }: Recording,
    sections: readonly FoundSection[],
    live: boolean,
    detection = this.detections.of(sourceId),
  ): void {
    try {
      const settings = settingsText(detection);
      this.#ports.review.replaceSections([{ recording: { id, sourceId, day }, sections, live, settings }]);
    } catch (error) {
      // Envelopes are kept: the next look finds what the library does not have.
      this.#ports.log.error('The sections of a recording could not be kept.', { id, error: String(error) });
    }
  }

  #settingsChanged(): void {
    const { detection } = this.#ports.settingsStore.read().settings;
    const isOther = !isDeepStrictEqual(detection, this.#detection);
    this.#detection = detection;
    this.#queue.reconsider();
    if (!isOther) return;
    this.detections.changed();
    this.#own(this.#detectOutdated());
  }

  async #detectOutdated(): Promise<void> {
    await this.detections.detect({}, true, (missing) => this.#queue.add(missing));
  }

  /** Finds what has no envelope, what was detected with other settings, and what is kept of recordings that are gone. */
  async #survey(): Promise<void> {
    const { fileSystem, dataFolder, library } = this.#ports;
    const kept = await keptFiles(fileSystem, dataFolder);
    const withLevels = new Set(kept.flatMap(({ id, isLevels }) => (isLevels ? [id] : [])));
    let after: AnalysedRecording | undefined;
    do {
      if (this.#stopped) return;
      const page = library().analysis.page({ after, limit: PAGE });
      this.#queue.add(
        page.filter(({ id, settings }) => settings === undefined || (settings !== UNREADABLE && !withLevels.has(id))),
      );
      after = page.length === PAGE ? page.at(-1) : undefined;
      await nextTurn();
    } while (after);
    await this.#prune(kept);
    await this.#detectOutdated();
  }

  async #prune(kept: Awaited<ReturnType<typeof keptFiles>>): Promise<void> {
    const { fileSystem, library } = this.#ports;
    for (const { path, id } of kept) {
      if (this.#stopped) return;
      const recording = id as RecordingId;
      const isWanted =
        library().recording(recording) !== undefined ||
        library().keeping.removed(recording)?.trash !== undefined ||
        this.#live.has(recording);
      if (!isWanted) await removeIfThere(fileSystem, path);
    }
  }

  /** Work that nobody waits for but {@link stop}. */
  #own(work: Promise<unknown>): void {
    const told = work.catch((error: unknown) => {
      if (!this.#stopped) this.#ports.log.error('The analysis has a problem.', { error: String(error) });
    });
    this.#work.add(told);
    void told.then(() => this.#work.delete(told));
  }
}
