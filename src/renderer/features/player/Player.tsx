import {
  AudioLines,
  Gauge,
  PanelRight,
  Pause,
  Play,
  Repeat,
  SkipBack,
  SkipForward,
  TriangleAlert,
  Volume1,
  Volume2,
  VolumeX,
  X,
} from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { isInBrowser, request } from '../../bridge/bridge.ts';
import { Badge } from '../../elements/Badge.tsx';
import { Button, IconButton } from '../../elements/Button.tsx';
import { Menu } from '../../elements/Menu.tsx';
import { eachFrame } from '../../elements/meterLoop.ts';
import { TEST_SIGNAL } from '../../format/audio.ts';
import { keyName } from '../../format/keys.ts';
import { dayTitle, duration, nearestSecond, wallTime, wallTimeTenths } from '../../format/time.ts';
import { attempt } from '../../stores/notices.ts';
import { canPlay } from '../../format/recording.ts';
import { useInspector } from '../../stores/inspector.ts';
import { usePlayer, playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import { RATES } from '../../stores/playerRates.ts';
import { useLength } from '../../stores/playerLength.ts';
import { usePlayerView } from '../../stores/playerView.ts';
import { useOpenRecording } from '../../stores/sources.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { TitleList } from '../titles/TitleList.tsx';
import { WaveformView } from '../waveform/WaveformView.tsx';
import { EventRow } from './EventRow.tsx';
import { useNarrow } from '../inspector/useNarrow.ts';
import { runPlayerCommand } from './playerCommands.ts';
import { WaveformStatus } from './WaveformStatus.tsx';
import './player.css';

/** Bottom: listens to a recording, also to one in progress. */
export function Player(): ReactElement {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = section.current;
    if (!element) return undefined;
    // Notices stand above it, however high it is.
    const observer = new ResizeObserver(() =>
      document.documentElement.style.setProperty('--player-now', `${element.offsetHeight}px`),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const recording = usePlayer((state) => state.recording);
  return (
    <section ref={section} className="player" id="player" aria-label="Player">
      {recording ? (
        <>
          <Transport recording={recording} />
          <PlayerBody recording={recording} />
        </>
      ) : (
        <p className="player-empty">
          Choose a recording and press <kbd className="key">Enter</kbd> to listen to it here.
        </p>
      )}
    </section>
  );
}

function PlayerBody({ recording }: { readonly recording: Recording }): ReactElement {
  const problem = usePlayer((state) => state.problem);
  const clip = usePlayer((state) => state.clip);
  // Below what is seen of it, as is what is said of a recording: going from one to the other moves nothing.
  const section = clip && <EventRow clip={clip} />;
  if (problem !== undefined) {
    return (
      <>
        <div className="player-message" role="alert">
          <TriangleAlert size={16} aria-hidden />
          <p className="selectable">{problem}</p>
          {canPlay(recording) && <Button onClick={() => playerStore.getState().retry()}>Try again</Button>}
          {!isInBrowser() && (
            <Button onClick={() => attempt(request('desktop.openRecordingsFolder', {}))}>Open recordings folder</Button>
          )}
        </div>
        {section}
      </>
    );
  }
  return (
    <>
      <WaveformView key={recording.id} recording={recording} />
      {section}
      <WaveformStatus recording={recording} />
    </>
  );
}

function Transport({ recording }: { readonly recording: Recording }): ReactElement {
  const playing = usePlayer((state) => state.playing);
  const problem = usePlayer((state) => state.problem);
  const { toggle, step, close } = playerStore.getState();
  const ready = canPlay(recording) && problem === undefined;
  const open = useOpenRecording(recording.sourceId, recording.id);
  return (
    <div className="transport">
      <div className="transport-buttons">
        <IconButton label="Previous recording" keys={keyName('Alt ←')} onClick={() => attempt(step(-1))}>
          <SkipBack size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={playing ? 'Pause' : 'Play'}
          keys="Space"
          className="transport-play"
          disabled={!ready}
          onClick={toggle}
        >
          {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        </IconButton>
        <IconButton label="Next recording" keys={keyName('Alt →')} onClick={() => attempt(step(1))}>
          <SkipForward size={16} aria-hidden />
        </IconButton>
      </div>
      <div className="transport-what">
        <p className="transport-name">
          <span className="ellipsis">{recording.sourceName}</span>
          {open && <Badge tone="recording">REC</Badge>}
          {recording.sourceKind === 'generator' && <span className="test-signal">{TEST_SIGNAL}</span>}
        </p>
        <p className="transport-when ellipsis" title={`${recording.zone}: ${recording.path}`}>
          {dayTitle(recording.day)}, {wallTime(recording.startedAt, recording.offsetMinutes)}
        </p>
      </div>
      <TitleList recording={recording} />
      {ready && <Clock recording={recording} />}
      <div className="transport-settings">
        <Switches />
        <Speed />
        <Volume />
        <IconButton label="Close the player" onClick={close}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

/** Time of the playhead; written straight into the page, for it changes with every frame. */
function Clock({ recording }: { readonly recording: Recording }): ReactElement {
  const wall = useRef<HTMLSpanElement>(null);
  const elapsed = useRef<HTMLSpanElement>(null);
  const total = useLength(recording) * 1000;
  useEffect(
    () =>
      eachFrame(() => {
        write(wall.current, wallTimeTenths(recording.startedAt + deck.offset * 1000, recording.offsetMinutes));
        write(elapsed.current, duration(deck.position * 1000));
      }),
    [recording],
  );
  return (
    <div className="transport-clock">
      <span ref={wall} className="transport-wall" title={`Wall clock in ${recording.zone}`} />
      <span className="transport-elapsed">
        <span ref={elapsed} title="Position" /> / <span title="Length">{duration(nearestSecond(total))}</span>
      </span>
    </div>
  );
}

/** The same text written again would be laid out again. */
function write(element: HTMLElement | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Repeat, the large view, and the details. */
function Switches(): ReactElement {
  const loop = usePlayer((state) => state.loop);
  const full = usePlayerView((state) => state.full);
  const narrow = useNarrow();
  const details = useInspector(({ shown, over }) => (narrow ? over : shown));
  return (
    <>
      <IconButton label="Repeat" keys="R" aria-pressed={loop} onClick={() => runPlayerCommand('loop')}>
        <Repeat size={16} aria-hidden />
      </IconButton>
      <IconButton
        label="Large waveform with levels"
        keys="W"
        aria-pressed={full}
        onClick={() => runPlayerCommand('fullView')}
      >
        <AudioLines size={16} aria-hidden />
      </IconButton>
      <IconButton label="Details" keys="V" aria-pressed={details} onClick={() => runPlayerCommand('details')}>
        <PanelRight size={16} aria-hidden />
      </IconButton>
    </>
  );
}

const rateLabel = (rate: number): string => `${rate.toFixed(rate % 0.5 === 0 ? 1 : 2)}×`;

function Speed(): ReactElement {
  const rate = usePlayer((state) => state.rate);
  const { setRate } = playerStore.getState();
  return (
    <Menu
      label="Speed"
      items={RATES.map((choice) => ({
        label: rateLabel(choice),
        icon: choice === rate ? <Gauge size={14} /> : undefined,
        onSelect: () => setRate(choice),
      }))}
    >
      <Button look="quiet" className="transport-speed" aria-label={`Speed ${rateLabel(rate)}`}>
        {rateLabel(rate)}
      </Button>
    </Menu>
  );
}

function Volume(): ReactElement {
  const volume = usePlayer((state) => state.volume);
  const { setVolume } = playerStore.getState();
  const before = useRef(1);
  const Icon = volume === 0 ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <div className="transport-volume">
      <IconButton
        label={volume === 0 ? 'Unmute' : 'Mute'}
        onClick={() => {
          if (volume > 0) before.current = volume;
          setVolume(volume > 0 ? 0 : before.current);
        }}
      >
        <Icon size={16} aria-hidden />
      </IconButton>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={volume}
        aria-label="Volume"
        aria-valuetext={`${Math.round(volume * 100)} %`}
        onChange={(event) => setVolume(event.target.valueAsNumber)}
      />
    </div>
  );
}
