import { join, resolve } from 'node:path';
import type { EventName, EventPayload } from '../../shared/contract/events.ts';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Desktop } from '../../shared/ports/desktop.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { KeepAwake } from '../../shared/ports/keepAwake.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Notifier } from '../../shared/ports/notifier.ts';
import type { PowerState } from '../../shared/ports/powerState.ts';
import type { ProcessHost } from '../../shared/ports/processHost.ts';
import type { Secrets } from '../../shared/ports/secrets.ts';
import type { SettingsStore } from '../../shared/ports/settingsStore.ts';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import type { SourceId } from '../../shared/units.ts';
import { leftArmed } from '../library/leftArmed.ts';
import { type Library, openLibrary } from '../library/library.ts';
import { DAMAGED_LIBRARY } from '../library/libraryError.ts';
import type { ArmTerms, RecorderEvent } from '../recorder/protocol.ts';
import { Alarms } from './alarms.ts';
import type { AppInfo } from './appInfo.ts';
import { Analysis } from './analysis.ts';
import { framesFolder } from './analysisFiles.ts';
import { Analyst } from './analyst.ts';
import { createArming } from './arming.ts';
import { cardKey } from './cardKey.ts';
import type { Armings } from './armings.ts';
import { endAtLongest } from './controls.ts';
import { DeviceWatch } from './deviceWatch.ts';
import { DiskNotices } from './diskNotices.ts';
import { Drills } from './drill/drills.ts';
import { Emitter } from './emitter.ts';
import { CatalogueWriter } from './catalogueWriter.ts';
import { createExporting, type Exporting } from './exports/exporting.ts';
import { createHandlers } from './handlers.ts';
import { Hooks } from './hooks/hooks.ts';
import { Interruptions } from './interruptions.ts';
import { Keeping } from './keeping.ts';
import { KeyedLock } from './keyedLock.ts';
import { LibraryCheck } from './libraryCheck.ts';
import { Media } from './media.ts';
import { moveLogins } from './moveLogins.ts';
import { Probers } from './probers.ts';
import { Recorders } from './recorders.ts';
import { Review } from './review.ts';
import { scanKnownFolders } from './scanning.ts';
import { Sources } from './sources.ts';
import { createUploads, type UploadParts } from './uploads/createUploads.ts';
import { Wakefulness } from './wakefulness.ts';
import { writeCueAgain } from './titles.ts';

export interface StudioPorts {
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly processHost: ProcessHost;
  readonly secrets: Secrets;
  readonly notifier: Notifier;
  readonly log: Log;
  readonly settingsStore: SettingsStore;
  /** What holds for a source in this run, beside its configuration. */
  readonly armTerms?: (id: SourceId) => ArmTerms;
  /**
   * Another studio records into the same folder at the same time: what sources of others left open there is theirs to
   * mend, and what else is there is nobody's to look for.
   */
  readonly sharesFolder?: boolean;
  /** Answers, and does nothing by itself: records, watches, sends, deletes and analyses nothing. Shares its folder. */
  readonly idle?: boolean;
  /** Folder for the catalogue and caches, absolute. */
  readonly dataFolder: string;
  readonly appInfo: AppInfo;
  readonly desktop: Desktop;
  /** Where the log files are, absolute; absent where the log goes elsewhere. */
  readonly logFolder?: string;
  /** Absent where the computer cannot be kept awake. */
  readonly keepAwake?: KeepAwake;
  /** Absent where it cannot be known. */
  readonly power?: PowerState;
}

export interface Studio {
  /** Answers the contract; every face uses these. */
  readonly handlers: Handlers;
  /** Returns a function that ends the subscription. */
  onEvent(listener: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void): () => void;
  /** Audio to be served, by its address: see {@link Media}. */
  readonly media: Pick<Media, 'open'>;
  /** Number of sources that are armed now. */
  armedCount(): number;
  /** Opens the library, mends what was interrupted, starts the recorder and arms what was armed. */
  start(): Promise<void>;
  /** Closes every file and ends every child; at most about 5 s. */
  stop(): Promise<void>;
}

/** The parts that handlers work with. */
export interface StudioParts extends UploadParts {
  readonly ports: StudioPorts;
  readonly events: Emitter;
  readonly sources: Sources;
  readonly recorder: Recorders;
  readonly probers: Probers;
  readonly deviceWatch: DeviceWatch;
  readonly analyst: Analyst;
  readonly analysis: Analysis;
  readonly alarms: Alarms;
  readonly hooks: Hooks;
  readonly library: () => Library;
  /** For what must not fail because of the library. */
  readonly catalogue: CatalogueWriter;
  readonly interruptions: Interruptions;
  readonly armings: Armings;
  readonly keeping: Keeping;
  readonly exporting: Exporting;
  readonly drills: Drills;
  readonly review: Review;
  readonly media: Media;
  /** Held while a source is armed, disarmed, changed or moved. */
  readonly lock: KeyedLock<SourceId>;
}

/** Builds the studio of its rooms. Nothing runs before {@link Studio.start}. */
export function createStudio(ports: StudioPorts): Studio {
  const events = new Emitter();
  const log = ports.log.scoped('studio');
  const sources = new Sources({ ...ports, emit: events.emit });
  const analyst = new Analyst({ ...ports, log, emit: events.emit });
  let opened: Library | undefined;
  const library = (): Library => {
    if (!opened) throw new LongtakeError('CONFLICT', 'The library is not open yet. Try again in a moment.');
    return opened;
  };

  const catalogue = new CatalogueWriter(library, log);
  const interruptions = new Interruptions();
  const lock = new KeyedLock<SourceId>();
  const wakefulness = new Wakefulness(
    ports.keepAwake,
    () => ports.settingsStore.read().settings.keepAwake && sources.armed().length > 0,
  );
  events.on((name) => {
    if (name === 'sources.status' || name === 'settings.changed') wakefulness.look();
  });
  const diskNotices = new DiskNotices(events.emit, log);
  const keeping = new Keeping({
    ...ports,
    log,
    events,
    sources,
    library,
    onPurged: (id) => uploads.recordingGone(id),
  });
  const exporting = createExporting(ports, { log, emit: events.emit, library });
  const review = new Review({ ...ports, events, library, ledger: keeping.ledger });
  const { targets, uploads } = createUploads(ports, { events, sources, library });
  keeping.addVeto((recording) => uploads.veto(recording));
  const media = new Media({
    fileSystem: ports.fileSystem,
    library,
    indexes: { folder: framesFolder(ports.dataFolder), log },
  });
  const analysis = new Analysis({
    ...ports,
    log: ports.log.scoped('analysis'),
    events,
    sources,
    analyst,
    library,
    review,
  });
  const hooks = new Hooks({ ports, log: ports.log.scoped('hooks'), events, library, review });
  const alarms = new Alarms({
    ports,
    hooks,
    log: ports.log.scoped('alarms'),
    events,
    sources,
    analyst,
    library,
    coverage: (id, since) => keeping.coverageNow(id, since),
    catalogue,
  });

  /** A library that cannot be read now must not keep anything from being recorded. */
  function unfinished() {
    try {
      const ours = ({ sourceId }: { readonly sourceId: SourceId }): boolean =>
        ports.sharesFolder !== true || sources.configs().some(({ id }) => id === sourceId);
      return { recordings: library().unfinished().filter(ours), gaps: library().openGaps().filter(ours) };
    } catch (error) {
      log.error('What was interrupted cannot be looked up; it is mended at the next start.', { error: String(error) });
      return { recordings: [], gaps: [] };
    }
  }

  const recorder = new Recorders({
    processHost: ports.processHost,
    log,
    plan: () => ports.settingsStore.read().settings,
    interrupted: () => ({ ...unfinished(), left: interruptions.list() }),
    armed: () => sources.armed(),
    armedSource: async (id) => {
      const source = await sources.armedSource(id);
      const armedAt = sources.armedAt(id);
      return armedAt === undefined ? undefined : { source, armedAt };
    },
    cardOf: (id) => cardKey(sources.config(id)),
    onArmFailed: (id, error) => {
      log.error('A source could not be armed; it is tried again.', { sourceId: id, error: String(error) });
      sources.setArmFailed(id, error);
    },
    onCrash: (ids) => {
      analysis.recorderEnded(ids);
      interruptions.crashed(
        ids.map((id) => sources.status(id)),
        ports.clock.now(),
      );
      sources.setInterrupted(ids);
    },
    onEvent: (event) => onRecorderEvent(event),
    lock,
  });

  const probers = new Probers({ ...ports, log, emit: events.emit });
  const deviceWatch = new DeviceWatch({
    probers,
    recorder,
    emit: events.emit,
    armed: () => sources.armed().map((id) => ({ config: sources.config(id), status: sources.status(id) })),
    platform: ports.appInfo.platform,
  });
  events.on((name) => {
    if (name === 'sources.status') deviceWatch.heed();
  });

  const parts: StudioParts = {
    ports: { ...ports, log },
    events,
    sources,
    recorder,
    probers,
    deviceWatch,
    analyst,
    analysis,
    alarms,
    hooks,
    library,
    catalogue,
    interruptions,
    armings: sources.armings,
    keeping,
    review,
    media,
    targets,
    uploads,
    exporting,
    drills: new Drills({ ports, events, sources, createStudio }),
    lock,
  };
  const arming = createArming(parts);
  const armedNow = (id: SourceId): boolean => sources.armed().includes(id);

  function onRecorderEvent(event: RecorderEvent): void {
    switch (event.type) {
      case 'statuses':
        for (const status of event.statuses) {
          interruptions.heard(status);
          // A last word may arrive after the source was disarmed or removed.
          if (armedNow(status.sourceId)) sources.setStatus(status);
        }
        return;
      case 'disk':
        diskNotices.heard(event);
        if (!event.full) void keeping.mendAgain();
        return;
      case 'reached':
        void endAtLongest(parts, arming, event.sourceId).catch((error: unknown) =>
          log.error('A source that has recorded its maximum length could not be stopped.', { error: errorText(error) }),
        );
        return;
      case 'recording':
        if (sources.isLimited(event.recording.sourceId)) sources.armings.heard(event.recording);
        catalogue.saveRecording(event.recording);
        uploads.heard(event.recording);
        tellRecording(event.recording);
        analyst.followRecording(event.recording);
        analysis.follow(event.recording);
        if (event.recording.state === 'repaired') void writeCueAgain(parts, event.recording);
        return;
      case 'title':
        catalogue.saveTitle(event.title, event.heardAt);
        events.emit('titles.added', event.title);
        return;
      case 'gap':
        catalogue.saveGap(event.gap);
        events.emit('gaps.changed', event.gap);
        return;
      case 'arming':
        keeping.noteArming(event.entry);
        return;
      case 'envelope':
        analysis.heard(event);
        return;
      case 'levels':
        events.emit('levels', [...event.levels]);
        return;
      case 'signals':
        alarms.onSignals(event.signals);
        return;
      case 'log':
        ports.log.scoped('recorder')[event.level](event.message, event.data);
        return;
      default:
    }
  }

  /** The recorder does not know what a person locked. */
  function tellRecording(recording: Recording): void {
    const known = opened?.recording(recording.id);
    const told = known?.locked === true ? { ...recording, locked: true } : recording;
    events.emit(recording.state === 'recording' ? 'recordings.opened' : 'recordings.closed', told);
  }

  const libraryFile = join(ports.dataFolder, 'library.db');
  const libraryCheck = new LibraryCheck({ processHost: ports.processHost, log, path: libraryFile });

  async function openCatalogue(): Promise<void> {
    const isSound = await libraryCheck.isSound();
    const { library: found, unchecked, setAside } = openLibrary(libraryFile, log, { isSound });
    opened = found;
    if (unchecked) {
      libraryCheck.later(() => {
        found.noteDamage();
        events.emit('notice', { severity: 'error', message: DAMAGED_LIBRARY });
      });
    }
    if (setAside !== undefined) {
      const message = `The library could not be read. It was kept as ${setAside} and is rebuilt from the recordings folder.`;
      log.error(message);
      events.emit('notice', { severity: 'warning', message });
    }
    for (const config of sources.configs()) found.saveSource(config);
  }

  /** What happened after the program last ended without a word. A ledger that cannot be read stops nothing. */
  async function heedLedger(root: string, resumed: readonly SourceId[]): Promise<void> {
    try {
      const behind: Gap[] = [];
      await library().catchUp({ root, fileSystem: ports.fileSystem, onBehind: (gap) => behind.push(gap) });
      if (ports.sharesFolder !== true && ports.idle !== true) await keeping.tellLedger(root, behind);
      for (const [id, until] of await leftArmed(root, ports.fileSystem)) {
        interruptions.begin(id, until);
        if (!resumed.includes(id) && ports.sharesFolder !== true) keeping.endArming(root, id, until);
      }
    } catch (error) {
      log.error('The ledger could not be read.', { root, error: String(error) });
    }
  }

  const handlers = createHandlers(parts, arming);

  return {
    handlers,
    onEvent: (listener) => events.on(listener),
    armedCount: () => sources.armed().length,
    media,
    start: async () => {
      if (ports.idle !== true) recorder.prepare();
      await ports.fileSystem.makeFolder(ports.dataFolder);
      await openCatalogue();
      const { settings } = ports.settingsStore.read();
      const root = resolve(settings.recordingsFolder);
      if (ports.idle === true) {
        await heedLedger(root, []);
        uploads.start({ sends: false });
        return;
      }
      hooks.start();
      alarms.start();
      await moveLogins(sources, log);
      const resumed = sources.armedAtStart(settings);
      await heedLedger(root, resumed);
      sources.resume(resumed);
      sources.armings.keep(sources.armed());
      uploads.start();
      await recorder.start();
      if (ports.sharesFolder === true) return;
      parts.drills.start();
      keeping.start();
      analysis.start();
      await exporting.readyCuts.prune();
      void scanKnownFolders(parts, root);
    },
    stop: async () => {
      probers.stopPreview();
      deviceWatch.stop();
      await Promise.all([recorder.stop('quit'), parts.drills.stop()]);
      wakefulness.end();
      libraryCheck.stop();
      // What has reached the queue by now goes on at the next start.
      await Promise.all([uploads.stop(), alarms.stop().then(() => hooks.stop())]);
      const analysed = analysis.stop();
      // A disk that hangs holds the analyst up, and must not hold up the end.
      analyst.stop();
      await analysed;
      await exporting.stop();
      await keeping.stop();
      catalogue.close();
      opened?.close();
      opened = undefined;
    },
  };
}
