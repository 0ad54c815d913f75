import { type EventPayload, on } from '../bridge/bridge.ts';
import type { SourceStatus } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';
import { alarmsStore } from './alarms.ts';
import { analysisStore } from './analysis.ts';
import { watchConnection } from './connection.ts';
import { coverageStore, followToday } from './coverage.ts';
import { showWanted } from './dialogs.ts';
import { dayReviewStore } from './dayReview.ts';
import { type FilterState, filterStore, isFiltered } from './filter.ts';
import { followExports } from './exports.ts';
import { followVisibility, keepMetersOf, meterOf, pushLevels, watchAgain } from './levels.ts';
import { libraryStore } from './library.ts';
import { followEvents } from './listening.ts';
import { markersStore } from './markers.ts';
import { attempt, noticesStore } from './notices.ts';
import { followOpening, showOpened } from './opening.ts';
import { orderedPeriod } from './period.ts';
import { playerStore } from './player.ts';
import { deck } from './playerDeck.ts';
import { followExplained } from './explanation.ts';
import { followSelection } from './playerLoop.ts';
import { followMarks } from './playerMarks.ts';
import { followRecording } from './playerView.ts';
import { reviewStore } from './review.ts';
import { settingsStore } from './settings.ts';
import { sourcesStore } from './sources.ts';
import { targetsStore } from './targets.ts';
import { timelineStore } from './timeline.ts';
import { followPlayer, titlesStore } from './titles.ts';
import { uploadsStore } from './uploads.ts';

/** Free space is asked for this often, ms. */
const STORAGE_INTERVAL_MS = 30_000;
/** Today's coverage is asked for this often, ms. */
const COVERAGE_INTERVAL_MS = 10_000;
/** Too short to be seen, long enough for all sources that cross a boundary at once. */
const STATUS_DELAY_MS = 30;

const queued = new Map<SourceId, SourceStatus>();

/** Every source tells of itself once a second: what comes together is shown together. */
function queueStatus(status: SourceStatus): void {
  if (queued.size === 0) {
    setTimeout(() => {
      const statuses = [...queued.values()];
      queued.clear();
      sourcesStore.getState().applyStatuses(statuses);
    }, STATUS_DELAY_MS);
  }
  queued.set(status.sourceId, status);
}

/** The days are made anew: what was known beside them goes into them again. */
async function loadLibrary(): Promise<void> {
  await libraryStore.getState().load();
  coverageStore.getState().allChanged();
}

function loadAll(): void {
  const settings = settingsStore.getState();
  void Promise.all([settings.load(), sourcesStore.getState().load(), loadLibrary()]);
  attempt(settings.loadStorage());
  void targetsStore.getState().load();
  attempt(uploadsStore.getState().load());
  attempt(alarmsStore.getState().load());
  attempt(analysisStore.getState().load());
  attempt(reviewStore.getState().load());
  timelineStore.getState().changed();
}

/** Sections of a day are others now, or are said to be something else. */
function sectionsChanged(day: string): void {
  reviewStore.getState().changed(day);
  dayReviewStore.getState().changed(day);
  timelineStore.getState().changed();
}

function verdictsChanged({ ids, verdict }: EventPayload<'verdicts.changed'>): void {
  const { events, current, applyVerdicts } = reviewStore.getState();
  const sections = [...events, ...(current ? [current] : [])].flatMap((event) => event.sections);
  for (const day of new Set(sections.filter(({ id }) => ids.includes(id)).map((section) => section.day))) {
    dayReviewStore.getState().changed(day);
  }
  applyVerdicts(ids, verdict);
  timelineStore.getState().changed();
}

/** Another filter holds: everything that it is about is asked for anew. */
function filterChanged({ filter: { fromDay, toDay } }: FilterState, { filter: before }: FilterState): void {
  dayReviewStore.getState().forget();
  const otherDays = fromDay !== before.fromDay || toDay !== before.toDay;
  if (otherDays && fromDay !== undefined && toDay !== undefined) {
    reviewStore.getState().show(orderedPeriod(fromDay, toDay));
  }
  void loadLibrary();
  reviewStore.getState().changed();
  timelineStore.getState().changed();
}

/** A new day begins: who looks at the day that was the newest, and plays nothing, sees the new one. */
function followNewestDay(): () => void {
  return libraryStore.subscribe(({ days: [newest] }, { days: [before] }) => {
    const { period, current, show } = reviewStore.getState();
    if (newest === undefined || newest === before || current || isFiltered(filterStore.getState().filter)) return;
    if (before === undefined || (period.fromDay === before && period.toDay === before)) {
      show({ fromDay: newest, toDay: newest });
    }
  });
}

/** Fills the stores and keeps them in step with the studio. Returns the end of it. */
export function startStores(): () => void {
  const ends = [
    on('sources.status', (status) => {
      queueStatus(status);
      if (status.state !== 'recording') meterOf(status.sourceId).reset();
    }),
    on('sources.changed', () => void sourcesStore.getState().load()),
    on('levels', pushLevels),
    on('recordings.opened', (recording) => {
      libraryStore.getState().applyRecording(recording);
      coverageStore.getState().changed(recording.day);
      timelineStore.getState().changed();
    }),
    on('recordings.changed', (recording) => {
      libraryStore.getState().applyRecording(recording);
      coverageStore.getState().changed(recording.day);
    }),
    on('recordings.removed', ({ recordings }) => {
      libraryStore.getState().remove(recordings);
      playerStore.getState().removed(recordings.map(({ id }) => id));
      for (const day of new Set(recordings.map((recording) => recording.day))) {
        coverageStore.getState().changed(day);
        sectionsChanged(day);
      }
    }),
    on('recordings.closed', (recording) => {
      libraryStore.getState().applyRecording(recording);
      playerStore.getState().applyRecording(recording);
      timelineStore.getState().changed();
      coverageStore.getState().changed(recording.day);
      attempt(settingsStore.getState().loadStorage());
    }),
    on('titles.added', (title) => titlesStore.getState().apply(title)),
    on('alarms.changed', (alarm) => alarmsStore.getState().apply(alarm)),
    on('sections.changed', ({ day }) => sectionsChanged(day)),
    on('verdicts.changed', verdictsChanged),
    on('markers.changed', ({ marker, removed }) => markersStore.getState().apply(marker, removed)),
    on('analysis.progress', (state) => analysisStore.getState().apply(state)),
    filterStore.subscribe(filterChanged),
    followNewestDay(),
    followEvents(),
    on('gaps.changed', (gap) => {
      timelineStore.getState().changed();
      libraryStore.getState().applyGap(gap);
      coverageStore.getState().changed(gap.day);
    }),
    on('targets.changed', () => void targetsStore.getState().load()),
    on('uploads.changed', ({ uploads }) => uploadsStore.getState().apply(uploads)),
    on('uploads.removed', ({ ids }) => uploadsStore.getState().applyRemoved(ids)),
    on('transfers.changed', ({ transfers }) => uploadsStore.getState().applyTransfers(transfers)),
    on('settings.changed', (settings) => settingsStore.getState().apply(settings)),
    on('rescan.progress', (progress) => {
      settingsStore.getState().applyRescan(progress);
      if (progress.done) void loadLibrary();
    }),
    on('desktop.dialogWanted', ({ dialog }) => showWanted(dialog)),
    on('notice', ({ severity, message }) => noticesStore.getState().show(severity, message)),
    sourcesStore.subscribe((state, before) => {
      if (state.ids !== before.ids) keepMetersOf(state.ids);
    }),
    followVisibility(),
    followExports(),
    followOpening(),
    () => deck.close(),
    followPlayer(),
    followRecording(),
    followMarks(),
    followSelection(() => playerStore.getState().selected()),
    followExplained(),
    followToday(COVERAGE_INTERVAL_MS),
    watchConnection(() => {
      loadAll();
      watchAgain();
    }),
  ];
  const storage = setInterval(() => {
    if (document.visibilityState === 'visible') attempt(settingsStore.getState().loadStorage());
  }, STORAGE_INTERVAL_MS);
  ends.push(() => clearInterval(storage));
  loadAll();
  attempt(showOpened());
  return () => {
    for (const end of ends) end();
  };
}
