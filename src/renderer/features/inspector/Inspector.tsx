import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { IconButton } from '../../elements/Button.tsx';
import { classes } from '../../elements/classes.ts';
import { formatName } from '../../format/audio.ts';
import { size } from '../../format/quantity.ts';
import { dayTitle, duration, nearestSecond, wallTime } from '../../format/time.ts';
import { shownEnd } from '../library/shownTimes.ts';
import { inspectorStore, useInspector } from '../../stores/inspector.ts';
import { usePlayer } from '../../stores/player.ts';
import { useLength } from '../../stores/playerLength.ts';
import { usePlayerMarks } from '../../stores/playerMarks.ts';
import { useOpenRecording } from '../../stores/sources.ts';
import { MarkerList } from './MarkerList.tsx';
import { SectionFacts } from './SectionFacts.tsx';
import { useNarrow } from './useNarrow.ts';
import './inspector.css';

/** Right: why the section is here, what a person says of it, and what is known of its recording. */
export function Inspector(): ReactElement | null {
  const recording = usePlayer((state) => state.recording);
  const clip = usePlayer((state) => state.clip);
  const shown = useInspector((state) => state.shown);
  const over = useInspector((state) => state.over);
  const narrow = useNarrow();
  const chosen = clip?.parts[clip.part];
  const known = usePlayerMarks(({ sections }) => sections.find(({ id }) => id === chosen?.id));
  if (!recording || (narrow ? !over : !shown)) return null;
  const section = known ?? chosen;
  return (
    <aside className={classes('inspector', narrow && 'inspector-over')} aria-label="Details" id="inspector">
      <header className="inspector-head">
        <h2>Details</h2>
        <IconButton label="Close the details" keys="V" onClick={() => inspectorStore.getState().close()}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      <div className="inspector-body">
        {section && <SectionFacts key={section.id} section={section} />}
        <MarkerList recording={recording} />
        <RecordingFacts recording={recording} />
      </div>
    </aside>
  );
}

function RecordingFacts({ recording }: { readonly recording: Recording }): ReactElement {
  const length = useLength(recording);
  const open = useOpenRecording(recording.sourceId, recording.id);
  const { startedAt, offsetMinutes } = recording;
  return (
    <section className="inspector-part">
      <h3>Recording</h3>
      <dl className="facts">
        <dt>Source</dt>
        <dd>{recording.sourceName}</dd>
        <dt>Day</dt>
        <dd>{dayTitle(recording.day)}</dd>
        <dt>Time</dt>
        <dd>
          {wallTime(startedAt, offsetMinutes)} →{' '}
          {recording.state === 'recording' ? 'now' : wallTime(shownEnd(recording, undefined), offsetMinutes)}
        </dd>
        <dt>Zone</dt>
        <dd>{recording.zone}</dd>
        <dt>Length</dt>
        <dd>{duration(nearestSecond(length * 1000))}</dd>
        <dt>Format</dt>
        <dd>{formatName(recording.format)}</dd>
        <dt>Size</dt>
        <dd>{size(Math.max(recording.bytes, open?.bytes ?? 0))}</dd>
        <dt>File</dt>
        <dd className="selectable facts-path">{recording.path}</dd>
      </dl>
    </section>
  );
}
