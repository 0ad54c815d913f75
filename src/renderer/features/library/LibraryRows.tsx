import { ChevronRight, CircleDot, CircleStop, Ellipsis, Lock, Pause, Play, TriangleAlert, Volume2 } from 'lucide-react';
import { type ReactElement, useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { DaySummary, Gap, Recording } from '../../../shared/domain/recording.ts';
import { Badge } from '../../elements/Badge.tsx';
import { formatName, TEST_SIGNAL } from '../../format/audio.ts';
import { amount, count, size } from '../../format/quantity.ts';
import {
  dayTitle,
  duration,
  exactDuration,
  localDay,
  nearestSecond,
  relativeDay,
  shortDay,
  wallTime,
} from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { useDayReview } from '../../stores/dayReview.ts';
import { useLibrary } from '../../stores/library.ts';
import { lengthMs } from '../../format/recording.ts';
import { usePlayer } from '../../stores/player.ts';
import { openGapMs, openTotals } from './openTotals.ts';
import type { ArmingMark } from '../../stores/armingMarks.ts';
import { DayCoverage } from '../coverage/DayCoverage.tsx';
import { armingWords } from '../coverage/coverageWords.ts';
import { SeamMark } from '../coverage/SeamMark.tsx';
import { UploadMark } from '../uploads/UploadMark.tsx';
import { useDragOut } from '../exports/useDragOut.ts';
import { useOpenRecording, useSources } from '../../stores/sources.ts';
import { openLength } from '../sources/sourceWords.ts';
import { followedAt, shownEdge, shownEnd } from './shownTimes.ts';
import { causeWords, gapTone, dayTotals, detailBeyond, stateNote, zoneName } from './words.ts';

interface DayRowProps {
  readonly summary: DaySummary;
  readonly expanded: boolean;
}

export function DayCells({ summary, expanded }: DayRowProps): ReactElement {
  const now = useNow();
  const today = localDay(now);
  const open = useOpenTotals(summary.day);
  const gaps = useLibrary((state) => state.entries.get(summary.day)?.gaps);
  const totals = dayTotals(summary, { ...open, gapMs: openGapMs(gaps ?? [], now) });
  const near = relativeDay(summary.day, today);
  return (
    <div className="day-cell" role="gridcell" aria-colspan={5}>
      <ChevronRight className="day-chevron" data-expanded={expanded} size={16} aria-hidden />
      <h2 className="day-title ellipsis" title={`${dayTitle(summary.day)}, ${totals.recordings}`}>
        {near !== undefined && <strong>{near}</strong>}
        <span className="day-long">{dayTitle(summary.day)}</span>
        <span className="day-short ellipsis">{shortDay(summary.day)}</span>
      </h2>
      <DaySections day={summary.day} />
      <span className="day-count">{totals.recordings}</span>
      <span className="day-length" title="Total length">
        {totals.length}
      </span>
      <span className="day-size">{totals.size}</span>
      <DayCoverage
        day={summary.day}
        otherwise={
          totals.gaps !== '' && (
            <span className="day-gaps">
              <TriangleAlert size={12} aria-hidden />
              {totals.gaps}
            </span>
          )
        }
      />
    </div>
  );
}

/** How many sections a day has, and how far their review is. */
function DaySections({ day }: { readonly day: string }): ReactElement | null {
  const review = useDayReview(day);
  if (!review || review.total === 0) return null;
  const { total, reviewed, starred } = review;
  const progress = `${amount(reviewed)} of ${amount(total)} reviewed`;
  return (
    <span className="day-sections" title={`${count(total, 'section')}, ${progress}, ${amount(starred)} starred`}>
      {reviewed === 0 ? count(total, 'section') : progress}
      {starred > 0 && <span className="day-stars">, {amount(starred)} starred</span>}
    </span>
  );
}

/** What the open recordings of a day have captured beyond what the library has counted. */
function useOpenTotals(day: string): { ms: number; bytes: number } {
  const slots = useLibrary((state) => state.entries.get(day)?.slots);
  return useSources(
    useShallow(({ byId, justClosed }) => {
      const open = [...byId.values()].flatMap(({ status }) => status.recording ?? []);
      return openTotals([...open, ...justClosed.values()], slots ?? [], day);
    }),
  );
}

const isFinished = ({ state }: Recording): boolean => state === 'complete' || state === 'repaired';

interface RecordingRowProps {
  readonly recording: Recording;
  onPlay(): void;
  onMenu(event: { clientX: number; clientY: number }): void;
}

export function RecordingCells({ recording, onPlay, onMenu }: RecordingRowProps): ReactElement {
  const open = useOpenRecording(recording.sourceId, recording.id);
  const live = recording.state === 'recording' && open !== undefined;
  const note = stateNote(recording.state);
  const { startedAt, offsetMinutes } = recording;
  const drag = useDragOut(
    useMemo(() => (isFinished(recording) ? { kind: 'recordings', ids: [recording.id] } : undefined), [recording]),
    lengthMs(recording) / 1000,
  );
  return (
    <>
      <span className="cell-play" role="gridcell">
        <PlayButton recording={recording} onPlay={onPlay} />
      </span>
      <span className="cell-source" role="gridcell">
        <span className="ellipsis" title={recording.sourceName} {...drag}>
          {recording.sourceName}
        </span>
        {live && <Badge tone="recording">REC</Badge>}
        {recording.state === 'recording' && !live && (
          <Badge tone="neutral" title="The recorder no longer writes to this file; it is about to be finished.">
            Unfinished
          </Badge>
        )}
        {note && (
          <Badge tone="attention" title={note.explanation}>
            {note.word}
          </Badge>
        )}
        {recording.locked === true && (
          <Lock size={12} className="lock-mark" role="img" aria-label="Locked: it is not deleted" />
        )}
        <UploadMark id={recording.id} />
        {recording.sourceKind === 'generator' && <span className="test-signal narrow-only">{TEST_SIGNAL}</span>}
      </span>
      <span className="cell-time" role="gridcell" title={zoneName(recording)}>
        <SeamMark recording={recording} />
        {wallTime(startedAt, offsetMinutes)} → {live ? 'now' : <End recording={recording} />}
      </span>
      <span className="cell-length" role="gridcell">
        {live ? <LiveLength open={open} /> : duration(nearestSecond(lengthMs(recording)))}
      </span>
      <span
        className="cell-what ellipsis"
        role="gridcell"
        title={[formatName(recording.format), recording.title, note?.explanation].filter(Boolean).join('\n')}
      >
        {recording.sourceKind === 'generator' && <span className="test-signal">{TEST_SIGNAL}</span>}
        <span className="cell-format">{formatName(recording.format)}</span>
        {recording.title !== undefined && <span className="cell-title">{recording.title}</span>}
        {note && <span className="cell-note">{note.explanation}</span>}
      </span>
      <span className="cell-size" role="gridcell">
        {size(live ? Math.max(open.bytes, recording.bytes) : recording.bytes)}
      </span>
      <span className="cell-menu" role="gridcell">
        <button
          type="button"
          className="icon-button"
          tabIndex={-1}
          aria-label={`Actions for this recording of ${recording.sourceName}`}
          onClick={(event) => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            onMenu({ clientX: left, clientY: bottom });
          }}
        >
          <Ellipsis size={16} aria-hidden />
        </button>
      </span>
    </>
  );
}

function End({ recording }: { readonly recording: Recording }): ReactElement {
  const next = useLibrary(({ entries }) => followedAt(entries.get(recording.day), recording));
  return <>{wallTime(shownEnd(recording, next), recording.offsetMinutes)}</>;
}

function PlayButton({ recording, onPlay }: { recording: Recording; onPlay(): void }): ReactElement {
  const opened = usePlayer((state) => state.recording?.id === recording.id);
  return (
    <button
      type="button"
      className="icon-button row-play"
      data-opened={opened}
      tabIndex={-1}
      aria-label={`Play ${recording.sourceName}, ${wallTime(recording.startedAt, recording.offsetMinutes)}`}
      onClick={onPlay}
    >
      {opened ? <Volume2 size={14} aria-hidden /> : <Play size={14} aria-hidden />}
    </button>
  );
}

function LiveLength({ open }: { open: NonNullable<ReturnType<typeof useOpenRecording>> }): ReactElement {
  const now = useNow();
  return <>{duration(openLength(open, now))}</>;
}

interface GapRowProps {
  readonly gap: Gap;
  /** Of the recordings beside the gap; the computer's own where there are none. */
  readonly offsetMinutes: number | undefined;
}

export function GapCells({ gap, offsetMinutes }: GapRowProps): ReactElement {
  const offset = offsetMinutes ?? -new Date(gap.from).getTimezoneOffset();
  const { to } = gap;
  const cause = causeWords(gap.cause);
  const tone = gapTone(gap);
  const detail = detailBeyond(gap.cause, gap.detail);
  return (
    <>
      <span className="cell-play" role="gridcell">
        {tone === 'paused' && <Pause size={14} aria-hidden />}
        {tone === 'fault' && <TriangleAlert size={14} aria-hidden />}
      </span>
      <span className="cell-source" role="gridcell">
        <span className="ellipsis" title={gap.sourceName}>
          {gap.sourceName}
        </span>
        {tone === 'fault' ? (
          <Badge tone="attention">Gap</Badge>
        ) : (
          <Badge tone="neutral">{tone === 'paused' ? 'Paused' : 'Opening'}</Badge>
        )}
      </span>
      <span className="cell-time" role="gridcell">
        {wallTime(shownEdge(gap.from), offset)} → {to === undefined ? 'now' : wallTime(shownEdge(to), offset)}
      </span>
      <span className="cell-length" role="gridcell">
        {to === undefined ? <OpenGapLength from={gap.from} /> : exactDuration(to - gap.from)}
      </span>
      <span
        className="cell-what ellipsis"
        role="gridcell"
        aria-colspan={3}
        title={detail === '' ? `${cause}.` : `${cause}. ${detail}`}
      >
        {tone === 'fault' && <span className="cell-title">{cause}.</span>}
        <span>{tone === 'opening' ? 'The input is being opened.' : detail}</span>
      </span>
    </>
  );
}

function OpenGapLength({ from }: { readonly from: number }): ReactElement {
  return <>{duration(useNow() - from)}</>;
}

interface ArmingRowProps {
  readonly arming: ArmingMark;
  /** Of the recordings beside it; the computer's own where there are none. */
  readonly offsetMinutes: number | undefined;
}

/** Where somebody began or ended the recording of a source. */
export function ArmingCells({ arming, offsetMinutes }: ArmingRowProps): ReactElement {
  const offset = offsetMinutes ?? -new Date(arming.at).getTimezoneOffset();
  const words = armingWords(arming);
  return (
    <>
      <span className="cell-play" role="gridcell">
        {arming.what === 'began' ? <CircleDot size={14} aria-hidden /> : <CircleStop size={14} aria-hidden />}
      </span>
      <span className="cell-source" role="gridcell">
        <span className="ellipsis" title={arming.sourceName}>
          {arming.sourceName}
        </span>
      </span>
      <span className="cell-time" role="gridcell">
        {wallTime(arming.at, offset)}
      </span>
      <span className="cell-what ellipsis" role="gridcell" aria-colspan={4} title={words}>
        {words}
      </span>
    </>
  );
}
