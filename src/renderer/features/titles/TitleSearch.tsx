import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { SearchField } from '../../elements/SearchField.tsx';
import { dayTitle, wallTime } from '../../format/time.ts';
import { filterStore, useFilter } from '../../stores/filter.ts';
import { attempt, sentence } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { nextIndex } from './TitleList.tsx';
import './titles.css';

type Found = RequestOutput<'library.findTitles'>;

type Phase =
  | { readonly name: 'idle' }
  | { readonly name: 'found'; readonly results: Found }
  | { readonly name: 'failed'; readonly message: string };

const IDLE: Phase = { name: 'idle' };

/** Typing goes on for so long before it is looked for, ms. */
const PAUSE_MS = 150;
const MOST_RESULTS = 50;

/** Shows only what has these words in it, and finds where a title was on air, to play from there. */
export function TitleSearch(): ReactElement {
  const [text, setText] = useState('');
  useFiltering(text);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const phase = useSearch(open ? text : '');
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const results = phase.name === 'found' ? phase.results : [];
  const shown = open && text.trim() !== '' && phase.name !== 'idle';
  const cleared = useFilter((state) => state.filter.text === undefined);
  const [wasCleared, setWasCleared] = useState(cleared);
  if (cleared !== wasCleared) {
    // All filters were cleared elsewhere.
    setWasCleared(cleared);
    if (cleared && text.trim() !== '') setText('');
  }

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const choose = (index: number): void => {
    const result = results[index];
    if (!result) return;
    setOpen(false);
    attempt(playerStore.getState().openAt(result.recording, result.positionMs / 1000));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') {
      if (!open && text === '') return;
      if (!open) setText('');
      setOpen(false);
    } else if (event.key === 'Enter') {
      choose(active);
    } else if (event.key === 'ArrowDown' && !open) {
      setOpen(true);
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && results.length > 0) {
      setActive((before) => nextIndex(event.key, before, results.length) ?? before);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <search className="title-search">
      <SearchField
        id="search"
        role="combobox"
        aria-label="Search recordings and titles"
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={listId}
        {...(shown && results.length > 0 ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
        maxLength={200}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div
        ref={list}
        id={listId}
        role="listbox"
        aria-label="Titles that were found"
        className="title-results"
        hidden={!shown || results.length === 0}
      >
        {results.map(({ recording, title, position, positionMs }, index) => (
          <div
            key={`${recording.id} ${position}`}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className="title-result"
            onMouseMove={() => setActive(index)}
            // Before the field loses focus.
            onMouseDown={(event) => {
              event.preventDefault();
              choose(index);
            }}
          >
            <span className="title-result-text">{title}</span>
            <span className="title-result-place">
              {recording.sourceName}, {dayTitle(recording.day)},{' '}
              {wallTime(recording.startedAt + positionMs, recording.offsetMinutes)}
            </span>
          </div>
        ))}
      </div>
      <p className="title-results title-results-none" role="alert" hidden={!shown || phase.name !== 'failed'}>
        {phase.name === 'failed' && phase.message}
      </p>
    </search>
  );
}

/** What was typed is a condition of the filter. */
function useFiltering(text: string): void {
  const wanted = text.trim();
  useEffect(() => {
    const timer = setTimeout(
      () => filterStore.getState().change({ text: wanted === '' ? undefined : wanted }),
      wanted === '' ? 0 : PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [wanted]);
}

/** The newest answer to what was typed; an answer that comes late is left out. */
function useSearch(text: string): Phase {
  const [phase, setPhase] = useState<Phase>(IDLE);
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === '') return undefined;
    let late = false;
    const timer = setTimeout(() => {
      request('library.findTitles', { text: wanted, limit: MOST_RESULTS }).then(
        (results) => !late && setPhase({ name: 'found', results }),
        (error: unknown) => !late && setPhase({ name: 'failed', message: sentence(error) }),
      );
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return wanted === '' ? IDLE : phase;
}
