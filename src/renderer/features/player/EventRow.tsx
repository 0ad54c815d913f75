import { ArrowRightToLine, Check, ChevronFirst, ChevronLast, FileAudio, Star, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Section, SoundEvent, Verdict } from '../../../shared/domain/section.ts';
import { Button, IconButton } from '../../elements/Button.tsx';
import { classes } from '../../elements/classes.ts';
import { Menu } from '../../elements/Menu.tsx';
import { wallTimeTenths } from '../../format/time.ts';
import { attempt } from '../../stores/notices.ts';
import { type Playing, usePlayer, playerStore } from '../../stores/player.ts';
import { useSelection } from '../../stores/selection.ts';
import { CutButtons } from '../exports/SelectionExport.tsx';
import { usePlayerMarks } from '../../stores/playerMarks.ts';
import { judge } from '../../stores/playerVerdict.ts';
import { runPlayerCommand } from './playerCommands.ts';
import './eventRow.css';

/** What is played as a clip: where it stands, what is said of it, and where to go from here. */
export function EventRow({ clip }: { readonly clip: Playing }): ReactElement | null {
  const place = usePlayer((state) => state.place);
  const autoAdvance = usePlayer((state) => state.autoAdvance);
  const inFile = usePlayer((state) => state.inFile);
  const chosen = clip.parts[clip.part];
  const known = usePlayerMarks(({ sections }) => sections.find(({ id }) => id === chosen?.id));
  const section = known ?? chosen;
  const isSelected = useSelection(({ selection }) => selection !== undefined);
  if (!section) return null;
  return (
    <div className="event-row" role="group" aria-label="Section">
      <IconButton label="Previous section" keys="J" onClick={() => runPlayerCommand('previousEvent')}>
        <ChevronFirst size={16} aria-hidden />
      </IconButton>
      <p className="event-place" role="status">
        {place ? (
          <>
            {place.index + 1} <span className="event-of">of {place.total}</span>
          </>
        ) : (
          'Section'
        )}
      </p>
      <IconButton label="Next section" keys="K" onClick={() => runPlayerCommand('nextEvent')}>
        <ChevronLast size={16} aria-hidden />
      </IconButton>
      <p className="event-what ellipsis">
        <span className="event-score">+{Math.round(section.score)} dB</span>
        <span>{wallTimeTenths(section.from, section.offsetMinutes)}</span>
        {section.label !== undefined && <span className="ellipsis">{section.label}</span>}
      </p>
      <Heard event={clip.event} section={section} />
      <Verdicts section={section} event={clip.event} />
      {!isSelected && <CutButtons what="this section" />}
      <button
        type="button"
        className="toggle"
        aria-pressed={autoAdvance}
        title="Play the next section by itself (A)"
        onClick={() => runPlayerCommand('autoAdvance')}
      >
        <ArrowRightToLine size={14} aria-hidden />
        <span>Auto</span>
      </button>
      <Button
        look="quiet"
        className="event-in-file"
        disabled={inFile}
        title="Go on in the recording at this position (F)"
        onClick={() => runPlayerCommand('openInFile')}
      >
        <FileAudio size={14} aria-hidden />
        <span>Open in file</span>
      </Button>
    </div>
  );
}

/** The same event as another source heard it. */
function Heard({ event, section }: { readonly event: SoundEvent; readonly section: Section }): ReactElement | null {
  const sources = new Map(event.sections.map((heard) => [heard.sourceId, heard]));
  if (sources.size < 2) return null;
  return (
    <Menu
      label="Heard on"
      items={[...sources.values()].map((heard) => ({
        label: `${heard.sourceName}, +${Math.round(heard.score)} dB`,
        icon: heard.sourceId === section.sourceId ? <Check size={14} /> : undefined,
        onSelect: () => attempt(playerStore.getState().playEvent(event, undefined, heard.sourceId)),
      }))}
    >
      <Button look="quiet">Heard on {sources.size} sources</Button>
    </Menu>
  );
}

const VERDICTS = [
  { verdict: 'keep', label: 'Keep', keys: 'Y', Icon: Check },
  { verdict: 'discard', label: 'Discard', keys: 'N', Icon: Trash2 },
  { verdict: 'star', label: 'Star', keys: 'S', Icon: Star },
] as const satisfies readonly { verdict: Verdict; label: string; keys: string; Icon: typeof Check }[];

function Verdicts({ section, event }: { readonly section: Section; readonly event: SoundEvent }): ReactElement {
  const said = section.verdict;
  return (
    <div className="event-verdicts" role="group" aria-label="Verdict">
      {VERDICTS.map(({ verdict, label, keys, Icon }) => (
        <button
          key={verdict}
          type="button"
          className={classes('toggle', `toggle-${verdict}`)}
          aria-pressed={said === verdict}
          aria-keyshortcuts={keys}
          onClick={() => attempt(judge(event, verdict))}
        >
          <Icon size={14} aria-hidden />
          <span>{label}</span>
          <kbd className="key" aria-hidden>
            {keys}
          </kbd>
        </button>
      ))}
    </div>
  );
}
