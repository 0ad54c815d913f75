import { AudioLines, CircleDot, CircleStop, Pause, Play, Plus } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { Button, IconButton } from '../../elements/Button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../elements/States.tsx';
import { keyName } from '../../format/keys.ts';
import { useDialogs, dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { isArmed, isPaused, useSources, sourcesStore } from '../../stores/sources.ts';
import { splitNow, toggleAllPaused, togglePaused } from './sourceActions.tsx';
import { SourceRow } from './SourceRow.tsx';
import './sources.css';

/** With more sources than this, each takes less room. */
const DENSE_FROM = 6;

/** Left: what can be recorded, and how it is. */
export function SourceRail(): ReactElement {
  const show = useDialogs((state) => state.show);
  return (
    <nav className="rail" aria-label="Sources" id="sources">
      <header className="rail-head">
        <h2>Sources</h2>
        <IconButton
          label="Add a source"
          keys={keyName('Ctrl N')}
          onClick={() => show({ name: 'addSource', kind: 'soundcard' })}
        >
          <Plus size={16} aria-hidden />
        </IconButton>
      </header>
      <SourceList />
      <RailFoot />
    </nav>
  );
}

function SourceList(): ReactElement {
  const phase = useSources((state) => state.phase);
  const ids = useSources((state) => state.ids);
  const list = useRef<HTMLUListElement>(null);

  /** Up and down go from source to source, to the button that records. */
  const move = (event: KeyboardEvent): void => {
    // React hands on what happens in a source's open menu, too.
    if (!(event.target instanceof Node) || list.current?.contains(event.target) !== true) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const focused = document.activeElement?.closest('.source')?.getAttribute('data-source-id');
    const source = [...sourcesStore.getState().byId.values()].find(({ config }) => config.id === focused);
    if (source && (event.key === 'p' || event.key === 'n')) {
      event.preventDefault();
      if (event.key === 'p') togglePaused(source);
      else splitNow(source);
      return;
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('.record-button') ?? [])];
    const row = document.activeElement?.closest('.source');
    const here = buttons.findIndex((button) => row?.contains(button) === true);
    buttons[here + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
    event.preventDefault();
  };

  if (phase.name === 'loading') return <Skeleton rows={3} height="card" label="Sources are being loaded" />;
  if (phase.name === 'error') {
    return (
      <ErrorState
        title="The sources could not be loaded."
        message={phase.message}
        onRetry={() => void sourcesStore.getState().load()}
      />
    );
  }
  if (ids.length === 0) {
    return (
      <EmptyState
        icon={<AudioLines size={20} aria-hidden />}
        title="No sources"
        action={
          <Button onClick={() => dialogsStore.getState().show({ name: 'addSource', kind: 'soundcard' })}>
            Add a source
          </Button>
        }
      >
        What you record from is listed here: soundcards, streams and test signals.
      </EmptyState>
    );
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- moves focus between its buttons
    <ul ref={list} className="rail-list" data-dense={ids.length > DENSE_FROM} onKeyDown={move}>
      {ids.map((id) => (
        <SourceRow key={id} id={id} />
      ))}
    </ul>
  );
}

function RailFoot(): ReactElement | null {
  const [total, armed, paused] = useSources(
    useShallow((state) => {
      const sources = [...state.byId.values()];
      return [sources.length, sources.filter(isArmed).length, sources.filter(isPaused).length] as const;
    }),
  );
  const allPaused = armed > 0 && paused === armed;
  if (total < 2) return null;
  const { arm } = sourcesStore.getState();
  return (
    <footer className="rail-foot">
      <Button disabled={armed === total} onClick={() => attempt(arm())}>
        <CircleDot size={14} aria-hidden />
        Record all
      </Button>
      <Button disabled={armed === 0} onClick={toggleAllPaused}>
        {allPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        {allPaused ? 'Resume all' : 'Pause all'}
      </Button>
      <Button disabled={armed === 0} onClick={() => dialogsStore.getState().show({ name: 'disarmAll' })}>
        <CircleStop size={14} aria-hidden />
        Stop all
      </Button>
    </footer>
  );
}
