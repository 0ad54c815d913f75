import { Ellipsis, Music2, Pause, Play, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Source } from '../../bridge/bridge.ts';
import { Badge } from '../../elements/Badge.tsx';
import { Button, IconButton } from '../../elements/Button.tsx';
import { Menu, RightClickMenu } from '../../elements/Menu.tsx';
import { Tooltip } from '../../elements/Tooltip.tsx';
import { TEST_SIGNAL } from '../../format/audio.ts';
import { countdown, duration } from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { isArmed, isPaused, useSource, sourcesStore } from '../../stores/sources.ts';
import type { SourceId } from '../../../shared/units.ts';
import { SourceAlarms } from '../alarms/SourceAlarms.tsx';
import { SourceCoverageLine } from '../coverage/SourceCoverageLine.tsx';
import { PausedNote } from './PausedNote.tsx';
import { sourceActions, toggleArmed, togglePaused } from './sourceActions.tsx';
import { SourceMeter } from './SourceMeter.tsx';
import { CardFacts } from './CardFacts.tsx';
import {
  backendWords,
  channelsOf,
  fileName,
  hostOf,
  openLength,
  retryWords,
  sourceFormat,
  stateWord,
} from './sourceWords.ts';

export function SourceRow({ id }: { readonly id: SourceId }): ReactElement | null {
  const source = useSource(id);
  return source ? <SourceView source={source} /> : null;
}

function SourceView({ source }: { readonly source: Source }): ReactElement {
  const { config, status } = source;
  const actions = sourceActions(source);
  const armed = isArmed(source);
  return (
    <RightClickMenu items={actions} label={`Actions for ${config.name}`}>
      <li className="source" data-source-id={config.id} data-source-state={status.state} aria-label={config.name}>
        <RecordButton source={source} />
        <div className="source-head">
          <span className="source-name ellipsis" title={config.name}>
            {config.name}
          </span>
          <StateBadge source={source} />
          {armed && <PauseButton source={source} />}
          <Menu items={actions} label={`Actions for ${config.name}`}>
            <IconButton label={`Actions for ${config.name}`} className="source-menu">
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          </Menu>
        </div>
        <div className="source-body">
          <p className="source-format ellipsis" title={backendWords(status)}>
            {config.kind === 'generator' && <span className="test-signal">{TEST_SIGNAL}</span>}
            {sourceFormat(config, status)}
          </p>
          <CardFacts status={status} />
          {(status.state === 'recording' || status.state === 'arming' || status.state === 'paused') && (
            <SourceMeter
              id={config.id}
              kind={config.kind}
              name={config.name}
              channels={channelsOf(config, status)}
              recording={status.state === 'recording'}
            />
          )}
          <SourceAlarms id={config.id} />
          {status.recording && <OpenFile source={source} />}
          {status.address !== undefined && armed && (
            <p className="source-address ellipsis" title={`From ${status.address}`}>
              from {hostOf(status.address)}
            </p>
          )}
          <SourceCoverageLine id={config.id} />
          {status.title !== undefined && armed && (
            <p className="source-title ellipsis" title={`On air: ${status.title}`}>
              <Music2 size={12} aria-label="On air:" />
              {status.title}
            </p>
          )}
          {status.state === 'paused' && <PausedNote source={source} />}
          {(status.state === 'reconnecting' || status.state === 'failed') && <Problem source={source} />}
        </div>
      </li>
    </RightClickMenu>
  );
}

function RecordButton({ source }: { readonly source: Source }): ReactElement {
  const armed = isArmed(source);
  const label = armed ? `Stop recording ${source.config.name}` : `Record ${source.config.name}`;
  return (
    <Tooltip text={label}>
      <button
        type="button"
        className="record-button"
        aria-label={label}
        data-source-state={source.status.state}
        onClick={() => toggleArmed(source)}
      >
        <span aria-hidden />
      </button>
    </Tooltip>
  );
}

function PauseButton({ source }: { readonly source: Source }): ReactElement {
  const paused = isPaused(source);
  return (
    <IconButton
      label={`${paused ? 'Resume' : 'Pause'} ${source.config.name}`}
      keys="P"
      className="source-pause"
      onClick={() => togglePaused(source)}
    >
      {paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
    </IconButton>
  );
}

function StateBadge({ source }: { readonly source: Source }): ReactElement {
  const { state } = source.status;
  if (state === 'recording') return <Badge tone="recording">{stateWord(state)}</Badge>;
  if (state === 'reconnecting' || state === 'failed') return <Badge tone="attention">{stateWord(state)}</Badge>;
  return <Badge tone="neutral">{stateWord(state)}</Badge>;
}

function OpenFile({ source }: { readonly source: Source }): ReactElement | null {
  const now = useNow();
  const { recording } = source.status;
  if (!recording) return null;
  const name = fileName(recording.path);
  return (
    <>
      <p className="source-times">
        <span className="source-elapsed" title={`Length of ${name}`}>
          {duration(openLength(recording, now))}
        </span>
        <span className="source-next" title="Time until the next file begins">
          next file in {countdown(recording.nextBoundaryAt - now)}
        </span>
      </p>
      <p className="source-file ellipsis" title={recording.path}>
        {name}
      </p>
    </>
  );
}

function Problem({ source }: { readonly source: Source }): ReactElement {
  const now = useNow();
  const { config, status } = source;
  const retrying = status.state === 'reconnecting';
  return (
    <div className="source-problem">
      <TriangleAlert size={14} aria-hidden />
      <div>
        <p>{status.problem?.message ?? 'Nothing is recorded at the moment.'}</p>
        {retrying && <p>{retryWords(status, now)}</p>}
        <p className="source-since">Nothing recorded for {duration(now - status.since)}.</p>
        <div className="source-problem-actions">
          <Button onClick={() => attempt(sourcesStore.getState().retry(config.id))}>Try now</Button>
          {!retrying && (
            <Button onClick={() => dialogsStore.getState().show({ name: 'editSource', id: config.id })}>
              Edit source
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}
