import { Music2 } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { duration, wallTime } from '../../format/time.ts';
import { canPlay } from '../../format/recording.ts';
import { playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import { onAirAt, type PlacedTitle, useTitles } from '../../stores/titles.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import './titles.css';

/** How often the title under the playhead is looked up, ms. */
const LOOK_MS = 250;

/** The title under the playhead, and all of the recording to choose from. Nothing where there are none. */
export function TitleList({ recording }: { readonly recording: Recording }): ReactElement | null {
  const titles = useTitles((state) => (state.id === recording.id ? state.titles : NONE));
  const index = useOnAir(titles);
  const [open, setOpen] = useState(false);
  if (titles.length === 0) return null;
  const now = titles[Math.max(0, index)]?.title ?? '';
  const count = titles.length === 1 ? '1 title' : `${titles.length} titles`;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button look="quiet" className="titles-button" aria-label={`On air: ${now}. Show ${count}`} title={now}>
          <Music2 size={14} aria-hidden />
          <span className="ellipsis">{now}</span>
          <span className="titles-count">{titles.length}</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="titles-panel" side="top" align="end" sideOffset={6} collisionPadding={8}>
          <h2 className="titles-head">On air in this recording</h2>
          <Entries recording={recording} titles={titles} current={index} onChoose={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const NONE: readonly PlacedTitle[] = [];

interface EntriesProps {
  readonly recording: Recording;
  readonly titles: readonly PlacedTitle[];
  readonly current: number;
  onChoose(): void;
}

function Entries({ recording, titles, current, onChoose }: EntriesProps): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  const first = useRef(current);
  useEffect(() => {
    const items = list.current?.querySelectorAll('button');
    const item = items?.[Math.max(0, first.current)];
    item?.focus();
    item?.scrollIntoView({ block: 'center' });
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(list.current?.querySelectorAll('button') ?? [])];
    const here = items.findIndex((item) => item === document.activeElement);
    const target = nextIndex(event.key, here, items.length);
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items[target]?.focus();
  };

  const choose = (title: PlacedTitle): void => {
    onChoose();
    playerStore.getState().seekTo(title.positionMs / 1000);
  };

  return (
    <ul ref={list} className="titles-list">
      {titles.map((title, index) => (
        <li key={title.position}>
          <button
            type="button"
            className="titles-entry"
            aria-current={index === current}
            disabled={!canPlay(recording)}
            onKeyDown={onKeyDown}
            onClick={() => choose(title)}
          >
            <span className="titles-time" title={`${duration(title.positionMs)} from the start`}>
              {wallTime(recording.startedAt + title.positionMs, recording.offsetMinutes)}
            </span>
            <span className="titles-text">{title.title}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Where a key leads in a list of `count`, from `here`; undefined for every other key. */
export function nextIndex(key: string, here: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, here + 1);
    case 'ArrowUp':
      return Math.max(0, here - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function useOnAir(titles: readonly PlacedTitle[]): number {
  const [index, setIndex] = useState(-1);
  useEffect(() => {
    const look = (): void => setIndex(onAirAt(titles, deck.position * 1000));
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [titles]);
  return index;
}
